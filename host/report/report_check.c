/* The check of a hive's structure as people and programs read it. */
#include "report/report_check.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/csv.h"
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
#define MAY_NEED_LOGS                                                                        \
	"the checksum of its base block is wrong: logs may hold changes, and whether it is " \
	"sound with them cannot be told"

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

/* What is known of it in one word of each sort: on a page, with a colour, for programs. */
struct verdict {
	enum kbm_ink ink;
	const char *mark;
	const char *ascii_mark;
	const char *text;
	const char *sound; /* true, false or unknown */
};
static const struct verdict verdicts[] = {
    {KBM_INK_GOOD, "✓", "ok", "sound", "true"},
    {KBM_INK_BAD, "✗", "FAIL", "damaged", "false"},
    {KBM_INK_DOUBT, "?", "?", "dirty", "unknown"},
    {KBM_INK_DOUBT, "?", "?", NULL, "unknown"},
};

static const struct verdict *verdict_of(const struct kbm_checked_hive *checked)
{
	enum { SOUND, DAMAGED, NEEDY, UNREAD };
	if (checked->problem != NULL)
		return &verdicts[UNREAD];
	if (checked->report->needs_logs)
		return &verdicts[NEEDY];
	return &verdicts[checked->report->problems > 0 ? DAMAGED : SOUND];
}

static bool is_unknown(const struct kbm_checked_hive *checked)
{
	return checked->problem != NULL || checked->report->needs_logs;
}

/* Why it cannot be told whether it is sound, and what helps. */
static void append_reason(const struct kbm_checked_hive *checked, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, checked->problem != NULL ? checked->problem
				   : checked->may_need_logs ? MAY_NEED_LOGS
							    : NEEDS_LOGS);
	if (checked->problem == NULL && checked->logs_reason != NULL)
		kbm_bytes_printf(out, "; %s", checked->logs_reason);
}

/* "HKLM\SYSTEM, config/SYSTEM: a hive of format 1.3, sound"; a problem names its file itself. */
static void put_verdict(struct kbm_page *page, const struct kbm_checked_hive *checked)
{
	const struct verdict *verdict = verdict_of(checked);
	bool utf8 = page->style->utf8;
	size_t indent = utf8 ? UTF8_MARK : ASCII_MARK;
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	kbm_page_put_colored(page, verdict->ink, utf8 ? verdict->mark : verdict->ascii_mark);
	kbm_page_move_to(page, indent);
	if (checked->mounted != NULL) {
		kbm_page_fill(page, indent, checked->mounted, strlen(checked->mounted));
		kbm_page_put(page, checked->problem == NULL ? ", " : ": ");
	}
	if (checked->problem != NULL) {
		kbm_bytes_append_text(&line, checked->problem);
	} else {
		kbm_page_fill(page, indent, checked->path, strlen(checked->path));
		kbm_bytes_printf(&line, ": a hive of format %" PRIu32 ".%" PRIu32 ", %s",
				 checked->report->major, checked->report->minor, verdict->text);
		if (checked->report->needs_logs) {
			kbm_bytes_append_text(&line, ": ");
			append_reason(checked, &line);
		}
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
	if (style->quiet && verdict_of(checked)->ink == KBM_INK_GOOD)
		return !out->failed;
	put_verdict(&page, checked);
	if (checked->problem != NULL)
		return !out->failed;
	if (!style->quiet)
		put_counts(&page, report);
	put_found(&page, "problem", report->problems, report->first_problems);
	if (!style->quiet)
		put_found(&page, "odd place", report->oddities, report->first_oddities);
	return !out->failed;
}

/* --- for programs --------------------------------------------------------------------------- */

enum { FORMAT_BYTES = 32, COUNTED = 7 };

static const char *format_of(const struct kbm_hive_check *report, char text[static FORMAT_BYTES])
{
	snprintf(text, FORMAT_BYTES, "%" PRIu32 ".%" PRIu32, report->major, report->minor);
	return text;
}

struct counted {
	const char *name;
	uint64_t count;
};
static void count(const struct kbm_hive_check *report, struct counted counts[static COUNTED])
{
	const struct counted all[COUNTED] = {
	    {"keys", report->keys},
	    {"values", report->values},
	    {"security_descriptors", report->descriptors},
	    {"used_cells", report->used_cells},
	    {"free_cells", report->free_cells},
	    {"free_bytes", report->free_bytes},
	    {"tail_bytes", report->tail_bytes},
	};
	memcpy(counts, all, sizeof all);
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
static json_t *sound_json(const struct kbm_checked_hive *checked)
{
	return is_unknown(checked) ? json_null() : json_boolean(checked->report->problems == 0);
}

static bool put_report(json_t *object, const struct kbm_hive_check *report)
{
	struct counted counts[COUNTED];
	char format[FORMAT_BYTES];
	bool done = kbm_json_put_text(object, "format", format_of(report, format));
	count(report, counts);
	for (size_t i = 0; done && i < COUNTED; i++)
		done = kbm_json_put_number(object, counts[i].name, counts[i].count);
	return done &&
	       kbm_json_put(object, "problems",
			    found_json(report->problems, report->first_problems)) &&
	       kbm_json_put(object, "oddities",
			    found_json(report->oddities, report->first_oddities));
}

static bool put_reason_json(json_t *object, const struct kbm_checked_hive *checked)
{
	struct kbm_bytes reason;
	kbm_bytes_init(&reason, 2 * KBM_TEXT_MAX_BYTES);
	if (is_unknown(checked))
		append_reason(checked, &reason);
	bool done = !reason.failed &&
		    kbm_json_put_text(object, "reason",
				      reason.length == 0 ? NULL : kbm_bytes_text(&reason));
	kbm_bytes_clear(&reason);
	return done;
}

static json_t *check_json(const struct kbm_checked_hive *checked)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "schema", CHECK_SCHEMA);
	if (checked->mounted != NULL)
		done = done && kbm_json_put_text(object, "mounted", checked->mounted);
	done = done && kbm_json_put_text(object, "path", checked->path) &&
	       kbm_json_put(object, "sound", sound_json(checked)) &&
	       put_reason_json(object, checked) &&
	       (checked->problem != NULL || put_report(object, checked->report));
	return kbm_json_whole(object, done);
}

