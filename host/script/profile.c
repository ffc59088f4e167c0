/* The strict profile: chosen names, sorted traversal, texts without addresses, our own require. */
#include "script/profile.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/suggest.h"
#include "script/state.h"
#include "script/view.h"

/* Addresses of these are keys of Lua's registry. */
static const char names_key;   /* name -> what a script's globals begin with */
static const char modules_key; /* name -> read-only module */
static const char setmetatable_key;

struct library {
	const char *name;
	lua_CFunction open;
	const char *const *names;
};

static const char *const base_names[] = {"assert", "error", "ipairs",	"rawequal", "rawlen",
					 "select", "type",  "tonumber", NULL};
static const char *const string_names[] = {"byte", "char",  "find",  "gmatch", "gsub",
					   "len",  "lower", "match", "rep",    "reverse",
					   "sub",  "upper", NULL};
static const char *const table_names[] = {"concat", "insert", "pack", "remove",
					  "sort",   "unpack", NULL};
static const char *const utf8_names[] = {"char", "charpattern", "codes", "codepoint",
					 "len",	 "offset",	NULL};
static const char *const math_names[] = {
    "abs",  "acos", "asin", "atan", "ceil",	  "cos",  "deg",	"exp",	"floor",
    "fmod", "huge", "log",  "max",  "maxinteger", "min",  "mininteger", "modf", "pi",
    "rad",  "sin",  "sqrt", "tan",  "tointeger",  "type", "ult",	NULL};
static const struct library libraries[] = {{"string", luaopen_string, string_names},
					   {"table", luaopen_table, table_names},
					   {"utf8", luaopen_utf8, utf8_names},
					   {"math", luaopen_math, math_names}};

/* --- sorted traversal ------------------------------------------------------------------------ */

/* A key that has an order. Texts are borrowed from the table that holds them. */
struct key {
	int type;
	bool is_integer;
	lua_Integer integer;
	lua_Number number;
	const char *text;
	size_t length;
};

static void read_key(lua_State *L, int index, struct key *key)
{
	memset(key, 0, sizeof *key);
	key->type = lua_type(L, index);
	switch (key->type) {
	case LUA_TNUMBER:
		key->is_integer = lua_isinteger(L, index);
		key->integer = lua_tointeger(L, index);
		key->number = lua_tonumber(L, index);
		break;
	case LUA_TSTRING:
		key->text = lua_tolstring(L, index, &key->length);
		break;
	case LUA_TBOOLEAN:
		key->integer = lua_toboolean(L, index);
		break;
	default:
		luaL_error(L, "a table with a %s as key has no order to go through it",
			   luaL_typename(L, index));
	}
}

static void push_key(lua_State *L, const struct key *key)
{
	if (key->type == LUA_TSTRING)
		lua_pushlstring(L, key->text, key->length);
	else if (key->type == LUA_TBOOLEAN)
		lua_pushboolean(L, (int)key->integer);
	else if (key->is_integer)
		lua_pushinteger(L, key->integer);
	else
		lua_pushnumber(L, key->number);
}

/* Numbers, then texts by their bytes, then false, true. */
static int compare_keys(const struct key *left, const struct key *right)
{
	if (left->type != right->type) {
		static const int rank[] = {
		    [LUA_TNUMBER] = 0, [LUA_TSTRING] = 1, [LUA_TBOOLEAN] = 2};
		return rank[left->type] - rank[right->type];
	}
	if (left->type == LUA_TSTRING) {
		size_t shorter = left->length < right->length ? left->length : right->length;
		int order = memcmp(left->text, right->text, shorter);
		if (order != 0)
			return order;
		return (left->length > right->length) - (left->length < right->length);
	}
	if (left->type == LUA_TBOOLEAN || (left->is_integer && right->is_integer))
		return (left->integer > right->integer) - (left->integer < right->integer);
	/* As a key a float is never integral in lua_Integer's range: doubles decide rightly. */
	return (left->number > right->number) - (left->number < right->number);
}

/* Lets keys[root] sink to its place in the heap of `count` keys, the greatest at the top. */
static void sink(struct key *keys, size_t root, size_t count)
{
	struct key sinking = keys[root];
	for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
		if (child + 1 < count && compare_keys(&keys[child], &keys[child + 1]) < 0)
			child++;
		if (compare_keys(&sinking, &keys[child]) >= 0)
			break;
		keys[root] = keys[child];
		root = child;
	}
	keys[root] = sinking;
}

/* In place and without heap, unlike qsort(): the CPU limit may end it anywhere. A list's keys come
 * in order. */
static void sort_keys(struct key *keys, size_t count)
{
	size_t ordered = 1;
	while (ordered < count && compare_keys(&keys[ordered - 1], &keys[ordered]) < 0)
		ordered++;
	if (ordered >= count)
		return;
	for (size_t root = count / 2; root > 0; root--)
		sink(keys, root - 1, count);
	for (size_t end = count - 1; end > 0; end--) {
		struct key greatest = keys[0];
		keys[0] = keys[end];
		keys[end] = greatest;
		sink(keys, 0, end);
	}
}

