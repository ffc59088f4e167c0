/* Inside the patterns: an expression as a tree of nodes, and as a program. */
#ifndef KBM_SOURCE_PATTERN_PARTS_H
#define KBM_SOURCE_PATTERN_PARTS_H

#include "base/error.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KBM_PATTERN_UNITS = 65536 }; /* different UTF-16 units */

/* A set of units, a bit each; only upcased units count. */
struct kbm_unit_set {
	uint8_t bits[KBM_PATTERN_UNITS / 8];
};

enum kbm_node_kind {
	KBM_NODE_EMPTY,
	KBM_NODE_UNIT,	/* left: the upcased unit */
	KBM_NODE_SET,	/* left: the set's number */
	KBM_NODE_BEGIN, /* ^ */
	KBM_NODE_END,	/* $ */
	KBM_NODE_BOTH,	/* left, then right */
	KBM_NODE_EITHER,
	KBM_NODE_REPEAT /* left, from `least` to `most` times */
};
enum { KBM_REPEAT_WITHOUT_END = UINT16_MAX };
struct kbm_pattern_node {
	enum kbm_node_kind kind;
	uint32_t left;
	uint32_t right;
	uint16_t least;
	uint16_t most;
};

/* Nodes refer to each other by number. */
struct kbm_pattern_tree {
	struct kbm_pattern_node *nodes;
	size_t count;
	size_t room;
	struct kbm_unit_set *sets;
	size_t set_count;
	uint32_t top;
};
void kbm_pattern_tree_clear(struct kbm_pattern_tree *tree);
/* Adds a node and gives its number. KBM_LIMIT, KBM_MEMORY. */
enum kbm_code kbm_pattern_add(struct kbm_pattern_tree *tree, struct kbm_pattern_node node,
			      uint32_t *number, struct kbm_error *error);
/* One behind the other: *chain (an empty node at first) becomes both. */
enum kbm_code kbm_pattern_chain(struct kbm_pattern_tree *tree, uint32_t *chain, uint32_t next,
				struct kbm_error *error);

/* Reads a regular expression of `count` units into an empty *tree. KBM_USAGE says what is wrong,
 * and at which character. */
enum kbm_code kbm_pattern_parse(const uint16_t *units, size_t count, struct kbm_pattern_tree *tree,
				struct kbm_error *error);

static inline bool kbm_unit_set_has(const struct kbm_unit_set *set, uint16_t unit)
{
	return (set->bits[unit / 8] >> unit % 8 & 1) != 0;
}

#endif
