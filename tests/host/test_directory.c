/* The embedded directory: the tree, searches, and what it refuses to guess. */
#include "source/directory.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"
#include "exchange_ldif.h"
#include "source/name_index.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Children before parents too: an export need not be sorted. */
static const char org[] =
    "dn: cn=SERVER,cn=Servers,cn=Configuration,ou=Site,o=Org\n"
    "objectClass: Computer\n"
    "cn: SERVER\n"
    "rdn: SERVER\n"
    "Version-Number: 2653\n\n"
    "dn: o=Org\n"
    "objectClass: organization\n"
    "o: Org\n\n"
    "dn: ou=Site,o=Org\n"
    "objectClass: organizationalUnit\n"
    "ou: Site\n\n"
    "dn: cn=Configuration,ou=Site,o=Org\n"
    "objectClass: Container\n\n"
    "dn: cn=Servers,cn=Configuration,ou=Site,o=Org\n"
    "objectClass: Container\n\n"
    "dn: CN=Smith\\, \\\"West\\\" , cn=Servers,cn=Configuration,ou=Site,o=Org\n"
    "objectClass: Computer\n"
    "rdn: Smith, \"West\"\n"
    "userCertificate;binary:: AAEC\n\n"
    "dn:: Y249TcO8bnN0ZXIsY249U2VydmVycyxjbj1Db25maWd1cmF0aW9uLG91PVNpdGUsbz1Pcmc=\n"
    "objectClass: Computer\n"
    "rdn:: TcO8bnN0ZXI=\n\n"
    "dn: ou=Partners,o=Org\n"
    "objectClass: organizationalUnit\n";

static struct kbm_directory *open_text(const char *ldif, size_t length)
{
	struct kbm_directory *directory = NULL;
	struct kbm_error error = {KBM_OK, ""};
	kbm_directory_open_ldif((const uint8_t *)ldif, length, &directory, &error);
	cr_assert(eq(str, error.message, (char *)""));
	return directory;
}

struct answer {
	enum kbm_code code;
	char text[1200]; /* "rdn rdn ..." (first RDNs of the entries), or the message */
};

/* The leaf of each entry found, or the whole entry with `details`. */
static void show(const struct kbm_entries *entries, bool details, struct answer *answer)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, sizeof answer->text - 1);
	for (size_t i = 0; i < entries->count; i++) {
		const struct kbm_entry *entry = &entries->items[i];
		size_t leaf = details ? strlen(entry->dn) : strcspn(entry->dn, ",");
		kbm_bytes_printf(&out, "%s%.*s", i == 0 ? "" : " ", (int)leaf, entry->dn);
		for (size_t j = 0; details && j < entry->attribute_count; j++) {
			const struct kbm_attribute *attribute = &entry->attributes[j];
			kbm_bytes_printf(&out, ";%s", attribute->name);
			for (size_t k = 0; k < attribute->value_count; k++) {
				kbm_bytes_append_text(&out, "=");
				kbm_text_escape((const char *)attribute->values[k].data,
						attribute->values[k].length, &out);
			}
		}
	}
	snprintf(answer->text, sizeof answer->text, "%s", kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
}

static struct answer ask(struct kbm_directory *directory,
			 const struct kbm_directory_request *request, bool details)
{
	struct kbm_directory_service service = kbm_directory_service(directory);
	struct kbm_entries entries = {0};
	struct kbm_error error = {KBM_OK, ""};
	struct answer answer = {KBM_OK, ""};
	answer.code = service.search(service.context, request, &entries, &error);
	if (answer.code == KBM_OK)
		show(&entries, details, &answer);
	else
		snprintf(answer.text, sizeof answer.text, "%s", error.message);
	kbm_entries_clear(&entries);
	return answer;
}

struct question {
	const char *base;
	enum kbm_scope scope;
	const char *filter;
	enum kbm_code code;
	const char *answer; /* the whole text, or the beginning of a message */
};

static void check(struct kbm_directory *directory, const struct question *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kbm_directory_request request = {
		    rows[i].base, rows[i].scope, rows[i].filter, NULL, 0, false};
		struct answer answer = ask(directory, &request, false);
		cr_expect(answer.code == rows[i].code, "row %zu: code %d: %s", i, (int)answer.code,
			  answer.text);
		bool same = rows[i].code == KBM_OK
				? strcmp(answer.text, rows[i].answer) == 0
				: strncmp(answer.text, rows[i].answer, strlen(rows[i].answer)) == 0;
		cr_expect(same, "row %zu: %s", i, answer.text);
	}
}

