/* Registry values as people read them: names of types, data as text. */
#include "plan/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

static const char *const type_names[] = {"REG_NONE",
					 "REG_SZ",
					 "REG_EXPAND_SZ",
					 "REG_BINARY",
					 "REG_DWORD",
					 "REG_DWORD_BIG_ENDIAN",
					 "REG_LINK",
					 "REG_MULTI_SZ",
					 "REG_RESOURCE_LIST",
					 "REG_FULL_RESOURCE_DESCRIPTOR",
					 "REG_RESOURCE_REQUIREMENTS_LIST",
					 "REG_QWORD"};
enum { TYPE_COUNT = sizeof type_names / sizeof type_names[0], NAME_BYTES = 32 };

const char *kbm_value_type_name(uint32_t type, char name[static 32])
{
	if (type < TYPE_COUNT)
		snprintf(name, NAME_BYTES, "%s", type_names[type]);
	else
		snprintf(name, NAME_BYTES, "type %" PRIu32, type);
	return name;
}

bool kbm_value_type_parse(const char *name, uint32_t *type)
{
	for (uint32_t i = 0; i < TYPE_COUNT; i++) {
		if (strcmp(type_names[i], name) == 0) {
			*type = i;
			return true;
		}
	}
	uint64_t number = 0;
	size_t length = strlen(name);
	if (length < 6 || length > 15 || strncmp(name, "type ", 5) != 0)
		return false;
	for (const char *digit = name + 5; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		number = number * 10 + (uint64_t)(*digit - '0');
	}
	/* Only the spelling that kbm_value_type_name() gives: one name for a type. */
	char spelled[NAME_BYTES];
	if (number > UINT32_MAX ||
	    strcmp(kbm_value_type_name((uint32_t)number, spelled), name) != 0)
		return false;
	*type = (uint32_t)number;
	return true;
}

static bool put_hex(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		char text[3] = {' ', digits[data[i] >> 4], digits[data[i] & 15]};
		if (!kbm_bytes_append(out, i == 0 ? text + 1 : text, i == 0 ? 2 : 3))
			return false;
	}
	return true;
}

/* Bytes of the text in front of the first NUL, or of all whole units. */
static size_t text_bytes(const uint8_t *data, size_t length)
{
	size_t at = 0;
	while (at + 1 < length && (data[at] != 0 || data[at + 1] != 0))
		at += 2;
	return at;
}

/* UTF-16 in quotes; a quote inside is doubled, because a backslash is everyday text here. */
static bool put_quoted(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 3 * KBM_HIVE_MAX_VALUE_BYTES);
	bool done = kbm_text_from_utf16(data, length, &text) && kbm_bytes_append_byte(out, '"');
	for (size_t i = 0; done && i < text.length; i++) {
		if (text.data[i] == '"')
			done = kbm_bytes_append_byte(out, '"');
		done = done && kbm_bytes_append_byte(out, text.data[i]);
	}
	kbm_bytes_clear(&text);
	return done && kbm_bytes_append_byte(out, '"');
}

/* What is behind the part that was understood. */
static bool put_rest(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	return length == 0 ||
	       (kbm_bytes_printf(out, " (and %zu more byte%s: ", length, length == 1 ? "" : "s") &&
		put_hex(data, length, out) && kbm_bytes_append_byte(out, ')'));
}

static bool put_text(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	size_t text = text_bytes(data, length);
	if (!put_quoted(data, text, out))
		return false;
	if (length - text < 2)
		return kbm_bytes_append_text(out, " (no NUL at its end)") &&
		       put_rest(data + text, length - text, out);
	return put_rest(data + text + 2, length - text - 2, out);
}

static bool put_multi_text(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	size_t at = 0;
	bool done = kbm_bytes_append_text(out, "{ ");
	bool terminated = true;
	for (size_t count = 0; done && at + 1 < length; count++) {
		size_t text = text_bytes(data + at, length - at);
		if (text == 0)
			break;
		done = (count == 0 || kbm_bytes_append_text(out, ", ")) &&
		       put_quoted(data + at, text, out);
		at += text;
		terminated = length - at >= 2;
		if (terminated)
			at += 2;
	}
	done = done && kbm_bytes_append_text(out, at == 0 ? "}" : " }");
	if (done && (!terminated || length - at < 2))
		return kbm_bytes_append_text(out, " (no NUL at its end)") &&
		       put_rest(data + at, length - at, out);
	return done && put_rest(data + at + 2, length - at - 2, out);
}

/* Numbers of exactly `size` bytes; other sizes are shown as bytes, and said. */
static bool put_number(const uint8_t *data, size_t length, size_t size, bool big_endian,
		       struct kbm_bytes *out)
{
	if (length != size)
		return put_hex(data, length, out) &&
		       kbm_bytes_printf(out, "%s(%zu byte%s, not %zu)", length == 0 ? "" : " ",
					length, length == 1 ? "" : "s", size);
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | data[big_endian ? i : size - 1 - i];
	return kbm_bytes_printf(out, "0x%" PRIx64 " (%" PRIu64 ")", number, number);
}

bool kbm_value_text(uint32_t type, const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	switch (type) {
	case KBM_REG_SZ:
	case KBM_REG_EXPAND_SZ:
		return put_text(data, length, out);
	case KBM_REG_LINK: /* stored without NUL */
		if (length % 2 == 0)
			return put_quoted(data, length, out);
		break;
	case KBM_REG_MULTI_SZ:
		return put_multi_text(data, length, out);
	case KBM_REG_DWORD:
		return put_number(data, length, 4, false, out);
	case KBM_REG_DWORD_BIG_ENDIAN:
		return put_number(data, length, 4, true, out);
	case KBM_REG_QWORD:
		return put_number(data, length, 8, false, out);
	default:
		break;
	}
	return length == 0 ? kbm_bytes_append_text(out, "(no bytes)") : put_hex(data, length, out);
}
