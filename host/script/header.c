/* A script's header, checked field by field. */
#include "script/header.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "script/header_articles.h"
#include "script/header_params.h"
#include "script/header_value.h"
#include "script/lua_util.h"
#include "script/state.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"

/* HKU, the last, is no hive but the place of many. HARDWARE exists in memory only: reading it is
 * unknown, unless an export holds it. */
static const char *const hive_names[] = {"SYSTEM",   "SOFTWARE", "SAM",
					 "SECURITY", "HARDWARE", "HKU"};
enum { HIVE_COUNT = sizeof hive_names / sizeof hive_names[0] };

/* --- fields ---------------------------------------------------------------------------------- */

static void read_api(lua_State *L, const char *path, struct kbm_script_info *info)
{
	if (!lua_isinteger(L, -1))
		kbm_header_refuse(L, path, "an integer");
	info->api = lua_tointeger(L, -1);
	if (info->api != 1)
		luaL_error(L, "%s: %I is not known here: this is kbmend with api 1", path,
			   (LUAI_UACINT)info->api);
}

static void read_id(lua_State *L, const char *path, struct kbm_script_info *info)
{
	info->id = kbm_header_take_text(L, path);
	if (!kbm_header_is_word(info->id, LETTERS, LETTERS DIGITS "_.-", KBM_ID_MAX_BYTES) ||
	    info->id[1] == 0)
		luaL_error(L,
			   "%s: '%s': expected an article's (\"Q298565\") or a site's own: a "
			   "letter, then 1 to 63 of A-Z a-z 0-9 _ . -",
			   path, info->id);
}

static void read_version(lua_State *L, const char *path, struct kbm_script_info *info)
{
	info->version = kbm_header_take_text(L, path);
	const char *at = info->version;
	int parts = 0;
	for (; parts < 3; parts++) {
		size_t digits = strspn(at, DIGITS);
		if (digits == 0 || digits > 6)
			break;
		at += digits;
		if (parts < 2 && *at++ != '.')
			break;
	}
	if (parts != 3 || *at != 0)
		luaL_error(L, "%s: '%s': expected three numbers: \"1.0.0\"", path, info->version);
}

static void read_title(lua_State *L, const char *path, struct kbm_script_info *info)
{
	info->title = kbm_header_take_text(L, path);
}

static void read_description(lua_State *L, const char *path, struct kbm_script_info *info)
{
	info->description = kbm_header_copy(
	    L, lua_isnil(L, -1) ? "" : kbm_header_check_text(L, path, KBM_TEXT_MAX_BYTES, true));
}

static void read_severity(lua_State *L, const char *path, struct kbm_script_info *info)
{
	static const char *const names[] = {"info", "low", "medium", "high", "critical"};
	const char *name = kbm_header_check_text(L, path, KBM_HEADER_MAX_TEXT, false);
	if (!kbm_severity_parse(name, &info->severity))
		kbm_word_error(
		    L,
		    lua_pushfstring(L, "%s: expected info, low, medium, high or critical, got",
				    path),
		    name, names, sizeof names / sizeof names[0]);
}

static void read_categories(lua_State *L, const char *path, struct kbm_script_info *info)
{
	if (lua_isnil(L, -1))
		return;
	kbm_header_take_texts(L, path, &info->categories);
	for (size_t i = 0; i < info->categories.count; i++)
		if (!kbm_header_is_word(info->categories.items[i], LETTERS DIGITS,
					LETTERS DIGITS "_.-", KBM_ID_MAX_BYTES))
			luaL_error(L, "%s[%d]: '%s' is no single word", path, (int)i + 1,
				   info->categories.items[i]);
}

static void read_needs(lua_State *L, const char *path, struct kbm_script_info *info)
{
	static const char *const fields[] = {"registry", "directory", NULL};
	if (lua_isnil(L, -1))
		return;
	kbm_header_check_table(L, path);
	kbm_check_fields(L, -1, path, fields, true);
	const char *directory = kbm_header_push_field(L, path, "directory");
	if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
		kbm_header_refuse(L, directory, "a boolean");
	info->needs_directory = lua_toboolean(L, -1);
	lua_pop(L, 2);
	const char *registry = kbm_header_push_field(L, path, "registry");
	if (!lua_isnil(L, -1))
		kbm_header_take_texts(L, registry, &info->hives);
	for (size_t i = 0; i < info->hives.count; i++) {
		size_t known = 0;
		while (known < HIVE_COUNT && strcmp(hive_names[known], info->hives.items[i]) != 0)
			known++;
		if (known == HIVE_COUNT)
			kbm_word_error(
			    L, lua_pushfstring(L, "%s[%d]: no such hive", registry, (int)i + 1),
			    info->hives.items[i], hive_names, HIVE_COUNT);
	}
	lua_pop(L, 2);
}

