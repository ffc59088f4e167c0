/* Inside the hive editor: a value's data, in its record, in a cell, or in segments. */
#include "source/hive_edit_parts.h"

#include "source/hive_cells.h"
#include "source/hive_format.h"

#include <string.h>

/* How data lies. Formats before 1.4 have no big data: all that is larger than 4 bytes is in one
 * cell there. */
enum form { IS_NONE, IS_INLINE, IS_CELL, IS_BIG };

static bool makes_big(const struct kbm_hive_editor *editor, size_t length)
{
	return editor->hive->info.minor >= KBM_HIVE_FIRST_BIG_DATA && length > KBM_HIVE_SEGMENT;
}

static enum form form_for(const struct kbm_hive_editor *editor, size_t length)
{
	if (length <= KBM_VK_INLINE_BYTES)
		return IS_INLINE;
	return makes_big(editor, length) ? IS_BIG : IS_CELL;
}

/* A value's record as it stands. */
struct old {
	enum form form;
	uint32_t length;
	kbm_cell cell;
};

static enum kbm_code look(const struct kbm_hive_editor *editor, kbm_cell value, struct old *old,
			  struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_cell(editor, value, "vk", KBM_VK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	uint32_t size = kbm_hive_u32(record + KBM_VK_SIZE);
	*old = (struct old){
	    .form = (size & KBM_VK_INLINE) != 0 ? IS_INLINE
		    : size == 0			? IS_NONE
						: IS_CELL,
	    .length = size & ~KBM_VK_INLINE,
	    .cell = kbm_hive_u32(record + KBM_VK_DATA),
	};
	if (old->form != IS_CELL)
		return KBM_OK;
	uint8_t *data = NULL;
	code = kbm_edit_cell(editor, old->cell, NULL, 0, &data, error);
	if (code == KBM_OK && makes_big(editor, old->length) &&
	    kbm_space_room(&editor->space, old->cell) >= KBM_DB_BYTES && memcmp(data, "db", 2) == 0)
		old->form = IS_BIG;
	return code;
}

/* Points a value's record at its data. */
static enum kbm_code point(struct kbm_hive_editor *editor, kbm_cell value, uint32_t size,
			   kbm_cell cell, struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_cell(editor, value, "vk", KBM_VK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	kbm_put32(record + KBM_VK_SIZE, size);
	kbm_put32(record + KBM_VK_DATA, cell);
	editor->has_changed = true;
	return KBM_OK;
}

/* The list of segments of big data. */
static enum kbm_code segments_of(const struct kbm_hive_editor *editor, kbm_cell big, kbm_cell *list,
				 uint32_t *count, struct kbm_error *error)
{
	uint8_t *record = NULL;
	uint8_t *entries = NULL;
	enum kbm_code code = kbm_edit_cell(editor, big, "db", KBM_DB_BYTES, &record, error);
	if (code != KBM_OK)
		return code;
	*count = kbm_hive_u16(record + KBM_DB_COUNT);
	*list = kbm_hive_u32(record + KBM_DB_LIST);
	return kbm_edit_cell(editor, *list, NULL, *count * sizeof(kbm_cell), &entries, error);
}

static enum kbm_code segment_at(const struct kbm_hive_editor *editor, kbm_cell list, uint32_t index,
				kbm_cell *cell, struct kbm_error *error)
{
	uint8_t *entries = NULL;
	enum kbm_code code =
	    kbm_edit_cell(editor, list, NULL, (index + 1) * sizeof(kbm_cell), &entries, error);
	if (code == KBM_OK)
		*cell = kbm_hive_u32(entries + index * sizeof(kbm_cell));
	return code;
}

static enum kbm_code drop_segments(struct kbm_hive_editor *editor, kbm_cell big,
				   struct kbm_error *error)
{
	kbm_cell list = 0;
	uint32_t count = 0;
	enum kbm_code code = segments_of(editor, big, &list, &count, error);
	for (uint32_t i = 0; code == KBM_OK && i < count; i++) {
		kbm_cell segment = 0;
		code = segment_at(editor, list, i, &segment, error);
		if (code == KBM_OK)
			code = kbm_edit_give(editor, segment, error);
	}
	return code == KBM_OK ? kbm_edit_give(editor, list, error) : code;
}

enum kbm_code kbm_edit_drop_data(struct kbm_hive_editor *editor, kbm_cell cell,
				 struct kbm_error *error)
{
	struct old old = {IS_NONE, 0, 0};
	enum kbm_code code = look(editor, cell, &old, error);
	if (code == KBM_OK && old.form == IS_BIG)
		code = drop_segments(editor, old.cell, error);
	if (code == KBM_OK && (old.form == IS_CELL || old.form == IS_BIG))
		code = kbm_edit_give(editor, old.cell, error);
	return code == KBM_OK ? point(editor, cell, KBM_VK_INLINE, 0, error) : code;
}

/* Data over data of the same length: nothing else is touched. */
static enum kbm_code overwrite(struct kbm_hive_editor *editor, kbm_cell cell, const uint8_t *data,
			       size_t length, struct kbm_error *error)
{
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_cell(editor, cell, NULL, length, &content, error);
	if (code != KBM_OK)
		return code;
	memcpy(content, data, length);
	editor->has_changed = true;
	return KBM_OK;
}

static enum kbm_code overwrite_segments(struct kbm_hive_editor *editor, kbm_cell big,
					const uint8_t *data, size_t length, struct kbm_error *error)
{
	kbm_cell list = 0;
	uint32_t count = 0;
	enum kbm_code code = segments_of(editor, big, &list, &count, error);
	size_t done = 0;
	for (uint32_t i = 0; code == KBM_OK && done < length; i++) {
		kbm_cell segment = 0;
		size_t part = kbm_hive_smaller(length - done, KBM_HIVE_SEGMENT);
		if (i == count)
			return kbm_fail(error, KBM_UNREADABLE,
					"big data at file offset 0x%llX has too few segments",
					(unsigned long long)kbm_hive_file_offset(big));
		code = segment_at(editor, list, i, &segment, error);
		if (code == KBM_OK)
			code = overwrite(editor, segment, data + done, part, error);
		done += part;
	}
	return code;
}

/* A new cell with data in it. */
static enum kbm_code place_bytes(struct kbm_hive_editor *editor, const uint8_t *data, size_t length,
				 size_t spare, kbm_cell *cell, struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_take(editor, length + spare, cell, error);
	return code == KBM_OK ? overwrite(editor, *cell, data, length, error) : code;
}

static enum kbm_code place_segments(struct kbm_hive_editor *editor, const uint8_t *data,
				    size_t length, kbm_cell *big, struct kbm_error *error)
{
	size_t count = (length + KBM_HIVE_SEGMENT - 1) / KBM_HIVE_SEGMENT;
	kbm_cell list = 0;
	enum kbm_code code = kbm_edit_take(editor, KBM_DB_BYTES, big, error);
	if (code == KBM_OK)
		code = kbm_edit_take(editor, count * sizeof(kbm_cell), &list, error);
	if (code != KBM_OK)
		return code;
	/* All of these are new, so that they stay what they are. */
	uint8_t *record = kbm_space_bytes(&editor->space, *big);
	uint8_t *entries = kbm_space_bytes(&editor->space, list);
	kbm_put_ascii(record, "db");
	kbm_put16(record + KBM_DB_COUNT, (uint32_t)count);
	kbm_put32(record + KBM_DB_LIST, list);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		size_t from = i * KBM_HIVE_SEGMENT;
		size_t part = kbm_hive_smaller(length - from, KBM_HIVE_SEGMENT);
		kbm_cell segment = 0;
		code = place_bytes(editor, data + from, part, KBM_DB_SPARE, &segment, error);
		kbm_put32(entries + i * sizeof(kbm_cell), segment);
	}
	return code;
}

/* From one cell to one cell: where it is, if that can be. Old data behind the new is wiped, some
 * readers do not look at the length of a text. */
static enum kbm_code resize_cell(struct kbm_hive_editor *editor, kbm_cell value, kbm_cell cell,
				 const uint8_t *data, size_t length, struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_resize(editor, &cell, length, error);
	if (code == KBM_OK)
		code = overwrite(editor, cell, data, length, error);
	if (code != KBM_OK)
		return code;
	memset(kbm_space_bytes(&editor->space, cell) + length, 0,
	       kbm_space_room(&editor->space, cell) - length);
	return point(editor, value, (uint32_t)length, cell, error);
}

static enum kbm_code place(struct kbm_hive_editor *editor, kbm_cell value, const uint8_t *data,
			   size_t length, struct kbm_error *error)
{
	enum form form = form_for(editor, length);
	if (form == IS_INLINE) {
		uint8_t field[KBM_VK_INLINE_BYTES] = {0};
		if (length > 0)
			memcpy(field, data, length);
		return point(editor, value, (uint32_t)length | KBM_VK_INLINE, kbm_hive_u32(field),
			     error);
	}
	kbm_cell cell = 0;
	enum kbm_code code = form == IS_BIG ? place_segments(editor, data, length, &cell, error)
					    : place_bytes(editor, data, length, 0, &cell, error);
	return code == KBM_OK ? point(editor, value, (uint32_t)length, cell, error) : code;
}

enum kbm_code kbm_edit_put_data(struct kbm_hive_editor *editor, kbm_cell cell, const uint8_t *data,
				size_t length, struct kbm_error *error)
{
	struct old old = {IS_NONE, 0, 0};
	enum kbm_code code = look(editor, cell, &old, error);
	if (code != KBM_OK)
		return code;
	enum form form = form_for(editor, length);
	if (form == IS_BIG && old.form == IS_BIG && old.length == length)
		return overwrite_segments(editor, old.cell, data, length, error);
	if (form == IS_CELL && old.form == IS_CELL)
		return old.length == length
			   ? overwrite(editor, old.cell, data, length, error)
			   : resize_cell(editor, cell, old.cell, data, length, error);
	code = kbm_edit_drop_data(editor, cell, error);
	return code == KBM_OK ? place(editor, cell, data, length, error) : code;
}
