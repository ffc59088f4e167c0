/* Registry keys and values as people and programs read them. */
#include "report/report_registry.h"

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 28, TYPE_COLUMN = 14, CODE_POINT_LAST = 0x10FFFF };

/* Text in a registry value reaches from its start to the NUL that ends it. */
static size_t without_final_nul(const struct kbm_value *value)
{
	size_t length = value->length & ~(size_t)1;
	while (length >= 2 && value->data[length - 1] == 0 && value->data[length - 2] == 0)
		length -= 2;
	return length;
}

static bool append_utf16(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 2 * KBM_HIVE_MAX_VALUE_BYTES);
	bool done = kbm_text_from_utf16(data, length, &text) &&
		    kbm_text_escape(kbm_bytes_text(&text), text.length, out);
	kbm_bytes_clear(&text);
	return done;
}

static bool append_strings(const struct kbm_value *value, struct kbm_bytes *out)
{
	size_t end = without_final_nul(value);
	size_t start = 0;
	for (size_t at = 0; at <= end; at += 2) {
		if (at < end && (value->data[at] != 0 || value->data[at + 1] != 0))
			continue;
		if (start > 0)
			kbm_bytes_append_byte(out, '\n');
		append_utf16(value->data + start, at - start, out);
		start = at + 2;
	}
	return !out->failed;
}

static uint64_t little_endian(const uint8_t *data, size_t length)
{
	uint64_t number = 0;
	for (size_t i = length; i > 0; i--)
		number = number << 8 | data[i - 1];
	return number;
}

static bool append_other(const struct kbm_value *value, struct kbm_bytes *out)
{
	if ((value->type == KBM_REG_DWORD && value->length == 4) ||
	    (value->type == KBM_REG_QWORD && value->length == 8))
		return kbm_bytes_printf(out, "%" PRIu64, little_endian(value->data, value->length));
	if (value->type == KBM_REG_DWORD_BIG_ENDIAN && value->length == 4)
		return kbm_bytes_printf(out, "%" PRIu32,
					(uint32_t)value->data[0] << 24 |
					    (uint32_t)value->data[1] << 16 |
					    (uint32_t)value->data[2] << 8 | value->data[3]);
	return kbm_bytes_append_hex(out, value->data, value->length);
}

static bool is_text(const struct kbm_value *value)
{
	return value->type == KBM_REG_SZ || value->type == KBM_REG_EXPAND_SZ ||
	       value->type == KBM_REG_LINK;
}

bool kbm_report_data_text(const struct kbm_value *value, struct kbm_bytes *out)
{
	if (is_text(value))
		return append_utf16(value->data, without_final_nul(value), out);
	if (value->type == KBM_REG_MULTI_SZ)
		return append_strings(value, out);
	return append_other(value, out);
}

bool kbm_report_data_raw(const struct kbm_value *value, struct kbm_bytes *out)
{
	if (is_text(value) || value->type == KBM_REG_MULTI_SZ)
		return kbm_text_from_utf16(value->data, without_final_nul(value), out);
	return append_other(value, out);
}

bool kbm_report_data_cell(const struct kbm_value *value, struct kbm_bytes *out)
{
	bool is_of_units = is_text(value) || value->type == KBM_REG_MULTI_SZ;
	return is_of_units && value->length % 2 != 0
		   ? kbm_bytes_append_hex(out, value->data, value->length)
		   : kbm_report_data_raw(value, out);
}

static void append_shown(const struct kbm_value *value, bool is_cut, struct kbm_bytes *out)
{
	struct kbm_bytes data;
	struct kbm_bytes cut;
	kbm_bytes_init(&data, 8 * KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&cut, 2 * KBM_REPORT_MAX_DATA);
	kbm_value_text(value->type, value->data, value->length, &data);
	if (is_cut)
		kbm_report_cut(&cut, &data, value->length, "reg get KEY NAME");
	const struct kbm_bytes *shown = is_cut ? &cut : &data;
	kbm_text_escape(kbm_bytes_text(shown), shown->length, out);
	if (data.failed || cut.failed)
		out->failed = true;
	kbm_bytes_clear(&data);
	kbm_bytes_clear(&cut);
}

bool kbm_report_row_text(const struct kbm_registry_row *row, bool is_cut, struct kbm_bytes *out)
{
	if (row->row_kind == KBM_ROW_KEY) {
		kbm_text_escape(row->key.name, row->key.name_length, out);
		return kbm_bytes_append_text(out, "\\\n");
	}
	char type[32];
	struct kbm_bytes name;
	kbm_bytes_init(&name, KBM_PATH_MAX_BYTES * 8);
	if (row->value.name_length == 0)
		kbm_bytes_append_text(&name, "@");
	else
		kbm_text_escape(row->value.name, row->value.name_length, &name);
	kbm_bytes_printf(out, "%-*s  %-*s ", NAME_COLUMN, kbm_bytes_text(&name), TYPE_COLUMN,
			 kbm_value_type_name(row->value.type, type));
	append_shown(&row->value, is_cut, out);
	kbm_bytes_append_byte(out, '\n');
	if (name.failed)
		out->failed = true;
	kbm_bytes_clear(&name);
	return !out->failed;
}

