/* What the bindings share. */
#include "script/lua_util.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "base/text.h"
#include "script/profile.h"
#include "script/view.h"

enum {
	CUT_NOTE_BYTES = 64,
	ESCAPED_MAX = KBM_TEXT_MAX_BYTES / 4 - CUT_NOTE_BYTES /* a byte becomes at most 4: \xNN */
};

int kbm_push_failure(lua_State *L, const struct kbm_error *error)
{
	lua_pushnil(L);
	lua_pushstring(L, error->message);
	return 2;
}

void kbm_new_type(lua_State *L, const char *type, const luaL_Reg *methods, const luaL_Reg *meta)
{
	luaL_newmetatable(L, type);
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	kbm_profile_name_functions(L, strchr(type, '.') == NULL ? type : strchr(type, '.') + 1);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	if (meta != NULL)
		luaL_setfuncs(L, meta, 0);
	lua_pop(L, 1);
}

static const char *article(const char *word)
{
	return strchr("aeiou", word[0]) == NULL ? "a" : "an";
}

void kbm_field_error(lua_State *L, const char *what, const char *field, const char *expected)
{
	const char *got = lua_isinteger(L, -1) ? "integer" : luaL_typename(L, -1);
	if (lua_isnil(L, -1))
		luaL_error(L, "%s: %s is missing: expected %s", what, field, expected);
	luaL_error(L, "%s: %s: expected %s, got %s %s", what, field, expected, article(got), got);
	abort(); /* luaL_error does not return */
}

void kbm_word_error(lua_State *L, const char *message, const char *word, const char *const *words,
		    size_t count)
{
	const char *nearest = kbm_suggest(word, words, count);
	if (nearest != NULL)
		luaL_error(L, "%s '%s'; did you mean '%s'?", message, word, nearest);
	luaL_error(L, "%s '%s'", message, word);
	abort(); /* luaL_error does not return */
}

void kbm_check_fields(lua_State *L, int index, const char *what, const char *const *names,
		      bool free_ones)
{
	index = lua_absindex(L, index);
	luaL_checkstack(L, 4, NULL);
	kbm_see_behind(L, index);
	size_t count = 0;
	while (names[count] != NULL)
		count++;
	for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING) {
			luaL_error(L, "%s: only named fields, not [%s]", what,
				   kbm_push_text(L, -2));
			return;
		}
		const char *name = lua_tostring(L, -2);
		size_t i = 0;
		while (i < count && strcmp(names[i], name) != 0)
			i++;
		if (i < count || (free_ones && strncmp(name, "x_", 2) == 0))
			continue;
		kbm_word_error(L, lua_pushfstring(L, "%s: unknown field", what), name, names,
			       count);
	}
}

const char *kbm_push_text_field(lua_State *L, int index, const char *what, const char *field,
				bool required, size_t *length)
{
	index = lua_absindex(L, index);
	lua_pushstring(L, field);
	lua_rawget(L, index);
	if (lua_isnil(L, -1) && !required)
		return NULL;
	if (!lua_isstring(L, -1))
		kbm_field_error(L, what, field, "a string");
	const char *text = lua_tolstring(L, -1, length);
	if (required && text[0] == 0)
		luaL_error(L, "%s: %s is empty", what, field);
	return text;
}

char *kbm_result_text(const char *text, size_t length)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_TEXT_MAX_BYTES);
	size_t kept = kbm_text_whole_characters(text, length, KBM_TEXT_MAX_BYTES - CUT_NOTE_BYTES);
	if (memchr(text, 0, kept) == NULL && kbm_text_is_utf8(text, kept)) {
		kbm_bytes_append(&bytes, text, kept);
	} else {
		if (kept > ESCAPED_MAX)
			kept = kbm_text_whole_characters(text, length, ESCAPED_MAX);
		kbm_text_escape(text, kept, &bytes);
	}
	if (kept < length)
		kbm_bytes_printf(&bytes, "... (cut: %zu bytes in all)", length);
	kbm_bytes_append(&bytes, "", 0);
	return kbm_bytes_take(&bytes, NULL);
}
