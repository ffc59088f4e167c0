/* Search filters: grammar, matching rules, three-valued logic. */
#include "source/filter.h"

#include "base/limits.h"
#include "source/syntax.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define VALUE(text)                                 \
	{                                           \
		(uint8_t *)(text), sizeof(text) - 1 \
	}
#define ATTRIBUTE(name, ...)                                                           \
	{                                                                              \
		(char *)(name), (struct kbm_blob[]){__VA_ARGS__},                      \
		    sizeof((struct kbm_blob[]){__VA_ARGS__}) / sizeof(struct kbm_blob) \
	}

static struct kbm_attribute attributes[] = {
    ATTRIBUTE("objectClass", VALUE("top"), VALUE("Computer")),
    ATTRIBUTE("cn", VALUE("John  Jones"), VALUE("J\xc3\xbcrgen")),
    ATTRIBUTE("sn", VALUE("a*b(c)\\")),
    ATTRIBUTE("description;lang-en", VALUE("English")),
    ATTRIBUTE("userCertificate;binary", VALUE("\x30\x00\x01")),
    ATTRIBUTE("telephoneNumber", VALUE("+1 555-01 00")),
    ATTRIBUTE("homeMDB", VALUE("cn=Microsoft Private MDB,cn=SERVER,o=Org")),
    ATTRIBUTE("Home-MTA", VALUE("no name")),
    ATTRIBUTE("USN-Changed", VALUE("1742")),
    ATTRIBUTE("Object-Version", VALUE("007")),
    ATTRIBUTE("MAPI-Recipient", VALUE("TRUE")),
    ATTRIBUTE("Assoc-NT-Account", VALUE("\x01\x00\xff")),
    ATTRIBUTE("mail", VALUE("John@Example.COM")),
    ATTRIBUTE("labeledURI", VALUE("http://Example")),
    ATTRIBUTE("Site-Colour", VALUE("Blue Green")),
    ATTRIBUTE("department", VALUE("")),
    ATTRIBUTE("title", VALUE("\xfc not UTF-8")),
    ATTRIBUTE("member;range=0-1", VALUE("cn=A"), VALUE("cn=B")),
    ATTRIBUTE("objectGUID", VALUE("\x41\x62\x00\xff")),
    ATTRIBUTE("userAccountControl", VALUE("4098")),
    ATTRIBUTE("sAMAccountName", VALUE("PC-0042$")),
    ATTRIBUTE("pwdLastSet", VALUE("133500000000000000")),
};
static const struct kbm_entry entry = {(char *)"cn=JohnJ,o=Org", attributes, COUNT(attributes)};

enum { UNSUPPORTED = 100 };

static bool knows(void *context, const char *name, size_t length)
{
	(void)context;
	return kbm_attribute_names_equal(name, length, "site-colour", strlen("site-colour")) ||
	       kbm_attribute_names_equal(name, length, "elsewhere", strlen("elsewhere"));
}

/* An enum kbm_truth, or UNSUPPORTED, or -1 for anything else. */
static int outcome(const char *text, bool bound, struct kbm_error *error)
{
	struct kbm_filter *filter = NULL;
	*error = (struct kbm_error){KBM_OK, ""};
	if (kbm_filter_parse(text, &filter, error) != KBM_OK)
		return -1;
	if (bound)
		kbm_filter_bind(filter, knows, NULL);
	enum kbm_truth truth = KBM_UNDEFINED;
	enum kbm_code code = kbm_filter_matches(filter, &entry, &truth, error);
	kbm_filter_free(filter);
	if (code == KBM_UNSUPPORTED)
		return UNSUPPORTED;
	return code == KBM_OK ? (int)truth : -1;
}

struct matching {
	const char *text;
	int outcome;
};

static void check(const struct matching *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kbm_error error;
		int got = outcome(rows[i].text, true, &error);
		cr_expect(got == rows[i].outcome, "%s: %d, expected %d %s", rows[i].text, got,
			  rows[i].outcome, error.message);
	}
}

