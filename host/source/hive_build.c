/* Laying out a hive image: one walk over the tree, done twice. The first time it only measures, so
 * that the second can write into memory of exactly that size.
 *
 * Source: hive_format.h. */
#include "source/hive_build.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_base.h"
#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_gaps.h"
#include "source/hive_names.h"
#include "source/hive_records.h"
#include "source/hive_tree.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_NAME_UNITS = 32, SEGMENT_BYTES = KBM_HIVE_SEGMENT };

/* What every key gets: owner Administrators, group SYSTEM; full access for both, read for Users,
 * inherited by subkeys. Self-relative, [MS-DTYP] 2.4.6. */
static const uint8_t SECURITY_DESCRIPTOR[] = {
    1,	0, 0x04, 0x80,			 /* revision, control: self-relative, DACL present */
    96, 0, 0,	 0,    112,  0, 0,    0, /* owner, group */
    0,	0, 0,	 0,    20,   0, 0,    0, /* no SACL, DACL */
    2,	0, 76,	 0,    3,    0, 0,    0, /* ACL: revision, bytes, entries */
    0,	2, 24,	 0,    0x3F, 0, 0x0F, 0, /* allow, container inherit, KEY_ALL_ACCESS */
    1,	2, 0,	 0,    0,    0, 0,    5, 32, 0, 0, 0, 0x20, 2, 0, 0, /* S-1-5-32-544 Administrators
								      */
    0,	2, 20,	 0,    0x3F, 0, 0x0F, 0, 1,  1, 0, 0, 0,    0, 0, 5, 18,
    0,	0, 0,							     /* S-1-5-18 SYSTEM */
    0,	2, 24,	 0,    0x19, 0, 0x02, 0,			     /* KEY_READ */
    1,	2, 0,	 0,    0,    0, 0,    5, 32, 0, 0, 0, 0x21, 2, 0, 0, /* S-1-5-32-545 Users */
    1,	2, 0,	 0,    0,    0, 0,    5, 32, 0, 0, 0, 0x20, 2, 0, 0, /* owner */
    1,	1, 0,	 0,    0,    0, 0,    5, 18, 0, 0, 0,		     /* group */
};

struct layout {
	struct kbm_cells cells;
	uint32_t security; /* the one descriptor's cell, shared by all keys */
	uint32_t key_count;
	const struct kbm_build_options *options;
	struct kbm_error *error;
};

static enum kbm_code take_cell(struct layout *layout, size_t payload, uint32_t *cell)
{
	return kbm_cells_take(&layout->cells, payload, cell, layout->error);
}

static uint8_t *cell_bytes(const struct layout *layout, uint32_t cell)
{
	return kbm_cells_bytes(&layout->cells, cell);
}

static bool is_compressible(const struct kbm_tree_name *name)
{
	return kbm_hive_name_compresses(name->units, name->count);
}

static size_t stored_bytes(const struct kbm_tree_name *name)
{
	return kbm_hive_name_bytes(name->units, name->count);
}

static void put_name(uint8_t *at, const struct kbm_tree_name *name)
{
	kbm_hive_name_put(at, name->units, name->count);
}

/* --- values --------------------------------------------------------------------------------- */

static enum kbm_code place_bytes(struct layout *layout, const uint8_t *data, size_t length,
				 uint32_t *cell)
{
	enum kbm_code code = take_cell(layout, length, cell);
	if (code == KBM_OK && layout->cells.image != NULL)
		memcpy(cell_bytes(layout, *cell), data, length);
	return code;
}

static enum kbm_code place_big_data(struct layout *layout, const struct kbm_tree_value *value,
				    uint32_t *cell)
{
	size_t count = (value->length + SEGMENT_BYTES - 1) / SEGMENT_BYTES;
	uint32_t list = 0;
	enum kbm_code code = take_cell(layout, KBM_DB_BYTES, cell);
	if (code == KBM_OK)
		code = take_cell(layout, 4 * count, &list);
	if (code != KBM_OK)
		return code;
	uint8_t *big = cell_bytes(layout, *cell);
	if (big != NULL) {
		kbm_put_ascii(big, "db");
		kbm_put16(big + KBM_DB_COUNT, (uint32_t)count);
		kbm_put32(big + KBM_DB_LIST, list);
	}
	for (size_t i = 0; i < count; i++) {
		size_t from = i * SEGMENT_BYTES;
		size_t rest = value->length - from;
		size_t length = rest < SEGMENT_BYTES ? rest : SEGMENT_BYTES;
		uint32_t segment = 0;
		code = take_cell(layout, length + KBM_DB_SPARE, &segment);
		if (code == KBM_OK && layout->cells.image != NULL)
			memcpy(cell_bytes(layout, segment), value->data + from, length);
		if (code != KBM_OK)
			return code;
		if (layout->cells.image != NULL)
			kbm_put32(cell_bytes(layout, list) + 4 * i, segment);
	}
	return KBM_OK;
}

