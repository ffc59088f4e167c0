/* What an undo need not take back from a directory. */
#include "command/undo_attributes.h"

#include "apply/attribute_state.h"
#include "command/command.h"

struct directory {
	struct kbm_broker *broker;
	const struct kbm_target *target;
};

static bool is_to_take_back(const void *context, const struct kbm_change *change)
{
	const struct directory *directory = context;
	struct kbm_state now = {0};
	struct kbm_error ignored;
	bool same = change->op == KBM_MODIFY_ENTRY &&
		    kbm_attribute_state_read(directory->broker, directory->target, &change->place,
					     &now, &ignored) == KBM_OK &&
		    kbm_state_equal(&now, &change->after);
	kbm_state_clear(&now);
	if (same)
		kbm_command_note("%s: %s is as it was before: there is nothing to take back",
				 change->place.path, change->place.name);
	return !same;
}

void kbm_undo_drop_as_before(struct kbm_broker *broker, const struct kbm_target *target,
			     struct kbm_plan *plan)
{
	const struct directory directory = {broker, target};
	kbm_plan_keep(plan, is_to_take_back, &directory);
}
