/* The table of options: what each is called, takes and does; and taking a value that was given. */
#ifndef KBM_COMMAND_OPTION_TABLE_H
#define KBM_COMMAND_OPTION_TABLE_H

#include "command/options.h"

struct kbm_option_row {
	const char *name;
	char letter;	      /* or 0 */
	const char *argument; /* or NULL */
	const char *help;
};
/* One row an option, in the order of enum kbm_option_id. */
extern const struct kbm_option_row kbm_option_rows[KBM_OPTION_COUNT];

/* Stores one option's value. KBM_USAGE names the option and what it takes. */
enum kbm_code kbm_option_take(enum kbm_option_id id, const char *value, struct kbm_options *options,
			      struct kbm_error *error);

#endif
