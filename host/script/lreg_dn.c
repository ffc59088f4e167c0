/* require "dn": distinguished names as immutable handles. Pure: works outside a run too. */
#include "script/lreg.h"

#include <lauxlib.h>
#include <string.h>

#include "script/dn_handle.h"
#include "script/lreg_dn_build.h"
#include "script/lua_util.h"
#include "script/state.h"

#define COMPARISON_TYPE "kbm.Comparison" /* never seen by scripts */

enum { KIND_COUNT = 13 };

/* --- reading --------------------------------------------------------------------------------- */

/* Writes a form into the state's scratch. */
static enum kbm_code write_name(lua_State *L, const struct kbm_dn *dn, enum kbm_dn_form form,
				struct kbm_error *error)
{
	struct kbm_lua *state = kbm_lua_of(L);
	kbm_lua_hold(state);
	kbm_bytes_reset(&state->scratch);
	enum kbm_code code = kbm_dn_write(dn, form, &state->scratch, error);
	kbm_lua_release(state);
	if (code == KBM_MEMORY)
		kbm_lua_out_of_memory(L);
	return code;
}

static void push_scratch(lua_State *L)
{
	const struct kbm_bytes *scratch = &kbm_lua_of(L)->scratch;
	lua_pushlstring(L, kbm_bytes_text(scratch), scratch->length);
}

static int dn_parse(lua_State *L)
{
	struct kbm_error error = {0};
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	if (kbm_dn_handle_parse(L, text, length, kbm_dn_handle_form(L, 2, KBM_DN_DETECT), &error) !=
	    KBM_OK)
		return kbm_push_failure(L, &error);
	return 1;
}

static int write_form(lua_State *L, enum kbm_dn_form form)
{
	struct kbm_error error = {0};
	if (write_name(L, kbm_dn_handle_check(L, 1), form, &error) != KBM_OK)
		return kbm_push_failure(L, &error);
	push_scratch(L);
	return 1;
}

static int dn_x500(lua_State *L)
{
	return write_form(L, KBM_DN_X500);
}

static int dn_ldap(lua_State *L)
{
	return write_form(L, KBM_DN_LDAP);
}

/* The form it was written in; RFC 4514 for what a change made unfit for that. */
static int dn_tostring(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	if (write_name(L, dn, dn->form, NULL) != KBM_OK)
		return write_form(L, KBM_DN_LDAP);
	push_scratch(L);
	return 1;
}

static int dn_length(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)kbm_dn_handle_check(L, 1)->rdn_count);
	return 1;
}

/* Sets type and value in the table on top. [-0, +0, e] */
static void set_ava(lua_State *L, const struct kbm_ava *ava)
{
	lua_pushstring(L, ava->type);
	lua_setfield(L, -2, "type");
	lua_pushlstring(L, ava->value, ava->value_length);
	lua_setfield(L, -2, "value");
}

static int dn_rdn(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	lua_Integer at = luaL_checkinteger(L, 2);
	lua_Integer count = (lua_Integer)dn->rdn_count;
	at = at < 0 && at >= -count ? count + 1 + at : at;
	if (at < 1 || at > count) {
		lua_pushnil(L);
		return 1;
	}
	const struct kbm_rdn *rdn = &dn->rdns[at - 1];
	lua_createtable(L, 0, 2);
	set_ava(L, &rdn->avas[0]);
	if (rdn->ava_count > 1)
		lua_newtable(L); /* rdn more */
	for (size_t i = 1; i < rdn->ava_count; i++) {
		lua_createtable(L, 0, 2);
		set_ava(L, &rdn->avas[i]);
		lua_rawseti(L, -2, (lua_Integer)i);
	}
	if (rdn->ava_count > 1)
		lua_setfield(L, -2, "more");
	return 1;
}

/* Upvalue 1: methods. */
static int dn_index(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	const char *name = luaL_checkstring(L, 2);
	if (strcmp(name, "form") == 0) {
		lua_pushstring(L, dn->form == KBM_DN_X500 ? "x500" : "ldap");
		return 1;
	}
	if (lua_getfield(L, lua_upvalueindex(1), name) == LUA_TNIL)
		return luaL_error(L, "a name has no field '%s'", name);
	return 1;
}

/* --- comparing ------------------------------------------------------------------------------- */

static int comparison_close(lua_State *L)
{
	kbm_dn_comparison_clear(luaL_checkudata(L, 1, COMPARISON_TYPE));
	return 0;
}

/* Pushes the names of the kinds as a list. [-0, +1, e] */
static void push_kinds(lua_State *L, unsigned kinds)
{
	lua_Integer count = 0;
	lua_newtable(L);
	for (unsigned bit = 0; bit < KIND_COUNT; bit++) {
		if ((kinds & (1U << bit)) == 0)
			continue;
		lua_pushstring(L, kbm_dn_kind_name((enum kbm_dn_kind)(1U << bit)));
		lua_rawseti(L, -2, ++count);
	}
}

static void set_text(lua_State *L, const char *field, const char *text)
{
	lua_pushstring(L, text); /* NULL is nil */
	lua_setfield(L, -2, field);
}

