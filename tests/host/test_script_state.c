/* script/state, script/profile: the names that exist, and the limits that end a run. */
#include "fake_target.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#ifdef KBM_SANITIZE
enum { ATTACK_CPU_MS = 1000 };
#else
enum { ATTACK_CPU_MS = 200 };
#endif

#define HOSTILE KBM_SOURCE_DIR "/../shared/data/hostile/"

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* The body passes all its assertions inside the sandbox. */
static void expect_true(const char *body)
{
	char whole[16384];
	snprintf(whole, sizeof whole, "%s\ntarget:pass(\"fine\")", body);
	struct fake_outcome *o = fake_check(whole, NULL);
	bool passed = !o->ended && o->status == 0 && o->verdict == KBM_VERDICT_PASS;
	cr_expect(passed, "%s\n-> %s%s (status %d)", body, o->error, o->reason, o->status);
}

static void expect_limit(const char *body, const char *part, const struct fake_options *options)
{
	struct fake_outcome *o = fake_check(body, options);
	bool ended = o->ended && o->status == 0 && o->verdict == KBM_VERDICT_ERROR &&
		     has(o->reason, part) && strncmp(o->place, "Q1.lua:", 7) == 0;
	cr_expect(ended, "%s\n-> ended %d at %s: %s%s (status %d)", body, o->ended, o->place,
		  o->error, o->reason, o->status);
}

/* --- names ----------------------------------------------------------------------------------- */

Test(script_state, has_the_listed_names_and_no_others)
{
	expect_true("local function names(t) local l = {} for k in pairs(t) do l[#l + 1] = k end\n"
		    "return table.concat(l, ' ') end\n"
		    "assert(names(_ENV) == 'assert error ipairs math next pairs pcall print "
		    "rawequal rawlen '\n"
		    ".. 'require select string table tonumber tostring type utf8', names(_ENV))\n"
		    "assert(names(string) == 'byte char find format gmatch gsub len lower match "
		    "rep reverse '\n"
		    ".. 'sub upper')\n"
		    "assert(names(table) == 'concat insert pack remove sort unpack')\n"
		    "assert(names(utf8) == 'char charpattern codepoint codes len offset')\n"
		    "assert(not math.random and not math.randomseed and math.floor(1.5) == 1)");
}

Test(script_state, keeps_shared_tables_whole)
{
	expect_true("assert(not pcall(function() string.len = 1 end))\n"
		    "assert(not pcall(function() math.new = 1 end))\n"
		    "assert(not pcall(table.insert, string, 1))\n"
		    "assert(not pcall(function() require('dn').parse = 1 end))\n"
		    "assert(('x'):rep(3) == 'xxx' and not ('x').dump and not ('x').pack)\n"
		    "new_global = 1 assert(new_global == 1)");
}

Test(script_state, requires_our_modules_only)
{
	expect_true("assert(require 'dn' == require 'dn')\n"
		    "local ok, m = pcall(require, 'os')\n"
		    "assert(not ok and m:find(\"no module 'os'\", 1, true))\n"
		    "ok, m = pcall(require, 'dm') assert(m:find(\"did you mean 'dn'?\", 1, true))\n"
		    "assert(not pcall(require, '../../etc/passwd') and not pcall(require, nil))");
}

Test(script_state, gives_setmetatable_to_modules_while_they_load)
{
	static const char module[] =
	    "local t = setmetatable({}, { __index = { x = 5 } })\n"
	    "return { get = function() return t.x, setmetatable end, n = {} }";
	struct fake_options options = {.module = module};
	struct fake_outcome *o = fake_check("local m = require 'kb.test'\n"
					    "local x, s = m.get()\n"
					    "assert(x == 5 and s == nil and setmetatable == nil)\n"
					    "assert(not pcall(function() m.get = 1 end))\n"
					    "target:pass('x')",
					    &options);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS), "%s%s", o->error, o->reason);
	options.module = "return setmetatable";
	o = fake_check("target:pass('x')", &options);
	cr_expect(eq(int, (int)o->load, KBM_INVALID));
	cr_expect(eq(str, o->error, "module kb.test: a module returns a table, not function"));
	options.module = "return {\n";
	o = fake_check("target:pass('x')", &options);
	bool located = has(o->error, "kb/test.lua:2:");
	cr_expect(located, "%s", o->error);
}

