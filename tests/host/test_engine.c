/* script/engine: what scripts can ask, say and plan; what ends a run. */
#include "fake_target.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMC "HKLM\\\\SYSTEM\\\\CurrentControlSet\\\\Services\\\\IMC"

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* The check's body runs through, asserting in Lua, and passes. */
static void expect_pass(const char *body)
{
	char whole[16384];
	snprintf(whole, sizeof whole, "%s\ntarget:pass(\"fine\")", body);
	struct fake_outcome *o = fake_check(whole, NULL);
	bool passed = o->load == KBM_OK && o->run == KBM_OK && !o->ended && o->status == 0 &&
		      o->verdict == KBM_VERDICT_PASS;
	cr_expect(passed, "%s\n-> verdict %d: %s%s (status %d)", body, (int)o->verdict, o->error,
		  o->reason, o->status);
}

/* The check's body is a script's mistake: the message has this part. */
static void expect_error(const char *body, const char *part)
{
	struct fake_outcome *o = fake_check(body, NULL);
	bool failed = o->load == KBM_OK && !o->ended && o->verdict == KBM_VERDICT_ERROR &&
		      has(o->reason, part) && strncmp(o->place, "Q1.lua:", 7) == 0;
	cr_expect(failed, "%s\n-> verdict %d at %s: %s%s", body, (int)o->verdict, o->place,
		  o->error, o->reason);
}

/* The check's body ends the run with this verdict. */
static void expect_end(const char *body, enum kbm_verdict verdict, const char *part,
		       const struct fake_options *options)
{
	struct fake_outcome *o = fake_check(body, options);
	bool ended = o->ended && o->status == 0 && o->verdict == verdict && has(o->reason, part) &&
		     strncmp(o->place, "Q1.lua:", 7) == 0;
	cr_expect(ended, "%s\n-> ended %d, verdict %d at %s: %s%s", body, o->ended, (int)o->verdict,
		  o->place, o->error, o->reason);
}

static void expect_fix_error(const char *body, const char *part)
{
	struct fake_outcome *o = fake_fix(body, NULL);
	bool failed =
	    o->verdict == KBM_VERDICT_ERROR && !o->ended && has(o->reason, part) && o->changes == 0;
	cr_expect(failed, "%s\n-> verdict %d, %zu changes: %s", body, (int)o->verdict, o->changes,
		  o->reason);
}

/* --- registry -------------------------------------------------------------------------------- */

Test(engine, decodes_values_by_type)
{
	expect_pass(
	    "local r, p = target.registry, \"" IMC "\"\n"
	    "local v = r:get(p, 'text')\n"
	    "assert(v.name == 'Text' and v.type == 'REG_SZ' and v.type_number == 1)\n"
	    "assert(v.data == 'ab' and v.raw == 'a\\0b\\0\\0\\0' and v.well_formed)\n"
	    "v = r:get(p, 'Unended') assert(v.data == 'ab' and not v.well_formed)\n"
	    "v = r:get(p, 'Odd') assert(v.data == 'ab' and not v.well_formed)\n"
	    "v = r:get(p, 'Inner') assert(v.data == 'a\\0b' and not v.well_formed)\n"
	    "v = r:get(p, 'Broken') assert(v.data == '\\xED\\xA0\\x80x')\n"
	    "v = r:get(p, 'Many') assert(#v.data == 2 and v.data[1] == 'a' and v.data[2] == "
	    "'b' and v.well_formed)\n"
	    "v = r:get(p, 'Gap') assert(#v.data == 3 and v.data[2] == '' and not "
	    "v.well_formed)\n"
	    "v = r:get(p, 'Number') assert(v.data == 0xFF000102)\n"
	    "v = r:get(p, 'Big') assert(v.data == 0x0102)\n"
	    "v = r:get(p, 'Quad') assert(v.data == 0x100000001)\n"
	    "v = r:get(p, 'Short') assert(v.data == nil and not v.well_formed)\n"
	    "v = r:get(p, 'Bytes') assert(v.data == '\\0\\1\\xFF' and v.type == 'REG_BINARY')\n"
	    "v = r:get(p, 'Strange') assert(v.data == 'xy' and v.type_number == 200)");
}

Test(engine, gives_nil_for_what_is_absent_only)
{
	expect_pass("local r = target.registry\n"
		    "assert(r:get('" IMC "', 'No') == nil and r:key('" IMC "\\\\No') == nil)\n"
		    "assert(r:get('" IMC "\\\\No', 'Text') == nil)\n"
		    "local s, v = r:try_get('" IMC "', 'No') assert(s == 'absent' and v == nil)\n"
		    "s, v = r:try_get('" IMC "', 'Text') assert(s == 'found' and v.data == 'ab')\n"
		    "s, v = r:try_get('" IMC "\\\\Damaged', 'x')\n"
		    "assert(s == 'unknown' and v:find('cell 0x20'))\n"
		    "s, v = r:try_key('" IMC "\\\\Damaged') assert(s == 'unknown')");
	expect_end("pcall(target.registry.get, target.registry, '" IMC "\\\\Damaged', 'x')\n"
		   "target:pass('never')",
		   KBM_VERDICT_UNKNOWN, "cell 0x20 is damaged", NULL);
	expect_end("target.registry:key('" IMC "\\\\Damaged')", KBM_VERDICT_UNKNOWN, "damaged",
		   NULL);
}

Test(engine, walks_keys)
{
	expect_pass("local k = target.registry:key('" IMC "')\n"
		    "assert(k.name == 'IMC' and k.last_written == '2001-08-06T12:34:56Z')\n"
		    "assert(tostring(k) == k.path and #k:values() == 13)\n"
		    "assert(k:values()[1].name == 'Text' and k:get('Number').data > 0)\n"
		    "local s = k:subkeys()\n"
		    "assert(#s == 2 and s[2].name == 'Two' and s[2].path == k.path .. '\\\\Two')\n"
		    "assert(#s[1]:values() == 0 and #s[1]:subkeys() == 0)\n"
		    "assert(not pcall(function() return k.nmae end))");
}

