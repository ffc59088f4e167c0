/* What a script asks a directory: the options of a search, with the filter's arguments filled in.
 */
#include "script/lreg_directory.h"

#include <lauxlib.h>
#include <string.h>

#include "script/lreg.h"
#include "script/lua_util.h"
#include "script/run.h"
#include "source/filter.h"

static const char *const every_entry = "(objectClass=*)";

/* The list of attribute names at `index`, or nothing; its texts stay on the stack. */
static void take_attributes(lua_State *L, int index, struct kbm_lreg_request *request)
{
	request->asked.attributes = request->attributes;
	if (lua_isnoneornil(L, index))
		return;
	if (!lua_istable(L, index))
		luaL_error(L, "attributes: expected a list of names, got a %s",
			   luaL_typename(L, index));
	lua_Integer count = luaL_len(L, index);
	if (count > (lua_Integer)KBM_DIRECTORY_MAX_ATTRIBUTES)
		luaL_error(L, "attributes: %I names, at most %d", (LUAI_UACINT)count,
			   (int)KBM_DIRECTORY_MAX_ATTRIBUTES);
	luaL_checkstack(L, (int)count + 4, NULL);
	for (lua_Integer i = 1; i <= count; i++) {
		lua_geti(L, index, i);
		const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
		if (name == NULL || name[0] == 0 || strlen(name) != lua_rawlen(L, -1))
			luaL_error(L, "attributes: item %I is no name", (LUAI_UACINT)i);
		request->attributes[request->asked.attribute_count++] = name;
	}
}

/* Adds the next of args, escaped. args is at `args`. */
static void add_argument(lua_State *L, luaL_Buffer *buffer, int args, lua_Integer number)
{
	struct kbm_lua *state = kbm_lua_of(L);
	size_t length = 0;
	if (args == 0 || lua_geti(L, args, number) == LUA_TNIL)
		luaL_error(L, "filter: %%s number %I has no argument in args", (LUAI_UACINT)number);
	if (!lua_isstring(L, -1))
		luaL_error(L, "args: item %I: expected a string, got a %s", (LUAI_UACINT)number,
			   luaL_typename(L, -1));
	const char *text = lua_tolstring(L, -1, &length);
	if (length > KBM_FILTER_MAX_BYTES)
		luaL_error(L, "args: item %I: %d bytes, a filter has at most %d",
			   (LUAI_UACINT)number, (int)length, (int)KBM_FILTER_MAX_BYTES);
	kbm_lua_hold(state);
	kbm_bytes_reset(&state->scratch);
	bool done = kbm_filter_escape(text, length, &state->scratch);
	kbm_lua_release(state);
	if (!done)
		kbm_lua_out_of_memory(L);
	lua_pop(L, 1);
	luaL_addlstring(buffer, kbm_bytes_text(&state->scratch), state->scratch.length);
}

/* The filter with its %s filled in; checked, so that a mistake in it is the script's and not the
 * directory's. `options` and `args` (0: none) are indices. [-0, +1, e] */
static const char *push_filter(lua_State *L, int options, int args)
{
	size_t length = 0;
	const char *text = kbm_push_text_field(L, options, "search", "filter", false, &length);
	if (text == NULL) {
		lua_pushstring(L, every_entry);
		return every_entry;
	}
	if (length > KBM_FILTER_MAX_BYTES)
		luaL_error(L, "filter: %d bytes, at most %d", (int)length,
			   (int)KBM_FILTER_MAX_BYTES);
	lua_Integer used = 0;
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	for (const char *at = text, *end = text + length; at < end; at++) {
		if (*at == 0)
			luaL_error(L, "filter: holds a NUL");
		if (*at != '%') {
			luaL_addchar(&buffer, *at);
		} else if (at + 1 < end && at[1] == 's') {
			add_argument(L, &buffer, args, ++used);
			at++;
		} else if (at + 1 < end && at[1] == '%') {
			luaL_addchar(&buffer, '%');
			at++;
		} else {
			luaL_error(L, "filter: a %% stands before s or %% only");
		}
	}
	luaL_pushresult(&buffer);
	if (args != 0 && luaL_len(L, args) != used)
		luaL_error(L, "filter: %I %%s for %I args", (LUAI_UACINT)used,
			   (LUAI_UACINT)luaL_len(L, args));
	return lua_tostring(L, -1);
}

static void check_filter(lua_State *L, const char *text)
{
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_filter *filter = NULL;
	struct kbm_error error = {0};
	kbm_lua_hold(state);
	enum kbm_code code = kbm_filter_parse(text, &filter, &error);
	kbm_filter_free(filter);
	kbm_lua_release(state);
	if (code == KBM_MEMORY)
		kbm_lua_out_of_memory(L);
	if (code != KBM_OK)
		luaL_error(L, "filter: %s", error.message);
}

static enum kbm_scope take_scope(lua_State *L, int options)
{
	static const char *const names[] = {"base", "one", "sub"};
	const char *name = kbm_push_text_field(L, options, "search", "scope", false, NULL);
	enum kbm_scope scope = KBM_SCOPE_SUB;
	if (name != NULL) {
		size_t i = 0;
		while (i < 3 && strcmp(names[i], name) != 0)
			i++;
		if (i == 3)
			kbm_word_error(L, "scope: expected base, one or sub, got", name, names, 3);
		scope = (enum kbm_scope)i;
	}
	lua_pop(L, 1);
	return scope;
}

void kbm_lreg_take_search(lua_State *L, struct kbm_lreg_request *request)
{
	static const char *const fields[] = {"base", "scope", "filter", "args", "attributes", NULL};
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	kbm_check_fields(L, 2, "search", fields, false);
	request->asked.scope = take_scope(L, 2);
	lua_getfield(L, 2, "base"); /* 3 */
	if (lua_isnil(L, -1))
		luaL_error(L, "search: base is missing: a DN, or \"\" for the root");
	request->asked.base = kbm_lreg_push_dn_text(L, -1);
	lua_getfield(L, 2, "args");
	int args = lua_isnil(L, -1) ? 0 : lua_gettop(L);
	if (args != 0 && !lua_istable(L, args))
		luaL_error(L, "search: args: expected a list, got a %s", luaL_typename(L, args));
	request->asked.filter = push_filter(L, 2, args);
	check_filter(L, request->asked.filter);
	lua_getfield(L, 2, "attributes");
	take_attributes(L, lua_gettop(L), request);
}

void kbm_lreg_take_read(lua_State *L, struct kbm_lreg_request *request)
{
	lua_settop(L, 3);
	request->asked.scope = KBM_SCOPE_BASE;
	request->asked.filter = every_entry;
	request->asked.base = kbm_lreg_push_dn_text(L, 2);
	take_attributes(L, 3, request);
}
