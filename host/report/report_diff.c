/* Differences of two registries as people and programs read them. */
#include "report/report_diff.h"

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/csv.h"
#include "report/page.h"
#include "report/report_rows.h"
#include "report/wording.h"

#include <inttypes.h>
#include <string.h>

enum {
	INDENT = 2,
	NAME_INDENT = 4,
	DATA_INDENT = 6,
	MOST_READ = 64 * KBM_KIB /* bytes of data: what is shown of them is less */
};

#define DIFF_SCHEMA "kbmend.diff/1"

/* --- counts ---------------------------------------------------------------------------------- */

void kbm_diff_count(struct kbm_diff_counts *counts, const struct kbm_registry_row *row)
{
	if (row->row_kind == KBM_ROW_CHANGED)
		counts->changed_values++;
	else if (row->row_kind == KBM_ROW_REMOVED)
		*(row->is_value ? &counts->removed_values : &counts->removed_keys) += 1;
	else
		*(row->is_value ? &counts->added_values : &counts->added_keys) += 1;
}

/* Appends ", 1 key and 2 values WHERE"; nothing when there are none. */
static void append_counts(struct kbm_bytes *out, uint64_t keys, uint64_t values, const char *where)
{
	if (keys == 0 && values == 0)
		return;
	kbm_bytes_append_text(out, out->length > 0 ? ", " : "");
	if (keys > 0)
		kbm_report_count(out, keys, "key");
	kbm_bytes_append_text(out, keys > 0 && values > 0 ? " and " : "");
	if (values > 0)
		kbm_report_count(out, values, "value");
	kbm_bytes_printf(out, " %s", where);
}

static void append_same(struct kbm_bytes *out, const struct kbm_diff_extent *extent)
{
	uint64_t left = extent->not_compared;
	if (!extent->is_whole)
		kbm_bytes_append_text(out, "no difference in what could be read");
	else if (left == 0 && extent->is_stale)
		kbm_bytes_append_text(out, "no difference in what was compared");
	else if (left == 0)
		kbm_bytes_append_text(out, "no difference");
	else
		kbm_bytes_printf(out, "no difference in what was compared (%" PRIu64 " %s not)",
				 left, left == 1 ? "key or value was" : "keys and values were");
}

bool kbm_report_diff_summary(const struct kbm_diff_counts *counts,
			     const struct kbm_diff_extent *extent,
			     const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_TEXT_MAX_BYTES);
	append_counts(&text, counts->removed_keys, counts->removed_values, "only in the first");
	append_counts(&text, counts->added_keys, counts->added_values, "only in the second");
	append_counts(&text, 0, counts->changed_values, "changed");
	bool is_same = text.length == 0;
	if (is_same)
		append_same(&text, extent);
	else
		kbm_page_end_line(&page);
	kbm_page_wrap(&page, 0, kbm_bytes_text(&text));
	kbm_page_end_line(&page);
	if (!extent->is_whole && !is_same)
		kbm_bytes_append_text(out, "incomplete: there may be more differences\n");
	if (extent->is_stale)
		kbm_bytes_append_text(out, "stale: one of the two was not written to its end\n");
	kbm_bytes_clear(&text);
	return !out->failed;
}

/* --- text ------------------------------------------------------------------------------------ */

bool kbm_report_diff_head(const char *first, const char *second,
			  const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_put_colored(&page, KBM_INK_HEAD, "--- ");
	kbm_page_fill(&page, NAME_INDENT, first, strlen(first));
	kbm_page_end_line(&page);
	kbm_page_put_colored(&page, KBM_INK_HEAD, "+++ ");
	kbm_page_fill(&page, NAME_INDENT, second, strlen(second));
	kbm_page_end_line(&page);
	return !out->failed;
}

static void put_mark(struct kbm_page *page, char mark)
{
	const char text[] = {mark, '\0'};
	kbm_page_put_colored(page,
			     mark == KBM_ROW_REMOVED ? KBM_INK_BAD
			     : mark == KBM_ROW_ADDED ? KBM_INK_GOOD
						     : KBM_INK_DOUBT,
			     text);
}

static void append_data(struct kbm_bytes *out, const struct kbm_value *value)
{
	struct kbm_bytes text;
	size_t read = value->length < (size_t)MOST_READ ? value->length : (size_t)MOST_READ;
	kbm_bytes_init(&text, 8UL * MOST_READ);
	kbm_value_text(value->type, value->data, read, &text);
	kbm_report_cut(out, &text, value->length, "-f json");
	kbm_bytes_clear(&text);
}

