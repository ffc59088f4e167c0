/* What a check says of its target in tables: texts and places taken from them. */
#include "script/lreg_say.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/lreg.h"
#include "script/lua_util.h"

enum { VALUE_NAME_MAX = 3 * KBM_HIVE_MAX_NAME_UNITS };

struct kbm_run *kbm_lreg_begin_saying(lua_State *L, const char *method)
{
	kbm_lua_begin_strict(L);
	luaL_checkudata(L, 1, KBM_TARGET_TYPE);
	struct kbm_run *run = kbm_run_of(L);
	if (run->phase != KBM_PHASE_CHECK)
		luaL_error(L, "target:%s belongs in check only", method);
	return run;
}

char *kbm_lreg_take_text(lua_State *L, const char *what, const char *field, bool required)
{
	size_t length = 0;
	const char *text = kbm_push_text_field(L, 2, what, field, required, &length);
	char *copy = text == NULL ? NULL : kbm_run_copy_text(L, text, length);
	lua_pop(L, 1);
	return copy;
}

/* --- where ----------------------------------------------------------------------------------- */

/* A field of `where` as a text in the stack, or NULL (nil pushed). [-0, +1, e] */
static const char *where_text(lua_State *L, const char *what, int where, const char *field,
			      size_t *length)
{
	lua_pushstring(L, field);
	lua_rawget(L, where);
	if (lua_isnil(L, -1))
		return NULL;
	if (lua_type(L, -1) != LUA_TSTRING)
		kbm_field_error(L, what, field, "a string");
	return lua_tolstring(L, -1, length);
}

static void take_registry_place(lua_State *L, const char *what, int where, struct kbm_place *place)
{
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_error error = {0};
	size_t length = 0;
	lua_getfield(L, where, "key");
	const char *path = kbm_run_check_path(L, lua_gettop(L));
	const char *name = where_text(L, what, where, "value", &length);
	if (length > VALUE_NAME_MAX)
		luaL_error(L, "%s: value is longer than a value's name", what);
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	kbm_lua_hold(state);
	enum kbm_code code = kbm_run_place(registry, path, name, length, place, &error);
	kbm_lua_release(state);
	if (code != KBM_OK)
		kbm_run_fail(L, &error);
	lua_pop(L, 2);
}

static void take_directory_place(lua_State *L, const char *what, int where, struct kbm_place *place)
{
	struct kbm_lua *state = kbm_lua_of(L);
	size_t length = 0;
	lua_getfield(L, where, "dn");
	const char *dn = kbm_lreg_push_dn_text(L, -1);
	const char *attribute = where_text(L, what, where, "attribute", &length);
	if (attribute != NULL &&
	    (length == 0 || length > KBM_HEADER_MAX_TEXT || strlen(attribute) != length))
		luaL_error(L, "%s: attribute is no name", what);
	kbm_lua_hold(state);
	place->kind = attribute == NULL ? KBM_PLACE_ENTRY : KBM_PLACE_ATTRIBUTE;
	place->path = strdup(dn);
	place->name = attribute == NULL ? NULL : strdup(attribute);
	place->name_length = length;
	kbm_lua_release(state);
	if (place->path == NULL || (attribute != NULL && place->name == NULL))
		kbm_lua_out_of_memory(L);
	lua_pop(L, 3);
}

void kbm_lreg_take_place(lua_State *L, const char *what, struct kbm_place *place)
{
	static const char *const fields[] = {"key", "value", "dn", "attribute", NULL};
	lua_pushliteral(L, "where");
	lua_rawget(L, 2);
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		return;
	}
	if (!lua_istable(L, -1))
		luaL_error(L, "%s: expected a table, got a %s", what, luaL_typename(L, -1));
	int where = lua_gettop(L);
	kbm_check_fields(L, where, what, fields, false);
	bool registry = lua_getfield(L, where, "key") != LUA_TNIL;
	bool directory = lua_getfield(L, where, "dn") != LUA_TNIL;
	bool value = lua_getfield(L, where, "value") != LUA_TNIL;
	bool attribute = lua_getfield(L, where, "attribute") != LUA_TNIL;
	lua_pop(L, 4);
	if (registry == directory || (value && !registry) || (attribute && !directory))
		luaL_error(L, "%s: expected { key, value } or { dn, attribute }", what);
	if (registry)
		take_registry_place(L, what, where, place);
	else
		take_directory_place(L, what, where, place);
	lua_pop(L, 1);
}
