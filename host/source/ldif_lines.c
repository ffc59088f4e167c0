/* The lines of an LDIF file: decoded, unfolded, without comments, numbered. */
#include "source/ldif_lines.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint32_t unit_at(const uint8_t *utf16, size_t index, bool is_big)
{
	uint32_t first = utf16[2 * index];
	uint32_t second = utf16[2 * index + 1];
	return is_big ? first << 8 | second : second << 8 | first;
}

static bool is_high_surrogate(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(uint32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The code point at units[*index], which moves on; UINT32_MAX for an unpaired surrogate. */
static uint32_t next_code_point(const uint8_t *utf16, size_t count, size_t *index, bool is_big)
{
	uint32_t unit = unit_at(utf16, (*index)++, is_big);
	if (is_low_surrogate(unit))
		return UINT32_MAX;
	if (!is_high_surrogate(unit))
		return unit;
	uint32_t low = *index < count ? unit_at(utf16, *index, is_big) : 0;
	if (!is_low_surrogate(low))
		return UINT32_MAX;
	(*index)++;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* The file is mapped: two looks at it need not see the same. */
static enum kbm_code file_changed(struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "the file changed while it was read; try again");
}

/* Two passes: at most three bytes a unit would take half as much again as plain text needs. */
static enum kbm_code decode_utf16(const uint8_t *utf16, size_t length, bool is_big,
				  struct kbm_ldif_lines *lines, struct kbm_error *error)
{
	if (length % 2 != 0)
		return kbm_fail(error, KBM_INVALID,
				"line 1: a UTF-16 file with an odd number of bytes: it was cut; "
				"export it again");
	size_t count = length / 2;
	size_t size = 0;
	size_t line = 1;
	char encoded[4];
	for (size_t i = 0; i < count;) {
		uint32_t code_point = next_code_point(utf16, count, &i, is_big);
		if (code_point == UINT32_MAX)
			return kbm_fail(error, KBM_INVALID,
					"line %zu: half of a UTF-16 surrogate pair; export the "
					"file again",
					line);
		line += code_point == '\n';
		size += code_point < 0x80 ? 1 : kbm_text_put(code_point, encoded);
	}
	uint8_t *decoded = malloc(size + 1);
	if (decoded == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for %zu bytes of LDIF", size);
	size_t at = 0;
	for (size_t i = 0; i < count;) {
		uint32_t code_point = next_code_point(utf16, count, &i, is_big);
		size_t used = kbm_text_put(code_point, encoded);
		if (used > size - at) {
			free(decoded);
			return file_changed(error);
		}
		memcpy(decoded + at, encoded, used);
		at += used;
	}
	*lines = (struct kbm_ldif_lines){decoded, at, 0, 1, decoded};
	return KBM_OK;
}

enum kbm_code kbm_ldif_lines_open(const uint8_t *bytes, size_t length, struct kbm_ldif_lines *lines,
				  struct kbm_error *error)
{
	if (length > KBM_LDIF_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "LDIF of %zu bytes, at most %lu (%s)", length,
				KBM_LDIF_MAX_BYTES, "KBM_LDIF_MAX_BYTES");
	if (length >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
		return decode_utf16(bytes + 2, length - 2, false, lines, error);
	if (length >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
		return decode_utf16(bytes + 2, length - 2, true, lines, error);
	size_t mark = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	*lines = (struct kbm_ldif_lines){bytes + mark, length - mark, 0, 1, NULL};
	return KBM_OK;
}

void kbm_ldif_lines_clear(struct kbm_ldif_lines *lines)
{
	free(lines->decoded);
	*lines = (struct kbm_ldif_lines){0};
}

/* One physical line, without its end; moves on behind it. */
static struct kbm_ldif_line next_physical(struct kbm_ldif_lines *lines)
{
	const char *text = (const char *)lines->text + lines->at;
	size_t left = lines->length - lines->at;
	const char *end = memchr(text, '\n', left);
	size_t length = end == NULL ? left : (size_t)(end - text);
	struct kbm_ldif_line line = {text, length, lines->number, false};
	lines->at += end == NULL ? length : length + 1;
	lines->number++;
	if (end != NULL && line.length > 0 && text[line.length - 1] == '\r')
		line.length--;
	return line;
}

static bool is_continued(const struct kbm_ldif_lines *lines)
{
	return lines->at < lines->length && lines->text[lines->at] == ' ';
}

/* Joins the continuation lines that follow, without their first blank. */
static enum kbm_code unfold(struct kbm_ldif_lines *lines, struct kbm_arena *arena,
			    struct kbm_ldif_line *line, struct kbm_error *error)
{
	struct kbm_ldif_lines ahead = *lines;
	size_t length = line->length;
	while (is_continued(&ahead))
		length += next_physical(&ahead).length - 1;
	if (length > KBM_LDIF_MAX_LINE_BYTES)
		return kbm_fail(error, KBM_LIMIT,
				"line %zu: %zu bytes when unfolded, at most %lu (%s)", line->number,
				length, KBM_LDIF_MAX_LINE_BYTES, "KBM_LDIF_MAX_LINE_BYTES");
	char *joined = kbm_arena_take(arena, length + 1);
	if (joined == NULL)
		return kbm_fail(error, KBM_MEMORY, "line %zu: no memory", line->number);
	memcpy(joined, line->text, line->length);
	size_t at = line->length;
	while (is_continued(lines)) {
		struct kbm_ldif_line more = next_physical(lines);
		if (more.length == 0 || more.length - 1 > length - at)
			return file_changed(error);
		memcpy(joined + at, more.text + 1, more.length - 1);
		at += more.length - 1;
	}
	joined[at] = 0;
	line->text = joined;
	line->length = at;
	return KBM_OK;
}

static bool is_ascii(const char *text, size_t length)
{
	const uint64_t high_bits = 0x8080808080808080U;
	size_t at = 0;
	for (; at + sizeof(uint64_t) <= length; at += sizeof(uint64_t)) {
		uint64_t eight;
		memcpy(&eight, text + at, sizeof eight);
		if ((eight & high_bits) != 0)
			return false;
	}
	for (; at < length; at++) {
		if ((uint8_t)text[at] > 0x7f)
			return false;
	}
	return true;
}

static enum kbm_code check_text(const struct kbm_ldif_line *line, struct kbm_error *error)
{
	bool has_nul = memchr(line->text, 0, line->length) != NULL;
	bool has_return = memchr(line->text, '\r', line->length) != NULL;
	if (has_nul)
		return kbm_fail(error, KBM_INVALID,
				"line %zu: a NUL byte; UTF-16 needs a byte order mark, other "
				"values with NUL need base64 ('::')",
				line->number);
	if (has_return)
		return kbm_fail(error, KBM_INVALID,
				"line %zu: a carriage return inside the line; lines end in LF or "
				"CR LF",
				line->number);
	if (!is_ascii(line->text, line->length) && !kbm_text_is_utf8(line->text, line->length))
		return kbm_fail(error, KBM_INVALID,
				"line %zu: not UTF-8; save the file as UTF-8, or export it with "
				"ldifde -u",
				line->number);
	return KBM_OK;
}

/* Leaves the attribute's name of such a comment. */
static bool names_left_out(struct kbm_ldif_line *line)
{
	const size_t head = strlen("# ");
	const size_t tail = strlen(KBM_LDIF_LEFT_OUT);
	if (line->length <= head + tail || line->text[1] != ' ' ||
	    memcmp(line->text + line->length - tail, KBM_LDIF_LEFT_OUT, tail) != 0)
		return false;
	line->text += head;
	line->length -= head + tail;
	line->is_left_out = true;
	return true;
}

enum kbm_code kbm_ldif_lines_next(struct kbm_ldif_lines *lines, struct kbm_arena *arena,
				  struct kbm_ldif_line *line, struct kbm_error *error)
{
	while (lines->at < lines->length) {
		bool is_first_part = !is_continued(lines);
		struct kbm_ldif_line found = next_physical(lines);
		if (!is_first_part)
			return kbm_fail(error, KBM_INVALID,
					"line %zu: begins with a blank, but there is no line "
					"before it to continue",
					found.number);
		if (found.length > 0 && found.text[0] == '#') {
			bool is_folded = is_continued(lines);
			while (is_continued(lines))
				next_physical(lines);
			if (is_folded || !names_left_out(&found))
				continue;
			*line = found;
			return KBM_OK;
		}
		enum kbm_code code = KBM_OK;
		if (found.length > KBM_LDIF_MAX_LINE_BYTES)
			return kbm_fail(error, KBM_LIMIT, "line %zu: %zu bytes, at most %lu (%s)",
					found.number, found.length, KBM_LDIF_MAX_LINE_BYTES,
					"KBM_LDIF_MAX_LINE_BYTES");
		if (found.length > 0 && is_continued(lines))
			code = unfold(lines, arena, &found, error);
		if (code == KBM_OK)
			code = check_text(&found, error);
		if (code == KBM_OK)
			*line = found;
		return code;
	}
	return KBM_NOT_FOUND;
}
