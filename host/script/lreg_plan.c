/* plan: typed changes and manual steps, put by fix into the run's result. Nothing is written. */
#include "script/lreg.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/lreg_directory.h"
#include "script/lua_util.h"
#include "script/registry_data.h"
#include "script/run.h"
#include "source/secret_attributes.h"
#include "source/secret_values.h"

#define PLAN_TYPE   "kbm.Plan"
#define CHANGE_TYPE "kbm.Change" /* never seen by scripts */

enum { NAME_MAX_BYTES = 3 * KBM_HIVE_MAX_NAME_UNITS };

/* --- a change under construction: a box that releases it whatever is raised ------------------ */

static size_t text_length(const char *text)
{
	return text == NULL ? 0 : strlen(text);
}

/* One that went into the result is empty here; the texts of another no longer count. */
static void release_change(lua_State *L, struct kbm_change *change)
{
	kbm_lua_discharge(kbm_lua_of(L), text_length(change->why) + text_length(change->step) +
					     text_length(change->text));
	kbm_lua_hold(kbm_lua_of(L));
	kbm_change_clear(change);
	kbm_lua_release(kbm_lua_of(L));
}

static int change_close(lua_State *L)
{
	release_change(L, luaL_checkudata(L, 1, CHANGE_TYPE));
	return 0;
}

static struct kbm_change *push_change(lua_State *L, enum kbm_change_op op)
{
	struct kbm_change *change = lua_newuserdatauv(L, sizeof *change, 0);
	memset(change, 0, sizeof *change);
	change->op = op;
	luaL_setmetatable(L, CHANGE_TYPE);
	return change;
}

/* Until the method returns an error is the script's mistake about its plan. */
static void begin_planning(lua_State *L)
{
	kbm_lua_begin_strict(L);
	luaL_checkudata(L, 1, PLAN_TYPE);
	if (kbm_run_of(L)->phase != KBM_PHASE_FIX)
		luaL_error(L, "a plan is filled in fix only");
}

/* --- options --------------------------------------------------------------------------------- */

static char *take_option(lua_State *L, int options, const char *what, const char *field,
			 bool required)
{
	size_t length = 0;
	const char *text = kbm_push_text_field(L, options, what, field, required, &length);
	char *copy =
	    text == NULL ? kbm_run_copy_text(L, "", 0) : kbm_run_copy_text(L, text, length);
	lua_pop(L, 1);
	return copy;
}

static void take_risk(lua_State *L, int options, const char *what, struct kbm_change *change)
{
	static const char *const names[] = {"low", "medium", "high"};
	const char *name = kbm_push_text_field(L, options, what, "risk", false, NULL);
	if (name != NULL && !kbm_risk_parse(name, &change->risk))
		kbm_word_error(L, "risk: expected low, medium or high, got", name, names, 3);
	lua_pop(L, 1);
}

/* The options table at `options`; a manual step needs none. */
static void take_options(lua_State *L, int options, const char *what, struct kbm_change *change)
{
	static const char *const fields[] = {"why", "step", "risk", NULL};
	bool required = change->op != KBM_MANUAL;
	if (!required && lua_isnoneornil(L, options)) {
		change->why = kbm_run_copy_text(L, "", 0);
		change->step = kbm_run_copy_text(L, "", 0);
		return;
	}
	if (lua_isnoneornil(L, options))
		luaL_error(L, "%s: the last argument is missing: { why = \"...\" }", what);
	if (!lua_istable(L, options))
		luaL_error(L, "%s: the last argument: expected { why = \"...\" }, got a %s", what,
			   luaL_typename(L, options));
	kbm_check_fields(L, options, what, fields, false);
	change->why = take_option(L, options, what, "why", required);
	change->step = take_option(L, options, what, "step", false);
	take_risk(L, options, what, change);
}

/* --- adding ---------------------------------------------------------------------------------- */

static bool contradicts(const struct kbm_change *old, const struct kbm_change *change)
{
	return old->op != KBM_MANUAL && change->op != KBM_MANUAL &&
	       kbm_place_equal(&old->place, &change->place);
}

/* An earlier change that is the same one, or NULL; one that contradicts is an error. */
static const struct kbm_change *find_earlier(lua_State *L, const struct kbm_run *run,
					     const struct kbm_change *change, const char *what)
{
	for (size_t i = 0; i < run->result->change_count; i++) {
		const struct kbm_change *old = &run->result->changes[i];
		kbm_lua_hold(run->state);
		bool same = kbm_change_same(old, change);
		bool wrong = !same && contradicts(old, change);
		kbm_lua_release(run->state);
		if (same)
			return old;
		if (wrong)
			luaL_error(L,
				   "%s: the finding '%s' has put another change of the same place "
				   "into the plan",
				   what, old->finding);
	}
	return NULL;
}

