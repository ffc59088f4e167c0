/* A run, or a plan, as people read it. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "report/cells.h"
#include "report/marks.h"
#include "report/page.h"
#include "report/report_observations.h"
#include "report/report_plan.h"
#include "report/report_target.h"
#include "report/wording.h"

enum { INDENT = 2, INNER = 4, LONG_NAME = 24, LABEL = 11 };

/* --- findings -------------------------------------------------------------------------------- */

static bool texts_equal(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return strcmp(left, right) == 0;
}

/* Findings that show the same difference share one block: each message, then the difference once.
 */
static bool share_block(const struct kbm_finding *left, const struct kbm_finding *right)
{
	return kbm_place_equal(&left->place, &right->place) &&
	       texts_equal(left->found, right->found) &&
	       texts_equal(left->expected, right->expected);
}

static bool is_first_of_block(const struct kbm_result *result, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (share_block(&result->findings[i], &result->findings[index]))
			return false;
	return true;
}

static void put_messages(struct kbm_page *page, const struct kbm_result *result, size_t first)
{
	for (size_t i = first; i < result->finding_count; i++) {
		const char *message = result->findings[i].message;
		if (!share_block(&result->findings[first], &result->findings[i]) || message == NULL)
			continue;
		kbm_page_move_to(page, INDENT);
		kbm_page_wrap_lines(page, INDENT, message);
		kbm_page_end_line(page);
	}
}

static void put_because(struct kbm_page *page, const struct kbm_result *result, size_t first)
{
	for (size_t i = first; i < result->finding_count; i++) {
		const struct kbm_finding *finding = &result->findings[i];
		if (!share_block(&result->findings[first], finding) || finding->because == NULL ||
		    finding->because[0] == '\0')
			continue;
		bool said = false;
		for (size_t j = first; j < i; j++)
			said =
			    said || (share_block(&result->findings[first], &result->findings[j]) &&
				     texts_equal(result->findings[j].because, finding->because));
		if (said)
			continue;
		kbm_page_move_to(page, INNER);
		kbm_page_put(page, "because  ");
		kbm_page_wrap_lines(page, page->column, finding->because);
		kbm_page_end_line(page);
	}
}

static bool differ_in_blanks_only(const char *left, const char *right)
{
	if (strcmp(left, right) == 0)
		return false;
	for (;; left++, right++) {
		left += strspn(left, " \t");
		right += strspn(right, " \t");
		if (*left != *right)
			return false;
		if (*left == '\0')
			return true;
	}
}

static bool needs_quotes(const char *found, const char *expected)
{
	return (found != NULL && kbm_cells_want_quotes(found)) ||
	       (expected != NULL && kbm_cells_want_quotes(expected)) ||
	       (found != NULL && expected != NULL && differ_in_blanks_only(found, expected));
}

/* What stands behind found and expected; one that is not said has no cells. */
struct compared {
	struct kbm_cells found;
	struct kbm_cells expected;
};

static bool mark_expected(const struct kbm_finding *finding, bool quoted, struct kbm_cells *cells)
{
	bool *marked = calloc(strlen(finding->expected) + 1, sizeof *marked);
	if (marked == NULL)
		return false;
	if (finding->found != NULL)
		kbm_marks_find(finding->found, finding->expected, marked);
	bool done = kbm_cells_make(finding->expected, marked, quoted, cells);
	free(marked);
	return done;
}

static bool lay_out(const struct kbm_finding *finding, size_t room, struct compared *compared)
{
	bool quoted = needs_quotes(finding->found, finding->expected);
	const char *found = finding->found == NULL ? "(absent)" : finding->found;
	if (!kbm_cells_make(found, NULL, quoted && finding->found != NULL, &compared->found))
		return false;
	if (finding->expected == NULL)
		return kbm_cells_break(&compared->found, NULL, room);
	return mark_expected(finding, quoted, &compared->expected) &&
	       kbm_cells_break(&compared->expected,
			       finding->found == NULL ? NULL : &compared->found, room);
}

static void put_labelled_cells(struct kbm_page *page, size_t column, const char *label,
			       const struct kbm_cells *cells)
{
	kbm_page_move_to(page, column);
	kbm_page_put(page, label);
	kbm_page_move_to(page, column + LABEL);
	kbm_page_cells(page, cells);
}

