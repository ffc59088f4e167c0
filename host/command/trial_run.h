/* Running one case, as `kbmend run` runs a script, in a process of its own. */
#ifndef KBM_COMMAND_TRIAL_RUN_H
#define KBM_COMMAND_TRIAL_RUN_H

#include "base/bytes.h"
#include "command/options.h"
#include "report/trial.h"

/* A case that is to run. Borrowed. */
struct kbm_trial_order {
	const struct kbm_trials *trials;
	struct kbm_trial *trial;
	bool needs_registry;
};

/* Runs the case, of the options with those that are about a script's limits, and appends what came
 * of it to `answer`, for kbm_trial_take(). */
void kbm_trial_run(const struct kbm_options *options, const struct kbm_trial_order *order,
		   struct kbm_bytes *answer);
/* Takes such an answer, and judges. False: it is none. */
bool kbm_trial_take(struct kbm_trial *trial, const struct kbm_bytes *answer);
/* A case that could not be run, for that reason. False without memory. */
bool kbm_trial_break(struct kbm_trial *trial, const char *problem);

#endif