static size_t change_size(const struct kbm_change *change)
{
	size_t size = sizeof *change + kbm_run_place_size(&change->place);
	for (size_t i = 0; i < change->before.value_count; i++)
		size += change->before.values[i].length;
	for (size_t i = 0; i < change->after.value_count; i++)
		size += change->after.values[i].length;
	return size;
}

/* Moves the change into the result, unless it is there already. */
static void add_change(lua_State *L, struct kbm_change *change, const char *what)
{
	struct kbm_run *run = kbm_run_of(L);
	struct kbm_finding *finding = &run->result->findings[run->finding];
	if (change->op != KBM_MANUAL)
		finding->has_changes = true;
	if (find_earlier(L, run, change, what) != NULL)
		return;
	if (run->result->change_count >= KBM_PLAN_MAX_CHANGES)
		kbm_lua_end_limit(run->state, "script planned more than %u changes",
				  KBM_PLAN_MAX_CHANGES);
	kbm_lua_charge(run->state, change_size(change));
	kbm_lua_hold(run->state);
	change->script = strdup(run->info->id);
	change->finding = strdup(finding->id);
	bool added = change->script != NULL && change->finding != NULL &&
		     kbm_result_add_change(run->result, change);
	kbm_lua_release(run->state);
	if (!added)
		kbm_lua_out_of_memory(L);
}

/* Adds the change unless it is so already; pushes whether it changes anything. */
static int finish(lua_State *L, struct kbm_change *change, const char *what)
{
	bool differs = !kbm_state_equal(&change->before, &change->after);
	if (differs)
		add_change(L, change, what);
	release_change(L, change);
	kbm_lua_end_strict(L);
	lua_pushboolean(L, differs);
	return 1;
}

/* --- the registry ---------------------------------------------------------------------------- */

/* Reads what is there now; `name` NULL for a key. A world that cannot be read ends the run. */
static void take_registry_before(lua_State *L, struct kbm_change *change, const char *path,
				 const char *name, size_t length)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_error error = {0};
	struct kbm_value value = {0};
	struct kbm_key key = {0};
	kbm_lua_hold(state);
	enum kbm_code code = name == NULL ? registry->get_key(registry->context, path, &key, &error)
					  : registry->get_value(registry->context, path, name,
								length, &value, &error);
	bool copied = true;
	if (code == KBM_OK && name != NULL)
		copied = kbm_state_set_value(&change->before, value.type, value.data, value.length);
	else
		change->before.present = code == KBM_OK;
	if (code == KBM_OK || code == KBM_NOT_FOUND)
		code = kbm_run_place(registry, path, name, length, &change->place, &error);
	kbm_lua_release(state);
	if (!copied)
		kbm_lua_out_of_memory(L);
	if (code != KBM_OK)
		kbm_run_fail(L, &error);
}

/* Whether an earlier change of this plan makes the key of the value at `place`. */
static bool makes_key(const struct kbm_result *result, const struct kbm_place *place)
{
	struct kbm_place key = *place; /* borrows its texts */
	key.kind = KBM_PLACE_KEY;
	key.name = NULL;
	key.name_length = 0;
	for (size_t i = 0; i < result->change_count; i++)
		if (result->changes[i].op == KBM_CREATE_KEY &&
		    kbm_place_equal(&result->changes[i].place, &key))
			return true;
	return false;
}

/* Importing a .reg file makes a missing key along with its value; a plan shows that it is made. */
static void check_key_of_value(lua_State *L, const struct kbm_change *change, const char *path)
{
	const struct kbm_registry_service *registry = kbm_run_registry(L);
	struct kbm_run *run = kbm_run_of(L);
	struct kbm_error error = {0};
	struct kbm_key key = {0};
	if (change->before.present || makes_key(run->result, &change->place))
		return; /* found without heap: long names may take their time */
	kbm_lua_hold(run->state);
	enum kbm_code code = registry->get_key(registry->context, path, &key, &error);
	kbm_lua_release(run->state);
	if (code == KBM_NOT_FOUND)
		luaL_error(L,
			   "plan:set_value: the key %s does not exist; plan:create_key makes it "
			   "first",
			   path);
	if (code != KBM_OK)
		kbm_run_fail(L, &error);
}

static const char *check_name(lua_State *L, int index, size_t *length)
{
	const char *name = luaL_checklstring(L, index, length);
	luaL_argcheck(L, *length <= NAME_MAX_BYTES, index, "too long");
	return name;
}