static void put_found_and_expected(struct kbm_page *page, const struct kbm_finding *finding,
				   bool says_found)
{
	size_t column = page->column;
	size_t room = kbm_page_edge(page, column + LABEL) - column - LABEL;
	struct compared compared = {0};
	if (!lay_out(finding, room, &compared))
		page->out->failed = true;
	if (says_found)
		put_labelled_cells(page, column, "found", &compared.found);
	if (finding->expected != NULL)
		put_labelled_cells(page, column, "expected", &compared.expected);
	kbm_cells_clear(&compared.found);
	kbm_cells_clear(&compared.expected);
}

/* The value's or attribute's name as a label in front of found and expected. */
static void put_name(struct kbm_page *page, const struct kbm_place *place)
{
	kbm_page_move_to(page, INNER);
	if (place->name == NULL)
		return;
	if (place->name_length == 0)
		kbm_page_put(page, "(default)");
	else
		kbm_page_fill(page, INNER, place->name, place->name_length);
	if (page->column > INNER + LONG_NAME)
		kbm_page_move_to(page, INNER + 2);
	else
		kbm_page_put(page, "   ");
}

/* Found, or absent: where a script says nothing, though it read that something is there, nothing is
 * known. */
static bool says_found(const struct kbm_result *result, const struct kbm_finding *finding)
{
	if (finding->found != NULL)
		return true;
	for (size_t i = 0; i < result->read_count; i++)
		if (result->reads[i].kind == KBM_READ_VALUE && result->reads[i].state.present &&
		    kbm_place_equal(&result->reads[i].place, &finding->place))
			return false;
	return finding->expected != NULL || finding->place.name != NULL;
}

static void put_block(struct kbm_page *page, const struct kbm_result *result, size_t first)
{
	const struct kbm_finding *finding = &result->findings[first];
	const struct kbm_place *place = &finding->place;
	put_messages(page, result, first);
	if (place->kind != KBM_PLACE_NONE && place->path != NULL) {
		kbm_page_move_to(page, INDENT);
		kbm_page_fill(page, INNER, place->path, strlen(place->path));
		kbm_page_end_line(page);
	}
	bool found = says_found(result, finding);
	bool compares = found || finding->expected != NULL;
	if (compares || place->name != NULL)
		put_name(page, place);
	if (compares)
		put_found_and_expected(page, finding, found);
	else if (place->name != NULL)
		kbm_page_end_line(page);
	put_because(page, result, first);
}

/* --- outcomes -------------------------------------------------------------------------------- */

static const struct {
	const char *utf8;
	const char *ascii;
	const char *label; /* in front of the reason */
	enum kbm_ink color;
} verdicts[] = {
    [KBM_VERDICT_PASS] = {"✓", "ok", "", KBM_INK_GOOD},
    [KBM_VERDICT_FAIL] = {"✗", "FAIL", "", KBM_INK_BAD},
    [KBM_VERDICT_UNKNOWN] = {"?", "?", "unknown: ", KBM_INK_DOUBT},
    [KBM_VERDICT_ERROR] = {"!", "!", "error: ", KBM_INK_BAD},
    [KBM_VERDICT_NOTAPPLICABLE] = {"~", "~", "not applicable: ", KBM_INK_NONE},
    [KBM_VERDICT_FIXED] = {"✓", "ok", "fixed: ", KBM_INK_GOOD},
};

static void put_title(struct kbm_page *page, const struct kbm_outcome *outcome)
{
	const struct kbm_script_info *script = outcome->script;
	enum kbm_verdict verdict = outcome->result->verdict;
	kbm_page_put_colored(page, verdicts[verdict].color,
			     page->style->utf8 ? verdicts[verdict].utf8 : verdicts[verdict].ascii);
	kbm_page_put(page, " ");
	size_t indent = page->column;
	kbm_page_fill(page, indent, script->id, strlen(script->id));
	kbm_page_put(page, "  ");
	kbm_page_wrap(page, indent, script->title == NULL ? "" : script->title);
	if (verdict == KBM_VERDICT_FAIL) {
		const char *severity = kbm_severity_name(script->severity);
		if (page->column + 4 + strlen(severity) > page->style->width)
			kbm_page_move_to(page, indent);
		else
			kbm_page_put(page, "    ");
		kbm_page_put(page, severity);
	}
	kbm_page_end_line(page);
}