Test(engine, touches_only_what_the_header_needs)
{
	expect_error(
	    "target.registry:get('HKLM\\\\SOFTWARE\\\\X', 'y')",
	    "the hive SOFTWARE is not in the header: needs = { registry = { \"SOFTWARE\" } }");
	expect_error("target.registry:get('HKCR\\\\X', 'y')", "paths begin with HKLM");
	expect_error("target.registry:get('HKCU\\\\X', 'y')", "needs = { registry = { \"HKU\" } }");
	expect_error("local u = target.users", "the hive HKU is not in the header");
	expect_error("target.registry:get('HKLM\\\\SYSTEMX', 'y')", "paths begin with HKLM");
	expect_error("target.registry:get('HKLM\\\\SYSTEM\\0X', 'y')", "holds a NUL");
	expect_pass("target.registry:get('HKEY_LOCAL_MACHINE\\\\System', 'y')");
	static const char script[] =
	    "return { api = 1, id = 'Q1', version = '1.0.0', title = 't', severity = 'low',\n"
	    "check = function(target) target.directory:read('o=x') end }";
	struct fake_outcome *o = fake_run_text(script, strlen(script), NULL);
	bool named = has(o->reason, "needs = { directory = true }");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_ERROR));
	cr_expect(named, "%s", o->reason);
}

Test(engine, is_unknown_without_a_source)
{
	struct fake_options no_registry = {.without_registry = true};
	struct fake_options no_directory = {.without_directory = true};
	expect_end("target.registry:get('" IMC "', 'Text')", KBM_VERDICT_UNKNOWN, "with -t",
		   &no_registry);
	expect_end("target.directory:read('o=x')", KBM_VERDICT_UNKNOWN, "LDIF export with -t",
		   &no_directory);
	struct fake_outcome *o = fake_check("target:pass('needs neither')", &no_directory);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS));
	o = fake_check("for _, try in ipairs{ 'try_read', 'try_search', 'try_one' } do\n"
		       "  local asked = try == 'try_read' and 'o=x' or { base = '' }\n"
		       "  local s, v = target.directory[try](target.directory, asked)\n"
		       "  assert(s == 'unknown' and v:find('the target has none', 1, true))\n"
		       "end target:pass('goes on without')",
		       &no_directory);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS), "%s", o->reason);
}

/* --- directory ------------------------------------------------------------------------------- */

Test(engine, searches_the_directory)
{
	expect_pass("local d = target.directory\n"
		    "local e = d:read('ou=SITE1,o=Contoso', { 'rdn' })\n"
		    "assert(e.dn == 'ou=SITE1,o=Contoso' and e.RDN[1] == 'SITE1' and #e.rdn == 2)\n"
		    "assert(e['rDn'][2] == '\\xFF\\0z' and e.cn == nil and #e:values('cn') == 0)\n"
		    "assert(e:attributes()[1] == 'Rdn' and tostring(e) == e.dn)\n"
		    "assert(d:read('o=Missing') == nil)\n"
		    "assert(d:search{ base = 'o=Missing' } == nil)\n"
		    "assert(#d:search{ base = '', filter = '(cn=none)' } == 0)\n"
		    "assert(#d:search{ base = '', filter = '(cn=two)', scope = 'one' } == 2)\n"
		    "assert(d:one{ base = '', filter = '(cn=none)' } == nil)\n"
		    "assert(d:one{ base = '' }.rdn[1] == 'SITE1')\n"
		    "local s, v = d:try_one{ base = '', filter = '(cn=two)' }\n"
		    "assert(s == 'several' and #v == 2 and v[2].rdn[1] == 'SITE2')\n"
		    "s, v = d:try_one{ base = '', filter = '(cn=none)' } assert(s == 'absent')\n"
		    "s, v = d:try_search{ base = 'o=Missing' } assert(s == 'absent')\n"
		    "s, v = d:try_search{ base = '', filter = '(cn=dead)' }\n"
		    "assert(s == 'unknown' and v == 'the server went away')\n"
		    "s, v = d:try_read('o=Missing') assert(s == 'absent')");
	expect_end("target.directory:read('o=Dead')", KBM_VERDICT_UNKNOWN, "went away", NULL);
	expect_end("target.directory:one{ base = '', filter = '(cn=two)' }", KBM_VERDICT_UNKNOWN,
		   "2 entries where one is expected", NULL);
}

Test(engine, finds_attributes_under_every_spelling)
{
	expect_pass(
	    "local e = target.directory:read('ou=SITE1,o=Contoso')\n"
	    "assert(e['Home-MDB'][1] == 'x' and e.HOMEMDB[1] == 'x')\n"
	    "assert(e['home-mdb'] == e.homeMDB and e['1.2.840.113556.1.2.244'][1] == 'x')\n"
	    "assert(#e:values('Home-MDB') == 1 and e['Home-MTA'] == nil)\n"
	    "assert(e.userCertificate[1] == 'x' and e['userCertificate;binary'][1] == 'x')\n"
	    "assert(e['homeMDB;binary'][1] == 'x' and e['homeMDB;lang-de'] == nil)\n"
	    "assert(e['sn;lang-de'][1] == 'x' and e['surname;lang-de'][1] == 'x')\n"
	    "assert(e.sn == nil and e['homeMDB\\0'] == nil and e[''] == nil)\n"
	    "assert(e['member;range=0-1499'][1] == 'x' and e.owner == nil)\n"
	    "local names = e:attributes() names[2] = nil names[1] = 5\n"
	    "assert(e['Home-MDB'][1] == 'x' and e:attributes()[1] == 'Rdn')");
}

Test(engine, is_unknown_about_a_cut_list)
{
	static const char reason[] = "the list of values is cut: ou=SITE1,o=Contoso has only "
				     "member;range=0-1499; export it whole";
	expect_end("pcall(function() return target.directory:read('o=x').member end)\n"
		   "target:pass('never')",
		   KBM_VERDICT_UNKNOWN, reason, NULL);
	expect_end("target.directory:read('o=x'):values('2.5.4.31')", KBM_VERDICT_UNKNOWN, reason,
		   NULL);
}

