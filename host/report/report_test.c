/* What tests of scripts came to, as people read it. */
#include "report/report_test.h"

#include "base/limits.h"
#include "base/text.h"
#include "report/line_diff.h"
#include "report/page.h"
#include "report/wording.h"

#include <string.h>

enum { INDENT = 2, INNER = 4 };

/* How a state is counted, in the order in which it is told. */
static const struct {
	enum kbm_trial_state state;
	const char *words;
} told[] = {
    {KBM_TRIAL_PASSED, "passed"},	    {KBM_TRIAL_ACCEPTED, "accepted"},
    {KBM_TRIAL_DIFFERS, "different"},	    {KBM_TRIAL_NEW, "without expected.txt"},
    {KBM_TRIAL_BROKEN, "could not be run"}, {KBM_TRIAL_ELSEWHERE, "not run here"},
};

static const struct {
	const char *utf8;
	const char *ascii;
	enum kbm_ink color;
} marks[KBM_TRIAL_STATES] = {
    [KBM_TRIAL_PASSED] = {"✓", "ok", KBM_INK_GOOD},
    [KBM_TRIAL_ACCEPTED] = {"✓", "ok", KBM_INK_GOOD},
    [KBM_TRIAL_ELSEWHERE] = {"~", "~", KBM_INK_NONE},
    [KBM_TRIAL_DIFFERS] = {"✗", "FAIL", KBM_INK_BAD},
    [KBM_TRIAL_NEW] = {"✗", "FAIL", KBM_INK_BAD},
    [KBM_TRIAL_BROKEN] = {"!", "!", KBM_INK_BAD},
};

static void put_mark(struct kbm_page *page, enum kbm_trial_state state)
{
	kbm_page_put_colored(page, marks[state].color,
			     page->style->utf8 ? marks[state].utf8 : marks[state].ascii);
	kbm_page_put(page, " ");
}

/* "12 cases: 11 passed, 1 not run here" */
static void put_counts(struct kbm_bytes *out, const struct kbm_trial_counts *counts)
{
	const char *joint = ": ";
	kbm_report_count(out, counts->cases, "case");
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		size_t count = counts->of[told[i].state];
		if (count == 0)
			continue;
		kbm_bytes_printf(out, "%s%zu %s", joint, count, told[i].words);
		joint = ", ";
	}
}

static bool is_good(const struct kbm_trials *trials, bool is_strict)
{
	for (size_t i = 0; i < trials->count; i++)
		if (trials->items[i].state > KBM_TRIAL_ELSEWHERE)
			return false;
	return trials->problem == NULL && !(is_strict && kbm_trials_lack_any(trials));
}

