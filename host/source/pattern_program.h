/* Inside the patterns: a tree as a program, and the classes of units that it tells apart. */
#ifndef KBM_SOURCE_PATTERN_PROGRAM_H
#define KBM_SOURCE_PATTERN_PROGRAM_H

#include "source/pattern_parts.h"

enum kbm_step_kind {
	KBM_STEP_UNIT,	/* takes the unit `unit` */
	KBM_STEP_SET,	/* takes one of the set `unit` */
	KBM_STEP_BEGIN, /* goes on at a text's beginning only */
	KBM_STEP_END,
	KBM_STEP_SPLIT, /* goes on at both */
	KBM_STEP_MATCH
};
struct kbm_pattern_step {
	enum kbm_step_kind kind;
	uint32_t unit;
	uint32_t next;
	uint32_t other; /* of a split */
};

/* Runs from step 0. Units of one class are alike to every step. */
struct kbm_pattern_program {
	struct kbm_pattern_step *steps;
	size_t count;
	uint16_t class_count;
	uint16_t class_of[KBM_PATTERN_UNITS];	    /* of a unit, whatever its case */
	uint16_t representative[KBM_PATTERN_UNITS]; /* of a class: one of its units, upcased */
};

/* Fills *program, whose steps are on the heap, the caller's. `is_exact`: the whole text has to
 * match. KBM_LIMIT, KBM_MEMORY. */
enum kbm_code kbm_pattern_compile(const struct kbm_pattern_tree *tree, bool is_exact,
				  struct kbm_pattern_program *program, struct kbm_error *error);

#endif