Test(directory, answers_by_base_scope_and_filter)
{
	static const char servers[] = "cn=Servers,cn=Configuration,ou=Site,o=Org";
	static const struct question rows[] = {
	    {"o=Org", KBM_SCOPE_BASE, NULL, KBM_OK, "o=Org"},
	    {"O = org", KBM_SCOPE_BASE, NULL, KBM_OK, "o=Org"},
	    {"organizationName=ORG", KBM_SCOPE_BASE, NULL, KBM_OK, "o=Org"},
	    {"o=Org", KBM_SCOPE_BASE, "(o=x)", KBM_OK, ""},
	    {"o=Org", KBM_SCOPE_ONE, NULL, KBM_OK, "ou=Site ou=Partners"},
	    {servers, KBM_SCOPE_ONE, NULL, KBM_OK, "cn=SERVER CN=Smith\\ cn=M\xc3\xbcnster"},
	    {servers, KBM_SCOPE_SUB, "(rdn=*)", KBM_OK, "cn=SERVER CN=Smith\\ cn=M\xc3\xbcnster"},
	    {"ou=Site,o=Org", KBM_SCOPE_SUB, NULL, KBM_OK,
	     "cn=SERVER ou=Site cn=Configuration cn=Servers CN=Smith\\ cn=M\xc3\xbcnster"},
	    {"ou=Partners,o=Org", KBM_SCOPE_ONE, NULL, KBM_OK, ""},
	    {"ou=Partners,o=Org", KBM_SCOPE_SUB, NULL, KBM_OK, "ou=Partners"},
	    {"o=Org", KBM_SCOPE_SUB, "(&(objectClass=Computer)(rdn=server))", KBM_OK, "cn=SERVER"},
	    {"o=Org", KBM_SCOPE_SUB, "(rdn=smith, \"west\")", KBM_OK, "CN=Smith\\"},
	    {"o=Org", KBM_SCOPE_SUB, "(rdn=M\xc3\x9cNSTER)", KBM_OK, "cn=M\xc3\xbcnster"},
	    {"cn=\"smith, \\\"west\\\"\",cn=Servers,cn=Configuration,ou=Site,o=Org", KBM_SCOPE_BASE,
	     NULL, KBM_OK, "CN=Smith\\"},
	    {"cn=m\\C3\\9Cnster,cn=servers,cn=configuration,ou=site,o=org", KBM_SCOPE_BASE, NULL,
	     KBM_OK, "cn=M\xc3\xbcnster"},
	    /* the root */
	    {"", KBM_SCOPE_BASE, NULL, KBM_NOT_FOUND, "no entry ''"},
	    {"", KBM_SCOPE_ONE, NULL, KBM_OK, "o=Org"},
	    {"", KBM_SCOPE_SUB, "(rdn=server)", KBM_OK, "cn=SERVER"},
	    /* absent */
	    {"o=Other", KBM_SCOPE_SUB, NULL, KBM_NOT_FOUND, "no entry 'o=Other'"},
	    {"cn=X,ou=Site,o=Org", KBM_SCOPE_BASE, NULL, KBM_NOT_FOUND, "no entry"},
	    {"cn=Y,cn=X,ou=Site,o=Org", KBM_SCOPE_BASE, NULL, KBM_NOT_FOUND, "no entry"},
	    /* wrong questions come before absent bases */
	    {"o=Other", KBM_SCOPE_BASE, "(x", KBM_USAGE, "filter, byte 3"},
	    {"o=Org", KBM_SCOPE_BASE, "", KBM_USAGE, "filter, byte 1"},
	    {"no name", KBM_SCOPE_BASE, NULL, KBM_USAGE, "base 'no name': "},
	    {"/o=Org", KBM_SCOPE_BASE, NULL, KBM_USAGE, "base '/o=Org': "},
	    {"o=Org\x1b[0m,", KBM_SCOPE_BASE, NULL, KBM_USAGE, "base 'o=Org\\x1B[0m,': "},
	    /* what cannot be known */
	    {"o=Org", KBM_SCOPE_SUB, "(USN-Created>=9)", KBM_UNSUPPORTED, "filter, byte 2"},
	    /* known because an entry has it; unknown */
	    {"o=Org", KBM_SCOPE_ONE, "(!(nosuch=x))", KBM_OK, ""},
	    {"o=Org", KBM_SCOPE_ONE, "(!(telephoneNumber=x))", KBM_OK, "ou=Site ou=Partners"},
	};
	struct kbm_directory *directory = open_text(org, sizeof org - 1);
	cr_assert(eq(sz, kbm_directory_entry_count(directory), 8));
	check(directory, rows, COUNT(rows));
	kbm_directory_free(directory);
}

