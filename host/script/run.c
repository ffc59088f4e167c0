/* The run in progress: permissions, places, and the record of what was read. */
#include "script/run.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/header.h"
#include "script/lua_util.h"

/* What they cost beside their data, about. */
enum { READ_OVERHEAD = 512, TEXT_OVERHEAD = 32 };

struct kbm_run *kbm_run_of(lua_State *L)
{
	struct kbm_run *run = kbm_lua_of(L)->run;
	if (run == NULL)
		luaL_error(L, "this works only while a target is looked at");
	return run;
}

void kbm_run_fail(lua_State *L, const struct kbm_error *error)
{
	if (error->code == KBM_USAGE)
		luaL_error(L, "%s", error->message);
	if (error->code == KBM_MEMORY)
		kbm_lua_out_of_memory(L);
	kbm_lua_endf(kbm_lua_of(L), KBM_VERDICT_UNKNOWN, "%s", error->message);
}

bool kbm_run_must_fail(enum kbm_code code)
{
	return code == KBM_USAGE || code == KBM_MEMORY;
}

/* --- permissions ----------------------------------------------------------------------------- */

const char *kbm_run_check_text(lua_State *L, int index, size_t maximum)
{
	size_t length;
	const char *text = luaL_checklstring(L, index, &length);
	luaL_argcheck(L, strlen(text) == length, index, "holds a NUL");
	luaL_argcheck(L, length <= maximum, index, "too long");
	return text;
}

static bool needs_hive(lua_State *L, const char *hive)
{
	return kbm_script_info_needs_hive(kbm_run_of(L)->info, hive);
}

static void refuse_hive(lua_State *L, const char *hive)
{
	kbm_lua_begin_strict(L);
	luaL_error(L, "the hive %s is not in the header: needs = { registry = { \"%s\" } }", hive,
		   hive);
}

/* Pushes "HKU\alice, HKU\bob and 3 more". [-0, +1, e] */
static const char *push_users(lua_State *L, const struct kbm_text_list *users)
{
	enum { NAMED = 3 };
	luaL_Buffer text;
	luaL_buffinit(L, &text);
	for (size_t i = 0; i < users->count && i < NAMED; i++) {
		luaL_addstring(&text, i == 0 ? "HKU\\" : ", HKU\\");
		luaL_addstring(&text, users->items[i]);
	}
	if (users->count > NAMED) {
		char more[32];
		snprintf(more, sizeof more, " and %zu more", users->count - NAMED);
		luaL_addstring(&text, more);
	}
	luaL_pushresult(&text);
	return lua_tostring(L, -1);
}

/* Whose session a script means cannot be told: Windows does not run. */
static int refuse_current_user(lua_State *L, int index)
{
	const struct kbm_text_list *users = kbm_run_of(L)->input->users;
	bool permitted = needs_hive(L, "HKU");
	kbm_lua_begin_strict(L);
	if (permitted && users != NULL && users->count > 0)
		lua_pushfstring(L,
				"there is no current user where Windows does not run: name one of "
				"%s (target.users lists them)",
				push_users(L, users));
	else if (permitted)
		lua_pushliteral(L, "there is no current user where Windows does not run, and the "
				   "target has no user's hive (NTUSER.DAT) at all");
	else
		lua_pushliteral(L,
				"there is no current user where Windows does not run: read "
				"HKU\\NAME of those in target.users, with needs = { registry = { "
				"\"HKU\" } }");
	return luaL_argerror(L, index, lua_tostring(L, -1));
}

const char *kbm_run_check_path(lua_State *L, int index)
{
	const char *path = kbm_run_check_text(L, index, KBM_PATH_MAX_BYTES);
	const char *hive = kbm_header_hive(path);
	if (hive != NULL && needs_hive(L, hive))
		return path;
	if (hive != NULL)
		refuse_hive(L, hive);
	if (kbm_header_is_current_user(path))
		refuse_current_user(L, index);
	kbm_lua_begin_strict(L);
	luaL_argerror(L, index,
		      "paths begin with HKLM\\SYSTEM, HKLM\\SOFTWARE, HKLM\\SAM, "
		      "HKLM\\SECURITY or HKU");
	return path;
}

