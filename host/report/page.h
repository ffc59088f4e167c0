/* Text on a terminal: columns, wrapping, colours, and nothing that a terminal would obey. */
#ifndef KBM_REPORT_PAGE_H
#define KBM_REPORT_PAGE_H

#include "base/bytes.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>

enum kbm_ink { KBM_INK_NONE, KBM_INK_BAD, KBM_INK_GOOD, KBM_INK_DOUBT, KBM_INK_HEAD };

/* Where text goes. Plain data; `column` is where the next character will stand, from 0. */
struct kbm_page {
	struct kbm_bytes *out;
	const struct kbm_report_style *style;
	size_t column;
};

/* Columns that escaped text takes. */
size_t kbm_page_columns(const char *text, size_t length);

/* Our own words, as they are; no newline in them. */
void kbm_page_put(struct kbm_page *page, const char *text);
void kbm_page_put_colored(struct kbm_page *page, enum kbm_ink color, const char *text);
/* Blanks at a line's end are not written. */
void kbm_page_end_line(struct kbm_page *page);
/* Blanks up to a column; a new line first when it is passed already. */
void kbm_page_move_to(struct kbm_page *page, size_t column);

/* Text from outside: escaped, wrapped between words at the page's width, continued at `indent`.
 * Words that are longer than a line are broken. No newline at the end. */
void kbm_page_wrap(struct kbm_page *page, size_t indent, const char *text);
/* The same, broken only where a line is full (behind a '\', when there is one): for paths and
 * values, in which blanks count. */
void kbm_page_fill(struct kbm_page *page, size_t indent, const char *text, size_t length);

/* A text as cells: what each character looks like and whether it is marked. */
struct kbm_cell {
	size_t start; /* into `shown` */
	size_t length;
	size_t columns;
	bool marked;
};
struct kbm_cells {
	struct kbm_bytes shown;
	struct kbm_cell *items;
	size_t count;
};
/* Makes the cells of a text; blanks that look like others are escaped. `marked` (may be NULL) is
 * as kbm_marks_find() sets it. With `quoted` the text stands in quotes, so that blanks at its ends
 * are seen. False without memory; released with kbm_cells_clear(). */
bool kbm_cells_make(const char *text, const bool *marked, bool quoted, struct kbm_cells *cells);
void kbm_cells_clear(struct kbm_cells *cells);
/* Writes cells from the page's column on, with a line of ^ below each line that has marks, and a
 * newline at the end. Continues at the same column. */
void kbm_page_cells(struct kbm_page *page, const struct kbm_cells *cells);

#endif
