/* The table of parameters that a script sees, made of what plan/params.h has checked. */
#ifndef KBM_SCRIPT_PARAMS_H
#define KBM_SCRIPT_PARAMS_H

#include <lua.h>

#include "plan/params.h"

/* Pushes the read-only table that the script sees: checked values, else the defaults. A name
 * that is not in the header is an error. [-0, +1, e] */
void kbm_params_push(lua_State *L, const struct kbm_script_info *info,
		     const struct kbm_params *given);

#endif