Test(directory, knows_attributes_that_entries_hold)
{
	static const char ldif[] = "dn: o=A\nobjectClass: x\nOwn-Thing;x-y: 1\n\ndn: o=B\n"
				   "objectClass: x\n";
	static const struct question rows[] = {
	    {"", KBM_SCOPE_SUB, "(own-thing=1)", KBM_OK, "o=A"},
	    {"", KBM_SCOPE_SUB, "(!(own-THING=1))", KBM_OK, "o=B"},
	    {"", KBM_SCOPE_SUB, "(!(own-things=1))", KBM_OK, ""},
	};
	struct kbm_directory *directory = open_text(ldif, sizeof ldif - 1);
	check(directory, rows, COUNT(rows));
	kbm_directory_free(directory);
}

Test(directory, does_not_guess_beyond_a_partial_export)
{
	static const char ldif[] = "dn: cn=A,cn=X,ou=S,o=Org\nobjectClass: x\n\n"
				   "dn: cn=B,ou=S,o=Org\nobjectClass: x\n\n"
				   "dn: cn=C,cn=B,ou=S,o=Org\nobjectClass: x\n";
	static const struct question rows[] = {
	    {"ou=S,o=Org", KBM_SCOPE_BASE, NULL, KBM_UNREADABLE,
	     "the export does not hold 'ou=S,o=Org' itself"},
	    {"ou=S,o=Org", KBM_SCOPE_SUB, NULL, KBM_UNREADABLE, "the export does not hold"},
	    {"o=org", KBM_SCOPE_ONE, NULL, KBM_UNREADABLE, "the export does not hold 'o=org'"},
	    {"cn=D,ou=S,o=Org", KBM_SCOPE_BASE, NULL, KBM_UNREADABLE,
	     "the export cannot tell whether 'cn=D,ou=S,o=Org' exists"},
	    {"ou=T,o=Org", KBM_SCOPE_BASE, NULL, KBM_UNREADABLE, "the export cannot tell"},
	    {"cn=D,cn=B,ou=S,o=Org", KBM_SCOPE_BASE, NULL, KBM_NOT_FOUND, "no entry"},
	    {"o=Other", KBM_SCOPE_BASE, NULL, KBM_NOT_FOUND, "no entry"},
	    {"cn=B,ou=S,o=Org", KBM_SCOPE_SUB, NULL, KBM_OK, "cn=B cn=C"},
	    /* the tops of what is held */
	    {"", KBM_SCOPE_ONE, NULL, KBM_OK, "cn=A cn=B"},
	    {"", KBM_SCOPE_SUB, NULL, KBM_OK, "cn=A cn=B cn=C"},
	};
	struct kbm_directory *directory = open_text(ldif, sizeof ldif - 1);
	check(directory, rows, COUNT(rows));
	kbm_directory_free(directory);
}

Test(directory, keeps_the_root_dse_apart)
{
	static const char ldif[] = "dn:\nobjectClass: x\n\ndn: o=A\nobjectClass: x\n";
	static const struct question rows[] = {
	    {"", KBM_SCOPE_BASE, NULL, KBM_OK, ""}, /* one entry, its DN is empty */
	    {"", KBM_SCOPE_ONE, NULL, KBM_OK, "o=A"},
	    {"", KBM_SCOPE_SUB, NULL, KBM_OK, "o=A"},
	    {"o=B", KBM_SCOPE_SUB, NULL, KBM_NOT_FOUND, "no entry"},
	};
	struct kbm_directory *directory = open_text(ldif, sizeof ldif - 1);
	check(directory, rows, COUNT(rows));
	kbm_directory_free(directory);
}

struct selection {
	const char *names[4];
	size_t count;
	const char *answer;
};