Test(script_state, keeps_modules_whole_at_every_depth)
{
	static const char module[] =
	    "local own = setmetatable({ 1 }, { __index = { far = { 9 } } })\n"
	    "local m = { list = { { n = 1 }, { n = 2 }, 'c' }, own = own,\n"
	    "needs = { registry = { 'SYSTEM' } }, options = { base = '', filter = '(cn=%s)',\n"
	    "args = { 'two' } }, sum = function(list) local s = 0\n"
	    "for _, e in ipairs(list) do s = s + (e.n or 0) end return s + #list end }\n"
	    "m.self = m m.grow = function() m.list[4] = { n = 4 } end\n"
	    "return m";
	static const char script[] =
	    "local m = require 'kb.test'\n"
	    "return { api = 1, id = 'Q1', version = '1.0.0', title = 't', severity = 'low',\n"
	    "needs = { registry = m.needs.registry, directory = true },\n"
	    "x_needs = m.needs, check = function(target)\n"
	    "local function refused(f, ...) local ok, e = pcall(f, ...)\n"
	    "assert(not ok and e:find('read-only', 1, true), e) end\n"
	    "refused(function() m.list[1].n = 5 end)\n"
	    "refused(function() m.list[9] = 5 end)\n"
	    "refused(function() m.self.self.new = 5 end)\n"
	    "refused(function() m.own.far[1] = 5 end)\n"
	    "refused(table.insert, m.list, 1) refused(table.remove, m.list)\n"
	    "refused(table.sort, m.list, function() return true end)\n"
	    "for i, v in ipairs(m.list) do if i < 3 then refused(function() v.n = 0 end) end end\n"
	    "for k, v in pairs(m.list) do if k < 3 then refused(function() v.n = 0 end) end end\n"
	    "for k, v in next, m.list do if k < 3 then refused(function() v.n = 0 end) end end\n"
	    "refused(function() table.unpack(m.list).n = 0 end)\n"
	    "refused(function() select(2, next(m.list)).n = 0 end)\n"
	    "assert(m.list == m.list and m.self == m and m.list[1] ~= m.list[2])\n"
	    "assert(#m.list == 3 and m.list[3] == 'c' and m.list[4] == nil and m.own[1] == 1)\n"
	    "assert(m.own.far[1] == 9 and m.none == nil and m.sum == m.sum)\n"
	    "assert(table.concat(m.options.args) == 'two' and select('#', table.unpack(m.list)) == "
	    "3)\n"
	    "local l = {} for k, v in pairs(m.list) do l[#l + 1] = type(v) end\n"
	    "assert(table.concat(l, ' ') == 'table table string' and next(m.list, 3) == nil)\n"
	    "assert(m.sum(m.list) == 6) m.grow() assert(#m.list == 4 and m.sum(m.list) == 11)\n"
	    "assert(#target.directory:search(m.options) == 2)\n"
	    "target:pass('x') end }";
	struct fake_options options = {.module = module};
	struct fake_outcome *o = fake_run_text(script, strlen(script), &options);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS), "%s%s", o->error, o->reason);
	bool asked = has(o->asked, "|(cn=two)|");
	cr_expect(asked, "%s", o->asked);
}

Test(script_state, goes_through_tables_in_sorted_order)
{
	expect_true(
	    "local t = { d = 1, b = 1, a = 1, [3] = 1, [1] = 1, [-1.5] = 1, [true] = 1, [false] = "
	    "1 }\n"
	    "local l = {} for k in pairs(t) do l[#l + 1] = tostring(k) end\n"
	    "assert(table.concat(l, ' ') == '-1.5 1 3 a b d false true', table.concat(l, ' '))\n"
	    "l = {} for k, v in next, t do l[#l + 1] = tostring(k) end\n"
	    "assert(table.concat(l, ' ') == '-1.5 1 3 a b d false true')\n"
	    "for k in pairs(t) do t[k] = nil end assert(next(t) == nil)\n"
	    "t = { a = 1, b = 2, c = 3 } l = {}\n"
	    "for k in pairs(t) do t.b = nil t.z = 1 l[#l + 1] = k end\n"
	    "assert(table.concat(l) == 'ac')\n"
	    "for _ in pairs{} do error() end\n"
	    "assert(not pcall(next, {}, 'x') and not pcall(pairs) and not pcall(pairs, nil))\n"
	    "assert(not pcall(pairs, { [{}] = 1 }))\n"
	    "assert(next(string) == 'byte' and next(params) == 'n')\n"
	    "t = {} for i = 1, 5000 do t['k' .. i] = i end\n"
	    "local n, last = 0, '' for k, v in pairs(t) do n = n + v assert(last < k) last = k "
	    "end\n"
	    "assert(n == 12502500)\n"
	    "for n = 0, 40 do for step = 1, 41, 4 do t = {}\n"
	    "for i = 1, n do t[-(i * step % 41) - 0.5] = i t['k' .. i * step % 41] = i end\n"
	    "local seen, last = 0, nil for k in pairs(t) do seen = seen + 1\n"
	    "if last then assert(type(k) ~= type(last) and type(k) == 'string' or last < k) end\n"
	    "last = k end assert(seen == 2 * math.min(n, step < 41 and 40 or 1)) end end");
}

