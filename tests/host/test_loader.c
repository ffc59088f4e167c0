/* script/loader, script/header: which texts are scripts, and every field of a header. */
#include "base/limits.h"
#include "script/engine.h"
#include "script/header.h"
#include "script/loader.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* --- texts ----------------------------------------------------------------------------------- */

Test(loader, refuses_what_is_no_text)
{
	static const struct {
		const char *text;
		size_t length;
		const char *part; /* NULL: accepted */
		size_t skip;
	} rows[] = {
#define ROW(text) text, sizeof text - 1
	    {ROW(""), NULL, 0},
	    {ROW("return {}"), NULL, 0},
	    {ROW("\xEF\xBB\xBFx"), NULL, 3},
	    {ROW("#!/usr/bin/env kbmend\nx"), NULL, 21},
	    {ROW("\xEF\xBB\xBF#!x\r\ny"), NULL, 6},
	    {ROW("#!only"), NULL, 6},
	    {ROW("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), NULL, 0},
	    {ROW("\xFF\xFEx\0"), "Q1.lua: this is UTF-16 text", 0},
	    {ROW("\xFE\xFF\0x"), "UTF-16", 0},
	    {ROW("x\0y\0"), "Q1.lua:1:2: a NUL byte", 0},
	    {ROW("#!x\0\ny"), "Q1.lua:1:4: a NUL byte", 0},
	    {ROW("\x1BLuaT"), "compiled Lua", 0},
	    {ROW("\x7F"
		 "ELF"),
	     "a program", 0},
	    {ROW("regf"), "registry hive", 0},
	    {ROW("\xEF\xBB\xBF\x1BLuaT"), "compiled Lua", 0},
	    {ROW("a\nb\r\nc\n\t\xC3\xA4\xE9"),
	     "Q1.lua:4:3: not UTF-8 (byte 0xE9): save it as UTF-8", 0},
	    {ROW("\n\xED\xA0\x80"), "Q1.lua:2:1: not UTF-8", 0},
	    {ROW("\xC0\x80"), "not UTF-8", 0},
	    {ROW("\xE0\x81\x81"), "not UTF-8", 0},
	    {ROW("\xF0\x80\x81\x81"), "not UTF-8", 0},
	    {ROW("\xF4\x90\x80\x80"), "not UTF-8", 0},
	    {ROW("x\xE2\x82"), "not UTF-8", 0},
	    {ROW("\x80"), "not UTF-8", 0},
	    {ROW("\n\nx\xE2\x80\xAE"),
	     "Q1.lua:3:2: a bidirectional control character, U+202E: it can make code look like "
	     "other code; write \\u{202E} in a string",
	     0},
	    {ROW("-- \xE2\x81\xA6"), ":1:4: a bidirectional control character, U+2066", 0},
	    {ROW("'\xE2\x81\xA9'"), "U+2069", 0},
	    {ROW("\xD8\x9C"), "U+061C", 0},
	    {ROW("\xE2\x80\x8E"), "U+200E", 0},
	    {ROW("\xE2\x80\x8D\xEF\xB8\x8F"), NULL, 0},
	    {ROW("-- \xE2\x80\xA8x"), "Q1.lua:1:4: a line separator, U+2028: some editors", 0},
	    {ROW("\xC2\x85"), "a line separator, U+0085: some editors", 0},
	    {ROW("\xC2\x9B"), "U+009B: a terminal obeys it", 0},
	    {ROW("x = '\x1B[2J'"),
	     "Q1.lua:1:6: a control character, U+001B: a terminal obeys it; write \\u{1B} in", 0},
	    {ROW("#!\x1B\nx"), "Q1.lua:1:3: a control", 0},
	    {ROW("\x7F"), "U+007F", 0},
	    {ROW("x\n\x1A"), "Q1.lua:2:1: a control character, U+001A", 0},
	    {ROW("\f\tx\r\n"), NULL, 0},
	    {ROW("x\v"), "U+000B", 0},
	    {ROW("-- harmless\rx()\n"),
	     "Q1.lua:1:12: a carriage return that ends no line: it can hide code", 0},
	    {ROW("x\n\ry"), "Q1.lua:2:1: a carriage return", 0},
	    {ROW("x\r\r\n"), "Q1.lua:1:2: a carriage return", 0},
	    {ROW("x\ry\r"), NULL, 0},
	    {ROW("x\ry\r\x1B"), "Q1.lua:3:1: a control character", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_error error = {0};
		size_t skip = 999;
		enum kbm_code code =
		    kbm_loader_check("Q1.lua", rows[i].text, rows[i].length, &skip, &error);
		bool right = rows[i].part == NULL ? code == KBM_OK && skip == rows[i].skip
						  : code == KBM_INVALID && skip == 999 &&
							has(error.message, rows[i].part);
		cr_expect(right, "row %zu: code %d, skip %zu: %s", i, (int)code, skip,
			  error.message);
	}
}

Test(loader, refuses_long_texts)
{
	static char text[KBM_SCRIPT_MAX_BYTES + 1];
	struct kbm_error error;
	size_t skip;
	memset(text, ' ', sizeof text);
	cr_expect(
	    eq(int, (int)kbm_loader_check("x", text, sizeof text - 1, &skip, &error), KBM_OK));
	cr_expect(eq(int, (int)kbm_loader_check("x", text, sizeof text, &skip, &error), KBM_LIMIT));
}

/* --- headers --------------------------------------------------------------------------------- */

static enum kbm_code load(const char *name, const char *text, struct kbm_script_info *info,
			  struct kbm_error *error)
{
	struct kbm_engine_limits limits = {.memory_bytes = 32 * KBM_MIB};
	struct kbm_engine *engine = NULL;
	enum kbm_code code = kbm_engine_make(&limits, &engine, error);
	if (code == KBM_OK)
		code = kbm_engine_load(engine, name, text, strlen(text), info, error);
	kbm_engine_free(engine);
	return code;
}

/* The fields of a right header that a test does not replace. */
static enum kbm_code load_field(const char *field, struct kbm_script_info *info,
				struct kbm_error *error)
{
	static const char *const usual[] = {"api = 1",		 "id = 'Q1'",
					    "version = '1.0.0'", "title = 't'",
					    "severity = 'low'",	 "check = function() end"};
	char text[8192] = "return {\n";
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		size_t name = strcspn(usual[i], " ");
		if (strncmp(usual[i], field, name + 1) != 0)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s,\n",
				 usual[i]);
	}
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s }", field);
	return load("Q1.lua", text, info, error);
}