Test(filter, knows_the_syntaxes_of_active_directory)
{
	static const struct matching rows[] = {
	    {"(objectGUID=\\41\\62\\00\\FF)", KBM_TRUE},
	    {"(objectGUID=\\61\\62\\00\\FF)", KBM_FALSE},
	    {"(1.2.840.113556.1.4.2=\\41b\\00\\FF)", KBM_TRUE},
	    {"(userAccountControl>=4098)", KBM_TRUE},
	    {"(userAccountControl>=5000)", KBM_FALSE},
	    {"(userAccountControl=4098)", KBM_TRUE},
	    {"(userAccountControl=04098)", KBM_UNDEFINED},
	    {"(pwdLastSet<=99999999999999999)", KBM_FALSE},
	    {"(samaccountname=pc-0042$)", KBM_TRUE},
	    {"(dNSHostName=x)", KBM_FALSE},
	    {"(!(dNSHostName=x))", KBM_TRUE},
	    {"(objectCategory=computer)", KBM_UNDEFINED},
	};
	check(rows, COUNT(rows));
}

Test(filter, combines_with_three_truths)
{
	static const struct matching rows[] = {
	    {"(&)", KBM_TRUE},
	    {"(|)", KBM_FALSE},
	    {"(!(&))", KBM_FALSE},
	    {"(&(cn=*)(sn=*))", KBM_TRUE},
	    {"(&(cn=*)(sn=x))", KBM_FALSE},
	    {"(|(cn=x)(sn=*))", KBM_TRUE},
	    {"(|(cn=x)(sn=x))", KBM_FALSE},
	    {"(!(cn=x))", KBM_TRUE},
	    {" ( & (cn=*) ( | (sn=*) (sn=x) ) ) ", KBM_TRUE},
	    /* undefined: neither it nor its opposite matches */
	    {"(nosuch=x)", KBM_UNDEFINED},
	    {"(nosuch=*)", KBM_UNDEFINED},
	    {"(!(nosuch=x))", KBM_UNDEFINED},
	    {"(&(nosuch=x)(cn=*))", KBM_UNDEFINED},
	    {"(&(nosuch=x)(cn=x))", KBM_FALSE},
	    {"(&(cn=x)(nosuch=x))", KBM_FALSE},
	    {"(|(nosuch=x)(cn=*))", KBM_TRUE},
	    {"(|(nosuch=x)(cn=x))", KBM_UNDEFINED},
	    {"(!(|(nosuch=x)(cn=x)))", KBM_UNDEFINED},
	    /* known, but not here */
	    {"(elsewhere=x)", KBM_FALSE},
	    {"(!(Elsewhere=x))", KBM_TRUE},
	    {"(!(otherMailbox=x))", KBM_TRUE},
	    {"(!(otherMailbox=*))", KBM_TRUE},
	};
	check(rows, COUNT(rows));
}

