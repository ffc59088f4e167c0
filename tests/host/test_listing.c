/* script/listing: what is read of all subkeys at once is told as if it had been read one by one, in
 * its place among the other reads, and only where somebody wants to know. */
#include "fake_target.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#define ROWS "HKLM\\\\SYSTEM\\\\Rows"
#define KEYS "local k = target.registry:key('" ROWS "') "
#define PASS " target:pass('done')"

/* The reads of a check, in their order. */
static void expect_reads(const char *check, const char *reads)
{
	const struct fake_outcome *outcome = fake_check(check, NULL);
	cr_expect(eq(int, (int)outcome->verdict, KBM_VERDICT_PASS), "%s %s", outcome->error,
		  outcome->reason);
	cr_expect(eq(str, (char *)outcome->text, (char *)reads), "%s", check);
}

/* The same reads, one by one. */
static void expect_same(const char *at_once, const char *one_by_one)
{
	const struct fake_outcome *expected = fake_check(one_by_one, NULL);
	cr_assert(eq(int, (int)expected->verdict, KBM_VERDICT_PASS), "%s", expected->reason);
	cr_assert(gt(sz, expected->reads, 0));
	expect_reads(at_once, expected->text);
}

Test(listing, subkeys_are_reads_of_keys)
{
	expect_same(KEYS "k:subkeys()" PASS,
		    KEYS "for _, n in ipairs{ 'a', 'b', 'c' } do target.registry:key(k.path .. "
			 "'\\\\' .. n) end" PASS);
}

Test(listing, names_are_those_of_the_subkeys)
{
	expect_same(KEYS "local n, s = k:names(), k:subkeys() assert(#n == 3 and #s == 3) "
			 "for i = 1, 3 do assert(n[i] == s[i].name) end" PASS,
		    KEYS "k:subkeys()" PASS);
	expect_same(KEYS "k:names()" PASS, KEYS "k:subkeys()" PASS);
}

Test(listing, a_column_is_reads_of_values)
{
	expect_same(KEYS "k:column('Type')" PASS,
		    KEYS "for _, n in ipairs{ 'a', 'b', 'c' } do target.registry:get(k.path .. "
			 "'\\\\' .. n, 'Type') end" PASS);
}

Test(listing, a_column_is_what_get_gives)
{
	expect_reads("local k = target.registry:key('" ROWS "')\n"
		     "local names, data, types = k:column('Type')\n"
		     "assert(#names == 2 and #data == 2 and #types == 2)\n"
		     "assert(names[1] == 'a' and data[1] == 16 and types[1] == 'REG_DWORD')\n"
		     "assert(names[2] == 'c' and data[2] == 'x' and types[2] == 'REG_SZ')\n"
		     "assert(#k:column('No') == 0 and #k:column('') == 0)\n"
		     "assert(not pcall(k.column, k) and not pcall(k.column, 'x', 'Type'))\n" PASS,
		     "read HKLM\\SYSTEM\\Rows|-|\n"
		     "read HKLM\\SYSTEM\\Rows\\a|Type|10000000;\n"
		     "read HKLM\\SYSTEM\\Rows\\b|Type|absent\n"
		     "read HKLM\\SYSTEM\\Rows\\c|type|78000000;\n"
		     "read HKLM\\SYSTEM\\Rows\\a|No|absent\n"
		     "read HKLM\\SYSTEM\\Rows\\b|No|absent\n"
		     "read HKLM\\SYSTEM\\Rows\\c|No|absent\n"
		     "read HKLM\\SYSTEM\\Rows\\a||absent\n"
		     "read HKLM\\SYSTEM\\Rows\\b||absent\n"
		     "read HKLM\\SYSTEM\\Rows\\c||absent\n");
}

Test(listing, stands_where_it_was_read_and_counts_once)
{
	expect_same(KEYS "target.registry:get(k.path, 'before') k:column('Type') "
			 "target.registry:get(k.path .. '\\\\b', 'Type') k:column('Type') "
			 "target.registry:get(k.path, 'between') k:subkeys() k:subkeys() "
			 "target.registry:get(k.path, 'after')" PASS,
		    KEYS
		    "local r, p = target.registry, k.path r:get(p, 'before') "
		    "for _, n in ipairs{ 'a', 'b', 'c' } do r:get(p .. '\\\\' .. n, 'Type') end "
		    "r:get(p, 'between') "
		    "for _, n in ipairs{ 'a', 'b', 'c' } do r:key(p .. '\\\\' .. n) end "
		    "r:get(p, 'after')" PASS);
}

Test(listing, an_earlier_read_keeps_its_place)
{
	expect_same(
	    KEYS "target.registry:get(k.path .. '\\\\c', 'Type') k:column('Type')" PASS,
	    KEYS "local r, p = target.registry, k.path "
		 "for _, n in ipairs{ 'c', 'a', 'b' } do r:get(p .. '\\\\' .. n, 'Type') end" PASS);
}

Test(listing, what_cannot_be_read_ends_the_run)
{
	const struct fake_outcome *outcome =
	    fake_check("local k = target.registry:key('HKLM\\\\SYSTEM\\\\Broken') pcall(k.column, "
		       "k, 'x')" PASS,
		       NULL);
	cr_expect(eq(int, outcome->ended, 1));
	cr_expect(eq(int, (int)outcome->verdict, KBM_VERDICT_UNKNOWN));
	cr_expect(strstr(outcome->reason, "cell 0x20 is damaged") != NULL, "%s", outcome->reason);
}

Test(listing, nobody_is_told_where_nobody_asks)
{
	static const struct {
		const char *check;
		enum kbm_verdict verdict;
		size_t reads;
	} rows[] = {
	    {KEYS "k:column('Type') k:subkeys()" PASS, KBM_VERDICT_PASS, 0},
	    {KEYS "k:get('x')" PASS, KBM_VERDICT_PASS, 0},
	    {KEYS "k:column('Type') target:fail{ id = 'x', message = 'm', because = 'b' }",
	     KBM_VERDICT_FAIL, 4},
	    {KEYS "k:column('Type') error('x')", KBM_VERDICT_ERROR, 4},
	};
	const struct fake_options options = {.omits_reads = true};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct fake_outcome *outcome = fake_check(rows[i].check, &options);
		cr_expect(eq(int, (int)outcome->verdict, (int)rows[i].verdict), "row %zu: %s", i,
			  outcome->reason);
		cr_expect(eq(sz, outcome->reads, rows[i].reads), "row %zu", i);
	}
}
