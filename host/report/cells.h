/* Texts as cells: marked, and laid out so that two can be compared. */
#ifndef KBM_REPORT_CELLS_H
#define KBM_REPORT_CELLS_H

#include "base/bytes.h"
#include "report/page.h"

#include <stdbool.h>
#include <stddef.h>

/* What each character of a text looks like, and whether it is marked. */
struct kbm_cell {
	size_t start; /* into `shown` */
	size_t length;
	size_t columns;
	bool marked;
	bool starts_line;
};
struct kbm_cells {
	struct kbm_bytes shown;
	struct kbm_cell *items;
	size_t count;
};

/* Whether a text is nothing, or has blanks at its ends, which only quotes show. */
bool kbm_cells_want_quotes(const char *text);
/* Makes the cells of a text; blanks that look like others are escaped. `marked` (may be NULL) is
 * as kbm_marks_find() sets it. With `quoted` the text stands in quotes, so that blanks at its ends
 * are seen. False without memory; released with kbm_cells_clear(). */
bool kbm_cells_make(const char *text, const bool *marked, bool quoted, struct kbm_cells *cells);
void kbm_cells_clear(struct kbm_cells *cells);
/* Breaks lines of at most `room` columns behind '/', '\' and ',' and in front of blanks; inside a
 * word only when it is longer than a line. Two texts (`other` may be NULL) are broken in front of
 * the same parts, also where only one of them is too long. False without memory. */
bool kbm_cells_break(struct kbm_cells *cells, struct kbm_cells *other, size_t room);
/* Writes cells from the page's column on, with a line of ^ below each line that has marks, and a
 * newline at the end. Continues at the same column. */
void kbm_page_cells(struct kbm_page *page, const struct kbm_cells *cells);

#endif