Test(directory, hands_out_the_attributes_asked_for)
{
	static const struct selection rows[] = {
	    {{NULL}, 0, "o=A;objectClass=x;cn=1=2;cn;lang-de=3;userCertificate;binary=\\x00"},
	    {{"*"}, 1, "o=A;objectClass=x;cn=1=2;cn;lang-de=3;userCertificate;binary=\\x00"},
	    {{"1.1"}, 1, "o=A"},
	    {{"1.1", "sn"}, 2, "o=A"},
	    {{"CN"}, 1, "o=A;cn=1=2;cn;lang-de=3"},
	    {{"commonName"}, 1, "o=A;cn=1=2;cn;lang-de=3"},
	    {{"cn;lang-de"}, 1, "o=A;cn;lang-de=3"},
	    {{"usercertificate", "1.1"}, 2, "o=A;userCertificate;binary=\\x00"},
	    {{"sn", "objectclass", "x"}, 3, "o=A;objectClass=x"},
	    {{"sn", "*"}, 2, "o=A;objectClass=x;cn=1=2;cn;lang-de=3;userCertificate;binary=\\x00"},
	};
	static const char ldif[] = "dn: o=A\nobjectClass: x\ncn: 1\ncn: 2\ncn;lang-de: 3\n"
				   "userCertificate;binary:: AA==\n";
	struct kbm_directory *directory = open_text(ldif, sizeof ldif - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_directory_request request = {"o=A",	       KBM_SCOPE_BASE, NULL,
							rows[i].names, rows[i].count,  false};
		struct answer answer = ask(directory, &request, true);
		cr_expect(strcmp(answer.text, rows[i].answer) == 0, "row %zu: %s", i, answer.text);
	}
	static const char *const wrong[] = {"cn", "c n"};
	struct kbm_directory_request request = {"o=A", KBM_SCOPE_BASE, NULL, wrong, 2, false};
	struct answer answer = ask(directory, &request, true);
	cr_expect(eq(int, answer.code, KBM_USAGE));
	const char *many[KBM_DIRECTORY_MAX_ATTRIBUTES + 1];
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = "cn";
	request =
	    (struct kbm_directory_request){"o=A", KBM_SCOPE_BASE, NULL, many, COUNT(many), false};
	answer = ask(directory, &request, true);
	cr_expect(eq(int, answer.code, KBM_LIMIT));
	request.attribute_count--;
	answer = ask(directory, &request, true);
	cr_expect(eq(int, answer.code, KBM_OK));
	kbm_directory_free(directory);
}

Test(directory, does_not_hand_out_a_part_of_the_values)
{
	static const char ldif[] = "dn: o=A\nobjectClass: x\ncn: 1\nmember;range=0-1: cn=X\n"
				   "member;range=0-1: cn=Y\n\ndn: o=B\nobjectClass: x\n"
				   "member;range=0-*: cn=Z\n";
	static const char *const cn[] = {"cn"};
	static const char *const member[] = {"member"};
	struct kbm_directory *directory = open_text(ldif, sizeof ldif - 1);
	struct kbm_directory_request request = {"o=A", KBM_SCOPE_BASE, NULL, NULL, 0, false};
	struct answer answer = ask(directory, &request, true);
	cr_expect(eq(int, answer.code, KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(answer.text, "'member;range=0-1'"), NULL));
	request = (struct kbm_directory_request){"o=A", KBM_SCOPE_BASE, NULL, member, 1, false};
	answer = ask(directory, &request, true);
	cr_expect(eq(int, answer.code, KBM_UNREADABLE));
	request = (struct kbm_directory_request){"o=A", KBM_SCOPE_BASE, NULL, cn, 1, false};
	answer = ask(directory, &request, true);
	cr_expect(eq(str, answer.text, (char *)"o=A;cn=1"));
	request = (struct kbm_directory_request){"o=B", KBM_SCOPE_BASE, "(member=cn=z)", member,
						 1,	false};
	answer = ask(directory, &request, true);
	cr_expect(eq(str, answer.text, (char *)"o=B;member=cn=Z"));
	kbm_directory_free(directory);
}

struct refusal {
	const char *ldif;
	enum kbm_code code;
	const char *message; /* begins so */
};

