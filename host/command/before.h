/* Whether the places that a plan changes still hold what it says they hold. */
#ifndef KBM_COMMAND_BEFORE_H
#define KBM_COMMAND_BEFORE_H

#include "command/proof.h"

struct kbm_before {
	struct kbm_precondition *then; /* place and state borrow from the plan */
	struct kbm_precondition *now;  /* place borrows from the plan, state from the readings */
	struct kbm_stale_reads stale;  /* of the two above */
	struct kbm_second_readings readings;
};

/* Looks at the registry's places: in what `proof` has read (NULL: nothing), the others through the
 * second reader. One that cannot be read counts as unchanged: who writes it looks again. The plan,
 * the proof and its results must outlive *before (from {0}), which is released with
 * kbm_before_clear(), also after a failure. */
enum kbm_code kbm_before_look(struct kbm_broker *broker, const struct kbm_target *target,
			      const struct kbm_plan *plan, const struct kbm_proof *proof,
			      struct kbm_before *before, struct kbm_error *error);
void kbm_before_clear(struct kbm_before *before);

#endif
