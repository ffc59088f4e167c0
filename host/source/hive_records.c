/* Inside the hive reader: the mapping, its cells, and key and value records taken out of them. */
#include "source/hive_records.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_format.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* How far back the header of a cell's bin is looked for: a bin is a little larger than
	 * the largest value that it was made for. */
	MAX_PAGES_BACK = KBM_HIVE_MAX_VALUE_BYTES / KBM_HIVE_PAGE + 1,
	KEY_RECORD = 76, /* bytes before the name */
	VALUE_RECORD = 20,
	BIG_DATA_RECORD = 8,
	INLINE_BYTES = 4
};
#define INLINE_FLAG 0x80000000U

bool kbm_hive_is_bin(const uint8_t *header, uint32_t start, uint32_t *size)
{
	*size = kbm_hive_u32(header + KBM_BIN_SIZE);
	return memcmp(header, "hbin", 4) == 0 && kbm_hive_u32(header + KBM_BIN_OFFSET) == start &&
	       *size != 0 && *size % KBM_HIVE_PAGE == 0;
}

bool kbm_hive_bin_at(const struct kbm_hive *hive, uint32_t start, uint32_t *size)
{
	if (start % KBM_HIVE_PAGE != 0 || start >= hive->length ||
	    hive->length - start < KBM_HIVE_BIN_HEADER)
		return false;
	return kbm_hive_is_bin(hive->bins + start, start, size) && *size <= INT32_MAX - start;
}

/* The bin that holds the whole cell: most are a page long, so this touches the cell's own page
 * only. A header on the way that does not cover the cell may be left over from a smaller bin that
 * the right one has swallowed. */
static bool find_bin(const struct kbm_hive *hive, kbm_cell cell, uint32_t cell_size)
{
	struct kbm_hive_memo *memo = hive->memo;
	uint32_t end = cell + cell_size;
	if (cell >= memo->bin_start + KBM_HIVE_BIN_HEADER && end <= memo->bin_end)
		return true;
	uint32_t start = cell - cell % KBM_HIVE_PAGE;
	for (unsigned pages = 0; pages <= MAX_PAGES_BACK; pages++) {
		uint32_t size;
		if (kbm_hive_bin_at(hive, start, &size) && end <= start + size &&
		    cell - start >= KBM_HIVE_BIN_HEADER) {
			memo->bin_start = start;
			memo->bin_end = start + size;
			return true;
		}
		if (start == 0)
			return false;
		start -= KBM_HIVE_PAGE;
	}
	return false;
}

static enum kbm_code bad_cell(kbm_cell cell, const char *why, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "the cell at file offset 0x%llX %s",
			(unsigned long long)kbm_hive_file_offset(cell), why);
}

enum kbm_code kbm_hive_cell(const struct kbm_hive *hive, kbm_cell cell, struct kbm_span *span,
			    struct kbm_error *error)
{
	if (cell == 0 || cell == KBM_CELL_NONE)
		return kbm_fail(error, KBM_UNREADABLE, "a reference to a cell leads nowhere");
	if (cell >= hive->length || hive->length - cell < sizeof(uint32_t))
		return bad_cell(cell, "lies beyond the end of the file", error);
	if (cell % 8 != 0)
		return bad_cell(cell, "does not lie at a multiple of 8", error);
	int64_t signed_size = (int32_t)kbm_hive_u32(hive->bins + cell);
	if (signed_size >= 0) /* free cells have a positive size, used ones a negative one */
		return bad_cell(cell, "is referred to, but free", error);
	uint32_t size = (uint32_t)-signed_size;
	if (size > hive->length - cell)
		return bad_cell(cell, "reaches beyond the end of the file", error);
	if (size < 8 || !find_bin(hive, cell, size))
		return bad_cell(cell, "lies in no sound bin (hbin)", error);
	span->data = hive->bins + cell + sizeof(uint32_t);
	span->length = size - (uint32_t)sizeof(uint32_t);
	return KBM_OK;
}

enum kbm_code kbm_hive_check_reference(kbm_cell from, kbm_cell cell, struct kbm_error *error)
{
	return cell != 0 && cell != KBM_CELL_NONE
		   ? KBM_OK
		   : bad_cell(from, "holds a reference that leads nowhere", error);
}

static uint16_t stored_unit(const struct kbm_stored_name *name, size_t index)
{
	return name->compressed ? name->data[index] : kbm_hive_u16(name->data + 2 * index);
}

int kbm_hive_name_compare(const uint16_t *wanted, size_t count, const struct kbm_stored_name *name)
{
	size_t stored = name->compressed ? name->length : name->length / 2U;
	size_t shared = kbm_hive_smaller(count, stored);
	for (size_t i = 0; i < shared; i++) {
		uint16_t unit = kbm_text_upcase(stored_unit(name, i));
		if (wanted[i] != unit)
			return wanted[i] < unit ? -1 : 1;
	}
	return count == stored ? 0 : count < stored ? -1 : 1;
}

