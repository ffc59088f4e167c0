/* LDIF content: what is read, what is refused, and that the line is named. */
#include "source/ldif.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Writes an entry as `dn@line{name=value|value,name=value}`, bytes beyond ASCII text escaped. */
static enum kbm_code show(void *context, const struct kbm_entry *entry, size_t line,
			  struct kbm_error *error)
{
	struct kbm_bytes *out = context;
	(void)error;
	kbm_bytes_printf(out, "%s@%zu{", entry->dn, line);
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		kbm_bytes_printf(out, "%s%s=", i == 0 ? "" : ",", attribute->name);
		for (size_t j = 0; j < attribute->value_count; j++) {
			const struct kbm_blob *value = &attribute->values[j];
			kbm_bytes_append_text(out, j == 0 ? "" : "|");
			kbm_text_escape((const char *)value->data, value->length, out);
		}
	}
	kbm_bytes_append_text(out, "}");
	return KBM_OK;
}

struct reading {
	enum kbm_code code;
	char text[600]; /* the entries, or the message */
};

static struct reading read_bytes(const void *bytes, size_t length)
{
	struct reading reading = {KBM_OK, ""};
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_bytes out;
	kbm_bytes_init(&out, sizeof reading.text - 1);
	/* A copy of exact size: what reads beyond it is seen by the sanitizer. */
	uint8_t *copy = malloc(length == 0 ? 1 : length);
	cr_assert(ne(ptr, copy, NULL));
	memcpy(copy, bytes, length);
	reading.code = kbm_ldif_read(copy, length, show, &out, &error);
	snprintf(reading.text, sizeof reading.text, "%s",
		 reading.code == KBM_OK ? kbm_bytes_text(&out) : error.message);
	kbm_bytes_clear(&out);
	free(copy);
	return reading;
}

struct content {
	const char *ldif;
	const char *entries;
};

