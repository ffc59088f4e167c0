/* Names made from other names, through RFC 4514 text in which every octet of a value is escaped. */
#include "script/lreg_dn_build.h"

#include <lauxlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/dn_handle.h"

/* Letters, digits, '-' and '.' make an attribute type; the parser checks the rest. */
static void add_type(lua_State *L, luaL_Buffer *buffer, const char *type, size_t length)
{
	if (length == 0 || strspn(type, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					"0123456789.-") != length)
		luaL_error(L, "'%s' is no attribute type", type);
	luaL_addlstring(buffer, type, length);
	luaL_addchar(buffer, '=');
}

static void add_hex(luaL_Buffer *buffer, const char *value, size_t length, const char *before)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)value[i];
		luaL_addstring(buffer, before);
		luaL_addchar(buffer, digits[byte >> 4]);
		luaL_addchar(buffer, digits[byte & 0xF]);
	}
}

static void add_value(luaL_Buffer *buffer, const char *value, size_t length, bool is_ber)
{
	if (is_ber)
		luaL_addchar(buffer, '#');
	add_hex(buffer, value, length, is_ber ? "" : "\\");
}

static void add_rdn(lua_State *L, luaL_Buffer *buffer, const struct kbm_rdn *rdn)
{
	for (size_t i = 0; i < rdn->ava_count; i++) {
		const struct kbm_ava *ava = &rdn->avas[i];
		if (i > 0)
			luaL_addchar(buffer, '+');
		add_type(L, buffer, ava->type, strlen(ava->type));
		add_value(buffer, ava->value, ava->value_length, ava->is_ber);
	}
}

static void check_value(lua_State *L, size_t length)
{
	if (length > KBM_DN_MAX_BYTES / 3)
		luaL_error(L, "a value of %d bytes is too long for a name", (int)length);
}

/* Parses the text on top and pushes a name that tostring writes as `form`. [-0, +1, e] */
static int push_built(lua_State *L, enum kbm_dn_form form)
{
	struct kbm_error error = {0};
	size_t length;
	const char *text = lua_tolstring(L, -1, &length);
	if (kbm_dn_handle_parse(L, text, length, KBM_DN_LDAP, &error) != KBM_OK)
		return luaL_error(L, "no name can be made: %s", error.message);
	kbm_dn_handle_set_form(L, -1, form);
	return 1;
}

/* { { type, value }, ... } root first; written leaf first. */
int kbm_lreg_dn_make(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	enum kbm_dn_form form = kbm_dn_handle_form(L, 2, KBM_DN_LDAP);
	lua_Integer count = luaL_len(L, 1);
	luaL_argcheck(L, count <= (lua_Integer)KBM_DN_MAX_RDNS, 1, "too many parts");
	lua_settop(L, 2);
	luaL_checkstack(L, (int)count + 8, NULL);
	for (lua_Integer i = 1; i <= count; i++) {
		lua_geti(L, 1, i);
		if (!lua_istable(L, -1))
			luaL_error(L, "part %I: expected { type, value }", (LUAI_UACINT)i);
		lua_geti(L, -1, 1);
		lua_geti(L, -2, 2);
		if (lua_type(L, -1) != LUA_TSTRING || lua_type(L, -2) != LUA_TSTRING)
			luaL_error(L, "part %I: expected { type, value }", (LUAI_UACINT)i);
		size_t type_length;
		size_t value_length;
		const char *type = lua_tolstring(L, -2, &type_length);
		const char *value = lua_tolstring(L, -1, &value_length);
		check_value(L, value_length);
		luaL_Buffer buffer; /* below all that follow: the leaf is first */
		luaL_buffinit(L, &buffer);
		add_type(L, &buffer, type, type_length);
		add_value(&buffer, value, value_length, false);
		luaL_pushresult(&buffer);
		lua_replace(L, -4); /* part type value -> text */
		lua_pop(L, 2);
	}
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	for (lua_Integer i = count; i >= 1; i--) {
		size_t length;
		const char *text = lua_tolstring(L, (int)(2 + i), &length);
		luaL_addlstring(&buffer, text, length);
		if (i > 1)
			luaL_addchar(&buffer, ',');
	}
	luaL_pushresult(&buffer);
	return push_built(L, form);
}

int kbm_lreg_dn_with(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	lua_Integer at = luaL_checkinteger(L, 2);
	size_t length;
	const char *value = luaL_checklstring(L, 3, &length);
	lua_Integer count = (lua_Integer)dn->rdn_count;
	check_value(L, length);
	at = at < 0 ? count + 1 + at : at;
	luaL_argcheck(L, at >= 1 && at <= count, 2, "no such part");
	luaL_argcheck(L, dn->rdns[at - 1].ava_count == 1, 2, "a multi-valued part");
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	for (lua_Integer i = count; i >= 1; i--) {
		const struct kbm_rdn *rdn = &dn->rdns[i - 1];
		if (i == at) {
			add_type(L, &buffer, rdn->avas[0].type, strlen(rdn->avas[0].type));
			add_value(&buffer, value, length, false);
		} else {
			add_rdn(L, &buffer, rdn);
		}
		if (i > 1)
			luaL_addchar(&buffer, ',');
	}
	luaL_pushresult(&buffer);
	return push_built(L, dn->form);
}

/* The first `count` RDNs, leaf first. */
static void add_prefix(lua_State *L, luaL_Buffer *buffer, const struct kbm_dn *dn, size_t count)
{
	for (size_t i = count; i > 0; i--) {
		add_rdn(L, buffer, &dn->rdns[i - 1]);
		if (i > 1)
			luaL_addchar(buffer, ',');
	}
}

int kbm_lreg_dn_prefix(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	lua_Integer count = luaL_checkinteger(L, 2);
	luaL_argcheck(L, count >= 0 && (lua_Unsigned)count <= dn->rdn_count, 2, "no such part");
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	add_prefix(L, &buffer, dn, (size_t)count);
	luaL_pushresult(&buffer);
	return push_built(L, dn->form);
}

int kbm_lreg_dn_parent(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	if (dn->rdn_count == 0) {
		lua_pushnil(L);
		return 1;
	}
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	add_prefix(L, &buffer, dn, dn->rdn_count - 1);
	luaL_pushresult(&buffer);
	return push_built(L, dn->form);
}

int kbm_lreg_dn_child(lua_State *L)
{
	const struct kbm_dn *dn = kbm_dn_handle_check(L, 1);
	size_t type_length;
	size_t length;
	const char *type = luaL_checklstring(L, 2, &type_length);
	const char *value = luaL_checklstring(L, 3, &length);
	check_value(L, length);
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	add_type(L, &buffer, type, type_length);
	add_value(&buffer, value, length, false);
	if (dn->rdn_count > 0)
		luaL_addchar(&buffer, ',');
	add_prefix(L, &buffer, dn, dn->rdn_count);
	luaL_pushresult(&buffer);
	return push_built(L, dn->form);
}