static void put_reason(struct kbm_page *page, const struct kbm_result *result)
{
	kbm_page_move_to(page, INDENT);
	kbm_page_put(page, verdicts[result->verdict].label);
	const char *reason = result->reason == NULL ? "" : result->reason;
	const char *place = result->place_in_script == NULL ? "" : result->place_in_script;
	/* Lua's own messages begin with the place. */
	bool named = strncmp(reason, place, strlen(place)) == 0;
	struct kbm_bytes text;
	kbm_bytes_init(&text, 4 * KBM_TEXT_MAX_BYTES);
	kbm_bytes_append_text(&text, reason);
	if (!named)
		kbm_bytes_printf(&text, " (%s)", place);
	kbm_page_wrap_lines(page, INNER, kbm_bytes_text(&text));
	kbm_bytes_clear(&text);
	kbm_page_end_line(page);
}

static void put_labelled(struct kbm_page *page, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	kbm_page_move_to(page, INDENT);
	kbm_page_put(page, label);
	kbm_page_wrap_lines(page, INNER, text);
	kbm_page_end_line(page);
}

static void put_file(struct kbm_page *page, const char *label, const char *path)
{
	if (path == NULL)
		return;
	kbm_page_move_to(page, INDENT);
	kbm_page_put(page, label);
	kbm_page_fill(page, INNER, path, strlen(path));
	kbm_page_end_line(page);
}

/* "Q314148 is served by Q201164": by which alias the script came here. */
static void put_asked_as(struct kbm_page *page, const struct kbm_outcome *outcome)
{
	for (size_t i = 0; outcome->asked_as != NULL && i < outcome->asked_as->count; i++) {
		struct kbm_bytes line;
		kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
		kbm_bytes_printf(&line, "%s is served by %s", outcome->asked_as->items[i],
				 outcome->script->id);
		put_labelled(page, "", kbm_bytes_text(&line));
		kbm_bytes_clear(&line);
	}
}

/* The path that stands last in front of the plan. */
static const char *last_path(const struct kbm_result *result)
{
	for (size_t i = result->finding_count; i > 0; i--)
		if (result->findings[i - 1].place.path != NULL && is_first_of_block(result, i - 1))
			return result->findings[i - 1].place.path;
	return NULL;
}

static void put_plan(struct kbm_page *page, const struct kbm_plan *plan, const char *shown_path)
{
	kbm_page_move_to(page, INDENT);
	kbm_page_put(page, "plan   ");
	kbm_report_plan_head(page, INDENT + 7, plan);
	kbm_report_plan_changes(page, INNER, plan, shown_path, false);
	kbm_report_plan_remain(page, INNER, plan);
}

static void put_outcome(struct kbm_page *page, const struct kbm_outcome *outcome)
{
	const struct kbm_result *result = outcome->result;
	put_title(page, outcome);
	put_asked_as(page, outcome);
	put_file(page, "hides the stock script ", outcome->shadows);
	if (page->style->verbose)
		put_file(page, "script ", outcome->script_path);
	/* A failed check speaks through its findings; what it had found before it ended otherwise
	 * is shown too, behind the reason. */
	if (result->verdict != KBM_VERDICT_FAIL || result->finding_count == 0)
		put_reason(page, result);
	for (size_t i = 0; i < result->finding_count; i++)
		if (is_first_of_block(result, i))
			put_block(page, result, i);
	kbm_report_observations(page, INDENT, result);
	if (outcome->plan != NULL)
		put_plan(page, outcome->plan, last_path(result));
	if (page->style->verbose) {
		kbm_report_reads(page, INNER, result->reads, result->read_count);
		put_labelled(page, "printed ", result->output);
	}
}

/* --- the whole ------------------------------------------------------------------------------- */

/* In the order of what needs attention first. */
static const enum kbm_verdict summary_order[] = {KBM_VERDICT_FAIL,    KBM_VERDICT_ERROR,
						 KBM_VERDICT_UNKNOWN, KBM_VERDICT_FIXED,
						 KBM_VERDICT_PASS,    KBM_VERDICT_NOTAPPLICABLE};

static size_t count_verdict(const struct kbm_run *run, enum kbm_verdict verdict)
{
	size_t count = 0;
	for (size_t i = 0; i < run->outcome_count; i++)
		count += run->outcomes[i].result->verdict == verdict;
	return count;
}

