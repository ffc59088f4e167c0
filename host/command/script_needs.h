/* Whether a target has what a script needs. */
#ifndef KBM_COMMAND_SCRIPT_NEEDS_H
#define KBM_COMMAND_SCRIPT_NEEDS_H

#include "guard/broker.h"
#include "plan/script_info.h"

/* Appends what the target has not: "a directory", "SOFTWARE", "SAM, a directory"; nothing when it
 * has all. A hive that cannot be read is there. */
void kbm_script_lacks(const struct kbm_script_info *info, const struct kbm_target *target,
		      struct kbm_bytes *out);

#endif
