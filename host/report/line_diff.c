/* Two texts, line by line. */
#include "report/line_diff.h"

#include "base/limits.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 2 }; /* lines shown beside those that differ */

/* The lines of one text. */
struct lines {
	struct kbm_diff_line *items;
	size_t count;
};

static bool split(const char *text, struct lines *lines)
{
	size_t most = 1;
	for (const char *at = text; *at != '\0'; at++)
		most += *at == '\n';
	lines->count = 0;
	lines->items = calloc(most, sizeof *lines->items);
	if (lines->items == NULL)
		return false;
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		bool is_open = text[length] == '\0';
		lines->items[lines->count++] =
		    (struct kbm_diff_line){.text = text, .length = length, .is_open = is_open};
		text += length + (is_open ? 0 : 1);
	}
	return true;
}

static bool equal(const struct kbm_diff_line *left, const struct kbm_diff_line *right)
{
	return left->length == right->length && left->is_open == right->is_open &&
	       memcmp(left->text, right->text, left->length) == 0;
}

static void take(struct kbm_line_diff *diff, const struct kbm_diff_line *line, char mark)
{
	diff->lines[diff->count] = *line;
	diff->lines[diff->count++].mark = mark;
}

/* What lies between the texts' common ends. */
struct middle {
	const struct kbm_diff_line *left;
	const struct kbm_diff_line *right;
	size_t left_count;
	size_t right_count;
};

/* common[i * (right_count + 1) + j]: how many lines the texts have in common from line i of the
 * left and line j of the right one on. NULL: they are too long for that, or there is no memory. */
static uint32_t *count_common(const struct middle *middle)
{
	size_t width = middle->right_count + 1;
	size_t height = middle->left_count + 1;
	if (height > KBM_LINE_DIFF_MAX_PAIRS / width)
		return NULL;
	uint32_t *common = calloc(height * width, sizeof *common);
	if (common == NULL)
		return NULL;
	for (size_t i = middle->left_count; i-- > 0;)
		for (size_t j = middle->right_count; j-- > 0;) {
			uint32_t below = common[(i + 1) * width + j];
			uint32_t beside = common[i * width + j + 1];
			common[i * width + j] = equal(&middle->left[i], &middle->right[j])
						    ? common[(i + 1) * width + j + 1] + 1
						: below > beside ? below
								 : beside;
		}
	return common;
}

static void take_middle(const struct middle *middle, struct kbm_line_diff *diff)
{
	size_t width = middle->right_count + 1;
	size_t i = 0;
	size_t j = 0;
	uint32_t *common = count_common(middle);
	while (common != NULL && i < middle->left_count && j < middle->right_count) {
		if (equal(&middle->left[i], &middle->right[j])) {
			take(diff, &middle->left[i], ' ');
			i++;
			j++;
		} else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) {
			take(diff, &middle->left[i++], '-');
		} else {
			take(diff, &middle->right[j++], '+');
		}
	}
	while (i < middle->left_count)
		take(diff, &middle->left[i++], '-');
	while (j < middle->right_count)
		take(diff, &middle->right[j++], '+');
	free(common);
}

/* Marks what is shown, and where each run of it begins. */
static void mark_shown(struct kbm_line_diff *diff)
{
	for (size_t i = 0; i < diff->count; i++) {
		if (diff->lines[i].mark == ' ')
			continue;
		size_t from = i > CONTEXT ? i - CONTEXT : 0;
		for (size_t j = from; j < diff->count && j <= i + CONTEXT; j++)
			diff->lines[j].is_near = true;
	}
	for (size_t i = 0; i < diff->count; i++)
		diff->lines[i].starts_hunk =
		    diff->lines[i].is_near && (i == 0 || !diff->lines[i - 1].is_near);
}

static void compare(const struct lines *left, const struct lines *right, struct kbm_line_diff *diff)
{
	size_t shorter = left->count < right->count ? left->count : right->count;
	size_t before = 0;
	size_t behind = 0;
	while (before < shorter && equal(&left->items[before], &right->items[before]))
		take(diff, &left->items[before++], ' ');
	while (behind < shorter - before && equal(&left->items[left->count - 1 - behind],
						  &right->items[right->count - 1 - behind]))
		behind++;
	const struct middle middle = {left->items + before, right->items + before,
				      left->count - before - behind,
				      right->count - before - behind};
	take_middle(&middle, diff);
	for (size_t i = left->count - behind; i < left->count; i++)
		take(diff, &left->items[i], ' ');
	mark_shown(diff);
}

bool kbm_line_diff_make(const char *left, const char *right, struct kbm_line_diff *diff)
{
	struct lines left_lines = {0};
	struct lines right_lines = {0};
	*diff = (struct kbm_line_diff){0};
	bool done = split(left, &left_lines) && split(right, &right_lines);
	if (done)
		diff->lines = calloc(left_lines.count + right_lines.count + 1, sizeof *diff->lines);
	done = done && diff->lines != NULL;
	if (done)
		compare(&left_lines, &right_lines, diff);
	free(left_lines.items);
	free(right_lines.items);
	return done;
}

void kbm_line_diff_clear(struct kbm_line_diff *diff)
{
	free(diff->lines);
	*diff = (struct kbm_line_diff){0};
}

void kbm_line_diff_head(const struct kbm_line_diff *diff, size_t first,
			char head[static KBM_LINE_DIFF_HEAD_BYTES])
{
	size_t left = 0;
	size_t right = 0;
	size_t left_count = 0;
	size_t right_count = 0;
	for (size_t i = 0; i < first; i++) {
		left += diff->lines[i].mark != '+';
		right += diff->lines[i].mark != '-';
	}
	for (size_t i = first; i < diff->count && diff->lines[i].is_near; i++) {
		left_count += diff->lines[i].mark != '+';
		right_count += diff->lines[i].mark != '-';
	}
	/* As in a unified diff: where there is no line, the one in front of it is named. */
	snprintf(head, KBM_LINE_DIFF_HEAD_BYTES, "@@ -%zu,%zu +%zu,%zu @@",
		 left + (left_count > 0 ? 1 : 0), left_count, right + (right_count > 0 ? 1 : 0),
		 right_count);
}