static void put_type(struct kbm_page *page, uint32_t type)
{
	char name[32];
	kbm_page_put(page, "  ");
	kbm_page_put(page, kbm_value_type_name(type, name));
}

static void put_state(struct kbm_page *page, char mark, bool has_type,
		      const struct kbm_value *value, const struct kbm_bytes *data)
{
	kbm_page_move_to(page, DATA_INDENT);
	put_mark(page, mark);
	if (has_type)
		put_type(page, value->type);
	kbm_page_put(page, has_type ? "  " : " ");
	kbm_page_fill(page, DATA_INDENT + 2, kbm_bytes_text(data), data->length);
	kbm_page_end_line(page);
}

static size_t columns(const struct kbm_bytes *text)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, 8UL * KBM_REPORT_MAX_DATA + 1024);
	size_t count = kbm_text_escape(kbm_bytes_text(text), text->length, &shown)
			   ? kbm_page_columns(kbm_bytes_text(&shown), shown.length)
			   : SIZE_MAX / 4;
	kbm_bytes_clear(&shown);
	return count;
}

/* What it was and what it is: on one line where both fit there, else one below the other. */
static void put_change(struct kbm_page *page, const struct kbm_registry_row *row)
{
	struct kbm_bytes before;
	struct kbm_bytes after;
	bool same_type = row->value.type == row->after.type;
	kbm_bytes_init(&before, 2UL * KBM_REPORT_MAX_DATA);
	kbm_bytes_init(&after, 2UL * KBM_REPORT_MAX_DATA);
	append_data(&before, &row->value);
	append_data(&after, &row->after);
	if (same_type)
		put_type(page, row->value.type);
	if (same_type &&
	    page->column + columns(&before) + columns(&after) + 6 <= kbm_page_edge(page, 0)) {
		kbm_page_put(page, "  ");
		kbm_page_fill(page, NAME_INDENT, kbm_bytes_text(&before), before.length);
		kbm_page_put(page, " -> ");
		kbm_page_fill(page, NAME_INDENT, kbm_bytes_text(&after), after.length);
		kbm_page_end_line(page);
	} else {
		kbm_page_end_line(page);
		put_state(page, KBM_ROW_REMOVED, !same_type, &row->value, &before);
		put_state(page, KBM_ROW_ADDED, !same_type, &row->after, &after);
	}
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
}

static void put_value(struct kbm_page *page, const struct kbm_registry_row *row)
{
	put_mark(page, row->row_kind);
	kbm_page_move_to(page, NAME_INDENT);
	if (row->value.name_length == 0)
		kbm_page_put(page, "@");
	else
		kbm_page_fill(page, DATA_INDENT, row->value.name, row->value.name_length);
	if (row->row_kind == KBM_ROW_CHANGED) {
		put_change(page, row);
		return;
	}
	struct kbm_bytes data;
	kbm_bytes_init(&data, 2UL * KBM_REPORT_MAX_DATA);
	append_data(&data, &row->value);
	put_type(page, row->value.type);
	kbm_page_put(page, "  ");
	kbm_page_fill(page, DATA_INDENT, kbm_bytes_text(&data), data.length);
	kbm_page_end_line(page);
	kbm_bytes_clear(&data);
}

bool kbm_report_difference_text(const struct kbm_registry_row *row, bool names_key,
				const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	if (!row->is_value || names_key) {
		if (!row->is_value)
			put_mark(&page, row->row_kind);
		kbm_page_move_to(&page, INDENT);
		if (row->text_length == 0)
			kbm_page_put(&page, "(root)");
		else
			kbm_page_fill(&page, NAME_INDENT, row->text, row->text_length);
		kbm_page_put(&page, row->is_value ? "" : "\\");
		kbm_page_end_line(&page);
	}
	if (row->is_value)
		put_value(&page, row);
	return !out->failed;
}

/* --- JSON ------------------------------------------------------------------------------------ */

bool kbm_report_diff_head_json(const char *first, const char *second, struct kbm_bytes *out)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "schema", DIFF_SCHEMA) &&
		    kbm_json_put_text(object, "first", first) &&
		    kbm_json_put_text(object, "second", second) &&
		    kbm_json_write(object, false, out, NULL) == KBM_OK;
	json_decref(object);
	if (!done) {
		out->failed = true;
		return false;
	}
	kbm_bytes_cut(out, out->length - strlen("}\n"));
	return kbm_bytes_append_text(out, ",\"differences\":[\n");
}

