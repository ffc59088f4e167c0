/* Whether a hive differs from what it was by a plan's changes, and by nothing else (jobs only). */
#ifndef KBM_GUARD_PLANNED_DIFFERENCES_H
#define KBM_GUARD_PLANNED_DIFFERENCES_H

#include "plan/change.h"
#include "source/hive.h"

/* Walks both hives. KBM_REFUSED names the first difference that was not planned, or the change that
 * was not made; other codes: it could not be told. The changes were checked
 * (kbm_hive_state_check_change). */
enum kbm_code kbm_planned_differences_check(const struct kbm_hive *old, const struct kbm_hive *new,
					    const struct kbm_change *changes, size_t count,
					    struct kbm_error *error);

#endif