static bool append_compressed(const struct kbm_stored_name *name, struct kbm_bytes *out)
{
	size_t plain = 0; /* start of the run of ASCII that is not appended yet */
	for (size_t i = 0; i < name->length; i++) {
		if (name->data[i] < 0x80)
			continue;
		char encoded[4];
		kbm_bytes_append(out, name->data + plain, i - plain);
		kbm_bytes_append(out, encoded, kbm_text_put(name->data[i], encoded));
		plain = i + 1;
	}
	return kbm_bytes_append(out, name->data + plain, name->length - plain);
}

enum kbm_code kbm_hive_name_text(const struct kbm_stored_name *name, struct kbm_bytes *out,
				 struct kbm_error *error)
{
	kbm_bytes_reset(out);
	/* Appending nothing makes an empty name a terminated text too. */
	bool fits = kbm_bytes_append(out, "", 0) &&
		    (name->compressed ? append_compressed(name, out)
				      : kbm_text_from_utf16(name->data, name->length, out));
	if (!fits)
		return kbm_fail(error, KBM_LIMIT, "a name of %u bytes in the hive is too long",
				(unsigned)name->length);
	return KBM_OK;
}

enum kbm_code kbm_hive_read_units(const char *text, size_t length, size_t copies, uint16_t **units,
				  size_t *count, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	struct kbm_bytes utf16;
	kbm_bytes_init(&utf16, 2 * KBM_PATH_MAX_BYTES);
	if (!kbm_text_to_utf16(text, length, &utf16)) {
		code = utf16.failed
			   ? kbm_fail(error, KBM_LIMIT, "a registry name of %zu bytes: at most %lu",
				      length, KBM_PATH_MAX_BYTES)
			   : kbm_fail(error, KBM_USAGE, "a registry name is not UTF-8");
		goto out;
	}
	size_t read = utf16.length / 2;
	uint16_t *made = calloc(copies * read + 1, sizeof *made);
	if (made == NULL) {
		code = kbm_fail(error, KBM_MEMORY, "no memory for a registry name");
		goto out;
	}
	for (size_t i = 0; i < read; i++)
		made[i] = kbm_hive_u16(utf16.data + 2 * i);
	*units = made;
	*count = read;
out:
	kbm_bytes_clear(&utf16);
	return code;
}

enum kbm_code kbm_hive_make_wanted(const char *text, size_t length, struct kbm_wanted *wanted,
				   struct kbm_error *error)
{
	enum kbm_code code =
	    kbm_hive_read_units(text, length, 1, &wanted->units, &wanted->count, error);
	for (size_t i = 0; code == KBM_OK && i < wanted->count; i++)
		wanted->units[i] = kbm_text_upcase(wanted->units[i]);
	return code;
}

enum kbm_code kbm_hive_key_node(const struct kbm_hive *hive, kbm_cell cell,
				struct kbm_key_node *node, struct kbm_error *error)
{
	struct kbm_span span = {NULL, 0};
	enum kbm_code code = kbm_hive_cell(hive, cell, &span, error);
	if (code != KBM_OK)
		return code;
	if (span.length < KEY_RECORD || memcmp(span.data, "nk", 2) != 0)
		return bad_cell(cell, "should hold a key (nk) and does not", error);
	uint16_t length = kbm_hive_u16(span.data + 72);
	if (length > span.length - KEY_RECORD)
		return bad_cell(cell, "holds a key whose name is longer than the cell", error);
	uint16_t flags = kbm_hive_u16(span.data + 2);
	*node = (struct kbm_key_node){
	    .flags = flags,
	    .last_written = kbm_hive_u64(span.data + 4),
	    .parent = kbm_hive_u32(span.data + 16),
	    .subkey_count = kbm_hive_u32(span.data + 20),
	    .subkey_list = kbm_hive_u32(span.data + 28),
	    .value_count = kbm_hive_u32(span.data + 36),
	    .value_list = kbm_hive_u32(span.data + 40),
	    .name = {span.data + KEY_RECORD, length, (flags & KBM_KEY_COMPRESSED) != 0},
	};
	/* Such a key stands for a handle, which is kept in place of the count of values. */
	if ((flags & KBM_KEY_PREDEFINED) != 0)
		node->value_count = 0;
	return KBM_OK;
}

enum kbm_code kbm_hive_value_node(const struct kbm_hive *hive, kbm_cell cell,
				  struct kbm_value_node *node, struct kbm_error *error)
{
	struct kbm_span span = {NULL, 0};
	enum kbm_code code = kbm_hive_cell(hive, cell, &span, error);
	if (code != KBM_OK)
		return code;
	if (span.length < VALUE_RECORD || memcmp(span.data, "vk", 2) != 0)
		return bad_cell(cell, "should hold a value (vk) and does not", error);
	uint16_t length = kbm_hive_u16(span.data + 2);
	if (length > span.length - VALUE_RECORD)
		return bad_cell(cell, "holds a value whose name is longer than the cell", error);
	uint32_t size = kbm_hive_u32(span.data + 4);
	*node = (struct kbm_value_node){
	    .cell = cell,
	    .type = kbm_hive_u32(span.data + 12),
	    .length = size & ~INLINE_FLAG,
	    .inline_data = (size & INLINE_FLAG) != 0 ? span.data + 8 : NULL,
	    .data_cell = kbm_hive_u32(span.data + 8),
	    .name = {span.data + VALUE_RECORD, length, (kbm_hive_u16(span.data + 16) & 1) != 0},
	};
	return KBM_OK;
}