static enum kbm_code place_value(struct layout *layout, const struct kbm_tree_value *value,
				 uint32_t *cell)
{
	size_t name_bytes = stored_bytes(&value->name);
	enum kbm_code code = take_cell(layout, KBM_VK_NAME + name_bytes, cell);
	if (code != KBM_OK)
		return code;
	uint8_t *vk = cell_bytes(layout, *cell);
	uint32_t size = (uint32_t)value->length;
	uint32_t data = 0;
	if (value->length <= KBM_VK_INLINE_BYTES)
		size |= KBM_VK_INLINE;
	else if (layout->options->minor >= KBM_HIVE_FIRST_BIG_DATA && value->length > SEGMENT_BYTES)
		code = place_big_data(layout, value, &data);
	else
		code = place_bytes(layout, value->data, value->length, &data);
	if (code != KBM_OK || vk == NULL)
		return code;
	kbm_put_ascii(vk, "vk");
	kbm_put16(vk + KBM_VK_NAME_LENGTH, (uint32_t)name_bytes);
	kbm_put32(vk + KBM_VK_SIZE, size);
	kbm_put32(vk + KBM_VK_DATA, data);
	if ((size & KBM_VK_INLINE) != 0 && value->length > 0)
		memcpy(vk + KBM_VK_DATA, value->data, value->length);
	kbm_put32(vk + KBM_VK_TYPE, value->type);
	kbm_put16(vk + KBM_VK_FLAGS, value->name.count > 0 && is_compressible(&value->name));
	put_name(vk + KBM_VK_NAME, &value->name);
	return KBM_OK;
}

static enum kbm_code place_values(struct layout *layout, const struct kbm_tree_key *key,
				  uint32_t cell)
{
	if (key->value_count == 0)
		return KBM_OK;
	uint32_t list = 0;
	enum kbm_code code = take_cell(layout, 4 * key->value_count, &list);
	size_t longest_name = 0;
	size_t longest_data = 0;
	size_t at = 0;
	const struct kbm_tree_value *value = key->first_value;
	for (; value != NULL && code == KBM_OK; value = value->next) {
		uint32_t item = 0;
		code = place_value(layout, value, &item);
		if (code == KBM_OK && layout->cells.image != NULL)
			kbm_put32(cell_bytes(layout, list) + at, item);
		at += 4;
		if (2 * value->name.count > longest_name)
			longest_name = 2 * value->name.count;
		if (value->length > longest_data)
			longest_data = value->length;
	}
	uint8_t *nk = cell_bytes(layout, cell);
	if (code != KBM_OK || nk == NULL)
		return code;
	kbm_put32(nk + KBM_NK_VALUE_COUNT, (uint32_t)key->value_count);
	kbm_put32(nk + KBM_NK_VALUE_LIST, list);
	kbm_put32(nk + KBM_NK_LONGEST_NAME, (uint32_t)longest_name);
	kbm_put32(nk + KBM_NK_LARGEST_DATA, (uint32_t)longest_data);
	return KBM_OK;
}

/* --- keys ----------------------------------------------------------------------------------- */

/* Where an nk record keeps a list of subkeys; `longest` is 0 for none. */
struct list_fields {
	size_t count;
	size_t list;
	size_t longest; /* bytes of its longest name */
};

/* A key's list of subkeys: one leaf, or an index root over several. */
struct leaves {
	const char *signature;
	size_t entry_bytes;
	size_t per_leaf;
	size_t count;
	uint32_t *cells;
};

/* Before version 1.5 `lf` is left for `li` when a list outgrows it, as NT 4.0 and 2000 do;
 * before 1.3 there is nothing else. */
static void choose_leaves(const struct layout *layout, size_t children, struct leaves *leaves)
{
	uint32_t minor = layout->options->minor;
	bool old = minor < KBM_FIRST_HASH_LEAF;
	bool slow = minor < KBM_FIRST_FAST_LEAF || (old && children > KBM_FAST_LEAF_MAX);
	leaves->signature = slow ? "li" : old ? "lf" : "lh";
	leaves->entry_bytes = slow ? 4 : 8;
	leaves->per_leaf = slow ? KBM_SLOW_LEAF_MAX : KBM_FAST_LEAF_MAX;
	leaves->count = (children + leaves->per_leaf - 1) / leaves->per_leaf;
}

