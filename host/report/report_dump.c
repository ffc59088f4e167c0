/* Lines of a dump (hive_dump.h) as rows for programs: JSON and comma-separated values. */
#include "report/report_dump.h"

#include "base/filetime.h"
#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/csv.h"
#include "report/report_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void kbm_dump_line_init(struct kbm_dump_line *line)
{
	*line = (struct kbm_dump_line){.row = {.path = ""}};
	kbm_bytes_init(&line->path, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&line->name, 3UL * KBM_HIVE_MAX_NAME_UNITS + 1);
	kbm_bytes_init(&line->data, KBM_HIVE_MAX_VALUE_BYTES);
}

void kbm_dump_line_clear(struct kbm_dump_line *line)
{
	kbm_bytes_clear(&line->path);
	kbm_bytes_clear(&line->name);
	kbm_bytes_clear(&line->data);
}

/* --- reading -------------------------------------------------------------------------------- */

/* A field of the line, and where the next one begins: NULL behind the last. */
struct field {
	const char *text;
	size_t length;
};

/* Takes the field up to the next tab. False: there is none left. */
static bool take_field(const char **at, const char *end, struct field *field)
{
	if (*at == NULL)
		return false;
	const char *tab = *at == end ? NULL : memchr(*at, '\t', (size_t)(end - *at));
	*field = (struct field){*at, (size_t)((tab == NULL ? end : tab) - *at)};
	*at = tab == NULL ? NULL : tab + 1;
	return true;
}

/* What a digit is worth, of letters of that case; -1: it is none. */
static int hex_digit(char character, const char *digits)
{
	const char *found = character == '\0' ? NULL : strchr(digits, character);
	return found == NULL ? -1 : (int)(found - digits);
}

/* The unit that %XXXX stands for; false: it is none. */
static bool read_unit(const char *text, size_t length, uint32_t *unit)
{
	enum { DIGITS = 4 };
	*unit = 0;
	for (size_t i = 1; i <= DIGITS; i++) {
		int digit = i < length ? hex_digit(text[i], "0123456789ABCDEF") : -1;
		if (digit < 0)
			return false;
		*unit = *unit << 4 | (uint32_t)digit;
	}
	return true;
}

static bool read_name(struct field field, struct kbm_bytes *out)
{
	enum { ESCAPED = 5 };
	kbm_bytes_reset(out);
	for (size_t at = 0; at < field.length;) {
		const char *rest = field.text + at;
		const char *escape = memchr(rest, '%', field.length - at);
		size_t plain = escape == NULL ? field.length - at : (size_t)(escape - rest);
		uint32_t unit = 0;
		char encoded[4];
		kbm_bytes_append(out, rest, plain);
		at += plain;
		if (escape == NULL)
			break;
		if (!read_unit(escape, field.length - at, &unit))
			return false;
		kbm_bytes_append(out, encoded, kbm_text_put(unit, encoded));
		at += ESCAPED;
	}
	return !out->failed;
}

