/* Text on a terminal. */
#include "report/page.h"

#include <stdlib.h>
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

static void put_bytes(struct kbm_page *page, const char *text, size_t length)
{
	kbm_bytes_append(page->out, text, length);
	page->column += kbm_page_columns(text, length);
}

void kbm_page_put(struct kbm_page *page, const char *text)
{
	put_bytes(page, text, strlen(text));
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

void kbm_page_put_colored(struct kbm_page *page, enum kbm_ink color, const char *text)
{
	bool colored = page->style->color && color != KBM_INK_NONE && text[0] != '\0';
	if (colored)
		kbm_bytes_append_text(page->out, color_code(color));
	kbm_page_put(page, text);
	if (colored)
		kbm_bytes_append_text(page->out, "\033[0m");
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

/* The width, though never so narrow that nothing fits behind the indent. */
static size_t right_edge(const struct kbm_page *page, size_t indent)
{
	size_t least = indent + MIN_TEXT_COLUMNS;
	return page->style->width > least ? page->style->width : least;
}

/* --- wrapping -------------------------------------------------------------------------------- */

/* Bytes of the character at `text` with the marks that combine with it, and its columns. */
static size_t next_character(const char *text, size_t length, size_t *columns)
{
	size_t end = 0;
	size_t size = 0;
	kbm_text_next(text, length, &size);
	end = size;
	*columns = kbm_page_columns(text, size);
	while (end < length) {
		kbm_text_next(text + end, length - end, &size);
		if (kbm_page_columns(text + end, size) > 0)
			break;
		end += size;
	}
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

/* Writes escaped text and breaks it where lines are full. */
static void fill(struct kbm_page *page, size_t indent, const char *text, size_t length)
{
	size_t edge = right_edge(page, indent);
	while (length > 0) {
		size_t room = edge > page->column ? edge - page->column : 0;
		size_t size = fitting(text, length, room);
		if (kbm_page_columns(text, size) > room && page->column > indent) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
			continue;
		}
		if (size < length) {
			const char *slash = memrchr(text, '\\', size);
			if (slash != NULL && (size_t)(slash - text) > size / 2)
				size = (size_t)(slash - text) + 1;
		}
		put_bytes(page, text, size);
		text += size;
		length -= size;
		if (length > 0) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		}
	}
}

void kbm_page_fill(struct kbm_page *page, size_t indent, const char *text, size_t length)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, page->out->maximum);
	if (kbm_text_escape(text, length, &shown))
		fill(page, indent, kbm_bytes_text(&shown), shown.length);
	else
		page->out->failed = true;
	kbm_bytes_clear(&shown);
}

static void wrap(struct kbm_page *page, size_t indent, const char *text)
{
	size_t edge = right_edge(page, indent);
	bool first = true; /* the first word stays where the page is */
	while (*text != '\0') {
		size_t blanks = strspn(text, " ");
		text += blanks;
		size_t length = strcspn(text, " ");
		if (length == 0)
			return;
		size_t columns = kbm_page_columns(text, length);
		bool fits = page->column + blanks + columns <= edge;
		if (!fits && !first && columns <= edge - indent) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		} else {
			kbm_page_move_to(page, page->column + blanks);
		}
		fill(page, indent, text, length);
		text += length;
		first = false;
	}
}

/* A newline in the text starts a line. */
void kbm_page_wrap(struct kbm_page *page, size_t indent, const char *text)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, page->out->maximum);
	for (bool first = true; *text != '\0'; first = false) {
		size_t length = strcspn(text, "\n");
		kbm_bytes_reset(&shown);
		if (!kbm_text_escape(text, length, &shown))
			page->out->failed = true;
		if (!first) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		}
		wrap(page, indent, kbm_bytes_text(&shown));
		text += length + (text[length] == '\n');
	}
	kbm_bytes_clear(&shown);
}

/* --- cells ----------------------------------------------------------------------------------- */

