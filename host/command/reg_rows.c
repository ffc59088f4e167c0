/* Rows of an answer on their way to standard output, in the form that -f names. */
#include "command/reg_rows.h"

#include "base/limits.h"
#include "command/command.h"
#include "report/csv.h"
#include "report/report_registry.h"
#include "report/report_rows.h"

#include <inttypes.h>

enum { FLUSH_AT = 64 * 1024 };
#define MAX_ROW (10 * KBM_HIVE_MAX_VALUE_BYTES)

static void print_header(struct kbm_reg_rows *rows)
{
	if (rows->format != KBM_FORMAT_CSV)
		return;
	if (rows->kind == KBM_QUERY_DUMP)
		kbm_report_dump_csv_header(&rows->out);
	else
		kbm_report_rows_csv_header(rows->kind == KBM_QUERY_FIND, &rows->out);
}

void kbm_reg_rows_begin(struct kbm_reg_rows *rows, const struct kbm_options *options,
			const struct kbm_registry_query *query)
{
	bool is_search = query->kind == KBM_QUERY_FIND;
	*rows =
	    (struct kbm_reg_rows){.format = options->format,
				  .kind = query->kind,
				  .data_only = query->kind == KBM_QUERY_GET && query->name != NULL,
				  .canonical = options->canonical};
	kbm_bytes_init(&rows->out, MAX_ROW);
	kbm_dump_line_init(&rows->line);
	kbm_progress_begin(&rows->progress, options,
			   is_search ? "keys and values searched" : "lines");
	print_header(rows);
}

void kbm_reg_rows_clear(struct kbm_reg_rows *rows)
{
	kbm_bytes_clear(&rows->out);
	kbm_dump_line_clear(&rows->line);
	kbm_damage_notes_clear(&rows->damage);
}

/* A list's rows begin with what parts them from those before. */
static void begin_row(struct kbm_reg_rows *rows)
{
	if (rows->format == KBM_FORMAT_JSON)
		kbm_bytes_append_byte(&rows->out, rows->count == 0 ? '[' : ',');
}

static enum kbm_code append_dumped(struct kbm_reg_rows *rows, const struct kbm_registry_row *row,
				   struct kbm_error *error)
{
	struct kbm_bytes *out = &rows->out;
	if (rows->format == KBM_FORMAT_TEXT) {
		kbm_report_dump_text(row, rows->canonical, out);
		return KBM_OK;
	}
	enum kbm_code code = kbm_dump_line_read(row->text, row->text_length, &rows->line, error);
	if (code != KBM_OK)
		return code;
	begin_row(rows);
	if (rows->format == KBM_FORMAT_CSV)
		kbm_report_dump_csv(&rows->line, out);
	else
		kbm_report_dump_json(&rows->line, out);
	return KBM_OK;
}

static enum kbm_code append_row(struct kbm_reg_rows *rows, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	struct kbm_bytes *out = &rows->out;
	bool is_damage = row->row_kind == KBM_ROW_DAMAGE;
	if (rows->kind == KBM_QUERY_DUMP && !is_damage) {
		return append_dumped(rows, row, error);
	} else if (rows->format == KBM_FORMAT_JSON || rows->format == KBM_FORMAT_JSONL) {
		begin_row(rows);
		kbm_report_row_json(row, out);
	} else if (is_damage) {
		return KBM_OK; /* is talk */
	} else if (rows->format == KBM_FORMAT_CSV) {
		kbm_report_row_csv(row, out);
	} else if (rows->kind == KBM_QUERY_FIND) {
		kbm_report_hit_text(row, out);
	} else if (rows->data_only) {
		kbm_report_data_text(&row->value, out);
		kbm_bytes_append_byte(out, '\n');
	} else {
		kbm_report_row_text(row, rows->kind == KBM_QUERY_LS, out);
	}
	return KBM_OK;
}

enum kbm_code kbm_reg_rows_take(void *context, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	struct kbm_reg_rows *rows = context;
	if (row->row_kind == KBM_ROW_DAMAGE)
		kbm_damage_notes_take(&rows->damage, row);
	if (row->row_kind == KBM_ROW_PROGRESS) {
		kbm_progress_show(&rows->progress, row->looked);
		return KBM_OK;
	}
	enum kbm_code code = append_row(rows, row, error);
	if (code != KBM_OK)
		return code;
	rows->count++;
	if (rows->kind != KBM_QUERY_FIND && rows->count == 1)
		kbm_progress_restart(&rows->progress);
	else if (rows->kind != KBM_QUERY_FIND)
		kbm_progress_show(&rows->progress, rows->count);
	if (!rows->out.failed && rows->out.length < FLUSH_AT)
		return KBM_OK;
	kbm_progress_erase(&rows->progress);
	return kbm_command_flush(&rows->out, &rows->stuck, error);
}

static void append_incomplete(struct kbm_reg_rows *rows)
{
	begin_row(rows);
	kbm_bytes_append_text(&rows->out, "{\"incomplete\":true");
	if (rows->damage.places > 0)
		kbm_bytes_printf(&rows->out, ",\"places\":%" PRIu64, rows->damage.places);
	kbm_bytes_append_text(&rows->out, "}\n");
	rows->count++;
}

static void append_stale(struct kbm_reg_rows *rows)
{
	begin_row(rows);
	kbm_bytes_append_text(&rows->out, "{\"stale\":true}\n");
	rows->count++;
}

/* In the column of data. */
static void append_csv_mark(struct kbm_reg_rows *rows, const char *mark, uint64_t count)
{
	bool has_paths = rows->kind == KBM_QUERY_DUMP || rows->kind == KBM_QUERY_FIND;
	kbm_csv_mark(&rows->out, mark, has_paths ? 3 : 2, count, has_paths ? 1 : 3);
}

/* No program may take a part for the whole, or an older state for the last. */
void kbm_reg_rows_end(struct kbm_reg_rows *rows, bool is_whole, bool is_stale)
{
	if (rows->format == KBM_FORMAT_CSV && !is_whole)
		append_csv_mark(rows, "incomplete", rows->damage.places);
	if (rows->format == KBM_FORMAT_CSV && is_stale)
		append_csv_mark(rows, "stale", 0);
	bool is_list = rows->format == KBM_FORMAT_JSON;
	bool has_marks = is_list || rows->format == KBM_FORMAT_JSONL;
	if (has_marks && !is_whole)
		append_incomplete(rows);
	if (has_marks && is_stale)
		append_stale(rows);
	if (is_list)
		kbm_bytes_append_text(&rows->out, rows->count == 0 ? "[]\n" : "]\n");
}
