/* report/ldif_writer: RFC 2849 to the byte, and that our own reader gives the same entries back. */
#include "report/ldif_writer.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/ldif.h"
#include "source/ldif_write.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BLOB(text)   ((struct kbm_blob){(uint8_t *)(uintptr_t)(text), sizeof(text) - 1})

/* One entry with one value, behind the blank line; released with free(). */
static char *write_one(const char *dn, const char *name, struct kbm_blob value, bool masking,
		       size_t *masked)
{
	struct kbm_attribute attribute = {(char *)(uintptr_t)name, &value, 1};
	struct kbm_entry entry = {(char *)(uintptr_t)dn, &attribute, 1};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_MIB);
	enum kbm_code code = kbm_ldif_write_entry(&entry, masking, masked, &out, &error);
	cr_assert(code == KBM_OK, "%s", error.message);
	return kbm_bytes_take(&out, NULL);
}

static const struct {
	const char *dn;
	const char *name;
	struct kbm_blob value;
	const char *ldif;
} written[] = {
    {"o=A", "cn", BLOB("EXCH1"), "\ndn: o=A\ncn: EXCH1\n"},
    {"", "cn", BLOB(""), "\ndn:\ncn:\n"},
    /* what SAFE-STRING excludes */
    {"o=A", "cn", BLOB(" a"), "\ndn: o=A\n# cn:  a\ncn:: IGE=\n"},
    {"o=A", "cn", BLOB(":a"), "\ndn: o=A\n# cn: :a\ncn:: OmE=\n"},
    {"o=A", "cn", BLOB("<a"), "\ndn: o=A\n# cn: <a\ncn:: PGE=\n"},
    {"o=A", "cn", BLOB("a "), "\ndn: o=A\n# cn: a \ncn:: YSA=\n"},
    {"o=A", "cn", BLOB("a: <b#"), "\ndn: o=A\ncn: a: <b#\n"},
    {"o=A", "cn", BLOB("#a"), "\ndn: o=A\ncn: #a\n"},
    {"o=A", "cn", BLOB("-"), "\ndn: o=A\ncn: -\n"},
    {"o=A", "cn", BLOB("a\0b"), "\ndn: o=A\ncn:: YQBi\n"},
    /* text beyond ASCII, readable beside base64 */
    {"o=M\xc3\xbcller", "displayName", BLOB("M\xc3\xbcller"),
     "\n# dn: o=M\xc3\xbcller\ndn:: bz1Nw7xsbGVy\n# displayName: "
     "M\xc3\xbcller\ndisplayName:: TcO8bGxlcg==\n"},
    {"o=A", "cn", BLOB("\xc3"), "\ndn: o=A\ncn:: ww==\n"},
    /* nothing ends a comment but its line, and no terminal obeys it */
    {"o=A", "cn", BLOB("a\nuserPassword: x\r\n"),
     "\ndn: o=A\n# cn: a\\nuserPassword: x\\r\\n\ncn:: YQp1c2VyUGFzc3dvcmQ6IHgNCg==\n"},
    {"o=A", "cn", BLOB("\x1b[2J"), "\ndn: o=A\ncn:: G1sySg==\n"},
    {"o=A", "cn", BLOB("\x7f"), "\ndn: o=A\ncn:: fw==\n"},
    {"o=A", "cn",
     BLOB("a\xe2\x80\xae"
	  "b"),
     "\ndn: o=A\n# cn: a\\u{202E}b\ncn:: YeKArmI=\n"},
    {"o=a\nb", "cn", BLOB("x"), "\n# dn: o=a\\nb\ndn:: bz1hCmI=\ncn: x\n"},
    /* octets that mean something, also where they happen to be text */
    {"o=A", "objectGUID", BLOB("\xe0\x04\x25\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01"),
     "\ndn: o=A\n# objectGUID: 3f2504e0-4f89-11d3-9a0c-0305e82c3301\n"
     "objectGUID:: 4AQlP4lP0xGaDAMF6CwzAQ==\n"},
    {"o=A", "objectGUID", BLOB("0123456789abcdef"),
     "\ndn: o=A\n# objectGUID: 33323130-3534-3736-3839-616263646566\n"
     "objectGUID: 0123456789abcdef\n"},
    {"o=A", "objectSid;binary", BLOB("\x01\x01\0\0\0\0\0\x05\x12\0\0\0"),
     "\ndn: o=A\n# objectSid;binary: S-1-5-18\nobjectSid;binary:: AQEAAAAAAAUSAAAA\n"},
    {"o=A", "pwdLastSet", BLOB("131234567890000000"),
     "\ndn: o=A\npwdLastSet: 131234567890000000\n"},
};

Test(ldif_writer, writes_what_the_format_says)
{
	for (size_t i = 0; i < COUNT(written); i++) {
		char *text =
		    write_one(written[i].dn, written[i].name, written[i].value, true, NULL);
		cr_expect(strcmp(text, written[i].ldif) == 0, "row %zu: %s", i, text);
		free(text);
	}
}

