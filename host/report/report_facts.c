/* What a script's cases say of it, in its description. */
#include "report/report_facts.h"

#include <stdio.h>
#include <string.h>

#include "plan/json.h"
#include "plan/plan_json.h"

enum { PLACES_SHOWN = 6 };

/* Paths are broken only where a line is full, and what is behind them between words. */
static void put_place(struct kbm_page *page, size_t indent, const char *line)
{
	const char *names = strstr(line, " [");
	kbm_page_fill(page, indent, line, names == NULL ? strlen(line) : (size_t)(names - line));
	if (names != NULL)
		kbm_page_wrap(page, indent, names);
}

static void put_lines(struct kbm_page *page, size_t column, const char *label,
		      const struct kbm_text_list *lines, bool are_words)
{
	size_t shown =
	    lines->count > PLACES_SHOWN && !page->style->verbose ? PLACES_SHOWN : lines->count;
	for (size_t i = 0; i < shown; i++) {
		kbm_page_put(page, i == 0 ? label : "");
		kbm_page_move_to(page, column);
		if (are_words)
			kbm_page_wrap(page, column + 2, lines->items[i]);
		else
			put_place(page, column + 2, lines->items[i]);
		kbm_page_end_line(page);
	}
	if (shown < lines->count) {
		char more[64];
		snprintf(more, sizeof more, "and %zu more (-v lists them)", lines->count - shown);
		kbm_page_move_to(page, column);
		kbm_page_put(page, more);
		kbm_page_end_line(page);
	}
}

bool kbm_report_facts_are_known(const struct kbm_script_facts *facts)
{
	return facts != NULL && facts->sha256[0] != '\0';
}

const char *kbm_report_facts_missing(const struct kbm_script_facts *facts)
{
	return facts->is_stale ? "its cases are of another version" : "no cases are known of it";
}

const char *kbm_report_facts_changes(const struct kbm_script_facts *facts)
{
	return kbm_report_facts_are_known(facts) && facts->changes.count == 0
		   ? "none: steps for a person only"
		   : "plans repairs";
}

void kbm_report_facts(struct kbm_page *page, size_t column, const struct kbm_script_facts *facts)
{
	if (!kbm_report_facts_are_known(facts)) {
		kbm_page_put(page, "cases");
		kbm_page_move_to(page, column);
		kbm_page_put(page, kbm_report_facts_missing(facts));
		kbm_page_end_line(page);
		return;
	}
	put_lines(page, column, "looks at", &facts->places, false);
	put_lines(page, column, "searches", &facts->searches, true);
	put_lines(page, column, "may change", &facts->changes, false);
	put_lines(page, column, "by hand", &facts->manual, true);
}

/* How far a line is indented where it stands. */
static size_t indent_of(const char *line)
{
	return strspn(line, " ");
}

void kbm_report_facts_sample(struct kbm_page *page, const struct kbm_script_facts *facts)
{
	if (facts->sample.count == 0)
		return;
	kbm_page_end_line(page);
	kbm_page_put(page, "sample");
	kbm_page_end_line(page);
	for (size_t i = 0; i < facts->sample.count; i++) {
		const char *line = facts->sample.items[i];
		size_t indent = 2 + indent_of(line);
		kbm_page_move_to(page, indent);
		kbm_page_wrap(page, indent + 2, line + indent_of(line));
		kbm_page_end_line(page);
	}
}

json_t *kbm_report_facts_json(const struct kbm_script_facts *facts)
{
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "looks_at", kbm_json_text_list(&facts->places)) &&
		    kbm_json_put(object, "searches", kbm_json_text_list(&facts->searches)) &&
		    kbm_json_put(object, "may_change", kbm_json_text_list(&facts->changes)) &&
		    kbm_json_put(object, "manual", kbm_json_text_list(&facts->manual)) &&
		    kbm_json_put(object, "sample", kbm_json_text_list(&facts->sample));
	return kbm_json_whole(object, done);
}
