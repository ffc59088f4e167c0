/* Inside the search of a hive: whether a value's data matches. */
#include "source/hive_find_data.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_records.h"

#include <string.h>

/* A single byte is in nearly all data: two digits alone are no search for bytes. */
enum { LEAST_BYTES = 2 };

/* Hexadecimal digits in pairs, with what people write between them. */
static bool read_bytes(const char *text, size_t length, struct kbm_bytes *bytes, size_t least)
{
	static const char prefix[] = "hex:";
	size_t at = 0;
	if (length >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0) {
		at = strlen(prefix);
		least = 1;
	}
	while (at < length) {
		int high = kbm_text_hex_digit((unsigned char)text[at]);
		int low = at + 1 < length ? kbm_text_hex_digit((unsigned char)text[at + 1]) : -1;
		if (high < 0 || low < 0 ||
		    !kbm_bytes_append_byte(bytes, (uint8_t)(high << 4 | low)))
			return false;
		at += 2;
		if (at + 1 < length && (text[at] == ' ' || text[at] == ','))
			at++;
	}
	return bytes->length >= least;
}

/* Other letters are as a number's or not by Windows' upcase, which the pattern knows. */
static bool may_be_number(const struct kbm_find_order *order)
{
	for (size_t i = 0; !order->is_regex && i < order->pattern_length; i++) {
		unsigned char letter = (unsigned char)order->pattern[i];
		if (letter < 0x80 && kbm_text_hex_digit(letter) < 0 && letter != 'x' &&
		    letter != 'X')
			return false;
	}
	return true;
}

enum kbm_code kbm_find_needle_make(const struct kbm_find_order *order,
				   struct kbm_find_needle *needle, struct kbm_error *error)
{
	*needle =
	    (struct kbm_find_needle){.is_regex = order->is_regex, .is_exact = order->is_exact};
	kbm_bytes_init(&needle->bytes, KBM_PATTERN_MAX_UNITS);
	kbm_bytes_init(&needle->digits, 2 * KBM_HIVE_MAX_VALUE_BYTES);
	needle->has_bytes =
	    !order->is_regex && read_bytes(order->pattern, order->pattern_length, &needle->bytes,
					   order->is_exact ? 1 : LEAST_BYTES);
	needle->may_be_number = may_be_number(order);
	enum kbm_code code =
	    kbm_pattern_make(order->pattern, order->pattern_length, order->is_regex,
			     order->is_exact, &needle->pattern, error);
	if (code != KBM_OK)
		kbm_find_needle_clear(needle);
	return code;
}

void kbm_find_needle_clear(struct kbm_find_needle *needle)
{
	kbm_pattern_free(needle->pattern);
	needle->pattern = NULL;
	kbm_bytes_clear(&needle->bytes);
	kbm_bytes_clear(&needle->digits);
}

static bool is_nul(const uint8_t *data, size_t unit)
{
	return data[2 * unit] == 0 && data[2 * unit + 1] == 0;
}

/* Of a text, without the NULs that end it. */
static size_t count_units(const uint8_t *data, size_t length)
{
	size_t units = length / 2;
	while (units > 0 && is_nul(data, units - 1))
		units--;
	return units;
}

static enum kbm_code text_matches(struct kbm_find_needle *needle, const uint8_t *data,
				  size_t length, bool *matches, struct kbm_error *error)
{
	return kbm_pattern_matches(needle->pattern, data, count_units(data, length), false, matches,
				   error);
}

static enum kbm_code strings_match(struct kbm_find_needle *needle, const uint8_t *data,
				   size_t length, bool *matches, struct kbm_error *error)
{
	size_t units = count_units(data, length);
	for (size_t start = 0; start <= units;) {
		size_t end = start;
		while (end < units && !is_nul(data, end))
			end++;
		enum kbm_code code = kbm_pattern_matches(needle->pattern, data + 2 * start,
							 end - start, false, matches, error);
		if (code != KBM_OK || *matches)
			return code;
		start = end + 1;
	}
	return KBM_OK;
}

/* Writes the digits of a number before `end`, at least so many: their first. */
static char *write_digits(uint64_t number, unsigned base, int least, char *end)
{
	static const char digits[] = "0123456789abcdef";
	for (; number != 0 || least > 0; number /= base, least--)
		*--end = digits[number % base];
	return end;
}

static enum kbm_code number_matches(struct kbm_find_needle *needle, uint64_t number, bool *matches,
				    struct kbm_error *error)
{
	static const struct {
		unsigned base;
		int least;
	} forms[] = {{10, 1}, {16, 1}, {16, 8}}; /* as people, and as exports write them */
	char text[24];
	char *end = text + sizeof text;
	enum kbm_code code = KBM_OK;
	if (!needle->may_be_number)
		return KBM_OK;
	for (size_t i = 0; code == KBM_OK && !*matches && i < sizeof forms / sizeof *forms; i++) {
		char *start = write_digits(number, forms[i].base, forms[i].least, end);
		if (forms[i].base == 16) {
			*--start = 'x';
			*--start = '0';
		}
		code = kbm_pattern_matches(needle->pattern, (const uint8_t *)start,
					   (size_t)(end - start), true, matches, error);
	}
	return code;
}

static enum kbm_code digits_match(struct kbm_find_needle *needle, const uint8_t *data,
				  size_t length, bool *matches, struct kbm_error *error)
{
	struct kbm_bytes *text = &needle->digits;
	kbm_bytes_reset(text);
	kbm_bytes_append_hex(text, data, length);
	return kbm_pattern_matches(needle->pattern, text->data, text->length, true, matches, error);
}

static enum kbm_code bytes_match(struct kbm_find_needle *needle, const uint8_t *data, size_t length,
				 bool *matches, struct kbm_error *error)
{
	const struct kbm_bytes *bytes = &needle->bytes;
	if (needle->is_regex)
		return digits_match(needle, data, length, matches, error);
	if (!needle->has_bytes) { /* a pattern for anything, or for nothing */
		if (needle->is_exact && length > 0)
			return KBM_OK;
		return kbm_pattern_matches(needle->pattern, data, 0, true, matches, error);
	}
	if (needle->is_exact)
		*matches = length == bytes->length && memcmp(data, bytes->data, length) == 0;
	else
		*matches = memmem(data, length, bytes->data, bytes->length) != NULL;
	return KBM_OK;
}

enum kbm_code kbm_find_data_matches(struct kbm_find_needle *needle, uint32_t type,
				    const uint8_t *data, size_t length, bool *matches,
				    struct kbm_error *error)
{
	*matches = false;
	switch (type) {
	case KBM_REG_SZ:
	case KBM_REG_EXPAND_SZ:
	case KBM_REG_LINK:
		return text_matches(needle, data, length, matches, error);
	case KBM_REG_MULTI_SZ:
		return strings_match(needle, data, length, matches, error);
	case KBM_REG_DWORD:
		if (length == 4)
			return number_matches(needle, kbm_hive_u32(data), matches, error);
		break;
	case KBM_REG_DWORD_BIG_ENDIAN:
		if (length == 4)
			return number_matches(needle, __builtin_bswap32(kbm_hive_u32(data)),
					      matches, error);
		break;
	case KBM_REG_QWORD:
		if (length == 8)
			return number_matches(needle, kbm_hive_u64(data), matches, error);
		break;
	default:
		break;
	}
	return bytes_match(needle, data, length, matches, error);
}
