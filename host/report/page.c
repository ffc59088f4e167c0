/* Text on a terminal. */
#include "report/page.h"

#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "base/limits.h"
#include "base/text.h"

enum { MIN_TEXT_COLUMNS = 20 };

size_t kbm_page_columns(const char *text, size_t length)
{
	int columns = u8_width((const uint8_t *)text, length, "UTF-8");
	return columns < 0 ? length : (size_t)columns;
}

/* --- plain writing --------------------------------------------------------------------------- */

void kbm_page_put_bytes(struct kbm_page *page, const char *text, size_t length)
{
	kbm_bytes_append(page->out, text, length);
	page->column += kbm_page_columns(text, length);
}

void kbm_page_put(struct kbm_page *page, const char *text)
{
	kbm_page_put_bytes(page, text, strlen(text));
}

/* ECMA-48 select graphic rendition */
static const char *color_code(enum kbm_ink color)
{
	switch (color) {
	case KBM_INK_BAD:
		return "\033[1;31m";
	case KBM_INK_GOOD:
		return "\033[32m";
	case KBM_INK_DOUBT:
		return "\033[33m";
	case KBM_INK_HEAD:
		return "\033[1m";
	case KBM_INK_NONE:
		break;
	}
	return "";
}

static bool begin_color(struct kbm_page *page, enum kbm_ink color, const char *text)
{
	bool colored = page->style->color && color != KBM_INK_NONE && text[0] != '\0';
	if (colored)
		kbm_bytes_append_text(page->out, color_code(color));
	return colored;
}

static void end_color(struct kbm_page *page, bool colored)
{
	if (colored)
		kbm_bytes_append_text(page->out, "\033[0m");
}

void kbm_page_put_colored(struct kbm_page *page, enum kbm_ink color, const char *text)
{
	bool colored = begin_color(page, color, text);
	kbm_page_put(page, text);
	end_color(page, colored);
}

void kbm_page_end_line(struct kbm_page *page)
{
	struct kbm_bytes *out = page->out;
	while (out->length > 0 && out->data[out->length - 1] == ' ')
		out->length--;
	kbm_bytes_append_byte(out, '\n');
	page->column = 0;
}

void kbm_page_move_to(struct kbm_page *page, size_t column)
{
	if (page->column > column)
		kbm_page_end_line(page);
	for (; page->column < column; page->column++)
		kbm_bytes_append_byte(page->out, ' ');
}

size_t kbm_page_edge(const struct kbm_page *page, size_t indent)
{
	size_t least = indent + MIN_TEXT_COLUMNS;
	return page->style->width > least ? page->style->width : least;
}

/* --- wrapping -------------------------------------------------------------------------------- */

/* The character at `text`: its bytes, and the columns it takes when it is escaped. */
static size_t shown_columns(const char *text, size_t length, size_t *size)
{
	uint32_t code_point = kbm_text_next(text, length, size);
	if (kbm_text_is_visible(code_point))
		return kbm_page_columns(text, *size);
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, KBM_KIB);
	kbm_text_escape(text, *size, &shown);
	size_t columns = shown.length;
	kbm_bytes_clear(&shown);
	return columns;
}

static size_t all_columns(const char *text, size_t length)
{
	size_t columns = 0;
	for (size_t at = 0, size = 0; at < length; at += size)
		columns += shown_columns(text + at, length - at, &size);
	return columns;
}

/* Bytes of the character at `text` with the marks that combine with it, and its columns. */
static size_t next_character(const char *text, size_t length, size_t *columns)
{
	size_t end = 0;
	size_t size = 0;
	*columns = shown_columns(text, length, &size);
	for (end = size; end < length; end += size)
		if (shown_columns(text + end, length - end, &size) > 0)
			break;
	return end;
}

/* The bytes from `text` on that fit into `room` columns: at least one character. */
static size_t fitting(const char *text, size_t length, size_t room)
{
	size_t at = 0;
	size_t used = 0;
	while (at < length) {
		size_t columns = 0;
		size_t size = next_character(text + at, length - at, &columns);
		if (at > 0 && used + columns > room)
			break;
		used += columns;
		at += size;
	}
	return at;
}

/* Where a line of a path or a name ends well, when `size` bytes fit on it: behind a '/', '\\' or
 * ',', or in front of a blank, so that the blank is seen; not in its first third. 0: nowhere. */
static size_t good_end(const char *text, size_t size)
{
	for (size_t at = size; at > size / 3; at--) {
		char last = text[at - 1];
		if ((text[at] == ' ' && last != ' ') || last == '/' || last == ',' || last == '\\')
			return at;
	}
	return 0;
}

static void put_escaped(struct kbm_page *page, const char *text, size_t length)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, page->out->maximum);
	if (kbm_text_escape(text, length, &shown))
		kbm_page_put_bytes(page, kbm_bytes_text(&shown), shown.length);
	else
		page->out->failed = true;
	kbm_bytes_clear(&shown);
}

/* Lines are measured before they are escaped: an escape is one character, and stays in one piece.
 */
void kbm_page_fill(struct kbm_page *page, size_t indent, const char *text, size_t length)
{
	size_t edge = kbm_page_edge(page, indent);
	while (length > 0) {
		size_t room = edge > page->column ? edge - page->column : 0;
		size_t size = fitting(text, length, room);
		size_t end = size < length ? good_end(text, size) : size;
		bool is_late = end == 0 && room <= (edge - indent) / 2;
		if ((is_late || all_columns(text, size) > room) && page->column > indent) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
			continue;
		}
		size = end > 0 ? end : size;
		put_escaped(page, text, size);
		text += size;
		length -= size;
		if (length > 0) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		}
	}
}

void kbm_page_fill_colored(struct kbm_page *page, size_t indent, enum kbm_ink color,
			   const char *text, size_t length)
{
	bool colored = length > 0 && begin_color(page, color, text);
	kbm_page_fill(page, indent, text, length);
	end_color(page, colored);
}

static void wrap(struct kbm_page *page, size_t indent, const char *text, size_t length)
{
	size_t edge = kbm_page_edge(page, indent);
	bool first = true; /* the first word stays where the page is */
	while (length > 0) {
		size_t blanks = 0;
		while (blanks < length && text[blanks] == ' ')
			blanks++;
		size_t end = blanks;
		while (end < length && text[end] != ' ')
			end++;
		if (end == blanks)
			return;
		size_t columns = all_columns(text + blanks, end - blanks);
		bool fits = page->column + blanks + columns <= edge;
		if (!fits && !first && columns <= edge - indent) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		} else {
			kbm_page_move_to(page, page->column + blanks);
		}
		kbm_page_fill(page, indent, text + blanks, end - blanks);
		text += end;
		length -= end;
		first = false;
	}
}

void kbm_page_wrap(struct kbm_page *page, size_t indent, const char *text)
{
	wrap(page, indent, text, strlen(text));
}

void kbm_page_wrap_lines(struct kbm_page *page, size_t indent, const char *text)
{
	for (bool first = true; *text != '\0'; first = false) {
		size_t length = strcspn(text, "\n");
		if (!first) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		}
		wrap(page, indent, text, length);
		text += length + (text[length] == '\n');
	}
}

void kbm_page_wrap_colored(struct kbm_page *page, size_t indent, enum kbm_ink color,
			   const char *text)
{
	bool colored = begin_color(page, color, text);
	kbm_page_wrap(page, indent, text);
	end_color(page, colored);
}
