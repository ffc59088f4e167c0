/* What a script's header says of the articles that it serves: products, symptoms, references. */
#include "script/header_articles.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "script/header_value.h"
#include "script/lua_util.h"
#include "script/state.h"

enum { MAX_EVENT = 0x7FFFFFFF, MAX_NUMBER_TEXT = 24 };

#define DIGITS "0123456789"

/* Pushes the i-th item of the list on top, a table of these fields; returns its place. */
static const char *push_table(lua_State *L, const char *path, lua_Integer i,
			      const char *const fields[])
{
	const char *item = kbm_header_push_item(L, path, i);
	kbm_header_check_table(L, item);
	kbm_check_fields(L, -1, item, fields, true);
	return item;
}

/* --- products -------------------------------------------------------------------------------- */

/* The list on top becomes *items, which are counted one by one so that an error loses none. */
static void read_products(lua_State *L, const char *path, struct kbm_product **items, size_t *count)
{
	static const char *const fields[] = {"name", "versions", NULL};
	if (lua_isnil(L, -1))
		return;
	lua_Integer length = kbm_header_check_list(L, path);
	*items = kbm_header_take_items(L, length, sizeof **items);
	for (lua_Integer i = 1; i <= length; i++) {
		const char *item = push_table(L, path, i, fields);
		struct kbm_product *product = &(*items)[(*count)++];
		product->name = kbm_header_take_text(L, kbm_header_push_field(L, item, "name"));
		lua_pop(L, 2);
		product->versions = kbm_header_take_optional(L, item, "versions");
		lua_pop(L, 2);
	}
}

void kbm_header_read_products(lua_State *L, const char *path, struct kbm_script_info *info)
{
	read_products(L, path, &info->products, &info->product_count);
}

/* --- symptoms -------------------------------------------------------------------------------- */

/* An error code is written as people know it: 2140 or "0xC0000034". */
static char *take_code(lua_State *L, const char *path)
{
	const char *field = kbm_header_push_field(L, path, "error");
	char number[MAX_NUMBER_TEXT];
	const char *text = "";
	if (lua_isinteger(L, -1)) {
		snprintf(number, sizeof number, "%lld", (long long)lua_tointeger(L, -1));
		text = number;
	} else if (!lua_isnil(L, -1)) {
		text = kbm_header_check_text(L, field, KBM_HEADER_MAX_TEXT, false);
	}
	char *copy = kbm_header_copy(L, text);
	lua_pop(L, 2);
	return copy;
}

static int64_t take_event(lua_State *L, const char *path)
{
	const char *field = kbm_header_push_field(L, path, "event");
	int64_t event = -1;
	if (!lua_isnil(L, -1)) {
		if (!lua_isinteger(L, -1))
			kbm_header_refuse(L, field, "an integer");
		event = lua_tointeger(L, -1);
		if (event < 0 || event > MAX_EVENT)
			luaL_error(L, "%s: %I is no event id", field, (LUAI_UACINT)event);
	}
	lua_pop(L, 2);
	return event;
}

static void read_symptoms(lua_State *L, const char *path, struct kbm_symptom **items, size_t *count)
{
	static const char *const fields[] = {"event", "source", "error", "text", NULL};
	if (lua_isnil(L, -1))
		return;
	lua_Integer length = kbm_header_check_list(L, path);
	*items = kbm_header_take_items(L, length, sizeof **items);
	for (lua_Integer i = 1; i <= length; i++) {
		const char *item = push_table(L, path, i, fields);
		struct kbm_symptom *symptom = &(*items)[(*count)++];
		symptom->event = take_event(L, item);
		symptom->source = kbm_header_take_optional(L, item, "source");
		symptom->error = take_code(L, item);
		symptom->text = kbm_header_take_optional(L, item, "text");
		if (symptom->event < 0 && symptom->error[0] == 0 && symptom->text[0] == 0)
			luaL_error(L, "%s: expected an event, an error or a text", item);
		lua_pop(L, 2);
	}
}

void kbm_header_read_symptoms(lua_State *L, const char *path, struct kbm_script_info *info)
{
	read_symptoms(L, path, &info->symptoms, &info->symptom_count);
}