Test(loader, names_the_field_that_is_wrong)
{
	static const struct {
		const char *field;
		const char *message; /* behind "Q1.lua: " */
	} rows[] = {
	    {"api = nil", "api: missing: expected an integer"},
	    {"api = 1.5", "api: expected an integer, got a number"},
	    {"api = 2", "api: 2 is not known here"},
	    {"id = 5", "id: expected a string, got an integer"},
	    {"id = 'Q'", "id: 'Q': expected an article's"},
	    {"id = '1a'", "id: '1a'"},
	    {"id = 'a b'", "id: 'a b'"},
	    {"version = '1.0'", "version: '1.0': expected three numbers"},
	    {"version = '1.0.0x'", "version: '1.0.0x'"},
	    {"version = '1..0'", "version: '1..0'"},
	    {"title = ''", "title: is empty"},
	    {"title = 'a\\nb'", "title: holds a control character"},
	    {"title = 'a\\0b'", "title: not UTF-8 text"},
	    {"title = '\\xFF'", "title: not UTF-8 text"},
	    {"title = ('x'):rep(1025)", "title: 1025 bytes, at most 1024"},
	    {"severity = 'hgih'",
	     "severity: expected info, low, medium, high or critical, got 'hgih'; did you mean "
	     "'high'?"},
	    {"severity = true", "severity: expected a string, got a boolean"},
	    {"sevrity = 'x'", "header: unknown field 'sevrity'; did you mean 'severity'?"},
	    {"[1] = 'x'", "header: only named fields, not [1]"},
	    {"categories = 'x'", "categories: expected a list, got a string"},
	    {"categories = { 'a', a = 1 }", "categories: expected a list: { ..., ... }"},
	    {"categories = { 'a b' }", "categories[1]: 'a b' is no single word"},
	    {"products = { { versions = '1' } }", "products[1].name: missing: expected a string"},
	    {"products = { { name = 'x', vesions = '1' } }",
	     "products[1]: unknown field 'vesions'; did you mean 'versions'?"},
	    {"symptoms = { { event = 1 }, { event = '4086' } }",
	     "symptoms[2].event: expected an integer, got a string"},
	    {"symptoms = { { source = 'x' } }",
	     "symptoms[1]: expected an event, an error or a text"},
	    {"symptoms = { { event = -1 } }", "symptoms[1].event: -1 is no event id"},
	    {"symptoms = { 1 }", "symptoms[1]: expected a table, got an integer"},
	    {"references = { {} }", "references[1]: expected either kb or url"},
	    {"references = { { kb = 'Q1', url = 'https://x' } }", "references[1]: expected either"},
	    {"references = { { kb = '298565' } }", "references[1].kb: '298565' is no article"},
	    {"references = { { url = 'ftp://x' } }", "references[1].url: 'ftp://x' is no https://"},
	    {"aliases = { 'Q2' }", "aliases[1]: expected a table, got a string"},
	    {"aliases = { kb = 'Q2', title = 't' }", "aliases: expected a list: { ..., ... }"},
	    {"aliases = { { title = 't' } }", "aliases[1].kb: missing: expected a string"},
	    {"aliases = { { kb = 'hello', title = 't' } }",
	     "aliases[1].kb: 'hello' is no article: \"Q298565\""},
	    {"aliases = { { kb = 'q2', title = 't' } }", "aliases[1].kb: 'q2' is no article"},
	    {"aliases = { { kb = 'Q1', title = 't' } }",
	     "aliases[1].kb: 'Q1' is the script's own id"},
	    {"aliases = { { kb = 'Q2', title = 't' }, { kb = 'Q2', title = 'u' } }",
	     "aliases[2].kb: 'Q2' is listed twice"},
	    {"aliases = { { kb = 'Q' .. ('2'):rep(64), title = 't' } }", "aliases[1].kb: 'Q2222"},
	    {"aliases = { { kb = 'Q2' } }", "aliases[1].title: missing: expected a string"},
	    {"aliases = { { kb = 'Q2', title = 't', symptom = {} } }",
	     "aliases[1]: unknown field 'symptom'; did you mean 'symptoms'?"},
	    {"aliases = { { kb = 'Q2', title = 't', symptoms = { { event = '1' } } } }",
	     "aliases[1].symptoms[1].event: expected an integer, got a string"},
	    {"aliases = { { kb = 'Q2', title = 't', products = { {} } } }",
	     "aliases[1].products[1].name: missing: expected a string"},
	    {"needs = { registry = { 'System' } }",
	     "needs.registry[1]: no such hive 'System'; did you mean 'SYSTEM'?"},
	    {"on_request = 1", "on_request: expected a boolean, got an integer"},
	    {"needs = { directory = 1 }", "needs.directory: expected a boolean, got an integer"},
	    {"needs = { registy = {} }",
	     "needs: unknown field 'registy'; did you mean 'registry'?"},
	    {"params = { x = {} }", "params.x.type: missing: expected a string"},
	    {"params = { x = { type = 'int', help = 'h' } }",
	     "params.x.type: expected string, integer, boolean or choice, got 'int'"},
	    {"params = { x = { type = 'integer' } }", "params.x.help: missing"},
	    {"params = { x = { type = 'integer', help = 'h', default = 'y' } }",
	     "params.x.default: expected an integer, got a string"},
	    {"params = { x = { type = 'choice', help = 'h' } }",
	     "params.x.choices: missing: expected a list"},
	    {"params = { x = { type = 'choice', help = 'h', choices = {} } }",
	     "params.x.choices: is empty"},
	    {"params = { x = { type = 'choice', help = 'h', choices = { 'a' }, default = 'b' } }",
	     "params.x.default: 'b' is none of the choices"},
	    {"params = { x = { type = 'string', help = 'h', choices = { 'a' } } }",
	     "params.x.choices: only for type"},
	    {"params = { ['x y'] = { type = 'string', help = 'h' } }",
	     "params: 'x y' is no name of a parameter"},
	    {"params = { { type = 'string', help = 'h' } }", "params: '1' is no name"},
	    {"check = 1", "check: expected a function, got an integer"},
	    {"check = nil", "check: missing: expected a function"},
	    {"fix = {}", "fix: expected a function, got a table"},
	    {"applies = true", "applies: expected a function, got a boolean"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_script_info info = {0};
		struct kbm_error error = {0};
		char expected[256];
		enum kbm_code code = load_field(rows[i].field, &info, &error);
		snprintf(expected, sizeof expected, "Q1.lua: %s", rows[i].message);
		bool right =
		    code == KBM_INVALID && strncmp(error.message, expected, strlen(expected)) == 0;
		cr_expect(right, "%s\n-> %s\nnot %s", rows[i].field, error.message, expected);
		kbm_script_info_clear(&info);
	}
}

Test(loader, reads_a_whole_header)
{
	static const char text[] =
	    "\xEF\xBB\xBF#!kbmend\nreturn {\n"
	    "api = 1, id = 'site.mail-1', version = '10.20.30', title = 'T \xC3\xA4',\n"
	    "severity = 'critical', description = [[\na\nb\n]], categories = { 'x', 'y-z' },\n"
	    "products = { { name = 'P', versions = '1 - 2' }, { name = 'Q' } },\n"
	    "symptoms = { { event = 4086, source = 'S', text = 'w' }, { error = 2140 },\n"
	    "{ error = '0xC0000034' } },\n"
	    "references = { { kb = 'Q298565' }, { kb = 'KB1' }, { url = 'https://x/y' } },\n"
	    "aliases = { { kb = 'Q314148', title = 'A' }, { kb = 'KB2', title = 'B',\n"
	    "products = { { name = 'R' } }, symptoms = { { error = -1206 } } } },\n"
	    "needs = { registry = { 'SYSTEM', 'HKU' }, directory = true },\n"
	    "on_request = true, params = { s = { type = 'string', help = 'h' },\n"
	    "b = { type = 'boolean', help = 'h', default = false },\n"
	    "i = { type = 'integer', help = 'h', default = -5 },\n"
	    "c = { type = 'choice', help = 'h', choices = { 'p', 'q' }, default = 'q' } },\n"
	    "x_own = { anything = 1 }, applies = function() error('never called') end,\n"
	    "check = function() error('never called') end, fix = function() end }";
	struct kbm_script_info info = {0};
	struct kbm_error error = {0};
	cr_assert(eq(int, (int)load("x.lua", text, &info, &error), KBM_OK), "%s", error.message);
	cr_expect(eq(str, info.id, "site.mail-1"));
	cr_expect(eq(str, info.version, "10.20.30"));
	cr_expect(eq(str, info.description, "a\nb\n"));
	cr_expect(eq(int, (int)info.severity, KBM_SEVERITY_CRITICAL));
	cr_expect(eq(sz, info.categories.count, 2));
	cr_expect(eq(sz, info.product_count, 2));
	cr_expect(eq(str, info.products[1].versions, ""));
	cr_expect(eq(sz, info.symptom_count, 3));
	cr_expect(eq(i64, info.symptoms[0].event, 4086));
	cr_expect(eq(i64, info.symptoms[1].event, -1));
	cr_expect(eq(str, info.symptoms[1].error, "2140"));
	cr_expect(eq(str, info.symptoms[2].error, "0xC0000034"));
	cr_expect(eq(str, info.references.items[2], "https://x/y"));
	cr_assert(eq(sz, info.alias_count, 2));
	cr_expect(eq(str, info.aliases[0].kb, "Q314148"));
	cr_expect(eq(sz, info.aliases[0].symptom_count, 0));
	cr_expect(eq(str, info.aliases[1].title, "B"));
	cr_expect(eq(str, info.aliases[1].products[0].name, "R"));
	cr_expect(eq(str, info.aliases[1].symptoms[0].error, "-1206"));
	cr_expect(eq(ptr, (void *)kbm_script_info_alias(&info, "q314148"), &info.aliases[0]));
	cr_expect(eq(ptr, (void *)kbm_script_info_alias(&info, "Q31414"), NULL));
	cr_expect(eq(sz, info.hives.count, 2));
	cr_expect(info.needs_directory);
	cr_expect(info.on_request);
	cr_expect(info.has_applies);
	cr_expect(info.has_fix);
	cr_assert(eq(sz, info.param_count, 4));
	cr_expect(eq(str, info.params[0].name, "b"));
	cr_expect(eq(str, info.params[0].fallback, "false"));
	cr_expect(eq(str, info.params[1].fallback, "q"));
	cr_expect(eq(str, info.params[2].fallback, "-5"));
	cr_expect(eq(ptr, info.params[3].fallback, NULL));
	kbm_script_info_clear(&info);
}

Test(loader, refuses_files_that_return_no_header)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
	    {"", "Q1.lua: a script returns one table, its header; this one returns nil"},
	    {"return 1", "returns number"},
	    {"return {}", "Q1.lua: api: missing"},
	    {"return {", "Q1.lua:1: unexpected symbol near <eof>"},
	    {"#!x\nerror('stop')", "Q1.lua:2: stop"},
	    {"local x = nil\nx.y = 1", "Q1.lua:2: attempt to index a nil value"},
	    {"error({})", "Q1.lua:1: error object is a table value"},
	    {"os.exit()", "Q1.lua:1: attempt to index a nil value (global 'os')"},
	    {"goto nowhere", "Q1.lua:1: no visible label"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_script_info info = {0};
		struct kbm_error error = {0};
		enum kbm_code code = load("Q1.lua", rows[i].text, &info, &error);
		bool right = code == KBM_INVALID && has(error.message, rows[i].message);
		cr_expect(right, "%s\n-> %s", rows[i].text, error.message);
		cr_expect(eq(ptr, info.id, NULL));
	}
}

