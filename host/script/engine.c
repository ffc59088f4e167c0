/* Running one script: its text, the primitives it may use, what it is asked, what it answered. */
#include "script/engine.h"

#include <lauxlib.h>
#include <lua.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "script/header.h"
#include "script/header_profile.h"
#include "script/listing.h"
#include "script/loader.h"
#include "script/lreg.h"
#include "script/lua_util.h"
#include "script/params.h"
#include "script/profile.h"
#include "script/run.h"
#include "script/state.h"

enum {
	SHORT_SOURCE = 60, /* LUA_IDSIZE: places show that much of a chunk's name */
	PLACE_LEVELS = 64  /* how deep the message's own place is searched */
};

static const char header_key; /* of Lua's registry: the loaded script's table */

struct kbm_engine {
	struct kbm_lua *state;
	struct kbm_script_info info; /* of the loaded script */
	struct kbm_result result;    /* of the run in progress */
	struct kbm_run run;
	char error_place[KBM_SCRIPT_PLACE_BYTES]; /* of the last Lua error */
};

/* --- calling Lua ----------------------------------------------------------------------------- */

/* A C function that may raise, and what it works on. */
struct call {
	struct kbm_engine *engine;
	const char *name; /* as shown */
	const char *text;
	size_t length;
	struct kbm_script_info *info;
	struct kbm_profile *profile;
	const struct kbm_engine_input *input;
};

static bool begins_with_place(const char *message, const char *chunk)
{
	size_t length = strlen(chunk);
	return length > 0 && strncmp(message, chunk, length) == 0 && message[length] == ':';
}

/* Whether Lua put a place before the message: the script's, or that of a module on the stack. A
 * script's own text is not taken for one. */
static bool names_place(lua_State *L, const char *message)
{
	lua_Debug frame;
	if (begins_with_place(message, kbm_lua_of(L)->chunk))
		return true;
	for (int level = 0; level < PLACE_LEVELS && lua_getstack(L, level, &frame); level++) {
		lua_getinfo(L, "S", &frame);
		if (begins_with_place(message, frame.short_src))
			return true;
	}
	return false;
}

/* Message handler: keeps the place, and makes any error value a text that begins with it, or with
 * the script's name where no line of it runs. Runs on the stack of the error. */
static int on_error(lua_State *L)
{
	struct kbm_engine *engine = lua_touserdata(L, lua_upvalueindex(1));
	char *place = engine->error_place;
	if (engine->state->strict)
		memcpy(place, engine->state->strict_place, KBM_SCRIPT_PLACE_BYTES);
	else
		kbm_lua_place(L, place);
	if (lua_type(L, 1) != LUA_TSTRING)
		lua_pushfstring(L, "error object is a %s value", luaL_typename(L, 1));
	const char *message = lua_tostring(L, -1);
	/* Functions that C called know no line of their own. */
	const char *begin = place[0] != 0 ? place : engine->state->chunk;
	if (begin[0] != 0 && !names_place(L, message))
		lua_pushfstring(L, "%s: %s", begin, message);
	return 1;
}

/* Calls `function` with the call as light userdata. On failure the message is in *message, cleaned
 * and cut, the caller's to free (NULL without memory); false. */
static bool call_protected(lua_CFunction function, struct call *call, char **message)
{
	lua_State *L = call->engine->state->L;
	lua_settop(L, 0);
	call->engine->error_place[0] = 0;
	call->engine->state->strict = false;
	lua_pushlightuserdata(L, call->engine);
	lua_pushcclosure(L, on_error, 1);
	lua_pushcfunction(L, function);
	lua_pushlightuserdata(L, call);
	int status = lua_pcall(L, 1, 0, 1);
	if (status != LUA_OK) {
		struct kbm_bytes clean;
		size_t length = 0;
		const char *raised = lua_tolstring(L, -1, &length);
		kbm_bytes_init(&clean, 4 * KBM_SCRIPT_MAX_REASON);
		kbm_bytes_append(&clean, "", 0);
		if (raised != NULL)
			kbm_text_escape(
			    raised,
			    kbm_text_whole_characters(raised, length, KBM_SCRIPT_MAX_REASON),
			    &clean);
		*message = kbm_bytes_take(&clean, NULL);
	}
	lua_settop(L, 0);
	return status == LUA_OK;
}