/* Replaces the key on top by its value. Through a view this is as its __index gives it; the
 * metamethods of other tables do not count. [-1, +1, e] */
static int push_value_of(lua_State *L, int table, bool is_view)
{
	return is_view ? lua_gettable(L, table) : lua_rawget(L, table);
}

/* Upvalues: table or view, keys in order, position, texts, whether it is a view. */
static int pairs_step(lua_State *L)
{
	const struct key *keys = lua_touserdata(L, lua_upvalueindex(2));
	size_t count = lua_rawlen(L, lua_upvalueindex(2)) / sizeof *keys;
	size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(3));
	bool is_view = lua_toboolean(L, lua_upvalueindex(5));
	for (; at < count; at++) {
		push_key(L, &keys[at]);
		lua_pushvalue(L, -1);
		if (push_value_of(L, lua_upvalueindex(1), is_view) != LUA_TNIL)
			break;
		lua_pop(L, 2); /* removed since */
	}
	lua_pushinteger(L, (lua_Integer)at + 1);
	lua_replace(L, lua_upvalueindex(3));
	if (at < count)
		return 2;
	lua_pushnil(L);
	return 1;
}

/* The keys hold texts of the table's strings: a list of them keeps those alive (upvalue 4), also
 * when the loop's body removes fields. */
static int sorted_pairs(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	bool is_view = kbm_is_view(L, 1);
	lua_pushvalue(L, 1);
	kbm_see_behind(L, 2); /* given table */
	size_t count = 0;
	for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1))
		count++;
	struct key *keys = lua_newuserdatauv(L, count * sizeof *keys, 0);
	lua_newtable(L); /* given table keys texts */
	size_t i = 0;
	lua_Integer texts = 0;
	for (lua_pushnil(L); lua_next(L, 2) != 0; i++) {
		lua_pop(L, 1);
		read_key(L, -1, &keys[i]);
		if (keys[i].type == LUA_TSTRING) {
			lua_pushvalue(L, -1);
			lua_rawseti(L, 4, ++texts);
		}
	}
	sort_keys(keys, count);
	lua_remove(L, 2);
	lua_pushinteger(L, 0);
	lua_insert(L, 3);
	lua_pushboolean(L, is_view); /* given keys 0 texts is_view */
	lua_pushcclosure(L, pairs_step, 5);
	return 1;
}

/* next(t, k): the smallest key above k. Costs a pass over the table, unlike pairs. */
static int sorted_next(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 2);
	lua_pushvalue(L, 1);
	kbm_see_behind(L, 3); /* given key table */
	bool from_start = lua_isnil(L, 2);
	struct key from = {0};
	if (!from_start) {
		lua_pushvalue(L, 2);
		if (lua_rawget(L, 3) == LUA_TNIL)
			return luaL_error(L, "next: the table has no such key");
		lua_pop(L, 1);
		read_key(L, 2, &from);
	}
	bool found = false;
	struct key best = {0};
	for (lua_pushnil(L); lua_next(L, 3) != 0; lua_pop(L, 1)) {
		struct key key;
		read_key(L, -2, &key);
		if ((from_start || compare_keys(&key, &from) > 0) &&
		    (!found || compare_keys(&key, &best) < 0)) {
			best = key;
			found = true;
		}
	}
	if (!found)
		return lua_pushnil(L), 1;
	push_key(L, &best);
	lua_pushvalue(L, -1);
	push_value_of(L, 1, kbm_is_view(L, 1));
	return 2;
}

/* --- texts without addresses ----------------------------------------------------------------- */

const char *kbm_push_text(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	int type = lua_type(L, index);
	if (type == LUA_TTABLE || type == LUA_TUSERDATA) {
		if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) {
			if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING)
				lua_pushstring(L, luaL_typename(L, index));
			return lua_tostring(L, -1);
		}
		lua_pop(L, 1);
	} else if (type == LUA_TFUNCTION || type == LUA_TTHREAD || type == LUA_TLIGHTUSERDATA) {
		return lua_pushstring(L, luaL_typename(L, index));
	}
	return luaL_tolstring(L, index, NULL);
}

static int safe_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	kbm_push_text(L, 1);
	return 1;
}

/* string.format with its %s made of our texts; upvalue: Lua's own. */
static int safe_format(lua_State *L)
{
	size_t length;
	const char *format = luaL_checklstring(L, 1, &length);
	int top = lua_gettop(L);
	int argument = 1;
	for (const char *at = format, *end = format + length; at < end; at++) {
		if (*at != '%' || ++at == end || *at == '%')
			continue;
		at += strspn(at, "-+ #0123456789."); /* stops at a NUL, as format does */
		argument++;
		if (*at == 'p')
			return luaL_error(L, "bad argument #1 to 'format' (no %%p here)");
		if (*at == 's' && argument <= top) {
			kbm_push_text(L, argument);
			lua_replace(L, argument);
		}
	}
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, top, 1);
	return 1;
}

