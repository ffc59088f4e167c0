/* Text as Windows and people write it: WTF-8, UTF-16 and escaping for display. */
#include "base/text.h"

#include <string.h>

enum {
	SURROGATE_FIRST = 0xD800,
	SURROGATE_LOW = 0xDC00,
	SURROGATE_LAST = 0xDFFF,
	SUPPLEMENT = 0x10000,
	CODE_POINT_LAST = 0x10FFFF
};

static uint32_t utf16_unit(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

size_t kbm_text_put(uint32_t code_point, char out[static 4])
{
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		out[0] = (char)(0xC0 | code_point >> 6);
		out[1] = (char)(0x80 | (code_point & 0x3F));
		return 2;
	}
	if (code_point < SUPPLEMENT) {
		out[0] = (char)(0xE0 | code_point >> 12);
		out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code_point & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code_point >> 18);
	out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code_point & 0x3F));
	return 4;
}

bool kbm_text_from_utf16(const uint8_t *utf16, size_t byte_count, struct kbm_bytes *out)
{
	size_t units = byte_count / 2;
	for (size_t i = 0; i < units; i++) {
		uint32_t unit = utf16_unit(utf16 + 2 * i);
		if (unit >= SURROGATE_FIRST && unit < SURROGATE_LOW && i + 1 < units) {
			uint32_t low = utf16_unit(utf16 + 2 * (i + 1));
			if (low >= SURROGATE_LOW && low <= SURROGATE_LAST) {
				unit = SUPPLEMENT + ((unit - SURROGATE_FIRST) << 10) +
				       (low - SURROGATE_LOW);
				i++;
			}
		}
		char encoded[4];
		if (!kbm_bytes_append(out, encoded, kbm_text_put(unit, encoded)))
			return false;
	}
	return !out->failed;
}

uint32_t kbm_text_next(const char *text, size_t length, size_t *size)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, SUPPLEMENT};
	const uint8_t *bytes = (const uint8_t *)text;
	uint32_t first = bytes[0];
	size_t count = first < 0x80		       ? 1
		       : first >= 0xC2 && first < 0xE0 ? 2
		       : first >= 0xE0 && first < 0xF0 ? 3
		       : first >= 0xF0 && first < 0xF5 ? 4
						       : 0;
	*size = 1;
	if (count == 0 || count > length)
		return UINT32_MAX;
	if (count == 1)
		return first;
	uint32_t code_point = first & (0x7FU >> count);
	for (size_t i = 1; i < count; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return UINT32_MAX;
		code_point = code_point << 6 | (bytes[i] & 0x3FU);
	}
	if (code_point < least[count] || code_point > CODE_POINT_LAST)
		return UINT32_MAX;
	*size = count;
	return code_point;
}

bool kbm_text_to_utf16(const char *text, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length;) {
		size_t size;
		uint32_t code_point = kbm_text_next(text + at, length - at, &size);
		if (code_point == UINT32_MAX)
			return false;
		uint32_t units[2] = {code_point, 0};
		size_t count = 1;
		if (code_point >= SUPPLEMENT) {
			units[0] = SURROGATE_FIRST + ((code_point - SUPPLEMENT) >> 10);
			units[1] = SURROGATE_LOW + ((code_point - SUPPLEMENT) & 0x3FF);
			count = 2;
		}
		for (size_t i = 0; i < count; i++) {
			uint8_t bytes[2] = {(uint8_t)units[i], (uint8_t)(units[i] >> 8)};
			if (!kbm_bytes_append(out, bytes, sizeof bytes))
				return false;
		}
		at += size;
	}
	return !out->failed;
}

static bool is_surrogate(uint32_t code_point)
{
	return code_point >= SURROGATE_FIRST && code_point <= SURROGATE_LAST;
}

bool kbm_text_is_utf8(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t size;
		uint32_t code_point = kbm_text_next(text + at, length - at, &size);
		if (code_point == UINT32_MAX || is_surrogate(code_point))
			return false;
		at += size;
	}
	return true;
}

/* The units of a text, one at a time: a code point beyond the BMP gives two. */
struct units {
	const char *text;
	size_t length;
	size_t at;
	uint16_t pending; /* the low surrogate still to come */
};

/* False at the end. A byte that is no WTF-8 counts as a unit of its own, beyond no other. */
static bool next_unit(struct units *units, uint32_t *unit)
{
	if (units->pending != 0) {
		*unit = units->pending;
		units->pending = 0;
		return true;
	}
	if (units->at >= units->length)
		return false;
	size_t size;
	uint32_t code_point =
	    kbm_text_next(units->text + units->at, units->length - units->at, &size);
	if (code_point == UINT32_MAX)
		code_point = SUPPLEMENT + (uint8_t)units->text[units->at];
	else if (code_point >= SUPPLEMENT) {
		units->pending = (uint16_t)(SURROGATE_LOW + ((code_point - SUPPLEMENT) & 0x3FF));
		code_point = SURROGATE_FIRST + ((code_point - SUPPLEMENT) >> 10);
	}
	units->at += size;
	*unit = code_point < SUPPLEMENT ? kbm_text_upcase((uint16_t)code_point) : code_point;
	return true;
}

static uint8_t upper_ascii(uint8_t letter)
{
	return letter >= 'a' && letter <= 'z' ? (uint8_t)(letter - 'a' + 'A') : letter;
}

