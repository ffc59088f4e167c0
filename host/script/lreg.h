/* The primitives that scripts see: one opener a module. The stubs in stdlib/meta/ are their manual.
 *
 * All are handles whose type is checked at every call; what they answer from is the run in progress
 * (script/run.h). None writes anything. */
#ifndef KBM_SCRIPT_LREG_H
#define KBM_SCRIPT_LREG_H

#include <lua.h>

#include "plan/change.h"
#include "plan/result.h"
#include "source/dn.h"

/* Make the types; once a state. dn's also pushes the module's table. */
void kbm_lreg_open_target(lua_State *L);    /* [-0, +0, e] */
void kbm_lreg_open_registry(lua_State *L);  /* [-0, +0, e] */
void kbm_lreg_open_directory(lua_State *L); /* [-0, +0, e] */
void kbm_lreg_open_plan(lua_State *L);	    /* [-0, +0, e] */
void kbm_lreg_open_dn(lua_State *L);	    /* [-0, +1, e] */

/* Push what a run hands to the script. [-0, +1, e] */
void kbm_lreg_push_target(lua_State *L);
void kbm_lreg_push_registry(lua_State *L);
void kbm_lreg_push_directory(lua_State *L);
void kbm_lreg_push_plan(lua_State *L);

/* The finding as the script gave it, read-only; `index` from 0. kbm_lreg_start_findings() forgets
 * those of an earlier run. */
void kbm_lreg_start_findings(lua_State *L);		/* [-0, +0, e] */
void kbm_lreg_push_finding(lua_State *L, size_t index); /* [-0, +1, e] */

/* A DN argument, a text or a parsed name, as RFC 4514 text; pushed, so that it stays valid.
 * [-0, +1, e] */
const char *kbm_lreg_push_dn_text(lua_State *L, int index);

#endif
