/* What a check looked at, as a table: source, found, expected, whether they agree, article. */
#include "report/report_observations.h"

#include <string.h>

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/cells.h"

enum column { SOURCE, FOUND, EXPECTED, AGREES, ARTICLE, COLUMN_COUNT };
enum { GAP = 2, LEAST_COLUMNS = 6 };
/* Words wrap well; where there is too little room, names and values need it more. */
enum { SOURCE_COLUMNS = 15, AGREES_COLUMNS = 12, SPARED_COLUMNS = 20 };

static const char *const titles[COLUMN_COUNT] = {
    [SOURCE] = "source", [FOUND] = "found",	[EXPECTED] = "expected",
    [AGREES] = "agrees", [ARTICLE] = "article",
};

/* --- what stands in a cell ---------------------------------------------------------------------
 */

static bool is_compared(const struct kbm_observation *row)
{
	return row->expected != NULL || row->difference != NULL;
}

/* A value that is the very one that is expected is not written twice. */
static const char *expected_text(const struct kbm_observation *row)
{
	if (row->expected == NULL)
		return "(not known)";
	bool is_same = row->found != NULL && strcmp(row->found, row->expected) == 0;
	return is_same ? "(the same)" : row->expected;
}

static const char *cell_text(const struct kbm_observation *row, enum column column)
{
	switch (column) {
	case SOURCE:
		return row->what;
	case FOUND:
		return row->found == NULL ? "(absent)" : row->found;
	case EXPECTED:
		return expected_text(row);
	case AGREES:
		if (row->difference != NULL)
			return row->difference;
		return row->expected == NULL ? "-" : "yes";
	case ARTICLE:
		return row->kb == NULL ? "" : row->kb;
	case COLUMN_COUNT:
		break;
	}
	return "";
}

/* Blanks at a value's ends are seen only between quotes. */
static bool is_quoted(const struct kbm_observation *row, enum column column)
{
	const char *value = column == FOUND	 ? row->found
			    : column == EXPECTED ? row->expected
						 : NULL;
	return value != NULL && cell_text(row, column) == value && kbm_cells_want_quotes(value);
}

/* --- columns --------------------------------------------------------------------------------- */

static bool is_shown(const struct kbm_result *result, enum column column)
{
	for (size_t i = 0; i < result->observation_count; i++) {
		const struct kbm_observation *row = &result->observations[i];
		if (column == ARTICLE ? row->kb != NULL
				      : column == SOURCE || column == FOUND || is_compared(row))
			return true;
	}
	return false;
}

/* How many columns of the screen the widest cell takes. */
static size_t natural_width(struct kbm_page *page, const struct kbm_result *result,
			    enum column column)
{
	size_t widest = strlen(titles[column]);
	for (size_t i = 0; i < result->observation_count; i++) {
		const struct kbm_observation *row = &result->observations[i];
		struct kbm_cells cells;
		size_t columns = 0;
		if (!kbm_cells_make(cell_text(row, column), NULL, is_quoted(row, column), &cells))
			page->out->failed = true;
		for (size_t j = 0; j < cells.count; j++)
			columns += cells.items[j].columns;
		widest = columns > widest ? columns : widest;
		kbm_cells_clear(&cells);
	}
	return widest;
}

/* Columns that need no more than their share keep their width; the others share what is left. */
static void share_room(size_t *widths, size_t room)
{
	bool settled[COLUMN_COUNT] = {false};
	for (bool again = true; again;) {
		size_t left = room;
		size_t open = 0;
		again = false;
		for (size_t i = 0; i < COLUMN_COUNT; i++) {
			size_t fixed = settled[i] ? widths[i] : 0;
			left = left > fixed ? left - fixed : 0;
			open += !settled[i] && widths[i] > 0;
		}
		size_t share = open == 0 ? 0 : left / open;
		for (size_t i = 0; i < COLUMN_COUNT; i++)
			if (!settled[i] && widths[i] > 0 && widths[i] <= share)
				settled[i] = again = true;
		for (size_t i = 0; i < COLUMN_COUNT && !again; i++)
			if (!settled[i] && widths[i] > 0)
				widths[i] = share > LEAST_COLUMNS ? share : LEAST_COLUMNS;
	}
}

static size_t sum(const size_t *widths)
{
	size_t total = 0;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		total += widths[i];
	return total;
}

/* Where not all fits, words are the first to wrap; what the others leave is theirs again. */
static void fit(size_t *widths, size_t room)
{
	/* Beside two columns of long values there is least room. */
	bool is_wide = widths[EXPECTED] > SOURCE_COLUMNS;
	const struct {
		enum column column;
		size_t least;
	} words[] = {{AGREES, is_wide ? AGREES_COLUMNS : SPARED_COLUMNS}, {SOURCE, SOURCE_COLUMNS}};
	size_t natural[COLUMN_COUNT];
	memcpy(natural, widths, sizeof natural);
	if (sum(widths) <= room)
		return;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (widths[words[i].column] > words[i].least)
			widths[words[i].column] = words[i].least;
	share_room(widths, room);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t used = sum(widths);
		size_t left = room > used ? room - used : 0;
		size_t wanted = natural[words[i].column] - widths[words[i].column];
		widths[words[i].column] += wanted < left ? wanted : left;
	}
}

