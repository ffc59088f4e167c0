/* Whether one distinguished name lies below another. */
#ifndef KBM_SOURCE_DN_WITHIN_H
#define KBM_SOURCE_DN_WITHIN_H

#include "source/dn.h"

/* *within: `dn` is `base` or below it, by the matching rules (spelling and case do not count).
 * Costs little where the common part is spelled alike. */
enum kbm_code kbm_dn_is_within(const struct kbm_dn *dn, const struct kbm_dn *base, bool *within,
			       struct kbm_error *error);

#endif
