/* target.registry: reading values and keys, each read recorded. */
#include "script/lreg.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/filetime.h"
#include "base/limits.h"
#include "script/listing.h"
#include "script/lua_util.h"
#include "script/registry_data.h"
#include "script/run.h"

#define REGISTRY_TYPE "kbm.Registry"
#define KEY_TYPE      "kbm.Key"

enum { NAME_MAX_BYTES = 3 * KBM_HIVE_MAX_NAME_UNITS };

/* --- times ----------------------------------------------------------------------------------- */

/* A FILETIME as UTC, whatever its year. */
static void push_time(lua_State *L, uint64_t filetime)
{
	struct kbm_civil civil = kbm_filetime_civil(filetime);
	char text[64];
	snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02uZ", civil.year, civil.month,
		 civil.day, civil.hour, civil.minute, civil.second);
	lua_pushstring(L, text);
}

/* --- keys as handles: user value 1 is { name =, path =, last_written = FILETIME } ------------ */

static void push_key(lua_State *L, const char *path, const struct kbm_key *key)
{
	luaL_checkstack(L, 4, NULL);
	lua_newuserdatauv(L, 0, 1);
	lua_createtable(L, 0, 3);
	lua_pushlstring(L, key->name, key->name_length);
	lua_setfield(L, -2, "name");
	lua_pushstring(L, path);
	lua_setfield(L, -2, "path");
	lua_pushinteger(L, (lua_Integer)key->last_written);
	lua_setfield(L, -2, "last_written");
	lua_setiuservalue(L, -2, 1);
	luaL_setmetatable(L, KEY_TYPE);
}

/* Pushes the path. [-0, +1, e] */
static const char *key_path(lua_State *L, int index)
{
	luaL_checkudata(L, index, KEY_TYPE);
	lua_getiuservalue(L, index, 1);
	lua_getfield(L, -1, "path");
	lua_remove(L, -2);
	return lua_tostring(L, -1);
}

/* Upvalue 1: methods. */
static int key_index(lua_State *L)
{
	luaL_checkudata(L, 1, KEY_TYPE);
	lua_getiuservalue(L, 1, 1);
	lua_pushvalue(L, 2);
	int type = lua_rawget(L, -2);
	if (type == LUA_TNUMBER) /* few are asked when they were written */
		push_time(L, (uint64_t)lua_tointeger(L, -1));
	if (type != LUA_TNIL)
		return 1;
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
		return luaL_error(L, "a key has no field '%s'", luaL_tolstring(L, 2, NULL));
	return 1;
}

static int key_tostring(lua_State *L)
{
	key_path(L, 1);
	return 1;
}

/* --- reading --------------------------------------------------------------------------------- */

/* Pushes what was read, when `code` is KBM_OK, and records it; `value` and its name are borrowed
 * until the service is called again. Another outcome than `code` means that nothing was pushed.
 * [-0, +0 or +1, e] */
static enum kbm_code keep_value(lua_State *L, const char *path, enum kbm_code code,
				const struct kbm_value *value, struct kbm_error *error)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_precondition read = {0};
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		return code;
	lua_pushlstring(L, value->name, value->name_length); /* outlives the loan */
	if (code == KBM_OK)
		kbm_data_push_value(L, value);
	else
		lua_pushnil(L); /* name value */
	kbm_lua_hold(state);
	enum kbm_code placed =
	    kbm_run_read_value(registry, path, lua_tostring(L, -2), lua_rawlen(L, -2),
			       code == KBM_OK ? value : NULL, &read, error);
	kbm_lua_release(state);
	if (placed == KBM_OK)
		kbm_run_record(L, &read);
	lua_remove(L, -2);
	if (placed != KBM_OK || code != KBM_OK)
		lua_pop(L, 1);
	return placed == KBM_OK ? code : placed;
}

/* The same for a key, pushed as a handle. */
static enum kbm_code keep_key(lua_State *L, const char *path, enum kbm_code code,
			      const struct kbm_key *key, struct kbm_error *error)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_precondition read = {.kind = KBM_READ_KEY};
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		return code;
	if (code == KBM_OK)
		push_key(L, path, key);
	kbm_lua_hold(state);
	read.state.present = code == KBM_OK;
	enum kbm_code placed = kbm_run_place(registry, path, NULL, 0, &read.place, error);
	kbm_lua_release(state);
	if (placed == KBM_OK)
		kbm_run_record(L, &read);
	else if (code == KBM_OK)
		lua_pop(L, 1);
	return placed == KBM_OK ? code : placed;
}

static enum kbm_code read_value(lua_State *L, const char *path, const char *name, size_t length,
				struct kbm_error *error)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_value value = {0};
	kbm_lua_hold(state);
	enum kbm_code code =
	    registry->get_value(registry->context, path, name, length, &value, error);
	kbm_lua_release(state);
	value.name = code == KBM_OK ? value.name : name;
	value.name_length = code == KBM_OK ? value.name_length : length;
	return keep_value(L, path, code, &value, error);
}

