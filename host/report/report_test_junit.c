/* Tests of scripts as JUnit's XML, which build servers read.
 *
 * XML 1.0 has no control characters: all texts are escaped as for a terminal first, and then as
 * XML has it. */
#include "report/report_test.h"

#include "base/limits.h"
#include "base/text.h"
#include "report/line_diff.h"

#include <inttypes.h>
#include <string.h>

/* A character of text that was escaped already. The two that are no characters at all, which XML
 * has not either, are no matter for a terminal. */
static void put_character(struct kbm_bytes *out, const char *text, size_t size, uint32_t code)
{
	static const struct {
		uint32_t code;
		const char *entity;
	} entities[] = {{'&', "&amp;"},	      {'<', "&lt;"},	{'>', "&gt;"},
			{'"', "&quot;"},      {'\'', "&apos;"}, {0xFFFE, "\\u{FFFE}"},
			{0xFFFF, "\\u{FFFF}"}};
	for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
		if (code == entities[i].code) {
			kbm_bytes_append_text(out, entities[i].entity);
			return;
		}
	kbm_bytes_append(out, text, size);
}

static void put_text(struct kbm_bytes *out, const char *text, size_t length)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, KBM_REPORT_MAX_BYTES);
	if (!kbm_text_escape(text, length, &shown))
		out->failed = true;
	const char *safe = kbm_bytes_text(&shown);
	for (size_t at = 0, size = 0; at < shown.length; at += size) {
		uint32_t code = kbm_text_next(safe + at, shown.length - at, &size);
		put_character(out, safe + at, size, code);
	}
	kbm_bytes_clear(&shown);
}

static void put_attribute(struct kbm_bytes *out, const char *name, const char *text)
{
	kbm_bytes_printf(out, " %s=\"", name);
	put_text(out, text, strlen(text));
	kbm_bytes_append_byte(out, '"');
}

static void put_time(struct kbm_bytes *out, uint64_t milliseconds)
{
	kbm_bytes_printf(out, " time=\"%" PRIu64 ".%03u\"", milliseconds / 1000,
			 (unsigned)(milliseconds % 1000));
}

static void put_difference(struct kbm_bytes *out, const struct kbm_trial *trial)
{
	struct kbm_line_diff diff;
	const char *expected = trial->expected == NULL ? "" : trial->expected;
	if (!kbm_line_diff_make(expected, trial->found, &diff))
		out->failed = true;
	for (size_t i = 0; i < diff.count; i++) {
		const struct kbm_diff_line *line = &diff.lines[i];
		if (line->starts_hunk) {
			char head[KBM_LINE_DIFF_HEAD_BYTES];
			kbm_line_diff_head(&diff, i, head);
			kbm_bytes_printf(out, "%s\n", head);
		}
		if (!line->is_near)
			continue;
		kbm_bytes_append_byte(out, (uint8_t)line->mark);
		put_text(out, line->text, line->length);
		kbm_bytes_append_byte(out, '\n');
	}
	kbm_line_diff_clear(&diff);
}

/* What is inside a case that did not simply pass. */
static void put_outcome(struct kbm_bytes *out, const struct kbm_trial *trial)
{
	const char *problem = trial->problem == NULL ? "" : trial->problem;
	switch (trial->state) {
	case KBM_TRIAL_PASSED:
	case KBM_TRIAL_ACCEPTED:
		break;
	case KBM_TRIAL_ELSEWHERE:
		kbm_bytes_append_text(out, "      <skipped");
		put_attribute(out, "message", problem);
		kbm_bytes_append_text(out, "/>\n");
		break;
	case KBM_TRIAL_DIFFERS:
	case KBM_TRIAL_NEW:
		kbm_bytes_append_text(out, "      <failure");
		put_attribute(out, "message",
			      trial->state == KBM_TRIAL_NEW
				  ? "there is no expected.txt: kbmend test --accept writes it"
				  : "what was found (+) is not what is expected (-)");
		kbm_bytes_append_text(out, ">");
		put_difference(out, trial);
		kbm_bytes_append_text(out, "</failure>\n");
		break;
	case KBM_TRIAL_BROKEN:
		kbm_bytes_append_text(out, "      <error");
		put_attribute(out, "message", problem);
		kbm_bytes_append_text(out, "/>\n");
		break;
	case KBM_TRIAL_STATES:
		break;
	}
}