bool kbm_report_check_json(const struct kbm_checked_hive *checked, bool line, struct kbm_bytes *out)
{
	bool done = kbm_json_write_and_drop(check_json(checked), !line, out);
	if (!done)
		out->failed = true;
	return done;
}

/* --- CSV ------------------------------------------------------------------------------------ */

bool kbm_report_check_csv_header(bool of_folder, struct kbm_bytes *out)
{
	return kbm_csv_header(out, of_folder ? "mounted,field,value" : "field,value");
}

static void begin_csv(const struct kbm_checked_hive *checked, const char *field,
		      struct kbm_csv *csv)
{
	csv->begun = false;
	if (checked->mounted != NULL)
		kbm_csv_word(csv, checked->mounted);
	kbm_csv_word(csv, field);
}

static void put_text_csv(const struct kbm_checked_hive *checked, const char *field,
			 const char *text, struct kbm_csv *csv)
{
	begin_csv(checked, field, csv);
	kbm_csv_word(csv, text);
	kbm_csv_end(csv);
}

static void put_reason_csv(const struct kbm_checked_hive *checked, struct kbm_csv *csv)
{
	struct kbm_bytes reason;
	kbm_bytes_init(&reason, 2 * KBM_TEXT_MAX_BYTES);
	if (is_unknown(checked)) {
		append_reason(checked, &reason);
		put_text_csv(checked, "reason", kbm_bytes_text(&reason), csv);
	}
	kbm_bytes_clear(&reason);
}

static void put_number_csv(const struct kbm_checked_hive *checked, const char *field,
			   uint64_t number, struct kbm_csv *csv)
{
	begin_csv(checked, field, csv);
	kbm_csv_number(csv, number);
	kbm_csv_end(csv);
}

/* Their count, and a row for each that is kept. */
static void put_found_csv(const struct kbm_checked_hive *checked, const char *const fields[2],
			  uint64_t number, const char (*first)[KBM_ERROR_MESSAGE_BYTES],
			  struct kbm_csv *csv)
{
	put_number_csv(checked, fields[0], number, csv);
	for (uint64_t i = 0; i < number && i < KBM_HIVE_CHECK_KEPT; i++)
		put_text_csv(checked, fields[1], first[i], csv);
}

bool kbm_report_check_csv(const struct kbm_checked_hive *checked, struct kbm_bytes *out)
{
	static const char *const problems[] = {"problems", "problem"};
	static const char *const oddities[] = {"oddities", "oddity"};
	const struct kbm_hive_check *report = checked->report;
	struct counted counts[COUNTED];
	char format[FORMAT_BYTES];
	struct kbm_csv csv = {out, false};
	put_text_csv(checked, "path", checked->path, &csv);
	put_text_csv(checked, "sound", verdict_of(checked)->sound, &csv);
	put_reason_csv(checked, &csv);
	if (checked->problem != NULL)
		return !out->failed;
	put_text_csv(checked, "format", format_of(report, format), &csv);
	count(report, counts);
	for (size_t i = 0; i < COUNTED; i++)
		put_number_csv(checked, counts[i].name, counts[i].count, &csv);
	put_found_csv(checked, problems, report->problems, report->first_problems, &csv);
	put_found_csv(checked, oddities, report->oddities, report->first_oddities, &csv);
	return !out->failed;
}