Test(ldif_writer, leaves_secrets_out_and_counts_them)
{
	size_t masked = 0;
	char *text = write_one("o=A", "MTA-Local-Cred", BLOB("hunter2"), true, &masked);
	cr_expect(strcmp(text, "\ndn: o=A\n# MTA-Local-Cred: (a secret, left out)\n") == 0, "%s",
		  text);
	free(text);
	cr_expect(eq(sz, masked, 1));
	text = write_one("o=A", "MTA-Local-Cred", BLOB("hunter2"), false, &masked);
	cr_expect(strcmp(text, "\ndn: o=A\nMTA-Local-Cred: hunter2\n") == 0, "%s", text);
	free(text);
	cr_expect(eq(sz, masked, 1));
}

Test(ldif_writer, cuts_a_long_comment_only)
{
	size_t length = 100000;
	char *value = malloc(length + 1);
	cr_assert(ne(ptr, value, NULL));
	memset(value, 'a', length);
	memcpy(value + 4095, "\xc3\xbc", 2); /* across the cut */
	value[length] = 0;
	char *text =
	    write_one("o=A", "info", (struct kbm_blob){(uint8_t *)value, length}, true, NULL);
	char *comment = strstr(text, "# info: ");
	cr_assert(ne(ptr, comment, NULL));
	size_t columns = strcspn(comment, "\n");
	cr_expect(lt(sz, columns, 4200));
	cr_expect(ne(ptr, strstr(comment, "a... (100000 bytes in all)\n"), NULL));
	size_t base64 = strlen("info:: ") + (length + 2) / 3 * 4;
	cr_expect(eq(sz, strcspn(comment + columns + 1, "\n"), base64));
	free(text);
	free(value);
}

static const struct {
	const char *dn;
	const char *name;
	const char *message;
} refused[] = {
    {"o=A", "cn: x\nuserPassword", "LDIF cannot hold it"},
    {"o=A", "", "LDIF cannot hold it"},
    {"o=A", "c\xc3\xbcn", "LDIF cannot hold it"},
    {"o=A", "DN", "a word of LDIF"},
    {"o=A", "changeType", "a word of LDIF"},
    {"o=A", "control", "a word of LDIF"},
    {"o=\xff", "cn", "its DN is not UTF-8"},
};

Test(ldif_writer, refuses_what_would_be_read_as_something_else)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct kbm_blob value = BLOB("x");
		struct kbm_attribute attribute = {(char *)(uintptr_t)refused[i].name, &value, 1};
		struct kbm_entry entry = {(char *)(uintptr_t)refused[i].dn, &attribute, 1};
		struct kbm_error error = {0};
		struct kbm_bytes out;
		kbm_bytes_init(&out, KBM_MIB);
		enum kbm_code code = kbm_ldif_write_entry(&entry, true, NULL, &out, &error);
		cr_expect(code == KBM_UNSUPPORTED && strstr(error.message, refused[i].message),
			  "row %zu: %d %s", i, (int)code, error.message);
		kbm_bytes_clear(&out);
	}
}

Test(ldif_writer, says_when_there_is_no_room)
{
	struct kbm_blob value = BLOB("0123456789");
	struct kbm_attribute attribute = {(char[]){"cn"}, &value, 1};
	struct kbm_entry entry = {(char[]){"o=A"}, &attribute, 1};
	struct kbm_error error = {0};
	for (size_t room = 0; room < strlen("\ndn: o=A\ncn: 0123456789\n"); room++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, room);
		enum kbm_code code = kbm_ldif_write_entry(&entry, true, NULL, &out, &error);
		cr_expect(code == KBM_LIMIT, "room %zu", room);
		kbm_bytes_clear(&out);
	}
}

/* --- round trips ----------------------------------------------------------------------------- */

enum { TRIPS = 20000, MOST_ATTRIBUTES = 5, MOST_VALUES = 4, MOST_BYTES = 40 };

/* xorshift64: the same on every run */
static uint64_t random_number(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state >> 11) % below;
}

static struct kbm_blob random_value(uint64_t *state)
{
	static const char *const hard[] = {
	    "",
	    " ",
	    ":",
	    "<",
	    "<file:///etc/passwd",
	    "a ",
	    " a",
	    "\n",
	    "\r\n",
	    "\r",
	    "a\n",
	    "\n a",
	    "-",
	    "#",
	    "# x",
	    "dn: o=B",
	    "\xc3\xbc",
	    "\xed\xa0\x80",
	};
	struct kbm_blob blob = {calloc(1, MOST_BYTES + 1), 0};
	cr_assert(ne(ptr, blob.data, NULL));
	if (random_number(state, 3) == 0) {
		const char *text = hard[random_number(state, COUNT(hard))];
		blob.length = strlen(text);
		memcpy(blob.data, text, blob.length + 1);
		return blob;
	}
	blob.length = random_number(state, MOST_BYTES + 1);
	/* printable ASCII, ASCII with controls, or any bytes */
	static const struct {
		uint8_t first;
		uint64_t count;
	} ranges[] = {{' ', 95}, {0, 128}, {0, 256}};
	size_t range = random_number(state, COUNT(ranges));
	for (size_t i = 0; i < blob.length; i++)
		blob.data[i] =
		    (uint8_t)(ranges[range].first + random_number(state, ranges[range].count));
	return blob;
}

