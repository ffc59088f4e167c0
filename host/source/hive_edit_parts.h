/* Inside the hive editor: what its parts share.
 *
 * The bytes are hostile. A record may be written to only after kbm_edit_cell() has said that it is
 * a cell in use with so much room, and any taking, giving or resizing in between makes that void: a
 * damaged hive may use one cell twice. KBM_UNREADABLE stands for damage here; the callers of the
 * editor get KBM_REFUSED. */
#ifndef KBM_SOURCE_HIVE_EDIT_PARTS_H
#define KBM_SOURCE_HIVE_EDIT_PARTS_H

#include "source/hive_edit.h"
#include "source/hive_records.h"
#include "source/hive_space.h"

#include <stdbool.h>

enum { KBM_EDIT_SORTED = 256 }; /* keys that are remembered */

struct kbm_hive_editor {
	uint8_t *bytes; /* the whole file */
	size_t length;
	uint64_t now;
	struct kbm_hive *hive; /* the reader, on the same bytes; only what remembers nothing */
	struct kbm_space space;
	bool has_changed; /* since the last finish */
	bool has_failed;
	bool was_sparse; /* when it was opened: then it stays so */
	/* Keys whose list of subkeys was seen to be sorted and whole, each at a slot of its own. */
	kbm_cell sorted[KBM_EDIT_SORTED];
};

/* UTF-16 units, as spelled and upcased. */
struct kbm_edit_name {
	const uint16_t *units;
	const uint16_t *upcased;
	size_t count;
};

/* Where it is remembered that the subkeys of this key are sorted. */
static inline kbm_cell *kbm_edit_sorted_slot(struct kbm_hive_editor *editor, kbm_cell key)
{
	return &editor->sorted[key / 8 % KBM_EDIT_SORTED];
}

/* --- cells ---------------------------------------------------------------------------------- */

/* The content of a cell in use that has `minimum` bytes or more and, unless that is NULL, begins
 * with the two letters of `signature`. */
enum kbm_code kbm_edit_cell(const struct kbm_hive_editor *editor, kbm_cell cell,
			    const char *signature, size_t minimum, uint8_t **content,
			    struct kbm_error *error);
/* As kbm_space_take(), kbm_space_give(), kbm_space_resize(), for cells that may be none. */
enum kbm_code kbm_edit_take(struct kbm_hive_editor *editor, size_t payload, kbm_cell *cell,
			    struct kbm_error *error);
enum kbm_code kbm_edit_give(struct kbm_hive_editor *editor, kbm_cell cell, struct kbm_error *error);
enum kbm_code kbm_edit_resize(struct kbm_hive_editor *editor, kbm_cell *cell, size_t payload,
			      struct kbm_error *error);
/* A key: what is in it, and its record to be written to. */
enum kbm_code kbm_edit_key(const struct kbm_hive_editor *editor, kbm_cell key,
			   struct kbm_key_node *node, uint8_t **record, struct kbm_error *error);
/* Gives a key that has changed its time. */
enum kbm_code kbm_edit_touch(struct kbm_hive_editor *editor, kbm_cell key, struct kbm_error *error);

/* --- data and values ------------------------------------------------------------------------ */

/* Replaces the data of the value in `cell`, and gives its old cells back. */
enum kbm_code kbm_edit_put_data(struct kbm_hive_editor *editor, kbm_cell cell, const uint8_t *data,
				size_t length, struct kbm_error *error);
/* Gives the cells of a value's data back; the value is then empty. */
enum kbm_code kbm_edit_drop_data(struct kbm_hive_editor *editor, kbm_cell cell,
				 struct kbm_error *error);

enum kbm_code kbm_edit_set_value(struct kbm_hive_editor *editor, kbm_cell key,
				 const struct kbm_edit_name *name, const struct kbm_value *value,
				 struct kbm_error *error);
enum kbm_code kbm_edit_delete_value(struct kbm_hive_editor *editor, kbm_cell key,
				    const struct kbm_edit_name *name, struct kbm_error *error);
/* Gives all values of a key back that is going to be given back, too. */
enum kbm_code kbm_edit_drop_values(struct kbm_hive_editor *editor, const struct kbm_key_node *node,
				   struct kbm_error *error);

/* --- lists of subkeys ----------------------------------------------------------------------- */

