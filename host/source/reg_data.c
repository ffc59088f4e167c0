/* The pieces of a .reg line: its end, quoted texts, and a value's data in its three spellings. */
#include "source/reg_data.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/codepage.h"
#include "source/service.h"

#include <stdio.h>

void kbm_reg_data_init(struct kbm_reg_data *data, struct kbm_reg_input *input,
		       struct kbm_error *error)
{
	*data = (struct kbm_reg_data){.input = input, .error = error};
	kbm_bytes_init(&data->text, 3UL * KBM_HIVE_MAX_VALUE_BYTES / 2);
	kbm_bytes_init(&data->bytes, KBM_HIVE_MAX_VALUE_BYTES);
}

void kbm_reg_data_clear(struct kbm_reg_data *data)
{
	kbm_bytes_clear(&data->text);
	kbm_bytes_clear(&data->bytes);
}

static enum kbm_code expected(struct kbm_reg_data *data, const char *what)
{
	return kbm_reg_input_error(data->input, what, data->error);
}

/* Blanks, a comment, and the line's end or the file's. */
enum kbm_code kbm_reg_data_take_line_end(struct kbm_reg_data *data, const char *what)
{
	kbm_reg_input_skip_blanks(data->input);
	if (data->input->current == ';') {
		while (kbm_reg_input_has_text(data->input) &&
		       !kbm_reg_input_at_newline(data->input))
			kbm_reg_input_advance(data->input);
	}
	if (!kbm_reg_input_at_line_end(data->input))
		return expected(data, what);
	bool carriage_return = data->input->current == '\r';
	kbm_reg_input_advance(data->input);
	if (carriage_return && data->input->current == '\n')
		kbm_reg_input_advance(data->input);
	return KBM_OK;
}

/* Far from its beginning the reason is often a quote that was forgotten there. */
static enum kbm_code wrong_escape(struct kbm_reg_data *data, size_t line)
{
	char what[80] = "\\\\ or \\\" in the text";
	if (line != data->input->line)
		snprintf(what, sizeof what, "\\\\ or \\\" in the text that begins in line %zu",
			 line);
	return expected(data, what);
}

/* A quoted text, whose quotes and backslashes are escaped with a backslash; it may span lines. */
enum kbm_code kbm_reg_data_read_quoted(struct kbm_reg_data *data, struct kbm_bytes *text)
{
	struct kbm_reg_input *input = data->input;
	size_t line = input->line;
	kbm_bytes_reset(text);
	kbm_reg_input_advance(input);
	while (input->current != '"') {
		if (input->current == KBM_REG_END)
			return kbm_fail(data->error, KBM_INVALID,
					"line %zu: the text that begins here has no closing quote",
					line);
		if (input->current == '\\') {
			kbm_reg_input_advance(input);
			if (input->current != '\\' && input->current != '"')
				return wrong_escape(data, line);
		}
		if (!kbm_reg_input_has_text(input))
			return expected(data, "a text");
		if (!kbm_reg_input_take(input, text))
			return kbm_fail(data->error, KBM_LIMIT, "line %zu: the text is too long",
					line);
	}
	kbm_reg_input_advance(input);
	return KBM_OK;
}

/* Up to `maximum` hexadecimal digits, at least one. */
static enum kbm_code read_hex(struct kbm_reg_data *data, size_t maximum, const char *what,
			      uint32_t *number)
{
	uint32_t read = 0;
	size_t count = 0;
	for (; count < maximum; count++) {
		int digit = kbm_text_hex_digit((int)data->input->current);
		if (digit < 0)
			break;
		read = read << 4 | (uint32_t)digit;
		kbm_reg_input_advance(data->input);
	}
	if (count == 0)
		return expected(data, what);
	*number = read;
	return KBM_OK;
}

static enum kbm_code take_word(struct kbm_reg_data *data, const char *word)
{
	for (size_t i = 0; word[i] != '\0'; i++) {
		uint32_t lower = data->input->current;
		if (lower >= 'A' && lower <= 'Z')
			lower += 'a' - 'A';
		if (lower != (uint32_t)word[i])
			return expected(data, "\"text\", dword:, hex: or -");
		kbm_reg_input_advance(data->input);
	}
	return KBM_OK;
}

static enum kbm_code read_dword(struct kbm_reg_data *data)
{
	uint32_t number = 0;
	enum kbm_code code = take_word(data, "dword:");
	if (code != KBM_OK)
		return code;
	kbm_reg_input_skip_blanks(data->input);
	code = read_hex(data, 8, "1 to 8 hexadecimal digits", &number);
	for (unsigned shift = 0; shift < 32 && code == KBM_OK; shift += 8)
		kbm_bytes_append_byte(&data->bytes, (uint8_t)(number >> shift));
	return code;
}