Test(directory, refuses_wrong_files_with_the_line)
{
	static const struct refusal rows[] = {
	    {"", KBM_INVALID, "the LDIF holds no entry"},
	    {"version: 1\n", KBM_INVALID, "the LDIF holds no entry"},
	    {"dn: o=A\n\ndn: O = a\n", KBM_INVALID,
	     "line 3: the entry of line 1 stands here again"},
	    {"dn: cn=a,o=A\n\ndn: cn=b,o=A\n\ndn: CN=A, o=a\n", KBM_INVALID,
	     "line 5: the entry of line 1"},
	    {"dn: cn=a,o=A\n\ndn: cn=a,o=A\n", KBM_INVALID, "line 3: the entry of line 1"},
	    {"dn:\n\ndn:\n", KBM_INVALID, "line 3: the entry of line 1"},
	    {"dn: o=A\n\ndn: nonsense\n", KBM_INVALID, "line 3: the DN: "},
	    {"dn: cn=x,o=A\n\ndn: nonsense,o=A\n", KBM_INVALID, "line 3: the DN: "},
	    {"dn: cn=x,o=A\n\ndn: =x,o=A\n", KBM_INVALID, "line 3: the DN: "},
	    {"dn: /o=Org/ou=Site\n", KBM_INVALID, "line 1: the DN: "},
	    {"dn: o=A\nx\n", KBM_INVALID, "line 2: no ':'"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_directory *directory = NULL;
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = kbm_directory_open_ldif(
		    (const uint8_t *)rows[i].ldif, strlen(rows[i].ldif), &directory, &error);
		cr_expect(code == rows[i].code && directory == NULL, "row %zu: code %d", i,
			  (int)code);
		cr_expect(strncmp(error.message, rows[i].message, strlen(rows[i].message)) == 0,
			  "row %zu: %s", i, error.message);
	}
}

/* The short way for siblings (dn_tree.c) must find the nodes that the long way finds. */
Test(directory, finds_siblings_whatever_their_spelling)
{
	static const char ldif[] =
	    "dn: cn=a,cn=X,o=A\n\ndn: cn=b,cn=X,o=A\n\ndn: cn=c , cn=X,o=A\n\n"
	    "dn: cn=d+sn=e,cn=X,o=A\n\ndn: cn=\"f\",cn=X,o=A\n\ndn: cn=g\\,h,cn=X,o=A\n\n"
	    "dn: cn=i,cn=x,o=A\n\ndn: cn=j,cn=X;o=A\n\ndn: cn=#04016B,cn=X,o=A\n\n"
	    "dn: cn=X,o=A\n\ndn: o=A\n";
	static const char *const leaves[] = {"cn=a",	  "CN=B", "cn=c", "sn=e+cn=d", "cn=f",
					     "cn=g\\2Ch", "cn=i", "cn=j", "cn=k"};
	struct kbm_directory *directory = open_text(ldif, sizeof ldif - 1);
	for (size_t i = 0; i < COUNT(leaves); i++) {
		char base[100];
		snprintf(base, sizeof base, "%s,cn=x,o=a", leaves[i]);
		struct kbm_directory_request request = {base, KBM_SCOPE_BASE, NULL, NULL, 0, false};
		struct answer answer = ask(directory, &request, false);
		cr_expect(answer.code == KBM_OK, "%s: %s", base, answer.text);
	}
	struct kbm_directory_request request = {"cn=X,o=A", KBM_SCOPE_ONE, NULL, NULL, 0, false};
	struct answer answer = ask(directory, &request, false);
	size_t found = 1;
	for (const char *at = answer.text; *at != 0; at++)
		found += *at == ' ' && at[1] != ',';
	cr_expect(found >= 9, "%s", answer.text);
	kbm_directory_free(directory);
}

static struct kbm_directory *open_many(unsigned count, unsigned value_bytes, struct kbm_bytes *ldif)
{
	kbm_bytes_init(ldif, 64 * KBM_MIB);
	kbm_bytes_append_text(ldif, "dn: o=A\nobjectClass: x\n\n");
	for (unsigned i = 0; i < count; i++) {
		kbm_bytes_printf(ldif, "dn: cn=U%u,o=A\nobjectClass: user\nsn: ", i);
		for (unsigned j = 0; j < value_bytes; j++)
			kbm_bytes_append_byte(ldif, 'v');
		kbm_bytes_append_text(ldif, "\n\n");
	}
	struct kbm_directory *directory = NULL;
	struct kbm_error error = {KBM_OK, ""};
	kbm_directory_open_ldif(ldif->data, ldif->length, &directory, &error);
	cr_assert(eq(str, error.message, (char *)""));
	return directory;
}

Test(directory, gives_no_short_list_beyond_the_cap)
{
	struct kbm_bytes ldif;
	struct kbm_directory *directory = open_many(KBM_DIRECTORY_MAX_ENTRIES, 1, &ldif);
	struct kbm_directory_service service = kbm_directory_service(directory);
	struct kbm_directory_request request = {"o=A", KBM_SCOPE_ONE, NULL, NULL, 0, false};
	struct kbm_entries entries = {0};
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = service.search(service.context, &request, &entries, &error);
	cr_assert(eq(int, code, KBM_OK));
	cr_assert(eq(sz, entries.count, KBM_DIRECTORY_MAX_ENTRIES));
	kbm_entries_clear(&entries);
	request.scope = KBM_SCOPE_SUB;
	code = service.search(service.context, &request, &entries, &error);
	cr_assert(eq(int, code, KBM_LIMIT));
	cr_assert(eq(sz, entries.count, 0));
	cr_assert(ne(ptr, strstr(error.message, "10000 entries"), NULL));
	kbm_directory_free(directory);
	kbm_bytes_clear(&ldif);
}

Test(directory, gives_no_answer_that_is_too_large)
{
	static const char *const none[] = {"1.1"};
	struct kbm_bytes ldif;
	struct kbm_directory *directory = open_many(5000, 1000, &ldif);
	struct kbm_directory_request request = {"o=A", KBM_SCOPE_SUB, NULL, NULL, 0, false};
	struct answer answer = ask(directory, &request, false);
	cr_assert(eq(int, answer.code, KBM_LIMIT));
	cr_assert(ne(ptr, strstr(answer.text, "4194304 bytes"), NULL));
	request = (struct kbm_directory_request){"o=A", KBM_SCOPE_SUB, NULL, none, 1, false};
	answer = ask(directory, &request, false);
	cr_assert(eq(int, answer.code, KBM_OK));
	kbm_directory_free(directory);
	kbm_bytes_clear(&ldif);
}

Test(directory, reads_utf16_exports)
{
	static const char ldif[] = "\xef\xbb\xbf"
				   "dn: o=A\r\nchangetype: add\r\nobjectClass: x\r\ncn: "
				   "M\xc3\xbcller\r\n";
	struct kbm_bytes utf16;
	kbm_bytes_init(&utf16, 1000);
	kbm_text_to_utf16(ldif, sizeof ldif - 1, &utf16);
	struct kbm_directory *directory = open_text(kbm_bytes_text(&utf16), utf16.length);
	struct kbm_directory_request request = {"o=A", KBM_SCOPE_SUB, "(cn=M\xc3\x9cLLER)", NULL,
						0,     false};
	struct answer answer = ask(directory, &request, true);
	cr_assert(eq(str, answer.text, (char *)"o=A;objectClass=x;cn=M\xc3\xbcller"));
	kbm_directory_free(directory);
	kbm_bytes_clear(&utf16);
}

Test(directory, numbers_names_in_order)
{
	struct kbm_name_index index = {0};
	struct kbm_error error;
	cr_assert(eq(u32, kbm_name_index_find(&index, 0, "x", 1), KBM_NAME_NONE));
	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 5000; i++) {
			char name[16];
			int length = snprintf(name, sizeof name, "n%u", (unsigned)i / 2);
			uint32_t number = 0;
			enum kbm_code code = kbm_name_index_add(&index, i % 2, name, (size_t)length,
								&number, &error);
			cr_assert(eq(int, code, KBM_OK));
			cr_assert(eq(u32, number, i));
		}
	}
	cr_assert(eq(u32, kbm_name_index_find(&index, 1, "n0", 2), 1));
	cr_assert(eq(u32, kbm_name_index_find(&index, 2, "n0", 2), KBM_NAME_NONE));
	cr_assert(eq(u32, kbm_name_index_find(&index, 0, "n", 1), KBM_NAME_NONE));
	kbm_name_index_clear(&index);
	cr_assert(eq(u32, kbm_name_index_find(&index, 0, "n0", 2), KBM_NAME_NONE));
}

