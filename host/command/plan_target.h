/* The target that a saved plan was made for, opened again. */
#ifndef KBM_COMMAND_PLAN_TARGET_H
#define KBM_COMMAND_PLAN_TARGET_H

#include "command/catalog.h"
#include "command/session.h"
#include "command/target.h"

struct kbm_plan_target {
	struct kbm_options options; /* as given, with what the plan says in the gaps; borrows */
	struct kbm_session session;
	struct kbm_prepared prepared;
	struct kbm_scripts scripts; /* the plan's */
};

/* Opens the plan's files (or the options' -t) and its scripts, and calls its server where the
 * options name the same: a plan comes from anywhere, and neither a password nor a connection goes
 * to whom it alone names. KBM_REFUSED: they do not, or CurrentControlSet is ambiguous. *target
 * (from {0}) is the caller's, released with kbm_plan_target_close(), also after a failure; it must
 * not move. */
enum kbm_code kbm_plan_target_open(const struct kbm_options *options, const struct kbm_plan *plan,
				   struct kbm_plan_target *target, struct kbm_error *error);
/* The same for who takes back: without the plan's scripts, which are not run, without a look at
 * control sets, since places are physical, and without hashes, which the journal has. */
enum kbm_code kbm_plan_target_open_files(const struct kbm_options *options,
					 const struct kbm_plan *plan,
					 struct kbm_plan_target *target, struct kbm_error *error);
void kbm_plan_target_close(struct kbm_plan_target *target);

/* What the plan's source is now; NULL: not there any more. */
const struct kbm_source_identity *kbm_plan_target_source(const struct kbm_plan_target *target,
							 const struct kbm_source_identity *then);

/* KBM_REFUSED where Current and Default name different control sets, the plan changes one of them,
 * and nobody said which is meant. */
enum kbm_code kbm_check_control_set(struct kbm_broker *broker, const struct kbm_options *options,
				    const struct kbm_prepared *prepared,
				    const struct kbm_plan *plan, struct kbm_error *error);

#endif
