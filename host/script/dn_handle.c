/* Names as Lua handles. */
#include "script/dn_handle.h"

#include <lauxlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/lua_util.h"
#include "script/state.h"

enum { COST_BASE = 1024, COST_FACTOR = 4 };

struct handle {
	struct kbm_dn *dn;
	size_t charged; /* bytes that it costs outside the Lua heap, about */
};

int kbm_dn_handle_close(lua_State *L)
{
	struct handle *handle = luaL_checkudata(L, 1, KBM_DN_HANDLE_TYPE);
	kbm_dn_free(handle->dn);
	handle->dn = NULL;
	kbm_lua_discharge(kbm_lua_of(L), handle->charged);
	handle->charged = 0;
	return 0;
}

static struct handle *push_handle(lua_State *L, size_t text_length)
{
	struct handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
	handle->dn = NULL;
	handle->charged = 0;
	luaL_setmetatable(L, KBM_DN_HANDLE_TYPE);
	size_t cost = COST_BASE + COST_FACTOR * text_length;
	kbm_lua_charge(kbm_lua_of(L), cost);
	handle->charged = cost;
	return handle;
}

/* What a name takes, with what the heap adds to each piece. */
static size_t cost_of(const struct kbm_dn *dn)
{
	const size_t piece = 32;
	size_t cost = sizeof *dn + piece;
	for (size_t i = 0; i < dn->rdn_count; i++) {
		cost += sizeof dn->rdns[i] + piece;
		for (size_t j = 0; j < dn->rdns[i].ava_count; j++) {
			const struct kbm_ava *ava = &dn->rdns[i].avas[j];
			cost += sizeof *ava + strlen(ava->type) + ava->value_length + 2 * piece;
		}
	}
	return cost;
}

/* Short parts cost more than their text tells: what is garbage has to be seen as what it is, or the
 * system's limit is met before it is collected. */
static void charge_rest(lua_State *L, struct handle *handle)
{
	size_t cost = COST_BASE + cost_of(handle->dn);
	if (cost <= handle->charged)
		return;
	kbm_lua_charge(kbm_lua_of(L), cost - handle->charged);
	handle->charged = cost;
}

const struct kbm_dn *kbm_dn_handle_check(lua_State *L, int index)
{
	struct handle *handle = luaL_checkudata(L, index, KBM_DN_HANDLE_TYPE);
	luaL_argcheck(L, handle->dn != NULL, index, "name is closed");
	return handle->dn;
}

enum kbm_code kbm_dn_handle_parse(lua_State *L, const char *text, size_t length,
				  enum kbm_dn_form form, struct kbm_error *error)
{
	struct kbm_lua *state = kbm_lua_of(L);
	if (length > KBM_DN_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%zu bytes, a name has at most %zu", length,
				KBM_DN_MAX_BYTES);
	struct handle *handle = push_handle(L, length);
	kbm_lua_hold(state);
	enum kbm_code code = kbm_dn_parse(text, length, form, &handle->dn, error);
	kbm_lua_release(state);
	if (code == KBM_OK)
		charge_rest(L, handle);
	else
		lua_pop(L, 1);
	if (code == KBM_MEMORY)
		kbm_lua_out_of_memory(L);
	return code;
}

enum kbm_dn_form kbm_dn_handle_form(lua_State *L, int index, enum kbm_dn_form otherwise)
{
	if (lua_isnoneornil(L, index))
		return otherwise;
	const char *name = luaL_checkstring(L, index);
	static const char *const form_names[] = {"ldap", "x500"};
	if (strcmp(name, "ldap") == 0)
		return KBM_DN_LDAP;
	if (strcmp(name, "x500") == 0)
		return KBM_DN_X500;
	kbm_word_error(L, "form: expected ldap or x500, got", name, form_names, 2);
}

void kbm_dn_handle_set_form(lua_State *L, int index, enum kbm_dn_form form)
{
	const struct handle *handle = luaL_checkudata(L, index, KBM_DN_HANDLE_TYPE);
	handle->dn->form = form;
}
