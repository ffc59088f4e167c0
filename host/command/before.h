/* Whether the places that a plan changes still hold what it says they hold. */
#ifndef KBM_COMMAND_BEFORE_H
#define KBM_COMMAND_BEFORE_H

#include "command/proof.h"

/* An attribute that moved, as the two searches that show it. */
struct kbm_moved_attribute {
	struct kbm_state now;
	char *name; /* borrows from the plan */
	struct kbm_attribute attributes[2];
	struct kbm_entry entries[2];
};

struct kbm_before {
	struct kbm_precondition *then; /* place and state borrow from the plan */
	struct kbm_precondition *now;  /* place borrows from the plan, state from the readings */
	struct kbm_stale_reads stale;  /* of the two above */
	struct kbm_second_readings readings;
	struct kbm_moved_attribute *moved;
	size_t moved_count;
};

/* Looks at the registry's places: in what `proof` has read (NULL: nothing), the others through the
 * second reader; without proof at entries' attributes, too, which checks have read otherwise. What
 * cannot be read counts as unchanged: who writes it looks again. The plan,
 * the proof and its results must outlive *before (from {0}), which is released with
 * kbm_before_clear(), also after a failure. */
enum kbm_code kbm_before_look(struct kbm_broker *broker, const struct kbm_target *target,
			      const struct kbm_plan *plan, const struct kbm_proof *proof,
			      struct kbm_before *before, struct kbm_error *error);
void kbm_before_clear(struct kbm_before *before);

#endif
