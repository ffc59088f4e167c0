/* Hives on which the two readers part. */
#include "crafted_hive.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_base.h"
#include "source/hive_cells.h"
#include "source/hive_records.h"

#include <stdio.h>
#include <string.h>

#define SERVICES   "ControlSet001\\Services"
#define PARAMETERS SERVICES "\\MSExchangeIMC\\Parameters"

/* Where things stand in records. */
enum {
	NK_SUBKEY_LIST = 28,
	NK_VALUES = 36,
	NK_VALUE_LIST = 40,
	VK_RECORD = 20,
	VK_SIZE = 4,
	VK_DATA = 8,
	VK_TYPE = 12,
	VK_FLAGS = 16,
	BINS_BYTES = 40,
	CHECKSUM = 508
};
static const uint32_t INLINE_DATA = 0x80000000U;

/* The content of a cell. */
static uint8_t *at(struct kbm_bytes *image, kbm_cell cell)
{
	return image->data + KBM_HIVE_BASE_BLOCK + cell + sizeof(uint32_t);
}

/* A key, and one of its values where `name` is given, by kbmend's own reader. */
static enum kbm_code find(const struct kbm_bytes *image, const char *path, const char *name,
			  kbm_cell *cell, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	enum kbm_code code = kbm_hive_open(image->data, image->length, &hive, error);
	if (code == KBM_OK)
		code = kbm_hive_find_key(hive, kbm_hive_root(hive), path, cell, error);
	if (code == KBM_OK && name != NULL)
		code = kbm_hive_find_value(hive, *cell, name, strlen(name), cell, error);
	if (code == KBM_NOT_FOUND)
		kbm_fail(error, code, "%s is not there", path);
	kbm_hive_close(hive);
	return code;
}

enum kbm_code craft_value_count(struct kbm_bytes *image, const char *path, struct kbm_error *error)
{
	kbm_cell key = 0;
	enum kbm_code code = find(image, path, NULL, &key, error);
	if (code == KBM_OK)
		kbm_put32(at(image, key) + NK_VALUES, 0x40000001);
	return code;
}

enum kbm_code craft_ri_self(struct kbm_bytes *image, const char *path, struct kbm_error *error)
{
	kbm_cell key = 0;
	enum kbm_code code = find(image, path, NULL, &key, error);
	if (code != KBM_OK)
		return code;
	kbm_cell list = kbm_hive_u32(at(image, key) + NK_SUBKEY_LIST);
	if (list == KBM_CELL_NONE)
		return kbm_fail(error, KBM_NOT_FOUND, "%s has no subkeys", path);
	kbm_put_ascii(at(image, list), "ri");
	kbm_put16(at(image, list) + 2, 1);
	kbm_put32(at(image, list) + 4, list);
	return KBM_OK;
}

/* --- more cells ----------------------------------------------------------------------------- */

/* One more bin of a page behind the others; *next is where its first cell goes. */
static enum kbm_code append_bin(struct kbm_bytes *image, kbm_cell *next, struct kbm_error *error)
{
	uint32_t start = kbm_hive_u32(image->data + BINS_BYTES);
	if (image->length != (size_t)KBM_HIVE_BASE_BLOCK + start)
		return kbm_fail(error, KBM_INVALID, "the hive does not end where its bins do");
	if (!kbm_bytes_append_zeros(image, KBM_HIVE_PAGE))
		return kbm_fail(error, KBM_MEMORY, "no memory for a larger hive");
	uint8_t *bin = image->data + KBM_HIVE_BASE_BLOCK + start;
	kbm_put_ascii(bin, "hbin");
	kbm_put32(bin + 4, start);
	kbm_put32(bin + 8, KBM_HIVE_PAGE);
	kbm_put32(bin + KBM_HIVE_BIN_HEADER, KBM_HIVE_PAGE - KBM_HIVE_BIN_HEADER); /* free */
	kbm_put32(image->data + BINS_BYTES, start + KBM_HIVE_PAGE);
	kbm_put32(image->data + CHECKSUM, kbm_hive_checksum(image->data));
	*next = start + KBM_HIVE_BIN_HEADER;
	return KBM_OK;
}

/* Takes a cell out of what is left of the new bin. */
static kbm_cell take_cell(struct kbm_bytes *image, kbm_cell *next, uint32_t length)
{
	kbm_cell cell = *next;
	uint32_t size = (length + 4 + 7) / 8 * 8;
	uint8_t *header = image->data + KBM_HIVE_BASE_BLOCK + cell;
	uint32_t left = kbm_hive_u32(header) - size;
	kbm_put32(header, 0U - size);
	*next += size;
	kbm_put32(header + size, left);
	return cell;
}

/* --- values --------------------------------------------------------------------------------- */