Test(loader, shows_odd_file_names_harmlessly)
{
	struct kbm_script_info info = {0};
	struct kbm_error error = {0};
	load("\x1B[31m%s%n.lua", "x", &info, &error);
	bool clean = has(error.message, "\\x1B[31m%s%n.lua:1:");
	cr_expect(clean, "%s", error.message);
	char name[300];
	memset(name, 'n', sizeof name - 1);
	memcpy(name + 290, "end.lua", 8);
	load(name, "error('x')", &info, &error);
	clean = has(error.message, "...nnn") && has(error.message, "nend.lua:1: x");
	cr_expect(clean, "%s", error.message);
}

Test(loader, tells_the_hive_of_a_path)
{
	static const struct {
		const char *path;
		const char *hive;
	} rows[] = {
	    {"HKLM\\SYSTEM\\x", "SYSTEM"},
	    {"hklm\\system", "SYSTEM"},
	    {"HKEY_LOCAL_MACHINE\\Sam\\", "SAM"},
	    {"HKU\\S-1-5", "HKU"},
	    {"HKEY_USERS", "HKU"},
	    {"HKLM", ""},
	    {"HKLM\\", ""},
	    {"HKLM\\HKU", ""},
	    {"HKLM\\SYSTEMS", ""},
	    {"HKLM/SYSTEM", ""},
	    {"", ""},
	    {"SYSTEM\\x", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *hive = kbm_header_hive(rows[i].path);
		bool right = strcmp(hive == NULL ? "" : hive, rows[i].hive) == 0;
		cr_expect(right, "%s: %s", rows[i].path, hive == NULL ? "(none)" : hive);
	}
}

/* --- what is delivered ------------------------------------------------------------------------ */

static char *read_source(const char *path, size_t *length)
{
	static char text[KBM_SCRIPT_MAX_BYTES];
	char whole[512];
	snprintf(whole, sizeof whole, KBM_SOURCE_DIR "/%s", path);
	FILE *file = fopen(whole, "rb");
	cr_assert(ne(ptr, file, NULL), "%s", whole);
	*length = fread(text, 1, sizeof text, file);
	fclose(file);
	return text;
}

Test(loader, accepts_the_stock_scripts)
{
	static const char *const modules[][2] = {
	    {"kb.directory_names", "stdlib/kb/directory_names.lua"},
	    {"kb.exchange", "stdlib/kb/exchange.lua"},
	    {"kb.held_text", "stdlib/kb/held_text.lua"},
	    {"kb.server_dns", "stdlib/kb/server_dns.lua"},
	    {"kb.services", "stdlib/kb/services.lua"}};
	struct kbm_engine_limits limits = {.memory_bytes = 32 * KBM_MIB};
	struct kbm_engine *engine = NULL;
	struct kbm_script_info info = {0};
	struct kbm_error error = {0};
	size_t length;
	cr_assert(eq(int, (int)kbm_engine_make(&limits, &engine, &error), KBM_OK));
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
		const char *text = read_source(modules[i][1], &length);
		enum kbm_code code =
		    kbm_engine_add_module(engine, modules[i][0], text, length, &error);
		cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	}
	const char *text = read_source("scripts/exchange/Q298565.lua", &length);
	enum kbm_code code = kbm_engine_load(engine, "Q298565.lua", text, length, &info, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(str, info.id, "Q298565"));
	cr_expect(info.has_fix);
	bool on_request = info.on_request;
	cr_expect(eq(int, on_request, false));
	kbm_script_info_clear(&info);
	kbm_engine_free(engine);
}
