/* Which values of a registry hold a password beside something else, and what may be told of them.
 *
 * Key management servers of Exchange have their password behind the program's path where somebody
 * wrote it there, so that it need not be typed at every start (Q235418). */
#include "source/secret_values.h"

#include "base/text.h"
#include "source/registry_path.h"
#include "source/service.h"

#include <string.h>

/* Below any ...\Services. */
static const struct {
	const char *service;
	const char *name;
} secrets[] = {{"MSExchangeKMS", "ImagePath"}};

enum { UNIT_BYTES = 2 };

bool kbm_value_name_may_be_secret(const char *name, size_t name_length)
{
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (kbm_text_compare_names(name, name_length, secrets[i].name,
					   strlen(secrets[i].name)) == 0)
			return true;
	return false;
}

bool kbm_value_may_be_secret(const char *physical, const char *name, size_t name_length)
{
	struct kbm_path_part above = {NULL, 0};
	struct kbm_path_part last = {NULL, 0};
	const char *at = physical;
	for (struct kbm_path_part part = kbm_path_next(&at); part.length > 0;
	     part = kbm_path_next(&at)) {
		above = last;
		last = part;
	}
	if (above.text == NULL || !kbm_path_part_is(above, "Services"))
		return false;
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (kbm_path_part_is(last, secrets[i].service) &&
		    kbm_text_compare_names(name, name_length, secrets[i].name,
					   strlen(secrets[i].name)) == 0)
			return true;
	return false;
}

/* --- what is secret in it --------------------------------------------------------------------- */

static uint16_t unit_at(const uint8_t *data, size_t offset)
{
	return (uint16_t)(data[offset] | data[offset + 1] << 8);
}

/* Where the path of the program ends: behind its .exe, and behind the quotation mark that closes
 * it. 0: there is no .exe. */
static size_t program_end(const uint8_t *data, size_t length)
{
	static const char ending[] = ".EXE";
	size_t size = sizeof ending - 1;
	size_t units = length / UNIT_BYTES;
	for (size_t i = 0; i + size <= units; i++) {
		size_t same = 0;
		while (same < size && kbm_text_upcase(unit_at(data, (i + same) * UNIT_BYTES)) ==
					  (uint8_t)ending[same])
			same++;
		if (same < size)
			continue;
		size_t end = i + size;
		bool closed = end < units && unit_at(data, end * UNIT_BYTES) == '"';
		return (closed ? end + 1 : end) * UNIT_BYTES;
	}
	return 0;
}

static bool is_blank(const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i += UNIT_BYTES) {
		uint16_t unit = i + 1 < length ? unit_at(data, i) : data[i];
		if (unit != 0 && unit != ' ' && unit != '\t')
			return false;
	}
	return true;
}

/* Whether a path begins at the beginning: in quotation marks, or its first word is the whole
 * program or has what paths have. Else somebody wrote something before it. */
static bool begins_with_path(const uint8_t *data, size_t end)
{
	size_t at = 0;
	while (at < end && is_blank(data + at, UNIT_BYTES))
		at += UNIT_BYTES;
	for (; at < end && !is_blank(data + at, UNIT_BYTES); at += UNIT_BYTES) {
		uint16_t unit = unit_at(data, at);
		if (unit == '"' || unit == ':' || unit == '\\' || unit == '%')
			return true;
	}
	return at >= end;
}

static bool put_utf16(const char *text, struct kbm_bytes *out)
{
	for (; *text != '\0'; text++) {
		kbm_bytes_append_byte(out, (uint8_t)*text);
		kbm_bytes_append_byte(out, 0);
	}
	return !out->failed;
}

bool kbm_value_mask_secret(uint32_t type, const uint8_t *data, size_t length,
			   struct kbm_bytes *told)
{
	bool is_text = type == KBM_REG_SZ || type == KBM_REG_EXPAND_SZ;
	/* Where it has no business being nobody knows what it is. */
	size_t end = is_text ? program_end(data, length) : 0;
	if (!begins_with_path(data, end))
		end = 0;
	if (length == 0 || is_blank(data + end, length - end))
		return false;
	kbm_bytes_append(told, data, end);
	put_utf16(end > 0 ? " " KBM_SECRET_MASK : KBM_SECRET_MASK, told);
	kbm_bytes_append(told, "\0\0\0", type == KBM_REG_MULTI_SZ ? 2 * UNIT_BYTES : UNIT_BYTES);
	return true;
}

bool kbm_value_is_masked(const uint8_t *data, size_t length)
{
	static const char mask[] = KBM_SECRET_MASK;
	size_t size = (sizeof mask - 1) * UNIT_BYTES;
	while (length >= UNIT_BYTES && unit_at(data, length - UNIT_BYTES) == 0)
		length -= UNIT_BYTES;
	if (length < size)
		return false;
	for (size_t i = 0; i < sizeof mask - 1; i++)
		if (unit_at(data, length - size + i * UNIT_BYTES) != (uint8_t)mask[i])
			return false;
	return true;
}
