/* report/report_dn: names and comparisons, exactly as they are printed. */
#include "report/report_dn.h"

#include "base/limits.h"
#include "report/report_marks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80 };

/* The report on two names, or on one when `right` is NULL; static memory. */
static const char *report(const char *left, const char *right, bool json)
{
	static char text[8192];
	struct kbm_dn *a = NULL;
	struct kbm_dn *b = NULL;
	struct kbm_dn_comparison comparison = {0};
	struct kbm_error error = {.message = ""};
	struct kbm_bytes out;
	kbm_bytes_init(&out, sizeof text - 1);
	enum kbm_code code = kbm_dn_parse(left, strlen(left), KBM_DN_DETECT, &a, &error);
	if (code == KBM_OK && right != NULL)
		code = kbm_dn_parse(right, strlen(right), KBM_DN_DETECT, &b, &error);
	if (code == KBM_OK && right != NULL)
		code = kbm_dn_compare(a, b, &comparison, &error);
	cr_assert(code == KBM_OK, "%s", error.message);
	bool fits = right == NULL
			? (json ? kbm_report_dn_json(a, false, &out) : kbm_report_dn_text(a, &out))
		    : json ? kbm_report_comparison_json(&comparison, false, &out)
			   : kbm_report_comparison_text(&comparison, WIDTH, &out);
	cr_assert(fits);
	memcpy(text, kbm_bytes_text(&out), out.length + 1);
	kbm_bytes_clear(&out);
	cr_expect(strstr(text, " \n") == NULL, "a line ends in a blank:\n%s", text);
	kbm_dn_comparison_clear(&comparison);
	kbm_dn_free(a);
	kbm_dn_free(b);
	return text;
}

static void expect_text(const char *left, const char *right, const char *expected)
{
	const char *found = report(left, right, false);
	cr_expect(strcmp(found, expected) == 0, "found:\n%s\nexpected:\n%s", found, expected);
}

Test(report_dn, marks_what_differs)
{
	expect_text("/o=Contoso/ou=SITE2/cn=EXCH1", "cn=EXCH1,ou=SITE1,o=contoso",
		    "different: case, value\n"
		    "\n"
		    "  1  o      case\n"
		    "     left   Contoso\n"
		    "            ^\n"
		    "     right  contoso\n"
		    "            ^\n"
		    "  2  ou     value\n"
		    "     left   SITE2\n"
		    "                ^\n"
		    "     right  SITE1\n"
		    "                ^\n");
}

Test(report_dn, says_when_nothing_differs)
{
	expect_text("/o=Contoso", "o=Contoso", "identical\n");
}

Test(report_dn, shows_what_one_side_lacks)
{
	expect_text("/o=Org/cn=X", "/o=Org/ou=Site/cn=X",
		    "different: missing\n"
		    "\n"
		    "  2  ou     missing\n"
		    "     left   (none)\n"
		    "     right  Site\n");
}

Test(report_dn, marks_only_the_side_that_has_more)
{
	expect_text("/o=Old Org", "/o=Org",
		    "different: value\n"
		    "\n"
		    "  1  o      value\n"
		    "     left   Old Org\n"
		    "             ^^^^\n"
		    "     right  Org\n");
}

Test(report_dn, shows_types_where_they_differ)
{
	expect_text("cn=a", "ou=a",
		    "different: type\n"
		    "\n"
		    "  1  cn     type\n"
		    "     left   cn=a\n"
		    "            ^^\n"
		    "     right  ou=a\n"
		    "            ^^\n");
}

Test(report_dn, tells_characters_apart_that_look_alike)
{
	expect_text("cn=xe\xCC\x81y", "cn=x\xC3\xA9y",
		    "equivalent: unicode\n"
		    "\n"
		    "  1  cn     unicode\n"
		    "     left   xe\xCC\x81y\n"
		    "             ^ U+0065 U+0301\n"
		    "     right  x\xC3\xA9y\n"
		    "             ^ U+00E9\n");
}

Test(report_dn, shows_nothing_that_a_terminal_obeys)
{
	expect_text("cn=a\x1B[2Jb",
		    "cn=a\xE2\x80\xAE"
		    "b",
		    "different: value\n"
		    "\n"
		    "  1  cn     value\n"
		    "     left   a\\x1B[2Jb\n"
		    "              ^^^^^^\n"
		    "     right  a\\u{202E}b\n"
		    "              ^^^^^^^\n");
}

Test(report_dn, keeps_long_values_within_80_columns)
{
	char left[400] = "cn=";
	char right[400] = "cn=";
	for (size_t i = 0; i < 30; i++)
		strcat(left, i == 20 ? "DIFFERENT." : "0123456789");
	for (size_t i = 0; i < 30; i++)
		strcat(right, i == 20 ? "different." : "0123456789");
	char *text = strdup(report(left, right, false));
	size_t longest = 0;
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		longest = strlen(line) > longest ? strlen(line) : longest;
	cr_expect(le(sz, longest, WIDTH));
	cr_expect(ge(sz, longest, WIDTH - 10));
	free(text);
	const char *found = report(left, right, false);
	cr_expect(strstr(found, "     left   ..01234567890123456789DIFFERENT.0123") != NULL, "%s",
		  found);
	cr_expect(strstr(found, "\n                                  ^^^^^^^^^\n") != NULL, "%s",
		  found);
}