Test(directory, finds_a_server_among_many_recipients)
{
	static const struct question rows[] = {
	    {"o=Contoso", KBM_SCOPE_SUB, "(&(objectClass=Computer)(rdn=exch1))", KBM_OK,
	     "cn=EXCH1"},
	    {"cn=user000042,cn=Recipients,ou=SITE1,o=Contoso", KBM_SCOPE_BASE, NULL, KBM_OK,
	     "cn=User000042"},
	    {"cn=User002000,cn=Recipients,ou=SITE1,o=Contoso", KBM_SCOPE_BASE, NULL, KBM_NOT_FOUND,
	     "no entry"},
	    {"o=Contoso", KBM_SCOPE_SUB, "(telephoneNumber=+15550001999)", KBM_OK, "cn=User001999"},
	    {"o=Contoso", KBM_SCOPE_SUB, "(proxyAddresses=X400:*;g=eva;i=10;)", KBM_OK,
	     "cn=User000010"},
	};
	struct exchange_ldif wanted = {"Contoso", "SITE1", "EXCH1", 2000};
	char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);
	cr_assert(ne(ptr, memory, NULL));
	exchange_ldif_write(&wanted, memory);
	fclose(memory);
	struct kbm_directory *directory = open_text(text, length);
	cr_assert(eq(sz, kbm_directory_entry_count(directory), 2010));
	check(directory, rows, COUNT(rows));
	kbm_directory_free(directory);
	free(text);
}