Test(script_state, shows_no_address)
{
	expect_true(
	    "local dn = require 'dn'\n"
	    "for _, v in ipairs{ {}, print, target, target.registry, dn, string } do\n"
	    "assert(not tostring(v):find('0x') and not ('%s %10s'):format(v, v):find('0x')) end\n"
	    "assert(tostring({}) == 'table' and tostring(print) == 'function')\n"
	    "assert(('%5.1s|%d|%%|%q'):format('xy', 3, 'a') == '    x|3|%|\"a\"')\n"
	    "assert(('%s'):format(nil) == 'nil' and ('%s'):format(1.5) == '1.5')\n"
	    "for _, f in ipairs{ '%p', '%-5p', '%', '%y', '%s%s', '%d', '%q' } do\n"
	    "local ok, m = pcall(string.format, f, {}) assert(not ok and not m:find('0x'), f) "
	    "end\n"
	    "local ok, m = pcall(function() return {} .. print end)\n"
	    "assert(not ok and not m:find('0x'))");
}

Test(script_state, names_functions_that_pcall_calls)
{
	expect_true("local function says(part, f, ...) local ok, m = pcall(f, ...)\n"
		    "assert(not ok and m:find(part, 1, true), m) end\n"
		    "says(\"to 'string.rep'\", string.rep)\n"
		    "says(\"to 'ipairs'\", ipairs)\n"
		    "says(\"to 'string.format'\", string.format, '%d', 'x')\n"
		    "says(\"to 'Registry.get'\", target.registry.get, target.registry, {})");
	struct fake_outcome *o = fake_check("pcall(target.pass, target, {})", NULL);
	bool named = has(o->reason, "to 'Target.pass'");
	cr_expect(named, "%s", o->reason);
}

/* --- output ---------------------------------------------------------------------------------- */

Test(script_state, prints_without_control_effects)
{
	struct fake_outcome *o =
	    fake_check("print('a\\tb', nil, {}, 1.5) print('\\27[31m\\xff\\n\\0x')\n"
		       "print() target:pass('x')",
		       NULL);
	cr_expect(eq(str, o->output, "a\\tb nil table 1.5\n\\x1B[31m\\xFF\n\\x00x\n\n"));
}

Test(script_state, limits_output)
{
	expect_limit("while true do pcall(print, ('x'):rep(5000)) end",
		     "printed more than 256 KiB (in pcall)", NULL);
	expect_limit("while true do print() end", "printed more than 256 KiB (in print)", NULL);
}

/* --- memory ---------------------------------------------------------------------------------- */

