/* Which of the keys that an apply created an undo may delete. */
#ifndef KBM_COMMAND_UNDO_KEYS_H
#define KBM_COMMAND_UNDO_KEYS_H

#include "guard/broker.h"
#include "plan/plan.h"

/* Looks at each key that the plan created: goes[i], one a change, is set where changes[i] created
 * one that holds now exactly what the plan put there, values with their types and data and keys of
 * which the same is true, and where it was not made along with a parent: a parent that would be
 * left empty may have been, and is for people to judge. What cannot be read does not go. `restored`
 * tells of a hive that gets its backup, all of whose keys go. */
void kbm_undo_find_keys(struct kbm_broker *broker, const struct kbm_target *target,
			const struct kbm_plan *plan,
			bool (*restored)(const void *context, const char *hive),
			const void *context, bool *goes);

#endif
