/* Inside the hive editor: lists of subkeys that grow.
 *
 * A list keeps the kind that it has. A new one is `lh` from format 1.5 on and `lf` in 1.3 and 1.4.
 * The specification does not say what 1.2 has; `li` is the plain kind, which has no hints and which
 * all formats can read. A single `lf` that is full becomes `li`, as in NT 4.0 and Windows 2000, in
 * the formats that have no `lh`; other full leaves are cut in two, below an index root. */
#include "source/hive_edit_parts.h"

#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_names.h"

#include <string.h>

uint32_t kbm_edit_leaf_limit(uint8_t kind)
{
	return kind == 'i' ? KBM_SLOW_LEAF_MAX : KBM_FAST_LEAF_MAX;
}

size_t kbm_edit_list_bytes(uint32_t stride, uint32_t count)
{
	return KBM_LIST_ENTRIES + (size_t)stride * count;
}

uint8_t *kbm_edit_leaf_at(const struct kbm_edit_leaf *leaf, uint32_t index)
{
	return leaf->content + kbm_edit_list_bytes(leaf->stride, index);
}

static void put_entry(const struct kbm_edit_leaf *leaf, uint32_t index, kbm_cell subkey,
		      const struct kbm_edit_name *name)
{
	uint8_t *entry = kbm_edit_leaf_at(leaf, index);
	kbm_put32(entry, subkey);
	if (leaf->kind == 'h')
		kbm_put32(entry + 4, kbm_hive_name_hash(name->units, name->count));
	else if (leaf->kind == 'f')
		kbm_put32(entry + 4, kbm_hive_name_hint(name->units, name->count));
}

enum kbm_code kbm_edit_point_key(struct kbm_hive_editor *editor, kbm_cell key, kbm_cell list,
				 struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, &record, error);
	if (code == KBM_OK)
		kbm_put32(record + KBM_NK_SUBKEY_LIST, list);
	return code;
}

enum kbm_code kbm_edit_root(const struct kbm_hive_editor *editor, kbm_cell root, uint32_t count,
			    uint8_t **content, struct kbm_error *error)
{
	return kbm_edit_cell(editor, root, "ri", kbm_edit_list_bytes(sizeof(kbm_cell), count),
			     content, error);
}

enum kbm_code kbm_edit_root_count(const struct kbm_hive_editor *editor, kbm_cell root,
				  uint32_t *count, struct kbm_error *error)
{
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_root(editor, root, 0, &content, error);
	if (code != KBM_OK)
		return code;
	*count = kbm_hive_u16(content + KBM_LIST_COUNT);
	return kbm_edit_root(editor, root, *count, &content, error);
}

enum kbm_code kbm_edit_point_leaf(struct kbm_hive_editor *editor, kbm_cell key,
				  const struct kbm_edit_place *place, struct kbm_error *error)
{
	if (place->root == 0)
		return kbm_edit_point_key(editor, key, place->cell, error);
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_root(editor, place->root, place->leaf + 1, &content, error);
	if (code == KBM_OK)
		kbm_put32(content + kbm_edit_list_bytes(sizeof(kbm_cell), place->leaf),
			  place->cell);
	return code;
}

/* --- growing -------------------------------------------------------------------------------- */

static enum kbm_code make_leaf(struct kbm_hive_editor *editor, kbm_cell key,
			       struct kbm_edit_place *place, kbm_cell subkey,
			       const struct kbm_edit_name *name, struct kbm_error *error)
{
	uint32_t minor = editor->hive->info.minor;
	uint8_t kind = minor >= KBM_FIRST_HASH_LEAF   ? 'h'
		       : minor >= KBM_FIRST_FAST_LEAF ? 'f'
						      : 'i';
	struct kbm_edit_leaf leaf = {.kind = kind, .stride = kind == 'i' ? 4 : 8, .count = 1};
	enum kbm_code code =
	    kbm_edit_take(editor, kbm_edit_list_bytes(leaf.stride, 1), &place->cell, error);
	if (code != KBM_OK)
		return code;
	leaf.content = kbm_space_bytes(&editor->space, place->cell);
	leaf.content[0] = 'l';
	leaf.content[1] = kind;
	kbm_put16(leaf.content + KBM_LIST_COUNT, 1);
	put_entry(&leaf, 0, subkey, name);
	return kbm_edit_point_key(editor, key, place->cell, error);
}

