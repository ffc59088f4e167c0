/* target.directory: searches, each recorded with its answer. */
#include "script/lreg_directory.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "script/lreg.h"
#include "script/lua_util.h"
#include "script/run.h"

#define DIRECTORY_TYPE "kbm.Directory"
#define ANSWER_TYPE    "kbm.Answer" /* never seen by scripts */

/* --- answers: a box that releases the entries whatever happens ------------------------------- */

static int answer_close(lua_State *L)
{
	kbm_entries_clear(luaL_checkudata(L, 1, ANSWER_TYPE));
	return 0;
}

static struct kbm_entries *push_answer(lua_State *L)
{
	struct kbm_entries *entries = lua_newuserdatauv(L, sizeof *entries, 0);
	memset(entries, 0, sizeof *entries);
	luaL_setmetatable(L, ANSWER_TYPE);
	return entries;
}

/* --- asking ---------------------------------------------------------------------------------- */

static bool fill_read(const struct kbm_directory_request *asked, enum kbm_code code,
		      const struct kbm_entries *entries, struct kbm_precondition *read)
{
	read->scope = asked->scope;
	read->base_exists = code == KBM_OK;
	read->base = strdup(asked->base);
	read->filter = strdup(asked->filter);
	bool done = read->base != NULL && read->filter != NULL;
	for (size_t i = 0; i < asked->attribute_count && done; i++)
		done = kbm_text_list_add(&read->attributes, asked->attributes[i]);
	if (done && entries->count > 0) {
		read->entries.items = calloc(entries->count, sizeof *read->entries.items);
		done = read->entries.items != NULL;
	}
	for (size_t i = 0; i < entries->count && done; i++) {
		done = kbm_entry_copy(&entries->items[i], &read->entries.items[i]);
		read->entries.count += done ? 1 : 0;
	}
	return done;
}

/* Asks and records. The answer's box is pushed whatever comes. [-0, +1, e] */
static enum kbm_code ask(lua_State *L, const struct kbm_lreg_request *request,
			 struct kbm_entries **answer, struct kbm_error *error)
{
	const struct kbm_directory_service *directory = kbm_run_try_directory(L, error);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_entries *entries = push_answer(L);
	struct kbm_precondition read = {.kind = KBM_READ_SEARCH};
	*answer = entries;
	if (directory == NULL)
		return error->code;
	kbm_lua_hold(state);
	enum kbm_code code = directory->search(directory->context, &request->asked, entries, error);
	bool kept = (code != KBM_OK && code != KBM_NOT_FOUND) ||
		    fill_read(&request->asked, code, entries, &read);
	if (!kept)
		kbm_precondition_clear(&read);
	kbm_lua_release(state);
	if (!kept)
		kbm_lua_out_of_memory(L);
	if (code == KBM_OK || code == KBM_NOT_FOUND)
		kbm_run_record(L, &read);
	return code;
}

/* How many entries an answer may have: a list, one, or one of a read. */
enum want { WANT_LIST, WANT_ONE };

/* Pushes the answer as wanted. [-0, +1, e] */
static void push_entries(lua_State *L, const struct kbm_entries *entries, enum want want)
{
	if (want == WANT_ONE && entries->count == 1) {
		kbm_lreg_push_entry(L, &entries->items[0]);
		return;
	}
	lua_createtable(L, (int)(entries->count & 0xFFFF), 0);
	for (size_t i = 0; i < entries->count; i++) {
		kbm_lreg_push_entry(L, &entries->items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

/* Results of the plain kind. */
static int plain(lua_State *L, const struct kbm_lreg_request *request, enum want want)
{
	struct kbm_entries *entries = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = ask(L, request, &entries, &error);
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		kbm_run_fail(L, &error);
	if (code == KBM_NOT_FOUND || (want == WANT_ONE && entries->count == 0)) {
		lua_pushnil(L);
		return 1;
	}
	if (want == WANT_ONE && entries->count > 1)
		kbm_lua_endf(kbm_lua_of(L), KBM_VERDICT_UNKNOWN,
			     "the directory has %zu entries where one is expected: %.120s and "
			     "%.120s, ... (filter %.120s)",
			     entries->count, entries->items[0].dn, entries->items[1].dn,
			     request->asked.filter);
	push_entries(L, entries, want);
	kbm_entries_clear(entries);
	return 1;
}

/* Results of the try_ kind: status, value. */
static int tried(lua_State *L, const struct kbm_lreg_request *request, enum want want)
{
	struct kbm_entries *entries = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = ask(L, request, &entries, &error);
	if (kbm_run_must_fail(code))
		kbm_run_fail(L, &error);
	if (code != KBM_OK && code != KBM_NOT_FOUND) {
		lua_pushliteral(L, "unknown");
		lua_pushstring(L, error.message);
		return 2;
	}
	if (code == KBM_NOT_FOUND || (want == WANT_ONE && entries->count == 0)) {
		lua_pushliteral(L, "absent");
		return 1;
	}
	lua_pushstring(L, want == WANT_ONE && entries->count > 1 ? "several" : "found");
	push_entries(L, entries, want);
	kbm_entries_clear(entries);
	return 2;
}

/* --- methods --------------------------------------------------------------------------------- */

static int directory_read(lua_State *L)
{
	struct kbm_lreg_request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	kbm_lreg_take_read(L, &request);
	return plain(L, &request, WANT_ONE);
}

static int directory_try_read(lua_State *L)
{
	struct kbm_lreg_request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	kbm_lreg_take_read(L, &request);
	return tried(L, &request, WANT_ONE);
}

static int directory_search(lua_State *L)
{
	struct kbm_lreg_request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	kbm_lreg_take_search(L, &request);
	return plain(L, &request, WANT_LIST);
}

static int directory_try_search(lua_State *L)
{
	struct kbm_lreg_request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	kbm_lreg_take_search(L, &request);
	return tried(L, &request, WANT_LIST);
}

static int directory_one(lua_State *L)
{
	struct kbm_lreg_request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	kbm_lreg_take_search(L, &request);
	return plain(L, &request, WANT_ONE);
}

static int directory_try_one(lua_State *L)
{
	struct kbm_lreg_request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	kbm_lreg_take_search(L, &request);
	return tried(L, &request, WANT_ONE);
}

/* --- opening --------------------------------------------------------------------------------- */

void kbm_lreg_push_directory(lua_State *L)
{
	lua_newuserdatauv(L, 0, 0);
	luaL_setmetatable(L, DIRECTORY_TYPE);
}

void kbm_lreg_open_directory(lua_State *L)
{
	static const luaL_Reg directory_methods[] = {{"read", directory_read},
						     {"search", directory_search},
						     {"one", directory_one},
						     {"try_read", directory_try_read},
						     {"try_search", directory_try_search},
						     {"try_one", directory_try_one},
						     {NULL, NULL}};
	static const luaL_Reg none[] = {{NULL, NULL}};
	static const luaL_Reg answer_meta[] = {
	    {"__gc", answer_close}, {"__close", answer_close}, {NULL, NULL}};
	kbm_new_type(L, DIRECTORY_TYPE, directory_methods, NULL);
	kbm_new_type(L, ANSWER_TYPE, none, answer_meta);
	kbm_lreg_open_entry(L);
}