static enum kbm_code read_key(lua_State *L, const char *path, struct kbm_error *error)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_key key = {0};
	kbm_lua_hold(state);
	enum kbm_code code = registry->get_key(registry->context, path, &key, error);
	kbm_lua_release(state);
	return keep_key(L, path, code, &key, error);
}

/* Ends a read of the plain kind: the value or nil; or the end of the run. */
static int plain(lua_State *L, enum kbm_code code, const struct kbm_error *error)
{
	if (code == KBM_NOT_FOUND)
		lua_pushnil(L);
	else if (code != KBM_OK)
		kbm_run_fail(L, error);
	return 1;
}

/* Ends a read of the try_ kind: status, value. */
static int tried(lua_State *L, enum kbm_code code, const struct kbm_error *error)
{
	if (kbm_run_must_fail(code))
		kbm_run_fail(L, error);
	if (code == KBM_OK) {
		lua_pushliteral(L, "found");
		lua_insert(L, -2);
		return 2;
	}
	lua_pushstring(L, code == KBM_NOT_FOUND ? "absent" : "unknown");
	if (code == KBM_NOT_FOUND)
		return 1;
	lua_pushstring(L, error->message);
	return 2;
}

/* The name of a value may hold NULs. */
static const char *check_name(lua_State *L, int index, size_t *length)
{
	const char *name = luaL_checklstring(L, index, length);
	luaL_argcheck(L, *length <= NAME_MAX_BYTES, index, "too long");
	return name;
}

static enum kbm_code get_argument(lua_State *L, struct kbm_error *error)
{
	luaL_checkudata(L, 1, REGISTRY_TYPE);
	const char *path = kbm_run_check_path(L, 2);
	size_t length;
	const char *name = check_name(L, 3, &length);
	return read_value(L, path, name, length, error);
}

static int registry_get(lua_State *L)
{
	struct kbm_error error = {0};
	return plain(L, get_argument(L, &error), &error);
}

static int registry_try_get(lua_State *L)
{
	struct kbm_error error = {0};
	return tried(L, get_argument(L, &error), &error);
}

static int registry_key(lua_State *L)
{
	struct kbm_error error = {0};
	luaL_checkudata(L, 1, REGISTRY_TYPE);
	return plain(L, read_key(L, kbm_run_check_path(L, 2), &error), &error);
}

static int registry_try_key(lua_State *L)
{
	struct kbm_error error = {0};
	luaL_checkudata(L, 1, REGISTRY_TYPE);
	return tried(L, read_key(L, kbm_run_check_path(L, 2), &error), &error);
}

/* --- a key's methods ------------------------------------------------------------------------- */

static int key_get(lua_State *L)
{
	struct kbm_error error = {0};
	size_t length;
	luaL_checkudata(L, 1, KEY_TYPE);
	const char *name = check_name(L, 2, &length);
	const char *path = key_path(L, 1);
	return plain(L, read_value(L, path, name, length, &error), &error);
}

/* Puts the index-th value into the list on top; false past the end. [-0, +0, e] */
static bool list_value(lua_State *L, const char *path, size_t index)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_value value = {0};
	struct kbm_error error = {0};
	kbm_lua_hold(state);
	enum kbm_code code = registry->value_at(registry->context, path, index, &value, &error);
	kbm_lua_release(state);
	if (code == KBM_NOT_FOUND)
		return false;
	code = keep_value(L, path, code, &value, &error);
	if (code != KBM_OK)
		kbm_run_fail(L, &error);
	lua_rawseti(L, -2, (lua_Integer)index + 1);
	return true;
}

static int key_values(lua_State *L)
{
	const char *path = key_path(L, 1);
	size_t count = 0;
	lua_newtable(L);
	while (list_value(L, path, count))
		count++;
	return 1;
}

/* A name that no path can hold ends the run. [-0, +0, e] */
static void check_subkey_name(lua_State *L, const char *path, const struct kbm_key *key)
{
	if (memchr(key->name, 0, key->name_length) != NULL ||
	    memchr(key->name, '\\', key->name_length) != NULL)
		kbm_lua_endf(kbm_lua_of(L), KBM_VERDICT_UNKNOWN,
			     "a subkey of %.200s has a name that no path can hold", path);
}

/* The path of a subkey, pushed. [-0, +1, e] */
static const char *push_subkey_path(lua_State *L, const char *path, const struct kbm_key *key)
{
	size_t length = strlen(path);
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	luaL_addlstring(&buffer, path, length);
	if (length > 0 && path[length - 1] != '\\')
		luaL_addchar(&buffer, '\\');
	luaL_addlstring(&buffer, key->name, key->name_length);
	luaL_pushresult(&buffer);
	return lua_tostring(L, -1);
}

/* The index-th subkey, borrowed; false past the end. [-0, +0, e] */
static bool subkey_at(lua_State *L, const char *path, size_t index, bool is_new,
		      struct kbm_key *key)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_error error = {0};
	kbm_lua_hold(state);
	enum kbm_code code = registry->subkey_at(registry->context, path, index, key, &error);
	kbm_lua_release(state);
	if (code == KBM_NOT_FOUND)
		return false;
	if (code != KBM_OK)
		kbm_run_fail(L, &error);
	check_subkey_name(L, path, key);
	if (is_new)
		kbm_listing_charge(L, path, key, NULL, index);
	return true;
}

