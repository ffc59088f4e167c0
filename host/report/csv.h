/* Rows of comma-separated values as RFC 4180 quotes them, each ended by a line feed.
 *
 * Fields from outside are escaped before they are quoted (base/text.h): no line break and nothing
 * that a terminal obeys is in a field, so that a line is a row. */
#ifndef KBM_REPORT_CSV_H
#define KBM_REPORT_CSV_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

struct kbm_csv {
	struct kbm_bytes *out;
	bool begun; /* a field of this row is there */
};
/* The header: names without anything to quote, with commas between them. */
bool kbm_csv_header(struct kbm_bytes *out, const char *names);
/* Fields of a row; what came from outside is text of `length` bytes. */
void kbm_csv_text(struct kbm_csv *csv, const char *text, size_t length);
void kbm_csv_word(struct kbm_csv *csv, const char *word);
void kbm_csv_number(struct kbm_csv *csv, uint64_t number);
/* Ends the row; false when `out` is full. */
bool kbm_csv_end(struct kbm_csv *csv);
/* A row that says of the others what they are worth: the mark, and behind `before` empty fields its
 * count, if there is one, and `behind` more of them. */
bool kbm_csv_mark(struct kbm_bytes *out, const char *mark, size_t before, uint64_t count,
		  size_t behind);

#endif