static bool read_number(struct field field, uint64_t maximum, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < field.length; i++) {
		uint64_t digit = (uint64_t)(field.text[i] - '0');
		if (field.text[i] < '0' || field.text[i] > '9' || *number > (maximum - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return field.length > 0;
}

static bool read_data(struct field field, struct kbm_bytes *out)
{
	static const char digits[] = "0123456789abcdef";
	kbm_bytes_reset(out);
	if (field.length % 2 != 0)
		return false;
	for (size_t i = 0; i < field.length; i += 2) {
		int high = hex_digit(field.text[i], digits);
		int low = hex_digit(field.text[i + 1], digits);
		if (high < 0 || low < 0 || !kbm_bytes_append_byte(out, (uint8_t)(high << 4 | low)))
			return false;
	}
	return true;
}

static bool read_key(const char **at, const char *end, struct kbm_dump_line *line)
{
	struct field written;
	return take_field(at, end, &written) &&
	       read_number(written, UINT64_MAX, &line->row.last_written);
}

static bool read_value(const char **at, const char *end, struct kbm_dump_line *line)
{
	struct field name;
	struct field type;
	struct field data;
	uint64_t number = 0;
	bool done = take_field(at, end, &name) && take_field(at, end, &type) &&
		    take_field(at, end, &data) && read_name(name, &line->name) &&
		    read_number(type, UINT32_MAX, &number) && read_data(data, &line->data);
	line->row.value = (struct kbm_value){kbm_bytes_text(&line->name), line->name.length,
					     (uint32_t)number, line->data.data, line->data.length};
	return done;
}

enum kbm_code kbm_dump_line_read(const char *text, size_t length, struct kbm_dump_line *line,
				 struct kbm_error *error)
{
	const char *at = text;
	const char *end = text + length;
	struct field kind;
	struct field path;
	line->row = (struct kbm_registry_row){.row_kind = 0};
	if (length > 0)
		line->row.row_kind = text[0];
	bool is_key = line->row.row_kind == KBM_ROW_KEY;
	bool done = take_field(&at, end, &kind) && kind.length == 1 &&
		    (is_key || line->row.row_kind == KBM_ROW_VALUE) &&
		    take_field(&at, end, &path) && read_name(path, &line->path) &&
		    (is_key ? read_key : read_value)(&at, end, line) && at == NULL;
	line->row.path = kbm_bytes_text(&line->path);
	line->row.path_length = line->path.length;
	return done ? KBM_OK : kbm_fail(error, KBM_INTERNAL, "a line of the dump is malformed");
}

/* --- writing -------------------------------------------------------------------------------- */

static bool put_value(json_t *object, const struct kbm_value *value)
{
	struct kbm_state state = {0};
	bool done = kbm_state_set_value(&state, value->type, value->data, value->length) &&
		    kbm_json_put(object, "name", kbm_json_text(value->name, value->name_length));
	json_t *data = done ? kbm_json_state(KBM_PLACE_VALUE, &state) : NULL;
	done = data != NULL && json_object_update(object, data) == 0;
	json_decref(data);
	kbm_state_clear(&state);
	return done;
}

static bool put_written(json_t *object, uint64_t last_written)
{
	char written[24];
	snprintf(written, sizeof written, "%" PRIu64, last_written);
	return kbm_json_put_text(object, "last_written", written);
}

bool kbm_report_dump_json(const struct kbm_dump_line *line, struct kbm_bytes *out)
{
	const struct kbm_registry_row *row = &line->row;
	bool is_key = row->row_kind == KBM_ROW_KEY;
	json_t *object = json_object();
	bool done =
	    object != NULL && kbm_json_put_text(object, "kind", is_key ? "key" : "value") &&
	    kbm_json_put(object, "path", kbm_json_text(row->path, row->path_length)) &&
	    (is_key ? put_written(object, row->last_written) : put_value(object, &row->value)) &&
	    kbm_json_write(object, false, out, NULL) == KBM_OK;
	json_decref(object);
	if (!done)
		out->failed = true;
	return done;
}

bool kbm_report_dump_csv_header(struct kbm_bytes *out)
{
	return kbm_csv_header(out, "kind,path,name,type,data,last_written");
}

bool kbm_report_dump_csv(const struct kbm_dump_line *line, struct kbm_bytes *out)
{
	const struct kbm_registry_row *row = &line->row;
	struct kbm_csv csv = {out, false};
	bool is_key = row->row_kind == KBM_ROW_KEY;
	kbm_csv_word(&csv, is_key ? "key" : "value");
	kbm_csv_text(&csv, row->path, row->path_length);
	if (is_key) {
		char written[KBM_FILETIME_TEXT_BYTES];
		for (size_t i = 0; i < 3; i++)
			kbm_csv_word(&csv, "");
		kbm_csv_word(&csv, kbm_filetime_text(row->last_written, written));
	} else {
		kbm_report_value_csv(&csv, &row->value);
		kbm_csv_word(&csv, "");
	}
	return kbm_csv_end(&csv);
}
