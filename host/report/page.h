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
void kbm_page_put_bytes(struct kbm_page *page, const char *text, size_t length);
void kbm_page_put_colored(struct kbm_page *page, enum kbm_ink color, const char *text);
/* Blanks at a line's end are not written. */
void kbm_page_end_line(struct kbm_page *page);
/* Blanks up to a column; a new line first when it is passed already. */
void kbm_page_move_to(struct kbm_page *page, size_t column);

/* The column behind the last one of a line: the width, though never so narrow that nothing fits
 * behind the indent. */
size_t kbm_page_edge(const struct kbm_page *page, size_t indent);

/* Text from outside: escaped, wrapped between words at the page's width, continued at `indent`.
 * Words that are longer than a line are broken. No newline at the end. */
void kbm_page_wrap(struct kbm_page *page, size_t indent, const char *text);
/* Text that may have lines of its own: a newline in it starts one, at `indent`. */
void kbm_page_wrap_lines(struct kbm_page *page, size_t indent, const char *text);
void kbm_page_wrap_colored(struct kbm_page *page, size_t indent, enum kbm_ink color,
			   const char *text);
/* The same, broken only where a line is full (behind a '/', '\' or ',' or in front of a blank, when
 * there is one): for paths and values, in which blanks count. */
void kbm_page_fill(struct kbm_page *page, size_t indent, const char *text, size_t length);
void kbm_page_fill_colored(struct kbm_page *page, size_t indent, enum kbm_ink color,
			   const char *text, size_t length);

#endif
