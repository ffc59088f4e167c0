/* Inside the hive editor: packing a hive anew that has become sparse.
 *
 * The tree is walked twice. The first time each cell that is reached is claimed, and what the
 * packed hive needs is measured; a cell that is claimed twice, or any damage, ends it there and
 * nothing has happened. The second time the cells are copied into new bins, beside the old ones,
 * with every reference between them. Cells that nothing leads to are left behind. */
#include "source/hive_edit_parts.h"

#include "base/limits.h"
#include "source/hive_cells.h"
#include "source/hive_format.h"

#include <stdlib.h>
#include <string.h>

enum { GRAIN = 8, SMALLEST = 16 * KBM_HIVE_PAGE /* bytes of bins that it is worth it for */ };

struct packing {
	struct kbm_hive_editor *editor;
	uint8_t *image; /* of the packed hive, NULL the first time */
	struct kbm_cells cells;
	uint64_t claimed; /* bytes of cells */
	uint32_t *moved;  /* for every 8 bytes of the old bins: the new cell, or a mark */
};

/* A cell is copied once: `copy` is its new offset. Its references are those of the old one. */
static enum kbm_code move_cell(struct packing *packing, kbm_cell cell, kbm_cell *copy)
{
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_cell(packing->editor, cell, NULL, 0, &content, NULL);
	if (code != KBM_OK)
		return code;
	if ((packing->moved[cell / GRAIN] == 0) != (packing->image == NULL))
		return KBM_UNREADABLE; /* claimed already, or not at all */
	uint32_t room = kbm_space_room(&packing->editor->space, cell);
	code = kbm_cells_take(&packing->cells, room, copy, NULL);
	if (code != KBM_OK)
		return code;
	packing->moved[cell / GRAIN] = packing->image == NULL ? 1 : *copy;
	packing->claimed += room + sizeof(kbm_cell);
	if (packing->image != NULL)
		memcpy(kbm_cells_bytes(&packing->cells, *copy), content, room);
	return KBM_OK;
}

static void put_reference(const struct packing *packing, kbm_cell copy, size_t at, kbm_cell cell)
{
	if (packing->image != NULL)
		kbm_put32(kbm_cells_bytes(&packing->cells, copy) + at, cell);
}

/* Moves the cell that stands at `at` of the old `holder`, whose copy is `copy`. */
static enum kbm_code follow(struct packing *packing, kbm_cell holder, kbm_cell copy, size_t at,
			    kbm_cell *cell, kbm_cell *cell_copy)
{
	uint8_t *content = NULL;
	enum kbm_code code =
	    kbm_edit_cell(packing->editor, holder, NULL, at + sizeof(kbm_cell), &content, NULL);
	if (code != KBM_OK)
		return code;
	*cell = kbm_hive_u32(content + at);
	code = move_cell(packing, *cell, cell_copy);
	if (code == KBM_OK)
		put_reference(packing, copy, at, *cell_copy);
	return code;
}

/* A list of `count` cells that lead to no others. */
static enum kbm_code follow_all(struct packing *packing, kbm_cell holder, kbm_cell copy,
				uint32_t count)
{
	enum kbm_code code = KBM_OK;
	for (uint32_t i = 0; code == KBM_OK && i < count; i++) {
		kbm_cell cell = 0;
		kbm_cell cell_copy = 0;
		code = follow(packing, holder, copy, i * sizeof(kbm_cell), &cell, &cell_copy);
	}
	return code;
}

static enum kbm_code pack_data(struct packing *packing, kbm_cell value, kbm_cell copy)
{
	struct kbm_value_node node;
	kbm_cell data = 0;
	kbm_cell data_copy = 0;
	uint8_t *content = NULL;
	enum kbm_code code = kbm_hive_value_node(packing->editor->hive, value, &node, NULL);
	if (code != KBM_OK || node.inline_data != NULL || node.length == 0)
		return code;
	code = follow(packing, value, copy, KBM_VK_DATA, &data, &data_copy);
	if (code != KBM_OK || packing->editor->hive->info.minor < KBM_HIVE_FIRST_BIG_DATA ||
	    node.length <= KBM_HIVE_SEGMENT ||
	    kbm_edit_cell(packing->editor, data, "db", KBM_DB_BYTES, &content, NULL) != KBM_OK)
		return code;
	kbm_cell list = 0;
	kbm_cell list_copy = 0;
	code = follow(packing, data, data_copy, KBM_DB_LIST, &list, &list_copy);
	return code == KBM_OK
		   ? follow_all(packing, list, list_copy, kbm_hive_u16(content + KBM_DB_COUNT))
		   : code;
}

