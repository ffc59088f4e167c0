/* What a check says of its target in tables: texts and places taken from them. */
#ifndef KBM_SCRIPT_LREG_SAY_H
#define KBM_SCRIPT_LREG_SAY_H

#include <lua.h>

#include <stdbool.h>

#include "script/run.h"

#define KBM_TARGET_TYPE "kbm.Target" /* of the handle */

/* The run, when the handle at 1 is a target and a check runs. Until the method returns
 * (kbm_lua_end_strict) an error is the script's mistake about its verdict. [-0, +0, e] */
struct kbm_run *kbm_lreg_begin_saying(lua_State *L, const char *method);
/* A field of the table at 2 as result text, heap; NULL when absent. `what`, for messages:
 * "target:fail". [-0, +0, e] */
char *kbm_lreg_take_text(lua_State *L, const char *what, const char *field, bool required);
/* The field `where` of the table at 2, { key, value } or { dn, attribute }, into *place, from {0};
 * absent: it stays so. `what`, for messages: "target:fail: where". [-0, +0, e] */
void kbm_lreg_take_place(lua_State *L, const char *what, struct kbm_place *place);

#endif
