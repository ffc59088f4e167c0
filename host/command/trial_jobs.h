/* Running cases side by side, each in a process of its own. */
#ifndef KBM_COMMAND_TRIAL_JOBS_H
#define KBM_COMMAND_TRIAL_JOBS_H

#include "command/trial_run.h"

/* A case is done: its trial says how. */
typedef void kbm_trial_done(void *context, size_t index);

/* Runs all of them, `at_once` side by side, and tells of each when it is done, in whatever order
 * that is. Whatever happens to the process of one is told as that one's problem. The processes end
 * with this one. */
enum kbm_code kbm_trial_jobs_run(const struct kbm_options *options,
				 const struct kbm_trial_order *orders, size_t count, size_t at_once,
				 kbm_trial_done *done, void *context, struct kbm_error *error);

#endif
