/* target: the machine under diagnosis, and what a check says about it. */
#include "script/lreg.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/lreg_observe.h"
#include "script/lreg_say.h"
#include "script/lua_util.h"
#include "script/profile.h"
#include "script/run.h"
#include "script/view.h"

static const char findings_key; /* of Lua's registry: the list of findings as given */

/* --- fail, pass, unknown --------------------------------------------------------------------- */

static void check_id(lua_State *L)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t length = 0;
	const char *id = kbm_push_text_field(L, 2, "target:fail", "id", true, &length);
	if (length > KBM_ID_MAX_BYTES || strspn(id, allowed) != length)
		luaL_error(L, "target:fail: id: '%s': expected 1 to 64 of A-Z a-z 0-9 _ . -", id);
	lua_pop(L, 1);
}

/* Keeps the finding at 2 for fix: a copy, so that later changes to the script's table do not show.
 */
static void keep_finding(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &findings_key);
	lua_newtable(L); /* findings copy */
	for (lua_pushnil(L); lua_next(L, 2) != 0;) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, -4);
	}
	kbm_push_readonly(L);
	lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	lua_pop(L, 1);
}

static void check_finding_count(lua_State *L, const struct kbm_run *run)
{
	if (run->result->finding_count >= KBM_SCRIPT_MAX_FINDINGS)
		kbm_lua_end_limit(kbm_lua_of(L), "script reported more than %u findings",
				  KBM_SCRIPT_MAX_FINDINGS);
}

static int target_fail(lua_State *L)
{
	static const char *const fields[] = {"id",	 "message", "where", "found",
					     "expected", "because", NULL};
	struct kbm_run *run = kbm_lreg_begin_saying(L, "fail");
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	check_finding_count(L, run);
	kbm_check_fields(L, 2, "target:fail", fields, true);
	check_id(L);
	/* What is missing is told before anything is taken, so that nothing is lost. */
	for (size_t i = 1; fields[i] != NULL; i++) {
		bool required =
		    strcmp(fields[i], "message") == 0 || strcmp(fields[i], "because") == 0;
		if (strcmp(fields[i], "where") != 0)
			kbm_push_text_field(L, 2, "target:fail", fields[i], required, NULL);
		lua_settop(L, 2);
	}
	struct kbm_finding finding = {0};
	kbm_lreg_take_place(L, "target:fail: where", &finding.place);
	kbm_lua_charge(run->state, sizeof finding + kbm_run_place_size(&finding.place));
	finding.id = kbm_lreg_take_text(L, "target:fail", "id", true);
	finding.message = kbm_lreg_take_text(L, "target:fail", "message", true);
	finding.found = kbm_lreg_take_text(L, "target:fail", "found", false);
	finding.expected = kbm_lreg_take_text(L, "target:fail", "expected", false);
	finding.because = kbm_lreg_take_text(L, "target:fail", "because", true);
	kbm_lua_hold(run->state);
	bool added = kbm_result_add_finding(run->result, &finding);
	kbm_lua_release(run->state);
	if (!added)
		kbm_lua_out_of_memory(L);
	keep_finding(L);
	kbm_lua_end_strict(L);
	return 0;
}

/* Keeps the sentence at 2. */
static struct kbm_run *take_reason(lua_State *L, struct kbm_run *run)
{
	size_t length;
	const char *reason = luaL_checklstring(L, 2, &length);
	luaL_argcheck(L, length > 0, 2, "one sentence why");
	char *copy = kbm_run_copy_text(L, reason, length);
	if (run->reason != NULL)
		kbm_lua_discharge(run->state, strlen(run->reason));
	free(run->reason);
	run->reason = copy;
	return run;
}

static int target_pass(lua_State *L)
{
	take_reason(L, kbm_lreg_begin_saying(L, "pass"));
	kbm_lua_end_strict(L);
	return 0;
}

static int target_unknown(lua_State *L)
{
	kbm_lua_begin_strict(L);
	luaL_checkudata(L, 1, KBM_TARGET_TYPE);
	const struct kbm_run *run = take_reason(L, kbm_run_of(L));
	kbm_lua_end(run->state, KBM_VERDICT_UNKNOWN, run->reason);
}

/* --- fields ---------------------------------------------------------------------------------- */

static int push_or_nil(lua_State *L, const char *text)
{
	if (text == NULL || text[0] == 0)
		lua_pushnil(L);
	else
		lua_pushstring(L, text);
	return 1;
}

static int target_index(lua_State *L)
{
	static const char *const names[] = {"registry",	   "directory", "name", "computer_name",
					    "control_set", "users",	"fail", "pass",
					    "unknown",	   "observe"};
	luaL_checkudata(L, 1, KBM_TARGET_TYPE);
	const char *name = luaL_checkstring(L, 2);
	const struct kbm_engine_input *input = kbm_run_of(L)->input;
	size_t i = 0;
	while (i < sizeof names / sizeof names[0] && strcmp(names[i], name) != 0)
		i++;
	switch (i) {
	case 0:
		kbm_lreg_push_registry(L);
		return 1;
	case 1:
		kbm_lreg_push_directory(L);
		return 1;
	case 2:
		return push_or_nil(L, input->target_name != NULL ? input->target_name
								 : input->computer_name);
	case 3:
		return push_or_nil(L, input->computer_name);
	case 4:
		return push_or_nil(L, input->control_set);
	case 5:
		kbm_run_push_users(L);
		return 1;
	case 6:
		lua_pushcfunction(L, target_fail);
		return 1;
	case 7:
		lua_pushcfunction(L, target_pass);
		return 1;
	case 8:
		lua_pushcfunction(L, target_unknown);
		return 1;
	case 9:
		lua_pushcfunction(L, kbm_lreg_observe);
		return 1;
	default:
		kbm_word_error(L, "target has no field", name, names,
			       sizeof names / sizeof names[0]);
	}
}

/* --- opening --------------------------------------------------------------------------------- */

void kbm_lreg_start_findings(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &findings_key);
}

void kbm_lreg_push_finding(lua_State *L, size_t index)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &findings_key);
	lua_rawgeti(L, -1, (lua_Integer)index + 1);
	lua_remove(L, -2);
}

void kbm_lreg_push_target(lua_State *L)
{
	lua_newuserdatauv(L, 0, 0);
	luaL_setmetatable(L, KBM_TARGET_TYPE);
}

void kbm_lreg_open_target(lua_State *L)
{
	/* Named here for messages; found by target_index(). */
	static const luaL_Reg methods[] = {{"fail", target_fail},
					   {"pass", target_pass},
					   {"unknown", target_unknown},
					   {"observe", kbm_lreg_observe},
					   {NULL, NULL}};
	static const luaL_Reg meta[] = {{"__index", target_index}, {NULL, NULL}};
	kbm_new_type(L, KBM_TARGET_TYPE, methods, meta);
}