/* A backslash that joins the next line; comment lines may stand between. */
static enum kbm_code take_joint(struct kbm_reg_data *data)
{
	kbm_reg_input_advance(data->input);
	do {
		enum kbm_code code =
		    kbm_reg_data_take_line_end(data, "the end of the line behind '\\'");
		if (code != KBM_OK)
			return code;
		kbm_reg_input_skip_blanks(data->input);
	} while (data->input->current == ';');
	if (data->input->current == KBM_REG_END)
		return expected(data, "the rest of the bytes");
	return KBM_OK;
}

static enum kbm_code skip_joined(struct kbm_reg_data *data)
{
	enum kbm_code code = KBM_OK;
	kbm_reg_input_skip_blanks(data->input);
	while (code == KBM_OK && data->input->current == '\\')
		code = take_joint(data);
	return code;
}

/* REGEDIT4 writes texts as bytes of its code page. */
static bool is_ansi_text(const struct kbm_reg_data *data, uint32_t type)
{
	return data->ansi_texts &&
	       (type == KBM_REG_SZ || type == KBM_REG_EXPAND_SZ || type == KBM_REG_MULTI_SZ);
}

static enum kbm_code add_byte(struct kbm_reg_data *data, uint32_t type, uint8_t byte)
{
	if (!is_ansi_text(data, type)) {
		kbm_bytes_append_byte(&data->bytes, byte);
		return KBM_OK;
	}
	uint16_t unit = 0;
	if (!kbm_codepage_decode(data->input->codepage, byte, &unit))
		return kbm_fail(data->error, KBM_INVALID,
				"line %zu: byte %02x is no character of code page %u",
				data->input->line, byte, data->input->codepage);
	kbm_bytes_append_byte(&data->bytes, (uint8_t)unit);
	kbm_bytes_append_byte(&data->bytes, (uint8_t)(unit >> 8));
	return KBM_OK;
}

static enum kbm_code read_bytes(struct kbm_reg_data *data, uint32_t type)
{
	enum kbm_code code = skip_joined(data);
	if (code != KBM_OK || data->input->current == ';' || kbm_reg_input_at_line_end(data->input))
		return code;
	for (;;) {
		uint32_t byte = 0;
		code = read_hex(data, 2, "a byte of two hexadecimal digits", &byte);
		if (code == KBM_OK)
			code = add_byte(data, type, (uint8_t)byte);
		if (code == KBM_OK)
			code = skip_joined(data);
		if (code != KBM_OK || data->input->current != ',')
			return code;
		kbm_reg_input_advance(data->input);
		code = skip_joined(data);
		if (code != KBM_OK)
			return code;
	}
}

static enum kbm_code read_hex_data(struct kbm_reg_data *data, uint32_t *type)
{
	enum kbm_code code = take_word(data, "hex");
	*type = KBM_REG_BINARY;
	if (code == KBM_OK && data->input->current == '(') {
		kbm_reg_input_advance(data->input);
		code = read_hex(data, 8, "the type's number in hexadecimal", type);
		if (code != KBM_OK)
			return code;
		if (data->input->current != ')')
			return expected(data, "')' behind the type's number");
		kbm_reg_input_advance(data->input);
	}
	if (code != KBM_OK)
		return code;
	if (data->input->current != ':')
		return expected(data, "':' before the bytes");
	kbm_reg_input_advance(data->input);
	return read_bytes(data, *type);
}

static enum kbm_code read_string_data(struct kbm_reg_data *data)
{
	enum kbm_code code = kbm_reg_data_read_quoted(data, &data->text);
	if (code != KBM_OK)
		return code;
	if (kbm_text_to_utf16(kbm_bytes_text(&data->text), data->text.length, &data->bytes))
		kbm_bytes_append_zeros(&data->bytes, 2);
	return KBM_OK;
}

enum kbm_code kbm_reg_data_read(struct kbm_reg_data *data)
{
	kbm_bytes_reset(&data->bytes);
	switch (data->input->current) {
	case '"':
		data->type = KBM_REG_SZ;
		return read_string_data(data);
	case 'd':
	case 'D':
		data->type = KBM_REG_DWORD;
		return read_dword(data);
	default:
		return read_hex_data(data, &data->type);
	}
}
