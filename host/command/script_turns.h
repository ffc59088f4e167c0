/* Running a case's scripts: several work at the same time, and each has its turn. */
#ifndef KBM_COMMAND_SCRIPT_TURNS_H
#define KBM_COMMAND_SCRIPT_TURNS_H

#include "command/diagnose.h"

/* What follows a run, before the next script's turn ends; its result is in the diagnosis. */
typedef enum kbm_code kbm_turn_done(struct kbm_case *diagnosed, size_t index,
				    const struct kbm_params *params, struct kbm_error *error);
/* Makes the case's diagnoses: runs every script whose needs are met, and of those that run on
 * request only the ones that were named (name_count > 0). Waits for the target's LDIF file.
 * KBM_USAGE: a parameter does not fit. */
enum kbm_code kbm_script_turns(const struct kbm_options *options, size_t name_count,
			       struct kbm_case *diagnosed, kbm_turn_done *done,
			       struct kbm_error *error);

#endif