Test(filter, compares_by_the_syntax_of_the_attribute)
{
	static const struct matching rows[] = {
	    {"(objectClass=COMPUTER)", KBM_TRUE},
	    {"(objectClass=Comp)", KBM_FALSE},
	    {"(objectClass=TOP)", KBM_TRUE},
	    {"(objectClass=2.5.6.0)", KBM_TRUE},
	    {"(!(objectClass=top))", KBM_FALSE},
	    {"(objectClass=topp)", KBM_FALSE},
	    {"(cn=john jones)", KBM_TRUE},
	    {"(cn=  JOHN    JONES )", KBM_TRUE},
	    {"(cn=johnjones)", KBM_FALSE},
	    {"(commonName=John Jones)", KBM_TRUE},
	    {"(2.5.4.3=John Jones)", KBM_TRUE},
	    {"(cn~=john jones)", KBM_TRUE},
	    {"(cn=J\xc3\x9cRGEN)", KBM_TRUE},
	    {"(cn=j\\c3\\bcrgen)", KBM_TRUE},
	    {"(cn=ju\xcc\x88rgen)", KBM_TRUE},
	    {"(cn=\xef\xbc\xaaohn Jones)", KBM_TRUE}, /* fullwidth J */
	    {"(cn=Jurgen)", KBM_FALSE},
	    {"(sn=A\\2ab\\28c\\29\\5C)", KBM_TRUE},
	    {"(description=english)", KBM_TRUE},
	    {"(description;lang-en=english)", KBM_TRUE},
	    {"(description;lang-de=english)", KBM_FALSE},
	    {"(description;LANG-EN=*)", KBM_TRUE},
	    {"(cn;lang-en=*)", KBM_FALSE},
	    {"(userCertificate=*)", KBM_TRUE},
	    {"(userCertificate;binary=*)", KBM_TRUE},
	    {"(telephoneNumber=+15550100)", KBM_TRUE},
	    {"(telephoneNumber=+1-5550-100)", KBM_TRUE},
	    {"(!(telephoneNumber=x))", KBM_TRUE},
	    {"(Home-MDB=CN=microsoft private mdb, cn=server,O=ORG)", KBM_TRUE},
	    {"(Home-MDB=cn=Microsoft Private MDB,cn=OTHER,o=Org)", KBM_FALSE},
	    {"(Home-MDB=x)", KBM_UNDEFINED},
	    {"(!(Home-MDB=x))", KBM_UNDEFINED},
	    {"(Home-MDB=/o=Org/cn=SERVER)", KBM_UNDEFINED},
	    {"(!(Home-MTA=cn=X))", KBM_TRUE}, /* the held value is no name: it differs */
	    {"(USN-Changed=1742)", KBM_TRUE},
	    {"(USN-Changed=01742)", KBM_UNDEFINED},
	    {"(uSNChanged>=999)", KBM_TRUE},
	    {"(USN-Changed>=1743)", KBM_FALSE},
	    {"(USN-Changed<=1742)", KBM_TRUE},
	    {"(USN-Changed<=-5)", KBM_FALSE},
	    {"(USN-Changed>=-99999)", KBM_TRUE},
	    {"(USN-Changed<=99999999999999999999999)", KBM_TRUE},
	    {"(USN-Changed=abc)", KBM_UNDEFINED},
	    {"(USN-Changed=)", KBM_UNDEFINED},
	    {"(USN-Changed=-)", KBM_UNDEFINED},
	    {"(objectVersion=7)", KBM_FALSE}, /* held as 007, which is no integer */
	    {"(MAPI-Recipient=TRUE)", KBM_TRUE},
	    {"(MAPI-Recipient=FALSE)", KBM_FALSE},
	    {"(!(MAPI-Recipient=yes))", KBM_UNDEFINED},
	    {"(Assoc-NT-Account=\\01\\00\\ff)", KBM_TRUE},
	    {"(Assoc-NT-Account=\\01\\00)", KBM_FALSE},
	    {"(mail=john@example.com)", KBM_TRUE},
	    {"(mail=j\xc3\xb6hn@example.com)", KBM_UNDEFINED},
	    {"(labeledURI=http://Example)", KBM_TRUE},
	    {"(labeledURI=http://example)", KBM_FALSE},
	    {"(site-colour=blue  green)", KBM_TRUE},
	    {"(department=)", KBM_UNDEFINED}, /* no text is empty */
	    {"(department=*)", KBM_TRUE},
	    {"(mail=)", KBM_FALSE},
	    {"(!(cn=))", KBM_UNDEFINED},
	    {"(!(cn= ))", KBM_TRUE},
	    {"(!(telephoneNumber=))", KBM_UNDEFINED},
	    {"(title=x)", KBM_FALSE}, /* the held value is no text: it differs */
	};
	check(rows, COUNT(rows));
}

