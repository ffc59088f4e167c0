/* A run's parameters: what was given on the command line, checked against the header. */
#ifndef KBM_SCRIPT_PARAMS_H
#define KBM_SCRIPT_PARAMS_H

#include <lua.h>

#include "base/error.h"
#include "plan/script_info.h"

/* Whether the given parameters fit the header. KBM_USAGE: the message names the parameter and what
 * is allowed, or the name that was probably meant. `given` may be NULL. */
enum kbm_code kbm_params_check(const struct kbm_script_info *info, const struct kbm_params *given,
			       struct kbm_error *error);
/* Pushes the read-only table that the script sees: checked values, else the defaults. A name
 * that is not in the header is an error. [-0, +1, e] */
void kbm_params_push(lua_State *L, const struct kbm_script_info *info,
		     const struct kbm_params *given);

#endif