/* --- references ------------------------------------------------------------------------------ */

bool kbm_header_is_article(const char *text)
{
	size_t prefix = strncmp(text, "KB", 2) == 0 ? 2 : 1;
	return (text[0] == 'Q' || prefix == 2) && strlen(text) > prefix &&
	       strspn(text + prefix, DIGITS) == strlen(text + prefix);
}

static bool is_url(const char *text)
{
	bool web = strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
	return web && strpbrk(text, " \"<>") == NULL;
}

void kbm_header_read_references(lua_State *L, const char *path, struct kbm_script_info *info)
{
	static const char *const fields[] = {"kb", "url", NULL};
	if (lua_isnil(L, -1))
		return;
	lua_Integer count = kbm_header_check_list(L, path);
	for (lua_Integer i = 1; i <= count; i++) {
		const char *item = push_table(L, path, i, fields);
		lua_getfield(L, -1, "kb");
		lua_getfield(L, -2, "url");
		if (lua_isnil(L, -1) == lua_isnil(L, -2))
			luaL_error(L, "%s: expected either kb or url", item);
		bool article = lua_isnil(L, -1);
		lua_pop(L, article ? 1 : 0);
		const char *field = lua_pushfstring(L, "%s.%s", item, article ? "kb" : "url");
		lua_insert(L, -2);
		const char *text = kbm_header_check_text(L, field, KBM_HEADER_MAX_TEXT, false);
		if (article ? !kbm_header_is_article(text) : !is_url(text))
			luaL_error(L, "%s: '%s' is no %s", field, text,
				   article ? "article: \"Q298565\""
					   : "https:// or http:// address");
		if (!kbm_text_list_add(&info->references, text))
			kbm_lua_out_of_memory(L);
		lua_pop(L, article ? 3 : 4);
		lua_pop(L, 1);
	}
}

/* --- aliases --------------------------------------------------------------------------------- */

/* Ids are one whatever their case: who types them does not care. */
static void check_alias_id(lua_State *L, const char *path, const char *kb,
			   const struct kbm_script_info *info)
{
	if (!kbm_header_is_article(kb) || strlen(kb) > KBM_ID_MAX_BYTES)
		luaL_error(L, "%s: '%s' is no article: \"Q298565\"", path, kb);
	if (kbm_text_equals_ascii_case(kb, info->id))
		luaL_error(L, "%s: '%s' is the script's own id", path, kb);
	for (size_t i = 0; i + 1 < info->alias_count; i++)
		if (kbm_text_equals_ascii_case(kb, info->aliases[i].kb))
			luaL_error(L, "%s: '%s' is listed twice", path, kb);
}

/* alias on top */
static void read_alias(lua_State *L, const char *path, struct kbm_script_info *info)
{
	struct kbm_alias *alias = &info->aliases[info->alias_count++];
	const char *field = kbm_header_push_field(L, path, "kb");
	alias->kb = kbm_header_take_text(L, field);
	check_alias_id(L, field, alias->kb, info);
	lua_pop(L, 2);
	alias->title = kbm_header_take_text(L, kbm_header_push_field(L, path, "title"));
	lua_pop(L, 2);
	read_products(L, kbm_header_push_field(L, path, "products"), &alias->products,
		      &alias->product_count);
	lua_pop(L, 2);
	read_symptoms(L, kbm_header_push_field(L, path, "symptoms"), &alias->symptoms,
		      &alias->symptom_count);
	lua_pop(L, 2);
}

void kbm_header_read_aliases(lua_State *L, const char *path, struct kbm_script_info *info)
{
	static const char *const fields[] = {"kb", "title", "products", "symptoms", NULL};
	if (lua_isnil(L, -1))
		return;
	lua_Integer count = kbm_header_check_list(L, path);
	info->aliases = kbm_header_take_items(L, count, sizeof *info->aliases);
	for (lua_Integer i = 1; i <= count; i++) {
		const char *item = push_table(L, path, i, fields);
		read_alias(L, item, info);
		lua_pop(L, 2);
	}
}
