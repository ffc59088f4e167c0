/* Cells and bins of a hive image under construction. Source: the community regf specification. */
#include "source/hive_cells.h"

#include "base/limits.h"

#include <string.h>

enum { PAGE = 4096, BIN_HEADER = 32, CELL_HEADER = 4, CELL_ALIGNMENT = 8 };

void kbm_put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

void kbm_put32(uint8_t *at, uint32_t value)
{
	kbm_put16(at, value);
	kbm_put16(at + 2, value >> 16);
}

void kbm_put64(uint8_t *at, uint64_t value)
{
	kbm_put32(at, (uint32_t)value);
	kbm_put32(at + 4, (uint32_t)(value >> 32));
}

void kbm_put_ascii(uint8_t *at, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		at[i] = (uint8_t)text[i];
}

void kbm_cells_init(struct kbm_cells *cells, uint8_t *image, uint64_t last_written)
{
	*cells = (struct kbm_cells){.image = image, .last_written = last_written};
}

uint8_t *kbm_cells_bytes(const struct kbm_cells *cells, uint32_t cell)
{
	if (cells->image == NULL)
		return NULL;
	return cells->image + KBM_BASE_BLOCK + cell + CELL_HEADER;
}

/* What is left of the bin becomes a free cell. */
void kbm_cells_finish(struct kbm_cells *cells)
{
	size_t rest = cells->bin_end - cells->position;
	if (rest > 0 && cells->image != NULL)
		kbm_put32(cells->image + KBM_BASE_BLOCK + cells->position, (uint32_t)rest);
}

static enum kbm_code open_bin(struct kbm_cells *cells, size_t cell_size, struct kbm_error *error)
{
	size_t size = (BIN_HEADER + cell_size + PAGE - 1) / PAGE * PAGE;
	if (size > KBM_HIVE_MAX_BYTES - KBM_BASE_BLOCK - cells->bin_end)
		return kbm_fail(error, KBM_LIMIT, "the hive would exceed %lu MiB",
				KBM_HIVE_MAX_BYTES / KBM_MIB);
	kbm_cells_finish(cells);
	cells->bin_start = cells->bin_end;
	cells->bin_end += size;
	cells->position = cells->bin_start + BIN_HEADER;
	if (cells->image == NULL)
		return KBM_OK;
	uint8_t *bin = cells->image + KBM_BASE_BLOCK + cells->bin_start;
	memset(bin, 0, size);
	kbm_put_ascii(bin, "hbin");
	kbm_put32(bin + 4, (uint32_t)cells->bin_start);
	kbm_put32(bin + 8, (uint32_t)size);
	if (cells->bin_start == 0)
		kbm_put64(bin + 20, cells->last_written);
	return KBM_OK;
}

enum kbm_code kbm_cells_take(struct kbm_cells *cells, size_t payload, uint32_t *cell,
			     struct kbm_error *error)
{
	if (payload > KBM_HIVE_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a cell of %zu bytes", payload);
	size_t size = (CELL_HEADER + payload + CELL_ALIGNMENT - 1) / CELL_ALIGNMENT;
	size *= CELL_ALIGNMENT;
	if (size > cells->bin_end - cells->position) {
		enum kbm_code code = open_bin(cells, size, error);
		if (code != KBM_OK)
			return code;
	}
	*cell = (uint32_t)cells->position;
	if (cells->image != NULL)
		kbm_put32(cells->image + KBM_BASE_BLOCK + cells->position, 0U - (uint32_t)size);
	cells->position += size;
	return KBM_OK;
}
