/* target:observe: a row of the table of what a check looked at. */
#ifndef KBM_SCRIPT_LREG_OBSERVE_H
#define KBM_SCRIPT_LREG_OBSERVE_H

#include <lua.h>

/* The method, for the target's table. */
int kbm_lreg_observe(lua_State *L);

#endif
