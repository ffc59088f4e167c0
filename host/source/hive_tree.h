/* The tree behind kbm_tree_* as its writer sees it: keys and values in memory. */
#ifndef KBM_SOURCE_HIVE_TREE_H
#define KBM_SOURCE_HIVE_TREE_H

#include "source/hive_build.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-16 units, as spelled. */
struct kbm_tree_name {
	const uint16_t *units;
	size_t count;
};

/* Keys and values begin with their name: one comparison orders both. */
struct kbm_tree_value {
	struct kbm_tree_name name;
	struct kbm_tree_value *next; /* in order of insertion */
	struct kbm_tree_value *previous;
	uint8_t *data;
	size_t length;
	size_t room; /* bytes that `data` has */
	uint32_t type;
};

struct kbm_tree_key {
	struct kbm_tree_name name;
	struct kbm_tree_key *parent; /* NULL: the root */
	struct kbm_tree_key *next;   /* siblings, in order of insertion */
	struct kbm_tree_key *previous;
	struct kbm_tree_key *first_child;
	struct kbm_tree_value *first_value;
	struct kbm_tree_value *last_value;
	void *children; /* search trees of <search.h>, by Windows' upcase */
	void *values;
	size_t child_count;
	size_t value_count;
	/* What is known of the key, which matters for a part of a registry only:
	 *   present, whole     it is there, and nothing below it but what is here
	 *   present, not whole it leads to keys that are there; what else is in it is not known
	 *   neither            it leads to absent keys only: whether it is there is not known
	 *   whole alone        it is absent
	 * All below a whole key is present and whole. */
	bool is_present;
	bool is_whole;
};

const struct kbm_tree_key *kbm_tree_root(const struct kbm_tree *tree);
/* The children that are present, or those that are not, by Windows' upcase into
 * sorted[child_count]; returns how many there are. */
size_t kbm_tree_sort_children(const struct kbm_tree_key *key, bool present,
			      const struct kbm_tree_key **sorted);

#endif
