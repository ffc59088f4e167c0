/* Inside the hive editor: finding a subkey, or the place where it belongs. */
#include "source/hive_edit_parts.h"
#include "source/hive_stored_names.h"

#include "base/limits.h"
#include "source/hive_format.h"

#include <string.h>

static enum kbm_code bad_list(kbm_cell cell, const char *why, struct kbm_error *error)
{
	kbm_fail(error, KBM_UNREADABLE, "the subkey list at file offset 0x%llX %s",
		 (unsigned long long)kbm_hive_file_offset(cell), why);
	return KBM_UNREADABLE;
}

enum kbm_code kbm_edit_leaf(const struct kbm_hive_editor *editor, kbm_cell cell,
			    struct kbm_edit_leaf *leaf, struct kbm_error *error)
{
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_cell(editor, cell, NULL, KBM_LIST_ENTRIES, &content, error);
	if (code != KBM_OK)
		return code;
	uint8_t kind = content[1];
	if (content[0] != 'l' || (kind != 'f' && kind != 'h' && kind != 'i'))
		return bad_list(cell, "is none: no lf, lh or li", error);
	uint32_t stride = kind == 'i' ? 4 : 8;
	uint32_t count = kbm_hive_u16(content + KBM_LIST_COUNT);
	if (count == 0)
		return bad_list(cell, "is empty", error);
	if (count > (kbm_space_room(&editor->space, cell) - KBM_LIST_ENTRIES) / stride)
		return bad_list(cell, "counts more elements than its cell holds", error);
	*leaf = (struct kbm_edit_leaf){kind, stride, count, content};
	return KBM_OK;
}

kbm_cell kbm_edit_leaf_entry(const struct kbm_edit_leaf *leaf, uint32_t index)
{
	return kbm_hive_u32(leaf->content + KBM_LIST_ENTRIES + (size_t)index * leaf->stride);
}

enum kbm_code kbm_edit_leaves(const struct kbm_hive_editor *editor, const struct kbm_key_node *node,
			      struct kbm_edit_leaves *leaves, struct kbm_error *error)
{
	*leaves = (struct kbm_edit_leaves){0};
	if (node->subkey_count == 0)
		return KBM_OK;
	uint8_t *content = NULL;
	enum kbm_code code =
	    kbm_edit_cell(editor, node->subkey_list, NULL, KBM_LIST_ENTRIES, &content, error);
	if (code != KBM_OK)
		return code;
	if (memcmp(content, "ri", 2) != 0) {
		*leaves = (struct kbm_edit_leaves){.count = 1, .only = node->subkey_list};
		return KBM_OK;
	}
	uint32_t count = kbm_hive_u16(content + KBM_LIST_COUNT);
	if (count == 0)
		return bad_list(node->subkey_list, "is empty", error);
	*leaves = (struct kbm_edit_leaves){.root = node->subkey_list, .count = count};
	return kbm_edit_cell(editor, node->subkey_list, "ri",
			     KBM_LIST_ENTRIES + count * sizeof(kbm_cell), &content, error);
}

enum kbm_code kbm_edit_leaf_cell(const struct kbm_hive_editor *editor,
				 const struct kbm_edit_leaves *leaves, uint32_t number,
				 kbm_cell *cell, struct kbm_error *error)
{
	if (leaves->root == 0) {
		*cell = leaves->only;
		return KBM_OK;
	}
	uint8_t *content = NULL;
	size_t at = KBM_LIST_ENTRIES + number * sizeof(kbm_cell);
	enum kbm_code code =
	    kbm_edit_cell(editor, leaves->root, "ri", at + sizeof(kbm_cell), &content, error);
	if (code == KBM_OK)
		*cell = kbm_hive_u32(content + at);
	return code;
}

static enum kbm_code load_leaf(const struct kbm_hive_editor *editor,
			       const struct kbm_edit_leaves *leaves, uint32_t number,
			       kbm_cell *cell, struct kbm_edit_leaf *leaf, struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_leaf_cell(editor, leaves, number, cell, error);
	return code == KBM_OK ? kbm_edit_leaf(editor, *cell, leaf, error) : code;
}

/* What is looked for, where. */
struct search {
	struct kbm_hive_editor *editor;
	const struct kbm_edit_name *name;
	struct kbm_edit_leaves leaves;
	uint32_t subkey_count; /* as the key says */
	struct kbm_error *error;
};

/* <0: the name comes before that key; 0: it is its name. */
static enum kbm_code compare(const struct search *search, kbm_cell key, int *order)
{
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(search->editor->hive, key, &node, search->error);
	if (code == KBM_OK)
		*order =
		    kbm_hive_name_compare(search->name->upcased, search->name->count, &node.name);
	return code;
}

/* --- looking at each subkey ----------------------------------------------------------------- */

/* The name of the subkey before, to see whether the list is sorted. */
struct previous {
	struct kbm_stored_name name; /* empty in front of the first */
	bool has_name;
	bool is_sorted; /* so far */
};

static void check_order(struct previous *previous, const struct kbm_stored_name *name)
{
	if ((previous->has_name && kbm_hive_names_order(&previous->name, name) >= 0) ||
	    kbm_hive_name_units(name) > KBM_HIVE_MAX_KEY_UNITS)
		previous->is_sorted = false;
	previous->name = *name;
	previous->has_name = true;
}

