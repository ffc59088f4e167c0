/* The options of `reg find`: their values, checked and stored. */
#ifndef KBM_COMMAND_FIND_OPTIONS_H
#define KBM_COMMAND_FIND_OPTIONS_H

#include "command/options.h"

/* Stores the value of --in, --regex, --exact, --newer or --type. KBM_USAGE names the option. */
enum kbm_code kbm_find_option_take(enum kbm_option_id id, const char *value,
				   struct kbm_find_order *find, struct kbm_error *error);

#endif