/* A DN is text: what LDIF holds is any UTF-8, whether it is well formed or not. */
static char *random_dn(uint64_t *state)
{
	static const char *const parts[] = {
	    "cn=EXCH1",	    ",",    "o=Org",	   "\\,",	 "\\0A", "\\20",  " ",
	    "\xc3\xbc",	    ":",    "<",	   "\"a,b\"",	 "+",	 "#0401", "\n",
	    "\xe2\x80\xae", "\x1b", "/o=Org/ou=S", "ou=\\ a\\ ", "=",	 "\r",
	};
	struct kbm_bytes dn;
	kbm_bytes_init(&dn, KBM_KIB);
	for (size_t count = random_number(state, 8); count > 0; count--)
		kbm_bytes_append_text(&dn, parts[random_number(state, COUNT(parts))]);
	kbm_bytes_append_text(&dn, "");
	char *text = strdup(kbm_bytes_text(&dn));
	kbm_bytes_clear(&dn);
	cr_assert(ne(ptr, text, NULL));
	return text;
}

static void random_entry(uint64_t *state, struct kbm_entry *entry)
{
	static const char *const names[MOST_ATTRIBUTES] = {"cn", "objectGUID", "userPassword",
							   "displayName;lang-de", "2.5.4.11"};
	entry->dn = random_dn(state);
	entry->attributes = calloc(MOST_ATTRIBUTES, sizeof *entry->attributes);
	cr_assert(ne(ptr, entry->attributes, NULL));
	for (size_t i = 0; i < MOST_ATTRIBUTES; i++) {
		if (random_number(state, 2) == 0)
			continue;
		struct kbm_attribute *attribute = &entry->attributes[entry->attribute_count++];
		attribute->name = strdup(names[i]);
		attribute->values = calloc(MOST_VALUES, sizeof *attribute->values);
		cr_assert(ne(ptr, attribute->values, NULL));
		attribute->value_count = 1 + random_number(state, MOST_VALUES);
		for (size_t j = 0; j < attribute->value_count; j++)
			attribute->values[j] = random_value(state);
	}
}

static bool same_entry(const struct kbm_entry *left, const struct kbm_entry *right)
{
	if (strcmp(left->dn, right->dn) != 0 || left->attribute_count != right->attribute_count)
		return false;
	for (size_t i = 0; i < left->attribute_count; i++) {
		const struct kbm_attribute *a = &left->attributes[i];
		const struct kbm_attribute *b = &right->attributes[i];
		if (strcmp(a->name, b->name) != 0 || a->value_count != b->value_count)
			return false;
		for (size_t j = 0; j < a->value_count; j++) {
			if (a->values[j].length != b->values[j].length ||
			    memcmp(a->values[j].data, b->values[j].data, a->values[j].length) != 0)
				return false;
		}
	}
	return true;
}

struct expected {
	const struct kbm_entry *entries;
	size_t read;
	bool same;
};

static enum kbm_code compare(void *context, const struct kbm_entry *entry, size_t line,
			     struct kbm_error *error)
{
	struct expected *expected = context;
	(void)line;
	(void)error;
	expected->same = expected->same && same_entry(&expected->entries[expected->read++], entry);
	return KBM_OK;
}

/* Nothing but line ends and what a terminal shows. */
static bool is_printable(const struct kbm_bytes *text)
{
	const char *at = kbm_bytes_text(text);
	for (size_t i = 0, size = 0; i < text->length; i += size) {
		uint32_t code_point = kbm_text_next(at + i, text->length - i, &size);
		if (code_point != '\n' && !kbm_text_is_visible(code_point))
			return false;
	}
	return true;
}

Test(ldif_writer, is_read_back_to_the_same_entries)
{
	uint64_t state = 0x9E3779B97F4A7C15U;
	for (size_t trip = 0; trip < TRIPS; trip++) {
		struct kbm_entry entries[2] = {0};
		struct kbm_error error = {0};
		struct kbm_bytes out;
		kbm_bytes_init(&out, KBM_MIB);
		kbm_ldif_put_version(&out);
		for (size_t i = 0; i < COUNT(entries); i++) {
			random_entry(&state, &entries[i]);
			cr_assert(kbm_ldif_write_entry(&entries[i], false, NULL, &out, &error) ==
				      KBM_OK,
				  "trip %zu: %s", trip, error.message);
		}
		struct expected expected = {entries, 0, true};
		enum kbm_code code =
		    kbm_ldif_read(out.data, out.length, compare, &expected, &error);
		cr_assert(code == KBM_OK && expected.same && expected.read == COUNT(entries),
			  "trip %zu: %s\n%s", trip, error.message, kbm_bytes_text(&out));
		cr_assert(is_printable(&out), "trip %zu: %s", trip, kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
		for (size_t i = 0; i < COUNT(entries); i++)
			kbm_entry_clear(&entries[i]);
	}
}
