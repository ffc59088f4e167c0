/* The values of a directory's secret attributes in plans and results: found, and masked. Pure. */
#ifndef KBM_PLAN_PLAN_SECRETS_H
#define KBM_PLAN_PLAN_SECRETS_H

#include "plan/plan.h"

/* KBM_REFUSED names the first attribute whose secret values the plan holds, in a change or in what
 * it rests on, and its entry. A name without values tells nothing. */
enum kbm_code kbm_plan_refuse_secrets(const struct kbm_plan *plan, struct kbm_error *error);

/* Put a word in the place of each secret's values, so that not even their number stays. What is
 * masked is to be shown only. KBM_MEMORY: some may not be masked. */
enum kbm_code kbm_plan_mask_secrets(struct kbm_plan *plan, struct kbm_error *error);
enum kbm_code kbm_result_mask_secrets(struct kbm_result *result, struct kbm_error *error);

#endif
