/* Entries of a directory's answer, as scripts see them. */
#include "script/lreg_directory.h"

#include <lauxlib.h>
#include <string.h>

#include "script/lua_util.h"
#include "script/state.h"
#include "source/secret_attributes.h"
#include "source/syntax.h"

#define ENTRY_TYPE "kbm.Entry"

void kbm_lreg_end_untold(lua_State *L, const char *attribute, const char *dn)
{
	kbm_lua_endf(kbm_lua_of(L), KBM_VERDICT_UNKNOWN,
		     "%.80s of %.120s is a secret; --include-secrets (at an export, "
		     "too) lets scripts read it",
		     attribute, dn);
}

/* Of an entry's handle. */
enum { USER_VALUES = 1, USER_DN = 2, USER_NAMES = 3, USER_COUNT = 3 };

/* Attribute names are ASCII; case does not count. [-0, +1, e] */
static void push_lower(lua_State *L, const char *name, size_t length)
{
	luaL_Buffer buffer;
	char *lower = luaL_buffinitsize(L, &buffer, length);
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	luaL_pushresultsize(&buffer, length);
}

/* user values: { lower name = { value, ... } }, dn, { name, ... } */
void kbm_lreg_push_entry(lua_State *L, const struct kbm_entry *entry)
{
	luaL_checkstack(L, 8, NULL);
	lua_newuserdatauv(L, 0, USER_COUNT);
	lua_newtable(L);
	lua_newtable(L); /* handle values names */
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		lua_pushstring(L, attribute->name);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
		push_lower(L, attribute->name, strlen(attribute->name));
		lua_createtable(L, (int)(attribute->value_count & 0xFFFF), 0);
		for (size_t j = 0; j < attribute->value_count; j++) {
			const struct kbm_blob *value = &attribute->values[j];
			lua_pushlstring(L, value->length == 0 ? "" : (const char *)value->data,
					value->length);
			lua_rawseti(L, -2, (lua_Integer)j + 1);
		}
		lua_rawset(L, -4);
	}
	lua_setiuservalue(L, -3, USER_NAMES);
	lua_setiuservalue(L, -2, USER_VALUES);
	lua_pushstring(L, entry->dn);
	lua_setiuservalue(L, -2, USER_DN);
	luaL_setmetatable(L, ENTRY_TYPE);
}

/* The list that came under that spelling, or nil. [-0, +1, e] */
static int push_spelled(lua_State *L, const char *name, size_t length)
{
	lua_getiuservalue(L, 1, USER_VALUES);
	push_lower(L, name, length);
	int type = lua_rawget(L, -2);
	lua_remove(L, -2);
	return type;
}

/* The list that came under another spelling (kbm_entry_attribute's rules), or nil. Part of a list
 * is neither the list nor its absence: it ends the run. [-0, +1, e] */
static int push_other_spelling(lua_State *L, const char *name)
{
	struct kbm_attribute_query query = kbm_attribute_query(name);
	const char *cut = NULL;
	lua_getiuservalue(L, 1, USER_NAMES); /* its texts stay alive with the entry */
	lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
	for (lua_Integer i = 1; i <= count; i++) {
		lua_rawgeti(L, -1, i);
		const char *held = lua_tostring(L, -1);
		lua_pop(L, 1);
		if (kbm_attribute_is_same(&query, held)) {
			lua_pop(L, 1);
			return push_spelled(L, held, strlen(held));
		}
		if (cut == NULL && kbm_attribute_is_cut(held) &&
		    kbm_attribute_includes(&query, held))
			cut = held;
	}
	lua_getiuservalue(L, 1, USER_DN);
	if (cut != NULL)
		kbm_lua_endf(kbm_lua_of(L), KBM_VERDICT_UNKNOWN,
			     "the list of values is cut: %.120s has only %.80s; export it whole",
			     lua_tostring(L, -1), cut);
	lua_pop(L, 2);
	lua_pushnil(L);
	return LUA_TNIL;
}

/* A list without values is one that was withheld: neither the list nor its absence. */
static void check_told(lua_State *L, const char *name)
{
	if (!lua_istable(L, -1) || lua_rawlen(L, -1) > 0 || !kbm_attribute_is_secret(name))
		return;
	lua_getiuservalue(L, 1, USER_DN);
	kbm_lreg_end_untold(L, name, lua_tostring(L, -1));
}

/* The list of the attribute named at `index`, or nil for an absent one. [-0, +1, e] */
static int push_values(lua_State *L, int index)
{
	size_t length;
	const char *name = luaL_checklstring(L, index, &length);
	int type = push_spelled(L, name, length);
	if (type == LUA_TNIL && strlen(name) == length) { /* no attribute's name holds a NUL */
		lua_pop(L, 1);
		type = push_other_spelling(L, name);
	}
	check_told(L, name);
	return type;
}

static int entry_values(lua_State *L)
{
	luaL_checkudata(L, 1, ENTRY_TYPE);
	if (push_values(L, 2) == LUA_TNIL)
		lua_newtable(L);
	return 1;
}

static int entry_attributes(lua_State *L)
{
	luaL_checkudata(L, 1, ENTRY_TYPE);
	lua_getiuservalue(L, 1, USER_NAMES);
	lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
	lua_createtable(L, (int)(count & 0xFFFF), 0); /* a copy: lookups rely on the names */
	for (lua_Integer i = 1; i <= count; i++) {
		lua_rawgeti(L, -2, i);
		lua_rawseti(L, -2, i);
	}
	return 1;
}

/* Upvalue 1: methods. */
static int entry_index(lua_State *L)
{
	luaL_checkudata(L, 1, ENTRY_TYPE);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	const char *name = luaL_checkstring(L, 2);
	if (strcmp(name, "dn") == 0)
		lua_getiuservalue(L, 1, USER_DN);
	else
		push_values(L, 2);
	return 1;
}

static int entry_tostring(lua_State *L)
{
	luaL_checkudata(L, 1, ENTRY_TYPE);
	lua_getiuservalue(L, 1, USER_DN);
	return 1;
}

void kbm_lreg_open_entry(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"values", entry_values}, {"attributes", entry_attributes}, {NULL, NULL}};
	static const luaL_Reg meta[] = {{"__tostring", entry_tostring}, {NULL, NULL}};
	kbm_new_type(L, ENTRY_TYPE, methods, meta);
	luaL_getmetatable(L, ENTRY_TYPE);
	lua_getfield(L, -1, "__index"); /* mt methods */
	lua_pushcclosure(L, entry_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