static enum kbm_code take_leaves(struct layout *layout, size_t children, struct leaves *leaves,
				 uint32_t *list)
{
	if (leaves->count > UINT16_MAX)
		return kbm_fail(layout->error, KBM_LIMIT, "a key with %zu subkeys, at most %zu",
				children, leaves->per_leaf * UINT16_MAX);
	enum kbm_code code = KBM_OK;
	if (leaves->count > 1)
		code = take_cell(layout, KBM_LIST_ENTRIES + 4 * leaves->count, list);
	for (size_t i = 0; i < leaves->count && code == KBM_OK; i++) {
		size_t first = i * leaves->per_leaf;
		size_t count =
		    children - first < leaves->per_leaf ? children - first : leaves->per_leaf;
		code = take_cell(layout, KBM_LIST_ENTRIES + leaves->entry_bytes * count,
				 &leaves->cells[i]);
		if (code == KBM_OK && layout->cells.image != NULL) {
			uint8_t *leaf = cell_bytes(layout, leaves->cells[i]);
			kbm_put_ascii(leaf, leaves->signature);
			kbm_put16(leaf + KBM_LIST_COUNT, (uint32_t)count);
		}
	}
	if (code != KBM_OK)
		return code;
	if (leaves->count == 1) {
		*list = leaves->cells[0];
	} else if (layout->cells.image != NULL) {
		uint8_t *root = cell_bytes(layout, *list);
		kbm_put_ascii(root, "ri");
		kbm_put16(root + KBM_LIST_COUNT, (uint32_t)leaves->count);
		for (size_t i = 0; i < leaves->count; i++)
			kbm_put32(root + KBM_LIST_ENTRIES + 4 * i, leaves->cells[i]);
	}
	return KBM_OK;
}

static enum kbm_code place_key(struct layout *layout, const struct kbm_tree_key *key,
			       uint32_t parent, uint32_t *cell);

static enum kbm_code place_in_leaves(struct layout *layout, const struct kbm_tree_key **children,
				     size_t count, const struct leaves *leaves, uint32_t parent)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t child = 0;
		enum kbm_code code = place_key(layout, children[i], parent, &child);
		if (code != KBM_OK)
			return code;
		uint8_t *leaf = cell_bytes(layout, leaves->cells[i / leaves->per_leaf]);
		if (leaf == NULL)
			continue;
		uint8_t *entry =
		    leaf + KBM_LIST_ENTRIES + leaves->entry_bytes * (i % leaves->per_leaf);
		const struct kbm_tree_name *name = &children[i]->name;
		kbm_put32(entry, child);
		if (leaves->entry_bytes == 8)
			kbm_put32(entry + 4, layout->options->minor < KBM_FIRST_HASH_LEAF
						 ? kbm_hive_name_hint(name->units, name->count)
						 : kbm_hive_name_hash(name->units, name->count));
	}
	return KBM_OK;
}

/* The list of `count` children of the key in `cell`. */
static enum kbm_code place_list(struct layout *layout, const struct kbm_tree_key **children,
				size_t count, const struct list_fields *fields, uint32_t cell)
{
	struct leaves leaves = {0};
	choose_leaves(layout, count, &leaves);
	uint32_t list = 0;
	enum kbm_code code = KBM_MEMORY;
	leaves.cells = calloc(leaves.count, sizeof *leaves.cells);
	if (leaves.cells == NULL) {
		kbm_fail(layout->error, code, "no memory for a list of %zu subkeys", count);
		goto out;
	}
	code = take_leaves(layout, count, &leaves, &list);
	if (code == KBM_OK)
		code = place_in_leaves(layout, children, count, &leaves, cell);
	uint8_t *nk = cell_bytes(layout, cell);
	if (code != KBM_OK || nk == NULL)
		goto out;
	size_t longest = 0;
	for (size_t i = 0; i < count; i++) {
		if (2 * children[i]->name.count > longest)
			longest = 2 * children[i]->name.count;
	}
	kbm_put32(nk + fields->count, (uint32_t)count);
	kbm_put32(nk + fields->list, list);
	if (fields->longest != 0)
		kbm_put32(nk + fields->longest, (uint32_t)longest);
out:
	free(leaves.cells);
	return code;
}