/* A unit of a name that a terminal may be shown, or that the canonical form writes as it is. */
static bool is_dumped_raw(uint32_t code_point, bool canonical)
{
	if (!canonical)
		return kbm_text_is_visible(code_point);
	return code_point >= ' ' && code_point <= CODE_POINT_LAST && code_point != 0x7F &&
	       !(code_point >= 0xD800 && code_point <= 0xDFFF);
}

static void append_units(uint32_t code_point, struct kbm_bytes *out)
{
	if (code_point > UINT16_MAX) {
		kbm_bytes_printf(out, "%%%04X", 0xD800 + ((code_point - 0x10000) >> 10));
		code_point = 0xDC00 + ((code_point - 0x10000) & 0x3FF);
	}
	kbm_bytes_printf(out, "%%%04X", code_point);
}

/* How many of the bytes, in whole words, are printable ASCII: data in hex is most of a dump. */
static size_t plain_words(const char *text, size_t length)
{
	const uint64_t ones = UINT64_MAX / UINT8_MAX; /* 0x01 in each byte */
	size_t at = 0;
	for (uint64_t word; length - at >= sizeof word; at += sizeof word) {
		memcpy(&word, text + at, sizeof word);
		/* The top bit of the lowest byte that is none: below ' ', above '~'. */
		if ((((word - ones * ' ') | word | (word + ones)) & ones << 7) != 0)
			break;
	}
	return at;
}

bool kbm_report_dump_text(const struct kbm_registry_row *row, bool canonical, struct kbm_bytes *out)
{
	const char *text = row->text;
	size_t done = 0; /* what is written */
	for (size_t at = 0, size = 0; at < row->text_length; at += size) {
		size = plain_words(text + at, row->text_length - at);
		if (size > 0)
			continue;
		size = 1;
		if (text[at] >= ' ' && text[at] < 0x7F)
			continue;
		uint32_t code_point = kbm_text_next(text + at, row->text_length - at, &size);
		if (code_point == '\t' || is_dumped_raw(code_point, canonical))
			continue;
		kbm_bytes_append(out, text + done, at - done);
		append_units(code_point == UINT32_MAX ? (uint8_t)text[at] : code_point, out);
		done = at + size;
	}
	if (row->text_length > done)
		kbm_bytes_append(out, text + done, row->text_length - done);
	return kbm_bytes_append_byte(out, '\n');
}

static json_t *json_damage(const struct kbm_registry_row *row)
{
	json_t *key = row->path == NULL ? json_null() : kbm_json_text(row->path, strlen(row->path));
	return json_pack("{s:s, s:o, s:I, s:o}", "kind", "damage", "key", key, "offset",
			 (json_int_t)row->offset, "reason",
			 kbm_json_text(row->text, row->text_length));
}

static json_t *json_row(const struct kbm_registry_row *row)
{
	if (row->row_kind == KBM_ROW_DAMAGE)
		return json_damage(row);
	if (row->row_kind == KBM_ROW_KEY) {
		char written[24];
		snprintf(written, sizeof written, "%" PRIu64, row->key.last_written);
		return json_pack("{s:s, s:o, s:s, s:I, s:I}", "kind", "key", "name",
				 kbm_json_text(row->key.name, row->key.name_length), "last_written",
				 written, "subkeys", (json_int_t)row->key.subkey_count, "values",
				 (json_int_t)row->key.value_count);
	}
	struct kbm_state state = {0};
	if (!kbm_state_set_value(&state, row->value.type, row->value.data, row->value.length))
		return NULL;
	json_t *object = json_pack("{s:s, s:o}", "kind", "value", "name",
				   kbm_json_text(row->value.name, row->value.name_length));
	json_t *data = kbm_json_state(KBM_PLACE_VALUE, &state);
	if (object != NULL && data != NULL)
		json_object_update(object, data);
	json_decref(data);
	kbm_state_clear(&state);
	return object;
}

/* What a search adds to a row. */
static bool put_hit(json_t *object, const struct kbm_registry_row *row)
{
	static const struct {
		unsigned part;
		const char *word;
	} words[] = {{KBM_FIND_KEY, "key"}, {KBM_FIND_NAME, "value"}, {KBM_FIND_DATA, "data"}};
	json_t *matched = NULL;
	char written[24];
	snprintf(written, sizeof written, "%" PRIu64, row->last_written);
	bool done = kbm_json_put(object, "path", kbm_json_text(row->path, row->path_length)) &&
		    kbm_json_put_text(object, "last_written", written) &&
		    kbm_json_put_array(object, "matched", &matched);
	for (size_t i = 0; done && i < sizeof words / sizeof words[0]; i++)
		if ((row->matched & words[i].part) != 0)
			done = kbm_json_append(matched, json_string(words[i].word));
	return done;
}

bool kbm_report_row_json(const struct kbm_registry_row *row, struct kbm_bytes *out)
{
	json_t *object = json_row(row);
	if (object == NULL || (row->matched != 0 && !put_hit(object, row)) ||
	    kbm_json_write(object, false, out, NULL) != KBM_OK)
		out->failed = true;
	json_decref(object);
	return !out->failed;
}
