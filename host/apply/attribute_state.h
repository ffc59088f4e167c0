/* What an entry's attribute holds now. */
#ifndef KBM_APPLY_ATTRIBUTE_STATE_H
#define KBM_APPLY_ATTRIBUTE_STATE_H

#include "guard/broker.h"

/* Asks the target's directory, not its cache. An entry that is not there has no values. *state
 * (from {0}) is the caller's, released with kbm_state_clear(). */
enum kbm_code kbm_attribute_state_read(struct kbm_broker *broker, const struct kbm_target *target,
				       const struct kbm_place *place, struct kbm_state *state,
				       struct kbm_error *error);

#endif
