/* The recovery of a hive as people and programs read it. */
#include "report/report_recover.h"

#include "base/absolute.h"
#include "guard/hive_logs.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/csv.h"
#include "report/page.h"

#include <inttypes.h>
#include <string.h>

enum { INDENT = 2, REASON_INDENT = 4 };
#define RECOVER_SCHEMA "kbmend.recover/1"

static void append_replayed(const struct kbm_log_report *report, struct kbm_bytes *line)
{
	const char *plural = report->count == 1 ? "" : "s";
	if (report->kind == KBM_LOG_PAGES)
		kbm_bytes_printf(line, "%u page%s replayed", report->count, plural);
	else if (report->count == 1)
		kbm_bytes_printf(line, "1 entry replayed, number %u", report->first);
	else
		kbm_bytes_printf(line, "%u entries replayed, %u to %u", report->count,
				 report->first, report->last);
}

/* "SYSTEM.LOG1: 2 entries replayed, 7 to 8; then: the hash of entry 9 is wrong", behind the name */
static void append_outcome(const struct kbm_log_report *report, struct kbm_bytes *line)
{
	kbm_bytes_append_text(line, ": ");
	if (report->replayed)
		append_replayed(report, line);
	if (report->reason.code != KBM_OK)
		kbm_bytes_printf(line, "%s%s", report->replayed ? "; then: " : "not replayed: ",
				 report->reason.message);
	else if (!report->replayed)
		kbm_bytes_append_text(line, "empty");
}

static void put_log(struct kbm_page *page, const struct kbm_source_log *log, struct kbm_bytes *line)
{
	const char *name = kbm_path_last(log->path);
	kbm_page_move_to(page, INDENT);
	kbm_page_fill(page, INDENT, name, strlen(name));
	kbm_bytes_reset(line);
	append_outcome(&log->report, line);
	kbm_page_wrap(page, REASON_INDENT, kbm_bytes_text(line));
	kbm_page_end_line(page);
}

static void put_head(struct kbm_page *page, const struct kbm_source *source, struct kbm_bytes *line)
{
	kbm_page_fill(page, INDENT, source->path, strlen(source->path));
	if (source->base_from_log)
		kbm_bytes_append_text(line, ": its base block is broken; a log's takes its place");
	else
		kbm_bytes_printf(line,
				 ": was not written to its end: its sequence numbers are %" PRIu32
				 " and %" PRIu32,
				 source->primary_sequence, source->secondary_sequence);
	kbm_page_wrap(page, INDENT, kbm_bytes_text(line));
	kbm_page_end_line(page);
}

static void put_written(struct kbm_page *page, const struct kbm_recovered_hive *recovered,
			struct kbm_bytes *line)
{
	kbm_page_put(page, "wrote ");
	kbm_page_fill(page, INDENT, recovered->output, strlen(recovered->output));
	kbm_bytes_reset(line);
	kbm_bytes_printf(line, ": a clean hive of %" PRIu64 " bytes, sequence number %" PRIu32,
			 recovered->bytes, recovered->source->recovered_sequence);
	kbm_page_wrap(page, INDENT, kbm_bytes_text(line));
	kbm_page_end_line(page);
	if (recovered->problems == 0)
		return;
	kbm_bytes_reset(line);
	kbm_bytes_printf(line,
			 "its structure has %" PRIu64 " problem%s: `kbmend reg check` lists %s",
			 recovered->problems, recovered->problems == 1 ? "" : "s",
			 recovered->problems == 1 ? "it" : "them");
	kbm_page_move_to(page, INDENT);
	kbm_page_wrap_colored(page, INDENT, KBM_INK_DOUBT, kbm_bytes_text(line));
	kbm_page_end_line(page);
}

static void put_gap(struct kbm_page *page, const struct kbm_source *source, struct kbm_bytes *line)
{
	kbm_bytes_reset(line);
	kbm_hive_logs_append_gap(source, source->path, line);
	if (line->length == 0)
		return;
	kbm_page_move_to(page, INDENT);
	kbm_page_wrap(page, INDENT, kbm_bytes_text(line));
	kbm_page_end_line(page);
}