/* How many characters both begin with that are ASCII and differ in case at most: most names are
 * such to their ends, and are compared by the thousand. */
static size_t alike_ascii(const char *left, const char *right, size_t length)
{
	size_t at = 0;
	for (; at < length; at++) {
		uint8_t x = (uint8_t)left[at];
		uint8_t y = (uint8_t)right[at];
		if (x >= 0x80 || y >= 0x80 || upper_ascii(x) != upper_ascii(y))
			break;
	}
	return at;
}

int kbm_text_compare_names(const char *left, size_t left_length, const char *right,
			   size_t right_length)
{
	size_t alike =
	    alike_ascii(left, right, left_length < right_length ? left_length : right_length);
	struct units a = {left, left_length, alike, 0};
	struct units b = {right, right_length, alike, 0};
	for (;;) {
		uint32_t x;
		uint32_t y;
		bool has_x = next_unit(&a, &x);
		bool has_y = next_unit(&b, &y);
		if (!has_x || !has_y)
			return (int)has_x - (int)has_y;
		if (x != y)
			return x < y ? -1 : 1;
	}
}

static int lower_ascii(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

size_t kbm_text_whole_end(const char *text, size_t length)
{
	size_t lead = length;
	while (lead > 0 && ((unsigned char)text[lead - 1] & 0xC0U) == 0x80U)
		lead--;
	if (lead == 0)
		return length; /* no UTF-8 */
	unsigned char first = (unsigned char)text[lead - 1];
	size_t needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
	return length - (lead - 1) < needed ? lead - 1 : length;
}

void kbm_text_drop_cut(char *text)
{
	size_t length = strlen(text);
	size_t kept = 0;
	for (size_t at = 0, size = 0; at < length; at += size) {
		kbm_text_next(text + at, length - at, &size);
		if (!kbm_text_is_utf8(text + at, size))
			continue;
		memmove(text + kept, text + at, size);
		kept += size;
	}
	text[kept] = 0;
}

size_t kbm_text_whole_characters(const char *text, size_t length, size_t room)
{
	if (length <= room)
		return length;
	size_t end = room;
	while (end > 0 && ((unsigned char)text[end] & 0xC0U) == 0x80U)
		end--;
	return end;
}

int kbm_text_hex_digit(int letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	if (letter >= 'A' && letter <= 'F')
		return letter - 'A' + 10;
	return -1;
}

bool kbm_text_equals_ascii_case(const char *left, const char *right)
{
	while (*left != '\0' && lower_ascii(*left) == lower_ascii(*right)) {
		left++;
		right++;
	}
	return *left == *right;
}

static bool is_control(uint32_t code_point)
{
	return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

bool kbm_text_is_bidirectional(uint32_t code_point)
{
	return code_point == 0x061C || code_point == 0x200E || code_point == 0x200F ||
	       (code_point >= 0x202A && code_point <= 0x202E) ||
	       (code_point >= 0x2066 && code_point <= 0x2069);
}

/* Code points that a terminal does not show as a mark of their own: they could hide or reorder
 * text. [Unicode: Cf, Zl, Zp, variation selectors, fillers, noncharacters, tags] */
static bool is_invisible(uint32_t code_point)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} ranges[] = {
	    {0xAD, 0xAD},	{0x34F, 0x34F},	    {0x600, 0x605},	{0x61C, 0x61C},
	    {0x6DD, 0x6DD},	{0x70F, 0x70F},	    {0x890, 0x891},	{0x8E2, 0x8E2},
	    {0x115F, 0x1160},	{0x17B4, 0x17B5},   {0x180B, 0x180F},	{0x200B, 0x200F},
	    {0x2028, 0x202E},	{0x2060, 0x206F},   {0x3164, 0x3164},	{0xD800, 0xDFFF},
	    {0xFDD0, 0xFDEF},	{0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},	{0xFFA0, 0xFFA0},
	    {0xFFF0, 0xFFFB},	{0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
	    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
	};
	if (code_point < ranges[0].first)
		return false;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code_point >= ranges[i].first && code_point <= ranges[i].last)
			return true;
	return (code_point & 0xFFFE) == 0xFFFE;
}

bool kbm_text_is_visible(uint32_t code_point)
{
	return code_point <= CODE_POINT_LAST && !is_control(code_point) &&
	       !is_invisible(code_point);
}

static bool escape_control(uint32_t code_point, struct kbm_bytes *out)
{
	switch (code_point) {
	case '\n':
		return kbm_bytes_append_text(out, "\\n");
	case '\r':
		return kbm_bytes_append_text(out, "\\r");
	case '\t':
		return kbm_bytes_append_text(out, "\\t");
	default:
		return kbm_bytes_printf(out, "\\x%02X", (unsigned)code_point);
	}
}

bool kbm_text_escape(const char *text, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length && !out->failed;) {
		size_t size;
		uint32_t code_point = kbm_text_next(text + at, length - at, &size);
		if (code_point == UINT32_MAX)
			escape_control((uint8_t)text[at], out);
		else if (is_control(code_point))
			escape_control(code_point, out);
		else if (is_invisible(code_point))
			kbm_bytes_printf(out, "\\u{%04X}", (unsigned)code_point);
		else
			kbm_bytes_append(out, text + at, size);
		at += size;
	}
	return !out->failed;
}
