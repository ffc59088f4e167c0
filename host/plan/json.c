/* JSON as the program writes it. */
#include "plan/json.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

bool kbm_json_put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}

bool kbm_json_append(json_t *array, json_t *value)
{
	return json_array_append_new(array, value) == 0;
}

bool kbm_json_put_number(json_t *object, const char *name, uint64_t number)
{
	return kbm_json_put(object, name, json_integer((json_int_t)number));
}

bool kbm_json_put_array(json_t *object, const char *name, json_t **array)
{
	*array = json_array();
	return kbm_json_put(object, name, *array);
}

json_t *kbm_json_whole(json_t *value, bool done)
{
	if (!done) {
		json_decref(value);
		return NULL;
	}
	return value;
}

static bool put_unit(uint32_t unit, struct kbm_bytes *out)
{
	return kbm_bytes_printf(out, "\\u%04X", (unsigned)unit);
}

/* What a terminal would obey or hide becomes \uXXXX, which is the same to who reads JSON: jansson
 * itself escapes C0 only. Outside ASCII there is nothing but strings' contents, and it hands out no
 * piece that ends inside a character. Newlines are the layout's own: inside strings they are
 * escaped already. */
static int put_piece(const char *piece, size_t length, void *context)
{
	struct kbm_bytes *out = context;
	size_t done = 0; /* what is written */
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t code = kbm_text_next(piece + at, length - at, &size);
		if (code < 0x7F || kbm_text_is_visible(code))
			continue;
		kbm_bytes_append(out, piece + done, at - done);
		if (code > UINT16_MAX && code != UINT32_MAX) {
			put_unit(0xD800 + ((code - 0x10000) >> 10), out);
			put_unit(0xDC00 + ((code - 0x10000) & 0x3FF), out);
		} else {
			put_unit(code & UINT16_MAX, out);
		}
		done = at + size;
	}
	return kbm_bytes_append(out, piece + done, length - done) ? 0 : -1;
}

enum kbm_code kbm_json_write(const json_t *value, bool indent, struct kbm_bytes *out,
			     struct kbm_error *error)
{
	size_t flags = indent ? JSON_INDENT(2) : JSON_COMPACT;
	if (json_dump_callback(value, put_piece, out, flags | JSON_ENCODE_ANY) != 0 ||
	    !kbm_bytes_append_byte(out, '\n'))
		return kbm_fail(error, KBM_LIMIT, "the JSON is longer than %zu bytes",
				out->maximum);
	return KBM_OK;
}

bool kbm_json_write_and_drop(json_t *value, bool indent, struct kbm_bytes *out)
{
	bool done = value != NULL && kbm_json_write(value, indent, out, NULL) == KBM_OK;
	json_decref(value);
	return done;
}

enum kbm_code kbm_json_check_size(const char *text, size_t length, struct kbm_error *error)
{
	if (length > KBM_PLAN_MAX_FILE_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%zu bytes, at most %lu", length,
				KBM_PLAN_MAX_FILE_BYTES);
	bool in_string = false;
	size_t items = 1;
	size_t depth = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (in_string) {
			if (c == '\\')
				i++; /* an escaped quote ends no string */
			else if (c == '"')
				in_string = false;
			continue;
		}
		in_string = c == '"';
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && depth > 0)
			depth--;
		if (c == ',' || c == '[' || c == '{')
			items++;
		if (items > KBM_PLAN_MAX_JSON_ITEMS)
			return kbm_fail(error, KBM_LIMIT, "more than %lu values",
					KBM_PLAN_MAX_JSON_ITEMS);
		if (depth > KBM_PLAN_MAX_JSON_DEPTH)
			return kbm_fail(error, KBM_LIMIT, "nested deeper than %u",
					KBM_PLAN_MAX_JSON_DEPTH);
	}
	return KBM_OK;
}

enum kbm_code kbm_json_load(const char *text, size_t length, json_t **value,
			    struct kbm_error *error)
{
	json_error_t problem;
	enum kbm_code code = kbm_json_check_size(text, length, error);
	if (code != KBM_OK)
		return code;
	*value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
	if (*value != NULL)
		return KBM_OK;
	struct kbm_bytes said;
	kbm_bytes_init(&said, (size_t)8 * JSON_ERROR_TEXT_LENGTH);
	kbm_text_escape(problem.text, strlen(problem.text), &said);
	kbm_fail(error, KBM_INVALID, "line %d, column %d: %s", problem.line, problem.column,
		 kbm_bytes_text(&said));
	kbm_bytes_clear(&said);
	return KBM_INVALID;
}