/* " (Q155027, Q201164)": those that are not shown otherwise, and somebody must look after. */
static void append_unknown(const struct kbm_run *run, struct kbm_bytes *line)
{
	const char *joint = " (";
	for (size_t i = 0; i < run->outcome_count; i++) {
		if (run->outcomes[i].result->verdict != KBM_VERDICT_UNKNOWN)
			continue;
		kbm_bytes_printf(line, "%s%s", joint, run->outcomes[i].script->id);
		joint = ", ";
	}
	kbm_bytes_append_text(line, ")");
}

static bool lack_the_same(const struct kbm_not_run *left, const struct kbm_not_run *right)
{
	return left->lacks != NULL && right->lacks != NULL &&
	       strcmp(left->lacks, right->lacks) == 0;
}

/* How many lack what this one lacks, when it is the first of them; else 0. */
static size_t count_same(const struct kbm_run *run, size_t index)
{
	size_t same = 0;
	for (size_t i = 0; i < run->not_run_count; i++)
		if (lack_the_same(&run->not_run[i], &run->not_run[index])) {
			if (i < index)
				return 0;
			same++;
		}
	return same;
}

static size_t count_on_request(const struct kbm_run *run)
{
	size_t count = 0;
	for (size_t i = 0; i < run->not_run_count; i++)
		count += run->not_run[i].lacks == NULL;
	return count;
}

/* "4 not run (3 need a directory; 1 needs SOFTWARE)" */
static void append_not_run(const struct kbm_run *run, size_t count, struct kbm_bytes *line)
{
	const char *joint = " (";
	kbm_bytes_printf(line, "%zu not run", count);
	for (size_t i = 0; i < run->not_run_count; i++) {
		size_t same = count_same(run, i);
		if (same == 0)
			continue;
		kbm_bytes_printf(line, "%s%zu need%s %s", joint, same, same == 1 ? "s" : "",
				 run->not_run[i].lacks);
		joint = "; ";
	}
	kbm_bytes_append_text(line, ")");
}

static void append_counts(const struct kbm_run *run, struct kbm_bytes *line)
{
	const char *joint = ": ";
	for (size_t i = 0; i < sizeof summary_order / sizeof summary_order[0]; i++) {
		enum kbm_verdict verdict = summary_order[i];
		size_t count = count_verdict(run, verdict);
		if (count == 0)
			continue;
		kbm_bytes_printf(line, "%s%zu %s", joint, count,
				 verdict == KBM_VERDICT_NOTAPPLICABLE ? "not applicable"
								      : kbm_verdict_name(verdict));
		if (verdict == KBM_VERDICT_UNKNOWN && run->condensed)
			append_unknown(run, line);
		joint = ", ";
	}
	size_t on_request = count_on_request(run);
	if (run->not_run_count > on_request) {
		kbm_bytes_append_text(line, joint);
		append_not_run(run, run->not_run_count - on_request, line);
		joint = ", ";
	}
	if (on_request > 0)
		kbm_bytes_printf(line, "%s%zu on request", joint, on_request);
}

static void put_next(struct kbm_page *page, const char *next)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, 16 * KBM_TEXT_MAX_BYTES);
	kbm_text_escape(next, strlen(next), &shown);
	kbm_page_put(page, "next: "); /* one line, so that it can be copied */
	kbm_page_put(page, kbm_bytes_text(&shown));
	kbm_page_end_line(page);
	kbm_bytes_clear(&shown);
}

static void put_summary(struct kbm_page *page, const struct kbm_run *run)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	kbm_report_count(&line, run->outcome_count + run->not_run_count, "script");
	kbm_bytes_append_text(&line, ", 1 target");
	append_counts(run, &line);
	kbm_bytes_append_text(&line, run->goes_on ? "." : ". Nothing was changed.");
	kbm_page_wrap(page, 0, kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
	kbm_page_end_line(page);
	if (run->next != NULL)
		put_next(page, run->next);
}

static size_t count_plans(const struct kbm_run *run)
{
	size_t count = 0;
	for (size_t i = 0; i < run->outcome_count; i++)
		count += run->outcomes[i].plan != NULL;
	return count;
}

static void put_wish(struct kbm_page *page, const struct kbm_change *change)
{
	kbm_page_move_to(page, INNER);
	kbm_page_fill(page, INNER + 2, change->script, strlen(change->script));
	kbm_page_put(page, "  ");
	kbm_report_plan_change(page, INNER, change);
}

