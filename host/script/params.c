/* The table of parameters that a script sees. */
#include "script/params.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "script/lua_util.h"
#include "script/profile.h"
#include "script/view.h"

static const char *given_value(const struct kbm_params *given, const char *name)
{
	for (size_t i = 0; given != NULL && i < given->count; i++)
		if (strcmp(given->items[i].name, name) == 0)
			return given->items[i].value;
	return NULL;
}

/* The view's __index; upvalues: values, { name = true } of the header. */
static int index_params(lua_State *L)
{
	const char *names[KBM_PARAMETER_MAX] = {NULL};
	size_t count = 0;
	lua_settop(L, 2);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
		lua_pushnil(L); /* declared, without a value */
		return 1;
	}
	const char *name = kbm_push_text(L, 2);
	for (lua_pushnil(L); count < KBM_PARAMETER_MAX && lua_next(L, lua_upvalueindex(2)) != 0;
	     lua_pop(L, 1))
		names[count++] = lua_tostring(L, -2);
	kbm_word_error(L, "params: the header has no parameter", name, names, count);
}

/* Makes the view on top refuse names that are not in the header: a misspelt one would be nil, as
 * if it had not been given. [-0, +0, e] */
static void refuse_undeclared(lua_State *L, const struct kbm_script_info *info)
{
	lua_getmetatable(L, -1);
	lua_getfield(L, -1, "__index"); /* view mt values */
	lua_createtable(L, 0, (int)info->param_count);
	for (size_t i = 0; i < info->param_count; i++) {
		lua_pushboolean(L, true);
		lua_setfield(L, -2, info->params[i].name);
	}
	lua_pushcclosure(L, index_params, 2);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}

void kbm_params_push(lua_State *L, const struct kbm_script_info *info,
		     const struct kbm_params *given)
{
	lua_newtable(L);
	for (size_t i = 0; i < info->param_count; i++) {
		const struct kbm_param_info *param = &info->params[i];
		const char *text = given_value(given, param->name);
		int64_t integer = 0;
		bool boolean = false;
		if (text == NULL)
			text = param->fallback;
		if (text == NULL)
			continue;
		if (param->type == KBM_PARAM_INTEGER && kbm_param_integer(text, &integer))
			lua_pushinteger(L, integer);
		else if (param->type == KBM_PARAM_BOOLEAN && kbm_param_boolean(text, &boolean))
			lua_pushboolean(L, boolean);
		else
			lua_pushstring(L, text);
		lua_setfield(L, -2, param->name);
	}
	kbm_push_readonly(L);
	refuse_undeclared(L, info);
}
