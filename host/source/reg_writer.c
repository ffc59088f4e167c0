/* Writing .reg text: keys, values and comments, as regedit reads them. */
#include "source/reg_writer.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/codepage.h"
#include "source/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_COLUMNS = 80,
	COMMENT_BYTES = 1024,
	MOST_QUOTED =
	    512 * KBM_KIB /* bytes of a text that stands in quotes: nobody reads longer ones */
};

enum kbm_code kbm_reg_writer_begin(struct kbm_reg_writer *writer, bool regedit4, unsigned codepage,
				   struct kbm_error *error)
{
	if (regedit4 && !kbm_codepage_is_known(codepage))
		return kbm_fail(error, KBM_USAGE,
				"code page %u is not known; there are " KBM_CODEPAGES, codepage);
	writer->regedit4 = regedit4;
	writer->codepage = codepage;
	writer->is_begun = false;
	kbm_bytes_init(&writer->text, KBM_REG_TEXT_MAX_BYTES);
	kbm_bytes_append_text(&writer->text, regedit4 ? "REGEDIT4\r\n\r\n"
						      : "Windows Registry Editor Version 5.00"
							"\r\n\r\n");
	return KBM_OK;
}

void kbm_reg_writer_clear(struct kbm_reg_writer *writer)
{
	kbm_bytes_clear(&writer->text);
}

/* --- what the form can hold ----------------------------------------------------------------- */

/* Whether REGEDIT4 has a byte for the character. */
static bool has_byte(const struct kbm_reg_writer *writer, uint32_t point)
{
	uint8_t byte = 0;
	return point <= UINT16_MAX && kbm_codepage_encode(writer->codepage, (uint16_t)point, &byte);
}

/* A name must be on one line, and in REGEDIT4 in the code page. */
static enum kbm_code check_name(const struct kbm_reg_writer *writer, const char *name,
				size_t length, struct kbm_error *error)
{
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t point = kbm_text_next(name + at, length - at, &size);
		if (point == '\0' || point == '\r' || point == '\n' || point == UINT32_MAX)
			return kbm_fail(error, KBM_REFUSED,
					"a name with a NUL or a line break cannot stand in a .reg "
					"file");
		if (writer->regedit4 && !has_byte(writer, point))
			return kbm_fail(error, KBM_REFUSED,
					"a name has U+%04X, which code page %u lacks: version "
					"5.00 can hold it",
					point, writer->codepage);
	}
	return KBM_OK;
}

/* --- lines ---------------------------------------------------------------------------------- */

void kbm_reg_writer_comment(struct kbm_reg_writer *writer, const char *format, ...)
{
	char line[COMMENT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	kbm_bytes_append_text(&writer->text, "; ");
	kbm_text_escape(line, strlen(line), &writer->text);
	kbm_reg_writer_blank_line(writer);
}

void kbm_reg_writer_blank_line(struct kbm_reg_writer *writer)
{
	kbm_bytes_append_text(&writer->text, "\r\n");
}

enum kbm_code kbm_reg_writer_check_key(const struct kbm_reg_writer *writer, const char *path,
				       size_t length, struct kbm_error *error)
{
	enum kbm_code code = check_name(writer, path, length, error);
	if (code != KBM_OK)
		return code;
	if (length > KBM_PATH_MAX_BYTES)
		return kbm_fail(error, KBM_REFUSED,
				"a path of more than %lu bytes cannot stand in a .reg file",
				KBM_PATH_MAX_BYTES);
	/* Behind such a bracket readers see a comment. */
	for (const char *end = strchr(path, ']'); end != NULL; end = strchr(end + 1, ']')) {
		if (end[1 + strspn(end + 1, " \t")] == ';')
			return kbm_fail(error, KBM_REFUSED,
					"a key's name with '];' cannot stand in a .reg file");
	}
	return KBM_OK;
}

void kbm_reg_writer_put_key(struct kbm_reg_writer *writer, const char *path, bool deletes)
{
	kbm_bytes_append_text(&writer->text, deletes ? "[-" : "[");
	kbm_bytes_append_text(&writer->text, path);
	kbm_bytes_append_text(&writer->text, "]\r\n");
}

enum kbm_code kbm_reg_writer_key(struct kbm_reg_writer *writer, const char *path, bool deletes,
				 struct kbm_error *error)
{
	enum kbm_code code = kbm_reg_writer_check_key(writer, path, strlen(path), error);
	if (code == KBM_OK)
		kbm_reg_writer_put_key(writer, path, deletes);
	return code;
}

static void put_quoted(struct kbm_reg_writer *writer, const char *text, size_t length)
{
	kbm_bytes_append_byte(&writer->text, '"');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			kbm_bytes_append_byte(&writer->text, '\\');
		kbm_bytes_append_byte(&writer->text, (uint8_t)text[i]);
	}
	kbm_bytes_append_byte(&writer->text, '"');
}