static enum kbm_code place_children(struct layout *layout, const struct kbm_tree_key *key,
				    uint32_t cell)
{
	static const struct list_fields stable = {KBM_NK_SUBKEY_COUNT, KBM_NK_SUBKEY_LIST,
						  KBM_NK_LONGEST_SUBKEY};
	static const struct list_fields missing = {KBM_NK_MISSING_COUNT, KBM_NK_MISSING_LIST, 0};
	if (key->child_count == 0)
		return KBM_OK;
	const struct kbm_tree_key **children =
	    calloc(key->child_count, sizeof(struct kbm_tree_key *));
	if (children == NULL)
		return kbm_fail(layout->error, KBM_MEMORY, "no memory to sort %zu subkeys",
				key->child_count);
	enum kbm_code code = KBM_OK;
	size_t count = kbm_tree_sort_children(key, true, children);
	if (count > 0)
		code = place_list(layout, children, count, &stable, cell);
	count = 0;
	if (layout->options->keeps_gaps)
		count = kbm_tree_sort_children(key, false, children);
	if (code == KBM_OK && count > 0)
		code = place_list(layout, children, count, &missing, cell);
	free(children);
	return code;
}

/* The list of descriptors is a ring of one; its count of users is filled in at the end. */
static enum kbm_code place_security(struct layout *layout)
{
	enum kbm_code code =
	    take_cell(layout, KBM_SK_DATA + sizeof SECURITY_DESCRIPTOR, &layout->security);
	uint8_t *sk = cell_bytes(layout, layout->security);
	if (code != KBM_OK || sk == NULL)
		return code;
	kbm_put_ascii(sk, "sk");
	kbm_put32(sk + KBM_SK_NEXT, layout->security);
	kbm_put32(sk + KBM_SK_PREVIOUS, layout->security);
	kbm_put32(sk + KBM_SK_SIZE, sizeof SECURITY_DESCRIPTOR);
	memcpy(sk + KBM_SK_DATA, SECURITY_DESCRIPTOR, sizeof SECURITY_DESCRIPTOR);
	return KBM_OK;
}

/* Recursion: a tree's depth is at most KBM_HIVE_MAX_DEPTH. */
static enum kbm_code place_key(struct layout *layout, const struct kbm_tree_key *key,
			       uint32_t parent, uint32_t *cell)
{
	bool is_root = key->parent == NULL;
	size_t name_bytes = stored_bytes(&key->name);
	enum kbm_code code = take_cell(layout, KBM_NK_NAME + name_bytes, cell);
	if (code == KBM_OK && is_root)
		code = place_security(layout);
	if (code != KBM_OK)
		return code;
	layout->key_count++;
	uint8_t *nk = cell_bytes(layout, *cell);
	if (nk != NULL) {
		uint32_t flags = is_root ? KBM_NK_IS_ROOT | KBM_NK_NO_DELETE : 0;
		kbm_put_ascii(nk, "nk");
		kbm_put16(nk + KBM_NK_FLAGS,
			  is_compressible(&key->name) ? flags | KBM_NK_COMPRESSED : flags);
		kbm_put64(nk + KBM_NK_TIME, layout->options->last_written);
		kbm_put32(nk + KBM_NK_PARENT, parent);
		kbm_put32(nk + KBM_NK_SUBKEY_LIST, KBM_CELL_NONE);   /* subkeys */
		kbm_put32(nk + KBM_NK_VOLATILE_LIST, KBM_CELL_NONE); /* volatile subkeys */
		kbm_put32(nk + KBM_NK_VALUE_LIST, KBM_CELL_NONE);    /* values */
		kbm_put32(nk + KBM_NK_SECURITY, layout->security);
		kbm_put32(nk + KBM_NK_CLASS, KBM_CELL_NONE); /* class name */
		if (layout->options->keeps_gaps && !key->is_whole)
			kbm_put32(nk + KBM_NK_MARK, KBM_NK_IS_PARTIAL);
		kbm_put16(nk + KBM_NK_NAME_LENGTH, (uint32_t)name_bytes);
		put_name(nk + KBM_NK_NAME, &key->name);
	}
	code = place_values(layout, key, *cell);
	return code == KBM_OK ? place_children(layout, key, *cell) : code;
}

/* --- the image ------------------------------------------------------------------------------ */