/* A list of all subkeys, which `list` puts there one by one. [-0, +1, e] */
static int list_all(lua_State *L,
		    bool (*list)(lua_State *L, const char *path, size_t index, bool is_new))
{
	const char *path = key_path(L, 1);
	size_t count = 0;
	lua_newtable(L);
	bool is_new = kbm_listing_is_new(L, path, NULL, 0);
	while (list(L, path, count, is_new))
		count++;
	if (is_new)
		kbm_listing_record(L, path, NULL, 0, count);
	return 1;
}

/* Puts the index-th subkey into the list on top; false past the end. [-0, +0, e] */
static bool list_subkey(lua_State *L, const char *path, size_t index, bool is_new)
{
	struct kbm_key key = {0};
	if (!subkey_at(L, path, index, is_new, &key))
		return false;
	push_key(L, push_subkey_path(L, path, &key), &key);
	lua_rawseti(L, -3, (lua_Integer)index + 1);
	lua_pop(L, 1);
	return true;
}

static int key_subkeys(lua_State *L)
{
	return list_all(L, list_subkey);
}

/* Puts the index-th subkey's name into the list on top; false past the end. [-0, +0, e] */
static bool list_name(lua_State *L, const char *path, size_t index, bool is_new)
{
	struct kbm_key key = {0};
	if (!subkey_at(L, path, index, is_new, &key))
		return false;
	lua_pushlstring(L, key.name, key.name_length);
	lua_rawseti(L, -2, (lua_Integer)index + 1);
	return true;
}

static int key_names(lua_State *L)
{
	return list_all(L, list_name);
}

/* A column that is read. */
struct column {
	const char *path;
	const char *name;
	size_t length;
	bool is_new;
	lua_Integer rows; /* that have the value */
};

/* Puts what the index-th subkey has into the three lists on top: its name, the data, their type;
 * false past the end. [-0, +0, e] */
static bool list_below(lua_State *L, struct column *column, size_t index)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_key key = {0};
	struct kbm_value value = {.name = column->name, .name_length = column->length};
	struct kbm_error error = {0};
	char type[32];
	kbm_lua_hold(state);
	enum kbm_code code =
	    registry->value_below(registry->context, column->path, index, column->name,
				  column->length, &key, &value, &error);
	kbm_lua_release(state);
	if (code == KBM_NOT_FOUND && key.name == NULL)
		return false;
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		kbm_run_fail(L, &error);
	check_subkey_name(L, column->path, &key);
	if (column->is_new)
		kbm_listing_charge(L, column->path, &key, &value, index);
	if (code == KBM_NOT_FOUND)
		return true;
	column->rows++;
	lua_pushlstring(L, key.name, key.name_length);
	lua_rawseti(L, -4, column->rows);
	kbm_data_push(L, &value);
	lua_rawseti(L, -3, column->rows);
	lua_pushstring(L, kbm_value_type_name(value.type, type));
	lua_rawseti(L, -2, column->rows);
	return true;
}

static int key_column(lua_State *L)
{
	struct column column = {0};
	size_t count = 0;
	luaL_checkudata(L, 1, KEY_TYPE);
	column.name = check_name(L, 2, &column.length);
	column.path = key_path(L, 1);
	column.is_new = kbm_listing_is_new(L, column.path, column.name, column.length);
	lua_newtable(L);
	lua_newtable(L);
	lua_newtable(L);
	while (list_below(L, &column, count))
		count++;
	if (column.is_new)
		kbm_listing_record(L, column.path, column.name, column.length, count);
	return 3;
}

/* --- opening --------------------------------------------------------------------------------- */

void kbm_lreg_push_registry(lua_State *L)
{
	lua_newuserdatauv(L, 0, 0);
	luaL_setmetatable(L, REGISTRY_TYPE);
}

void kbm_lreg_open_registry(lua_State *L)
{
	static const luaL_Reg registry_methods[] = {{"get", registry_get},
						    {"key", registry_key},
						    {"try_get", registry_try_get},
						    {"try_key", registry_try_key},
						    {NULL, NULL}};
	static const luaL_Reg key_methods[] = {{"get", key_get},	 {"values", key_values},
					       {"subkeys", key_subkeys}, {"names", key_names},
					       {"column", key_column},	 {NULL, NULL}};
	static const luaL_Reg key_meta[] = {{"__tostring", key_tostring}, {NULL, NULL}};
	kbm_new_type(L, REGISTRY_TYPE, registry_methods, NULL);
	kbm_new_type(L, KEY_TYPE, key_methods, key_meta);
	luaL_getmetatable(L, KEY_TYPE);
	lua_getfield(L, -1, "__index"); /* mt methods */
	lua_pushcclosure(L, key_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