/* lf to li, in its own cell. */
static enum kbm_code slow_down(const struct kbm_hive_editor *editor, kbm_cell cell,
			       struct kbm_error *error)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(editor, cell, &leaf, error);
	if (code != KBM_OK)
		return code;
	for (uint32_t i = 0; i < leaf.count; i++)
		memmove(leaf.content + kbm_edit_list_bytes(4, i), kbm_edit_leaf_at(&leaf, i), 4);
	memset(leaf.content + kbm_edit_list_bytes(4, leaf.count), 0, 4 * (size_t)leaf.count);
	leaf.content[1] = 'i';
	return KBM_OK;
}

/* The first index root, over the leaf that there is. */
static enum kbm_code make_root(struct kbm_hive_editor *editor, kbm_cell key,
			       struct kbm_edit_place *place, struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_take(editor, kbm_edit_list_bytes(4, 2), &place->root, error);
	if (code != KBM_OK)
		return code;
	uint8_t *content = kbm_space_bytes(&editor->space, place->root);
	kbm_put_ascii(content, "ri");
	kbm_put16(content + KBM_LIST_COUNT, 1);
	kbm_put32(content + KBM_LIST_ENTRIES, place->cell);
	place->leaf = 0;
	return kbm_edit_point_key(editor, key, place->root, error);
}

/* Enters a leaf into the index root, behind the one at *place. */
static enum kbm_code enter_leaf(struct kbm_hive_editor *editor, kbm_cell key,
				struct kbm_edit_place *place, kbm_cell added,
				struct kbm_error *error)
{
	uint32_t count = 0;
	uint8_t *content = NULL;
	kbm_cell root = place->root;
	enum kbm_code code = kbm_edit_root_count(editor, root, &count, error);
	if (code == KBM_OK && count == UINT16_MAX)
		return kbm_fail(error, KBM_LIMIT, "a key with too many subkeys for one list");
	if (code == KBM_OK)
		code = kbm_edit_resize(editor, &root, kbm_edit_list_bytes(4, count + 1), error);
	if (code == KBM_OK && root != place->root)
		code = kbm_edit_point_key(editor, key, root, error);
	if (code == KBM_OK)
		code = kbm_edit_root(editor, root, count + 1, &content, error);
	if (code != KBM_OK)
		return code;
	uint8_t *entry = content + kbm_edit_list_bytes(4, place->leaf + 1);
	memmove(entry + 4, entry, 4 * (size_t)(count - place->leaf - 1));
	kbm_put32(entry, added);
	kbm_put16(content + KBM_LIST_COUNT, count + 1);
	place->root = root;
	return KBM_OK;
}

/* Moves the second half of a leaf's entries into a new leaf. */
static enum kbm_code halve(struct kbm_hive_editor *editor, kbm_cell cell, kbm_cell *added,
			   uint32_t *kept, struct kbm_error *error)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(editor, cell, &leaf, error);
	if (code != KBM_OK)
		return code;
	*kept = leaf.count / 2;
	uint32_t moved = leaf.count - *kept;
	code = kbm_edit_take(editor, kbm_edit_list_bytes(leaf.stride, moved), added, error);
	if (code != KBM_OK)
		return code;
	uint8_t *content = kbm_space_bytes(&editor->space, *added);
	memcpy(content, leaf.content, KBM_LIST_ENTRIES);
	kbm_put16(content + KBM_LIST_COUNT, moved);
	memcpy(content + KBM_LIST_ENTRIES, kbm_edit_leaf_at(&leaf, *kept),
	       (size_t)leaf.stride * moved);
	kbm_put16(leaf.content + KBM_LIST_COUNT, *kept);
	return kbm_edit_resize(editor, &cell, kbm_edit_list_bytes(leaf.stride, *kept), error);
}