/* The type's name; only those that have data of their own can be planned. */
static uint32_t check_type(lua_State *L, int index)
{
	static const char *const names[] = {"REG_NONE",	  "REG_SZ",	  "REG_EXPAND_SZ",
					    "REG_BINARY", "REG_DWORD",	  "REG_DWORD_BIG_ENDIAN",
					    "REG_LINK",	  "REG_MULTI_SZ", "REG_QWORD"};
	uint32_t type;
	const char *name = luaL_checkstring(L, index);
	if (!kbm_value_type_parse(name, &type))
		kbm_word_error(L, "no registry type", name, names, sizeof names / sizeof names[0]);
	return type;
}

/* What scripts are not told they cannot write either: the mask would take the secret's place. */
static void refuse_mask(lua_State *L, const struct kbm_change *change, const char *what)
{
	const struct kbm_state *after = &change->after;
	if (after->value_count > 0 &&
	    kbm_value_may_be_secret(change->place.physical, change->place.name,
				    change->place.name_length) &&
	    kbm_value_is_masked(after->values[0].data, after->values[0].length))
		luaL_error(L, "%s: the data end with the mask of a secret, " KBM_SECRET_MASK, what);
}

static int plan_set_value(lua_State *L)
{
	static const char what[] = "plan:set_value";
	struct kbm_lua *state = kbm_lua_of(L);
	size_t length;
	begin_planning(L);
	const char *path = kbm_run_check_path(L, 2);
	const char *name = check_name(L, 3, &length);
	uint32_t type = check_type(L, 4);
	luaL_checkany(L, 5);
	lua_settop(L, 6);
	struct kbm_change *change = push_change(L, KBM_SET_VALUE);
	take_options(L, 6, what, change);
	kbm_bytes_reset(&state->scratch);
	kbm_data_encode(L, 5, type, &state->scratch);
	if (state->scratch.length > KBM_PLAN_MAX_VALUE_BYTES || state->scratch.failed)
		luaL_error(L, "%s: more than %d bytes of data", what,
			   (int)KBM_PLAN_MAX_VALUE_BYTES);
	kbm_lua_hold(state);
	bool copied = kbm_state_set_value(&change->after, type, kbm_bytes_text(&state->scratch),
					  state->scratch.length);
	kbm_lua_release(state);
	if (!copied)
		kbm_lua_out_of_memory(L);
	take_registry_before(L, change, path, name, length);
	refuse_mask(L, change, what);
	check_key_of_value(L, change, path);
	return finish(L, change, what);
}

static int plan_delete_value(lua_State *L)
{
	size_t length;
	begin_planning(L);
	const char *path = kbm_run_check_path(L, 2);
	const char *name = check_name(L, 3, &length);
	lua_settop(L, 4);
	struct kbm_change *change = push_change(L, KBM_DELETE_VALUE);
	take_options(L, 4, "plan:delete_value", change);
	take_registry_before(L, change, path, name, length);
	return finish(L, change, "plan:delete_value");
}

static int change_key(lua_State *L, enum kbm_change_op op, const char *what)
{
	begin_planning(L);
	const char *path = kbm_run_check_path(L, 2);
	lua_settop(L, 3);
	struct kbm_change *change = push_change(L, op);
	take_options(L, 3, what, change);
	change->after.present = op == KBM_CREATE_KEY;
	take_registry_before(L, change, path, NULL, 0);
	return finish(L, change, what);
}

static int plan_create_key(lua_State *L)
{
	return change_key(L, KBM_CREATE_KEY, "plan:create_key");
}

static int plan_delete_key(lua_State *L)
{
	return change_key(L, KBM_DELETE_KEY, "plan:delete_key");
}

/* --- the directory --------------------------------------------------------------------------- */

static void take_values(lua_State *L, int index, struct kbm_change *change)
{
	struct kbm_lua *state = kbm_lua_of(L);
	size_t total = 0;
	luaL_checktype(L, index, LUA_TTABLE);
	lua_Integer count = luaL_len(L, index);
	for (lua_Integer i = 1; i <= count; i++) {
		size_t length;
		lua_geti(L, index, i);
		if (lua_type(L, -1) != LUA_TSTRING)
			luaL_error(L, "plan:modify_entry: value %I: expected a string, got a %s",
				   (LUAI_UACINT)i, luaL_typename(L, -1));
		const char *value = lua_tolstring(L, -1, &length);
		total += length;
		if (total > KBM_PLAN_MAX_VALUE_BYTES)
			luaL_error(L, "plan:modify_entry: more than %d bytes of values",
				   (int)KBM_PLAN_MAX_VALUE_BYTES);
		kbm_lua_hold(state);
		bool added = kbm_state_add_value(&change->after, value, length);
		kbm_lua_release(state);
		if (!added)
			kbm_lua_out_of_memory(L);
		lua_pop(L, 1);
	}
	change->after.present = count > 0;
}