void kbm_run_push_users(lua_State *L)
{
	const struct kbm_run *run = kbm_run_of(L);
	if (!needs_hive(L, "HKU"))
		refuse_hive(L, "HKU");
	size_t count = run->input->users == NULL ? 0 : run->input->users->count;
	if (run->input->users_problem != NULL)
		kbm_lua_end(run->state, KBM_VERDICT_UNKNOWN, run->input->users_problem);
	/* A check that looks at each of nobody would pass. */
	if (count == 0)
		kbm_lua_end(run->state, KBM_VERDICT_UNKNOWN,
			    "the script looks at users' hives, and the target has none: give a "
			    "folder with profiles or an NTUSER.DAT with -t");
	lua_createtable(L, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		lua_pushstring(L, run->input->users->items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

const struct kbm_registry_service *kbm_run_registry(lua_State *L)
{
	struct kbm_run *run = kbm_run_of(L);
	if (run->input->registry == NULL)
		kbm_lua_end(run->state, KBM_VERDICT_UNKNOWN,
			    "the script reads the registry, and the target has none: give a hive "
			    "or a .reg export with -t");
	return run->input->registry;
}

const struct kbm_directory_service *kbm_run_try_directory(lua_State *L, struct kbm_error *error)
{
	struct kbm_run *run = kbm_run_of(L);
	if (!run->info->needs_directory) {
		kbm_lua_begin_strict(L);
		luaL_error(L, "the directory is not in the header: needs = { directory = true }");
	}
	if (run->input->directory == NULL) {
		kbm_fail(error, KBM_UNREADABLE,
			 "the script reads the directory, and the target has none: give an "
			 "LDIF export with -t");
		return NULL;
	}
	if (++run->requests > KBM_DIRECTORY_MAX_REQUESTS)
		kbm_lua_end_limit(run->state, "script asked the directory more than %u times",
				  KBM_DIRECTORY_MAX_REQUESTS);
	return run->input->directory;
}

const struct kbm_directory_service *kbm_run_directory(lua_State *L)
{
	struct kbm_error error = {0};
	const struct kbm_directory_service *directory = kbm_run_try_directory(L, &error);
	if (directory == NULL)
		kbm_run_fail(L, &error);
	return directory;
}

/* --- results --------------------------------------------------------------------------------- */

char *kbm_run_copy_text(lua_State *L, const char *text, size_t length)
{
	struct kbm_lua *state = kbm_lua_of(L);
	kbm_lua_hold(state);
	char *copy = kbm_result_text(text, length);
	kbm_lua_release(state);
	if (copy != NULL)
		kbm_lua_charge(state, strlen(copy));
	else
		kbm_lua_out_of_memory(L);
	return copy;
}

/* --- what was read --------------------------------------------------------------------------- */

enum kbm_code kbm_run_place(const struct kbm_registry_service *registry, const char *path,
			    const char *name, size_t name_length, struct kbm_place *place,
			    struct kbm_error *error)
{
	struct kbm_registry_place physical = {0};
	enum kbm_code code = registry->resolve(registry->context, path, &physical, error);
	if (code != KBM_OK)
		return code;
	struct kbm_place made = {.kind = name == NULL ? KBM_PLACE_KEY : KBM_PLACE_VALUE,
				 .path = strdup(path),
				 .hive = physical.hive,
				 .physical = physical.path};
	if (name != NULL) {
		made.name = malloc(name_length + 1);
		made.name_length = name_length;
	}
	if (made.path == NULL || (name != NULL && made.name == NULL)) {
		kbm_place_free(&made);
		return kbm_fail(error, KBM_MEMORY, "no memory for a place");
	}
	if (name != NULL) {
		memcpy(made.name, name, name_length);
		made.name[name_length] = 0;
	}
	*place = made;
	return KBM_OK;
}

static size_t text_size(const char *text)
{
	return text == NULL ? 0 : TEXT_OVERHEAD + strlen(text);
}

size_t kbm_run_place_size(const struct kbm_place *place)
{
	return text_size(place->path) + text_size(place->hive) + text_size(place->physical) +
	       (place->name == NULL ? 0 : TEXT_OVERHEAD + place->name_length);
}

static size_t entry_size(const struct kbm_entry *entry)
{
	size_t size = READ_OVERHEAD + text_size(entry->dn);
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		size += TEXT_OVERHEAD + text_size(attribute->name);
		for (size_t j = 0; j < attribute->value_count; j++)
			size += (size_t)2 * TEXT_OVERHEAD + attribute->values[j].length;
	}
	return size;
}

size_t kbm_run_read_size(const struct kbm_precondition *read)
{
	size_t size = READ_OVERHEAD + kbm_run_place_size(&read->place) + text_size(read->base) +
		      text_size(read->filter);
	for (size_t i = 0; i < read->attributes.count; i++)
		size += text_size(read->attributes.items[i]);
	for (size_t i = 0; i < read->state.value_count; i++)
		size += TEXT_OVERHEAD + read->state.values[i].length;
	for (size_t i = 0; i < read->entries.count; i++)
		size += entry_size(&read->entries.items[i]);
	return size;
}

void kbm_run_end_reads(struct kbm_run *run)
{
	kbm_lua_end_limit(run->state, "script read more than %u places", KBM_PLAN_MAX_READS);
}

void kbm_run_record(lua_State *L, struct kbm_precondition *read)
{
	struct kbm_run *run = kbm_run_of(L);
	size_t size = kbm_run_read_size(read);
	size_t before = run->result->read_count;
	kbm_lua_charge(run->state, size);
	kbm_lua_hold(run->state);
	bool added = kbm_result_add_read(run->result, read);
	kbm_lua_release(run->state);
	if (!added && before < KBM_PLAN_MAX_READS)
		kbm_lua_out_of_memory(L);
	if (!added || run->result->read_count + run->listed > KBM_PLAN_MAX_READS)
		kbm_run_end_reads(run);
	if (run->result->read_count == before)
		kbm_lua_discharge(run->state, size);
}

enum kbm_code kbm_run_read_value(const struct kbm_registry_service *registry, const char *path,
				 const char *name, size_t name_length,
				 const struct kbm_value *value, struct kbm_precondition *read,
				 struct kbm_error *error)
{
	struct kbm_precondition made = {.kind = KBM_READ_VALUE};
	if (value != NULL &&
	    !kbm_state_set_value(&made.state, value->type, value->data, value->length))
		return kbm_fail(error, KBM_MEMORY, "no memory for a value");
	enum kbm_code code = kbm_run_place(registry, path, name, name_length, &made.place, error);
	if (code == KBM_OK)
		*read = made;
	else
		kbm_precondition_clear(&made);
	return code;
}