/* The name as places can show it whole: escaped, the end of a long one. */
static void shown_name(const char *name, char shown[static SHORT_SOURCE])
{
	struct kbm_bytes clean;
	kbm_bytes_init(&clean, KBM_TEXT_MAX_BYTES);
	kbm_text_escape(name, strlen(name), &clean);
	const char *text = kbm_bytes_text(&clean);
	size_t length = strlen(text);
	if (length < SHORT_SOURCE)
		snprintf(shown, SHORT_SOURCE, "%s", text);
	else
		snprintf(shown, SHORT_SOURCE, "...%s", text + length - (SHORT_SOURCE - 4));
	kbm_text_drop_cut(shown);
	kbm_bytes_clear(&clean);
}

/* --- life ------------------------------------------------------------------------------------ */

const char *kbm_engine_version(void)
{
	return LUA_RELEASE;
}

static int open_all(lua_State *L)
{
	kbm_profile_open(L);
	kbm_lreg_open_target(L);
	kbm_lreg_open_registry(L);
	kbm_lreg_open_directory(L);
	kbm_lreg_open_plan(L);
	kbm_lreg_open_dn(L);
	kbm_profile_add_module(L, "dn");
	return 0;
}

enum kbm_code kbm_engine_make(const struct kbm_engine_limits *limits, struct kbm_engine **engine,
			      struct kbm_error *error)
{
	char *message = NULL;
	struct kbm_engine *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for an engine");
	enum kbm_code code = kbm_lua_make(limits->memory_bytes, &made->state, error);
	struct call call = {.engine = made};
	if (code == KBM_OK && !call_protected(open_all, &call, &message))
		code = kbm_fail(error, KBM_MEMORY, "Lua: %s", message == NULL ? "" : message);
	free(message);
	if (code != KBM_OK) {
		kbm_engine_free(made);
		return code;
	}
	*engine = made;
	return KBM_OK;
}

void kbm_engine_free(struct kbm_engine *engine)
{
	if (engine == NULL)
		return;
	kbm_lua_free(engine->state);
	kbm_script_info_clear(&engine->info);
	kbm_result_clear(&engine->result);
	free(engine->run.reason);
	free(engine);
}

enum kbm_code kbm_engine_enter(struct kbm_engine *engine, const struct kbm_engine_limits *limits,
			       kbm_engine_end *end, void *context, struct kbm_error *error)
{
	return kbm_lua_enter(engine->state, limits, end, context, error);
}

/* --- modules --------------------------------------------------------------------------------- */

static int load_module(lua_State *L)
{
	const struct call *call = lua_touserdata(L, 1);
	luaL_Buffer path;
	luaL_buffinit(L, &path);
	luaL_addgsub(&path, call->name, ".", "/");
	luaL_addstring(&path, ".lua");
	luaL_pushresult(&path);
	kbm_profile_push_environment(L, true); /* call path environment */
	lua_pushvalue(L, -1);
	kbm_loader_run(L, lua_tostring(L, -3), call->text, call->length);
	if (!lua_istable(L, -1))
		return luaL_error(L, "a module returns a table, not %s", luaL_typename(L, -1));
	lua_pushnil(L); /* call path environment module nil */
	lua_setfield(L, -3, "setmetatable");
	kbm_profile_add_module(L, call->name);
	return 0;
}

enum kbm_code kbm_engine_add_module(struct kbm_engine *engine, const char *name, const char *text,
				    size_t length, struct kbm_error *error)
{
	char *message = NULL;
	size_t skip = 0;
	enum kbm_code code = kbm_loader_check(name, text, length, &skip, error);
	if (code != KBM_OK)
		return code;
	struct call call = {
	    .engine = engine, .name = name, .text = text + skip, .length = length - skip};
	if (!call_protected(load_module, &call, &message))
		code = kbm_fail(error, KBM_INVALID, "module %s: %s", name,
				message == NULL ? "" : message);
	free(message);
	return code;
}

