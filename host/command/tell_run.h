/* What a run has found, told: the report, and the command that takes its plan further. */
#ifndef KBM_COMMAND_TELL_RUN_H
#define KBM_COMMAND_TELL_RUN_H

#include "command/command.h"
#include "command/diagnose.h"

/* Whether the common plan may leave the house: a plan that was not shown to cure must not.
 * KBM_NOT_FOUND: there is none; KBM_REFUSED: why not. */
enum kbm_code kbm_tell_run_check(const struct kbm_case *diagnosed, struct kbm_error *error);
/* Whether the plan goes to files that regedit or ldapmodify take. */
bool kbm_tell_run_emits(const struct kbm_options *options);
/* The report of a run that ends with this status, in the options' format; false when `out` is full.
 */
bool kbm_tell_run(const struct kbm_call *call, const struct kbm_case *diagnosed, int status,
		  struct kbm_bytes *out);

#endif
