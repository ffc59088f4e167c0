/* Building a hive image: pure, from a tree of keys and values to bytes. */
#ifndef KBM_SOURCE_HIVE_BUILD_H
#define KBM_SOURCE_HIVE_BUILD_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/service.h"

/* A tree under construction. Keys and values keep insertion order; names compare by Windows'
 * upcase: a second set of one value replaces it. */
struct kbm_tree;

/* On success *tree is the caller's, released with kbm_tree_free(). `root_name` is WTF-8. */
enum kbm_code kbm_tree_make(const char *root_name, struct kbm_tree **tree, struct kbm_error *error);
void kbm_tree_free(struct kbm_tree *tree);
/* Missing keys on `path` ('\'-joined, "" is the root) are created. KBM_LIMIT: depth or name length.
 */
enum kbm_code kbm_tree_create_key(struct kbm_tree *tree, const char *path, struct kbm_error *error);
enum kbm_code kbm_tree_set_value(struct kbm_tree *tree, const char *path,
				 const struct kbm_value *value, struct kbm_error *error);
/* For a tree that holds a part of a registry. A key becomes known with all below it: what is not
 * there is absent. It is created when missing. */
enum kbm_code kbm_tree_set_whole(struct kbm_tree *tree, const char *path, struct kbm_error *error);
/* A key becomes known to be absent, with what was below it. KBM_USAGE for the root. */
enum kbm_code kbm_tree_set_absent(struct kbm_tree *tree, const char *path, struct kbm_error *error);

/* KBM_NOT_FOUND when there is nothing to delete. Deleting a key takes its subtree. */
enum kbm_code kbm_tree_delete_value(struct kbm_tree *tree, const char *path, const char *name,
				    size_t name_length, struct kbm_error *error);
enum kbm_code kbm_tree_delete_key(struct kbm_tree *tree, const char *path, struct kbm_error *error);

/* Whether a key is there; a value as it was set (what *value points to is the tree's). */
enum kbm_code kbm_tree_has_key(struct kbm_tree *tree, const char *path, struct kbm_error *error);
enum kbm_code kbm_tree_get_value(struct kbm_tree *tree, const char *path, const char *name,
				 size_t name_length, struct kbm_value *value,
				 struct kbm_error *error);

/* Makes the key at `path` the root; what is not below it goes. KBM_NOT_FOUND. */
enum kbm_code kbm_tree_set_root(struct kbm_tree *tree, const char *path, struct kbm_error *error);

struct kbm_build_options {
	uint32_t minor;	       /* 2 to 6: 3 is NT 4.0's (lf lists), 5 XP's (lh lists, big data) */
	uint64_t last_written; /* FILETIME given to every key and the base block */
	const char *file_name; /* into the base block, at most 32 units */
	/* Marks the keys that are known in part and keeps those known to be absent, as
	 * hive_gaps.h says. Without it a key is there or absent. */
	bool keeps_gaps;
};

/* Writes a whole, clean hive image into `out` (empty, its maximum bounds the image). Lists are
 * sorted by Windows' upcase. Same tree, same options, same bytes. */
enum kbm_code kbm_tree_build(const struct kbm_tree *tree, const struct kbm_build_options *options,
			     struct kbm_bytes *out, struct kbm_error *error);

/* The same without a copy, for memory that is mapped already: the exact size of the image, and the
 * image itself into `image`, of which *length bytes are written. KBM_LIMIT names the size needed.
 */
enum kbm_code kbm_tree_measure(const struct kbm_tree *tree, const struct kbm_build_options *options,
			       size_t *length, struct kbm_error *error);
enum kbm_code kbm_tree_build_into(const struct kbm_tree *tree,
				  const struct kbm_build_options *options, uint8_t *image,
				  size_t capacity, size_t *length, struct kbm_error *error);

#endif