/* Lua's table of short strings doubles when it is full, and each of them is written to then. Here
 * that happens once, with the strings of a script in sight, and not in every child. */
static int make_room_for_strings(lua_State *L)
{
	enum { A_SCRIPT = 1100 }; /* strings that a script and its run may have */
	luaL_checkstack(L, 2, NULL);
	lua_createtable(L, A_SCRIPT, 0);
	for (lua_Integer i = 1; i <= A_SCRIPT; i++) {
		lua_pushfstring(L, "(%I)", (LUAI_UACINT)i);
		lua_rawseti(L, -2, i);
	}
	return 0;
}

void kbm_engine_settle(struct kbm_engine *engine)
{
	/* The pause in percent of what is in use then; the next collections have Lua's own. */
	enum { LATE = 1000, AS_EVER = 200 };
	lua_State *L = engine->state->L;
	lua_pushcfunction(L, make_room_for_strings);
	if (lua_pcall(L, 0, 0, 0) != LUA_OK) /* who needs the memory says that there is none */
		lua_pop(L, 1);
	lua_gc(L, LUA_GCINC, LATE, 0, 0);
	lua_gc(L, LUA_GCCOLLECT);
	lua_gc(L, LUA_GCINC, AS_EVER, 0, 0);
	kbm_heap_settle(&engine->state->heap);
	malloc_trim(0); /* puts together what is free, or each child would */
}

/* --- scripts --------------------------------------------------------------------------------- */

static int load_script(lua_State *L)
{
	const struct call *call = lua_touserdata(L, 1);
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &header_key);
	kbm_profile_push_environment(L, false);
	kbm_loader_run(L, call->name, call->text, call->length);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &header_key);
	return 0;
}

static int read_header(lua_State *L)
{
	const struct call *call = lua_touserdata(L, 1);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &header_key);
	kbm_header_read(L, call->info);
	return 0;
}

static enum kbm_code fail_load(const char *message, struct kbm_error *error)
{
	return kbm_fail(error, KBM_INVALID, "%s", message == NULL ? "no memory" : message);
}

static enum kbm_code load_checked(struct call *call, struct kbm_script_info *info,
				  struct kbm_error *error)
{
	struct kbm_engine *engine = call->engine;
	char *message = NULL;
	enum kbm_code code = KBM_OK;
	if (!call_protected(load_script, call, &message)) {
		code = fail_load(message, error);
	} else {
		call->info = &engine->info;
		bool done = call_protected(read_header, call, &message);
		call->info = info;
		if (done && info != NULL)
			done = call_protected(read_header, call, &message);
		if (!done)
			code = fail_load(message, error);
	}
	free(message);
	return code;
}

/* Forgets what was loaded before, and makes *call of a text that may be loaded. */
static enum kbm_code begin_load(struct kbm_engine *engine, const char *name, const char *text,
				size_t length, char shown[static SHORT_SOURCE], struct call *call,
				struct kbm_error *error)
{
	size_t skip = 0;
	shown_name(name, shown);
	enum kbm_code code = kbm_loader_check(shown, text, length, &skip, error);
	if (code != KBM_OK)
		return code;
	memcpy(engine->state->chunk, shown, SHORT_SOURCE);
	kbm_bytes_reset(&engine->state->output);
	kbm_bytes_append(&engine->state->output, "", 0); /* never NULL for move_output() */
	kbm_result_clear(&engine->result);
	kbm_script_info_clear(&engine->info);
	*call = (struct call){
	    .engine = engine, .name = shown, .text = text + skip, .length = length - skip};
	return KBM_OK;
}

enum kbm_code kbm_engine_load(struct kbm_engine *engine, const char *name, const char *text,
			      size_t length, struct kbm_script_info *info, struct kbm_error *error)
{
	char shown[SHORT_SOURCE];
	struct call call;
	struct kbm_script_info read = {0};
	enum kbm_code code = begin_load(engine, name, text, length, shown, &call, error);
	if (code == KBM_OK)
		code = load_checked(&call, info == NULL ? NULL : &read, error);
	if (code != KBM_OK) {
		kbm_script_info_clear(&read);
		kbm_script_info_clear(&engine->info);
		return code;
	}
	if (info != NULL)
		*info = read;
	return KBM_OK;
}