static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	cr_assert(ne(ptr, file, NULL));
	char *bytes = calloc(1, KBM_MIB);
	cr_assert(ne(ptr, bytes, NULL));
	*length = fread(bytes, 1, KBM_MIB - 1, file);
	fclose(file);
	return bytes;
}

/* Entries of an answer as the fixture writes them: "2,5", counted by their DNs' place in the file.
 */
static void number(const struct kbm_entries *all, const struct kbm_entries *found, char *text,
		   size_t size)
{
	size_t used = 0;
	size_t at = 0;
	snprintf(text, size, "-");
	for (size_t i = 0; i < found->count; i++) {
		while (at < all->count && strcmp(all->items[at].dn, found->items[i].dn) != 0)
			at++;
		cr_assert(lt(sz, at, all->count), "file order");
		used +=
		    (size_t)snprintf(text + used, size - used, "%s%zu", i == 0 ? "" : ",", at + 1);
	}
}

/* One line of the fixture: scope, base, filter, expected entries. */
static void replay(struct kbm_directory *directory, const struct kbm_entries *all, char *line)
{
	struct kbm_directory_service service = kbm_directory_service(directory);
	char *fields = NULL;
	const char *scope = strtok_r(line, "\t", &fields);
	const char *base = strtok_r(NULL, "\t", &fields);
	const char *filter = strtok_r(NULL, "\t", &fields);
	const char *expected = strtok_r(NULL, "\t", &fields);
	cr_assert(ne(ptr, (void *)expected, NULL));
	struct kbm_directory_request request = {base, KBM_SCOPE_SUB, filter, NULL, 0, false};
	if (scope[0] == 'b')
		request.scope = KBM_SCOPE_BASE;
	else if (scope[0] == 'o')
		request.scope = KBM_SCOPE_ONE;
	struct kbm_entries found = {0};
	struct kbm_error error = {KBM_OK, ""};
	char text[200] = "noSuchObject";
	enum kbm_code code = service.search(service.context, &request, &found, &error);
	if (code == KBM_OK)
		number(all, &found, text, sizeof text);
	bool same = (code == KBM_OK || code == KBM_NOT_FOUND) && strcmp(text, expected) == 0;
	cr_expect(same, "%s %s %s: code %d: %s, expected %s", scope, base, filter, (int)code, text,
		  expected);
	kbm_entries_clear(&found);
}

/* tests/data/slapd-answers.tsv: its head says how it was made. */
Test(directory, answers_as_a_server_did)
{
	size_t ldif_length = 0;
	size_t answers_length = 0;
	size_t rows = 0;
	char *ldif = read_file(KBM_TEST_DATA "/exchange55.ldif", &ldif_length);
	char *answers = read_file(KBM_TEST_DATA "/slapd-answers.tsv", &answers_length);
	struct kbm_directory *directory = open_text(ldif, ldif_length);
	struct kbm_directory_service service = kbm_directory_service(directory);
	struct kbm_directory_request everything = {"", KBM_SCOPE_SUB, NULL, NULL, 0, false};
	struct kbm_entries all = {0};
	struct kbm_error error = {KBM_OK, ""};
	cr_assert(eq(int, service.search(service.context, &everything, &all, &error), KBM_OK));
	char *rest = NULL;
	for (char *line = strtok_r(answers, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] == '#')
			continue;
		replay(directory, &all, line);
		rows++;
	}
	cr_assert(eq(sz, rows, 435));
	kbm_entries_clear(&all);
	kbm_directory_free(directory);
	free(ldif);
	free(answers);
}