static bool add_cell(struct kbm_cells *cells, size_t start, bool marked)
{
	const char *shown = kbm_bytes_text(&cells->shown) + start;
	size_t length = cells->shown.length - start;
	size_t columns = kbm_page_columns(shown, length);
	if (columns == 0 && cells->count > 0) { /* combines with the character before it */
		cells->items[cells->count - 1].length += length;
		cells->items[cells->count - 1].marked |= marked;
		return true;
	}
	struct kbm_cell *items = reallocarray(cells->items, cells->count + 1, sizeof *items);
	if (items == NULL)
		return false;
	cells->items = items;
	items[cells->count++] = (struct kbm_cell){
	    .start = start, .length = length, .columns = columns, .marked = marked};
	return true;
}

/* Blanks other than U+0020: a reader could not tell them apart. */
static bool is_odd_blank(uint32_t code)
{
	return code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
	       code == 0x202F || code == 0x205F || code == 0x3000;
}

static bool add_character(struct kbm_cells *cells, const char *text, size_t length, uint32_t code,
			  bool marked)
{
	size_t start = cells->shown.length;
	bool done = is_odd_blank(code)
			? kbm_bytes_printf(&cells->shown, "\\u{%04X}", (unsigned)code)
			: kbm_text_escape(text, length, &cells->shown);
	return done && add_cell(cells, start, marked);
}

bool kbm_cells_make(const char *text, const bool *marked, bool quoted, struct kbm_cells *cells)
{
	size_t length = strlen(text);
	memset(cells, 0, sizeof *cells);
	kbm_bytes_init(&cells->shown, 16 * KBM_PLAN_MAX_VALUE_BYTES);
	bool done = !quoted || add_character(cells, "\"", 1, '"', false);
	for (size_t at = 0, size = 0; done && at < length; at += size) {
		uint32_t code = kbm_text_next(text + at, length - at, &size);
		done = add_character(cells, text + at, size, code, marked != NULL && marked[at]);
	}
	bool goes_on = marked != NULL && marked[length];
	if (done && quoted)
		done = add_character(cells, "\"", 1, '"', goes_on);
	else if (done && goes_on)
		done = add_character(cells, " ", 1, ' ', true);
	if (!done)
		kbm_cells_clear(cells);
	return done;
}

void kbm_cells_clear(struct kbm_cells *cells)
{
	kbm_bytes_clear(&cells->shown);
	free(cells->items);
	memset(cells, 0, sizeof *cells);
}

/* The ^ below the cells from..to; nothing when none is marked. */
static void put_marks(struct kbm_page *page, const struct kbm_cells *cells, size_t from, size_t to,
		      size_t indent)
{
	struct kbm_bytes line;
	size_t used = 0; /* up to the last mark */
	kbm_bytes_init(&line, 16 * KBM_PLAN_MAX_VALUE_BYTES);
	for (size_t i = from; i < to; i++) {
		for (size_t j = 0; j < cells->items[i].columns; j++)
			kbm_bytes_append_byte(&line, cells->items[i].marked ? '^' : ' ');
		if (cells->items[i].marked)
			used = line.length;
	}
	if (used > 0) {
		line.data[used] = '\0';
		kbm_page_move_to(page, indent);
		kbm_page_put_colored(page, KBM_INK_BAD, kbm_bytes_text(&line));
		kbm_page_end_line(page);
	}
	kbm_bytes_clear(&line);
}

void kbm_page_cells(struct kbm_page *page, const struct kbm_cells *cells)
{
	size_t indent = page->column;
	size_t edge = right_edge(page, indent);
	size_t from = 0;
	do {
		size_t to = from;
		size_t columns = 0;
		while (to < cells->count &&
		       (to == from || indent + columns + cells->items[to].columns <= edge))
			columns += cells->items[to++].columns;
		kbm_page_move_to(page, indent);
		/* A blank at a line's end that stands for what goes on is not written. */
		size_t end = to;
		if (end == cells->count && end > from && cells->items[end - 1].marked &&
		    cells->shown.data[cells->items[end - 1].start] == ' ')
			end--;
		if (end > from)
			put_bytes(page, kbm_bytes_text(&cells->shown) + cells->items[from].start,
				  cells->items[end - 1].start + cells->items[end - 1].length -
				      cells->items[from].start);
		kbm_page_end_line(page);
		put_marks(page, cells, from, to, indent);
		from = to;
	} while (from < cells->count);
}
