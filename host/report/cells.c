/* Texts as cells: marked, and laid out so that two can be compared. */
#include "report/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* --- making ---------------------------------------------------------------------------------- */

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

bool kbm_cells_want_quotes(const char *text)
{
	size_t length = strlen(text);
	return length == 0 || strchr(" \t\r\n", text[0]) != NULL ||
	       strchr(" \t\r\n", text[length - 1]) != NULL;
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

/* --- breaking -------------------------------------------------------------------------------- */

/* A text while its lines are laid out. Part i is the cells ends[i - 1]..ends[i]. */
struct layout {
	struct kbm_cells *cells;
	size_t *ends;
	size_t count;
	size_t column; /* where the next cell will stand */
	size_t lines;  /* begun so far, behind the first */
};

static char only_byte(const struct kbm_cells *cells, size_t index)
{
	const struct kbm_cell *cell = &cells->items[index];
	if (cell->length != 1)
		return '\0';
	return kbm_bytes_text(&cells->shown)[cell->start];
}

/* Behind what separates the parts of names and paths. */
static bool ends_part(const struct kbm_cells *cells, size_t at)
{
	char last = only_byte(cells, at - 1);
	return at == cells->count || last == '/' || last == '\\' || last == ',';
}

/* In front of blanks, which are then seen; not of the one that stands for what goes on. */
static bool ends_word(const struct kbm_cells *cells, size_t at)
{
	if (ends_part(cells, at))
		return true;
	return only_byte(cells, at) == ' ' && only_byte(cells, at - 1) != ' ' &&
	       !(at + 1 == cells->count && cells->items[at].marked);
}

static bool find_parts(struct kbm_cells *cells, struct layout *layout)
{
	*layout =
	    (struct layout){.cells = cells, .ends = calloc(cells->count + 1, sizeof *layout->ends)};
	if (layout->ends == NULL)
		return false;
	for (size_t at = 1; at <= cells->count; at++)
		if (ends_part(cells, at))
			layout->ends[layout->count++] = at;
	return true;
}

/* The cell that part `index` begins with. */
static size_t part_start(const struct layout *layout, size_t index)
{
	return index == 0 ? 0 : layout->ends[index - 1];
}

static bool parts_equal(const struct layout *left, size_t index, const struct layout *right,
			size_t other)
{
	const struct kbm_cell *one = left->cells->items + part_start(left, index);
	const struct kbm_cell *two = right->cells->items + part_start(right, other);
	size_t count = left->ends[index] - part_start(left, index);
	if (right->ends[other] - part_start(right, other) != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (one[i].length != two[i].length ||
		    memcmp(left->cells->shown.data + one[i].start,
			   right->cells->shown.data + two[i].start, one[i].length) != 0)
			return false;
	return true;
}

static size_t columns_of(const struct kbm_cells *cells, size_t from, size_t to)
{
	size_t columns = 0;
	for (size_t i = from; i < to; i++)
		columns += cells->items[i].columns;
	return columns;
}

static void start_line(struct layout *layout, size_t cell)
{
	if (cell > 0 && cell < layout->cells->count)
		layout->cells->items[cell].starts_line = true;
	layout->column = 0;
	layout->lines++;
}

/* A word that is longer than a line is broken where lines are full. */
static void lay_word(struct layout *layout, size_t from, size_t to, size_t room)
{
	size_t columns = columns_of(layout->cells, from, to);
	if (layout->column + columns > room && (columns <= room || 2 * layout->column > room))
		start_line(layout, from);
	for (size_t i = from; i < to; i++) {
		if (layout->column > 0 && layout->column + layout->cells->items[i].columns > room)
			start_line(layout, i);
		layout->column += layout->cells->items[i].columns;
	}
}

/* The cells from..to, word by word. */
static void lay_words(struct layout *layout, size_t from, size_t to, size_t room)
{
	size_t start = from;
	for (size_t at = from + 1; at <= to; at++) {
		if (!ends_word(layout->cells, at))
			continue;
		lay_word(layout, start, at, room);
		start = at;
	}
}

/* The next parts, up to those given, of both: on the line of what is before them, or both begin a
 * line with them, which also sets right what went apart before them. */
static void lay_pair(struct layout *left, size_t from, size_t to, struct layout *right,
		     size_t other_from, size_t other_to, size_t room)
{
	size_t begin = part_start(left, from);
	size_t end = part_start(left, to);
	size_t other_begin = part_start(right, other_from);
	size_t other_end = part_start(right, other_to);
	size_t one = columns_of(left->cells, begin, end);
	size_t other = columns_of(right->cells, other_begin, other_end);
	size_t used = left->column > right->column ? left->column : right->column;
	bool fits = left->column + one <= room && right->column + other <= room;
	bool fits_a_line = one <= room && other <= room;
	if (left->lines != right->lines || (!fits && (fits_a_line || 2 * used > room))) {
		start_line(left, begin);
		start_line(right, other_begin);
		left->lines = right->lines;
	}
	lay_words(left, begin, end, room);
	lay_words(right, other_begin, other_end, room);
}

/* Parts correspond one by one; where one text has more of them, from both ends as far as they are
 * equal, and what is between them as a whole. */
static void lay_both(struct layout *left, struct layout *right, size_t room)
{
	size_t most = left->count < right->count ? left->count : right->count;
	bool pairwise = left->count == right->count;
	size_t first = 0;
	size_t last = 0;
	for (; first < most && (pairwise || parts_equal(left, first, right, first)); first++)
		lay_pair(left, first, first + 1, right, first, first + 1, room);
	while (last < most - first &&
	       parts_equal(left, left->count - 1 - last, right, right->count - 1 - last))
		last++;
	if (!pairwise)
		lay_pair(left, first, left->count - last, right, first, right->count - last, room);
	for (; last > 0; last--)
		lay_pair(left, left->count - last, left->count - last + 1, right,
			 right->count - last, right->count - last + 1, room);
}

bool kbm_cells_break(struct kbm_cells *cells, struct kbm_cells *other, size_t room)
{
	struct layout left;
	struct layout right = {0};
	bool done = find_parts(cells, &left) && (other == NULL || find_parts(other, &right));
	if (done && other != NULL)
		lay_both(&left, &right, room);
	else if (done)
		lay_words(&left, 0, cells->count, room);
	free(left.ends);
	free(right.ends);
	return done;
}

/* --- writing --------------------------------------------------------------------------------- */

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
	size_t from = 0;
	do {
		size_t to = from;
		while (to < cells->count && (to == from || !cells->items[to].starts_line))
			to++;
		kbm_page_move_to(page, indent);
		/* A blank at a line's end that stands for what goes on is not written. */
		size_t end = to;
		if (end == cells->count && end > from && cells->items[end - 1].marked &&
		    cells->shown.data[cells->items[end - 1].start] == ' ')
			end--;
		if (end > from)
			kbm_page_put_bytes(
			    page, kbm_bytes_text(&cells->shown) + cells->items[from].start,
			    cells->items[end - 1].start + cells->items[end - 1].length -
				cells->items[from].start);
		kbm_page_end_line(page);
		put_marks(page, cells, from, to, indent);
		from = to;
	} while (from < cells->count);
}