/* [-0, +1, e] */
static void push_difference(lua_State *L, const struct kbm_dn_difference *difference)
{
	bool differs = difference->kinds >= (unsigned)KBM_DN_TYPE;
	lua_createtable(L, 0, 7);
	lua_pushinteger(L, (lua_Integer)difference->position);
	lua_setfield(L, -2, "position");
	set_text(L, "type", difference->type);
	set_text(L, "right_type", difference->right_type);
	set_text(L, "left", difference->left);
	set_text(L, "right", difference->right);
	set_text(L, "verdict", kbm_dn_verdict_name(differs ? KBM_DN_DIFFERENT : KBM_DN_EQUIVALENT));
	push_kinds(L, difference->kinds);
	lua_setfield(L, -2, "kinds");
}

/* Makes the argument at `index` a name; false leaves nil, message on top. */
static bool want_dn(lua_State *L, int index, struct kbm_error *error)
{
	size_t length;
	if (lua_type(L, index) != LUA_TSTRING) {
		kbm_dn_handle_check(L, index);
		return true;
	}
	const char *text = lua_tolstring(L, index, &length);
	if (kbm_dn_handle_parse(L, text, length, KBM_DN_DETECT, error) != KBM_OK)
		return false;
	lua_replace(L, index);
	return true;
}

static int dn_compare(lua_State *L)
{
	struct kbm_error error = {0};
	struct kbm_lua *state = kbm_lua_of(L);
	lua_settop(L, 2);
	if (!want_dn(L, 1, &error) || !want_dn(L, 2, &error))
		return kbm_push_failure(L, &error);
	struct kbm_dn_comparison *comparison = lua_newuserdatauv(L, sizeof *comparison, 0);
	memset(comparison, 0, sizeof *comparison);
	luaL_setmetatable(L, COMPARISON_TYPE);
	kbm_lua_hold(state);
	enum kbm_code code = kbm_dn_compare(kbm_dn_handle_check(L, 1), kbm_dn_handle_check(L, 2),
					    comparison, &error);
	kbm_lua_release(state);
	if (code == KBM_MEMORY)
		kbm_lua_out_of_memory(L);
	if (code != KBM_OK)
		return kbm_push_failure(L, &error);
	lua_createtable(L, 0, 3);
	set_text(L, "verdict", kbm_dn_verdict_name(comparison->verdict));
	push_kinds(L, comparison->kinds);
	lua_setfield(L, -2, "kinds");
	lua_createtable(L, (int)comparison->difference_count, 0);
	for (size_t i = 0; i < comparison->difference_count; i++) {
		push_difference(L, &comparison->differences[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "differences");
	kbm_dn_comparison_clear(comparison);
	return 1;
}

/* --- opening --------------------------------------------------------------------------------- */

const char *kbm_lreg_push_dn_text(lua_State *L, int index)
{
	struct kbm_error error = {0};
	index = lua_absindex(L, index);
	if (lua_type(L, index) == LUA_TSTRING) {
		size_t length;
		const char *text = lua_tolstring(L, index, &length);
		if (kbm_dn_handle_parse(L, text, length, KBM_DN_LDAP, &error) != KBM_OK)
			luaL_error(L, "'%s' is no name in the form of RFC 4514: %s", text,
				   error.message);
		lua_pop(L, 1);
		if (strlen(text) != length)
			luaL_error(L, "a name with a NUL: write it as \\00");
		lua_pushvalue(L, index);
	} else {
		if (write_name(L, kbm_dn_handle_check(L, index), KBM_DN_LDAP, &error) != KBM_OK)
			luaL_error(L, "%s", error.message);
		push_scratch(L);
	}
	return lua_tostring(L, -1);
}

void kbm_lreg_open_dn(lua_State *L)
{
	static const luaL_Reg methods[] = {{"x500", dn_x500},
					   {"ldap", dn_ldap},
					   {"parent", kbm_lreg_dn_parent},
					   {"rdn", dn_rdn},
					   {"with", kbm_lreg_dn_with},
					   {"prefix", kbm_lreg_dn_prefix},
					   {"child", kbm_lreg_dn_child},
					   {NULL, NULL}};
	static const luaL_Reg meta[] = {{"__len", dn_length},
					{"__tostring", dn_tostring},
					{"__gc", kbm_dn_handle_close},
					{"__close", kbm_dn_handle_close},
					{NULL, NULL}};
	static const luaL_Reg none[] = {{NULL, NULL}};
	static const luaL_Reg comparison_meta[] = {
	    {"__gc", comparison_close}, {"__close", comparison_close}, {NULL, NULL}};
	static const luaL_Reg functions[] = {
	    {"parse", dn_parse}, {"compare", dn_compare}, {"make", kbm_lreg_dn_make}, {NULL, NULL}};
	kbm_new_type(L, COMPARISON_TYPE, none, comparison_meta);
	kbm_new_type(L, KBM_DN_HANDLE_TYPE, methods, meta);
	luaL_getmetatable(L, KBM_DN_HANDLE_TYPE);
	lua_getfield(L, -1, "__index"); /* mt methods */
	lua_pushcclosure(L, dn_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	luaL_newlib(L, functions);
}