Test(engine, escapes_arguments_of_filters)
{
	struct fake_outcome *o = fake_check(
	    "target.directory:search{ base = require('dn').make{ { 'o', 'a,b' } }, scope = 'one',\n"
	    "filter = '(&(cn=%s)(n=%s)(x=100%%))', args = { '*)(x=\\0', 7 }, attributes = { 'a', "
	    "'b' "
	    "} } target:pass('x')",
	    NULL);
	bool escaped = has(o->asked, "|(&(cn=\\2a\\29\\28x=\\00)(n=7)(x=100%))|1|2");
	cr_expect(escaped, "%s (%s)", o->asked, o->reason);
}

Test(engine, refuses_wrong_searches)
{
	static const struct {
		const char *body;
		const char *part;
	} rows[] = {
	    {"target.directory:search{ basis = '' }",
	     "unknown field 'basis'; did you mean 'base'?"},
	    {"target.directory:search{}", "base is missing"},
	    {"target.directory:search{ base = '', scope = 'al' }", "expected base, one or sub"},
	    {"target.directory:search{ base = '', filter = '(cn=%s)' }", "has no argument"},
	    {"target.directory:search{ base = '', filter = '(cn=x)', args = { 'a' } }",
	     "0 %s for 1"},
	    {"target.directory:search{ base = '', filter = '(cn=%d)' }", "stands before s or %"},
	    {"target.directory:search{ base = '', filter = '(cn=' }", "filter: "},
	    {"target.directory:search{ base = '', filter = ('(a=b)'):rep(2e5) }", "at most 8192"},
	    {"target.directory:search{ base = '', filter = '(cn=%s)', args = { ('x'):rep(9000) } }",
	     "9000 bytes"},
	    {"target.directory:search{ base = '/o=x' }", "RFC 4514"},
	    {"target.directory:search{ base = '', attributes = 'cn' }", "expected a list of names"},
	    {"target.directory:search{ base = '', attributes = { 1 } }", "item 1 is no name"},
	    {"target.directory:read(nil)", "kbm.Dn expected"},
	    {"target.directory.read({}, 'o=x')", "kbm.Directory expected"},
	    {"target.directory.read(target.registry, 'o=x')", "kbm.Directory expected"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_error(rows[i].body, rows[i].part);
}

Test(engine, limits_requests)
{
	expect_end("for i = 1, 1000 do target.directory:read('o=x') end\n"
		   "pcall(target.directory.read, target.directory, 'o=x') target:pass('x')",
		   KBM_VERDICT_ERROR, "more than 1000 times (in pcall)", NULL);
}

/* --- dn -------------------------------------------------------------------------------------- */

Test(engine, compares_and_builds_names)
{
	expect_pass(
	    "local dn = require 'dn'\n"
	    "local a = assert(dn.parse('/o=Contoso/ou=SITE2'))\n"
	    "local b = assert(dn.parse('ou=SITE1,o=Contoso', 'ldap'))\n"
	    "assert(a.form == 'x500' and b.form == 'ldap' and #a == 2)\n"
	    "assert(a:rdn(1).value == 'Contoso' and a:rdn(-1).type == 'ou' and a:rdn(3) == nil)\n"
	    "local c = dn.compare(a, b)\n"
	    "assert(c.verdict == 'different' and #c.differences == 1)\n"
	    "local d = c.differences[1]\n"
	    "assert(d.position == 2 and d.type == 'ou' and d.left == 'SITE2' and d.right == "
	    "'SITE1')\n"
	    "assert(d.verdict == 'different' and d.kinds[1] == 'value')\n"
	    "c = dn.compare('o=contoso', 'o=Contoso')\n"
	    "assert(c.verdict == 'equivalent' and c.kinds[1] == 'case' and "
	    "c.differences[1].verdict == 'equivalent')\n"
	    "assert(dn.compare(a, '/o=Contoso/ou=SITE2').verdict == 'identical')\n"
	    "local f = a:with(2, 'SITE1')\n"
	    "assert(tostring(f) == '/o=Contoso/ou=SITE1' and f:ldap() == 'ou=SITE1,o=Contoso')\n"
	    "assert(a:with(-1, 'x,y'):ldap() == 'ou=x\\\\,y,o=Contoso' and tostring(a) == "
	    "'/o=Contoso/ou=SITE2')\n"
	    "assert(tostring(a:parent()) == '/o=Contoso' and a:prefix(0):parent() == nil)\n"
	    "assert(a:child('cn', 'S'):x500() == '/o=Contoso/ou=SITE2/cn=S')\n"
	    "assert(dn.make({ { 'o', 'C' }, { 'ou', 'S' } }, 'x500'):x500() == '/o=C/ou=S')\n"
	    "local t, m = a:with(1, 'a/b'):x500() assert(t == nil and m)\n"
	    "t, m = dn.parse('nonsense') assert(t == nil and m)\n"
	    "t, m = dn.compare('nonsense', 'o=x') assert(t == nil and m)\n"
	    "assert(dn.parse('cn=a+sn=b,o=x'):rdn(2).more[1].value)\n"
	    "t, m = dn.parse(('o=x,'):rep(65) .. 'o=x') assert(t == nil and m)");
	expect_error("require('dn').parse('o=x'):with(2, 'y')", "no such part");
	expect_error("require('dn').parse('o=x', 'X500')", "did you mean 'x500'?");
	expect_error("require('dn').make{ { 'o=', 'x' } }", "no attribute type");
	expect_error("return require('dn').parse('o=x') < 1", "attempt to compare");
}

Test(engine, counts_names_as_memory)
{
	expect_end("local dn, t = require 'dn', {}\n"
		   "for i = 1, 1e7 do t[i] = dn.parse('o=x') end",
		   KBM_VERDICT_ERROR, "more than 32 MiB", NULL);
	expect_pass("local dn = require 'dn'\nfor i = 1, 1e5 do dn.parse('o=x') end");
}

/* --- verdicts -------------------------------------------------------------------------------- */

Test(engine, reports_findings)
{
	struct fake_outcome *o = fake_check(
	    "target:fail{ id = 'site', message = 'SiteDN differs', found = '/o=a', expected = 7,\n"
	    "where = { key = '" IMC "', value = 'SiteDN' }, because = 'b' }\n"
	    "target:fail{ id = 'x', message = 'm', because = 'c\\0d', found = '\\xFF',\n"
	    "where = { dn = 'o=x', attribute = 'cn' } } target:pass('does not count')",
	    NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_FAIL));
	cr_expect(eq(str, o->reason, "2 findings, the first: SiteDN differs"));
	cr_expect(eq(str, o->text,
		     "finding site|SiteDN differs|/o=a|7|b|"
		     "HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC|ControlSet001\\Services\\IMC|"
		     "SiteDN|0\n"
		     "finding x|m|\\xFF|-|c\\x00d|o=x|-|cn|0\n"));
}

Test(engine, reports_observations)
{
	struct fake_outcome *o = fake_check(
	    "target:observe{ what = 'SiteDN', where = { key = '" IMC "', value = 'SiteDN' },\n"
	    "found = '/o=a', expected = 7, difference = 'other', kb = 'Q298565', x_own = true }\n"
	    "target:observe{ what = 'X', where = { dn = 'o=x', attribute = 'cn' }, found = '\\xFF' "
	    "}\n"
	    "target:observe{ what = 'none' } target:pass('all agree')",
	    NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS));
	cr_expect(eq(str, o->text,
		     "observation SiteDN|/o=a|7|other|Q298565|"
		     "HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC|ControlSet001\\Services\\IMC|"
		     "SiteDN\n"
		     "observation X|\\xFF|-|-|-|o=x|-|cn\n"
		     "observation none|-|-|-|-|-|-|-\n"));
	o = fake_check("target:observe{ what = 'w' } target:fail{ id = 'x', message = 'm', "
		       "because = 'b' }",
		       NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_FAIL));
	bool kept = has(o->text, "observation w|");
	cr_expect(kept, "%s", o->text);
}