enum kbm_code craft_slack(struct kbm_bytes *image, const char *path, const char *name,
			  const char *slack, struct kbm_error *error)
{
	kbm_cell value = 0;
	kbm_cell next = 0;
	struct kbm_bytes behind;
	kbm_bytes_init(&behind, KBM_HIVE_PAGE / 2);
	kbm_text_to_utf16(slack, strlen(slack), &behind);
	kbm_bytes_append_zeros(&behind, 2);
	enum kbm_code code = find(image, path, name, &value, error);
	if (code == KBM_OK)
		code = append_bin(image, &next, error);
	if (code != KBM_OK)
		goto out;
	uint32_t length = kbm_hive_u32(at(image, value) + VK_SIZE) - 2; /* without the NUL */
	if (length > KBM_HIVE_PAGE / 4) {
		code = kbm_fail(error, KBM_LIMIT, "%s is too long", name);
		goto out;
	}
	kbm_cell cell = take_cell(image, &next, length + (uint32_t)behind.length);
	memcpy(at(image, cell), at(image, kbm_hive_u32(at(image, value) + VK_DATA)), length);
	memcpy(at(image, cell) + length, behind.data, behind.length);
	kbm_put32(at(image, value) + VK_SIZE, length);
	kbm_put32(at(image, value) + VK_DATA, cell);
out:
	kbm_bytes_clear(&behind);
	return code;
}

static kbm_cell make_inline_value(struct kbm_bytes *image, kbm_cell *next, uint32_t length)
{
	char name[] = "Inline0";
	name[6] = (char)('0' + length);
	kbm_cell cell = take_cell(image, next, VK_RECORD + sizeof name - 1);
	uint8_t *record = at(image, cell);
	kbm_put_ascii(record, "vk");
	kbm_put16(record + 2, sizeof name - 1);
	kbm_put32(record + VK_SIZE, INLINE_DATA | length);
	memcpy(record + VK_DATA, "ABC", length);
	kbm_put32(record + VK_TYPE, KBM_REG_BINARY);
	kbm_put16(record + VK_FLAGS, 1);
	kbm_put_ascii(record + VK_RECORD, name);
	return cell;
}

enum kbm_code craft_inline(struct kbm_bytes *image, const char *path, struct kbm_error *error)
{
	enum { ADDED = 3 };
	kbm_cell key = 0;
	kbm_cell next = 0;
	enum kbm_code code = find(image, path, NULL, &key, error);
	if (code == KBM_OK)
		code = append_bin(image, &next, error);
	if (code != KBM_OK)
		return code;
	uint32_t count = kbm_hive_u32(at(image, key) + NK_VALUES);
	uint32_t bytes = count * (uint32_t)sizeof(kbm_cell);
	if (count == 0 || bytes > KBM_HIVE_PAGE / 4)
		return kbm_fail(error, KBM_LIMIT, "%s has no values, or too many", path);
	kbm_cell list = take_cell(image, &next, bytes + ADDED * sizeof(kbm_cell));
	memcpy(at(image, list), at(image, kbm_hive_u32(at(image, key) + NK_VALUE_LIST)), bytes);
	for (uint32_t i = 0; i < ADDED; i++) {
		kbm_cell value = make_inline_value(image, &next, i + 1);
		kbm_put32(at(image, list) + bytes + i * sizeof(kbm_cell), value);
	}
	kbm_put32(at(image, key) + NK_VALUES, count + ADDED);
	kbm_put32(at(image, key) + NK_VALUE_LIST, list);
	return KBM_OK;
}

/* --- by name -------------------------------------------------------------------------------- */

static enum kbm_code count_before(struct kbm_bytes *image, struct kbm_error *error)
{
	static const char *const names[] = {"Alerter", "atapi",	   "Beep",	  "Browser",
					    "Cdfs",    "Cdrom",	   "Disk",	  "EventLog",
					    "Floppy",  "Kbdclass", "LanmanServer"};
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < sizeof names / sizeof *names; i++) {
		char path[256];
		snprintf(path, sizeof path, SERVICES "\\%s", names[i]);
		code = craft_value_count(image, path, error);
	}
	return code;
}

enum kbm_code craft_hive(struct kbm_bytes *image, const char *kind, struct kbm_error *error)
{
	if (strcmp(kind, "value-count") == 0)
		return craft_value_count(image, SERVICES "\\Alerter", error);
	if (strcmp(kind, "value-count-all") == 0)
		return count_before(image, error);
	if (strcmp(kind, "value-count-here") == 0)
		return craft_value_count(image, PARAMETERS, error);
	if (strcmp(kind, "ri-self") == 0)
		return craft_ri_self(image, SERVICES "\\Alerter", error);
	if (strcmp(kind, "ri-self-here") == 0)
		return craft_ri_self(image, PARAMETERS, error);
	if (strcmp(kind, "slack") == 0)
		return craft_slack(image, PARAMETERS, "SiteDN", " was here", error);
	if (strcmp(kind, "inline") == 0)
		return craft_inline(image, PARAMETERS, error);
	return kbm_fail(error, KBM_USAGE, "unknown kind '%s'", kind);
}
