/* Two texts, line by line: what only one of them has. Pure. */
#ifndef KBM_REPORT_LINE_DIFF_H
#define KBM_REPORT_LINE_DIFF_H

#include <stdbool.h>
#include <stddef.h>

/* A line of either text, without its end; borrowed from it. */
struct kbm_diff_line {
	char mark; /* ' ' in both, '-' in the first only, '+' in the second only */
	const char *text;
	size_t length;
	bool is_open;	  /* the text ends without a line end */
	bool is_near;	  /* to be shown: it differs, or stands beside one that does */
	bool starts_hunk; /* the first of those that are shown together */
};

struct kbm_line_diff {
	struct kbm_diff_line *lines;
	size_t count;
};

/* Compares two texts; both must outlive *diff, which is the caller's, released with
 * kbm_line_diff_clear(). The fewest lines are marked, but where both texts are so long that all
 * between their common ends is. False without memory. */
bool kbm_line_diff_make(const char *left, const char *right, struct kbm_line_diff *diff);
void kbm_line_diff_clear(struct kbm_line_diff *diff);

enum { KBM_LINE_DIFF_HEAD_BYTES = 96 };
/* The head of the hunk that begins with this line, "@@ -1,4 +1,5 @@". */
void kbm_line_diff_head(const struct kbm_line_diff *diff, size_t first,
			char head[static KBM_LINE_DIFF_HEAD_BYTES]);

#endif