Test(report_dn, shows_a_name_in_both_forms)
{
	expect_text(
	    "cn=a\\,b+sn=#0C0148,o=Org", NULL,
	    "form  ldap, 2 parts from the root\n"
	    "   1  o      Org\n"
	    "   2  cn     a,b\n"
	    "   +  sn     #0C0148\n"
	    "ldap  cn=a\\,b+sn=#0C0148,o=Org\n"
	    "x500  - (the X.500 form cannot hold part 2 (cn=) from the root: it has several "
	    "types and values)\n");
	expect_text("/o=A, B/ou=S", NULL,
		    "form  x500, 2 parts from the root\n"
		    "   1  o      A, B\n"
		    "   2  ou     S\n"
		    "ldap  ou=S,o=A\\, B\n"
		    "x500  /o=A, B/ou=S\n");
}

Test(report_dn, notes_what_exchange_cannot_hold)
{
	const char *found =
	    report("/o=0123456789012345678901234567890123456789012345678901234567890"
		   "1234/ou=x",
		   NULL, false);
	cr_expect(strstr(found, "note  part 1 has 65 characters; Exchange allows 64\n") != NULL,
		  "%s", found);
	found =
	    report("/o=0/o=1/o=2/o=3/o=4/o=5/o=6/o=7/o=8/o=9/o=A/o=B/o=C/o=D/o=E/o=F", NULL, false);
	cr_expect(strstr(found, "note") == NULL, "%s", found);
	found = report("/o=0/o=1/o=2/o=3/o=4/o=5/o=6/o=7/o=8/o=9/o=A/o=B/o=C/o=D/o=E/o=F/o=G", NULL,
		       false);
	cr_expect(strstr(found, "note  17 parts; Exchange allows 16\n") != NULL, "%s", found);
}

Test(report_dn, notes_a_server_behind_a_name)
{
	const char *found = report("/o=Org/cn=Microsoft DSA:EXCH1", NULL, false);
	cr_expect(strstr(found, "note  if what follows the last ':'") != NULL, "%s", found);
	found = report("/o=Org/cn=cc:Mail Connector (EXCH1)", NULL, false);
	cr_expect(strstr(found, "note") == NULL, "%s", found);
	found = report("/o=Org:X/cn=x", NULL, false);
	cr_expect(strstr(found, "note") == NULL, "%s", found);
}

Test(report_dn, writes_comparisons_as_json)
{
	const char *expected = "{\n"
			       "  \"verdict\": \"different\",\n"
			       "  \"differences\": [\n"
			       "    {\n"
			       "      \"position\": 1,\n"
			       "      \"type\": \"O\",\n"
			       "      \"right_type\": \"o\",\n"
			       "      \"left\": \"ORG\",\n"
			       "      \"right\": \"Org\",\n"
			       "      \"kinds\": [\n"
			       "        \"typecase\",\n"
			       "        \"case\"\n"
			       "      ]\n"
			       "    },\n"
			       "    {\n"
			       "      \"position\": 2,\n"
			       "      \"type\": \"ou\",\n"
			       "      \"left\": null,\n"
			       "      \"right\": \"Site\",\n"
			       "      \"kinds\": [\n"
			       "        \"missing\"\n"
			       "      ]\n"
			       "    }\n"
			       "  ]\n"
			       "}\n";
	const char *found = report("/O=ORG", "/o=Org/ou=Site", true);
	cr_expect(strcmp(found, expected) == 0, "%s", found);
	found = report("o=x", "o=x", true);
	cr_expect(strcmp(found, "{\n  \"verdict\": \"identical\",\n  \"differences\": []\n}\n") ==
		      0,
		  "%s", found);
}

Test(report_dn, writes_names_as_json)
{
	json_error_t trouble;
	json_t *name = json_loads(report("/o=A, B/ou=M\xFCnchen", NULL, true), 0, &trouble);
	cr_assert(name != NULL, "%s", trouble.text);
	const char *form = NULL;
	const char *type = NULL;
	const char *value = NULL;
	const char *hex = NULL;
	const char *ldap = NULL;
	int ber = 1;
	int unpacked = json_unpack_ex(name, &trouble, 0,
				      "{s:s, s:[[{s:s, s:s, s:b}], [{s:{s:s}}]], s:s, s:{}, s:[]}",
				      "form", &form, "rdns", "type", &type, "value", &value, "ber",
				      &ber, "value", "hex", &hex, "ldap", &ldap, "x500", "notes");
	cr_assert(unpacked == 0, "%s", trouble.text);
	cr_expect(eq(int, strcmp(form, "x500"), 0));
	cr_expect(eq(int, strcmp(type, "o"), 0));
	cr_expect(eq(int, strcmp(value, "A, B"), 0));
	cr_expect(eq(int, ber, 0));
	cr_expect(eq(int, strcmp(hex, "4dfc6e6368656e"), 0));
	cr_expect(eq(int, strcmp(ldap, "ou=M\\FCnchen,o=A\\, B"), 0));
	json_decref(name);
}

Test(report_dn, says_when_the_report_does_not_fit)
{
	struct kbm_dn_comparison identical = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, 5);
	int text = kbm_report_comparison_text(&identical, WIDTH, &out);
	cr_expect(eq(int, text, 0));
	kbm_bytes_reset(&out);
	int json = kbm_report_comparison_json(&identical, true, &out);
	cr_expect(eq(int, json, 0));
	kbm_bytes_clear(&out);
}
