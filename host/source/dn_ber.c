/* Strings in BER (X.690), as values of the form #hex hold them. */
#include "source/dn_internal.h"

#include <unistr.h>

/* Universal tags, primitive, of X.680's string types. */
enum tag {
	OCTET_STRING = 0x04,
	UTF8_STRING = 0x0C,
	NUMERIC_STRING = 0x12,
	PRINTABLE_STRING = 0x13,
	TELETEX_STRING = 0x14,
	IA5_STRING = 0x16,
	VISIBLE_STRING = 0x1A,
	GENERAL_STRING = 0x1B,
	UNIVERSAL_STRING = 0x1C,
	BMP_STRING = 0x1E
};

/* The content of one primitive, definite-length value that fills `length` bytes exactly. */
static const uint8_t *content(const uint8_t *ber, size_t length, size_t *content_length)
{
	if (length < 2)
		return NULL;
	size_t header = 2;
	size_t value = ber[1];
	if (ber[1] >= 0x80) {
		size_t count = ber[1] & 0x7FU;
		if (count == 0 || count > 4 || length < 2 + count)
			return NULL;
		value = 0;
		for (size_t i = 0; i < count; i++)
			value = value << 8 | ber[2 + i];
		header += count;
	}
	if (value != length - header)
		return NULL;
	*content_length = value;
	return ber + header;
}

/* Big-endian code units of `unit` bytes. */
static bool append_units(const uint8_t *units, size_t length, size_t unit, struct kbm_bytes *out)
{
	size_t start = out->length;
	if (length % unit != 0)
		return false;
	for (size_t i = 0; i < length; i += unit) {
		ucs4_t code_point = 0;
		for (size_t j = 0; j < unit; j++)
			code_point = code_point << 8 | units[i + j];
		uint8_t utf8[6];
		int size = u8_uctomb(utf8, code_point, sizeof utf8);
		if (size <= 0) {
			out->length = start;
			return false;
		}
		kbm_bytes_append(out, utf8, (size_t)size);
	}
	return true;
}

bool kbm_dn_ber_text(const uint8_t *ber, size_t length, struct kbm_bytes *out)
{
	size_t text_length = 0;
	const uint8_t *text = content(ber, length, &text_length);
	if (text == NULL)
		return false;
	switch (ber[0]) {
	case BMP_STRING:
		return append_units(text, text_length, 2, out);
	case UNIVERSAL_STRING:
		return append_units(text, text_length, 4, out);
	case OCTET_STRING:
	case UTF8_STRING:
	case NUMERIC_STRING:
	case PRINTABLE_STRING:
	case TELETEX_STRING:
	case IA5_STRING:
	case VISIBLE_STRING:
	case GENERAL_STRING:
		return kbm_bytes_append(out, text, text_length);
	default:
		return false;
	}
}
