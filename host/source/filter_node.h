/* A parsed filter, shared by its parser and its evaluation. */
#ifndef KBM_SOURCE_FILTER_NODE_H
#define KBM_SOURCE_FILTER_NODE_H

#include "base/arena.h"
#include "source/filter.h"
#include "source/object_class.h"
#include "source/syntax.h"

#include <stdbool.h>

enum kbm_filter_kind {
	KBM_FILTER_AND,
	KBM_FILTER_OR,
	KBM_FILTER_NOT,
	KBM_FILTER_PRESENT,
	KBM_FILTER_EQUAL,
	KBM_FILTER_SUBSTRINGS,
	KBM_FILTER_AT_LEAST,
	KBM_FILTER_AT_MOST
};

/* One assertion value, or a piece of a substrings one, in the form that compares by octets. */
struct kbm_filter_piece {
	struct kbm_filter_piece *next;
	enum kbm_value_part part;
	const char *text; /* NUL behind it */
	size_t length;
};

struct kbm_filter_node {
	enum kbm_filter_kind kind;
	struct kbm_filter_node *next;  /* of one list */
	struct kbm_filter_node *child; /* and, or, not: the first */
	/* assertions only */
	size_t position; /* byte of the attribute, from 0 */
	struct kbm_attribute_query attribute;
	enum kbm_syntax syntax;
	bool is_known;	     /* in the table, or the directory says so (kbm_filter_bind) */
	bool value_is_valid; /* false: no value of the attribute's syntax: undefined */
	struct kbm_filter_piece *pieces;
	const struct kbm_object_class *object_class; /* the standard one that is asked for */
};

struct kbm_filter {
	struct kbm_arena arena; /* everything below */
	struct kbm_filter_node *root;
	bool is_bound;
};

#endif
