/* The entries of an answer as the tree that they are: to show it, and to put it in order. */
#ifndef KBM_REPORT_DIRECTORY_TREE_H
#define KBM_REPORT_DIRECTORY_TREE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "report/report.h"
#include "source/dn_tree.h"

#include <stddef.h>
#include <stdint.h>

/* An entry; numbers are those of arrival, KBM_NAME_NONE is none. */
struct kbm_tree_entry {
	const char *dn;
	uint32_t node;
	uint32_t above; /* the nearest entry above: that between them may not be in the answer */
	uint32_t first_below;
	uint32_t last_below;
	uint32_t next;	/* below the same one, in the order of arrival */
	uint32_t below; /* how many, at any depth */
};

/* Initialise with kbm_directory_tree_init(), released with kbm_directory_tree_clear(), also after a
 * failure. */
struct kbm_directory_tree {
	struct kbm_dn_tree names;
	struct kbm_arena arena;
	struct kbm_tree_entry *entries;
	uint32_t count;
	uint32_t capacity;
	uint32_t first_top;
	uint32_t last_top;
};

enum kbm_code kbm_directory_tree_init(struct kbm_directory_tree *tree, struct kbm_error *error);
void kbm_directory_tree_clear(struct kbm_directory_tree *tree);
/* Keeps a copy. KBM_INVALID: not a DN. */
enum kbm_code kbm_directory_tree_add(struct kbm_directory_tree *tree, const char *dn,
				     struct kbm_error *error);
/* To be called once, when all are added. KBM_INVALID: an entry came twice. */
enum kbm_code kbm_directory_tree_link(struct kbm_directory_tree *tree, struct kbm_error *error);

/* Fills order[0..count) with the entries' numbers: as they came, but an entry that came before one
 * above it behind that one. */
enum kbm_code kbm_directory_tree_order(const struct kbm_directory_tree *tree, uint32_t *order,
				       struct kbm_error *error);

/* The names below each other, from the top ones on, whose whole DN is shown; `depth` levels, the
 * number of the others at their last line. False when `out` is full, as for the next one. */
bool kbm_report_tree_text(const struct kbm_directory_tree *tree, size_t depth,
			  const struct kbm_report_style *style, struct kbm_bytes *out);
/* {"dn": ..., "depth": from 0, "below": entries} for each entry, in the same order. */
bool kbm_report_tree_json(const struct kbm_directory_tree *tree, size_t depth, bool lines,
			  struct kbm_bytes *out);

#endif
