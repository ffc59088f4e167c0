/* What the bindings share: failures, options tables, handles that are records, texts. */
#ifndef KBM_SCRIPT_LUA_UTIL_H
#define KBM_SCRIPT_LUA_UTIL_H

#include <lauxlib.h>
#include <lua.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Pushes nil and the message; returns 2. [-0, +2, e] */
int kbm_push_failure(lua_State *L, const struct kbm_error *error);

/* Makes a handle's type: `methods` (ended by NULL) are what scripts see through __index, `meta`
 * (may be NULL) are metamethods; __metatable is false. [-0, +0, e] */
void kbm_new_type(lua_State *L, const char *type, const luaL_Reg *methods, const luaL_Reg *meta);

/* The fields an options table may have; a table with another one is refused, with a suggestion.
 * `names` ends with NULL; names beginning with x_ pass when `free_ones`. A view at `index` becomes
 * the table behind it. [-0, +0, e] */
void kbm_check_fields(lua_State *L, int index, const char *what, const char *const *names,
		      bool free_ones);
/* A text field, pushed so that the text stays valid; NULL (nil pushed) when absent and not
 * `required`. Numbers are taken as texts. [-0, +1, e] */
const char *kbm_push_text_field(lua_State *L, int index, const char *what, const char *field,
				bool required, size_t *length);
/* Raises "what: field: expected X, got a Y" about the value on top; `expected` as "an integer".
 * [-0, +0, e] */
_Noreturn void kbm_field_error(lua_State *L, const char *what, const char *field,
			       const char *expected);
/* Raises with "; did you mean 'x'?" when a word of `words` (count) is near. [-0, +0, e] */
_Noreturn void kbm_word_error(lua_State *L, const char *message, const char *word,
			      const char *const *words, size_t count);

/* A heap copy for results: at most KBM_TEXT_MAX_BYTES, longer ones are cut and say so; UTF-8
 * without NUL stays as it is, anything else is escaped. NULL without memory. */
char *kbm_result_text(const char *text, size_t length);

#endif
