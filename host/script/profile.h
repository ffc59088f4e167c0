/* The strict profile: which names of Lua scripts and our own modules may use.
 *
 * It is built by copying chosen names, never by deleting from what Lua brings. Everything is
 * deterministic: pairs and next go in sorted order, no text holds an address. */
#ifndef KBM_SCRIPT_PROFILE_H
#define KBM_SCRIPT_PROFILE_H

#include <lua.h>

#include <stdbool.h>

/* Fills a fresh state: call once, protected. [-0, +0, e] */
void kbm_profile_open(lua_State *L);
/* Pushes a new table of globals; our own modules also get setmetatable. [-0, +1, e] */
void kbm_profile_push_environment(lua_State *L, bool for_module);
/* Makes the table on top a module for require, read-only from now on. [-1, +0, e] */
void kbm_profile_add_module(lua_State *L, const char *name);

/* Called by C (by pcall, say), a function would be '?' in Lua's messages: they look here for the
 * name of the one on top, or of those in the table on top. [-0, +0, e] */
void kbm_profile_name_functions(lua_State *L, const char *name);

/* As tostring of scripts: never an address. [-0, +1, e] */
const char *kbm_push_text(lua_State *L, int index);

#endif
