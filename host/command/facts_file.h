/* The file that says what a script's cases say of it. */
#ifndef KBM_COMMAND_FACTS_FILE_H
#define KBM_COMMAND_FACTS_FILE_H

#include "command/catalog.h"
#include "plan/script_facts.h"

/* Reads NAME.facts beside the script's file, or of a stock script that of the installation, when it
 * is of this very script; without one *facts stays {0}. It is the caller's. KBM_MEMORY. */
enum kbm_code kbm_facts_load(const struct kbm_paths *paths, const struct kbm_script *script,
			     struct kbm_script_facts *facts, struct kbm_error *error);

#endif