/* What the entry's attribute holds now. */
static bool copy_before(const struct kbm_entries *entries, const char *name,
			struct kbm_change *change)
{
	const struct kbm_attribute *attribute = kbm_entry_attribute(&entries->items[0], name);
	bool copied = true;
	for (size_t i = 0; attribute != NULL && i < attribute->value_count && copied; i++)
		copied = kbm_state_add_value(&change->before, attribute->values[i].data,
					     attribute->values[i].length);
	change->before.present = attribute != NULL && attribute->value_count > 0;
	change->place.kind = KBM_PLACE_ATTRIBUTE;
	change->place.path = strdup(entries->items[0].dn);
	change->place.name = strdup(attribute != NULL ? attribute->name : name);
	if (change->place.path == NULL || change->place.name == NULL)
		return false;
	change->place.name_length = strlen(change->place.name);
	return copied;
}

/* A secret that was withheld has its name and no value. */
static bool is_told_of(const struct kbm_entry *entry, const char *name)
{
	const struct kbm_attribute *attribute = kbm_entry_attribute(entry, name);
	return attribute == NULL || attribute->value_count > 0 || !kbm_attribute_is_secret(name);
}

static void take_entry_before(lua_State *L, struct kbm_change *change, const char *dn,
			      const char *attribute)
{
	const struct kbm_directory_service *directory = kbm_run_directory(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_directory_request request = {.base = dn,
						.scope = KBM_SCOPE_BASE,
						.filter = "(objectClass=*)",
						.attributes = &attribute,
						.attribute_count = 1};
	struct kbm_entries entries = {0};
	struct kbm_error error = {0};
	kbm_lua_hold(state);
	enum kbm_code code = directory->search(directory->context, &request, &entries, &error);
	bool exists = code == KBM_OK && entries.count == 1;
	bool is_told = !exists || is_told_of(&entries.items[0], attribute);
	bool copied = !exists || copy_before(&entries, attribute, change);
	kbm_entries_clear(&entries);
	kbm_lua_release(state);
	if (!copied)
		kbm_lua_out_of_memory(L);
	if (!is_told)
		kbm_lreg_end_untold(L, attribute, dn);
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		kbm_run_fail(L, &error);
	if (!exists)
		luaL_error(L, "plan:modify_entry: there is no entry %s", dn);
}

static int plan_modify_entry(lua_State *L)
{
	static const char what[] = "plan:modify_entry";
	begin_planning(L);
	lua_settop(L, 5);
	const char *dn = kbm_lreg_push_dn_text(L, 2); /* 6 */
	const char *attribute = kbm_run_check_text(L, 3, KBM_HEADER_MAX_TEXT);
	luaL_argcheck(L, attribute[0] != 0, 3, "an attribute's name");
	struct kbm_change *change = push_change(L, KBM_MODIFY_ENTRY);
	take_options(L, 5, what, change);
	take_values(L, 4, change);
	take_entry_before(L, change, dn, attribute);
	return finish(L, change, what);
}

/* --- manual steps ---------------------------------------------------------------------------- */

static int plan_manual(lua_State *L)
{
	size_t length;
	begin_planning(L);
	const char *text = luaL_checklstring(L, 2, &length);
	luaL_argcheck(L, length > 0, 2, "what to do");
	lua_settop(L, 3);
	struct kbm_change *change = push_change(L, KBM_MANUAL);
	take_options(L, 3, "plan:manual", change);
	change->text = kbm_run_copy_text(L, text, length);
	add_change(L, change, "plan:manual");
	release_change(L, change);
	kbm_lua_end_strict(L);
	return 0;
}

/* --- opening --------------------------------------------------------------------------------- */

void kbm_lreg_push_plan(lua_State *L)
{
	lua_newuserdatauv(L, 0, 0);
	luaL_setmetatable(L, PLAN_TYPE);
}

void kbm_lreg_open_plan(lua_State *L)
{
	static const luaL_Reg methods[] = {{"set_value", plan_set_value},
					   {"delete_value", plan_delete_value},
					   {"create_key", plan_create_key},
					   {"delete_key", plan_delete_key},
					   {"modify_entry", plan_modify_entry},
					   {"manual", plan_manual},
					   {NULL, NULL}};
	static const luaL_Reg none[] = {{NULL, NULL}};
	static const luaL_Reg change_meta[] = {
	    {"__gc", change_close}, {"__close", change_close}, {NULL, NULL}};
	kbm_new_type(L, CHANGE_TYPE, none, change_meta);
	kbm_new_type(L, PLAN_TYPE, methods, NULL);
}
