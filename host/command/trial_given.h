/* What a case gives besides its files: parameters and options of the run, a line each. */
#ifndef KBM_COMMAND_TRIAL_GIVEN_H
#define KBM_COMMAND_TRIAL_GIVEN_H

#include "command/options.h"

#define KBM_TRIAL_PARAMS  "params"
#define KBM_TRIAL_OPTIONS "options"

/* Takes the lines of `params` (as -p takes them) and of `options` (control-set=, codepage=, logs=)
 * in the case's folder, where they are. KBM_INVALID: the message says which line is wrong, and why.
 * The parameters in *options are the caller's, also after a failure. */
enum kbm_code kbm_trial_given_read(const char *folder, struct kbm_options *options,
				   struct kbm_error *error);

#endif