/* null: the value is not there; keys have neither. */
static json_t *state_json(const struct kbm_value *value)
{
	struct kbm_state state = {0};
	if (value == NULL)
		return json_null();
	if (!kbm_state_set_value(&state, value->type, value->data, value->length))
		return NULL;
	json_t *json = kbm_json_state(KBM_PLACE_VALUE, &state);
	kbm_state_clear(&state);
	return json;
}

static const char *change_name(const struct kbm_registry_row *row)
{
	return row->row_kind == KBM_ROW_CHANGED ? "changed"
	       : row->row_kind == KBM_ROW_ADDED ? "added"
						: "removed";
}

/* What a side has of a value; NULL: nothing. */
static const struct kbm_value *before_of(const struct kbm_registry_row *row)
{
	return row->is_value && row->row_kind != KBM_ROW_ADDED ? &row->value : NULL;
}

static const struct kbm_value *after_of(const struct kbm_registry_row *row)
{
	return !row->is_value || row->row_kind == KBM_ROW_REMOVED ? NULL
	       : row->row_kind == KBM_ROW_CHANGED		  ? &row->after
								  : &row->value;
}

static json_t *difference_json(const struct kbm_registry_row *row)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "change", change_name(row)) &&
		    kbm_json_put_text(object, "kind", row->is_value ? "value" : "key") &&
		    kbm_json_put(object, "path", kbm_json_text(row->text, row->text_length));
	if (done && row->is_value)
		done = kbm_json_put(object, "name",
				    kbm_json_text(row->value.name, row->value.name_length)) &&
		       kbm_json_put(object, "before", state_json(before_of(row))) &&
		       kbm_json_put(object, "after", state_json(after_of(row)));
	return kbm_json_whole(object, done);
}

bool kbm_report_difference_json(const struct kbm_registry_row *row, struct kbm_bytes *out)
{
	bool done = kbm_json_write_and_drop(difference_json(row), false, out);
	if (!done)
		out->failed = true;
	return done;
}

bool kbm_report_diff_damage_json(const char *file, const struct kbm_registry_row *row,
				 struct kbm_bytes *out)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "file", file) &&
		    kbm_json_put(object, "path",
				 row->path == NULL ? json_null()
						   : kbm_json_text(row->path, strlen(row->path))) &&
		    kbm_json_put(object, "offset", json_integer((json_int_t)row->offset)) &&
		    kbm_json_put(object, "reason", kbm_json_text(row->text, row->text_length));
	done = kbm_json_write_and_drop(kbm_json_whole(object, done), false, out);
	if (!done)
		out->failed = true;
	else
		kbm_bytes_cut(out, out->length - 1);
	return done;
}

/* --- tables ---------------------------------------------------------------------------------- */

bool kbm_report_diff_csv_header(struct kbm_bytes *out)
{
	return kbm_csv_header(
	    out, "change,kind,path,name,before_type,before_data,after_type,after_data");
}

bool kbm_report_difference_csv(const struct kbm_registry_row *row, struct kbm_bytes *out)
{
	struct kbm_csv csv = {out, false};
	kbm_csv_word(&csv, change_name(row));
	kbm_csv_word(&csv, row->is_value ? "value" : "key");
	kbm_csv_text(&csv, row->text, row->text_length);
	kbm_csv_text(&csv, row->is_value ? row->value.name : "", row->value.name_length);
	kbm_report_data_csv(&csv, before_of(row));
	kbm_report_data_csv(&csv, after_of(row));
	return kbm_csv_end(&csv);
}

/* In the column of what was before. */
static void put_mark_csv(const char *mark, uint64_t count, struct kbm_bytes *out)
{
	kbm_csv_mark(out, mark, 4, count, 2);
}

bool kbm_report_diff_extent_csv(const struct kbm_diff_extent *extent, uint64_t damages,
				struct kbm_bytes *out)
{
	if (!extent->is_whole)
		put_mark_csv("incomplete", damages, out);
	if (extent->not_compared > 0)
		put_mark_csv("not_compared", extent->not_compared, out);
	if (extent->is_stale)
		put_mark_csv("stale", 0, out);
	return !out->failed;
}