Test(script_state, limits_memory)
{
	static const struct {
		const char *body;
		const char *part;
	} rows[] = {
	    {"local s = 'x' while true do pcall(function() s = s .. s end) end",
	     "more than 32 MiB of memory"},
	    {"local t = {} for i = 1, 1e9 do t[i] = i end", "more than 32 MiB of memory"},
	    {"local function grow() return ('x'):rep(1 << 20) .. grow() end grow()",
	     "more than 32 MiB of memory (in rep)"},
	    {"return ('x'):rep(1 << 30)", "more than 32 MiB of memory"},
	    {"local s = ('x'):rep(1e6):gsub('x', ('y'):rep(1000))",
	     "script needs more than 32 MiB of memory (in gsub)"},
	    {"local t = {} t['\\27[31m'] = string.rep t['\\27[31m']('x', 1 << 30)",
	     "more than 32 MiB of memory"},
	    {"local t = {} for i = 1, 1e9 do t['k' .. i] = {} end", "more than 32 MiB of memory"},
	    {"local s = ('x'):rep(1e6) local t = {} for i = 1, 1000 do t[i] = s end\n"
	     "return #table.concat(t)",
	     "more than 32 MiB of memory"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_limit(rows[i].body, rows[i].part, NULL);
	expect_true("for i = 1, 200 do local s = ('x'):rep(1e6) end");
}

Test(script_state, lets_an_unentered_state_fail_in_order)
{
	struct kbm_engine_limits limits = {.memory_bytes = 10000};
	struct kbm_engine *engine = NULL;
	struct kbm_error error;
	cr_expect(eq(int, (int)kbm_engine_make(&limits, &engine, &error), KBM_MEMORY));
	limits.memory_bytes = 100;
	cr_expect(eq(int, (int)kbm_engine_make(&limits, &engine, &error), KBM_MEMORY));
	limits.memory_bytes = KBM_MIB;
	cr_assert(eq(int, (int)kbm_engine_make(&limits, &engine, &error), KBM_OK));
	static const char greedy[] = "local t = {} for i = 1, 1e7 do t[i] = i end return t";
	enum kbm_code code =
	    kbm_engine_add_module(engine, "kb.x", greedy, sizeof greedy - 1, &error);
	cr_expect(eq(int, (int)code, KBM_INVALID));
	bool said = has(error.message, "not enough memory");
	cr_expect(said, "%s", error.message);
	kbm_engine_free(engine);
}

/* --- CPU time -------------------------------------------------------------------------------- */

Test(script_state, limits_cpu_time, .timeout = 60)
{
	static const struct {
		const char *body;
		const char *part;
	} rows[] = {
	    {"while true do end", "exceeded 100 ms of CPU time"},
	    {"while true do pcall(function() while true do end end) end", "exceeded 100 ms"},
	    {"return ('a'):rep(30):find(('.-'):rep(30) .. 'b')", "CPU time (in find)"},
	    {"return (''):rep(math.maxinteger)", "CPU time (in rep)"},
	    {"table.sort({ 3, 2, 1 }, function() while true do end end)", "exceeded 100 ms"},
	    {"('x'):gsub('x', function() while true do end end)", "exceeded 100 ms"},
	    {"while true do ('x'):rep(5e6):gsub('x', string.upper) end", "CPU time (in gsub)"},
	    {"local t = {} for i = 1, 1e5 do t[i] = -i end\n"
	     "while true do for _ in pairs(t) do end end",
	     "exceeded 100 ms"},
	    {"local dn = require 'dn' local s = 'o=' .. ('x'):rep(6e4)\n"
	     "while true do dn.compare(s, s) end",
	     "exceeded 100 ms"},
	};
	struct fake_options options = {.cpu_ms = 100};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct timespec start;
		struct timespec end;
		clock_gettime(CLOCK_MONOTONIC, &start);
		expect_limit(rows[i].body, rows[i].part, &options);
		clock_gettime(CLOCK_MONOTONIC, &end);
		cr_expect(lt(long, end.tv_sec - start.tv_sec, 10), "%s", rows[i].body);
	}
	struct fake_outcome *o = fake_check("target:pass('quick')", &options);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS));
}

Test(script_state, limits_the_top_level_too, .timeout = 60)
{
	struct fake_options options = {.cpu_ms = 100};
	static const char script[] = "local x = 1\nwhile true do x = x + 1 end\nreturn {}";
	struct fake_outcome *o = fake_run_text(script, sizeof script - 1, &options);
	cr_expect(o->ended);
	cr_expect(eq(str, o->place, "Q1.lua:2"));
	cr_expect(eq(str, o->reason, "script exceeded 100 ms of CPU time"));
}

Test(script_state, survives_deep_stacks)
{
	struct fake_outcome *o = fake_check("local function f() return 1 + f() end f()", NULL);
	bool overflow = o->status == 0 && (o->ended || has(o->reason, "stack overflow"));
	cr_expect(overflow, "%s", o->reason);
	o = fake_check("local function f() pcall(f) end f() target:pass('x')", NULL);
	cr_expect(eq(int, o->status, 0));
	o = fake_check("error(('x'):rep(1e7))", NULL);
	cr_expect(le(sz, strlen(o->reason), 2000));
	for (int i = 0; i < 4; i++) {
		char body[128];
		snprintf(body, sizeof body,
			 "error(('x'):rep(%d) .. ('\xC3\xA9\xF0\x9F\x98\x80'):rep(999), 0)", i);
		o = fake_check(body, NULL);
		bool cut = has(o->reason, "\xF0\x9F\x98\x80") && !has(o->reason, "\\x");
		cr_expect(cut, "%s", o->reason);
	}
	o = fake_check("error(('x'):rep(1e7))", NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_ERROR));
}

