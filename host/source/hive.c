/* Reading a regf hive over a read-only mapping: opening, finding, taking keys and values out. */
#include "source/hive.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_base.h"
#include "source/hive_records.h"
#include "source/hive_lists.h"

#include <stdlib.h>
#include <string.h>

static enum kbm_code check_first_cells(const struct kbm_hive *hive, struct kbm_error *error)
{
	uint32_t size;
	if (!kbm_hive_bin_at(hive, 0, &size))
		return kbm_fail(error, KBM_UNREADABLE,
				"is a hive whose first bin (file offset 0x1000) is damaged: no key "
				"can be read");
	struct kbm_key_node node;
	struct kbm_error why;
	enum kbm_code code = kbm_hive_key_node(hive, hive->root, &node, &why);
	if (code != KBM_OK)
		return kbm_fail(error, code, "is a hive whose root key cannot be read: %s",
				why.message);
	return KBM_OK;
}

enum kbm_code kbm_hive_open_damaged(const uint8_t *bytes, size_t length, struct kbm_hive **hive,
				    struct kbm_error *error)
{
	struct kbm_hive *opened = calloc(1, sizeof *opened);
	struct kbm_hive_memo *memo = calloc(1, sizeof *memo);
	enum kbm_code code = KBM_MEMORY;
	if (opened == NULL || memo == NULL) {
		kbm_fail(error, code, "no memory to open a hive");
		goto out;
	}
	code = kbm_hive_base(bytes, length, &opened->info, &opened->root, opened->state_text,
			     sizeof opened->state_text, error);
	if (code != KBM_OK)
		goto out;
	uint64_t there = length - KBM_HIVE_BASE_BLOCK;
	uint64_t readable = there < opened->info.bins_bytes ? there : opened->info.bins_bytes;
	opened->bins = bytes + KBM_HIVE_BASE_BLOCK;
	opened->length = readable < INT32_MAX ? (uint32_t)readable : INT32_MAX;
	opened->memo = memo;
	memo = NULL;
	*hive = opened;
	opened = NULL;
out:
	free(memo);
	kbm_hive_close(opened);
	return code;
}

enum kbm_code kbm_hive_open(const uint8_t *bytes, size_t length, struct kbm_hive **hive,
			    struct kbm_error *error)
{
	struct kbm_hive *opened = NULL;
	enum kbm_code code = kbm_hive_open_damaged(bytes, length, &opened, error);
	if (code == KBM_OK)
		code = check_first_cells(opened, error);
	if (code == KBM_OK)
		*hive = opened;
	else
		kbm_hive_close(opened);
	return code;
}

void kbm_hive_close(struct kbm_hive *hive)
{
	if (hive == NULL)
		return;
	free(hive->memo);
	free(hive);
}

const struct kbm_hive_info *kbm_hive_info(const struct kbm_hive *hive)
{
	return &hive->info;
}

const char *kbm_hive_state_text(const struct kbm_hive *hive)
{
	return hive->state_text;
}

kbm_cell kbm_hive_root(const struct kbm_hive *hive)
{
	return hive->root;
}

enum kbm_code kbm_hive_find_key(const struct kbm_hive *hive, kbm_cell from, const char *path,
				kbm_cell *found, struct kbm_error *error)
{
	struct kbm_wanted wanted = {NULL, 0};
	size_t length = strnlen(path, KBM_PATH_MAX_BYTES + 1);
	if (length > KBM_PATH_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a registry path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	enum kbm_code code = kbm_hive_make_wanted(path, length, &wanted, error);
	kbm_cell at = from;
	unsigned depth = 0;
	for (size_t start = 0; code == KBM_OK && start < wanted.count;) {
		size_t end = start;
		while (end < wanted.count && wanted.units[end] != '\\')
			end++;
		if (++depth > KBM_HIVE_MAX_DEPTH) {
			code = kbm_fail(error, KBM_LIMIT, "a registry path has more than %u keys",
					KBM_HIVE_MAX_DEPTH);
			break;
		}
		struct kbm_key_node node;
		code = kbm_hive_key_node(hive, at, &node, error);
		if (code == KBM_OK)
			code = kbm_subkeys_find(hive, at, &node, wanted.units + start, end - start,
						&at, error);
		start = end + 1;
	}
	free(wanted.units);
	if (code == KBM_OK)
		*found = at;
	return code;
}

/* The same as kbm_hive_value_list(), with the key to name where that refers to no list. */
static enum kbm_code value_list(const struct kbm_hive *hive, kbm_cell key,
				const struct kbm_key_node *node, const uint8_t **entries,
				uint32_t *count, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (node->value_count != 0)
		code = kbm_hive_check_reference(key, node->value_list, error);
	return code == KBM_OK ? kbm_hive_value_list(hive, node, entries, count, error) : code;
}

/* Values lie in no order: each one is looked at. */
static enum kbm_code search_values(const struct kbm_hive *hive, kbm_cell key,
				   const struct kbm_key_node *node, const struct kbm_wanted *wanted,
				   kbm_cell *found, struct kbm_error *error)
{
	const uint8_t *entries;
	uint32_t count;
	enum kbm_code code = value_list(hive, key, node, &entries, &count, error);
	if (code != KBM_OK)
		return code;
	struct kbm_error first_bad = {KBM_OK, ""};
	bool bad = count < node->value_count;
	if (bad)
		kbm_hive_short_value_list(node, count, &first_bad);
	for (uint32_t i = 0; i < count; i++) {
		kbm_cell cell = kbm_hive_u32(entries + i * sizeof(kbm_cell));
		struct kbm_value_node value;
		struct kbm_error *why = bad ? NULL : &first_bad;
		if (kbm_hive_check_reference(key, cell, why) != KBM_OK ||
		    kbm_hive_value_node(hive, cell, &value, why) != KBM_OK)
			bad = true;
		else if (kbm_hive_name_compare(wanted->units, wanted->count, &value.name) == 0) {
			*found = cell;
			return KBM_OK;
		}
	}
	if (bad)
		return kbm_fail(error, KBM_UNREADABLE,
				"%s: whether the value is there cannot be told", first_bad.message);
	return KBM_NOT_FOUND;
}

enum kbm_code kbm_hive_find_value(const struct kbm_hive *hive, kbm_cell key, const char *name,
				  size_t name_length, kbm_cell *found, struct kbm_error *error)
{
	struct kbm_wanted wanted = {NULL, 0};
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, key, &node, error);
	if (code == KBM_OK)
		code = kbm_hive_make_wanted(name, name_length, &wanted, error);
	if (code == KBM_OK)
		code = search_values(hive, key, &node, &wanted, found, error);
	free(wanted.units);
	return code;
}

