/* Attribute names: options, aliases. (Values: test_filter.c.) */
#include "source/attribute_types.h"
#include "source/syntax.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct pair {
	const char *asked;
	const char *held;
	bool includes;
	bool same;
};

Test(syntax, matches_names_and_options)
{
	static const struct pair rows[] = {
	    {"cn", "CN", true, true},
	    {"cn", "commonName", true, true},
	    {"2.5.4.3", "cn", true, true},
	    {"Home-MDB", "homeMDB", true, true},
	    {"cn", "sn", false, false},
	    {"cn", "c", false, false},
	    {"", "cn", false, false},
	    {"cn", "cn;lang-de", true, false},
	    {"cn;lang-de", "cn", false, false},
	    {"cn;lang-de", "cn;x-a;LANG-DE", true, false},
	    {"cn;lang-de", "cn;lang-de-at", false, false},
	    {"userCertificate", "userCertificate;binary", true, true},
	    {"userCertificate;binary", "userCertificate", true, true},
	    {"member", "member;range=0-1499", true, false},
	    {"my-own", "MY-OWN", true, true},
	    {"my-own", "my-own2", false, false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_attribute_query query = kbm_attribute_query(rows[i].asked);
		bool includes = kbm_attribute_includes(&query, rows[i].held);
		bool same = kbm_attribute_is_same(&query, rows[i].held);
		cr_expect(includes == rows[i].includes, "%s %s", rows[i].asked, rows[i].held);
		cr_expect(same == rows[i].same, "%s %s", rows[i].asked, rows[i].held);
	}
}

Test(syntax, knows_names_from_other_text)
{
	static const char *const good[] = {"cn", "a",	"Home-MDB",   "2.5.4.3",
					   "1",	 "x_y", "cn;lang-de", "member;range=0-1499",
					   "a1"};
	static const char *const bad[] = {"",	" cn", "c n",	"-a", "1a",	"2..5",	     "2.5.",
					  ".5", "cn;", "cn;;x", ";x", "cn;a b", "c\xc3\xbc", "a=b"};
	for (size_t i = 0; i < COUNT(good); i++) {
		bool valid = kbm_attribute_name_is_valid(good[i], strlen(good[i]));
		cr_expect(valid, "%s", good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		bool invalid = !kbm_attribute_name_is_valid(bad[i], strlen(bad[i]));
		cr_expect(invalid, "%s", bad[i]);
	}
}

Test(syntax, sees_cut_values)
{
	cr_expect(eq(int, kbm_attribute_is_cut("member;range=0-1499"), 1));
	cr_expect(eq(int, kbm_attribute_is_cut("member;binary;RANGE=1500-2999"), 1));
	cr_expect(eq(int, kbm_attribute_is_cut("member"), 0));
	cr_expect(eq(int, kbm_attribute_is_cut("member;ranger"), 0));
	cr_expect(eq(int, kbm_attribute_is_cut("range"), 0));
}

Test(syntax, orders_integers_of_any_length)
{
	static const char *const ascending[] = {"-100", "-99", "-1", "0",
						"1",	"9",   "10", "99999999999999999999"};
	for (size_t i = 0; i < COUNT(ascending); i++) {
		for (size_t j = 0; j < COUNT(ascending); j++) {
			int order = kbm_syntax_order(ascending[i], ascending[j]);
			bool right = (order < 0) == (i < j) && (order > 0) == (i > j);
			cr_expect(right, "%s %s", ascending[i], ascending[j]);
		}
	}
}

Test(syntax, finds_rows_by_each_name)
{
	const struct kbm_attribute_type *type = kbm_attribute_type_find("USN-CHANGED", 11);
	cr_assert(ne(ptr, (void *)type, NULL));
	cr_assert(eq(int, type->ordered, 1));
	cr_assert(eq(ptr, (void *)type, (void *)kbm_attribute_type_find("uSNChanged", 10)));
	cr_assert(eq(ptr, (void *)kbm_attribute_type_find("nosuch", 6), NULL));
	cr_assert(eq(ptr, (void *)kbm_attribute_type_find("", 0), NULL));
}

Test(syntax, each_name_finds_its_row)
{
	for (size_t i = 0; i < kbm_attribute_type_count; i++) {
		const struct kbm_attribute_type *type = &kbm_attribute_types[i];
		for (size_t j = 0; j < KBM_ATTRIBUTE_NAMES && type->names[j] != NULL; j++)
			cr_expect_eq(
			    kbm_attribute_type_find(type->names[j], strlen(type->names[j])), type,
			    "%s", type->names[j]);
	}
	cr_expect_null(kbm_attribute_type_find("", 0));
	cr_expect_null(kbm_attribute_type_find("description1", strlen("description1")));
}
