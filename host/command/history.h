/* The journal as commands meet it: found, and what was interrupted told first. */
#ifndef KBM_COMMAND_HISTORY_H
#define KBM_COMMAND_HISTORY_H

#include "apply/journal.h"
#include "command/options.h"

/* Finds the state folder and settles applies that were interrupted, with a note on each. *folder is
 * heap text, the caller's. */
enum kbm_code kbm_history_open(const struct kbm_options *options, char **folder,
			       struct kbm_error *error);
/* The number of an entry, as typed; false: it is none. */
bool kbm_history_number(const char *text, uint32_t *number);

#endif
