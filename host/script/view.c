/* Read-only views: empty tables whose metatables lead to the tables behind them. */
#include "script/view.h"

#include <lauxlib.h>

#include "script/profile.h"

/* A field of a view's metatable: the table behind it. Scripts cannot reach metatables. */
#define BEHIND "__behind"

static const char views_key; /* of Lua's registry: table -> its deep view */

void kbm_view_open(lua_State *L)
{
	lua_newtable(L);
	lua_newtable(L); /* views mt */
	lua_pushliteral(L, "k");
	lua_setfield(L, -2, "__mode"); /* a view goes with its table */
	lua_setmetatable(L, -2);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &views_key);
}

static int refuse_write(lua_State *L)
{
	return luaL_error(L, "this table is read-only (field '%s')", kbm_push_text(L, 2));
}

static int view_length(lua_State *L)
{
	lua_pushinteger(L, luaL_len(L, lua_upvalueindex(1)));
	return 1;
}

void kbm_push_readonly(lua_State *L)
{
	luaL_checkstack(L, 5, NULL);
	lua_createtable(L, 0, 0);
	lua_createtable(L, 0, 5); /* table view mt */
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, BEHIND);
	lua_pushvalue(L, -3);
	lua_pushcclosure(L, view_length, 1);
	lua_setfield(L, -2, "__len");
	lua_pushcfunction(L, refuse_write);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2); /* table view */
	lua_remove(L, -2);
}

bool kbm_is_view(lua_State *L, int index)
{
	if (luaL_getmetafield(L, index, BEHIND) == LUA_TNIL)
		return false;
	lua_pop(L, 1);
	return true;
}

void kbm_see_behind(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	if (luaL_getmetafield(L, index, BEHIND) != LUA_TNIL)
		lua_replace(L, index);
}

/* --- at every depth -------------------------------------------------------------------------- */

/* __index; upvalue: the table behind. */
static int index_deeply(lua_State *L)
{
	lua_settop(L, 2);
	if (lua_gettable(L, lua_upvalueindex(1)) == LUA_TTABLE && !kbm_is_view(L, -1))
		kbm_push_readonly_deep(L);
	return 1;
}

/* Makes the first deep view of the table on top. [-1, +1, e] */
static void make_deep(lua_State *L)
{
	lua_pushvalue(L, -1);
	lua_pushcclosure(L, index_deeply, 1);
	lua_insert(L, -2); /* index table */
	kbm_push_readonly(L);
	lua_getmetatable(L, -1); /* index view mt */
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	lua_remove(L, -2);
}

void kbm_push_readonly_deep(lua_State *L)
{
	luaL_checkstack(L, 6, NULL);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &views_key);
	lua_pushvalue(L, -2);
	if (lua_rawget(L, -2) == LUA_TNIL) { /* table views nil */
		lua_pop(L, 1);
		lua_pushvalue(L, -2);
		make_deep(L); /* table views view */
		lua_pushvalue(L, -3);
		lua_pushvalue(L, -2);
		lua_rawset(L, -4);
	}
	lua_replace(L, -3);
	lua_pop(L, 1);
}
