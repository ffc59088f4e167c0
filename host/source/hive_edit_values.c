/* Inside the hive editor: a key's values and their list. */
#include "source/hive_edit_parts.h"

#include "base/limits.h"
#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_names.h"

#include <string.h>

/* The list of a key that has values. */
static enum kbm_code value_entries(const struct kbm_hive_editor *editor,
				   const struct kbm_key_node *node, uint8_t **entries,
				   struct kbm_error *error)
{
	return kbm_edit_cell(editor, node->value_list, NULL, node->value_count * sizeof(kbm_cell),
			     entries, error);
}

/* KBM_NOT_FOUND when every value was read and none has that name. */
static enum kbm_code find_value(const struct kbm_hive_editor *editor,
				const struct kbm_key_node *node, const struct kbm_edit_name *name,
				uint32_t *index, struct kbm_value_node *value,
				struct kbm_error *error)
{
	uint8_t *entries = NULL;
	enum kbm_code code = KBM_OK;
	if (node->value_count > 0)
		code = value_entries(editor, node, &entries, error);
	for (uint32_t i = 0; code == KBM_OK && i < node->value_count; i++) {
		code = kbm_hive_value_node(
		    editor->hive, kbm_hive_u32(entries + i * sizeof(kbm_cell)), value, error);
		if (code == KBM_OK &&
		    kbm_hive_name_compare(name->upcased, name->count, &value->name) == 0) {
			*index = i;
			return KBM_OK;
		}
	}
	return code == KBM_OK ? KBM_NOT_FOUND : code;
}

static enum kbm_code writable_key(const struct kbm_hive_editor *editor, kbm_cell key,
				  struct kbm_key_node *node, uint8_t **record,
				  struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_key(editor, key, node, record, error);
	if (code == KBM_OK && (node->flags & KBM_KEY_PREDEFINED) != 0)
		return kbm_fail(error, KBM_REFUSED,
				"the key at file offset 0x%llX stands for a predefined handle and "
				"has no values of its own",
				(unsigned long long)kbm_hive_file_offset(key));
	return code;
}

static bool has_data(const struct kbm_hive_editor *editor, const struct kbm_value_node *node,
		     const struct kbm_value *value)
{
	if (node->type != value->type || node->length != value->length)
		return false;
	struct kbm_bytes scratch;
	const uint8_t *data = NULL;
	kbm_bytes_init(&scratch, KBM_HIVE_MAX_VALUE_BYTES);
	bool same = kbm_hive_value_data(editor->hive, node, &scratch, &data, NULL) == KBM_OK &&
		    (value->length == 0 || memcmp(data, value->data, value->length) == 0);
	kbm_bytes_clear(&scratch);
	return same;
}

static void raise(uint8_t *field, size_t bytes)
{
	if (kbm_hive_u32(field) < bytes)
		kbm_put32(field, (uint32_t)bytes);
}

/* Keeps what the key says of its largest value: as in Windows it never falls before the last value
 * goes. */
static enum kbm_code note_value(struct kbm_hive_editor *editor, kbm_cell key, size_t name_units,
				size_t length, struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	raise(record + KBM_NK_LONGEST_NAME, 2 * name_units);
	raise(record + KBM_NK_LARGEST_DATA, length);
	return kbm_edit_touch(editor, key, error);
}

static enum kbm_code make_value(struct kbm_hive_editor *editor, const struct kbm_edit_name *name,
				kbm_cell *cell, struct kbm_error *error)
{
	size_t bytes = kbm_hive_name_bytes(name->units, name->count);
	enum kbm_code code = kbm_edit_take(editor, KBM_VK_NAME + bytes, cell, error);
	if (code != KBM_OK)
		return code;
	uint8_t *record = kbm_space_bytes(&editor->space, *cell);
	kbm_put_ascii(record, "vk");
	kbm_put16(record + KBM_VK_NAME_LENGTH, (uint32_t)bytes);
	kbm_put32(record + KBM_VK_SIZE, KBM_VK_INLINE);
	if (name->count > 0 && kbm_hive_name_compresses(name->units, name->count))
		kbm_put16(record + KBM_VK_FLAGS, KBM_VK_COMPRESSED);
	kbm_hive_name_put(record + KBM_VK_NAME, name->units, name->count);
	return KBM_OK;
}

/* Appends to the list. It grows by more than one entry, or each new value would move it. */
static enum kbm_code append_value(struct kbm_hive_editor *editor, kbm_cell key, kbm_cell value,
				  struct kbm_error *error)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	uint8_t *entries = NULL;
	enum kbm_code code = kbm_edit_key(editor, key, &node, &record, error);
	if (code != KBM_OK)
		return code;
	size_t needed = (node.value_count + (size_t)1) * sizeof(kbm_cell);
	kbm_cell list = node.value_list;
	if (node.value_count == 0)
		code = kbm_edit_take(editor, needed, &list, error);
	else
		code = value_entries(editor, &node, &entries, error);
	if (code == KBM_OK && kbm_space_room(&editor->space, list) < needed)
		code = kbm_edit_resize(editor, &list, needed + needed / 8, error);
	if (code == KBM_OK)
		code = kbm_edit_cell(editor, list, NULL, needed, &entries, error);
	if (code == KBM_OK)
		code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	kbm_put32(entries + needed - sizeof(kbm_cell), value);
	kbm_put32(record + KBM_NK_VALUE_COUNT, node.value_count + 1);
	kbm_put32(record + KBM_NK_VALUE_LIST, list);
	return KBM_OK;
}

