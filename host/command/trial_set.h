/* Which scripts are tested, and on which cases. */
#ifndef KBM_COMMAND_TRIAL_SET_H
#define KBM_COMMAND_TRIAL_SET_H

#include "command/catalog.h"
#include "command/command.h"
#include "command/trial_run.h"
#include "report/trial.h"

struct kbm_trial_set {
	struct kbm_scripts scripts;
	struct kbm_trials *trials; /* one a script */
	size_t count;
	struct kbm_trial_order *orders; /* the cases that are to run, script by script */
	size_t order_count;
	size_t *waiting; /* one a script: how many of its cases these are */
};

/* Loads the scripts that the operands name, or all, and finds their cases. The worker that this
 * takes is gone when it returns. KBM_USAGE: an unknown script or case, or options that need one
 * script. *set (from {0}) is the caller's, released with kbm_trial_set_clear(), also after a
 * failure; it must not move. */
enum kbm_code kbm_trial_set_find(const struct kbm_call *call, struct kbm_trial_set *set,
				 struct kbm_error *error);
void kbm_trial_set_clear(struct kbm_trial_set *set);

#endif
