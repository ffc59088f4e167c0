/* Changing a hive in memory: pure, in place, cell by cell.
 *
 * What an edit does not concern keeps its bytes and its place. A value of the same length is
 * written over the old one; otherwise its cell shrinks or grows where it is, or moves to the
 * smallest free cell that fits, or into a new bin at the end. Lists keep their kind and order, and
 * fields that mean nothing here are left alone. Only a hive that becomes sparse has all cells
 * moved, by kbm_hive_edit_finish(). */
#ifndef KBM_SOURCE_HIVE_EDIT_H
#define KBM_SOURCE_HIVE_EDIT_H

#include "base/error.h"
#include "source/service.h"

#include <stddef.h>
#include <stdint.h>

struct kbm_hive_editor;

/* `bytes` holds a hive of `length` bytes and has room for `capacity`; they must outlive *editor,
 * which is the caller's, released with kbm_hive_edit_close(). `now` is the FILETIME given to each
 * key that changes. KBM_REFUSED with the reason: the hive is dirty or cut, or damaged so that its
 * bins and cells cannot be walked; KBM_UNSUPPORTED: a format other than 1.2 to 1.6; KBM_INVALID: no
 * hive. The bytes are not touched by then. As with kbm_hive_open(), messages about the hive lack
 * their subject, the file.
 *
 * For all edits: KBM_REFUSED when damage is met on the way, or the key stands for a handle or a
 * link; KBM_LIMIT when the capacity does not suffice, or a name, a depth or data are too large. In
 * a sound hive every cell has one user: that is not checked here. After a failed edit the bytes are
 * of no use and more edits are refused, except after KBM_NOT_FOUND, KBM_USAGE and a path or name
 * that is too long, which change nothing. */
enum kbm_code kbm_hive_edit_open(uint8_t *bytes, size_t length, size_t capacity, uint64_t now,
				 struct kbm_hive_editor **editor, struct kbm_error *error);
void kbm_hive_edit_close(struct kbm_hive_editor *editor);

/* Paths are WTF-8, joined with '\', from the hive's root ("" is the root, no CurrentControlSet).
 * Missing keys are created on the way by these two; a key that is there, or a value that is just
 * so, is no change. A value that is there keeps the spelling of its name. `value` does not point
 * into the hive. */
enum kbm_code kbm_hive_edit_set_value(struct kbm_hive_editor *editor, const char *path,
				      const struct kbm_value *value, struct kbm_error *error);
enum kbm_code kbm_hive_edit_create_key(struct kbm_hive_editor *editor, const char *path,
				       struct kbm_error *error);
/* KBM_NOT_FOUND when there is nothing to delete. A key goes with its subtree; KBM_USAGE for the
 * root. */
enum kbm_code kbm_hive_edit_delete_value(struct kbm_hive_editor *editor, const char *path,
					 const char *name, size_t name_length,
					 struct kbm_error *error);
enum kbm_code kbm_hive_edit_delete_key(struct kbm_hive_editor *editor, const char *path,
				       struct kbm_error *error);

/* Ends the writing, unless nothing has changed: sequence numbers (both: old + 1), times of the hive
 * and its first bin, size and checksum. Bins at the end that have become empty are dropped. A hive
 * of which the edits have left a third or more free is packed anew, so that it does not stay large
 * for ever. *length is what the hive has now. KBM_REFUSED after a failed edit. More edits may
 * follow. */
enum kbm_code kbm_hive_edit_finish(struct kbm_hive_editor *editor, size_t *length,
				   struct kbm_error *error);

#endif