static enum kbm_code put_value(struct kbm_hive_editor *editor, kbm_cell cell,
			       const struct kbm_value *value, struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_put_data(editor, cell, value->data, value->length, error);
	if (code == KBM_OK)
		code = kbm_edit_cell(editor, cell, "vk", KBM_VK_NAME, &record, error);
	if (code == KBM_OK)
		kbm_put32(record + KBM_VK_TYPE, value->type);
	return code;
}

enum kbm_code kbm_edit_set_value(struct kbm_hive_editor *editor, kbm_cell key,
				 const struct kbm_edit_name *name, const struct kbm_value *value,
				 struct kbm_error *error)
{
	struct kbm_key_node node;
	struct kbm_value_node old;
	uint8_t *record = NULL;
	uint32_t index = 0;
	enum kbm_code code = writable_key(editor, key, &node, &record, error);
	if (code != KBM_OK)
		return code;
	code = find_value(editor, &node, name, &index, &old, error);
	if (code == KBM_OK) {
		if (has_data(editor, &old, value))
			return KBM_OK;
		code = put_value(editor, old.cell, value, error);
	} else if (code == KBM_NOT_FOUND) {
		kbm_cell cell = 0;
		code = make_value(editor, name, &cell, error);
		if (code == KBM_OK)
			code = put_value(editor, cell, value, error);
		if (code == KBM_OK)
			code = append_value(editor, key, cell, error);
	}
	return code == KBM_OK ? note_value(editor, key, name->count, value->length, error) : code;
}

static enum kbm_code drop_value(struct kbm_hive_editor *editor, kbm_cell cell,
				struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_drop_data(editor, cell, error);
	return code == KBM_OK ? kbm_edit_give(editor, cell, error) : code;
}

/* The last value takes the list with it. */
static enum kbm_code remove_last(struct kbm_hive_editor *editor, kbm_cell key, kbm_cell list,
				 struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_give(editor, list, error);
	if (code == KBM_OK)
		code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	kbm_put32(record + KBM_NK_VALUE_COUNT, 0);
	kbm_put32(record + KBM_NK_VALUE_LIST, KBM_CELL_NONE);
	kbm_put32(record + KBM_NK_LONGEST_NAME, 0);
	kbm_put32(record + KBM_NK_LARGEST_DATA, 0);
	return KBM_OK;
}

static enum kbm_code remove_entry(struct kbm_hive_editor *editor, kbm_cell key,
				  const struct kbm_key_node *node, uint32_t index,
				  struct kbm_error *error)
{
	uint8_t *entries = NULL;
	uint8_t *record = NULL;
	kbm_cell list = node->value_list;
	if (node->value_count == 1)
		return remove_last(editor, key, list, error);
	enum kbm_code code = value_entries(editor, node, &entries, error);
	if (code == KBM_OK)
		code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	uint32_t left = node->value_count - 1;
	uint8_t *entry = entries + index * sizeof(kbm_cell);
	memmove(entry, entry + sizeof(kbm_cell), (left - index) * sizeof(kbm_cell));
	kbm_put32(record + KBM_NK_VALUE_COUNT, left);
	/* It never moves when it shrinks. */
	return kbm_edit_resize(editor, &list, left * sizeof(kbm_cell), error);
}

enum kbm_code kbm_edit_delete_value(struct kbm_hive_editor *editor, kbm_cell key,
				    const struct kbm_edit_name *name, struct kbm_error *error)
{
	struct kbm_key_node node;
	struct kbm_value_node value;
	uint8_t *record = NULL;
	uint32_t index = 0;
	enum kbm_code code = writable_key(editor, key, &node, &record, error);
	if (code == KBM_OK)
		code = find_value(editor, &node, name, &index, &value, error);
	if (code == KBM_NOT_FOUND)
		return kbm_fail(error, code, "the value is not there");
	if (code == KBM_OK)
		code = drop_value(editor, value.cell, error);
	if (code == KBM_OK)
		code = remove_entry(editor, key, &node, index, error);
	return code == KBM_OK ? kbm_edit_touch(editor, key, error) : code;
}

enum kbm_code kbm_edit_drop_values(struct kbm_hive_editor *editor, const struct kbm_key_node *node,
				   struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (uint32_t i = 0; code == KBM_OK && i < node->value_count; i++) {
		uint8_t *entries = NULL; /* anew each time: damaged lists give themselves back */
		code = value_entries(editor, node, &entries, error);
		if (code == KBM_OK)
			code =
			    drop_value(editor, kbm_hive_u32(entries + i * sizeof(kbm_cell)), error);
	}
	if (code == KBM_OK && node->value_count > 0)
		code = kbm_edit_give(editor, node->value_list, error);
	return code;
}
