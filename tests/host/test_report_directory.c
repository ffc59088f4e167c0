/* report/report_directory: entries as text and as JSON. */
#include "report/report_directory.h"

#include "base/limits.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <jansson.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 60 };
#define BLOB(text)                                             \
	{                                                      \
		(uint8_t *)(uintptr_t)(text), sizeof(text) - 1 \
	}
#define ATTRIBUTE(name, blobs)                                                    \
	{                                                                         \
		(char *)(uintptr_t)(name), (struct kbm_blob *)(uintptr_t)(blobs), \
		    sizeof(blobs) / sizeof(blobs)[0]                              \
	}

static const struct kbm_report_style style = {.utf8 = true, .width = WIDTH};

static const struct kbm_blob classes[] = {BLOB("top"), BLOB("Computer")};
static const struct kbm_blob guids[] = {
    BLOB("\xe0\x04\x25\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01"), BLOB("short")};
static const struct kbm_blob sids[] = {BLOB("\x01\x01\0\0\0\0\0\x05\x12\0\0\0")};
static const struct kbm_blob logons[] = {BLOB("131234567890000000")};
static const struct kbm_blob passwords[] = {BLOB("hunter2"), BLOB("letmein")};
static const struct kbm_blob members[] = {
    BLOB("cn=a member with a long name,ou=Recipients,ou=SITE1,o=Contoso")};
static const struct kbm_blob odd[] = {BLOB(""),	    BLOB(" a "),	  BLOB("x\ny\x1b"),
				      BLOB("x\ny"), BLOB("\xe2\x80\xae"), BLOB("\xff")};

static struct kbm_entry sample(struct kbm_attribute *attributes)
{
	const struct kbm_attribute all[] = {
	    ATTRIBUTE("objectClass", classes),
	    ATTRIBUTE("objectGUID", guids),
	    ATTRIBUTE("objectSid", sids),
	    ATTRIBUTE("lastLogon", logons),
	    ATTRIBUTE("userPassword", passwords),
	    ATTRIBUTE("member", members),
	    ATTRIBUTE("odd", odd),
	    ATTRIBUTE("A-Name-That-Is-Longer-Than-Most", classes),
	    {(char *)(uintptr_t) "empty", NULL, 0},
	};
	memcpy(attributes, all, sizeof all);
	return (struct kbm_entry){(char *)(uintptr_t) "cn=EXCH1,o=Contoso", attributes,
				  sizeof all / sizeof all[0]};
}

Test(report_directory, aligns_wraps_and_escapes)
{
	static const char expected[] =
	    "cn=EXCH1,o=Contoso\n"
	    "  objectClass:  top\n"
	    "                Computer\n"
	    "  objectGUID:   3f2504e0-4f89-11d3-9a0c-0305e82c3301\n"
	    "                short\n"
	    "  objectSid:    S-1-5-18\n"
	    "  lastLogon:    131234567890000000 (2016-11-12 20:39:49 UTC)\n"
	    "  userPassword: (a secret; --include-secrets shows it)\n"
	    "                (a secret; --include-secrets shows it)\n"
	    "  member:       cn=a member with a long name,ou=Recipients,\n"
	    "                ou=SITE1,o=Contoso\n"
	    "  odd:          \"\"\n"
	    "                \" a \"\n"
	    "                780a791b (4 bytes)\n"
	    "                x\\ny\n"
	    "                \\u{202E}\n"
	    "                ff (1 byte)\n"
	    "  A-Name-That-Is-Longer-Than-Most:\n"
	    "                top\n"
	    "                Computer\n"
	    "  empty:\n";
	struct kbm_attribute attributes[9];
	struct kbm_entry entry = sample(attributes);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_MIB);
	cr_expect(kbm_report_entry_text(&entry, true, &style, &out));
	cr_expect(strcmp(kbm_bytes_text(&out), expected) == 0, "%s", kbm_bytes_text(&out));
	kbm_bytes_reset(&out);
	cr_expect(kbm_report_entry_text(&entry, false, &style, &out));
	cr_expect(
	    strstr(kbm_bytes_text(&out), "  userPassword: hunter2\n                letmein\n"),
	    "%s", kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
}