static void put_base_block(const struct layout *layout, uint32_t root,
			   const struct kbm_bytes *file_name)
{
	uint8_t *base = layout->cells.image;
	memset(base, 0, KBM_BASE_BLOCK);
	kbm_put_ascii(base, "regf");
	kbm_put32(base + KBM_BASE_SEQUENCE, 1); /* both sequence numbers: written whole */
	kbm_put32(base + KBM_BASE_SECOND_SEQUENCE, 1);
	kbm_put64(base + KBM_BASE_TIME, layout->options->last_written);
	kbm_put32(base + KBM_BASE_MAJOR, 1);
	kbm_put32(base + KBM_BASE_MINOR, layout->options->minor);
	kbm_put32(base + KBM_BASE_TYPE, 0);   /* a primary file */
	kbm_put32(base + KBM_BASE_FORMAT, 1); /* direct memory load */
	kbm_put32(base + KBM_BASE_ROOT, root);
	kbm_put32(base + KBM_BASE_BINS, (uint32_t)layout->cells.bin_end);
	kbm_put32(base + KBM_BASE_CLUSTER, 1); /* clustering factor */
	if (file_name->length > 0)
		memcpy(base + KBM_BASE_FILE_NAME, file_name->data, file_name->length);
	kbm_put32(base + KBM_BASE_CHECKSUM, kbm_hive_checksum(base));
}

/* Lays out everything; into `image` unless that is NULL. *length is the image's size. */
static enum kbm_code lay_out(const struct kbm_tree *tree, const struct kbm_build_options *options,
			     uint8_t *image, size_t *length, struct kbm_error *error)
{
	if (options->minor < KBM_FORMAT_OLDEST || options->minor > KBM_FORMAT_NEWEST)
		return kbm_fail(error, KBM_USAGE,
				"hives are built in the formats 1.%d to 1.%d, not 1.%u",
				KBM_FORMAT_OLDEST, KBM_FORMAT_NEWEST, options->minor);
	struct kbm_bytes file_name;
	kbm_bytes_init(&file_name, 2UL * FILE_NAME_UNITS);
	struct layout layout = {.security = KBM_CELL_NONE, .options = options, .error = error};
	kbm_cells_init(&layout.cells, image, options->last_written);
	uint32_t root = 0;
	enum kbm_code code = KBM_OK;
	if (options->file_name != NULL &&
	    !kbm_text_to_utf16(options->file_name, strlen(options->file_name), &file_name))
		code = kbm_fail(error, KBM_USAGE,
				"the hive's own file name: UTF-8 text of at most %d UTF-16 units",
				FILE_NAME_UNITS);
	if (code == KBM_OK)
		code = place_key(&layout, kbm_tree_root(tree), KBM_CELL_NONE, &root);
	if (code == KBM_OK) {
		kbm_cells_finish(&layout.cells);
		*length = KBM_BASE_BLOCK + layout.cells.bin_end;
	}
	if (code == KBM_OK && image != NULL) {
		kbm_put32(cell_bytes(&layout, layout.security) + KBM_SK_USERS, layout.key_count);
		put_base_block(&layout, root, &file_name);
	}
	kbm_bytes_clear(&file_name);
	return code;
}

enum kbm_code kbm_tree_measure(const struct kbm_tree *tree, const struct kbm_build_options *options,
			       size_t *length, struct kbm_error *error)
{
	return lay_out(tree, options, NULL, length, error);
}

enum kbm_code kbm_tree_build_into(const struct kbm_tree *tree,
				  const struct kbm_build_options *options, uint8_t *image,
				  size_t capacity, size_t *length, struct kbm_error *error)
{
	size_t needed = 0;
	enum kbm_code code = kbm_tree_measure(tree, options, &needed, error);
	if (code != KBM_OK)
		return code;
	if (needed > capacity)
		return kbm_fail(error, KBM_LIMIT, "the hive image needs %zu bytes, there are %zu",
				needed, capacity);
	return lay_out(tree, options, image, length, error);
}

enum kbm_code kbm_tree_build(const struct kbm_tree *tree, const struct kbm_build_options *options,
			     struct kbm_bytes *out, struct kbm_error *error)
{
	size_t needed = 0;
	enum kbm_code code = kbm_tree_measure(tree, options, &needed, error);
	if (code != KBM_OK)
		return code;
	if (needed > out->maximum)
		return kbm_fail(error, KBM_LIMIT, "the hive image needs %zu bytes, at most %zu",
				needed, out->maximum);
	kbm_bytes_reset(out);
	if (!kbm_bytes_append_zeros(out, needed))
		return kbm_fail(error, KBM_MEMORY, "no memory for a hive image of %zu bytes",
				needed);
	return lay_out(tree, options, out->data, &needed, error);
}