static enum kbm_code split_leaf(struct kbm_hive_editor *editor, kbm_cell key,
				struct kbm_edit_place *place, struct kbm_error *error)
{
	kbm_cell added = 0;
	uint32_t kept = 0;
	enum kbm_code code = halve(editor, place->cell, &added, &kept, error);
	if (code == KBM_OK && place->root == 0)
		code = make_root(editor, key, place, error);
	if (code == KBM_OK)
		code = enter_leaf(editor, key, place, added, error);
	if (code == KBM_OK && place->index > kept) {
		place->cell = added;
		place->leaf++;
		place->index -= kept;
	}
	return code;
}

/* A leaf with one entry more. It grows by more than one, or each new key would move it. */
static enum kbm_code grow_leaf(struct kbm_hive_editor *editor, kbm_cell key,
			       struct kbm_edit_place *place, kbm_cell subkey,
			       const struct kbm_edit_name *name, struct kbm_error *error)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(editor, place->cell, &leaf, error);
	if (code != KBM_OK)
		return code;
	uint32_t needed = leaf.count + 1;
	kbm_cell old = place->cell;
	if (kbm_space_room(&editor->space, old) < kbm_edit_list_bytes(leaf.stride, needed)) {
		uint32_t limit = kbm_edit_leaf_limit(leaf.kind);
		uint32_t wanted = needed + leaf.count / 8;
		if (wanted > limit && needed <= limit)
			wanted = limit;
		code = kbm_edit_resize(editor, &place->cell,
				       kbm_edit_list_bytes(leaf.stride, wanted), error);
	}
	if (code == KBM_OK && place->cell != old)
		code = kbm_edit_point_leaf(editor, key, place, error);
	if (code == KBM_OK)
		code = kbm_edit_leaf(editor, place->cell, &leaf, error);
	if (code != KBM_OK)
		return code;
	if (leaf.count + 1 != needed || place->index >= needed ||
	    kbm_space_room(&editor->space, place->cell) < kbm_edit_list_bytes(leaf.stride, needed))
		return kbm_fail(error, KBM_UNREADABLE, "a list of subkeys is used twice");
	uint8_t *entry = kbm_edit_leaf_at(&leaf, place->index);
	memmove(entry + leaf.stride, entry, (size_t)leaf.stride * (leaf.count - place->index));
	kbm_put16(leaf.content + KBM_LIST_COUNT, needed);
	put_entry(&leaf, place->index, subkey, name);
	return KBM_OK;
}

static enum kbm_code make_room(struct kbm_hive_editor *editor, kbm_cell key,
			       struct kbm_edit_place *place, struct kbm_error *error)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(editor, place->cell, &leaf, error);
	if (code != KBM_OK || leaf.count < kbm_edit_leaf_limit(leaf.kind))
		return code;
	bool is_old = editor->hive->info.minor < KBM_FIRST_HASH_LEAF;
	if (is_old && leaf.kind == 'f' && place->root == 0 && leaf.count < KBM_SLOW_LEAF_MAX)
		return slow_down(editor, place->cell, error);
	return split_leaf(editor, key, place, error);
}

enum kbm_code kbm_edit_insert_subkey(struct kbm_hive_editor *editor, kbm_cell key,
				     struct kbm_edit_place place, kbm_cell subkey,
				     const struct kbm_edit_name *name, struct kbm_error *error)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	enum kbm_code code = KBM_OK;
	if (place.cell == 0) {
		code = make_leaf(editor, key, &place, subkey, name, error);
	} else {
		code = make_room(editor, key, &place, error);
		if (code == KBM_OK)
			code = grow_leaf(editor, key, &place, subkey, name, error);
	}
	if (code == KBM_OK)
		code = kbm_edit_key(editor, key, &node, &record, error);
	if (code != KBM_OK)
		return code;
	kbm_put32(record + KBM_NK_SUBKEY_COUNT, node.subkey_count + 1);
	uint32_t longest = kbm_hive_u16(record + KBM_NK_LONGEST_SUBKEY);
	if (longest < 2 * name->count)
		kbm_put16(record + KBM_NK_LONGEST_SUBKEY, (uint32_t)(2 * name->count));
	return kbm_edit_touch(editor, key, error);
}