Test(engine, refuses_half_observations)
{
	static const struct {
		const char *body;
		const char *part;
	} rows[] = {
	    {"target:observe{}", "target:observe: what is missing"},
	    {"target:observe('x')", "table expected"},
	    {"target:observe{ what = '' }", "target:observe: what is empty"},
	    {"target:observe{ what = 'a\\nb' }", "what: expected a label of one line"},
	    {"target:observe{ what = ('x'):rep(1025) }", "and at most 1024 bytes"},
	    {"target:observe{ what = 'x', wher = {} }", "did you mean 'where'?"},
	    {"target:observe{ what = 'x', found = {} }",
	     "target:observe: found: expected a string, got a table"},
	    {"target:observe{ what = 'x', difference = true }",
	     "target:observe: difference: expected a string, got a boolean"},
	    {"target:observe{ what = 'x', kb = 'hello' }", "kb: 'hello' is no article"},
	    {"target:observe{ what = 'x', kb = 'Q' .. ('1'):rep(64) }", "is no article"},
	    {"target:observe{ what = 'x', expected = 'y' }",
	     "difference is missing: nothing is found where 'y' is expected"},
	    {"target:observe{ what = 'x', where = 5 }",
	     "target:observe: where: expected a table, got a number"},
	    {"target:observe{ what = 'x', where = { value = 'y' } }",
	     "target:observe: where: expected { key, value } or { dn, attribute }"},
	    {"target:observe{ what = 'x', where = { key = 'HKLM\\\\SAM' } }",
	     "the hive SAM is not in the header"},
	    {"pcall(target.observe, target, { what = 5, where = 5 }) target:pass('x')",
	     "target:observe: where"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_error(rows[i].body, rows[i].part);
	expect_fix_error("target:observe{ what = 'x' }", "target:observe belongs in check only");
}

Test(engine, refuses_half_findings)
{
	static const struct {
		const char *body;
		const char *part;
	} rows[] = {
	    {"target:fail{ id = 'x', because = 'b' }", "message is missing"},
	    {"target:fail{ id = 'x', message = 'm' }", "because is missing"},
	    {"target:fail{ id = 'x y', message = 'm', because = 'b' }", "A-Z a-z 0-9"},
	    {"target:fail{ id = 'x', message = 'm', because = 'b', fund = 1 }",
	     "did you mean 'found'?"},
	    {"target:fail{ id = 'x', message = 'm', because = 'b', found = {} }",
	     "expected a string, got a table"},
	    {"target:fail{ id = 'x', message = 'm', because = 'b', where = { value = 'y' } }",
	     "expected { key, value } or { dn, attribute }"},
	    {"target:fail{ id = 'x', message = 'm', because = 'b', where = { key = 'HKLM\\\\SAM' } "
	     "}",
	     "the hive SAM is not in the header"},
	    {"target:fail('x')", "table expected"},
	    {"target:pass()", "string expected"},
	    {"target:pass('')", "one sentence why"},
	    {"target:pas('x')", "target has no field 'pas'; did you mean 'pass'?"},
	    {"error({})", "error object is a table value"},
	    {"error(target)", "error object is a userdata value"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_error(rows[i].body, rows[i].part);
	struct fake_outcome *o = fake_check("local x = 1", NULL);
	bool asked =
	    o->verdict == KBM_VERDICT_ERROR && has(o->reason, "check must call target:pass");
	cr_expect(asked, "%s", o->reason);
}

static struct fake_outcome *check_users(const char *body, size_t count)
{
	static char *names[] = {(char *)"alice", (char *)"bob", (char *)"S-1-5-18", (char *)"eve"};
	const struct kbm_text_list users = {names, count};
	const struct fake_options options = {.users = &users};
	char script[2048];
	snprintf(script, sizeof script,
		 "return { api = 1, id = 'Q1', version = '1.0.0', title = 't', severity = 'low',\n"
		 "needs = { registry = { 'HKU' } }, check = function(target)\n"
		 "%s\ntarget:pass('fine') end }",
		 body);
	return fake_run_text(script, strlen(script), &options);
}

Test(engine, names_the_users_of_the_target)
{
	struct fake_outcome *o = check_users(
	    "local u = target.users assert(#u == 4 and u[1] == 'alice' and u[4] == 'eve')\n"
	    "u[1] = 'x' assert(target.users[1] == 'alice')",
	    4);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS), "%s", o->reason);
	o = check_users("pcall(function() return target.users end)", 0);
	bool unknown = o->ended && o->verdict == KBM_VERDICT_UNKNOWN &&
		       has(o->reason, "give a folder with profiles or an NTUSER.DAT with -t");
	cr_expect(unknown, "%s", o->reason);
}

Test(engine, has_no_current_user_and_says_who_there_is)
{
	static const char body[] = "target.registry:get('hkcu\\\\Software', 'x')";
	static const struct {
		size_t users;
		const char *part;
	} rows[] = {
	    {4, "name one of HKU\\alice, HKU\\bob, HKU\\S-1-5-18 and 1 more (target.users"},
	    {2, "name one of HKU\\alice, HKU\\bob (target.users"},
	    {0, "has no user's hive (NTUSER.DAT) at all"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fake_outcome *o = check_users(body, rows[i].users);
		bool said = o->verdict == KBM_VERDICT_ERROR && has(o->reason, rows[i].part);
		cr_expect(said, "row %zu: %s", i, o->reason);
	}
}

Test(engine, lets_no_pcall_hide_a_mistake_about_the_verdict)
{
	static const struct row {
		const char *body;
		const char *part;
	} rows[] = {
	    {"pcall(target.fail, target, { id = 'x', message = 'm' })", "because is missing"},
	    {"pcall(target.fail, target, { id = 'x', message = 'm', because = 'b',\n"
	     "where = { key = 'HKLM\\\\SAM' } })",
	     "the hive SAM is not in the header"},
	    {"pcall(pcall, target.registry.get, target.registry, 'HKLM\\\\SAM', 'x')",
	     "the hive SAM is not in the header"},
	    {"pcall(target.registry.try_key, target.registry, 'HKCR\\\\x')", "paths begin with"},
	    {"pcall(target.registry.try_key, target.registry, 'HKEY_Current_User')",
	     "there is no current user"},
	    {"pcall(target.fail)", "kbm.Target expected"},
	    {"pcall(target.pass, target, '')", "one sentence why"},
	    {"pcall(target.unknown, target)", "string expected"},
	};
	char body[512];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(body, sizeof body, "%s target:pass('x')", rows[i].body);
		expect_error(body, rows[i].part);
	}
	/* Others a script may catch, also after a finding that was taken. */
	expect_pass("target:pass('y')\n"
		    "local ok, a, b = pcall(function() return 1, nil end)\n"
		    "assert(ok and a == 1 and b == nil and select('#', pcall(pcall)) == 2)\n"
		    "ok, a = pcall(error, { 'e' }) assert(not ok and a[1] == 'e')\n"
		    "assert(not pcall(target.registry.get, target.registry, {}))");
}

Test(engine, ends_unknown_when_the_check_says_so)
{
	expect_end("pcall(target.unknown, target, 'several sites: give -p site=')\n"
		   "target:pass('never')",
		   KBM_VERDICT_UNKNOWN, "several sites: give -p site=", NULL);
}

static struct fake_outcome *applies(const char *body)
{
	char script[1024];
	snprintf(script, sizeof script,
		 "return { api = 1, id = 'Q1', version = '1.0.0', title = 't', severity = 'low',\n"
		 "applies = function(target) %s end, check = function(t) t:pass('x') end }",
		 body);
	return fake_run_text(script, strlen(script), NULL);
}

Test(engine, asks_applies_first)
{
	struct fake_outcome *o = applies("return false, 'not installed'");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_NOTAPPLICABLE));
	cr_expect(eq(str, o->reason, "not installed"));
	o = applies("return true");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS));
	o = applies("return nil");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_ERROR));
	o = applies("return false");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_ERROR));
	o = applies("target:pass('x')");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_ERROR));
	cr_expect(eq(str, o->place, "Q1.lua:2"));
}

