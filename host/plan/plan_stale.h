/* What of a plan's preconditions no longer holds. Pure. */
#ifndef KBM_PLAN_PLAN_STALE_H
#define KBM_PLAN_PLAN_STALE_H

#include "plan/plan.h"

/* What the checks have read at that place, or to that search; NULL: nothing. */
const struct kbm_precondition *kbm_find_read(const struct kbm_precondition *asked,
					     const struct kbm_result *results, size_t count);

/* A read that the plan rests on, and the same read now. Both borrowed. */
struct kbm_stale_read {
	const struct kbm_precondition *then;
	const struct kbm_precondition *now; /* NULL: the check does not ask for it any more */
};
struct kbm_stale_reads {
	struct kbm_stale_read *items;
	size_t count;
};

/* Compares with the reads of the plan's scripts, run anew. *stale (from {0}) is the caller's,
 * released with kbm_stale_reads_clear(). A read that was answered otherwise stands before those
 * that are not made any more, which may follow from it. KBM_MEMORY. */
enum kbm_code kbm_plan_find_stale(const struct kbm_plan *plan, const struct kbm_result *now,
				  size_t result_count, struct kbm_stale_reads *stale,
				  struct kbm_error *error);
void kbm_stale_reads_clear(struct kbm_stale_reads *stale);

#endif
