/* report/attribute_value: each form of value and its borders. */
#include "report/attribute_value.h"

#include "base/limits.h"

#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BLOB(text)   ((struct kbm_blob){(uint8_t *)(uintptr_t)(text), sizeof(text) - 1})

static const struct {
	const char *name;
	struct kbm_blob value;
	enum kbm_reading_kind kind;
	const char *text;
} readings[] = {
    {"cn", BLOB("EXCH1"), KBM_READING_TEXT, "EXCH1"},
    {"cn", BLOB(""), KBM_READING_TEXT, ""},
    {"info", BLOB("a\tb\r\nc"), KBM_READING_TEXT, "a\tb\r\nc"},
    {"cn", BLOB("M\xc3\xbcller"), KBM_READING_TEXT, "M\xc3\xbcller"},
    {"cn", BLOB("a\0b"), KBM_READING_BINARY, "610062 (3 bytes)"},
    {"cn", BLOB("\x1b"), KBM_READING_BINARY, "1b (1 byte)"},
    {"cn", BLOB("\xc2\x85"), KBM_READING_BINARY, "c285 (2 bytes)"},
    {"cn", BLOB("\xed\xa0\x80"), KBM_READING_BINARY, "eda080 (3 bytes)"},
    {"cn",
     BLOB("\xff"
	  "0123456789abcde"),
     KBM_READING_BINARY, "ff303132333435363738396162636465 (16 bytes)"},
    {"cn",
     BLOB("\xff"
	  "0123456789abcdef"),
     KBM_READING_BINARY, "ff303132333435363738396162636465... (17 bytes)"},
    /* MS-DTYP 2.3.4.3 has this example */
    {"objectguid", BLOB("\xe0\x04\x25\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01"),
     KBM_READING_GUID, "3f2504e0-4f89-11d3-9a0c-0305e82c3301"},
    {"objectGUID", BLOB("\xe0\x04\x25\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33"),
     KBM_READING_BINARY, "e004253f894fd3119a0c0305e82c33 (15 bytes)"},
    {"objectGUID", BLOB(""), KBM_READING_TEXT, ""},
    {"objectSid",
     BLOB("\x01\x05\0\0\0\0\0\x05\x15\0\0\0\xa0\x65\xcf\x7e\x78\x4b\x9b\x5f\xe7\x7c\x87\x70\x09"
	  "\x1c\x01\0"),
     KBM_READING_SID, "S-1-5-21-2127521184-1604012920-1887927527-72713"},
    {"sIDHistory;binary", BLOB("\x01\x01\0\0\0\0\0\x05\x12\0\0\0"), KBM_READING_SID, "S-1-5-18"},
    {"securityIdentifier", BLOB("\x01\0\0\0\0\0\0\x05"), KBM_READING_SID, "S-1-5"},
    {"objectSid", BLOB("\x01\x01\0\x01\0\0\0\x05\xff\xff\xff\xff"), KBM_READING_SID,
     "S-1-0x000100000005-4294967295"},
    {"Assoc-NT-Account", BLOB("010100000000000512000000"), KBM_READING_SID, "S-1-5-18"},
    {"Assoc-NT-Account", BLOB("CONTOSO\\exadmin"), KBM_READING_TEXT, "CONTOSO\\exadmin"},
    /* a wrong revision, a part missing, one too many, more than a SID can have */
    {"objectSid", BLOB("\x02\x01\0\0\0\0\0\x05\x12\0\0\0"), KBM_READING_BINARY,
     "020100000000000512000000 (12 bytes)"},
    {"objectSid", BLOB("\x01\x01\0\0\0\0\0\x05\x12\0\0"), KBM_READING_BINARY,
     "0101000000000005120000 (11 bytes)"},
    {"objectSid", BLOB("\x01\0\0\0\0\0\0\x05\x12\0\0\0"), KBM_READING_BINARY,
     "010000000000000512000000 (12 bytes)"},
    {"objectSid", BLOB("\x01\x01\0\0"), KBM_READING_BINARY, "01010000 (4 bytes)"},
    {"objectSid",
     BLOB("\x01\x10\0\0\0\0\0\x05"
	  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
     KBM_READING_BINARY, "01100000000000053031323334353637... (72 bytes)"},
    {"pwdLastSet", BLOB("131234567890000000"), KBM_READING_TIME,
     "131234567890000000 (2016-11-12 20:39:49 UTC)"},
    {"lastLogon", BLOB("1"), KBM_READING_TIME, "1 (1601-01-01 00:00:00 UTC)"},
    {"accountExpires", BLOB("0"), KBM_READING_TIME, "0 (never)"},
    {"accountExpires", BLOB("9223372036854775807"), KBM_READING_TIME,
     "9223372036854775807 (never)"},
    {"accountExpires", BLOB("9223372036854775808"), KBM_READING_TEXT, "9223372036854775808"},
    {"accountExpires", BLOB("99999999999999999999"), KBM_READING_TEXT, "99999999999999999999"},
    {"lastLogon", BLOB("-1"), KBM_READING_TEXT, "-1"},
    {"lastLogon", BLOB(""), KBM_READING_TEXT, ""},
    {"whenCreated", BLOB("20161114091309.0Z"), KBM_READING_TEXT, "20161114091309.0Z"},
    {"badPwdCount", BLOB("131234567890000000"), KBM_READING_TEXT, "131234567890000000"},
};

Test(attribute_value, reads_each_form)
{
	for (size_t i = 0; i < COUNT(readings); i++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, KBM_KIB);
		enum kbm_reading_kind kind =
		    kbm_attribute_read(readings[i].name, &readings[i].value, &out);
		cr_expect(kind == readings[i].kind &&
			      strcmp(kbm_bytes_text(&out), readings[i].text) == 0,
			  "row %zu: %d %s", i, (int)kind, kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
	}
}

Test(attribute_value, says_when_there_is_no_room)
{
	for (size_t i = 0; i < COUNT(readings); i++) {
		struct kbm_bytes out;
		size_t length = strlen(readings[i].text);
		if (length == 0)
			continue;
		kbm_bytes_init(&out, length - 1);
		kbm_attribute_read(readings[i].name, &readings[i].value, &out);
		cr_expect(out.failed, "row %zu", i);
		kbm_bytes_clear(&out);
	}
}