static void measure(struct kbm_page *page, size_t indent, const struct kbm_result *result,
		    size_t *widths)
{
	size_t room = kbm_page_edge(page, indent) - indent;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		bool shown = is_shown(result, (enum column)i);
		widths[i] = shown ? natural_width(page, result, (enum column)i) : 0;
		if (shown && i > 0)
			room = room > GAP ? room - GAP : 0;
	}
	fit(widths, room);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* Writes the cells of one line, from *at on, and moves *at behind them. */
static void put_piece(struct kbm_page *page, const struct kbm_cells *cells, size_t *at)
{
	size_t from = *at;
	size_t to = from;
	while (to < cells->count && (to == from || !cells->items[to].starts_line))
		to++;
	*at = to;
	/* The blank that a line was broken at. */
	if (from > 0 && from < to && cells->shown.data[cells->items[from].start] == ' ')
		from++;
	if (from < to)
		kbm_page_put_bytes(page, kbm_bytes_text(&cells->shown) + cells->items[from].start,
				   cells->items[to - 1].start + cells->items[to - 1].length -
				       cells->items[from].start);
}

static void put_lines(struct kbm_page *page, size_t indent, const size_t *widths,
		      const struct kbm_cells *cells)
{
	size_t at[COLUMN_COUNT] = {0};
	bool goes_on = true;
	while (goes_on) {
		size_t column = indent;
		goes_on = false;
		for (size_t i = 0; i < COLUMN_COUNT; i++) {
			if (widths[i] == 0)
				continue;
			if (at[i] < cells[i].count) {
				kbm_page_move_to(page, column);
				put_piece(page, &cells[i], &at[i]);
			}
			column += widths[i] + GAP;
			goes_on |= at[i] < cells[i].count;
		}
		kbm_page_end_line(page);
	}
}

static void put_row(struct kbm_page *page, size_t indent, const size_t *widths,
		    const struct kbm_observation *row)
{
	struct kbm_cells cells[COLUMN_COUNT] = {0};
	bool done = true;
	for (size_t i = 0; done && i < COLUMN_COUNT; i++) {
		enum column column = (enum column)i;
		done = widths[i] == 0 || (kbm_cells_make(cell_text(row, column), NULL,
							 is_quoted(row, column), &cells[i]) &&
					  kbm_cells_break(&cells[i], NULL, widths[i]));
	}
	if (done)
		put_lines(page, indent, widths, cells);
	else
		page->out->failed = true;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		kbm_cells_clear(&cells[i]);
}

static void put_titles(struct kbm_page *page, size_t indent, const size_t *widths)
{
	size_t column = indent;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (widths[i] == 0)
			continue;
		kbm_page_move_to(page, column);
		kbm_page_put_colored(page, KBM_INK_HEAD, titles[i]);
		column += widths[i] + GAP;
	}
	kbm_page_end_line(page);
}

static void put_place(struct kbm_page *page, size_t indent, const struct kbm_place *place)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 2 * KBM_PATH_MAX_BYTES);
	if (place->kind != KBM_PLACE_NONE && kbm_place_text(place, &text)) {
		kbm_page_move_to(page, indent + GAP);
		kbm_page_fill(page, indent + GAP + GAP, kbm_bytes_text(&text), text.length);
		kbm_page_end_line(page);
	}
	kbm_bytes_clear(&text);
}

void kbm_report_observations(struct kbm_page *page, size_t indent, const struct kbm_result *result)
{
	size_t widths[COLUMN_COUNT];
	if (result->observation_count == 0)
		return;
	measure(page, indent, result, widths);
	put_titles(page, indent, widths);
	for (size_t i = 0; i < result->observation_count; i++) {
		put_row(page, indent, widths, &result->observations[i]);
		if (page->style->verbose)
			put_place(page, indent, &result->observations[i].place);
	}
}

/* --- JSON ------------------------------------------------------------------------------------ */

/* null: nothing is expected. */
static json_t *agrees_json(const struct kbm_observation *row)
{
	return is_compared(row) ? json_boolean(row->difference == NULL) : json_null();
}

static json_t *row_json(const struct kbm_observation *row)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "what", row->what) &&
		    kbm_json_put(object, "where", kbm_json_place(&row->place)) &&
		    kbm_json_put_text(object, "found", row->found) &&
		    kbm_json_put_text(object, "expected", row->expected) &&
		    kbm_json_put(object, "agrees", agrees_json(row)) &&
		    kbm_json_put_text(object, "difference", row->difference) &&
		    kbm_json_put_text(object, "kb", row->kb);
	return kbm_json_whole(object, done);
}

json_t *kbm_report_observations_json(const struct kbm_result *result)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < result->observation_count; i++)
		done = kbm_json_append(array, row_json(&result->observations[i]));
	return kbm_json_whole(array, done);
}
