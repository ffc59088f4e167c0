/* A directory's values as people read them. */
#include "report/attribute_value.h"

#include "base/filetime.h"
#include "base/text.h"
#include "source/syntax.h"

#include <inttypes.h>
#include <string.h>

/* --- forms of values ------------------------------------------------------------------------- */

static uint64_t little_endian(const uint8_t *data, size_t length)
{
	uint64_t number = 0;
	for (size_t i = length; i > 0; i--)
		number = number << 8 | data[i - 1];
	return number;
}

enum { GUID_BYTES = 16 };

/* MS-DTYP 2.3.4.2 and 2.3.4.3: the first three fields are little-endian. */
static bool read_guid(const struct kbm_blob *value, struct kbm_bytes *out)
{
	const uint8_t *data = value->data;
	if (value->length != GUID_BYTES)
		return false;
	kbm_bytes_printf(out, "%08" PRIx32 "-%04x-%04x-%02x%02x-", (uint32_t)little_endian(data, 4),
			 (unsigned)little_endian(data + 4, 2), (unsigned)little_endian(data + 6, 2),
			 data[8], data[9]);
	for (size_t i = 10; i < GUID_BYTES; i++)
		kbm_bytes_printf(out, "%02x", data[i]);
	return true;
}

enum { SID_HEAD_BYTES = 8, SID_REVISION = 1, SID_MOST_PARTS = 15 };

/* MS-DTYP 2.4.2.1 and 2.4.2.2 */
static bool read_sid_bytes(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	if (length < SID_HEAD_BYTES || data[0] != SID_REVISION || data[1] > SID_MOST_PARTS ||
	    length != SID_HEAD_BYTES + (size_t)data[1] * 4)
		return false;
	uint64_t authority = 0;
	for (size_t i = 2; i < SID_HEAD_BYTES; i++)
		authority = authority << 8 | data[i];
	if (authority <= UINT32_MAX)
		kbm_bytes_printf(out, "S-1-%" PRIu64, authority);
	else
		kbm_bytes_printf(out, "S-1-0x%012" PRIX64, authority);
	for (size_t at = SID_HEAD_BYTES; at < length; at += 4)
		kbm_bytes_printf(out, "-%" PRIu64, little_endian(data + at, 4));
	return true;
}