Test(filter, finds_substrings)
{
	static const struct matching rows[] = {
	    {"(cn=john*)", KBM_TRUE},
	    {"(cn=*jones)", KBM_TRUE},
	    {"(cn=*hn j*)", KBM_TRUE},
	    {"(cn=j*n*s)", KBM_TRUE},
	    {"(cn=john * jones)", KBM_FALSE},
	    {"(cn=john *)", KBM_TRUE},
	    {"(cn=john   jo*)", KBM_TRUE},
	    {"(cn=jones *)", KBM_FALSE},
	    {"(cn=* john*)", KBM_FALSE},
	    {"(cn=* jones*)", KBM_TRUE},
	    {"(cn=*nj*)", KBM_FALSE},
	    {"(cn=john jones*jones)", KBM_FALSE},
	    {"(cn=*n*n*n*n*)", KBM_FALSE},
	    {"(cn=*\xc3\x9cRG*)", KBM_TRUE},
	    {"(cn=**)", KBM_TRUE},
	    {"(cn=jo**nes)", KBM_TRUE},
	    {"(sn=*\\2a*)", KBM_TRUE},
	    {"(cn=*\\2a*)", KBM_FALSE},
	    {"(telephoneNumber=+1555*)", KBM_TRUE},
	    {"(mail=*@EXAMPLE*)", KBM_TRUE},
	    {"(otherMailbox=a*)", KBM_FALSE},
	    {"(nosuch=a*)", KBM_UNDEFINED},
	};
	check(rows, COUNT(rows));
}

Test(filter, says_what_cannot_be_known)
{
	static const struct matching rows[] = {
	    {"(USN-Created>=999)", UNSUPPORTED},
	    {"(!(USN-Created>=999))", UNSUPPORTED},
	    {"(cn>=m)", UNSUPPORTED},
	    {"(Home-MDB=cn=Microsoft*)", UNSUPPORTED},
	    {"(userCertificate=x)", UNSUPPORTED},
	    {"(|(cn=x)(USN-Created<=1))", UNSUPPORTED},
	    {"(&(nosuch=x)(USN-Created<=1))", UNSUPPORTED},
	    /* a neighbour decides */
	    {"(|(USN-Created<=1)(cn=*))", KBM_TRUE},
	    {"(&(USN-Created<=1)(cn=x))", KBM_FALSE},
	    /* only a part of the values is here */
	    {"(member=CN=a)", KBM_TRUE},
	    {"(member=*)", KBM_TRUE},
	    {"(member=cn=C)", UNSUPPORTED},
	    {"(!(member=cn=C))", UNSUPPORTED},
	    {"(member=no name)", KBM_UNDEFINED},
	};
	check(rows, COUNT(rows));
	struct kbm_error error;
	outcome("(&(cn=*)(USN-Created>=999))", true, &error);
	cr_assert(eq(str, error.message,
		     (char *)"filter, byte 10: the answer cannot be known: 'USN-Created' has no "
			     "rule for ordering here"));
}

Test(filter, unbound_answers_where_the_unknown_does_not_matter)
{
	struct kbm_error error;
	cr_expect(eq(int, outcome("(nosuch=x)", false, &error), KBM_UNDEFINED));
	cr_expect(eq(int, outcome("(!(nosuch=x))", false, &error), UNSUPPORTED));
	cr_expect(eq(int, outcome("(!(cn=x))", false, &error), KBM_TRUE));
	cr_expect(eq(int, outcome("(!(telephoneNumber=x))", false, &error), KBM_TRUE));
	cr_expect(eq(int, outcome("(|(cn=*)(!(nosuch=x)))", false, &error), KBM_TRUE));
}

