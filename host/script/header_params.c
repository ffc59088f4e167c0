/* The parameters that a script's header declares. */
#include "script/header_params.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "script/header_value.h"
#include "script/lua_util.h"
#include "script/profile.h"

enum { MAX_PARAMETER_NAME = 32, MAX_NUMBER_TEXT = 24 };

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"

static void read_param_type(lua_State *L, const char *path, struct kbm_param_info *param)
{
	static const char *const names[] = {"string", "integer", "boolean", "choice"};
	const char *field = kbm_header_push_field(L, path, "type");
	const char *name = kbm_header_check_text(L, field, KBM_HEADER_MAX_TEXT, false);
	if (!kbm_param_type_parse(name, &param->type))
		kbm_word_error(
		    L,
		    lua_pushfstring(L, "%s: expected string, integer, boolean or choice, got",
				    field),
		    name, names, sizeof names / sizeof names[0]);
	lua_pop(L, 2);
}

static void read_param_choices(lua_State *L, const char *path, struct kbm_param_info *param)
{
	const char *field = kbm_header_push_field(L, path, "choices");
	if (param->type == KBM_PARAM_CHOICE) {
		kbm_header_take_texts(L, field, &param->choices);
		if (param->choices.count == 0)
			luaL_error(L, "%s: is empty", field);
	} else if (!lua_isnil(L, -1)) {
		luaL_error(L, "%s: only for type = \"choice\"", field);
	}
	lua_pop(L, 2);
}

static bool is_choice(const struct kbm_param_info *param, const char *text)
{
	for (size_t i = 0; i < param->choices.count; i++)
		if (strcmp(param->choices.items[i], text) == 0)
			return true;
	return false;
}

/* The default in the form that -p takes. */
static void read_param_default(lua_State *L, const char *path, struct kbm_param_info *param)
{
	const char *field = kbm_header_push_field(L, path, "default");
	char number[MAX_NUMBER_TEXT];
	if (lua_isnil(L, -1)) {
		lua_pop(L, 2);
		return;
	}
	switch (param->type) {
	case KBM_PARAM_INTEGER:
		if (!lua_isinteger(L, -1))
			kbm_header_refuse(L, field, "an integer");
		snprintf(number, sizeof number, "%lld", (long long)lua_tointeger(L, -1));
		param->fallback = kbm_header_copy(L, number);
		break;
	case KBM_PARAM_BOOLEAN:
		if (!lua_isboolean(L, -1))
			kbm_header_refuse(L, field, "a boolean");
		param->fallback = kbm_header_copy(L, lua_toboolean(L, -1) ? "true" : "false");
		break;
	case KBM_PARAM_STRING:
	case KBM_PARAM_CHOICE:
		param->fallback = kbm_header_take_text(L, field);
		break;
	}
	if (param->type == KBM_PARAM_CHOICE && !is_choice(param, param->fallback))
		luaL_error(L, "%s: '%s' is none of the choices", field, param->fallback);
	lua_pop(L, 2);
}

static int compare_params(const void *left, const void *right)
{
	return strcmp(((const struct kbm_param_info *)left)->name,
		      ((const struct kbm_param_info *)right)->name);
}

/* name definition on top */
static void read_param(lua_State *L, const char *path, struct kbm_param_info *param)
{
	static const char *const fields[] = {"type", "help", "default", "choices", NULL};
	const char *name = lua_tostring(L, -2);
	const char *item = lua_pushfstring(L, "%s.%s", path, name);
	lua_insert(L, -2);
	kbm_header_check_table(L, item);
	kbm_check_fields(L, -1, item, fields, true);
	param->name = kbm_header_copy(L, name);
	read_param_type(L, item, param);
	param->help = kbm_header_take_text(L, kbm_header_push_field(L, item, "help"));
	lua_pop(L, 2);
	read_param_choices(L, item, param);
	read_param_default(L, item, param);
	lua_remove(L, -2);
}

void kbm_header_read_params(lua_State *L, const char *path, struct kbm_script_info *info)
{
	if (lua_isnil(L, -1))
		return;
	kbm_header_check_table(L, path);
	luaL_checkstack(L, 8, NULL);
	info->params = kbm_header_take_items(L, KBM_PARAMETER_MAX, sizeof *info->params);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING ||
		    !kbm_header_is_word(lua_tostring(L, -2), LETTERS, LETTERS DIGITS "_-",
					MAX_PARAMETER_NAME))
			luaL_error(L, "%s: '%s' is no name of a parameter", path,
				   kbm_push_text(L, -2));
		if (info->param_count == KBM_PARAMETER_MAX)
			luaL_error(L, "%s: more than %d", path, (int)KBM_PARAMETER_MAX);
		read_param(L, path, &info->params[info->param_count++]);
	}
	qsort(info->params, info->param_count, sizeof *info->params, compare_params);
}