Test(report_directory, cuts_a_long_value_in_text_only)
{
	size_t length = KBM_MIB;
	struct kbm_blob value = {malloc(length + 1), length};
	cr_assert(value.data != NULL);
	memset(value.data, 'a', length);
	struct kbm_attribute attribute = {(char *)(uintptr_t) "info", &value, 1};
	struct kbm_entry entry = {(char *)(uintptr_t) "", &attribute, 1};
	struct kbm_bytes out;
	kbm_bytes_init(&out, 4 * KBM_MIB);
	cr_expect(kbm_report_entry_text(&entry, true, &style, &out));
	cr_expect(strncmp(kbm_bytes_text(&out), "(root DSE)\n", 11) == 0);
	cr_expect(out.length < 2 * KBM_REPORT_MAX_DATA, "%zu", out.length);
	cr_expect(strstr(kbm_bytes_text(&out), "bytes in all; -f json shows them)\n") != NULL);
	kbm_bytes_reset(&out);
	cr_expect(kbm_report_entry_json(&entry, true, &out));
	cr_expect(out.length > length, "%zu", out.length);
	kbm_bytes_clear(&out);
	free(value.data);
}

Test(report_directory, is_json_of_whole_values)
{
	static const char expected[] =
	    "{\"dn\":\"cn=EXCH1,o=Contoso\",\"attributes\":{"
	    "\"objectClass\":[\"top\",\"Computer\"],"
	    "\"objectGUID\":[{\"base64\":\"4AQlP4lP0xGaDAMF6CwzAQ==\","
	    "\"guid\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"},\"short\"],"
	    "\"objectSid\":[{\"base64\":\"AQEAAAAAAAUSAAAA\",\"sid\":\"S-1-5-18\"}],"
	    "\"lastLogon\":[\"131234567890000000\"],"
	    "\"userPassword\":[{\"masked\":true},{\"masked\":true}],"
	    "\"member\":[\"cn=a member with a long name,ou=Recipients,ou=SITE1,o=Contoso\"],"
	    "\"odd\":[\"\",\" a \",{\"base64\":\"eAp5Gw==\"},\"x\\ny\",\"\\u202E\","
	    "{\"base64\":\"/w==\"}],"
	    "\"A-Name-That-Is-Longer-Than-Most\":[\"top\",\"Computer\"],"
	    "\"empty\":[]}}\n";
	struct kbm_attribute attributes[9];
	struct kbm_entry entry = sample(attributes);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_MIB);
	cr_expect(kbm_report_entry_json(&entry, true, &out));
	cr_expect(strcmp(kbm_bytes_text(&out), expected) == 0, "%s", kbm_bytes_text(&out));
	kbm_bytes_reset(&out);
	cr_expect(kbm_report_entry_json(&entry, false, &out));
	cr_expect(strstr(kbm_bytes_text(&out), "\"userPassword\":[\"hunter2\",\"letmein\"]"), "%s",
		  kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
}

/* What no directory should give: names that a terminal obeys, twice, or that are no text. */
Test(report_directory, bears_hostile_names)
{
	struct kbm_blob value = BLOB("v");
	struct kbm_attribute attributes[] = {{(char *)(uintptr_t) "a\x1b[2J\n", &value, 1},
					     {(char *)(uintptr_t) "\xff", &value, 1},
					     {(char *)(uintptr_t) "cn", &value, 1},
					     {(char *)(uintptr_t) "cn", &value, 1}};
	struct kbm_entry entry = {(char *)(uintptr_t) "o=\x1b\xff\n", attributes, 4};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_MIB);
	cr_expect(kbm_report_entry_text(&entry, true, &style, &out));
	cr_expect(strcmp(kbm_bytes_text(&out), "o=\\x1B\\xFF\\n\n"
					       "  a\\x1B[2J\\n:\n"
					       "          v\n"
					       "  \\xFF:   v\n"
					       "  cn:     v\n"
					       "  cn:     v\n") == 0,
		  "%s", kbm_bytes_text(&out));
	kbm_bytes_reset(&out);
	cr_expect(kbm_report_entry_json(&entry, true, &out));
	json_t *read = json_loads(kbm_bytes_text(&out), JSON_REJECT_DUPLICATES, NULL);
	cr_assert(read != NULL, "%s", kbm_bytes_text(&out));
	json_t *values = json_object_get(json_object_get(read, "attributes"), "cn");
	cr_expect(json_array_size(values) == 2, "%s", kbm_bytes_text(&out));
	cr_expect(strchr(kbm_bytes_text(&out), '\x1b') == NULL);
	json_decref(read);
	kbm_bytes_clear(&out);
}

Test(report_directory, says_when_there_is_no_room)
{
	struct kbm_attribute attributes[9];
	struct kbm_entry entry = sample(attributes);
	for (size_t room = 0; room < 300; room++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, room);
		cr_expect(!kbm_report_entry_text(&entry, true, &style, &out), "%zu", room);
		kbm_bytes_reset(&out);
		cr_expect(!kbm_report_entry_json(&entry, true, &out), "%zu", room);
		kbm_bytes_clear(&out);
	}
}