static void put_head(struct kbm_page *page, const struct kbm_trials *trials, bool is_strict)
{
	struct kbm_trial_counts counts = {0};
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
	put_mark(page, trials->problem != NULL	    ? KBM_TRIAL_BROKEN
		       : is_good(trials, is_strict) ? KBM_TRIAL_PASSED
						    : KBM_TRIAL_DIFFERS);
	size_t indent = page->column;
	kbm_page_fill(page, indent, trials->script, strlen(trials->script));
	kbm_page_put(page, "  ");
	kbm_trials_count(trials, &counts);
	put_counts(&line, &counts);
	kbm_page_wrap(page, indent,
		      trials->problem != NULL ? trials->problem : kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
}

static void put_path(struct kbm_page *page, const char *label, const char *path)
{
	kbm_page_move_to(page, INDENT);
	kbm_page_put(page, label);
	kbm_page_fill(page, INNER, path, strlen(path));
	kbm_page_end_line(page);
}

/* A line of a difference. A blank at its end would not be seen. */
static void put_diff_line(struct kbm_page *page, const struct kbm_diff_line *line)
{
	enum kbm_ink color = line->mark == '-'	 ? KBM_INK_BAD
			     : line->mark == '+' ? KBM_INK_GOOD
						 : KBM_INK_NONE;
	const char mark[] = {line->mark, '\0'};
	size_t length = line->length;
	bool has_blank = line->mark != ' ' && length > 0 && line->text[length - 1] == ' ';
	kbm_page_move_to(page, INNER);
	kbm_page_put_colored(page, color, mark);
	kbm_page_fill_colored(page, INNER + 1 + INDENT, color, line->text,
			      length - (has_blank ? 1 : 0));
	if (has_blank)
		kbm_page_put_colored(page, color, "\\x20");
	if (line->is_open)
		kbm_page_put(page, " (no line end)");
	kbm_page_end_line(page);
}

static void put_difference(struct kbm_page *page, const char *expected, const char *found)
{
	struct kbm_line_diff diff;
	if (!kbm_line_diff_make(expected, found, &diff))
		page->out->failed = true;
	for (size_t i = 0; i < diff.count; i++) {
		if (diff.lines[i].starts_hunk) {
			char head[KBM_LINE_DIFF_HEAD_BYTES];
			kbm_line_diff_head(&diff, i, head);
			kbm_page_move_to(page, INNER);
			kbm_page_put_colored(page, KBM_INK_HEAD, head);
			kbm_page_end_line(page);
		}
		if (diff.lines[i].is_near)
			put_diff_line(page, &diff.lines[i]);
	}
	kbm_line_diff_clear(&diff);
}

/* A case's mark, its name, and in words what is to be said of it. */
static void put_case(struct kbm_page *page, const struct kbm_trial *trial, const char *words,
		     const char *reason)
{
	kbm_page_move_to(page, INDENT);
	put_mark(page, trial->state);
	kbm_page_fill(page, INNER, trial->name, strlen(trial->name));
	kbm_page_put(page, words);
	if (reason != NULL)
		kbm_page_wrap(page, INNER, reason);
	kbm_page_end_line(page);
}

static void put_trial(struct kbm_page *page, const struct kbm_trial *trial)
{
	bool verbose = page->style->verbose;
	switch (trial->state) {
	case KBM_TRIAL_PASSED:
		if (verbose)
			put_case(page, trial, "", NULL);
		break;
	case KBM_TRIAL_ELSEWHERE:
		if (verbose)
			put_case(page, trial, "  not run here: ", trial->problem);
		break;
	case KBM_TRIAL_ACCEPTED:
		put_case(page, trial, "  accepted: expected.txt is written", NULL);
		if (verbose)
			put_difference(page, trial->expected == NULL ? "" : trial->expected,
				       trial->found);
		break;
	case KBM_TRIAL_DIFFERS:
		put_case(page, trial, "  differs (- expected, + found)", NULL);
		put_difference(page, trial->expected, trial->found);
		break;
	case KBM_TRIAL_NEW:
		put_case(page, trial, "  has no expected.txt; --accept would write", NULL);
		put_difference(page, "", trial->found);
		break;
	case KBM_TRIAL_BROKEN:
		put_case(page, trial, "  could not be run: ", trial->problem);
		break;
	case KBM_TRIAL_STATES:
		break;
	}
}

/* "no case passes, is unknown" */
static void put_lacks(struct kbm_page *page, const struct kbm_trials *trials)
{
	struct kbm_bytes line;
	const char *joint = "no case ";
	if (!kbm_trials_lack_any(trials) || trials->problem != NULL)
		return;
	kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
	for (enum kbm_trial_kind kind = 0; kind < KBM_TRIAL_KINDS; kind++) {
		if (!trials->lacks[kind])
			continue;
		kbm_bytes_printf(&line, "%s%s", joint, kbm_trial_kind_name(kind));
		joint = ", ";
	}
	kbm_page_move_to(page, INDENT);
	kbm_page_wrap(page, INNER, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
}

bool kbm_report_trials_text(const struct kbm_trials *trials, bool is_strict,
			    const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	bool good = is_good(trials, is_strict);
	bool is_empty = trials->count == 0 && trials->problem == NULL && !is_strict;
	if (good && (style->quiet || is_empty))
		return !out->failed;
	put_head(&page, trials, is_strict);
	if (style->verbose) {
		put_path(&page, "script ", trials->path);
		put_path(&page, "cases ", trials->folder);
	}
	for (size_t i = 0; i < trials->count; i++)
		put_trial(&page, &trials->items[i]);
	if (is_strict || !style->quiet)
		put_lacks(&page, trials);
	return !out->failed;
}

/* One line, so that it can be copied. */
static void put_next(struct kbm_page *page, const char *next)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, 16 * KBM_TEXT_MAX_BYTES);
	kbm_text_escape(next, strlen(next), &shown);
	kbm_page_put(page, "if what was found is right: ");
	kbm_page_put(page, kbm_bytes_text(&shown));
	kbm_page_end_line(page);
	kbm_bytes_clear(&shown);
}

bool kbm_report_test_end_text(const struct kbm_test *test, const struct kbm_report_style *style,
			      struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	struct kbm_trial_counts counts = {0};
	struct kbm_bytes line;
	if (style->quiet)
		return !out->failed;
	kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
	for (size_t i = 0; i < test->count; i++)
		kbm_trials_count(&test->scripts[i], &counts);
	kbm_report_count(&line, counts.scripts, "script");
	kbm_bytes_append_text(&line, ", ");
	put_counts(&line, &counts);
	kbm_bytes_append_text(&line, ".");
	if (counts.untested > 0)
		kbm_bytes_printf(&line, " %zu could not be tested.", counts.untested);
	if (counts.without > 0)
		kbm_bytes_printf(&line, " %zu without cases.", counts.without);
	if (test->is_strict && counts.incomplete > 0)
		kbm_bytes_printf(&line, " %zu incomplete.", counts.incomplete);
	if (out->length > 0 || test->count > 0)
		kbm_page_end_line(&page);
	kbm_page_wrap(&page, 0, kbm_bytes_text(&line));
	kbm_page_end_line(&page);
	kbm_bytes_clear(&line);
	if (test->next != NULL)
		put_next(&page, test->next);
	return !out->failed;
}
