/* The check of a hive's structure as people and programs read it. */
#include "report/report_check.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/page.h"
#include "report/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 2, ITEM_INDENT = 4, ASCII_MARK = 5, UTF8_MARK = 2 };
#define CHECK_SCHEMA "kbmend.check/1"
#define NEEDS_LOGS                                                                            \
	"its last changes are in its logs only, and whether it is sound with them cannot be " \
	"told"

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void put_line(struct kbm_page *page, size_t indent, const struct kbm_bytes *line)
{
	kbm_page_move_to(page, indent);
	kbm_page_wrap(page, indent, kbm_bytes_text(line));
	kbm_page_end_line(page);
}

static void put_counts(struct kbm_page *page, const struct kbm_hive_check *report)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	kbm_bytes_printf(
	    &line, "%" PRIu64 " key%s, %" PRIu64 " value%s, %" PRIu64 " security descriptor%s",
	    report->keys, plural(report->keys), report->values, plural(report->values),
	    report->descriptors, plural(report->descriptors));
	put_line(page, INDENT, &line);
	kbm_bytes_reset(&line);
	kbm_bytes_printf(&line, "%" PRIu64 " cell%s in use, %" PRIu64 " free (%" PRIu64 " byte%s)",
			 report->used_cells, plural(report->used_cells), report->free_cells,
			 report->free_bytes, plural(report->free_bytes));
	put_line(page, INDENT, &line);
	kbm_bytes_clear(&line);
}

/* What was found of one sort: how much, and the first ones. */
static void put_found(struct kbm_page *page, const char *sort, uint64_t count,
		      const char (*first)[KBM_ERROR_MESSAGE_BYTES])
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	if (count > 0) {
		kbm_report_count(&line, count, sort);
		put_line(page, INDENT, &line);
	}
	for (uint64_t i = 0; i < count && i < KBM_HIVE_CHECK_KEPT; i++) {
		kbm_bytes_reset(&line);
		kbm_bytes_append_text(&line, first[i]);
		put_line(page, ITEM_INDENT, &line);
	}
	if (count > KBM_HIVE_CHECK_KEPT) {
		kbm_bytes_reset(&line);
		kbm_bytes_printf(&line, "and %" PRIu64 " more", count - KBM_HIVE_CHECK_KEPT);
		put_line(page, ITEM_INDENT, &line);
	}
	kbm_bytes_clear(&line);
}

/* Why it cannot be told whether a dirty hive is sound, and what helps. */
static void append_need(const struct kbm_checked_hive *checked, struct kbm_bytes *out)
{
	const char *reason = checked->source->logs_reason;
	kbm_bytes_append_text(out, NEEDS_LOGS);
	if (reason != NULL)
		kbm_bytes_printf(out, "; %s", reason);
}

static void put_verdict(struct kbm_page *page, const struct kbm_checked_hive *checked)
{
	const struct kbm_hive_check *report = checked->report;
	bool utf8 = page->style->utf8;
	size_t indent = utf8 ? UTF8_MARK : ASCII_MARK;
	if (report->needs_logs)
		kbm_page_put_colored(page, KBM_INK_DOUBT, "?");
	else if (report->problems > 0)
		kbm_page_put_colored(page, KBM_INK_BAD, utf8 ? "✗" : "FAIL");
	else
		kbm_page_put_colored(page, KBM_INK_GOOD, utf8 ? "✓" : "ok");
	kbm_page_move_to(page, indent);
	kbm_page_fill(page, indent, checked->source->path, strlen(checked->source->path));
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	kbm_bytes_printf(&line, ": a hive of format %" PRIu32 ".%" PRIu32 ", ", report->major,
			 report->minor);
	if (report->needs_logs) {
		kbm_bytes_append_text(&line, "dirty: ");
		append_need(checked, &line);
	} else {
		kbm_bytes_append_text(&line, report->problems > 0 ? "damaged" : "sound");
	}
	kbm_page_wrap(page, indent, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
}

bool kbm_report_check_text(const struct kbm_checked_hive *checked,
			   const struct kbm_report_style *style, struct kbm_bytes *out)
{
	const struct kbm_hive_check *report = checked->report;
	struct kbm_page page = {.out = out, .style = style};
	if (style->quiet && report->problems == 0 && !report->needs_logs)
		return !out->failed;
	put_verdict(&page, checked);
	if (!style->quiet)
		put_counts(&page, report);
	put_found(&page, "problem", report->problems, report->first_problems);
	if (!style->quiet)
		put_found(&page, "odd place", report->oddities, report->first_oddities);
	return !out->failed;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static json_t *found_json(uint64_t count, const char (*first)[KBM_ERROR_MESSAGE_BYTES])
{
	json_t *object = json_object();
	json_t *texts = NULL;
	bool done = object != NULL && kbm_json_put_number(object, "count", count) &&
		    kbm_json_put_array(object, "first", &texts);
	for (uint64_t i = 0; done && i < count && i < KBM_HIVE_CHECK_KEPT; i++)
		done = kbm_json_append(texts, kbm_json_text(first[i], strlen(first[i])));
	return kbm_json_whole(object, done);
}

/* true, false, or null where it cannot be told */
static json_t *sound_json(const struct kbm_hive_check *report)
{
	return report->needs_logs ? json_null() : json_boolean(report->problems == 0);
}

static bool put_need_json(json_t *object, const struct kbm_checked_hive *checked)
{
	struct kbm_bytes reason;
	kbm_bytes_init(&reason, 2 * KBM_TEXT_MAX_BYTES);
	if (checked->report->needs_logs)
		append_need(checked, &reason);
	bool done = !reason.failed &&
		    kbm_json_put_text(object, "reason",
				      reason.length == 0 ? NULL : kbm_bytes_text(&reason));
	kbm_bytes_clear(&reason);
	return done;
}

static json_t *check_json(const struct kbm_checked_hive *checked)
{
	const struct kbm_source *source = checked->source;
	const struct kbm_hive_check *report = checked->report;
	json_t *object = json_object();
	char format[32];
	snprintf(format, sizeof format, "%" PRIu32 ".%" PRIu32, report->major, report->minor);
	bool done =
	    object != NULL && kbm_json_put_text(object, "schema", CHECK_SCHEMA) &&
	    kbm_json_put_text(object, "path", source->path) &&
	    kbm_json_put(object, "sound", sound_json(report)) && put_need_json(object, checked) &&
	    kbm_json_put_text(object, "format", format) &&
	    kbm_json_put_number(object, "keys", report->keys) &&
	    kbm_json_put_number(object, "values", report->values) &&
	    kbm_json_put_number(object, "security_descriptors", report->descriptors) &&
	    kbm_json_put_number(object, "used_cells", report->used_cells) &&
	    kbm_json_put_number(object, "free_cells", report->free_cells) &&
	    kbm_json_put_number(object, "free_bytes", report->free_bytes) &&
	    kbm_json_put_number(object, "tail_bytes", report->tail_bytes) &&
	    kbm_json_put(object, "problems",
			 found_json(report->problems, report->first_problems)) &&
	    kbm_json_put(object, "oddities", found_json(report->oddities, report->first_oddities));
	return kbm_json_whole(object, done);
}

bool kbm_report_check_json(const struct kbm_checked_hive *checked, bool line, struct kbm_bytes *out)
{
	bool done = kbm_json_write_and_drop(check_json(checked), !line, out);
	if (!done)
		out->failed = true;
	return done;
}