Test(engine, knows_the_target)
{
	expect_pass("assert(target.name == 'EXCH1' and target.computer_name == 'EXCH1')\n"
		    "assert(target.control_set == 'ControlSet001')\n"
		    "assert(not pcall(function() target.name = 'x' end))");
}

Test(engine, records_every_read_once)
{
	struct fake_outcome *o =
	    fake_check("local r = target.registry\n"
		       "r:get('" IMC "', 'Text') r:get('" IMC "', 'TEXT') r:get('" IMC "', 'No')\n"
		       "r:key('" IMC "') r:try_get('" IMC "\\\\Damaged', 'x')\n"
		       "target.directory:read('o=Missing') target.directory:search{ base = '' }\n"
		       "target:pass('x')",
		       NULL);
	cr_expect(eq(str, o->text,
		     "read ControlSet001\\Services\\IMC|Text|610062000000;\n"
		     "read ControlSet001\\Services\\IMC|No|absent\n"
		     "read ControlSet001\\Services\\IMC|-|\n"
		     "search o=Missing|(objectClass=*)|0|0\n"
		     "search |(objectClass=*)|1|1\n"));
}

/* --- parameters ------------------------------------------------------------------------------ */

static struct fake_outcome *with_param(const char *name, const char *value, const char *body)
{
	struct fake_options options = {0};
	kbm_params_set(&options.params, name, value);
	struct fake_outcome *o = fake_check(body, &options);
	kbm_params_clear(&options.params);
	return o;
}