static int safe_print(lua_State *L)
{
	struct kbm_lua *state = kbm_lua_of(L);
	int count = lua_gettop(L);
	for (int i = 1; i <= count; i++) {
		kbm_push_text(L, i);
		size_t length;
		const char *text = lua_tolstring(L, -1, &length);
		if (i > 1)
			kbm_lua_print(state, " ", 1);
		kbm_lua_print(state, text, length);
		lua_pop(L, 1);
	}
	kbm_lua_print(state, "\n", 1);
	return 0;
}

/* --- errors that stay ------------------------------------------------------------------------ */

/* Scripts have no coroutines and no xpcall: nothing else catches an error. */
static int safe_pcall(lua_State *L)
{
	luaL_checkany(L, 1);
	bool done = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0) == LUA_OK;
	if (!done && kbm_lua_of(L)->strict)
		return lua_error(L);
	luaL_checkstack(L, 1, "too many results");
	lua_pushboolean(L, done);
	lua_insert(L, 1);
	return lua_gettop(L);
}

/* --- require --------------------------------------------------------------------------------- */

/* [-0, +0, e]: raises; the modules' table is on top. */
static int unknown_module(lua_State *L, const char *name)
{
	const char *known[KBM_STDLIB_MAX_MODULES];
	size_t count = 0;
	for (lua_pushnil(L); count < KBM_STDLIB_MAX_MODULES && lua_next(L, -2) != 0; lua_pop(L, 1))
		known[count++] = lua_tostring(L, -2);
	const char *nearest = kbm_suggest(name, known, count);
	if (nearest != NULL)
		return luaL_error(L, "no module '%s'; did you mean '%s'?", name, nearest);
	return luaL_error(L, "no module '%s'; scripts can use \"dn\" and the standard library only",
			  name);
}

static int require_module(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
	lua_pushvalue(L, 1); /* whole, should it hold a NUL */
	if (lua_rawget(L, -2) == LUA_TNIL) {
		lua_pop(L, 1);
		return unknown_module(L, name);
	}
	return 1;
}

void kbm_profile_add_module(lua_State *L, const char *name)
{
	kbm_push_readonly_deep(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
	lua_insert(L, -2); /* modules view */
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
}

/* --- building -------------------------------------------------------------------------------- */

/* Copies the names from the table on top into a new one, which takes its place. [-1, +1, e] */
static void copy_names(lua_State *L, const char *const *names)
{
	lua_newtable(L); /* all chosen */
	for (size_t i = 0; names[i] != NULL; i++) {
		lua_getfield(L, -2, names[i]);
		lua_setfield(L, -2, names[i]);
	}
	lua_remove(L, -2);
}

/* Methods of texts: the filtered functions themselves, since a script cannot get at the table. */
static void guard_string_metatable(lua_State *L)
{
	lua_pushliteral(L, "");
	lua_getmetatable(L, -1); /* chosen "" mt */
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 2);
}

void kbm_profile_name_functions(lua_State *L, const char *name)
{
	luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
	lua_pushvalue(L, -2);
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
}

/* Pushes the filtered library. [-0, +1, e] */
static void push_library(lua_State *L, const struct library *library)
{
	lua_pushcfunction(L, library->open);
	lua_pushstring(L, library->name);
	lua_call(L, 1, 1); /* all */
	if (library->open != luaopen_string) {
		copy_names(L, library->names);
		return;
	}
	lua_getfield(L, -1, "format");
	kbm_profile_name_functions(L, "string.format"); /* called by ours */
	lua_pushcclosure(L, safe_format, 1);
	lua_insert(L, -2); /* format all */
	copy_names(L, library->names);
	lua_insert(L, -2); /* chosen format */
	lua_setfield(L, -2, "format");
	guard_string_metatable(L);
}

void kbm_profile_open(lua_State *L)
{
	static const luaL_Reg own[] = {
	    {"next", sorted_next}, {"pairs", sorted_pairs},	{"tostring", safe_tostring},
	    {"print", safe_print}, {"require", require_module}, {"pcall", safe_pcall},
	    {NULL, NULL}};
	kbm_view_open(L);
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
	lua_pushcfunction(L, luaopen_base);
	lua_call(L, 0, 1); /* all: the globals' table */
	lua_getfield(L, -1, "setmetatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &setmetatable_key);
	copy_names(L, base_names); /* names */
	luaL_setfuncs(L, own, 0);
	kbm_profile_name_functions(L, LUA_GNAME);
	for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
		push_library(L, &libraries[i]);
		kbm_profile_name_functions(L, libraries[i].name);
		kbm_push_readonly(L);
		lua_setfield(L, -2, libraries[i].name);
	}
	lua_rawsetp(L, LUA_REGISTRYINDEX, &names_key);
	/* Nothing of what Lua brought stays reachable. */
	lua_newtable(L);
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

void kbm_profile_push_environment(lua_State *L, bool for_module)
{
	lua_newtable(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &names_key); /* environment names */
	for (lua_pushnil(L); lua_next(L, -2) != 0;) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, -5);
	}
	lua_pop(L, 1);
	if (for_module) {
		lua_rawgetp(L, LUA_REGISTRYINDEX, &setmetatable_key);
		lua_setfield(L, -2, "setmetatable");
	}
}