/* "conflict Q1 and Q2 contradict each other: different at one place" */
static void put_conflict_head(struct kbm_page *page, const char *text)
{
	kbm_page_put_colored(page, KBM_INK_BAD, "conflict");
	kbm_page_put(page, " ");
	kbm_page_wrap(page, 9, text);
	kbm_page_end_line(page);
}

static void put_conflict(struct kbm_page *page, const struct kbm_conflict *conflict)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 2 * KBM_PATH_MAX_BYTES);
	kbm_bytes_printf(&text, "%s and %s contradict each other: %s", conflict->first->script,
			 conflict->second->script, conflict->how);
	put_conflict_head(page, kbm_bytes_text(&text));
	kbm_bytes_reset(&text);
	kbm_place_text(&conflict->second->place, &text);
	kbm_page_move_to(page, INDENT);
	kbm_page_fill(page, INNER, kbm_bytes_text(&text), text.length);
	kbm_page_end_line(page);
	put_wish(page, conflict->first);
	put_wish(page, conflict->second);
	kbm_bytes_clear(&text);
}

/* Commands are not wrapped, so that they can be copied. */
static void put_choices(struct kbm_page *page, const struct kbm_text_list *choices)
{
	kbm_page_put(page, "Neither is applied. Choose one:");
	kbm_page_end_line(page);
	for (size_t i = 0; i < choices->count; i++) {
		struct kbm_bytes shown;
		kbm_bytes_init(&shown, 16 * KBM_TEXT_MAX_BYTES);
		kbm_text_escape(choices->items[i], strlen(choices->items[i]), &shown);
		kbm_page_put(page, "  ");
		kbm_page_put(page, kbm_bytes_text(&shown));
		kbm_page_end_line(page);
		kbm_bytes_clear(&shown);
	}
}

static void put_conflicts(struct kbm_page *page, const struct kbm_run *run)
{
	for (size_t i = 0; i < run->conflict_count; i++)
		put_conflict(page, &run->conflicts[i]);
	if (run->conflict_count == 0) {
		put_conflict_head(page, run->conflict);
		kbm_page_put(page, "         Run the scripts one by one: there is no common plan.");
		kbm_page_end_line(page);
	} else if (run->choices != NULL) {
		put_choices(page, run->choices);
	}
	kbm_page_end_line(page);
}

/* Findings of a script that its plan does not end. */
static size_t count_remaining(const struct kbm_outcome *outcome)
{
	if (outcome->plan != NULL && kbm_plan_count(outcome->plan, false) > 0)
		return outcome->plan->remain.count;
	return outcome->result->verdict == KBM_VERDICT_FAIL ? outcome->result->finding_count : 0;
}

/* "3 findings remain (Q324026, identity)", or nothing. */
static void append_remaining(const struct kbm_run *run, struct kbm_bytes *line)
{
	struct kbm_bytes who;
	kbm_bytes_init(&who, KBM_MIB);
	size_t count = 0;
	for (size_t i = 0; i < run->outcome_count; i++) {
		size_t more = count_remaining(&run->outcomes[i]);
		if (more > 0)
			kbm_bytes_printf(&who, "%s%s", count == 0 ? "" : ", ",
					 run->outcomes[i].script->id);
		count += more;
	}
	if (count > 0) {
		kbm_report_count(line, count, "finding");
		kbm_bytes_printf(line, " remain%s (%s)", count == 1 ? "s" : "",
				 kbm_bytes_text(&who));
	}
	kbm_bytes_clear(&who);
}

static void put_together(struct kbm_page *page, const struct kbm_run *run)
{
	struct kbm_bytes remaining;
	kbm_bytes_init(&remaining, KBM_MIB);
	append_remaining(run, &remaining);
	kbm_page_put(page, "together: ");
	kbm_report_plan_common_head(page, 10, run->plan, kbm_bytes_text(&remaining));
	kbm_page_end_line(page);
	kbm_bytes_clear(&remaining);
}

/* One script's plan is the whole plan; of several the common one must be proved too. */
static void put_common_plan(struct kbm_page *page, const struct kbm_run *run)
{
	if (run->conflict != NULL) {
		put_conflicts(page, run);
	} else if (run->plan != NULL && count_plans(run) > 1) {
		put_together(page, run);
	}
}

/* Of many, what is wrong is shown; with -q what could not be told, too, since there is no line that
 * names it. */