Test(engine, checks_parameters)
{
	static const struct {
		const char *name;
		const char *value;
		const char *check; /* Lua, or NULL: refused */
		const char *part;
	} rows[] = {
	    {"s", "x", "params.s == 'x' and params.n == 7 and params.b == nil", NULL},
	    {"n", "-9223372036854775808", "params.n == math.mininteger", NULL},
	    {"n", "9223372036854775808", NULL, "parameter n: expected an integer"},
	    {"n", "1x", NULL, "got '1x'"},
	    {"n", "", NULL, "expected an integer"},
	    {"n", "-", NULL, "expected an integer"},
	    {"b", "Yes", "params.b == true", NULL},
	    {"b", "false", "params.b == false", NULL},
	    {"b", "1", NULL, "expected true, false, yes or no"},
	    {"c", "site", "params.c == 'site'", NULL},
	    {"c", "sites", NULL, "expected site or server, got 'sites'"},
	    {"q", "x", NULL, "Q1 has no parameter 'q'"},
	    {"s", "\xFF", NULL, "expected UTF-8 text, got '\\xFF'"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char body[256];
		snprintf(
		    body, sizeof body,
		    "assert(%s) assert(not pcall(function() params.s = 1 end)) target:pass('x')",
		    rows[i].check == NULL ? "false" : rows[i].check);
		struct fake_outcome *o = with_param(rows[i].name, rows[i].value, body);
		bool right = rows[i].check != NULL
				 ? o->run == KBM_OK && o->verdict == KBM_VERDICT_PASS
				 : o->run == KBM_USAGE && has(o->error, rows[i].part);
		cr_expect(right, "%s=%s: %s %s", rows[i].name, rows[i].value, o->error, o->reason);
	}
}

Test(engine, refuses_parameters_that_are_not_declared)
{
	expect_error("return params.servr", "params: the header has no parameter 'servr'");
	expect_error("return params.nn", "no parameter 'nn'; did you mean 'n'?");
	expect_error("return params[1]", "no parameter '1'");
	expect_error("return params[{}]", "no parameter 'table'");
	expect_error("params.n = 1", "this table is read-only (field 'n')");
	expect_pass(
	    "assert(params.s == nil and params.b == nil and params.n == 7)\n"
	    "local l = {} for k, v in pairs(params) do l[#l + 1] = k .. v end\n"
	    "assert(table.concat(l) == 'n7' and next(params, 'n') == nil and #params == 0)");
	struct fake_outcome *o =
	    with_param("b", "false", "assert(params.b == false) target:pass('x')");
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_PASS), "%s", o->reason);
}

/* --- plans ----------------------------------------------------------------------------------- */

Test(engine, plans_typed_changes)
{
	struct fake_outcome *o = fake_fix(
	    "assert(finding.id == 'f' and finding.expected == 'e' and finding.x_own == 5)\n"
	    "assert(not pcall(function() finding.id = 'g' end))\n"
	    "local o = { why = 'w', step = 's' }\n"
	    "assert(plan:set_value(IMC, 'text', 'REG_SZ', 'cd', o))\n"
	    "assert(not plan:set_value(IMC, 'Number', 'REG_DWORD', 0xFF000102, o))\n"
	    "assert(not plan:set_value(IMC, 'Number', 'REG_DWORD', 0xFF000102 + 0.0, o))\n"
	    "plan:set_value(IMC, 'New', 'REG_MULTI_SZ', { 'a', 'b' }, { why = 'w', risk = 'high' "
	    "})\n"
	    "plan:set_value(IMC, 'Q', 'REG_QWORD', -1, o)\n"
	    "plan:set_value(IMC, 'E', 'REG_DWORD_BIG_ENDIAN', 0x01020304, o)\n"
	    "plan:set_value(IMC, 'B', 'REG_BINARY', '\\0\\r\\n', o)\n"
	    "assert(not plan:delete_value(IMC, 'No', o))\n"
	    "plan:delete_value(IMC, 'Bytes', o)\n"
	    "assert(not plan:create_key(IMC, o))\n"
	    "plan:create_key(IMC .. '\\\\New', o)\n"
	    "plan:delete_key(IMC .. '\\\\One', o)\n"
	    "plan:modify_entry('ou=SITE1,o=Contoso', 'rdn', { 'X' }, o)\n"
	    "plan:manual('start it', { why = 'then' }) plan:manual('start it')",
	    NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_FAIL), "%s", o->reason);
	static const char *const lines[] = {
	    "finding f|m|-|e|b|-|-|-|1\n",
	    ("set_value Q1|f|ControlSet001\\Services\\IMC|text|610062000000; -> "
	     "630064000000;|w|s|-|low\n"),
	    "|New|absent -> 6100000062000000000000;|", /* see below */
	    "|Q|absent -> ffffffffffffffff;|w|s|-|low\n",
	    "|E|absent -> 01020304;|",
	    "|B|absent -> 000d0a;|",
	    "delete_value Q1|f|ControlSet001\\Services\\IMC|Bytes|0001ff; -> absent|",
	    "create_key Q1|f|ControlSet001\\Services\\IMC\\New|-|absent -> |",
	    "delete_key Q1|f|ControlSet001\\Services\\IMC\\One|-| -> absent|",
	    "modify_entry Q1|f|-|Rdn|5349544531;ff007a; -> 58;|",
	    "manual Q1|f|-|-|absent -> absent|then||start it|low\n",
	};
	cr_expect(eq(sz, o->changes, 10));
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		bool there = has(o->text, lines[i]);
		if (i == 2)
			there = has(o->text, "|New|absent -> 61000000620000000000;|w||-|high\n");
		cr_expect(there, "no %s in\n%s", lines[i], o->text);
	}
}

