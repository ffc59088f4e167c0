/* Read-only views of tables: reading, #, ipairs, pairs and next work, writing is an error. */
#ifndef KBM_SCRIPT_VIEW_H
#define KBM_SCRIPT_VIEW_H

#include <lua.h>

#include <stdbool.h>

/* Call once a state, before any other. [-0, +0, e] */
void kbm_view_open(lua_State *L);

/* Replaces the table on top by a view of it; tables in it stay as they are. [-1, +1, e] */
void kbm_push_readonly(lua_State *L);
/* The same at every depth: tables come out of the view as views, made when they are asked for. One
 * table has one such view, so that views compare as their tables do. [-1, +1, e] */
void kbm_push_readonly_deep(lua_State *L);

bool kbm_is_view(lua_State *L, int index);
/* Replaces a view at `index` by the table behind it, for those who read without metamethods; any
 * other value stays. [-0, +0, -] */
void kbm_see_behind(lua_State *L, int index);

#endif