/* One leaf: *place is filled by the first key that is the one, or else by the first behind it. */
static enum kbm_code scan_leaf(const struct search *search, const struct kbm_edit_leaf *leaf,
			       struct kbm_edit_place at, struct previous *previous,
			       struct kbm_edit_place *place)
{
	for (at.index = 0; at.index < leaf->count; at.index++) {
		struct kbm_key_node node;
		at.key = kbm_edit_leaf_entry(leaf, at.index);
		enum kbm_code code =
		    kbm_hive_key_node(search->editor->hive, at.key, &node, search->error);
		if (code != KBM_OK)
			return code;
		check_order(previous, &node.name);
		int order =
		    kbm_hive_name_compare(search->name->upcased, search->name->count, &node.name);
		if (order == 0 && place->key == 0) {
			*place = at;
		} else if (order < 0 && place->cell == 0) {
			*place = at;
			place->key = 0;
		}
	}
	return KBM_OK;
}

/* Each entry is a key of its own: more than the hive can hold are made up. */
static enum kbm_code check_count(const struct search *search, uint32_t seen, bool is_end,
				 kbm_cell cell)
{
	if (seen > search->subkey_count || (is_end && seen != search->subkey_count) ||
	    seen > search->editor->hive->length / KBM_HIVE_MIN_KEY)
		return bad_list(cell, "does not hold as many keys as its key says", search->error);
	return KBM_OK;
}

static enum kbm_code scan(const struct search *search, struct kbm_edit_place *place,
			  bool *is_sorted)
{
	struct previous previous = {.is_sorted = true};
	struct kbm_edit_place at = {.root = search->leaves.root};
	struct kbm_edit_leaf leaf = {0};
	uint32_t seen = 0;
	*place = (struct kbm_edit_place){.root = search->leaves.root};
	for (; at.leaf < search->leaves.count; at.leaf++) {
		enum kbm_code code = load_leaf(search->editor, &search->leaves, at.leaf, &at.cell,
					       &leaf, search->error);
		if (code == KBM_OK)
			code = check_count(search, seen + leaf.count,
					   at.leaf + 1 == search->leaves.count, at.cell);
		if (code == KBM_OK)
			code = scan_leaf(search, &leaf, at, &previous, place);
		if (code != KBM_OK)
			return code;
		seen += leaf.count;
	}
	*is_sorted = previous.is_sorted;
	if (place->cell == 0 && seen > 0) { /* behind all of them */
		at.leaf--;
		at.index = leaf.count;
		at.key = 0;
		*place = at;
	}
	return place->key != 0 ? KBM_OK : KBM_NOT_FOUND;
}

/* --- a sorted list -------------------------------------------------------------------------- */

/* The last leaf whose first key is not behind the name, or the first leaf. */
static enum kbm_code choose_leaf(const struct search *search, struct kbm_edit_place *place,
				 struct kbm_edit_leaf *leaf)
{
	uint32_t low = 0;
	uint32_t high = search->leaves.count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		int order = 0;
		enum kbm_code code = load_leaf(search->editor, &search->leaves, middle,
					       &place->cell, leaf, search->error);
		if (code == KBM_OK)
			code = compare(search, kbm_edit_leaf_entry(leaf, 0), &order);
		if (code != KBM_OK)
			return code;
		if (order < 0)
			high = middle;
		else
			low = middle;
	}
	place->leaf = low;
	return load_leaf(search->editor, &search->leaves, low, &place->cell, leaf, search->error);
}

static enum kbm_code search_sorted(const struct search *search, struct kbm_edit_place *place)
{
	struct kbm_edit_leaf leaf = {0};
	*place = (struct kbm_edit_place){.root = search->leaves.root};
	if (search->leaves.count == 0)
		return KBM_NOT_FOUND;
	enum kbm_code code = choose_leaf(search, place, &leaf);
	uint32_t low = 0;
	uint32_t high = code == KBM_OK ? leaf.count : 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		kbm_cell key = kbm_edit_leaf_entry(&leaf, middle);
		int order = 0;
		code = compare(search, key, &order);
		if (code != KBM_OK)
			return code;
		if (order == 0) {
			place->index = middle;
			place->key = key;
			return KBM_OK;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	place->index = low;
	return code == KBM_OK ? KBM_NOT_FOUND : code;
}

enum kbm_code kbm_edit_find_subkey(struct kbm_hive_editor *editor, kbm_cell key,
				   const struct kbm_edit_name *name, struct kbm_edit_place *place,
				   struct kbm_error *error)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	struct search search = {.editor = editor, .name = name, .error = error};
	kbm_cell *known = kbm_edit_sorted_slot(editor, key);
	enum kbm_code code = kbm_edit_key(editor, key, &node, &record, error);
	if (code == KBM_OK)
		code = kbm_edit_leaves(editor, &node, &search.leaves, error);
	if (code != KBM_OK)
		return code;
	if (*known == key)
		return search_sorted(&search, place);
	bool is_sorted = false;
	search.subkey_count = node.subkey_count;
	code = scan(&search, place, &is_sorted);
	if ((code == KBM_OK || code == KBM_NOT_FOUND) && is_sorted)
		*known = key;
	return code;
}