/* Verdict error with this part in the message, and no changes left. */
Test(engine, refuses_wrong_changes)
{
	static const struct {
		const char *body;
		const char *part;
	} rows[] = {
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 'y')",
	     "plan:set_value: the last argument is missing: { why = \"...\" }"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 'y', 'because')",
	     "the last argument: expected { why = \"...\" }, got a string"},
	    {"plan:delete_value(IMC, 'Text')", "plan:delete_value: the last argument is missing"},
	    {"plan:set_value(IMC, 'x', 'REG_DWORD', 2^40, { why = 'w' })",
	     "data: 1099511627776 does not fit: 0 to 4294967295"},
	    {"plan:set_value(IMC, 'x', 'REG_DWORD', 1.5, { why = 'w' })",
	     "data: 1.5 is not an integer from 0 to 4294967295"},
	    {"plan:set_value(IMC, 'x', 'REG_QWORD', 2^64, { why = 'w' })",
	     "is not an integer from -9223372036854775808 to 9223372036854775807"},
	    {"plan:set_value(IMC, 'x', 'REG_DWORD', 0/0, { why = 'w' })", "is not an integer"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 'y', {})", "why is missing"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 'y', { why = 'w', risc = 'low' })",
	     "did you mean 'risk'?"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 'y', { why = 'w', risk = 'hihg' })",
	     "did you mean 'high'?"},
	    {"plan:set_value(IMC, 'x', 'REG_S', 'y', { why = 'w' })", "did you mean 'REG_SZ'?"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 1, { why = 'w' })", "expected a string"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', '\\xFF', { why = 'w' })", "not UTF-8"},
	    {"plan:set_value(IMC, 'x', 'REG_DWORD', 4294967296, { why = 'w' })", "does not fit"},
	    {"plan:set_value(IMC, 'x', 'REG_DWORD', -1, { why = 'w' })", "does not fit"},
	    {"plan:set_value(IMC, 'x', 'REG_DWORD', '1', { why = 'w' })", "expected an integer"},
	    {"plan:set_value(IMC, 'x', 'REG_MULTI_SZ', { 'a', '' }, { why = 'w' })", "item 2"},
	    {"plan:set_value(IMC, 'x', 'REG_MULTI_SZ', 'a', { why = 'w' })", "expected a list"},
	    {"plan:set_value(IMC, 'x', 'REG_BINARY', ('x'):rep(131073), { why = 'w' })",
	     "more than 131072 bytes"},
	    {"plan:set_value('HKLM\\\\SAM', 'x', 'REG_SZ', 'y', { why = 'w' })", "the hive SAM"},
	    {"plan:set_value(IMC .. '\\\\No', 'x', 'REG_SZ', 'y', { why = 'w' })",
	     "plan:set_value: the key HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC\\No does not "
	     "exist; plan:create_key makes it first"},
	    {"plan:create_key(IMC .. '\\\\No\\\\Below', { why = 'w' })\n"
	     "plan:create_key(IMC .. '\\\\Not', { why = 'w' })\n"
	     "plan:set_value(IMC .. '\\\\No', 'x', 'REG_SZ', 'y', { why = 'w' })",
	     "IMC\\No does not exist"},
	    {"plan:modify_entry('o=Missing', 'cn', {}, { why = 'w' })", "no entry o=Missing"},
	    {"plan:modify_entry('o=x', 'cn', { 1 }, { why = 'w' })", "value 1"},
	    {"plan:manual('')", "what to do"},
	    {"plan:manual('half') error('way')", "way"},
	    {"plan:set_value(IMC, 'x', 'REG_SZ', 'y', { why = 'w' })\n"
	     "plan:set_value(IMC, 'X', 'REG_SZ', 'z', { why = 'w' })",
	     "another change of the same place"},
	    {"target:fail{}", "belongs in check only"},
	    {"plan.set_value({}, IMC, 'x', 'REG_SZ', 'y', { why = 'w' })", "kbm.Plan expected"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_fix_error(rows[i].body, rows[i].part);
}

Test(engine, sets_values_in_keys_that_the_plan_creates)
{
	struct fake_outcome *o = fake_fix("local o = { why = 'w' }\n"
					  "plan:create_key(IMC .. '\\\\New', o)\n"
					  "assert(plan:set_value(IMC .. '\\\\NEW', 'x', "
					  "'REG_SZ', 'y', o))\n"
					  "assert(plan:set_value(IMC .. '\\\\One', '', "
					  "'REG_SZ', 'y', o))",
					  NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_FAIL), "%s", o->reason);
	cr_expect(eq(sz, o->changes, 3), "%s", o->text);
	o = fake_fix("plan:set_value(IMC .. '\\\\Damaged', 'x', 'REG_SZ', 'y', { why = 'w' })",
		     NULL);
	cr_expect(eq(int, (int)o->verdict, KBM_VERDICT_UNKNOWN), "%s", o->reason);
}

Test(engine, merges_equal_changes_of_several_findings)
{
	static const char script[] =
	    "local IMC = '" IMC "'\n"
	    "return { api = 1, id = 'Q1', version = '1.0.0', title = 't', severity = 'low',\n"
	    "needs = { registry = { 'SYSTEM' } }, check = function(target)\n"
	    "for _, id in ipairs{ 'a', 'b', 'c' } do\n"
	    "target:fail{ id = id, message = 'm', because = 'b' } end end,\n"
	    "fix = function(target, params, finding, plan)\n"
	    "if finding.id == 'c' then plan:manual('m') else\n"
	    "plan:set_value(IMC, 'x', 'REG_SZ', 'y', { why = finding.id }) end end }";
	struct fake_outcome *o = fake_run_text(script, strlen(script), NULL);
	cr_expect(eq(sz, o->changes, 2));
	bool marked = has(o->text, "finding a|m|-|-|b|-|-|-|1\nfinding b|m|-|-|b|-|-|-|1\n"
				   "finding c|m|-|-|b|-|-|-|0\nset_value Q1|a|");
	cr_expect(marked, "%s", o->text);
	struct fake_options check_only = {.without_fix = true};
	o = fake_run_text(script, strlen(script), &check_only);
	cr_expect(eq(sz, o->changes, 0));
	cr_expect(eq(sz, o->findings, 3));
}

Test(engine, limits_changes_and_findings)
{
	struct fake_outcome *o = fake_fix("for i = 1, 1e6 do plan:manual('m' .. i) end", NULL);
	bool many = o->ended && has(o->reason, "more than 1000 changes (in manual)");
	cr_expect(many, "%s", o->reason);
	expect_end("for i = 1, 1e6 do target:fail{ id = 'x', message = 'm', because = 'b' } end",
		   KBM_VERDICT_ERROR, "more than 1000 findings (in fail)", NULL);
	expect_end("for i = 1, 1e6 do target:observe{ what = 'x' } end", KBM_VERDICT_ERROR,
		   "more than 1000 observations (in observe)", NULL);
}