bool kbm_report_recover_text(const struct kbm_recovered_hive *recovered,
			     const struct kbm_report_style *style, struct kbm_bytes *out)
{
	const struct kbm_source *source = recovered->source;
	struct kbm_page page = {.out = out, .style = style};
	struct kbm_bytes line;
	kbm_bytes_init(&line, out->maximum);
	if (!style->quiet) {
		put_head(&page, source, &line);
		for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
			if (source->logs[i].path != NULL)
				put_log(&page, &source->logs[i], &line);
		put_gap(&page, source, &line);
	}
	if (recovered->output != NULL && (!style->quiet || recovered->problems > 0))
		put_written(&page, recovered, &line);
	kbm_bytes_clear(&line);
	return !out->failed;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static json_t *log_json(const struct kbm_source_log *log)
{
	static const char *const kinds[] = {
	    [KBM_LOG_NONE] = NULL, [KBM_LOG_PAGES] = "pages", [KBM_LOG_ENTRIES] = "entries"};
	const struct kbm_log_report *report = &log->report;
	json_t *object = json_object();
	bool has_reason = report->reason.code != KBM_OK;
	bool done = object != NULL && kbm_json_put_text(object, "path", log->path) &&
		    kbm_json_put_text(object, "kind", kinds[report->kind]) &&
		    kbm_json_put(object, "replayed", json_boolean(report->replayed)) &&
		    kbm_json_put_number(object, "count", report->count) &&
		    kbm_json_put_number(object, "first", report->first) &&
		    kbm_json_put_number(object, "last", report->last) &&
		    kbm_json_put_text(object, "reason", has_reason ? report->reason.message : NULL);
	return kbm_json_whole(object, done);
}

static bool put_gap_json(json_t *object, const struct kbm_source *source)
{
	struct kbm_bytes gap;
	kbm_bytes_init(&gap, KBM_TEXT_MAX_BYTES);
	kbm_hive_logs_append_gap(source, source->path, &gap);
	bool done = gap.length == 0 || kbm_json_put_text(object, "missing", kbm_bytes_text(&gap));
	kbm_bytes_clear(&gap);
	return done;
}

static json_t *recover_json(const struct kbm_recovered_hive *recovered)
{
	const struct kbm_source *source = recovered->source;
	json_t *object = json_object();
	json_t *logs = NULL;
	bool is_written = recovered->output != NULL;
	bool done =
	    object != NULL && kbm_json_put_text(object, "schema", RECOVER_SCHEMA) &&
	    kbm_json_put_text(object, "path", source->path) &&
	    kbm_json_put_number(object, "primary_sequence", source->primary_sequence) &&
	    kbm_json_put_number(object, "secondary_sequence", source->secondary_sequence) &&
	    kbm_json_put(object, "recovered", json_boolean(is_written)) &&
	    kbm_json_put_text(object, "reason", recovered->reason) &&
	    kbm_json_put(object, "base_block_from_log", json_boolean(source->base_from_log)) &&
	    kbm_json_put_array(object, "logs", &logs);
	for (size_t i = 0; done && i < KBM_HIVE_LOGS; i++)
		if (source->logs[i].path != NULL)
			done = kbm_json_append(logs, log_json(&source->logs[i]));
	done = done && put_gap_json(object, source) &&
	       kbm_json_put_text(object, "output", recovered->output);
	if (done && is_written)
		done = kbm_json_put_number(object, "bytes", recovered->bytes) &&
		       kbm_json_put_number(object, "sequence", source->recovered_sequence) &&
		       kbm_json_put_number(object, "problems", recovered->problems);
	return kbm_json_whole(object, done);
}

bool kbm_report_recover_json(const struct kbm_recovered_hive *recovered, bool line,
			     struct kbm_bytes *out)
{
	bool done = kbm_json_write_and_drop(recover_json(recovered), !line, out);
	if (!done)
		out->failed = true;
	return done;
}

/* --- CSV ------------------------------------------------------------------------------------ */

static void put_text(struct kbm_csv *csv, const char *field, const char *text)
{
	if (text == NULL)
		return;
	kbm_csv_word(csv, field);
	kbm_csv_word(csv, text);
	kbm_csv_end(csv);
}

static void put_number(struct kbm_csv *csv, const char *field, uint64_t number)
{
	kbm_csv_word(csv, field);
	kbm_csv_number(csv, number);
	kbm_csv_end(csv);
}

static void put_logs(struct kbm_csv *csv, const struct kbm_source *source)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, csv->out->maximum);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		if (source->logs[i].path == NULL)
			continue;
		kbm_bytes_reset(&line);
		kbm_bytes_append_text(&line, kbm_path_last(source->logs[i].path));
		append_outcome(&source->logs[i].report, &line);
		put_text(csv, "log", kbm_bytes_text(&line));
	}
	kbm_bytes_reset(&line);
	kbm_hive_logs_append_gap(source, source->path, &line);
	put_text(csv, "missing", line.length == 0 ? NULL : kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

bool kbm_report_recover_csv(const struct kbm_recovered_hive *recovered, struct kbm_bytes *out)
{
	const struct kbm_source *source = recovered->source;
	struct kbm_csv csv = {out, false};
	kbm_csv_header(out, "field,value");
	put_text(&csv, "path", source->path);
	put_number(&csv, "primary_sequence", source->primary_sequence);
	put_number(&csv, "secondary_sequence", source->secondary_sequence);
	put_text(&csv, "recovered", recovered->output == NULL ? "false" : "true");
	put_text(&csv, "reason", recovered->reason);
	put_text(&csv, "base_block_from_log", source->base_from_log ? "true" : "false");
	put_logs(&csv, source);
	put_text(&csv, "output", recovered->output);
	if (recovered->output != NULL) {
		put_number(&csv, "bytes", recovered->bytes);
		put_number(&csv, "sequence", source->recovered_sequence);
		put_number(&csv, "problems", recovered->problems);
	}
	return !out->failed;
}