static enum kbm_code pack_values(struct packing *packing, kbm_cell key, kbm_cell copy,
				 uint32_t count)
{
	kbm_cell list = 0;
	kbm_cell list_copy = 0;
	enum kbm_code code = KBM_OK;
	if (count > 0)
		code = follow(packing, key, copy, KBM_NK_VALUE_LIST, &list, &list_copy);
	for (uint32_t i = 0; code == KBM_OK && i < count; i++) {
		kbm_cell value = 0;
		kbm_cell value_copy = 0;
		code = follow(packing, list, list_copy, i * sizeof(kbm_cell), &value, &value_copy);
		if (code == KBM_OK)
			code = pack_data(packing, value, value_copy);
	}
	return code;
}

static enum kbm_code pack_key(struct packing *packing, kbm_cell key, kbm_cell copy, unsigned depth);

static enum kbm_code pack_leaf(struct packing *packing, kbm_cell cell, kbm_cell copy,
			       kbm_cell parent_copy, unsigned depth)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(packing->editor, cell, &leaf, NULL);
	for (uint32_t i = 0; code == KBM_OK && i < leaf.count; i++) {
		kbm_cell child = 0;
		kbm_cell child_copy = 0;
		code = follow(packing, cell, copy, kbm_edit_list_bytes(leaf.stride, i), &child,
			      &child_copy);
		if (code != KBM_OK)
			return code;
		put_reference(packing, child_copy, KBM_NK_PARENT, parent_copy);
		code = pack_key(packing, child, child_copy, depth + 1);
	}
	return code;
}

static enum kbm_code pack_subkeys(struct packing *packing, kbm_cell key, kbm_cell copy,
				  const struct kbm_key_node *node, unsigned depth)
{
	struct kbm_edit_leaves leaves = {0};
	kbm_cell list = 0;
	kbm_cell list_copy = 0;
	enum kbm_code code = kbm_edit_leaves(packing->editor, node, &leaves, NULL);
	if (code != KBM_OK || leaves.count == 0)
		return code;
	code = follow(packing, key, copy, KBM_NK_SUBKEY_LIST, &list, &list_copy);
	if (code == KBM_OK && leaves.root == 0)
		return pack_leaf(packing, list, list_copy, copy, depth);
	for (uint32_t i = 0; code == KBM_OK && i < leaves.count; i++) {
		kbm_cell leaf = 0;
		kbm_cell leaf_copy = 0;
		code = follow(packing, list, list_copy, kbm_edit_list_bytes(sizeof(kbm_cell), i),
			      &leaf, &leaf_copy);
		if (code == KBM_OK)
			code = pack_leaf(packing, leaf, leaf_copy, copy, depth);
	}
	return code;
}

/* All that belongs to a key which has been moved. */
static enum kbm_code pack_key(struct packing *packing, kbm_cell key, kbm_cell copy, unsigned depth)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	if (depth > KBM_HIVE_MAX_DEPTH)
		return KBM_UNREADABLE;
	enum kbm_code code = kbm_edit_key(packing->editor, key, &node, &record, NULL);
	if (code != KBM_OK)
		return code;
	kbm_cell security = kbm_hive_u32(record + KBM_NK_SECURITY);
	if (security != KBM_CELL_NONE) {
		if (!kbm_space_has(&packing->editor->space, security) ||
		    packing->moved[security / GRAIN] == 0)
			return KBM_UNREADABLE; /* it is not in the ring */
		put_reference(packing, copy, KBM_NK_SECURITY, packing->moved[security / GRAIN]);
	}
	if (kbm_hive_u32(record + KBM_NK_CLASS) != KBM_CELL_NONE &&
	    kbm_hive_u16(record + KBM_NK_CLASS_LENGTH) > 0) {
		kbm_cell name = 0;
		kbm_cell name_copy = 0;
		code = follow(packing, key, copy, KBM_NK_CLASS, &name, &name_copy);
	}
	if (code == KBM_OK)
		code = pack_values(packing, key, copy, node.value_count);
	return code == KBM_OK ? pack_subkeys(packing, key, copy, &node, depth) : code;
}

