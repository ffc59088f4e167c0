/* A plan's registry changes as a pair of .reg files, for the person at the live server. */
#ifndef KBM_APPLY_EMIT_REG_H
#define KBM_APPLY_EMIT_REG_H

#include "base/bytes.h"
#include "base/error.h"
#include "plan/plan.h"

#include <stdbool.h>

/* Writes what makes the changes into `fix` and what takes them back, in reverse order, into `undo`
 * (both empty). `regedit4` is the form that NT 4.0's regedit reads, in `codepage`; otherwise
 * version 5.00 in UTF-16LE. The plan is a valid one (kbm_plan_validate). No clock: same plan, same
 * bytes. Keys below the control set that the plan was made for are named CurrentControlSet where
 * the script named them so and that set is the current one. Manual steps and directory changes
 * are named in comments. KBM_REFUSED, with the change's number: a deleted key (its contents are not
 * in the plan, so nothing could bring them back), a user's own hive, a name or text that the form
 * cannot hold; or a plan without registry changes. */
enum kbm_code kbm_emit_reg(const struct kbm_plan *plan, bool regedit4, unsigned codepage,
			   struct kbm_bytes *fix, struct kbm_bytes *undo, struct kbm_error *error);

#endif