static int read_profile(lua_State *L)
{
	const struct call *call = lua_touserdata(L, 1);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &header_key);
	kbm_header_read_profile(L, call->profile);
	return 0;
}

enum kbm_code kbm_engine_load_profile(struct kbm_engine *engine, const char *name, const char *text,
				      size_t length, struct kbm_profile *profile,
				      struct kbm_error *error)
{
	char shown[SHORT_SOURCE];
	char *message = NULL;
	struct call call;
	struct kbm_profile read = {0};
	enum kbm_code code = begin_load(engine, name, text, length, shown, &call, error);
	if (code != KBM_OK)
		return code;
	call.profile = &read;
	if (call_protected(load_script, &call, &message) &&
	    call_protected(read_profile, &call, &message)) {
		*profile = read;
		return KBM_OK;
	}
	code = fail_load(message, error);
	free(message);
	kbm_profile_clear(&read);
	return code;
}

const struct kbm_script_info *kbm_engine_info(const struct kbm_engine *engine)
{
	return &engine->info;
}

/* --- a run ----------------------------------------------------------------------------------- */

/* Pushes a function of the script, or nil. [-0, +1, e] */
static int push_function(lua_State *L, const char *name)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &header_key);
	int type = lua_getfield(L, -1, name);
	lua_remove(L, -2);
	return type;
}

/* Stack of a run: 1 call, 2 target, 3 params. */
static void push_arguments(lua_State *L)
{
	lua_pushvalue(L, 2);
	lua_pushvalue(L, 3);
}

static void set_reason(lua_State *L, struct kbm_run *run, enum kbm_verdict verdict,
		       const char *reason, size_t length)
{
	free(run->result->reason);
	run->result->reason = NULL;
	run->result->reason = kbm_run_copy_text(L, reason, length);
	run->result->verdict = verdict;
}

/* False: the script is not for this target; the result says why. */
static bool call_applies(lua_State *L, struct kbm_run *run)
{
	run->phase = KBM_PHASE_APPLIES;
	if (push_function(L, "applies") == LUA_TNIL) {
		lua_pop(L, 1);
		return true;
	}
	push_arguments(L);
	lua_call(L, 2, 2);
	if (!lua_isboolean(L, -2))
		luaL_error(L, "applies: expected true, or false and a reason, got a %s",
			   luaL_typename(L, -2));
	bool applies = lua_toboolean(L, -2);
	if (!applies && (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) == 0))
		luaL_error(L, "applies: false needs a reason: return false, \"why not\"");
	if (!applies) {
		size_t length;
		const char *reason = lua_tolstring(L, -1, &length);
		set_reason(L, run, KBM_VERDICT_NOTAPPLICABLE, reason, length);
	}
	lua_pop(L, 2);
	return applies;
}

static void set_fail_reason(lua_State *L, struct kbm_run *run)
{
	const struct kbm_result *result = run->result;
	if (result->finding_count == 1)
		lua_pushstring(L, result->findings[0].message);
	else
		lua_pushfstring(L, "%d findings, the first: %s", (int)result->finding_count,
				result->findings[0].message);
	size_t length;
	const char *reason = lua_tolstring(L, -1, &length);
	set_reason(L, run, KBM_VERDICT_FAIL, reason, length);
	lua_pop(L, 1);
}

static void call_check(lua_State *L, struct kbm_run *run)
{
	run->phase = KBM_PHASE_CHECK;
	push_function(L, "check");
	push_arguments(L);
	lua_call(L, 2, 0);
	if (run->result->finding_count > 0) {
		set_fail_reason(L, run);
		return;
	}
	if (run->reason == NULL)
		luaL_error(L, "check must call target:pass, target:fail or target:unknown");
	else
		set_reason(L, run, KBM_VERDICT_PASS, run->reason, strlen(run->reason));
}