static long children_cpu_ms(void)
{
	struct rusage used;
	getrusage(RUSAGE_CHILDREN, &used);
	return 1000 * (used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* Sorting these keys takes longer than the worker waits beyond the limit. */
Test(script_state, ends_while_keys_are_sorted)
{
	static const char body[] =
	    "local t, x = {}, 12345 for i = 1, 400000 do\n"
	    "x = (x * 1103515245 + 12345) % 2147483648 t[-x - 0.5] = true end\n"
	    "while true do pcall(pairs, t) end";
	for (unsigned cpu_ms = 500; cpu_ms < 1000; cpu_ms += 100) {
		struct fake_options options = {.cpu_ms = cpu_ms, .memory_bytes = 128 * KBM_MIB};
		long before = children_cpu_ms();
		struct fake_outcome *o = fake_check(body, &options);
		long over = children_cpu_ms() - before - (long)cpu_ms;
		bool said = o->ended && has(o->reason, "of CPU time") && has(o->place, "Q1.lua:");
		cr_expect(said, "%u ms: %s (%s)", cpu_ms, o->reason, o->place);
#ifndef KBM_SANITIZE
		cr_expect(lt(long, over, KBM_CHILD_CPU_GRACE_MS + KBM_CHILD_CPU_WATCH_MS));
#else
		(void)over;
#endif
	}
}

/* --- attack scripts, where they are at hand --------------------------------------------------- */

/* How a script that is no script of ours ended: its text runs as the top level. */
static const char *ending(const struct fake_outcome *o)
{
	if (o->status != 0)
		return "crash";
	if (o->ended)
		return has(o->reason, "CPU") ? "cpu" : has(o->reason, "memory") ? "mem" : "out";
	if (has(o->error, "a script returns one table"))
		return "ok";
	if (has(o->error, "save it as UTF-8") || has(o->error, "NUL") ||
	    has(o->error, "compiled") || has(o->error, "a program") ||
	    has(o->error, "bidirectional"))
		return "refused";
	return "error";
}

static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	static char text[2 * KBM_MIB];
	*length = fread(text, 1, sizeof text, file);
	fclose(file);
	return text;
}

static void check_attack(const char *name, const char *expected)
{
	struct fake_options options = {.cpu_ms = ATTACK_CPU_MS, .memory_bytes = 64 * KBM_MIB};
	char path[1024];
	size_t length = 0;
	snprintf(path, sizeof path, HOSTILE "%s", name);
	const char *text = read_file(path, &length);
	if (text == NULL)
		return;
	struct fake_outcome *o = fake_run_text(text, length, &options);
	const char *got = ending(o);
	/* Calls of a prototype's functions and syntax errors are errors here. */
	bool prototype = strcmp(expected, "rpc") == 0 || strcmp(expected, "plan") == 0 ||
			 strcmp(expected, "syntax") == 0 || has(text, "registry.") ||
			 has(text, "plan.") || has(text, "directory.");
	bool right = has(expected, got) || (prototype && strcmp(got, "error") == 0);
	cr_expect(right, "%s: %s, not %s: %s%s", name, got, expected, o->error, o->reason);
	bool escaped = has(o->output, "ESCAPED");
	cr_expect(not(escaped), "%s: %s", name, o->output);
	munmap(o, sizeof *o);
}

Test(script_state, withstands_the_attack_scripts, .timeout = 110)
{
	FILE *manifest = fopen(HOSTILE "MANIFEST.tsv", "r");
	if (manifest == NULL)
		cr_skip_test("no attack scripts beside the source");
	char line[1024];
	size_t count = 0;
	while (fgets(line, sizeof line, manifest) != NULL) {
		char *name = strtok(line, "\t");
		char *expected = strtok(NULL, "\t");
		if (name == NULL || expected == NULL || !(bool)has(name, ".lua"))
			continue;
		check_attack(name, expected);
		count++;
	}
	fclose(manifest);
	cr_expect(ge(sz, count, 100));
}
