/* Values of a script's header: what they must be, and copies of them. */
#include "script/header_value.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "script/state.h"
#include "script/view.h"

void kbm_header_refuse(lua_State *L, const char *path, const char *expected)
{
	const char *got = lua_isinteger(L, -1) ? "integer" : luaL_typename(L, -1);
	const char *article = got[0] == 'i' ? "an" : "a";
	if (lua_isnil(L, -1))
		luaL_error(L, "%s: missing: expected %s", path, expected);
	luaL_error(L, "%s: expected %s, got %s %s", path, expected, article, got);
	abort(); /* luaL_error does not return */
}

void kbm_header_check_table(lua_State *L, const char *path)
{
	if (!lua_istable(L, -1))
		kbm_header_refuse(L, path, "a table");
	kbm_see_behind(L, -1);
}

lua_Integer kbm_header_check_list(lua_State *L, const char *path)
{
	return kbm_header_check_long_list(L, path, KBM_HEADER_MAX_ITEMS);
}

lua_Integer kbm_header_check_long_list(lua_State *L, const char *path, size_t maximum)
{
	if (!lua_istable(L, -1))
		kbm_header_refuse(L, path, "a list");
	kbm_see_behind(L, -1);
	lua_Unsigned count = 0;
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
		count++;
	if (count != lua_rawlen(L, -1))
		luaL_error(L, "%s: expected a list: { ..., ... } without names and gaps", path);
	if (count > maximum)
		luaL_error(L, "%s: %d items, at most %d", path, (int)count, (int)maximum);
	return (lua_Integer)count;
}

static bool has_control(const char *text, bool lines)
{
	for (; *text != 0; text++) {
		unsigned char byte = (unsigned char)*text;
		if ((byte < ' ' || byte == 0x7F) && !(lines && (byte == '\n' || byte == '\t')))
			return true;
	}
	return false;
}

const char *kbm_header_check_text(lua_State *L, const char *path, size_t maximum, bool lines)
{
	if (lua_type(L, -1) != LUA_TSTRING)
		kbm_header_refuse(L, path, "a string");
	size_t length;
	const char *text = lua_tolstring(L, -1, &length);
	if (length == 0)
		luaL_error(L, "%s: is empty", path);
	if (length > maximum)
		luaL_error(L, "%s: %d bytes, at most %d", path, (int)length, (int)maximum);
	if (memchr(text, 0, length) != NULL || !kbm_text_is_utf8(text, length))
		luaL_error(L, "%s: not UTF-8 text", path);
	if (has_control(text, lines))
		luaL_error(L, "%s: holds a control character", path);
	return text;
}

char *kbm_header_copy(lua_State *L, const char *text)
{
	char *copy = strdup(text);
	if (copy == NULL)
		kbm_lua_out_of_memory(L);
	return copy;
}

char *kbm_header_take_text(lua_State *L, const char *path)
{
	return kbm_header_copy(L, kbm_header_check_text(L, path, KBM_HEADER_MAX_TEXT, false));
}

const char *kbm_header_push_field(lua_State *L, const char *path, const char *field)
{
	luaL_checkstack(L, 4, NULL);
	lua_pushfstring(L, path[0] == 0 ? "%s%s" : "%s.%s", path, field);
	lua_pushstring(L, field);
	lua_rawget(L, -3);
	return lua_tostring(L, -2);
}

const char *kbm_header_push_item(lua_State *L, const char *path, lua_Integer index)
{
	luaL_checkstack(L, 4, NULL);
	lua_pushfstring(L, "%s[%I]", path, (LUAI_UACINT)index);
	lua_rawgeti(L, -2, index);
	return lua_tostring(L, -2);
}

char *kbm_header_take_optional(lua_State *L, const char *path, const char *field)
{
	const char *field_path = kbm_header_push_field(L, path, field);
	char *text =
	    lua_isnil(L, -1) ? kbm_header_copy(L, "") : kbm_header_take_text(L, field_path);
	lua_pop(L, 2);
	return text;
}

void *kbm_header_take_items(lua_State *L, lua_Integer count, size_t size)
{
	void *items = calloc((size_t)count + 1, size);
	if (items == NULL)
		kbm_lua_out_of_memory(L);
	return items;
}

bool kbm_header_is_word(const char *text, const char *first, const char *rest, size_t maximum)
{
	size_t length = strlen(text);
	return length > 0 && length <= maximum && strchr(first, text[0]) != NULL &&
	       strspn(text + 1, rest) == length - 1;
}

void kbm_header_take_texts(lua_State *L, const char *path, struct kbm_text_list *list)
{
	lua_Integer count = kbm_header_check_list(L, path);
	for (lua_Integer i = 1; i <= count; i++) {
		const char *item_path = kbm_header_push_item(L, path, i);
		const char *text = kbm_header_check_text(L, item_path, KBM_HEADER_MAX_TEXT, false);
		if (!kbm_text_list_add(list, text))
			kbm_lua_out_of_memory(L);
		lua_pop(L, 2);
	}
}
