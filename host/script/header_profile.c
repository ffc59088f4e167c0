/* A profile's file: the table that it returns, checked field by field. */
#include "script/header_profile.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "script/header_value.h"
#include "script/lua_util.h"
#include "script/profile.h"
#include "script/state.h"

enum { MAX_NUMBER_TEXT = 24, MAX_PARAMETER_NAME = 32 };

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"
#define WORD	LETTERS DIGITS "_.-"

static void read_api(lua_State *L, const char *path, struct kbm_profile *profile)
{
	if (!lua_isinteger(L, -1))
		kbm_header_refuse(L, path, "an integer");
	profile->api = lua_tointeger(L, -1);
	if (profile->api != 1)
		luaL_error(L, "%s: %I is not known here: this is kbmend with api 1", path,
			   (LUAI_UACINT)profile->api);
}

static void read_name(lua_State *L, const char *path, struct kbm_profile *profile)
{
	profile->name = kbm_header_take_text(L, path);
	if (!kbm_header_is_word(profile->name, LETTERS, WORD, KBM_ID_MAX_BYTES))
		luaL_error(L, "%s: '%s': expected a letter, then up to 63 of A-Z a-z 0-9 _ . -",
			   path, profile->name);
}

static void read_title(lua_State *L, const char *path, struct kbm_profile *profile)
{
	profile->title = kbm_header_take_text(L, path);
}

static void read_description(lua_State *L, const char *path, struct kbm_profile *profile)
{
	profile->description = kbm_header_copy(
	    L, lua_isnil(L, -1) ? "" : kbm_header_check_text(L, path, KBM_TEXT_MAX_BYTES, true));
}

/* --- scripts --------------------------------------------------------------------------------- */

/* The value on top as -p takes it. */
static void set_param(lua_State *L, const char *path, const char *name, struct kbm_params *params)
{
	char number[MAX_NUMBER_TEXT];
	const char *text = number;
	if (lua_isinteger(L, -1))
		snprintf(number, sizeof number, "%lld", (long long)lua_tointeger(L, -1));
	else if (lua_isboolean(L, -1))
		text = lua_toboolean(L, -1) ? "true" : "false";
	else if (lua_type(L, -1) == LUA_TSTRING)
		text = kbm_header_check_text(L, path, KBM_HEADER_MAX_TEXT, false);
	else
		kbm_header_refuse(L, path, "a text, an integer or a boolean");
	if (!kbm_params_set(params, name, text))
		kbm_lua_out_of_memory(L);
}

/* The table of parameters, or nil, on top. */
static void read_params(lua_State *L, const char *path, struct kbm_params *params)
{
	if (lua_isnil(L, -1))
		return;
	kbm_header_check_table(L, path);
	luaL_checkstack(L, 8, NULL);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING ||
		    !kbm_header_is_word(lua_tostring(L, -2), LETTERS, WORD, MAX_PARAMETER_NAME))
			luaL_error(L, "%s: '%s' is no name of a parameter", path,
				   kbm_push_text(L, -2));
		if (params->count == KBM_PARAMETER_MAX)
			luaL_error(L, "%s: more than %d", path, (int)KBM_PARAMETER_MAX);
		const char *name = lua_tostring(L, -2);
		const char *field = lua_pushfstring(L, "%s.%s", path, name);
		lua_insert(L, -2);
		set_param(L, field, name, params);
		lua_remove(L, -2);
	}
}

/* The id of a script on top. */
static char *take_id(lua_State *L, const char *path)
{
	const char *id = kbm_header_check_text(L, path, KBM_HEADER_MAX_TEXT, false);
	if (id[0] == '@')
		luaL_error(L, "%s: '%s' is a profile: name its scripts, a profile holds no other",
			   path, id);
	if (!kbm_header_is_word(id, LETTERS, WORD, KBM_ID_MAX_BYTES))
		luaL_error(L, "%s: '%s' is no script's id", path, id);
	return kbm_header_copy(L, id);
}

/* An id, or { id =, params = }, on top. */
static void read_entry(lua_State *L, const char *path, struct kbm_profile *profile)
{
	static const char *const fields[] = {"id", "params", NULL};
	struct kbm_profile_entry *entry = &profile->entries[profile->entry_count++];
	if (lua_type(L, -1) == LUA_TSTRING) {
		entry->id = take_id(L, path);
	} else if (lua_istable(L, -1)) {
		kbm_check_fields(L, -1, path, fields, true);
		entry->id = take_id(L, kbm_header_push_field(L, path, "id"));
		lua_pop(L, 2);
		read_params(L, kbm_header_push_field(L, path, "params"), &entry->params);
		lua_pop(L, 2);
	} else {
		kbm_header_refuse(L, path, "an id, or { id = ..., params = { ... } }");
	}
	for (size_t i = 0; i + 1 < profile->entry_count; i++)
		if (kbm_text_equals_ascii_case(profile->entries[i].id, entry->id))
			luaL_error(L, "%s: '%s' is listed twice", path, entry->id);
}

static void read_scripts(lua_State *L, const char *path, struct kbm_profile *profile)
{
	lua_Integer count = kbm_header_check_long_list(L, path, KBM_PROFILE_MAX_SCRIPTS);
	if (count == 0)
		luaL_error(L, "%s: is empty", path);
	profile->entries = kbm_header_take_items(L, count, sizeof *profile->entries);
	for (lua_Integer i = 1; i <= count; i++) {
		read_entry(L, kbm_header_push_item(L, path, i), profile);
		lua_pop(L, 2);
	}
}

/* --- the whole ------------------------------------------------------------------------------- */

void kbm_header_read_profile(lua_State *L, struct kbm_profile *profile)
{
	static const struct {
		const char *name;
		void (*read)(lua_State *L, const char *path, struct kbm_profile *profile);
	} fields[] = {
	    {"api", read_api},	       {"profile", read_name},
	    {"title", read_title},     {"description", read_description},
	    {"scripts", read_scripts},
	};
	enum { COUNT = sizeof fields / sizeof fields[0] };
	const char *names[COUNT + 1] = {NULL};
	for (size_t i = 0; i < COUNT; i++)
		names[i] = fields[i].name;
	if (!lua_istable(L, -1))
		luaL_error(L, "a profile returns one table; this one returns %s",
			   luaL_typename(L, -1));
	kbm_check_fields(L, -1, "profile", names, true);
	for (size_t i = 0; i < COUNT; i++) {
		fields[i].read(L, kbm_header_push_field(L, "", fields[i].name), profile);
		lua_pop(L, 2);
	}
}
