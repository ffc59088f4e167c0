/* Names made from other names: functions of require "dn" and of its handles. */
#ifndef KBM_SCRIPT_LREG_DN_BUILD_H
#define KBM_SCRIPT_LREG_DN_BUILD_H

#include <lua.h>

/* As stdlib/meta/dn.lua describes them. */
int kbm_lreg_dn_make(lua_State *L);   /* dn.make(rdns, form) */
int kbm_lreg_dn_with(lua_State *L);   /* d:with(i, value) */
int kbm_lreg_dn_prefix(lua_State *L); /* d:prefix(count) */
int kbm_lreg_dn_parent(lua_State *L); /* d:parent() */
int kbm_lreg_dn_child(lua_State *L);  /* d:child(type, value) */

#endif