Test(ldif, reads_content)
{
	static const struct content rows[] = {
	    {"", ""},
	    {"\n\n# nothing\n\n", ""},
	    {"version: 1\n", ""},
	    {"dn: o=A\no: A\n", "o=A@1{o=A}"},
	    {"dn: o=A\no: A", "o=A@1{o=A}"},
	    {"version: 1\ndn: o=A\no: A\n", "o=A@2{o=A}"},
	    {"version: 1\r\n\r\ndn: o=A\r\no: A\r\n\r\n", "o=A@3{o=A}"},
	    {"# c\nVersion:1 \n\ndn: o=A\no: A\n", "o=A@4{o=A}"},
	    {"DN:o=A\nO:A\n", "o=A@1{O=A}"},
	    {"dn:\nobjectClass: rootDSE\n", "@1{objectClass=rootDSE}"},
	    {"dn: o=A\n\n\n\ndn: o=B\n\n", "o=A@1{}o=B@5{}"},
	    /* blanks: one fold mark, any number before the value, all behind it */
	    {"dn: o=A\no:   A b  \n", "o=A@1{o=A b  }"},
	    {"dn: o=A\no: long\n  er\n", "o=A@1{o=long er}"},
	    {"dn: o=\n A\no\n :\n  A\n B\n \n C\n", "o=A@1{o=ABC}"},
	    {"dn: o=A\r\no: long\r\n er\r\n", "o=A@1{o=longer}"},
	    {"dn: o=A\no:\n", "o=A@1{o=}"},
	    {"dn: o=A\no: \nou::\n", "o=A@1{o=,ou=}"},
	    {"dn: o=A\no: a:b\nou: :x\n", "o=A@1{o=a:b,ou=:x}"},
	    {"dn: o=A\no: <x\n", "o=A@1{o=<x}"},
	    /* comments, folded too, also inside entries */
	    {"# o: x\n  more\n still: more\ndn: o=A\n# o: B\n B\no: A\n#", "o=A@4{o=A}"},
	    /* values of one attribute, wherever they stand; the first spelling */
	    {"dn: o=A\nMail: 1\nsn: s\nmail: 2\nMAIL: 3\n", "o=A@1{Mail=1|2|3,sn=s}"},
	    {"dn: o=A\ncn: 1\ncn;lang-de: 2\ncn: 3\n", "o=A@1{cn=1|3,cn;lang-de=2}"},
	    {"dn: o=A\nx;binary:: AAEC\n", "o=A@1{x;binary=\\x00\\x01\\x02}"},
	    {"dn: o=A\nmember;range=0-1499: x\n", "o=A@1{member;range=0-1499=x}"},
	    {"dn: o=A\nmember;range=0-*: x\nmember: y\n", "o=A@1{member=x|y}"},
	    {"dn: o=A\n2.5.4.3: x\n", "o=A@1{2.5.4.3=x}"},
	    /* base64 */
	    {"dn:: bz1B\no:: QQ==\nou:: QUI=\ncn::   QUJD\nsn:: QU\n JD\n",
	     "o=A@1{o=A,ou=AB,cn=ABC,sn=ABC}"},
	    {"dn:: bz3DvA==\no:: w7w=\n", "o=\xc3\xbc@1{o=\xc3\xbc}"},
	    {"dn: o=A\nx:: +/8=\n", "o=A@1{x=\\xFB\\xFF}"},
	    /* UTF-8, with a mark, unencoded, folded inside a character */
	    {"\xef\xbb\xbf"
	     "dn: o=\xc3\xbc\no: \xc3\xbc\n",
	     "o=\xc3\xbc@1{o=\xc3\xbc}"},
	    {"dn: o=A\no: \xc3\n \xbc\n", "o=A@1{o=\xc3\xbc}"},
	    /* what ldifde writes */
	    {"dn: o=A\nchangetype: add\no: A\n", "o=A@1{o=A}"},
	    {"dn: o=A\nChangeType: ADD \no: A\n", "o=A@1{o=A}"},
	    {"dn: o=A\nversion: 2\n", "o=A@1{version=2}"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading reading = read_bytes(rows[i].ldif, strlen(rows[i].ldif));
		cr_expect(reading.code == KBM_OK, "row %zu: %s", i, reading.text);
		cr_expect(strcmp(reading.text, rows[i].entries) == 0, "row %zu: %s", i,
			  reading.text);
	}
}

struct refusal {
	const char *ldif;
	enum kbm_code code;
	const char *message; /* begins so */
};

Test(ldif, refuses_with_the_line)
{
	static const struct refusal rows[] = {
	    {"version: 2\n", KBM_UNSUPPORTED, "line 1: only 'version: 1'"},
	    {"o: A\n", KBM_INVALID, "line 1: an entry begins with 'dn:', not with 'o:'"},
	    {"dn: o=A\n\no: A\n", KBM_INVALID, "line 3: an entry begins with 'dn:'"},
	    {"dn: o=A\n\nversion: 1\n", KBM_INVALID, "line 3: an entry begins with 'dn:'"},
	    {"dn: o=A\no: A\ndn: o=B\n", KBM_INVALID,
	     "line 3: a second 'dn:' in the entry of "
	     "line 1"},
	    {"dn: o=A\nnonsense\n", KBM_INVALID, "line 2: no ':'"},
	    {"dn: o=A\n a\n b\nnonsense\n", KBM_INVALID, "line 4: no ':'"},
	    {"dn: o=A\n-\n", KBM_INVALID, "line 2: a '-'"},
	    {"dn: o=A\n\tx: y\n", KBM_INVALID, "line 2: begins with a tab"},
	    {"dn: o=A\n: y\n", KBM_INVALID, "line 2: what stands before ':'"},
	    {"dn: o=A\na b: y\n", KBM_INVALID, "line 2: what stands before ':'"},
	    {"dn: o=A\nx: y\n(x): y\n", KBM_INVALID, "line 3: "},
	    {" x: y\n", KBM_INVALID, "line 1: begins with a blank"},
	    {"dn: o=A\n\n x: y\n", KBM_INVALID, "line 3: begins with a blank"},
	    {"dn: o=A\n\n \n", KBM_INVALID, "line 3: begins with a blank"},
	    {"dn: o=A\njpegPhoto:< file:///etc/passwd\n", KBM_UNSUPPORTED,
	     "line 2: a value given as a URL"},
	    {"dn:< file:///etc/passwd\n", KBM_UNSUPPORTED, "line 1: a value given as a URL"},
	    {"dn: o=A\nchangetype: modify\nreplace: o\n", KBM_UNSUPPORTED,
	     "line 2: 'changetype: modify' is a change"},
	    {"dn: o=A\nchangetype: delete\n", KBM_UNSUPPORTED, "line 2: 'changetype: delete'"},
	    {"dn: o=A\nchangetype: modrdn\n", KBM_UNSUPPORTED, "line 2: 'changetype: modrdn'"},
	    {"dn: o=A\nchangetype:\n", KBM_UNSUPPORTED, "line 2: 'changetype: '"},
	    {"dn: o=A\no: A\nchangetype: add\n", KBM_INVALID, "line 3: 'changetype:' stands"},
	    {"dn: o=A\nchangetype: add\nchangetype: add\n", KBM_INVALID, "line 3: 'changety"},
	    {"dn: o=A\ncontrol: 1.2.3 true\nchangetype: add\n", KBM_UNSUPPORTED,
	     "line 2: 'control:'"},
	    {"dn: o=A\n\n# search result\nsearch: 2\nresult: 0 Success\n", KBM_INVALID,
	     "line 4: 'search:' is ldapsearch's report, not an entry; export again with "
	     "ldapsearch -LLL"},
	    {"dn: o=A\n\nresult: 4 Size limit exceeded\n", KBM_INVALID, "line 3: 'result:'"},
	    {"dn: o=A\n\nref: ldap://other/\n", KBM_INVALID, "line 3: 'ref:'"},
	    {"dn: o=A\nx:: QQ=A\n", KBM_INVALID, "line 2: character 3 of the value"},
	    {"dn: o=A\nx:: Q-==\n", KBM_INVALID, "line 2: character 2 of the value"},
	    {"dn: o=A\nx:: QUJD \n", KBM_INVALID, "line 2: character 5 of the value"},
	    {"dn: o=A\nx:: ====\n", KBM_INVALID, "line 2: character 1 of the value"},
	    {"dn: o=A\nx:: Q===\n", KBM_INVALID, "line 2: character 2 of the value"},
	    {"dn: o=A\nx:: =\n", KBM_INVALID, "line 2: 1 characters of base64"},
	    {"dn: o=A\nx:: QQ\n", KBM_INVALID, "line 2: 2 characters of base64"},
	    {"dn: o=A\nx:: QUJDQ\n", KBM_INVALID, "line 2: 5 characters of base64"},
	    {"dn:: bwA=\n", KBM_INVALID, "line 1: the DN is not UTF-8 text"},
	    {"dn:: /w==\n", KBM_INVALID, "line 1: the DN is not UTF-8 text"},
	    {"dn: o=A\no: M\xfcller\n", KBM_INVALID, "line 2: not UTF-8"},
	    {"dn: o=A\no: a\rb\n", KBM_INVALID, "line 2: a carriage return"},
	    {"dn: o=A\ro: A\r", KBM_INVALID, "line 1: a carriage return"},
	    {"dn: o=A\r\r\n", KBM_INVALID, "line 1: a carriage return"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading reading = read_bytes(rows[i].ldif, strlen(rows[i].ldif));
		cr_expect(reading.code == rows[i].code, "row %zu: code %d: %s", i,
			  (int)reading.code, reading.text);
		cr_expect(strncmp(reading.text, rows[i].message, strlen(rows[i].message)) == 0,
			  "row %zu: %s", i, reading.text);
	}
}

Test(ldif, refuses_nul_bytes)
{
	static const char bytes[] = "dn: o=A\no: a\0b\n";
	struct reading reading = read_bytes(bytes, sizeof bytes - 1);
	cr_assert(eq(int, reading.code, KBM_INVALID));
	cr_assert(eq(int, strncmp(reading.text, "line 2: a NUL byte", 18), 0));
}

/* ASCII and U+XXXX of a UTF-8 text as UTF-16. */
static size_t to_utf16(const char *text, bool is_big, uint8_t *out)
{
	struct kbm_bytes units;
	kbm_bytes_init(&units, 1000);
	kbm_text_to_utf16(text, strlen(text), &units);
	for (size_t i = 0; i < units.length; i++)
		out[i] = units.data[is_big ? i ^ 1 : i];
	size_t length = units.length;
	kbm_bytes_clear(&units);
	return length;
}

Test(ldif, reads_utf16_of_either_order)
{
	static const char ldif[] = "\xef\xbb\xbf"
				   "dn: o=\xc3\xbc\r\nchangetype: add\r\no: \xf0\x9f\x98\x80 "
				   "long\r\n er\r\n\r\n";
	for (int is_big = 0; is_big < 2; is_big++) {
		uint8_t bytes[1000];
		size_t length = to_utf16(ldif, is_big == 1, bytes);
		struct reading reading = read_bytes(bytes, length);
		cr_expect(eq(str, reading.text, (char *)"o=\xc3\xbc@1{o=\xf0\x9f\x98\x80 longer}"));
		cr_expect(eq(int, kbm_ldif_is(bytes, length), 1));
	}
}

Test(ldif, refuses_broken_utf16)
{
	uint8_t odd[] = {0xff, 0xfe, 'd', 0, 'n'};
	struct reading reading = read_bytes(odd, sizeof odd);
	cr_expect(eq(int, reading.code, KBM_INVALID));
	cr_expect(eq(int, strncmp(reading.text, "line 1: a UTF-16 file with an odd", 33), 0));
	uint8_t lone[] = {0xff, 0xfe, '\n', 0, 0x00, 0xdc};
	reading = read_bytes(lone, sizeof lone);
	cr_expect(eq(int, strncmp(reading.text, "line 2: half of a UTF-16", 24), 0));
	uint8_t at_end[] = {0xfe, 0xff, 0xd8, 0x00};
	reading = read_bytes(at_end, sizeof at_end);
	cr_expect(eq(int, strncmp(reading.text, "line 1: half of a UTF-16", 24), 0));
}

Test(ldif, bounds_attributes_of_an_entry)
{
	struct kbm_bytes ldif;
	kbm_bytes_init(&ldif, KBM_MIB);
	kbm_bytes_append_text(&ldif, "dn: o=A\n");
	for (unsigned i = 0; i < KBM_LDIF_MAX_ATTRIBUTES; i++)
		kbm_bytes_printf(&ldif, "a%u: x\na%u: y\n", i, i);
	struct kbm_bytes out;
	struct kbm_error error;
	kbm_bytes_init(&out, KBM_MIB);
	cr_assert(eq(int, kbm_ldif_read(ldif.data, ldif.length, show, &out, &error), KBM_OK));
	kbm_bytes_append_text(&ldif, "one-more: x\n");
	cr_assert(eq(int, kbm_ldif_read(ldif.data, ldif.length, show, &out, &error), KBM_LIMIT));
	cr_assert(eq(int, strncmp(error.message, "line 2050: ", 11), 0));
	kbm_bytes_clear(&out);
	kbm_bytes_clear(&ldif);
}

Test(ldif, bounds_a_line)
{
	struct kbm_bytes ldif;
	kbm_bytes_init(&ldif, KBM_LDIF_MAX_LINE_BYTES + 100);
	kbm_bytes_append_text(&ldif, "dn: o=A\no: x\n ");
	kbm_bytes_append_zeros(&ldif, KBM_LDIF_MAX_LINE_BYTES - 4);
	memset(ldif.data + 14, 'y', KBM_LDIF_MAX_LINE_BYTES - 4);
	struct reading reading = read_bytes(ldif.data, ldif.length);
	cr_expect(eq(int, reading.code, KBM_OK));
	kbm_bytes_append_byte(&ldif, 'y');
	reading = read_bytes(ldif.data, ldif.length);
	cr_expect(eq(int, reading.code, KBM_LIMIT));
	cr_expect(eq(int, strncmp(reading.text, "line 2: ", 8), 0));
	/* The same without a fold. */
	ldif.data[12] = 'y';
	ldif.data[13] = 'y';
	reading = read_bytes(ldif.data, ldif.length);
	cr_expect(eq(int, reading.code, KBM_LIMIT));
	kbm_bytes_clear(&ldif);
}

static enum kbm_code stop(void *context, const struct kbm_entry *entry, size_t line,
			  struct kbm_error *error)
{
	(void)entry;
	++*(int *)context;
	return line == 3 ? kbm_fail(error, KBM_REFUSED, "enough") : KBM_OK;
}

Test(ldif, ends_when_the_receiver_says_so)
{
	static const char ldif[] = "dn: o=A\n\ndn: o=B\n\ndn: o=C\n";
	int calls = 0;
	struct kbm_error error;
	enum kbm_code code =
	    kbm_ldif_read((const uint8_t *)ldif, sizeof ldif - 1, stop, &calls, &error);
	cr_assert(eq(int, code, KBM_REFUSED));
	cr_assert(eq(int, calls, 2));
	cr_assert(eq(str, error.message, (char *)"enough"));
}

Test(ldif, recognises_itself)
{
	static const char *const yes[] = {"dn: o=A",
					  "DN:: x",
					  "version: 1\n",
					  "# c\n folded\n\ndn:",
					  "\xef\xbb\xbfversion:1",
					  "\r\n\r\ndn: x",
					  "#\n#\ndn:x"};
	static const char *const no[] = {"",	   "dn",	  "regf\0\0",  "REGEDIT4", "# only",
					 " dn: x", "o: A\ndn: x", "return {}", "x"};
	for (size_t i = 0; i < COUNT(yes); i++) {
		bool is = kbm_ldif_is((const uint8_t *)yes[i], strlen(yes[i]));
		cr_expect(is, "row %zu", i);
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		bool is_not = !kbm_ldif_is((const uint8_t *)no[i], strlen(no[i]));
		cr_expect(is_not, "row %zu", i);
	}
}