static enum kbm_code put_name(struct kbm_reg_writer *writer, const char *name, size_t length,
			      struct kbm_error *error)
{
	enum kbm_code code = check_name(writer, name, length, error);
	if (code != KBM_OK)
		return code;
	if (length == 0)
		kbm_bytes_append_byte(&writer->text, '@');
	else
		put_quoted(writer, name, length);
	kbm_bytes_append_byte(&writer->text, '=');
	return KBM_OK;
}

/* --- data ----------------------------------------------------------------------------------- */

/* Whether the data is text that a person reads and a reader gets back: one NUL, at its end, and
 * nothing that a display would hide. The text without its NUL is left in `text`. */
static bool is_plain_text(const struct kbm_reg_writer *writer, const uint8_t *data, size_t length,
			  struct kbm_bytes *text)
{
	if (length < 2 || length > MOST_QUOTED || length % 2 != 0 || data[length - 1] != 0 ||
	    data[length - 2] != 0 || !kbm_text_from_utf16(data, length - 2, text))
		return false;
	const char *plain = kbm_bytes_text(text);
	for (size_t at = 0, size = 0; at < text->length; at += size) {
		uint32_t point = kbm_text_next(plain + at, text->length - at, &size);
		if (!kbm_text_is_visible(point) || (writer->regedit4 && !has_byte(writer, point)))
			return false;
	}
	return true;
}

/* REGEDIT4 writes texts as bytes of its code page. */
static enum kbm_code to_ansi(const struct kbm_reg_writer *writer, const uint8_t *data,
			     size_t length, struct kbm_bytes *bytes, struct kbm_error *error)
{
	if (length % 2 != 0)
		return kbm_fail(error, KBM_REFUSED,
				"REGEDIT4 cannot hold a text of %zu bytes: version 5.00 can",
				length);
	for (size_t i = 0; i < length; i += 2) {
		uint16_t unit = (uint16_t)(data[i] | data[i + 1] << 8);
		uint8_t byte = 0;
		if (!kbm_codepage_encode(writer->codepage, unit, &byte))
			return kbm_fail(error, KBM_REFUSED,
					"the text has U+%04X, which code page %u lacks: version "
					"5.00 can hold it",
					unit, writer->codepage);
		kbm_bytes_append_byte(bytes, byte);
	}
	if (bytes->failed)
		return kbm_fail(error, KBM_LIMIT, "no memory for a text of %zu bytes", length);
	return KBM_OK;
}

/* hex(n): with lines folded as regedit does; `column` is where the line stands. */
static void put_bytes(struct kbm_reg_writer *writer, uint32_t type, size_t column,
		      const uint8_t *data, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	size_t start = writer->text.length;
	if (type == KBM_REG_BINARY)
		kbm_bytes_append_text(&writer->text, "hex:");
	else
		kbm_bytes_printf(&writer->text, "hex(%x):", type);
	column += writer->text.length - start;
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && column + 4 > LINE_COLUMNS) { /* "ff,\" */
			kbm_bytes_append_text(&writer->text, "\\\r\n  ");
			column = 2;
		}
		const char byte[] = {digits[data[i] >> 4], digits[data[i] & 0xF], ','};
		kbm_bytes_append(&writer->text, byte, i + 1 < length ? 3 : 2);
		column += 3;
	}
}

