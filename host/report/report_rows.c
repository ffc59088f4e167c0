/* Registry rows in a table: what `reg find` found, and rows as comma-separated values. */
#include "report/report_rows.h"

#include "base/filetime.h"
#include "base/limits.h"
#include "base/text.h"
#include "plan/change.h"
#include "report/csv.h"
#include "report/report_registry.h"

#include <string.h>

/* So much of a value's data is shown on the line of a hit. */
enum { SHOWN_BYTES = 200 };

/* What of a hit matched, of enum kbm_find_part. */
static const char *matched_name(unsigned matched)
{
	switch (matched) {
	case KBM_FIND_KEY:
		return "key";
	case KBM_FIND_NAME:
		return "value";
	case KBM_FIND_DATA:
		return "data";
	default:
		return "value,data";
	}
}

static void put_data(const struct kbm_value *value, struct kbm_bytes *out)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 8 * KBM_HIVE_MAX_VALUE_BYTES);
	kbm_value_text(value->type, value->data, value->length, &text);
	size_t shown = kbm_text_whole_characters(kbm_bytes_text(&text), text.length, SHOWN_BYTES);
	kbm_text_escape(kbm_bytes_text(&text), shown, out);
	if (shown < text.length)
		kbm_bytes_printf(out, "... (%zu bytes of data)", value->length);
	out->failed = out->failed || text.failed;
	kbm_bytes_clear(&text);
}

bool kbm_report_hit_text(const struct kbm_registry_row *row, struct kbm_bytes *out)
{
	kbm_bytes_printf(out, "%s\t", matched_name(row->matched));
	if (row->path_length == 0)
		kbm_bytes_append_byte(out, '\\');
	kbm_text_escape(row->path, row->path_length, out);
	if (row->row_kind == KBM_ROW_VALUE) {
		char type[32];
		kbm_bytes_append_byte(out, '\t');
		if (row->value.name_length == 0)
			kbm_bytes_append_byte(out, '@');
		kbm_text_escape(row->value.name, row->value.name_length, out);
		kbm_bytes_printf(out, "\t%s\t", kbm_value_type_name(row->value.type, type));
		put_data(&row->value, out);
	}
	return kbm_bytes_append_byte(out, '\n');
}

bool kbm_report_rows_csv_header(bool of_hits, struct kbm_bytes *out)
{
	return kbm_csv_header(out, of_hits ? "matched,path,name,type,data,last_written"
					   : "kind,name,type,data,last_written,subkeys,values");
}

void kbm_report_data_csv(struct kbm_csv *csv, const struct kbm_value *value)
{
	char type[32];
	struct kbm_bytes data;
	if (value == NULL) {
		kbm_csv_word(csv, "");
		kbm_csv_word(csv, "");
		return;
	}
	kbm_bytes_init(&data, 8 * KBM_HIVE_MAX_VALUE_BYTES);
	kbm_csv_word(csv, kbm_value_type_name(value->type, type));
	kbm_report_data_cell(value, &data);
	kbm_csv_text(csv, kbm_bytes_text(&data), data.length);
	csv->out->failed = csv->out->failed || data.failed;
	kbm_bytes_clear(&data);
}

void kbm_report_value_csv(struct kbm_csv *csv, const struct kbm_value *value)
{
	kbm_csv_text(csv, value->name, value->name_length);
	kbm_report_data_csv(csv, value);
}

static void put_hit(struct kbm_csv *csv, const struct kbm_registry_row *row)
{
	char written[KBM_FILETIME_TEXT_BYTES];
	kbm_csv_word(csv, matched_name(row->matched));
	kbm_csv_text(csv, row->path, row->path_length);
	if (row->row_kind == KBM_ROW_VALUE) {
		kbm_report_value_csv(csv, &row->value);
	} else {
		kbm_csv_text(csv, row->key.name, row->key.name_length);
		kbm_report_data_csv(csv, NULL);
	}
	kbm_csv_word(csv, kbm_filetime_text(row->last_written, written));
}

static void put_listed(struct kbm_csv *csv, const struct kbm_registry_row *row)
{
	char written[KBM_FILETIME_TEXT_BYTES];
	kbm_csv_word(csv, row->row_kind == KBM_ROW_KEY ? "key" : "value");
	if (row->row_kind == KBM_ROW_VALUE) {
		kbm_report_value_csv(csv, &row->value);
		for (size_t i = 0; i < 3; i++)
			kbm_csv_word(csv, "");
		return;
	}
	kbm_csv_text(csv, row->key.name, row->key.name_length);
	kbm_report_data_csv(csv, NULL);
	kbm_csv_word(csv, kbm_filetime_text(row->key.last_written, written));
	kbm_csv_number(csv, row->key.subkey_count);
	kbm_csv_number(csv, row->key.value_count);
}

bool kbm_report_row_csv(const struct kbm_registry_row *row, struct kbm_bytes *out)
{
	struct kbm_csv csv = {out, false};
	if (row->matched != 0)
		put_hit(&csv, row);
	else
		put_listed(&csv, row);
	return kbm_csv_end(&csv);
}