enum kbm_code kbm_hive_key(const struct kbm_hive *hive, kbm_cell cell, struct kbm_bytes *scratch,
			   struct kbm_key *key, struct kbm_error *error)
{
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, cell, &node, error);
	if (code == KBM_OK)
		code = kbm_hive_name_text(&node.name, scratch, error);
	if (code == KBM_OK)
		*key = (struct kbm_key){
		    .name = kbm_bytes_text(scratch),
		    .name_length = scratch->length,
		    .last_written = node.last_written,
		    .subkey_count = node.subkey_count,
		    .value_count = node.value_count,
		};
	return code;
}

enum kbm_code kbm_hive_value(const struct kbm_hive *hive, kbm_cell cell, struct kbm_bytes *name,
			     struct kbm_bytes *data, struct kbm_value *value,
			     struct kbm_error *error)
{
	struct kbm_value_node node;
	const uint8_t *bytes = NULL;
	enum kbm_code code = kbm_hive_value_node(hive, cell, &node, error);
	if (code == KBM_OK)
		code = kbm_hive_name_text(&node.name, name, error);
	if (code == KBM_OK && data != NULL)
		code = kbm_hive_value_data(hive, &node, data, &bytes, error);
	if (code == KBM_OK)
		*value = (struct kbm_value){
		    .name = kbm_bytes_text(name),
		    .name_length = name->length,
		    .type = node.type,
		    .data = bytes,
		    .length = node.length,
		};
	return code;
}

enum kbm_code kbm_hive_is_link(const struct kbm_hive *hive, kbm_cell key, bool *is_link,
			       struct kbm_error *error)
{
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, key, &node, error);
	if (code == KBM_OK)
		*is_link = (node.flags & KBM_KEY_SYMBOLIC_LINK) != 0;
	return code;
}

/* Makes the remembered list the one of `key`, standing at or before `index`. */
static enum kbm_code remember_list(const struct kbm_hive *hive, kbm_cell key, size_t index,
				   struct kbm_error *error)
{
	struct kbm_subkeys *list = &hive->memo->subkeys;
	if (key != 0 && list->key == key && index >= list->first)
		return KBM_OK;
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, key, &node, error);
	if (code == KBM_OK)
		code = kbm_subkeys_open(hive, key, &node, list, error);
	if (code == KBM_OK)
		code = kbm_subkeys_check_owner(hive, list, error);
	if (code != KBM_OK)
		list->key = 0;
	return code;
}

enum kbm_code kbm_hive_subkey_at(const struct kbm_hive *hive, kbm_cell key, size_t index,
				 kbm_cell *cell, struct kbm_error *error)
{
	struct kbm_subkeys *list = &hive->memo->subkeys;
	enum kbm_code code = remember_list(hive, key, index, error);
	while (code == KBM_OK && index - list->first >= list->entry_count)
		code = kbm_subkeys_next_leaf(hive, list, error);
	if (code == KBM_OK) {
		*cell = kbm_subkeys_entry(list, (uint32_t)(index - list->first));
		kbm_subkeys_look_ahead(hive, list, (uint32_t)(index - list->first));
		return kbm_hive_check_reference(key, *cell, error);
	}
	if (code == KBM_NOT_FOUND && kbm_subkeys_check_count(list, error) != KBM_OK)
		code = KBM_UNREADABLE;
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		list->key = 0; /* a leaf was passed over: positions no longer hold */
	return code;
}

enum kbm_code kbm_hive_value_at(const struct kbm_hive *hive, kbm_cell key, size_t index,
				kbm_cell *cell, struct kbm_error *error)
{
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, key, &node, error);
	if (code != KBM_OK)
		return code;
	if (index >= node.value_count)
		return KBM_NOT_FOUND;
	const uint8_t *entries;
	uint32_t count;
	code = value_list(hive, key, &node, &entries, &count, error);
	if (code != KBM_OK)
		return code;
	if (index >= count)
		return kbm_hive_short_value_list(&node, count, error);
	*cell = kbm_hive_u32(entries + index * sizeof(kbm_cell));
	return kbm_hive_check_reference(key, *cell, error);
}
