/* Inside the hive editor: lists of subkeys that shrink. Leaves that are nearly empty are merged
 * with their neighbours, and the last leaf does without an index root. */
#include "source/hive_edit_parts.h"

#include "source/hive_cells.h"
#include "source/hive_format.h"

#include <string.h>

/* Takes the leaf at *place out of the index root. */
static enum kbm_code remove_leaf(struct kbm_hive_editor *editor, kbm_cell key, kbm_cell root,
				 uint32_t leaf, struct kbm_error *error)
{
	uint32_t count = 0;
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_root_count(editor, root, &count, error);
	if (code == KBM_OK)
		code = kbm_edit_root(editor, root, count, &content, error);
	if (code != KBM_OK)
		return code;
	if (leaf >= count)
		return kbm_fail(error, KBM_UNREADABLE, "a list of subkeys is used twice");
	uint32_t left = count - 1;
	uint8_t *entry = content + kbm_edit_list_bytes(4, leaf);
	memmove(entry, entry + 4, 4 * (size_t)(left - leaf));
	kbm_put16(content + KBM_LIST_COUNT, left);
	if (left > 1)
		return kbm_edit_resize(editor, &root, kbm_edit_list_bytes(4, left), error);
	kbm_cell only = left == 0 ? KBM_CELL_NONE : kbm_hive_u32(content + KBM_LIST_ENTRIES);
	code = kbm_edit_give(editor, root, error);
	return code == KBM_OK ? kbm_edit_point_key(editor, key, only, error) : code;
}

/* Appends leaf `number` + 1 to leaf `number`, when both are of a kind and half a leaf holds all. */
static enum kbm_code merge_leaves(struct kbm_hive_editor *editor, kbm_cell key, kbm_cell root,
				  uint32_t number, struct kbm_error *error)
{
	struct kbm_edit_leaves leaves = {.root = root};
	struct kbm_edit_leaf first;
	struct kbm_edit_leaf second;
	struct kbm_edit_place place = {.root = root, .leaf = number};
	kbm_cell other = 0;
	enum kbm_code code = kbm_edit_leaf_cell(editor, &leaves, number, &place.cell, error);
	if (code == KBM_OK)
		code = kbm_edit_leaf_cell(editor, &leaves, number + 1, &other, error);
	if (code == KBM_OK)
		code = kbm_edit_leaf(editor, place.cell, &first, error);
	if (code == KBM_OK)
		code = kbm_edit_leaf(editor, other, &second, error);
	if (code != KBM_OK)
		return code;
	uint32_t count = first.count + second.count;
	if (first.kind != second.kind || count > kbm_edit_leaf_limit(first.kind) / 2 ||
	    other == place.cell)
		return KBM_OK;
	kbm_cell old = place.cell;
	code =
	    kbm_edit_resize(editor, &place.cell, kbm_edit_list_bytes(first.stride, count), error);
	if (code == KBM_OK && place.cell != old)
		code = kbm_edit_point_leaf(editor, key, &place, error);
	if (code != KBM_OK)
		return code;
	/* Two cells in use that differ: neither was given back by resizing. */
	uint8_t *content = kbm_space_bytes(&editor->space, place.cell);
	memcpy(content + kbm_edit_list_bytes(first.stride, first.count),
	       kbm_edit_leaf_at(&second, 0), (size_t)second.stride * second.count);
	kbm_put16(content + KBM_LIST_COUNT, count);
	code = kbm_edit_give(editor, other, error);
	return code == KBM_OK ? remove_leaf(editor, key, root, number + 1, error) : code;
}

static enum kbm_code merge_around(struct kbm_hive_editor *editor, kbm_cell key,
				  const struct kbm_edit_place *place, uint32_t entries,
				  struct kbm_error *error)
{
	uint32_t count = 0;
	if (place->root == 0 || entries > KBM_FAST_LEAF_MAX / 4)
		return KBM_OK;
	enum kbm_code code = kbm_edit_root_count(editor, place->root, &count, error);
	if (code == KBM_OK && place->leaf + 1 < count)
		return merge_leaves(editor, key, place->root, place->leaf, error);
	if (code == KBM_OK && place->leaf > 0 && place->leaf < count)
		return merge_leaves(editor, key, place->root, place->leaf - 1, error);
	return code;
}

static enum kbm_code remove_entry(struct kbm_hive_editor *editor, kbm_cell key,
				  const struct kbm_edit_place *place, struct kbm_error *error)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(editor, place->cell, &leaf, error);
	if (code != KBM_OK)
		return code;
	uint32_t left = leaf.count - 1;
	kbm_cell cell = place->cell;
	if (left == 0) {
		code = kbm_edit_give(editor, cell, error);
		if (code != KBM_OK)
			return code;
		return place->root == 0 ? kbm_edit_point_key(editor, key, KBM_CELL_NONE, error)
					: remove_leaf(editor, key, place->root, place->leaf, error);
	}
	uint8_t *entry = kbm_edit_leaf_at(&leaf, place->index);
	memmove(entry, entry + leaf.stride, (size_t)leaf.stride * (left - place->index));
	kbm_put16(leaf.content + KBM_LIST_COUNT, left);
	code = kbm_edit_resize(editor, &cell, kbm_edit_list_bytes(leaf.stride, left), error);
	return code == KBM_OK ? merge_around(editor, key, place, left, error) : code;
}

enum kbm_code kbm_edit_remove_subkey(struct kbm_hive_editor *editor, kbm_cell key,
				     struct kbm_edit_place place, struct kbm_error *error)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	enum kbm_code code = remove_entry(editor, key, &place, error);
	if (code == KBM_OK)
		code = kbm_edit_key(editor, key, &node, &record, error);
	if (code != KBM_OK)
		return code;
	uint32_t left = node.subkey_count - 1;
	kbm_put32(record + KBM_NK_SUBKEY_COUNT, left);
	if (left == 0) { /* as in Windows, these do not fall before */
		kbm_put16(record + KBM_NK_LONGEST_SUBKEY, 0);
		kbm_put32(record + KBM_NK_LONGEST_CLASS, 0);
		kbm_put32(record + KBM_NK_SUBKEY_LIST, KBM_CELL_NONE);
	}
	return kbm_edit_touch(editor, key, error);
}