/* Exchange's directory hands octets out as hexadecimal text to who asks in the old way. */
static bool read_sid(const struct kbm_blob *value, struct kbm_bytes *out)
{
	uint8_t data[SID_HEAD_BYTES + SID_MOST_PARTS * 4];
	if (read_sid_bytes(value->data, value->length, out))
		return true;
	if (value->length % 2 != 0 || value->length > 2 * sizeof data)
		return false;
	for (size_t i = 0; i < value->length / 2; i++) {
		int high = kbm_text_hex_digit(value->data[2 * i]);
		int low = kbm_text_hex_digit(value->data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		data[i] = (uint8_t)(high << 4 | low);
	}
	return read_sid_bytes(data, value->length / 2, out);
}

#define FILETIME_NEVER ((uint64_t)INT64_MAX)
enum { MOST_DIGITS = 19 };

/* 100 ns since 1601-01-01 UTC, as decimal text [MS-ADTS 3.1.1.1.6: LargeInteger]. */
static bool read_filetime(const struct kbm_blob *value, struct kbm_bytes *out)
{
	uint64_t ticks = 0;
	if (value->length == 0 || value->length > MOST_DIGITS)
		return false;
	for (size_t i = 0; i < value->length; i++) {
		if (value->data[i] < '0' || value->data[i] > '9')
			return false;
		ticks = ticks * 10 + (uint64_t)(value->data[i] - '0');
	}
	if (ticks > FILETIME_NEVER)
		return false;
	kbm_bytes_append(out, value->data, value->length);
	if (ticks == 0 || ticks == FILETIME_NEVER) {
		kbm_bytes_append_text(out, " (never)");
		return true;
	}
	struct kbm_civil civil = kbm_filetime_civil(ticks);
	kbm_bytes_printf(out, " (%04u-%02u-%02u %02u:%02u:%02u UTC)", civil.year, civil.month,
			 civil.day, civil.hour, civil.minute, civil.second);
	return true;
}

/* --- which attribute has which form ---------------------------------------------------------- */

typedef bool reader(const struct kbm_blob *value, struct kbm_bytes *out);

static const struct {
	const char *name;
	enum kbm_reading_kind kind;
	reader *read;
} readers[] = {
    {"objectGUID", KBM_READING_GUID, read_guid},
    {"schemaIDGUID", KBM_READING_GUID, read_guid},
    {"attributeSecurityGUID", KBM_READING_GUID, read_guid},
    {"invocationId", KBM_READING_GUID, read_guid},
    {"msExchMailboxGuid", KBM_READING_GUID, read_guid},
    {"msExchArchiveGUID", KBM_READING_GUID, read_guid},
    {"mS-DS-ConsistencyGuid", KBM_READING_GUID, read_guid},
    {"netbootGUID", KBM_READING_GUID, read_guid},
    {"parentGUID", KBM_READING_GUID, read_guid},
    {"objectSid", KBM_READING_SID, read_sid},
    {"sIDHistory", KBM_READING_SID, read_sid},
    {"securityIdentifier", KBM_READING_SID, read_sid},
    {"tokenGroups", KBM_READING_SID, read_sid},
    {"mS-DS-CreatorSID", KBM_READING_SID, read_sid},
    {"msExchMasterAccountSid", KBM_READING_SID, read_sid},
    {"Assoc-NT-Account", KBM_READING_SID, read_sid},
    {"accountExpires", KBM_READING_TIME, read_filetime},
    {"badPasswordTime", KBM_READING_TIME, read_filetime},
    {"lastLogoff", KBM_READING_TIME, read_filetime},
    {"lastLogon", KBM_READING_TIME, read_filetime},
    {"lastLogonTimestamp", KBM_READING_TIME, read_filetime},
    {"lockoutTime", KBM_READING_TIME, read_filetime},
    {"pwdLastSet", KBM_READING_TIME, read_filetime},
    {"msDS-UserPasswordExpiryTimeComputed", KBM_READING_TIME, read_filetime},
    {"ms-Mcs-AdmPwdExpirationTime", KBM_READING_TIME, read_filetime},
};

bool kbm_attribute_is_text(const struct kbm_blob *value)
{
	const char *text = (const char *)value->data;
	for (size_t at = 0, size = 0; at < value->length; at += size) {
		uint32_t code_point = kbm_text_next(text + at, value->length - at, &size);
		bool is_control = code_point < ' ' || (code_point >= 0x7F && code_point < 0xA0);
		bool is_layout = code_point == '\t' || code_point == '\n' || code_point == '\r';
		bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
		if (code_point == UINT32_MAX || is_surrogate || (is_control && !is_layout))
			return false;
	}
	return true;
}

enum { SHOWN_OCTETS = 16 };

static void append_octets(const struct kbm_blob *value, struct kbm_bytes *out)
{
	size_t shown = value->length < SHOWN_OCTETS ? value->length : SHOWN_OCTETS;
	kbm_bytes_append_hex(out, value->data, shown);
	kbm_bytes_printf(out, "%s (%zu byte%s)", value->length > SHOWN_OCTETS ? "..." : "",
			 value->length, value->length == 1 ? "" : "s");
}

enum kbm_reading_kind kbm_attribute_read(const char *name, const struct kbm_blob *value,
					 struct kbm_bytes *out)
{
	size_t length = kbm_attribute_base_length(name);
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		if (kbm_attribute_names_equal(name, length, readers[i].name,
					      strlen(readers[i].name)) &&
		    readers[i].read(value, out))
			return readers[i].kind;
	}
	if (!kbm_attribute_is_text(value)) {
		append_octets(value, out);
		return KBM_READING_BINARY;
	}
	kbm_bytes_append(out, value->data, value->length);
	return KBM_READING_TEXT;
}
