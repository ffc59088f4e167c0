/* Which of the scripts are meant: by --severity and --category. */
#ifndef KBM_COMMAND_SCRIPT_FILTER_H
#define KBM_COMMAND_SCRIPT_FILTER_H

#include "command/catalog.h"
#include "command/options.h"

/* Leaves those of the options' severity and worse, and of one of their categories. What a script
 * is that cannot be read is not known: it stays. KBM_USAGE: a category that no script has, with the
 * nearest. */
enum kbm_code kbm_script_filter(const struct kbm_options *options, struct kbm_scripts *scripts,
				struct kbm_error *error);
/* Whether the options leave any script out. */
bool kbm_script_filter_is_set(const struct kbm_options *options);

#endif
