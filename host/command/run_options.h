/* Options of `run` and `plan` that say something only beside others. */
#ifndef KBM_COMMAND_RUN_OPTIONS_H
#define KBM_COMMAND_RUN_OPTIONS_H

#include "command/options.h"

/* KBM_USAGE: an option that nothing would heed, or two that exclude each other; the message names
 * the option that is missing or one too many. */
enum kbm_code kbm_run_options_check(const struct kbm_options *options, struct kbm_error *error);

#endif
