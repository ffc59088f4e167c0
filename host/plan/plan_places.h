/* Whether a plan's places are the ones it shows. */
#ifndef KBM_PLAN_PLAN_PLACES_H
#define KBM_PLAN_PLAN_PLACES_H

#include "plan/plan.h"

/* A registry place of a plan stands there twice: as people read it, and as its hive spells it. A
 * plan may come from anybody, hence both must be one: `control_set` is what CurrentControlSet means
 * in the target ("" where there is none). KBM_REFUSED names the first change that shows one key and
 * means another. */
enum kbm_code kbm_plan_check_places(const struct kbm_plan *plan, const char *control_set,
				    struct kbm_error *error);

#endif