static bool is_text_type(uint32_t type)
{
	return type == KBM_REG_SZ || type == KBM_REG_EXPAND_SZ || type == KBM_REG_MULTI_SZ;
}

static enum kbm_code put_data(struct kbm_reg_writer *writer, uint32_t type, size_t column,
			      const uint8_t *data, size_t length, struct kbm_error *error)
{
	struct kbm_bytes scratch;
	enum kbm_code code = KBM_OK;
	if (type == KBM_REG_DWORD && length == 4) {
		kbm_bytes_printf(&writer->text, "dword:%02x%02x%02x%02x", data[3], data[2], data[1],
				 data[0]);
		return KBM_OK;
	}
	kbm_bytes_init(&scratch, 2 * KBM_HIVE_MAX_VALUE_BYTES);
	if (type == KBM_REG_SZ && is_plain_text(writer, data, length, &scratch)) {
		put_quoted(writer, kbm_bytes_text(&scratch), scratch.length);
	} else if (writer->regedit4 && is_text_type(type)) {
		kbm_bytes_reset(&scratch);
		code = to_ansi(writer, data, length, &scratch, error);
		if (code == KBM_OK)
			put_bytes(writer, type, column, scratch.data, scratch.length);
	} else {
		put_bytes(writer, type, column, data, length);
	}
	kbm_bytes_clear(&scratch);
	return code;
}

enum kbm_code kbm_reg_writer_value(struct kbm_reg_writer *writer, const char *name,
				   size_t name_length, uint32_t type, const uint8_t *data,
				   size_t length, struct kbm_error *error)
{
	size_t start = writer->text.length;
	enum kbm_code code = put_name(writer, name, name_length, error);
	if (code == KBM_OK)
		code = put_data(writer, type, writer->text.length - start, data, length, error);
	if (code == KBM_OK)
		kbm_bytes_append_text(&writer->text, "\r\n");
	else
		kbm_bytes_cut(&writer->text, start);
	return code;
}

enum kbm_code kbm_reg_writer_delete_value(struct kbm_reg_writer *writer, const char *name,
					  size_t name_length, struct kbm_error *error)
{
	enum kbm_code code = put_name(writer, name, name_length, error);
	if (code == KBM_OK)
		kbm_bytes_append_text(&writer->text, "-\r\n");
	return code;
}

/* --- the file ------------------------------------------------------------------------------- */

/* Only comments still hold characters without a byte; they get a question mark. */
static void encode_ansi(const struct kbm_reg_writer *writer, struct kbm_bytes *out)
{
	const char *text = kbm_bytes_text(&writer->text);
	size_t length = writer->text.length;
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t point = kbm_text_next(text + at, length - at, &size);
		uint8_t byte = '?';
		if (point <= UINT16_MAX)
			kbm_codepage_encode(writer->codepage, (uint16_t)point, &byte);
		kbm_bytes_append_byte(out, byte);
	}
}

enum kbm_code kbm_reg_writer_take(struct kbm_reg_writer *writer, struct kbm_bytes *out,
				  struct kbm_error *error)
{
	bool whole = !writer->text.failed;
	if (whole && writer->regedit4) {
		encode_ansi(writer, out);
	} else if (whole) {
		if (!writer->is_begun)
			kbm_bytes_append(out, "\xFF\xFE", 2);
		whole = kbm_text_to_utf16(kbm_bytes_text(&writer->text), writer->text.length, out);
	}
	writer->is_begun = true;
	kbm_bytes_reset(&writer->text);
	if (!whole || out->failed)
		return kbm_fail(error, KBM_LIMIT, "a .reg file of more than %zu bytes at once",
				out->maximum);
	return KBM_OK;
}