Test(filter, knows_that_every_entry_has_classes)
{
	struct kbm_entry partial = {(char *)"cn=A", attributes + 1, 1};
	struct kbm_filter *filter = NULL;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_truth truth = KBM_FALSE;
	cr_assert(eq(int, kbm_filter_parse("(objectClass=*)", &filter, &error), KBM_OK));
	cr_assert(eq(int, kbm_filter_matches(filter, &partial, &truth, &error), KBM_OK));
	cr_assert(eq(int, truth, KBM_TRUE));
	kbm_filter_free(filter);
	cr_assert(eq(int, kbm_filter_parse("(objectClass=Computer)", &filter, &error), KBM_OK));
	cr_assert(eq(int, kbm_filter_matches(filter, &partial, &truth, &error), KBM_UNSUPPORTED));
	kbm_filter_free(filter);
}

struct mistake {
	const char *text;
	enum kbm_code code;
	const char *message; /* begins so */
};

Test(filter, names_the_place_of_a_mistake)
{
	static const struct mistake rows[] = {
	    {"", KBM_USAGE, "filter, byte 1: a filter begins with '('"},
	    {"cn=x", KBM_USAGE, "filter, byte 1: a filter begins with '('"},
	    {"(", KBM_USAGE, "filter, byte 2: the name"},
	    {"()", KBM_USAGE, "filter, byte 2: the name"},
	    {"(cn)", KBM_USAGE, "filter, byte 4: one of = ~= >= <="},
	    {"(cn", KBM_USAGE, "filter, byte 4: one of"},
	    {"(cn>x)", KBM_USAGE, "filter, byte 4: one of"},
	    {"(cn=x", KBM_USAGE, "filter, byte 6: the ')' is missing"},
	    {"(cn=x))", KBM_USAGE, "filter, byte 7: the filter ends before this"},
	    {"(cn=x)(sn=y)", KBM_USAGE, "filter, byte 7: the filter ends before this"},
	    {"(cn=a(b)", KBM_USAGE, "filter, byte 6: a '(' inside a value is written \\28"},
	    {"(cn=\\zz)", KBM_USAGE, "filter, byte 5: two hexadecimal digits"},
	    {"(cn=\\4", KBM_USAGE, "filter, byte 5: two hexadecimal digits"},
	    {"(cn=\\*)", KBM_USAGE, "filter, byte 5: two hexadecimal digits"},
	    {"(cn>=a*b)", KBM_USAGE, "filter, byte 7: a '*' inside this value"},
	    {"(c n=x)", KBM_USAGE, "filter, byte 2: this is not the name of an attribute"},
	    {"(1x=x)", KBM_USAGE, "filter, byte 2: this is not the name of an attribute"},
	    {"(cn;=x)", KBM_USAGE, "filter, byte 2: this is not the name of an attribute"},
	    {"(=x)", KBM_USAGE, "filter, byte 2: the name of an attribute is missing"},
	    {"(!)", KBM_USAGE, "filter, byte 3: exactly one"},
	    {"(!(cn=a)(cn=b))", KBM_USAGE, "filter, byte 15: exactly one"},
	    {"(&(cn=a)x)", KBM_USAGE, "filter, byte 9: a filter in"},
	    {"(&(cn=a)", KBM_USAGE, "filter, byte 9: a filter in"},
	    {"(cn=\xff)", KBM_USAGE, "filter, byte 5: not UTF-8"},
	    {"(cn:=x)", KBM_UNSUPPORTED, "filter, byte 4: extensible match"},
	    {"(:dn:2.5.13.5:=x)", KBM_UNSUPPORTED, "filter, byte 2: extensible match"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_filter *filter = NULL;
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = kbm_filter_parse(rows[i].text, &filter, &error);
		cr_expect(code == rows[i].code && filter == NULL, "%s: code %d", rows[i].text,
			  (int)code);
		cr_expect(strncmp(error.message, rows[i].message, strlen(rows[i].message)) == 0,
			  "%s: %s", rows[i].text, error.message);
		if (code == KBM_OK)
			kbm_filter_free(filter);
	}
}

/* `depth` times (! around one assertion. */
static enum kbm_code parse_nested(size_t depth)
{
	char text[4 * KBM_FILTER_MAX_DEPTH + 64] = "";
	for (size_t i = 1; i < depth; i++)
		strcat(text, "(!");
	strcat(text, "(cn=*)");
	for (size_t i = 1; i < depth; i++)
		strcat(text, ")");
	struct kbm_filter *filter = NULL;
	struct kbm_error error;
	enum kbm_code code = kbm_filter_parse(text, &filter, &error);
	if (code == KBM_OK)
		kbm_filter_free(filter);
	return code;
}

Test(filter, bounds_depth_and_length)
{
	cr_assert(eq(int, parse_nested(KBM_FILTER_MAX_DEPTH), KBM_OK));
	cr_assert(eq(int, parse_nested(KBM_FILTER_MAX_DEPTH + 1), KBM_LIMIT));
	char *text = calloc(1, KBM_FILTER_MAX_BYTES + 2);
	cr_assert(ne(ptr, text, NULL));
	memset(text, 'x', KBM_FILTER_MAX_BYTES);
	memcpy(text, "(cn=", 4);
	text[KBM_FILTER_MAX_BYTES - 1] = ')';
	struct kbm_filter *filter = NULL;
	struct kbm_error error;
	cr_assert(eq(int, kbm_filter_parse(text, &filter, &error), KBM_OK));
	kbm_filter_free(filter);
	text[KBM_FILTER_MAX_BYTES] = ' ';
	cr_assert(eq(int, kbm_filter_parse(text, &filter, &error), KBM_LIMIT));
	free(text);
}

Test(filter, takes_wide_lists)
{
	char text[4096] = "(|";
	for (size_t i = 0; i < 500; i++)
		strcat(text, "(sn=x)");
	strcat(text, "(cn=*))");
	struct kbm_error error;
	cr_assert(eq(int, outcome(text, true, &error), KBM_TRUE));
}

static void check_escaped(const char *value, size_t length, const char *expected)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	bool fits = kbm_filter_escape(value, length, &out);
	cr_expect(fits && strcmp(kbm_bytes_text(&out), expected) == 0, "%s", kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
}

Test(filter, escapes_what_would_be_read_otherwise)
{
	check_escaped("", 0, "");
	check_escaped("a b", 3, "a b");
	check_escaped("(*)\\\0", 5, "\\28\\2a\\29\\5c\\00");
	check_escaped("\xc3\xbc", 2, "\xc3\xbc");
	check_escaped("\xfc", 1, "\\fc");
}

Test(filter, reads_back_what_it_escaped)
{
	struct kbm_bytes text;
	struct kbm_error error;
	kbm_bytes_init(&text, 1000);
	kbm_bytes_append_text(&text, "(sn=");
	cr_assert(eq(int, kbm_filter_escape("a*b(c)\\", 7, &text), 1));
	kbm_bytes_append_text(&text, ")");
	cr_assert(eq(int, outcome(kbm_bytes_text(&text), true, &error), KBM_TRUE));
	kbm_bytes_clear(&text);
}

static bool is_sn_or_mail(const char *name)
{
	return strcmp(name, "sn") == 0 || strcmp(name, "mail") == 0;
}

Test(filter, finds_what_it_compares)
{
	static const struct {
		const char *text;
		const char *found; /* "": none */
	} rows[] = {
	    {"(sn=x)", "sn"},
	    {"(sn=x*)", "sn"},
	    {"(mail>=x)", "mail"},
	    {"(mail<=x)", "mail"},
	    {"(mail~=x)", "mail"},
	    {"(!(sn=x))", "sn"},
	    {"(&(cn=x)(|(cn=y)(!(mail=z)))(sn=x))", "mail"},
	    {"(sn=*)", ""},
	    {"(&(sn=*)(!(mail=*))(cn=sn))", ""},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_filter *filter = NULL;
		cr_assert(eq(int, kbm_filter_parse(rows[i].text, &filter, NULL), KBM_OK));
		const char *found = kbm_filter_find_compared(filter, is_sn_or_mail);
		cr_expect(eq(str, (char *)(found == NULL ? "" : found), (char *)rows[i].found));
		kbm_filter_free(filter);
	}
}

Test(filter, finds_every_entry_of_top)
{
	struct kbm_attribute held[] = {ATTRIBUTE("objectClass", VALUE("Computer"))};
	const struct kbm_entry named = {(char *)"cn=A", held, 1};
	const struct kbm_entry partial = {(char *)"cn=A", NULL, 0};
	static const char *const filters[] = {"(objectClass=Top)", "(2.5.4.0=2.5.6.0)"};
	for (size_t i = 0; i < COUNT(filters); i++) {
		struct kbm_filter *filter = NULL;
		enum kbm_truth truth = KBM_FALSE;
		cr_assert(eq(int, kbm_filter_parse(filters[i], &filter, NULL), KBM_OK));
		cr_expect(eq(int, kbm_filter_matches(filter, &named, &truth, NULL), KBM_OK));
		cr_expect(eq(int, truth, KBM_TRUE));
		truth = KBM_FALSE;
		cr_expect(eq(int, kbm_filter_matches(filter, &partial, &truth, NULL), KBM_OK));
		cr_expect(eq(int, truth, KBM_TRUE));
		kbm_filter_free(filter);
	}
}

Test(filter, finds_entries_by_the_superclasses_of_what_they_list)
{
	static const struct {
		const char *listed;
		const char *filter;
		enum kbm_truth truth;
	} rows[] = {
	    {"inetOrgPerson", "(objectClass=PERSON)", KBM_TRUE},
	    {"inetOrgPerson", "(objectClass~=person)", KBM_TRUE},
	    {"inetorgperson", "(objectClass=organizationalPerson)", KBM_TRUE},
	    {"inetOrgPerson", "(objectClass=2.5.6.6)", KBM_TRUE},
	    {"2.16.840.1.113730.3.2.2", "(objectClass=person)", KBM_TRUE},
	    {"newPilotPerson", "(!(objectClass=person))", KBM_FALSE},
	    {"pilotOrganization", "(objectClass=organizationalUnit)", KBM_TRUE},
	    {"pilotOrganization", "(objectClass=organization)", KBM_TRUE},
	    {"pilotDSA", "(objectClass=applicationEntity)", KBM_TRUE},
	    {"groupOfNames", "(objectClass=2.5.6.9)", KBM_TRUE},
	    /* not the other way round, nor beside, nor what a product calls so */
	    {"person", "(objectClass=inetOrgPerson)", KBM_FALSE},
	    {"residentialPerson", "(objectClass=organizationalPerson)", KBM_FALSE},
	    {"Computer", "(objectClass=person)", KBM_FALSE},
	    {"personal", "(objectClass=person)", KBM_FALSE},
	    {"inetOrgPerson", "(objectClass=2.5.6)", KBM_FALSE},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_blob value = {.data = (uint8_t *)rows[i].listed,
					 .length = strlen(rows[i].listed)};
		struct kbm_attribute held = {
		    .name = (char *)"objectClass", .values = &value, .value_count = 1};
		const struct kbm_entry listing = {(char *)"cn=A", &held, 1};
		struct kbm_filter *filter = NULL;
		enum kbm_truth truth = KBM_UNDEFINED;
		cr_assert(eq(int, kbm_filter_parse(rows[i].filter, &filter, NULL), KBM_OK));
		cr_expect(eq(int, kbm_filter_matches(filter, &listing, &truth, NULL), KBM_OK));
		cr_expect(eq(int, truth, rows[i].truth), "row %zu", i);
		kbm_filter_free(filter);
	}
}
