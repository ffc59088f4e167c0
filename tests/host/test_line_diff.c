/* report/line_diff: what is marked, and what is shown beside it. */
#include "report/line_diff.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 400 };

/* Both, as `shown` has it: the heads, and the lines that are shown with their marks. */
static const struct {
	const char *left;
	const char *right;
	const char *shown;
} cases[] = {
    {"", "", ""},
    {"a\nb\n", "a\nb\n", ""},
    {"a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
    {"", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
    {"a\n", "b\n", "@@ -1,1 +1,1 @@\n-a\n+b\n"},
    /* a missing line end is a difference */
    {"a\n", "a", "@@ -1,1 +1,1 @@\n-a\n+a (open)\n"},
    /* two lines around */
    {"1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nx\n5\n6\n7\n", "@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+x\n 5\n 6\n"},
    /* two runs, and one where they meet */
    {"1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n",
     "@@ -1,3 +1,3 @@\n-1\n+x\n 2\n 3\n@@ -5,3 +5,3 @@\n 5\n 6\n-7\n+y\n"},
    {"1\n2\n3\n4\n5\n", "x\n2\n3\n4\ny\n", "@@ -1,5 +1,5 @@\n-1\n+x\n 2\n 3\n 4\n-5\n+y\n"},
    /* the fewest lines */
    {"a\nb\nc\nd\n", "b\nc\nx\nd\n", "@@ -1,4 +1,4 @@\n-a\n b\n c\n+x\n d\n"},
    {"a\na\na\n", "a\na\n", "@@ -1,3 +1,2 @@\n a\n a\n-a\n"},
    {"\n\n", "\n", "@@ -1,2 +1,1 @@\n \n-\n"},
};

static void show(const struct kbm_line_diff *diff, char shown[static SHOWN])
{
	size_t at = 0;
	shown[0] = '\0';
	for (size_t i = 0; i < diff->count && at < SHOWN; i++) {
		const struct kbm_diff_line *line = &diff->lines[i];
		char head[KBM_LINE_DIFF_HEAD_BYTES] = "";
		if (line->starts_hunk) {
			kbm_line_diff_head(diff, i, head);
			at += (size_t)snprintf(shown + at, SHOWN - at, "%s\n", head);
		}
		if (line->is_near && at < SHOWN)
			at += (size_t)snprintf(shown + at, SHOWN - at, "%c%.*s%s\n", line->mark,
					       (int)line->length, line->text,
					       line->is_open ? " (open)" : "");
	}
}

Test(line_diff, marks_what_one_of_them_has)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct kbm_line_diff diff;
		char shown[SHOWN];
		bool made = kbm_line_diff_make(cases[i].left, cases[i].right, &diff);
		cr_assert(made);
		show(&diff, shown);
		cr_expect(eq(int, strcmp(shown, cases[i].shown), 0), "case %zu:\n%s", i, shown);
		kbm_line_diff_clear(&diff);
	}
}

/* 10,000 lines against 10,000 others between the same two: no table of all pairs is made. */
Test(line_diff, takes_long_texts_as_a_whole)
{
	enum { LINES = 10000, LINE = 8 };
	char *left = calloc(LINES + 3, LINE);
	char *right = calloc(LINES + 3, LINE);
	cr_assert(left != NULL && right != NULL);
	size_t at = (size_t)sprintf(left, "first\n");
	strcpy(right, left);
	for (int i = 0; i < LINES; i++, at += 6) {
		sprintf(left + at, "l%04d\n", i);
		sprintf(right + at, "%c%04d\n", i == LINES / 2 ? 'l' : 'r', i);
	}
	strcpy(left + at, "last\n");
	strcpy(right + at, "last\n");
	struct kbm_line_diff diff;
	bool made = kbm_line_diff_make(left, right, &diff);
	cr_assert(made);
	size_t both = 0;
	for (size_t i = 0; i < diff.count; i++)
		both += diff.lines[i].mark == ' ';
	cr_expect(eq(sz, both, 2));
	cr_expect(eq(sz, diff.count, 2 * LINES + 2));
	kbm_line_diff_clear(&diff);
	free(left);
	free(right);
}