enum kbm_code kbm_hive_value_list(const struct kbm_hive *hive, const struct kbm_key_node *node,
				  const uint8_t **entries, uint32_t *count, struct kbm_error *error)
{
	struct kbm_span span = {NULL, 0};
	if (node->value_count != 0) {
		enum kbm_code code = kbm_hive_cell(hive, node->value_list, &span, error);
		if (code != KBM_OK)
			return code;
	}
	uint32_t room = span.length / (uint32_t)sizeof(kbm_cell);
	*entries = span.data;
	*count = (uint32_t)kbm_hive_smaller(node->value_count, room);
	return KBM_OK;
}

enum kbm_code kbm_hive_short_value_list(const struct kbm_key_node *node, uint32_t count,
					struct kbm_error *error)
{
	return kbm_fail(
	    error, KBM_UNREADABLE, "the value list at file offset 0x%llX holds %u of %u values",
	    (unsigned long long)kbm_hive_file_offset(node->value_list), count, node->value_count);
}

/* Puts big data together: a db record leads to a list of segments. */
static enum kbm_code join_segments(const struct kbm_hive *hive, const struct kbm_value_node *node,
				   const struct kbm_span *record, struct kbm_bytes *scratch,
				   struct kbm_error *error)
{
	struct kbm_span list = {NULL, 0};
	kbm_cell list_cell = kbm_hive_u32(record->data + 4);
	enum kbm_code code = kbm_hive_check_reference(node->data_cell, list_cell, error);
	if (code == KBM_OK)
		code = kbm_hive_cell(hive, list_cell, &list, error);
	if (code != KBM_OK)
		return code;
	uint32_t count = kbm_hive_u16(record->data + 2);
	uint32_t needed = (node->length + KBM_HIVE_SEGMENT - 1) / KBM_HIVE_SEGMENT;
	if (count < needed || list.length / sizeof(kbm_cell) < needed)
		return bad_cell(node->data_cell, "holds big data with too few segments", error);
	kbm_bytes_reset(scratch);
	for (uint32_t i = 0, left = node->length; i < needed; i++) {
		struct kbm_span segment = {NULL, 0};
		kbm_cell cell = kbm_hive_u32(list.data + i * sizeof(kbm_cell));
		code = kbm_hive_check_reference(list_cell, cell, error);
		if (code == KBM_OK)
			code = kbm_hive_cell(hive, cell, &segment, error);
		if (code != KBM_OK)
			return code;
		uint32_t part = (uint32_t)kbm_hive_smaller(left, KBM_HIVE_SEGMENT);
		if (segment.length < part)
			return bad_cell(cell, "is too small for its segment of big data", error);
		if (!kbm_bytes_append(scratch, segment.data, part))
			return kbm_fail(error, KBM_LIMIT, "a value of %u bytes is too large here",
					node->length);
		left -= part;
	}
	return KBM_OK;
}

enum kbm_code kbm_hive_value_data(const struct kbm_hive *hive, const struct kbm_value_node *node,
				  struct kbm_bytes *scratch, const uint8_t **data,
				  struct kbm_error *error)
{
	if (node->inline_data != NULL) {
		if (node->length > INLINE_BYTES)
			return bad_cell(node->cell, "holds a value with more than 4 bytes inside",
					error);
		*data = node->inline_data;
		return KBM_OK;
	}
	if (node->length == 0) {
		*data = (const uint8_t *)"";
		return KBM_OK;
	}
	if (node->length > hive->length)
		return bad_cell(node->cell, "holds a value that is larger than the hive", error);
	if (node->length > KBM_HIVE_MAX_VALUE_BYTES)
		return kbm_fail(error, KBM_LIMIT,
				"the value at file offset 0x%llX has %u bytes, at most %lu are "
				"read",
				(unsigned long long)kbm_hive_file_offset(node->cell), node->length,
				KBM_HIVE_MAX_VALUE_BYTES);
	struct kbm_span span = {NULL, 0};
	enum kbm_code code = kbm_hive_check_reference(node->cell, node->data_cell, error);
	if (code == KBM_OK)
		code = kbm_hive_cell(hive, node->data_cell, &span, error);
	if (code != KBM_OK)
		return code;
	if (hive->info.minor >= KBM_HIVE_FIRST_BIG_DATA && node->length > KBM_HIVE_SEGMENT &&
	    span.length >= BIG_DATA_RECORD && memcmp(span.data, "db", 2) == 0) {
		code = join_segments(hive, node, &span, scratch, error);
		if (code == KBM_OK)
			*data = scratch->data;
		return code;
	}
	if (node->length > span.length)
		return bad_cell(node->data_cell, "is too small for its value's data", error);
	*data = span.data;
	return KBM_OK;
}