static void call_fix(lua_State *L, struct kbm_run *run)
{
	run->phase = KBM_PHASE_FIX;
	kbm_lreg_push_plan(L); /* 4 */
	for (run->finding = 0; run->finding < run->result->finding_count; run->finding++) {
		push_function(L, "fix");
		push_arguments(L);
		kbm_lreg_push_finding(L, run->finding);
		lua_pushvalue(L, 4);
		lua_call(L, 4, 0);
	}
}

static int run_script(lua_State *L)
{
	const struct call *call = lua_touserdata(L, 1);
	struct kbm_run *run = &call->engine->run;
	kbm_lreg_start_findings(L);
	kbm_lreg_push_target(L);
	kbm_params_push(L, &call->engine->info, call->input->params);
	if (!call_applies(L, run))
		return 0;
	call_check(L, run);
	if (call->input->with_fix && call->engine->info.has_fix &&
	    run->result->verdict == KBM_VERDICT_FAIL)
		call_fix(L, run);
	return 0;
}

/* --- results --------------------------------------------------------------------------------- */

/* Moves what was printed into the result. Takes no heap: `end` may want it at any time. */
static void move_output(struct kbm_engine *engine)
{
	struct kbm_bytes *output = &engine->state->output;
	if (engine->result.output != NULL || output->data == NULL)
		return;
	engine->result.output = (char *)output->data;
	output->data = NULL;
	output->length = 0;
	output->capacity = 0;
}

/* A script's mistake: half a plan is none. */
static void set_error(struct kbm_engine *engine, char *message)
{
	struct kbm_result *result = &engine->result;
	for (size_t i = 0; i < result->change_count; i++)
		kbm_change_clear(&result->changes[i]);
	result->change_count = 0;
	for (size_t i = 0; i < result->finding_count; i++)
		result->findings[i].has_changes = false;
	result->verdict = KBM_VERDICT_ERROR;
	free(result->reason);
	result->reason = message;
	free(result->place_in_script);
	result->place_in_script = engine->error_place[0] == 0 ? NULL : strdup(engine->error_place);
}

/* Plans rest on the reads of what failed. */
static bool wants_reads(const struct kbm_engine *engine, const struct kbm_engine_input *input)
{
	enum kbm_verdict verdict = engine->result.verdict;
	return !input->omits_reads ||
	       (verdict != KBM_VERDICT_PASS && verdict != KBM_VERDICT_NOTAPPLICABLE);
}

struct kbm_result *kbm_engine_partial(struct kbm_engine *engine)
{
	move_output(engine);
	return &engine->result;
}

enum kbm_code kbm_engine_run(struct kbm_engine *engine, const struct kbm_engine_input *input,
			     struct kbm_result *result, struct kbm_error *error)
{
	struct kbm_lua *state = engine->state;
	char *message = NULL;
	if (engine->info.id == NULL)
		return kbm_fail(error, KBM_INTERNAL, "no script is loaded");
	enum kbm_code code = kbm_params_check(&engine->info, input->params, error);
	if (code != KBM_OK)
		return code;
	kbm_result_clear(&engine->result);
	kbm_bytes_append(&state->output, "", 0); /* never NULL for move_output() */
	free(engine->run.reason);
	kbm_listings_clear(&engine->run);
	engine->run = (struct kbm_run){
	    .state = state, .info = &engine->info, .input = input, .result = &engine->result};
	engine->result.script = strdup(engine->info.id);
	state->run = &engine->run;
	struct call call = {.engine = engine, .input = input};
	if (!call_protected(run_script, &call, &message))
		set_error(engine, message);
	state->run = NULL;
	move_output(engine);
	code = kbm_listings_tell(&engine->run, wants_reads(engine, input), error);
	kbm_listings_clear(&engine->run);
	if (code != KBM_OK)
		return code;
	struct kbm_result *made = &engine->result;
	if (made->script == NULL || made->reason == NULL || made->output == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a result");
	*result = *made;
	memset(made, 0, sizeof *made);
	return KBM_OK;
}
