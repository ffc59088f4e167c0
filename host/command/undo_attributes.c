/* What an undo need not take back from a directory. */
#include "command/undo_attributes.h"

#include "apply/attribute_state.h"
#include "command/command.h"

static bool is_as_before(struct kbm_broker *broker, const struct kbm_target *target,
			 const struct kbm_change *change)
{
	struct kbm_state now = {0};
	struct kbm_error ignored;
	bool same =
	    change->op == KBM_MODIFY_ENTRY &&
	    kbm_attribute_state_read(broker, target, &change->place, &now, &ignored) == KBM_OK &&
	    kbm_state_equal(&now, &change->after);
	kbm_state_clear(&now);
	return same;
}

void kbm_undo_drop_as_before(struct kbm_broker *broker, const struct kbm_target *target,
			     struct kbm_plan *plan)
{
	size_t count = 0;
	for (size_t i = 0; i < plan->change_count; i++) {
		struct kbm_change *change = &plan->changes[i];
		if (!is_as_before(broker, target, change)) {
			plan->changes[count++] = *change;
			continue;
		}
		kbm_command_note("%s: %s is as it was before: there is nothing to take back",
				 change->place.path, change->place.name);
		kbm_change_clear(change);
	}
	plan->change_count = count;
}