/* What paths and names take counts, whoever keeps it: 32 MiB are less than 600 of these. */
Test(engine, limits_the_memory_of_places)
{
	static const char limit[] = "script needs more than 32 MiB of memory";
	static const char *const bodies[] = {
	    "local p = 'HKLM\\\\SYSTEM\\\\' .. (('a'):rep(120) .. '\\\\'):rep(500)\n"
	    "pcall(function() for i = 1, 9999 do target.registry:get(p .. i, 'v') end end)",
	    "local p = 'HKLM\\\\SYSTEM\\\\' .. (('a'):rep(120) .. '\\\\'):rep(500)\n"
	    "for i = 1, 9999 do target.registry:try_key(p .. i) end",
	    "local v = ('v'):rep(40000) for i = 1, 1000 do target:fail{ id = 'a', message = 'm',\n"
	    "because = 'b', where = { key = '" IMC "', value = v .. i } } end",
	    "local v = ('v'):rep(60000) for i = 1, 1000 do target:fail{ id = 'a', message = 'm',\n"
	    "because = 'b', where = { dn = 'cn=' .. v .. i } } end",
	    "local v = ('v'):rep(60000) for i = 1, 999 do\n"
	    "target.directory:try_read('cn=' .. v .. i .. ',o=Contoso') end",
	};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		expect_end(bodies[i], KBM_VERDICT_ERROR, limit, NULL);
	struct fake_options small = {.memory_bytes = 4 * KBM_MIB};
	struct fake_outcome *o =
	    fake_fix("local p = 'HKLM\\\\SYSTEM\\\\' .. (('a'):rep(120) .. '\\\\'):rep(500)\n"
		     "for i = 1, 1000 do plan:create_key(p .. i, { why = 'w' }) end",
		     &small);
	bool ended = o->ended && has(o->reason, "script needs more than 4 MiB of memory");
	cr_expect(ended, "%s", o->reason);
	o = fake_fix("local why = ('w'):rep(16000) for i = 1, 5000 do\n"
		     "plan:delete_value(IMC, 'absent' .. i, { why = why }) end",
		     NULL);
	cr_expect(not(o->ended), "%s", o->reason);
}

Test(engine, ends_for_a_lack_of_memory_as_for_the_limit)
{
	static const char limit[] = "script needs more than 32 MiB of memory (in ";
	expect_end("target.registry:get('" IMC "\\\\Lack', 'x')", KBM_VERDICT_ERROR, limit, NULL);
	expect_end("pcall(target.registry.key, target.registry, '" IMC "\\\\Lack')",
		   KBM_VERDICT_ERROR, limit, NULL);
	expect_end("local s = target.registry:try_get('" IMC "\\\\Lack', 'x')", KBM_VERDICT_ERROR,
		   limit, NULL);
}

/* --- in this process, where leaks are seen --------------------------------------------------- */

Test(engine, releases_everything)
{
	static const char text[] =
	    "local dn, IMC = require 'dn', '" IMC "'\n"
	    "return { api = 1, id = 'Q1', version = '1.0.0', title = 't', severity = 'low',\n"
	    "categories = { 'a' }, products = { { name = 'p' } }, symptoms = { { event = 1 } },\n"
	    "references = { { kb = 'Q1' }, { url = 'https://x' } },\n"
	    "needs = { registry = { 'SYSTEM' }, directory = true }, check = function(target)\n"
	    "target.registry:key(IMC):values() target.registry:key(IMC):subkeys()\n"
	    "target.registry:key(IMC):column('x') target.registry:key(IMC):column('y')\n"
	    "target.directory:search{ base = dn.parse('/o=x'), filter = '(cn=two)' }\n"
	    "dn.compare('o=x', 'o=y') pcall(dn.compare, 'x', {}) print('x')\n"
	    "target:fail{ id = 'x', message = 'm', because = 'b', where = { key = IMC, value = 'x' "
	    "} "
	    "} target:pass('x') target:pass('y') %s end,\n"
	    "fix = function(target, params, finding, plan)\n"
	    "plan:set_value(IMC, 'x', 'REG_SZ', 'y', { why = 'w' })\n"
	    "plan:set_value(IMC, 'x', 'REG_SZ', 'y', { why = 'w' })\n%s end }";
	static const struct row {
		const char *check;
		const char *fix;
		enum kbm_verdict verdict;
		size_t changes;
	} rows[] = {
	    {"", "", KBM_VERDICT_FAIL, 1},
	    {"pcall(target.fail, target, { id = 'x', message = 'm', because = 'b', where = { dn = "
	     "'y' } })",
	     "", KBM_VERDICT_ERROR, 0},
	    {"", "pcall(plan.set_value, plan, IMC, 'x', 'REG_SZ', 'z', { why = 'w' })",
	     KBM_VERDICT_ERROR, 0},
	};
	static struct fake_outcome outcome;
	struct fake_options options = {0};
	char script[2048];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(script, sizeof script, text, rows[i].check, rows[i].fix);
		fake_run_here(script, strlen(script), &options, &outcome);
		cr_expect(eq(int, (int)outcome.verdict, (int)rows[i].verdict), "row %zu: %s %s", i,
			  outcome.error, outcome.reason);
		cr_expect(eq(sz, outcome.changes, rows[i].changes), "row %zu", i);
	}
}

static void never_ends(void *context, enum kbm_verdict verdict, const char *reason,
		       const char *place)
{
	(void)context;
	(void)verdict;
	(void)reason;
	(void)place;
	abort();
}

/* The CPU time may be over before the script's text is looked at. */
Test(engine, has_an_output_before_a_script_is_loaded)
{
	struct kbm_engine_limits limits = {.memory_bytes = 32 * KBM_MIB};
	struct kbm_engine *engine = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_engine_make(&limits, &engine, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	code = kbm_engine_enter(engine, &limits, never_ends, NULL, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	bool has_output = kbm_engine_partial(engine)->output != NULL;
	cr_expect(has_output == true);
	kbm_engine_free(engine);
}