static bool is_shown_of_many(enum kbm_verdict verdict, const struct kbm_report_style *style)
{
	if (verdict == KBM_VERDICT_FAIL || verdict == KBM_VERDICT_ERROR || style->verbose)
		return true;
	return style->quiet && verdict == KBM_VERDICT_UNKNOWN;
}

static bool is_shown(const struct kbm_run *run, const struct kbm_outcome *outcome,
		     const struct kbm_report_style *style)
{
	enum kbm_verdict verdict = outcome->result->verdict;
	if (run->condensed)
		return is_shown_of_many(verdict, style);
	return !style->quiet || outcome->result->observation_count > 0 ||
	       (verdict != KBM_VERDICT_PASS && verdict != KBM_VERDICT_NOTAPPLICABLE);
}

/* Where nothing ran, those that wait for their names are named. */
static bool is_why_nothing_ran(const struct kbm_run *run, const struct kbm_not_run *not_run)
{
	return run->outcome_count == 0 && not_run->lacks == NULL;
}

static void put_not_run(struct kbm_page *page, const struct kbm_not_run *not_run)
{
	kbm_page_put(page, "- ");
	kbm_page_fill(page, INDENT, not_run->script->id, strlen(not_run->script->id));
	kbm_page_put(page, "  ");
	kbm_page_wrap(page, INDENT, not_run->script->title);
	kbm_page_end_line(page);
	if (not_run->lacks != NULL)
		put_labelled(page, "not run: it needs ", not_run->lacks);
	else
		put_labelled(page, "not run: on request only: kbmend run ", not_run->script->id);
	kbm_page_end_line(page);
}

bool kbm_report_run_text(const struct kbm_run *run, const struct kbm_report_style *style,
			 struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	if (!style->quiet) {
		kbm_report_target(&page, run->target, run->source_notes);
		kbm_page_end_line(&page);
	}
	for (size_t i = 0; i < run->outcome_count; i++) {
		if (!is_shown(run, &run->outcomes[i], style))
			continue;
		put_outcome(&page, &run->outcomes[i]);
		kbm_page_end_line(&page);
	}
	for (size_t i = 0; i < run->not_run_count; i++)
		if (style->verbose || is_why_nothing_ran(run, &run->not_run[i]))
			put_not_run(&page, &run->not_run[i]);
	put_common_plan(&page, run);
	if (!style->quiet)
		put_summary(&page, run);
	return !out->failed;
}

bool kbm_report_plan_text(const struct kbm_plan *plan, const struct kbm_report_style *style,
			  struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	kbm_report_target(&page, &plan->target, NULL);
	for (size_t i = 0; i < plan->script_count; i++) {
		const struct kbm_plan_script *script = &plan->scripts[i];
		kbm_page_put(&page, "script ");
		kbm_page_fill(&page, 7, script->id, strlen(script->id));
		kbm_page_put(&page, " ");
		kbm_page_fill(&page, 7, script->version, strlen(script->version));
		for (size_t j = 0; j < script->params.count; j++) {
			struct kbm_bytes param;
			kbm_bytes_init(&param, 4 * KBM_TEXT_MAX_BYTES);
			kbm_bytes_printf(&param, "  -p %s=%s", script->params.items[j].name,
					 script->params.items[j].value);
			kbm_page_wrap(&page, 7, kbm_bytes_text(&param));
			kbm_bytes_clear(&param);
		}
		kbm_page_end_line(&page);
	}
	kbm_page_end_line(&page);
	kbm_page_put(&page, "plan   ");
	kbm_report_plan_head(&page, 7, plan);
	kbm_report_plan_changes(&page, INDENT, plan, NULL, true);
	kbm_report_plan_remain(&page, INDENT, plan);
	struct kbm_bytes reads;
	kbm_bytes_init(&reads, 200);
	kbm_report_count(&reads, plan->precondition_count, "read");
	kbm_page_move_to(&page, INDENT);
	kbm_page_put(&page, "rests on ");
	kbm_page_put(&page, kbm_bytes_text(&reads));
	kbm_bytes_clear(&reads);
	kbm_page_put(&page,
		     style->verbose || plan->precondition_count == 0 ? "" : " (-v lists them)");
	kbm_page_end_line(&page);
	if (style->verbose)
		kbm_report_reads(&page, INNER, plan->preconditions, plan->precondition_count);
	return !out->failed;
}
