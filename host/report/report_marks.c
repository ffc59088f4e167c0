/* Two texts one above the other, marked where they differ. */
#include "report/report_marks.h"

#include "base/limits.h"
#include "base/text.h"

#include <string.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

enum {
	CONTEXT_COLUMNS = 20, /* before the difference, when a text is cut */
	LEAST_COLUMNS = 40,   /* for a text, however narrow the line */
	CUT_COLUMNS = 2,      /* of ".." */
	MOST_CODE_POINTS = 8,
	ESCAPED_PER_BYTE = 8
};

/* Bytes [begin, end) of a text. */
struct span {
	size_t begin;
	size_t end;
};

static size_t columns_of(const char *text, size_t begin, size_t end)
{
	int columns = u8_width((const uint8_t *)text + begin, end - begin, "UTF-8");
	return columns < 0 ? end - begin : (size_t)columns;
}

static size_t next_of(const char *text, size_t length, size_t at)
{
	size_t size;
	kbm_text_next(text + at, length - at, &size);
	return at + size;
}

static size_t previous_of(const char *text, size_t at)
{
	do
		at--;
	while (at > 0 && ((uint8_t)text[at] & 0xC0) == 0x80);
	return at;
}

/* Whether a character begins at `at`: not within one, and not with a mark that joins the last. */
static bool begins_character(const char *text, size_t length, size_t at)
{
	if (at >= length)
		return true;
	if (((uint8_t)text[at] & 0xC0) == 0x80)
		return false;
	size_t size;
	uint32_t code_point = kbm_text_next(text + at, length - at, &size);
	return !uc_is_general_category_withtable(code_point, UC_CATEGORY_MASK_M);
}

/* What lies between the common beginning and the common end of both. */
static void find_difference(const char *left, const char *right, struct span *in_left,
			    struct span *in_right)
{
	size_t left_length = strlen(left);
	size_t right_length = strlen(right);
	size_t begin = 0;
	while (left[begin] != '\0' && left[begin] == right[begin])
		begin++;
	while (begin > 0 && (!begins_character(left, left_length, begin) ||
			     !begins_character(right, right_length, begin)))
		begin--;
	size_t tail = 0;
	while (tail < left_length - begin && tail < right_length - begin &&
	       left[left_length - 1 - tail] == right[right_length - 1 - tail])
		tail++;
	while (tail > 0 && (!begins_character(left, left_length, left_length - tail) ||
			    !begins_character(right, right_length, right_length - tail)))
		tail--;
	*in_left = (struct span){begin, left_length - tail};
	*in_right = (struct span){begin, right_length - tail};
}

/* The part of `text` that fits, round the difference. */
static struct span choose_window(const char *text, struct span difference, size_t columns)
{
	size_t length = strlen(text);
	if (columns_of(text, 0, length) <= columns)
		return (struct span){0, length};
	size_t room = columns - 2 * (size_t)CUT_COLUMNS;
	size_t begin = difference.begin;
	if (columns_of(text, 0, begin) + CONTEXT_COLUMNS <= room)
		begin = 0;
	while (begin > 0 && columns_of(text, begin, difference.begin) < CONTEXT_COLUMNS)
		begin = previous_of(text, begin);
	size_t end = begin;
	while (end < length) {
		size_t next = next_of(text, length, end);
		if (columns_of(text, begin, next) > room)
			break;
		end = next;
	}
	return (struct span){begin, end};
}

/* Nothing for ASCII, which shows all there is. */
static void append_code_points(const char *text, struct span difference, struct kbm_bytes *out)
{
	bool ascii = true;
	for (size_t at = difference.begin; at < difference.end; at++)
		ascii = ascii && (uint8_t)text[at] < 0x80;
	size_t shown = 0;
	for (size_t at = difference.begin; !ascii && at < difference.end; shown++) {
		if (shown == MOST_CODE_POINTS) {
			kbm_bytes_append_text(out, " ..");
			return;
		}
		size_t size;
		uint32_t code_point = kbm_text_next(text + at, difference.end - at, &size);
		kbm_bytes_printf(out, " U+%04X", code_point);
		at += size;
	}
}

static void append_line(const char *label, const char *text, struct span difference, bool marked,
			bool show_code_points, const struct kbm_marks_layout *layout,
			struct kbm_bytes *out)
{
	size_t column = layout->indent + layout->label_columns;
	size_t room =
	    layout->width > column + LEAST_COLUMNS ? layout->width - column : LEAST_COLUMNS;
	struct span window = choose_window(text, difference, room);
	const char *cut = window.begin > 0 ? ".." : "";
	kbm_bytes_printf(out, "%*s%-*s%s", (int)layout->indent, "", (int)layout->label_columns,
			 label, cut);
	kbm_bytes_append(out, text + window.begin, window.end - window.begin);
	if (window.end < strlen(text))
		kbm_bytes_append_text(out, "..");
	while (out->length > 0 && out->data[out->length - 1] == ' ')
		out->length--; /* the marks show where blanks are */
	kbm_bytes_append_byte(out, '\n');
	if (!marked || difference.begin == difference.end)
		return;
	struct span visible = {difference.begin,
			       difference.end < window.end ? difference.end : window.end};
	size_t marks = columns_of(text, visible.begin, visible.end);
	kbm_bytes_printf(out, "%*s", (int)(column + strlen(cut)), "");
	kbm_bytes_printf(out, "%*s", (int)columns_of(text, window.begin, visible.begin), "");
	for (size_t i = 0; i < (marks > 0 ? marks : 1); i++)
		kbm_bytes_append_byte(out, '^');
	if (show_code_points)
		append_code_points(text, difference, out);
	kbm_bytes_append_byte(out, '\n');
}

bool kbm_report_marks(const char *left_label, const char *left, const char *right_label,
		      const char *right, bool show_code_points,
		      const struct kbm_marks_layout *layout, struct kbm_bytes *out)
{
	struct kbm_bytes shown_left;
	struct kbm_bytes shown_right;
	struct span in_left = {0};
	struct span in_right = {0};
	bool marked = left != NULL && right != NULL;
	kbm_bytes_init(&shown_left, ESCAPED_PER_BYTE * KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&shown_right, ESCAPED_PER_BYTE * KBM_DN_MAX_KEY_BYTES);
	if (left == NULL)
		kbm_bytes_append_text(&shown_left, "(none)");
	else
		kbm_text_escape(left, strlen(left), &shown_left);
	if (right == NULL)
		kbm_bytes_append_text(&shown_right, "(none)");
	else
		kbm_text_escape(right, strlen(right), &shown_right);
	const char *left_text = kbm_bytes_text(&shown_left);
	const char *right_text = kbm_bytes_text(&shown_right);
	if (marked)
		find_difference(left_text, right_text, &in_left, &in_right);
	append_line(left_label, left_text, in_left, marked, show_code_points, layout, out);
	append_line(right_label, right_text, in_right, marked, show_code_points, layout, out);
	if (shown_left.failed || shown_right.failed)
		out->failed = true;
	kbm_bytes_clear(&shown_left);
	kbm_bytes_clear(&shown_right);
	return !out->failed;
}