/* Where a subkey stands, or would stand. */
struct kbm_edit_place {
	kbm_cell root;	/* the index root, 0: there is none */
	uint32_t leaf;	/* number of the leaf in it */
	kbm_cell cell;	/* the leaf, 0: there is no list */
	uint32_t index; /* in the leaf */
	kbm_cell key;	/* the subkey */
};

/* KBM_NOT_FOUND: *place is where it would stand. */
enum kbm_code kbm_edit_find_subkey(struct kbm_hive_editor *editor, kbm_cell key,
				   const struct kbm_edit_name *name, struct kbm_edit_place *place,
				   struct kbm_error *error);
/* These two keep the key's count and its time, too. */
enum kbm_code kbm_edit_insert_subkey(struct kbm_hive_editor *editor, kbm_cell key,
				     struct kbm_edit_place place, kbm_cell subkey,
				     const struct kbm_edit_name *name, struct kbm_error *error);
enum kbm_code kbm_edit_remove_subkey(struct kbm_hive_editor *editor, kbm_cell key,
				     struct kbm_edit_place place, struct kbm_error *error);

/* A leaf, li, lf or lh. */
struct kbm_edit_leaf {
	uint8_t kind;	 /* 'i', 'f' or 'h' */
	uint32_t stride; /* bytes of an entry */
	uint32_t count;	 /* never 0 */
	uint8_t *content;
};
enum kbm_code kbm_edit_leaf(const struct kbm_hive_editor *editor, kbm_cell cell,
			    struct kbm_edit_leaf *leaf, struct kbm_error *error);
kbm_cell kbm_edit_leaf_entry(const struct kbm_edit_leaf *leaf, uint32_t index);

/* The leaves of a key. */
struct kbm_edit_leaves {
	kbm_cell root; /* 0: there is none */
	uint32_t count;
	kbm_cell only; /* without a root: the leaf, or 0 */
};
enum kbm_code kbm_edit_leaves(const struct kbm_hive_editor *editor, const struct kbm_key_node *node,
			      struct kbm_edit_leaves *leaves, struct kbm_error *error);
enum kbm_code kbm_edit_leaf_cell(const struct kbm_hive_editor *editor,
				 const struct kbm_edit_leaves *leaves, uint32_t number,
				 kbm_cell *cell, struct kbm_error *error);

uint8_t *kbm_edit_leaf_at(const struct kbm_edit_leaf *leaf, uint32_t index);
/* Entries that a leaf of that kind may have. */
uint32_t kbm_edit_leaf_limit(uint8_t kind);
/* Bytes of a list with so many entries. */
size_t kbm_edit_list_bytes(uint32_t stride, uint32_t count);

/* The index root's content, with room for `count` entries; and how many it has. */
enum kbm_code kbm_edit_root(const struct kbm_hive_editor *editor, kbm_cell root, uint32_t count,
			    uint8_t **content, struct kbm_error *error);
enum kbm_code kbm_edit_root_count(const struct kbm_hive_editor *editor, kbm_cell root,
				  uint32_t *count, struct kbm_error *error);
/* Points a key at its list: the index root, or the only leaf. */
enum kbm_code kbm_edit_point_key(struct kbm_hive_editor *editor, kbm_cell key, kbm_cell list,
				 struct kbm_error *error);
/* Points the index root, or the key, at a leaf that has moved. */
enum kbm_code kbm_edit_point_leaf(struct kbm_hive_editor *editor, kbm_cell key,
				  const struct kbm_edit_place *place, struct kbm_error *error);

/* --- keys ----------------------------------------------------------------------------------- */

/* Makes a key at the place that kbm_edit_find_subkey() gave. */
enum kbm_code kbm_edit_create_key(struct kbm_hive_editor *editor, kbm_cell parent,
				  const struct kbm_edit_place *place,
				  const struct kbm_edit_name *name, kbm_cell *created,
				  struct kbm_error *error);
/* Gives a key and all below it back; it is in no list any more. */
enum kbm_code kbm_edit_drop_key(struct kbm_hive_editor *editor, kbm_cell key,
				struct kbm_error *error);

/* --- compacting ----------------------------------------------------------------------------- */

/* True when half as much as the cells in use have is free. */
bool kbm_edit_is_sparse(const struct kbm_hive_editor *editor);
/* Puts all cells beside each other, in new bins. Damage anywhere, or no memory: nothing happens. */
void kbm_edit_compact(struct kbm_hive_editor *editor);

#endif
