/* What became of what was to be applied or taken back, said in the format that was asked for. */
#ifndef KBM_COMMAND_TELL_APPLIED_H
#define KBM_COMMAND_TELL_APPLIED_H

#include "command/command.h"
#include "report/report_apply.h"

/* Prints it; returns the exit status. */
int kbm_tell_applied(const struct kbm_options *options, const struct kbm_applied *applied);

/* Nothing was done because of *error: stderr says so and, where programs read, standard output has
 * the document, too; but none for a command line that is wrong (KBM_USAGE). `plan` may be NULL, and
 * is left out where it holds secrets that nobody asked for. Returns the exit status. */
int kbm_tell_not_applied(const struct kbm_call *call, const struct kbm_plan *plan,
			 const struct kbm_error *error);
/* The same where there is nothing that could be done, which is no failure: returns `status`. */
int kbm_tell_nothing_to_do(const struct kbm_call *call, const struct kbm_plan *plan,
			   const char *message, int status);

#endif
