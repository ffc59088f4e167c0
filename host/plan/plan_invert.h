/* The plan that takes a plan back. Pure. */
#ifndef KBM_PLAN_PLAN_INVERT_H
#define KBM_PLAN_PLAN_INVERT_H

#include "plan/plan.h"

/* What carries the inverse out. */
enum kbm_inverse_by {
	KBM_INVERSE_BY_CHANGES, /* the changes themselves, one by one */
	KBM_INVERSE_BY_BACKUP /* the files of before are put back; the changes say what that does */
};

/* The typed changes in reverse order, with before and after exchanged; no preconditions, no
 * prediction. *inverse (from {0}) is the caller's, released with kbm_plan_clear(), and a valid
 * plan.
 *
 * By changes a key that was created stays, with a step for people: by now it may hold what somebody
 * else put there. KBM_REFUSED names the change that cannot be taken back so: a deleted key, whose
 * contents are not in the plan; or there is no change that could. */
enum kbm_code kbm_plan_invert(const struct kbm_plan *plan, enum kbm_inverse_by by,
			      struct kbm_plan *inverse, struct kbm_error *error);

/* The same by changes, where the caller knows of created keys that may go: a key whose creation is
 * changes[i] of the plan, with goes[i], is deleted whole, as by a backup; the changes at and below
 * it are left out. */
enum kbm_code kbm_plan_invert_with_keys(const struct kbm_plan *plan, const bool *goes,
					struct kbm_plan *inverse, struct kbm_error *error);

#endif