static void put_case(struct kbm_bytes *out, const struct kbm_trials *trials,
		     const struct kbm_trial *trial)
{
	bool passed = trial->state == KBM_TRIAL_PASSED || trial->state == KBM_TRIAL_ACCEPTED;
	kbm_bytes_append_text(out, "    <testcase");
	put_attribute(out, "classname", trials->script);
	put_attribute(out, "name", trial->name);
	put_time(out, trial->took_ms);
	kbm_bytes_append_text(out, passed ? "/>\n" : ">\n");
	if (passed)
		return;
	put_outcome(out, trial);
	kbm_bytes_append_text(out, "    </testcase>\n");
}

static uint64_t time_of(const struct kbm_trials *trials)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < trials->count; i++)
		sum += trials->items[i].took_ms;
	return sum;
}

static void put_counts(struct kbm_bytes *out, const struct kbm_trial_counts *counts, bool is_strict,
		       uint64_t time)
{
	size_t incomplete = is_strict ? counts->incomplete : 0;
	kbm_bytes_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
			 counts->cases + counts->untested + incomplete,
			 counts->of[KBM_TRIAL_DIFFERS] + counts->of[KBM_TRIAL_NEW] + incomplete,
			 counts->of[KBM_TRIAL_BROKEN] + counts->untested,
			 counts->of[KBM_TRIAL_ELSEWHERE]);
	put_time(out, time);
}

/* What is wrong with the script's tests as a whole: a case of its own, `element` in it. */
static void put_whole(struct kbm_bytes *out, const struct kbm_trials *trials, const char *name,
		      const char *element, const char *message)
{
	kbm_bytes_append_text(out, "    <testcase");
	put_attribute(out, "classname", trials->script);
	put_attribute(out, "name", name);
	kbm_bytes_printf(out, " time=\"0.000\">\n      <%s", element);
	put_attribute(out, "message", message);
	kbm_bytes_append_text(out, "/>\n    </testcase>\n");
}

static void put_suite(struct kbm_bytes *out, const struct kbm_trials *trials, bool is_strict)
{
	struct kbm_trial_counts counts = {0};
	kbm_trials_count(trials, &counts);
	kbm_bytes_append_text(out, "  <testsuite");
	put_attribute(out, "name", trials->script);
	put_counts(out, &counts, is_strict, time_of(trials));
	kbm_bytes_append_text(out, ">\n");
	if (trials->problem != NULL)
		put_whole(out, trials, "(script)", "error", trials->problem);
	else if (is_strict && kbm_trials_lack_any(trials))
		put_whole(out, trials, "(complete)", "failure",
			  "kinds of cases are missing: kbmend test --complete names them");
	for (size_t i = 0; i < trials->count; i++)
		put_case(out, trials, &trials->items[i]);
	kbm_bytes_append_text(out, "  </testsuite>\n");
}

bool kbm_report_test_junit(const struct kbm_test *test, struct kbm_bytes *out)
{
	struct kbm_trial_counts counts = {0};
	uint64_t time = 0;
	for (size_t i = 0; i < test->count; i++) {
		kbm_trials_count(&test->scripts[i], &counts);
		time += time_of(&test->scripts[i]);
	}
	kbm_bytes_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				   "<testsuites name=\"kbmend test\"");
	put_counts(out, &counts, test->is_strict, time);
	kbm_bytes_append_text(out, ">\n");
	for (size_t i = 0; i < test->count; i++)
		put_suite(out, &test->scripts[i], test->is_strict);
	kbm_bytes_append_text(out, "</testsuites>\n");
	return !out->failed;
}
