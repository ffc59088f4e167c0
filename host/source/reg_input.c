/* The characters of a .reg export, one at a time, whatever its encoding. */
#include "source/reg_input.h"

#include "base/text.h"
#include "source/codepage.h"

#include <stdio.h>
#include <string.h>

/* One UTF-16 unit; the caller has made sure of two bytes. */
static uint32_t unit_at(const struct kbm_reg_input *input, size_t at)
{
	uint32_t first = input->bytes[at];
	uint32_t second = input->bytes[at + 1];
	return input->encoding == KBM_REG_UTF16LE ? first | second << 8 : first << 8 | second;
}

static uint32_t decode_utf16(struct kbm_reg_input *input)
{
	size_t rest = input->length - input->at;
	if (rest < 2) {
		input->size = rest;
		return KBM_REG_BROKEN;
	}
	input->size = 2;
	uint32_t unit = unit_at(input, input->at);
	if (unit < 0xD800 || unit > 0xDBFF || rest < 4)
		return unit;
	uint32_t low = unit_at(input, input->at + 2);
	if (low < 0xDC00 || low > 0xDFFF)
		return unit;
	input->size = 4;
	return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static uint32_t decode_utf8(struct kbm_reg_input *input)
{
	const char *text = (const char *)input->bytes + input->at;
	uint32_t point = kbm_text_next(text, input->length - input->at, &input->size);
	bool surrogate = point >= 0xD800 && point <= 0xDFFF;
	return point == UINT32_MAX || surrogate ? KBM_REG_BROKEN : point;
}

static uint32_t decode_ansi(struct kbm_reg_input *input)
{
	uint16_t unit = 0;
	input->size = 1;
	if (!kbm_codepage_decode(input->codepage, input->bytes[input->at], &unit))
		return KBM_REG_BROKEN;
	return unit;
}

/* A NUL is never text: it would end names early. */
static void decode(struct kbm_reg_input *input)
{
	input->size = 0;
	if (input->at >= input->length)
		input->current = KBM_REG_END;
	else if (input->encoding == KBM_REG_UTF8)
		input->current = decode_utf8(input);
	else if (input->encoding == KBM_REG_ANSI)
		input->current = decode_ansi(input);
	else
		input->current = decode_utf16(input);
	if (input->current == 0)
		input->current = KBM_REG_BROKEN;
}

void kbm_reg_input_init(struct kbm_reg_input *input, const uint8_t *bytes, size_t length,
			unsigned codepage)
{
	*input = (struct kbm_reg_input){.bytes = bytes,
					.length = length,
					.line = 1,
					.encoding = KBM_REG_ANSI,
					.codepage = codepage};
	if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		input->encoding = KBM_REG_UTF8;
		input->at = 3;
	} else if (length >= 2) {
		bool little_mark = bytes[0] == 0xFF && bytes[1] == 0xFE;
		bool big_mark = bytes[0] == 0xFE && bytes[1] == 0xFF;
		if (little_mark || (bytes[0] != 0 && bytes[1] == 0))
			input->encoding = KBM_REG_UTF16LE;
		else if (big_mark || (bytes[0] == 0 && bytes[1] != 0))
			input->encoding = KBM_REG_UTF16BE;
		input->at = little_mark || big_mark ? 2 : 0;
	}
	decode(input);
}

void kbm_reg_input_use_utf8(struct kbm_reg_input *input)
{
	if (input->encoding == KBM_REG_ANSI) {
		input->encoding = KBM_REG_UTF8;
		decode(input);
	}
}

void kbm_reg_input_advance(struct kbm_reg_input *input)
{
	uint32_t passed = input->current;
	if (passed == KBM_REG_END)
		return;
	input->at += input->size;
	decode(input);
	if (passed == '\n' || (passed == '\r' && input->current != '\n'))
		input->line++;
}

bool kbm_reg_input_has_text(const struct kbm_reg_input *input)
{
	return input->current != KBM_REG_END && input->current != KBM_REG_BROKEN;
}

bool kbm_reg_input_take(struct kbm_reg_input *input, struct kbm_bytes *text)
{
	char encoded[4];
	if (!kbm_bytes_append(text, encoded, kbm_text_put(input->current, encoded)))
		return false;
	kbm_reg_input_advance(input);
	return true;
}

void kbm_reg_input_skip_blanks(struct kbm_reg_input *input)
{
	while (input->current == ' ' || input->current == '\t')
		kbm_reg_input_advance(input);
}

bool kbm_reg_input_at_newline(const struct kbm_reg_input *input)
{
	return input->current == '\n' || input->current == '\r';
}

bool kbm_reg_input_at_line_end(const struct kbm_reg_input *input)
{
	return kbm_reg_input_at_newline(input) || input->current == KBM_REG_END;
}

static enum kbm_code broken(const struct kbm_reg_input *input, struct kbm_error *error)
{
	const uint8_t *bytes = input->bytes + input->at;
	if (input->size < 2 && input->encoding <= KBM_REG_UTF16BE)
		return kbm_fail(error, KBM_INVALID, "line %zu: half a UTF-16 character at the end",
				input->line);
	if (bytes[0] == 0 && (input->size == 1 || bytes[1] == 0))
		return kbm_fail(error, KBM_INVALID, "line %zu: a NUL character", input->line);
	if (input->encoding == KBM_REG_ANSI)
		return kbm_fail(error, KBM_INVALID,
				"line %zu: byte 0x%02X is no character of code page %u",
				input->line, bytes[0], input->codepage);
	return kbm_fail(error, KBM_INVALID,
			"line %zu: byte 0x%02X is not UTF-8 here; save the file as UTF-8 or UTF-16",
			input->line, bytes[0]);
}

enum kbm_code kbm_reg_input_error(const struct kbm_reg_input *input, const char *expected,
				  struct kbm_error *error)
{
	char found[32];
	if (input->current == KBM_REG_BROKEN)
		return broken(input, error);
	if (input->current == KBM_REG_END)
		snprintf(found, sizeof found, "the end of the file");
	else if (kbm_reg_input_at_newline(input))
		snprintf(found, sizeof found, "the end of the line");
	else if (input->current > ' ' && input->current < 0x7F)
		snprintf(found, sizeof found, "'%c'", (char)input->current);
	else
		snprintf(found, sizeof found, "U+%04X", input->current);
	return kbm_fail(error, KBM_INVALID, "line %zu: expected %s, found %s", input->line,
			expected, found);
}