static void read_on_request(lua_State *L, const char *path, struct kbm_script_info *info)
{
	if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
		kbm_header_refuse(L, path, "a boolean");
	info->on_request = lua_toboolean(L, -1);
}

/* --- functions ------------------------------------------------------------------------------- */

static void read_check(lua_State *L, const char *path, struct kbm_script_info *info)
{
	(void)info;
	if (!lua_isfunction(L, -1))
		kbm_header_refuse(L, path, "a function");
}

/* Whether there is one. */
static bool read_optional(lua_State *L, const char *path, struct kbm_script_info *info)
{
	if (!lua_isnil(L, -1))
		read_check(L, path, info);
	return lua_isfunction(L, -1);
}

static void read_applies(lua_State *L, const char *path, struct kbm_script_info *info)
{
	info->has_applies = read_optional(L, path, info);
}

static void read_fix(lua_State *L, const char *path, struct kbm_script_info *info)
{
	info->has_fix = read_optional(L, path, info);
}

/* --- the whole ------------------------------------------------------------------------------- */

void kbm_header_read(lua_State *L, struct kbm_script_info *info)
{
	/* In the order in which messages come when several are wrong. */
	static const struct {
		const char *name;
		void (*read)(lua_State *L, const char *path, struct kbm_script_info *info);
	} fields[] = {
	    {"api", read_api},
	    {"id", read_id},
	    {"version", read_version},
	    {"title", read_title},
	    {"description", read_description},
	    {"severity", read_severity},
	    {"categories", read_categories},
	    {"products", kbm_header_read_products},
	    {"symptoms", kbm_header_read_symptoms},
	    {"references", kbm_header_read_references},
	    {"aliases", kbm_header_read_aliases},
	    {"needs", read_needs},
	    {"params", kbm_header_read_params},
	    {"on_request", read_on_request},
	    {"applies", read_applies},
	    {"check", read_check},
	    {"fix", read_fix},
	};
	enum { COUNT = sizeof fields / sizeof fields[0] };
	const char *names[COUNT + 1] = {NULL};
	for (size_t i = 0; i < COUNT; i++)
		names[i] = fields[i].name;
	if (!lua_istable(L, -1))
		luaL_error(L, "a script returns one table, its header; this one returns %s",
			   luaL_typename(L, -1));
	kbm_check_fields(L, -1, "header", names, true);
	for (size_t i = 0; i < COUNT; i++) {
		fields[i].read(L, kbm_header_push_field(L, "", fields[i].name), info);
		lua_pop(L, 2);
	}
}

/* --- hives ----------------------------------------------------------------------------------- */

static bool starts_with_word(const char *path, const char *word, const char **rest)
{
	size_t length = strlen(word);
	if (strncasecmp(path, word, length) != 0 || (path[length] != '\\' && path[length] != 0))
		return false;
	*rest = path + length;
	return true;
}

bool kbm_header_is_current_user(const char *path)
{
	const char *rest = NULL;
	return starts_with_word(path, "HKCU", &rest) ||
	       starts_with_word(path, "HKEY_CURRENT_USER", &rest);
}

const char *kbm_header_hive(const char *path)
{
	const char *rest = NULL;
	if (starts_with_word(path, "HKU", &rest) || starts_with_word(path, "HKEY_USERS", &rest))
		return "HKU";
	if (!starts_with_word(path, "HKLM", &rest) &&
	    !starts_with_word(path, "HKEY_LOCAL_MACHINE", &rest))
		return NULL;
	if (*rest++ != '\\')
		return NULL;
	for (size_t i = 0; i < HIVE_COUNT - 1; i++) { /* all but HKU */
		const char *below;
		if (starts_with_word(rest, hive_names[i], &below))
			return hive_names[i];
	}
	return NULL;
}
