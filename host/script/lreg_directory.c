/* target.directory: searches, each recorded with its answer. */
#include "script/lreg.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/lua_util.h"
#include "script/run.h"
#include "source/filter.h"

#define DIRECTORY_TYPE "kbm.Directory"
#define ENTRY_TYPE     "kbm.Entry"
#define ANSWER_TYPE    "kbm.Answer" /* never seen by scripts */

/* Of an entry's handle. */
enum { USER_VALUES = 1, USER_DN = 2, USER_NAMES = 3, USER_COUNT = 3 };

static const char *const every_entry = "(objectClass=*)";

/* --- entries --------------------------------------------------------------------------------- */

/* Attribute names are ASCII; case does not count. [-0, +1, e] */
static void push_lower(lua_State *L, const char *name, size_t length)
{
	luaL_Buffer buffer;
	char *lower = luaL_buffinitsize(L, &buffer, length);
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	luaL_pushresultsize(&buffer, length);
}

/* user values: { lower name = { value, ... } }, dn, { name, ... }. [-0, +1, e] */
static void push_entry(lua_State *L, const struct kbm_entry *entry)
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

/* The list of the attribute named at `index`, or nil. [-0, +1, e] */
static int push_values(lua_State *L, int index)
{
	size_t length;
	const char *name = luaL_checklstring(L, index, &length);
	lua_getiuservalue(L, 1, USER_VALUES);
	push_lower(L, name, length);
	int type = lua_rawget(L, -2);
	lua_remove(L, -2);
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

/* --- requests -------------------------------------------------------------------------------- */

/* A request whose texts stand on the stack or in the state's scratch. */
struct request {
	struct kbm_directory_request asked;
	const char *attributes[KBM_DIRECTORY_MAX_ATTRIBUTES];
};

/* The list of attribute names at `index`, or nothing; its texts stay on the stack. */
static void take_attributes(lua_State *L, int index, struct request *request)
{
	request->asked.attributes = request->attributes;
	if (lua_isnoneornil(L, index))
		return;
	if (!lua_istable(L, index))
		luaL_error(L, "attributes: expected a list of names, got a %s",
			   luaL_typename(L, index));
	lua_Integer count = luaL_len(L, index);
	if (count > (lua_Integer)KBM_DIRECTORY_MAX_ATTRIBUTES)
		luaL_error(L, "attributes: %I names, at most %d", (LUAI_UACINT)count,
			   (int)KBM_DIRECTORY_MAX_ATTRIBUTES);
	luaL_checkstack(L, (int)count + 4, NULL);
	for (lua_Integer i = 1; i <= count; i++) {
		lua_geti(L, index, i);
		const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
		if (name == NULL || name[0] == 0 || strlen(name) != lua_rawlen(L, -1))
			luaL_error(L, "attributes: item %I is no name", (LUAI_UACINT)i);
		request->attributes[request->asked.attribute_count++] = name;
	}
}

/* Adds the next of args, escaped. args is at `args`. */
static void add_argument(lua_State *L, luaL_Buffer *buffer, int args, lua_Integer number)
{
	struct kbm_lua *state = kbm_lua_of(L);
	size_t length = 0;
	if (args == 0 || lua_geti(L, args, number) == LUA_TNIL)
		luaL_error(L, "filter: %%s number %I has no argument in args", (LUAI_UACINT)number);
	if (!lua_isstring(L, -1))
		luaL_error(L, "args: item %I: expected a string, got a %s", (LUAI_UACINT)number,
			   luaL_typename(L, -1));
	const char *text = lua_tolstring(L, -1, &length);
	if (length > KBM_FILTER_MAX_BYTES)
		luaL_error(L, "args: item %I: %d bytes, a filter has at most %d",
			   (LUAI_UACINT)number, (int)length, (int)KBM_FILTER_MAX_BYTES);
	kbm_lua_hold(state);
	kbm_bytes_reset(&state->scratch);
	bool done = kbm_filter_escape(text, length, &state->scratch);
	kbm_lua_release(state);
	if (!done)
		kbm_run_out_of_memory(L);
	lua_pop(L, 1);
	luaL_addlstring(buffer, kbm_bytes_text(&state->scratch), state->scratch.length);
}

/* The filter with its %s filled in; checked, so that a mistake in it is the script's and not the
 * directory's. `options` and `args` (0: none) are indices. [-0, +1, e] */
static const char *push_filter(lua_State *L, int options, int args)
{
	size_t length = 0;
	const char *text = kbm_push_text_field(L, options, "search", "filter", false, &length);
	if (text == NULL) {
		lua_pushstring(L, every_entry);
		return every_entry;
	}
	if (length > KBM_FILTER_MAX_BYTES)
		luaL_error(L, "filter: %d bytes, at most %d", (int)length,
			   (int)KBM_FILTER_MAX_BYTES);
	lua_Integer used = 0;
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	for (const char *at = text, *end = text + length; at < end; at++) {
		if (*at == 0)
			luaL_error(L, "filter: holds a NUL");
		if (*at != '%') {
			luaL_addchar(&buffer, *at);
		} else if (at + 1 < end && at[1] == 's') {
			add_argument(L, &buffer, args, ++used);
			at++;
		} else if (at + 1 < end && at[1] == '%') {
			luaL_addchar(&buffer, '%');
			at++;
		} else {
			luaL_error(L, "filter: a %% stands before s or %% only");
		}
	}
	luaL_pushresult(&buffer);
	if (args != 0 && luaL_len(L, args) != used)
		luaL_error(L, "filter: %I %%s for %I args", (LUAI_UACINT)used,
			   (LUAI_UACINT)luaL_len(L, args));
	return lua_tostring(L, -1);
}

static void check_filter(lua_State *L, const char *text)
{
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_filter *filter = NULL;
	struct kbm_error error = {0};
	kbm_lua_hold(state);
	enum kbm_code code = kbm_filter_parse(text, &filter, &error);
	kbm_filter_free(filter);
	kbm_lua_release(state);
	if (code == KBM_MEMORY)
		kbm_run_out_of_memory(L);
	if (code != KBM_OK)
		luaL_error(L, "filter: %s", error.message);
}

static enum kbm_scope take_scope(lua_State *L, int options)
{
	static const char *const names[] = {"base", "one", "sub"};
	const char *name = kbm_push_text_field(L, options, "search", "scope", false, NULL);
	enum kbm_scope scope = KBM_SCOPE_SUB;
	if (name != NULL) {
		size_t i = 0;
		while (i < 3 && strcmp(names[i], name) != 0)
			i++;
		if (i == 3)
			kbm_word_error(L, "scope: expected base, one or sub, got", name, names, 3);
		scope = (enum kbm_scope)i;
	}
	lua_pop(L, 1);
	return scope;
}

/* From the options table at 2; texts stay on the stack. */
static void take_search(lua_State *L, struct request *request)
{
	static const char *const fields[] = {"base", "scope", "filter", "args", "attributes", NULL};
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	kbm_check_fields(L, 2, "search", fields, false);
	request->asked.scope = take_scope(L, 2);
	lua_getfield(L, 2, "base"); /* 3 */
	if (lua_isnil(L, -1))
		luaL_error(L, "search: base is missing: a DN, or \"\" for the root");
	request->asked.base = kbm_lreg_push_dn_text(L, -1);
	lua_getfield(L, 2, "args");
	int args = lua_isnil(L, -1) ? 0 : lua_gettop(L);
	if (args != 0 && !lua_istable(L, args))
		luaL_error(L, "search: args: expected a list, got a %s", luaL_typename(L, args));
	request->asked.filter = push_filter(L, 2, args);
	check_filter(L, request->asked.filter);
	lua_getfield(L, 2, "attributes");
	take_attributes(L, lua_gettop(L), request);
}

/* From dn at 2, attributes at 3. */
static void take_read(lua_State *L, struct request *request)
{
	lua_settop(L, 3);
	request->asked.scope = KBM_SCOPE_BASE;
	request->asked.filter = every_entry;
	request->asked.base = kbm_lreg_push_dn_text(L, 2);
	take_attributes(L, 3, request);
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
static enum kbm_code ask(lua_State *L, const struct request *request, struct kbm_entries **answer,
			 struct kbm_error *error)
{
	const struct kbm_directory_service *directory = kbm_run_directory(L);
	struct kbm_lua *state = kbm_lua_of(L);
	struct kbm_entries *entries = push_answer(L);
	struct kbm_precondition read = {.kind = KBM_READ_SEARCH};
	*answer = entries;
	kbm_lua_hold(state);
	enum kbm_code code = directory->search(directory->context, &request->asked, entries, error);
	bool kept = (code != KBM_OK && code != KBM_NOT_FOUND) ||
		    fill_read(&request->asked, code, entries, &read);
	if (!kept)
		kbm_precondition_clear(&read);
	kbm_lua_release(state);
	if (!kept)
		kbm_run_out_of_memory(L);
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
		push_entry(L, &entries->items[0]);
		return;
	}
	lua_createtable(L, (int)(entries->count & 0xFFFF), 0);
	for (size_t i = 0; i < entries->count; i++) {
		push_entry(L, &entries->items[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

/* Results of the plain kind. */
static int plain(lua_State *L, const struct request *request, enum want want)
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
static int tried(lua_State *L, const struct request *request, enum want want)
{
	struct kbm_entries *entries = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = ask(L, request, &entries, &error);
	if (code == KBM_USAGE)
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
	struct request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	take_read(L, &request);
	return plain(L, &request, WANT_ONE);
}

static int directory_try_read(lua_State *L)
{
	struct request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	take_read(L, &request);
	return tried(L, &request, WANT_ONE);
}

static int directory_search(lua_State *L)
{
	struct request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	take_search(L, &request);
	return plain(L, &request, WANT_LIST);
}

static int directory_try_search(lua_State *L)
{
	struct request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	take_search(L, &request);
	return tried(L, &request, WANT_LIST);
}

static int directory_one(lua_State *L)
{
	struct request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	take_search(L, &request);
	return plain(L, &request, WANT_ONE);
}

static int directory_try_one(lua_State *L)
{
	struct request request = {0};
	luaL_checkudata(L, 1, DIRECTORY_TYPE);
	take_search(L, &request);
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
	static const luaL_Reg entry_methods[] = {
	    {"values", entry_values}, {"attributes", entry_attributes}, {NULL, NULL}};
	static const luaL_Reg entry_meta[] = {{"__tostring", entry_tostring}, {NULL, NULL}};
	static const luaL_Reg none[] = {{NULL, NULL}};
	static const luaL_Reg answer_meta[] = {
	    {"__gc", answer_close}, {"__close", answer_close}, {NULL, NULL}};
	kbm_new_type(L, DIRECTORY_TYPE, directory_methods, NULL);
	kbm_new_type(L, ANSWER_TYPE, none, answer_meta);
	kbm_new_type(L, ENTRY_TYPE, entry_methods, entry_meta);
	luaL_getmetatable(L, ENTRY_TYPE);
	lua_getfield(L, -1, "__index"); /* mt methods */
	lua_pushcclosure(L, entry_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
