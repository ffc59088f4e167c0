/* The structural check of a hive: its bins and cells, and that each used cell has one place. */
#include "source/hive_check_parts.h"

#include <inttypes.h>

enum { CELL_UNIT = 8 }; /* cells begin and end at multiples of this */

static bool get(const uint8_t *map, kbm_cell cell)
{
	return (map[cell / 64] >> cell / CELL_UNIT % 8 & 1) != 0;
}

static void set(uint8_t *map, kbm_cell cell)
{
	map[cell / 64] |= (uint8_t)(1U << cell / CELL_UNIT % 8);
}

/* A cell's size, its sign aside; 0 when it does not fit into `room` bytes. */
static uint32_t cell_size(const struct kbm_hive *hive, kbm_cell cell, uint32_t room, bool *used)
{
	int64_t size = (int32_t)kbm_hive_u32(hive->bins + cell);
	*used = size < 0;
	size = size < 0 ? -size : size;
	return size % CELL_UNIT == 0 && size <= room ? (uint32_t)size : 0;
}

static void check_cells(struct kbm_check *check, uint32_t start, uint32_t end)
{
	const struct kbm_hive *hive = check->hive;
	for (kbm_cell cell = start + KBM_HIVE_BIN_HEADER; cell < end;) {
		bool used;
		uint32_t size = cell_size(hive, cell, end - cell, &used);
		if (size == 0) {
			kbm_check_note(check, KBM_CHECK_CELL,
				       "the cell at file offset 0x%" PRIX64
				       " has a size (0x%08X) that does not fit into its bin",
				       kbm_hive_file_offset(cell), kbm_hive_u32(hive->bins + cell));
			return;
		}
		if (used) {
			set(check->starts, cell);
			check->report->used_cells++;
		} else {
			check->report->free_cells++;
			check->report->free_bytes += size;
		}
		cell += size;
	}
}

/* The next page that begins a sound bin, or the end. */
static uint32_t find_next_bin(const struct kbm_hive *hive, uint32_t at)
{
	uint32_t size;
	do
		at += KBM_HIVE_PAGE;
	while (at < hive->length && !kbm_hive_bin_at(hive, at, &size));
	return at;
}

void kbm_check_bins(struct kbm_check *check)
{
	const struct kbm_hive *hive = check->hive;
	for (uint32_t at = 0; at < hive->length;) {
		uint32_t size;
		if (!kbm_hive_bin_at(hive, at, &size)) {
			kbm_check_note(check, KBM_CHECK_BIN,
				       "no sound bin (hbin) begins at file offset 0x%" PRIX64,
				       kbm_hive_file_offset(at));
			at = find_next_bin(hive, at);
			continue;
		}
		uint32_t room = hive->length - at;
		if (size > room)
			kbm_check_note(check, KBM_CHECK_BIN,
				       "the bin at file offset 0x%" PRIX64
				       " has %u bytes, %u are left",
				       kbm_hive_file_offset(at), size, room);
		/* Whole cells only: a cut file may end anywhere. */
		check_cells(check, at, at + (size < room ? size : room - room % CELL_UNIT));
		at += size < room ? size : room;
	}
}

bool kbm_check_claim(struct kbm_check *check, kbm_cell cell, const char *what, kbm_cell from,
		     struct kbm_span *span)
{
	const struct kbm_hive *hive = check->hive;
	const char *why = NULL;
	if (cell == KBM_CELL_NONE) {
		kbm_check_note(check, KBM_CHECK_REFERENCE,
			       "%s at file offset 0x%" PRIX64 " is missing", what,
			       kbm_hive_file_offset(from));
		return false;
	}
	if (cell >= hive->length || cell % CELL_UNIT != 0 || !get(check->starts, cell))
		why = "no used cell begins";
	else if (get(check->claimed, cell))
		why = "a cell lies that belongs to another place too";
	if (why != NULL) {
		kbm_check_note(check, KBM_CHECK_REFERENCE,
			       "%s at file offset 0x%" PRIX64 " is said to lie at 0x%" PRIX64
			       ", where %s",
			       what, kbm_hive_file_offset(from), kbm_hive_file_offset(cell), why);
		return false;
	}
	set(check->claimed, cell);
	if (check->told.code == KBM_OK)
		check->told.code = kbm_long_work_add(check->work, 1, &check->told);
	span->data = hive->bins + cell + sizeof(uint32_t);
	span->length = 0U - kbm_hive_u32(hive->bins + cell) - (uint32_t)sizeof(uint32_t);
	return true;
}

/* Printable, as most records' signatures are. */
static char shown(uint8_t byte)
{
	return (char)(byte >= 'a' && byte <= 'z' ? byte : '.');
}

void kbm_check_lost(struct kbm_check *check)
{
	const struct kbm_hive *hive = check->hive;
	for (uint32_t byte = 0; byte <= hive->length / 64; byte++) {
		uint8_t lost = check->starts[byte] & (uint8_t)~check->claimed[byte];
		for (uint32_t bit = 0; lost != 0; bit++, lost >>= 1) {
			kbm_cell cell = byte * 64 + bit * CELL_UNIT;
			const uint8_t *at = hive->bins + cell;
			if ((lost & 1) == 0)
				continue;
			kbm_check_note(check, KBM_CHECK_LOST,
				       "nothing refers to the cell of %u bytes at file offset "
				       "0x%" PRIX64 " (it begins with %c%c)",
				       0U - kbm_hive_u32(at), kbm_hive_file_offset(cell),
				       shown(at[4]), shown(at[5]));
		}
	}
}