/* The ring of descriptors, from the root's on. */
static enum kbm_code pack_security(struct packing *packing, kbm_cell first)
{
	kbm_cell first_copy = 0;
	kbm_cell last_copy = 0;
	kbm_cell cell = first;
	if (first == KBM_CELL_NONE)
		return KBM_OK;
	do {
		uint8_t *record = NULL;
		uint8_t *next_record = NULL;
		kbm_cell copy = 0;
		enum kbm_code code =
		    kbm_edit_cell(packing->editor, cell, "sk", KBM_SK_DATA, &record, NULL);
		if (code == KBM_OK)
			code = kbm_edit_cell(packing->editor, kbm_hive_u32(record + KBM_SK_NEXT),
					     "sk", KBM_SK_DATA, &next_record, NULL);
		if (code == KBM_OK && kbm_hive_u32(next_record + KBM_SK_PREVIOUS) != cell)
			return KBM_UNREADABLE;
		if (code == KBM_OK)
			code = move_cell(packing, cell, &copy);
		if (code != KBM_OK)
			return code;
		if (cell == first)
			first_copy = copy;
		else
			put_reference(packing, last_copy, KBM_SK_NEXT, copy);
		put_reference(packing, copy, KBM_SK_PREVIOUS, last_copy);
		last_copy = copy;
		cell = kbm_hive_u32(record + KBM_SK_NEXT);
	} while (cell != first);
	put_reference(packing, last_copy, KBM_SK_NEXT, first_copy);
	put_reference(packing, first_copy, KBM_SK_PREVIOUS, last_copy);
	return KBM_OK;
}

/* One of the two walks; *root is where the root comes to be. */
static enum kbm_code pack(struct packing *packing, kbm_cell *root)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	kbm_cell old = kbm_hive_root(packing->editor->hive);
	kbm_cells_init(&packing->cells, packing->image, packing->editor->now);
	enum kbm_code code = kbm_edit_key(packing->editor, old, &node, &record, NULL);
	if (code == KBM_OK)
		code = move_cell(packing, old, root);
	if (code == KBM_OK)
		code = pack_security(packing, kbm_hive_u32(record + KBM_NK_SECURITY));
	if (code == KBM_OK)
		code = pack_key(packing, old, *root, 0);
	kbm_cells_finish(&packing->cells);
	return code;
}

/* The packed bins take the place of the old ones. */
static void replace(struct packing *packing, kbm_cell root)
{
	struct kbm_hive_editor *editor = packing->editor;
	struct kbm_space packed;
	uint32_t capacity = editor->space.capacity;
	uint32_t length = (uint32_t)packing->cells.bin_end;
	uint8_t *bins = editor->space.bins;
	/* Before the old bins are gone: there may be no memory for the index. */
	if (kbm_space_open(&packed, packing->image + KBM_HIVE_BASE_BLOCK, length, capacity, NULL) !=
	    KBM_OK)
		return;
	memcpy(bins, packing->image + KBM_HIVE_BASE_BLOCK, length);
	packed.bins = bins;
	kbm_space_close(&editor->space);
	editor->space = packed;
	editor->hive->length = length;
	editor->hive->root = root;
	kbm_put32(editor->bytes + KBM_BASE_ROOT, root);
	memset(editor->sorted, 0, sizeof editor->sorted);
}

bool kbm_edit_is_sparse(const struct kbm_hive_editor *editor)
{
	uint32_t used = editor->space.used;
	return editor->space.length > SMALLEST && editor->space.length - used > used / 2;
}

void kbm_edit_compact(struct kbm_hive_editor *editor)
{
	struct packing packing = {.editor = editor};
	kbm_cell root = 0;
	packing.moved = calloc(editor->space.length / GRAIN, sizeof *packing.moved);
	if (packing.moved == NULL || pack(&packing, &root) != KBM_OK ||
	    packing.claimed != editor->space.used || packing.cells.bin_end >= editor->space.length)
		goto out;
	packing.image = calloc(1, KBM_HIVE_BASE_BLOCK + packing.cells.bin_end);
	if (packing.image != NULL && pack(&packing, &root) == KBM_OK)
		replace(&packing, root);
out:
	free(packing.image);
	free(packing.moved);
}
