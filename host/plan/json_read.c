/* Reading JSON from strangers: every member known, typed and in range, or a refusal that names its
 * path. */
#include "plan/json_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum { MAX_STEPS = KBM_PLAN_MAX_JSON_DEPTH };

enum kbm_code kbm_json_refuse(const struct kbm_at *at, const char *why)
{
	const struct kbm_at *steps[MAX_STEPS] = {NULL};
	size_t count = 0;
	struct kbm_error *error = at->error;
	struct kbm_bytes path;
	for (const struct kbm_at *step = at; step != NULL && count < MAX_STEPS; step = step->up)
		steps[count++] = step;
	kbm_bytes_init(&path, KBM_ERROR_MESSAGE_BYTES);
	for (; count > 0; count--) {
		const struct kbm_at *step = steps[count - 1];
		if (step->member == NULL) {
			kbm_bytes_printf(&path, "[%zu]", step->index);
			continue;
		}
		if (path.length > 0)
			kbm_bytes_append_byte(&path, '.');
		kbm_text_escape(step->member, strlen(step->member), &path);
	}
	kbm_fail(error, KBM_INVALID, "%s: %s", path.length == 0 ? "plan" : kbm_bytes_text(&path),
		 why);
	kbm_bytes_clear(&path);
	return KBM_INVALID;
}

enum kbm_code kbm_json_no_memory(const struct kbm_at *at)
{
	return kbm_fail(at->error, KBM_MEMORY, "no memory to read a plan");
}

struct kbm_at kbm_json_below(const struct kbm_at *up, const char *member)
{
	return (struct kbm_at){.up = up, .member = member, .index = 0, .error = up->error};
}

struct kbm_at kbm_json_item(const struct kbm_at *up, size_t index)
{
	return (struct kbm_at){.up = up, .member = NULL, .index = index, .error = up->error};
}

/* --- objects and arrays ----------------------------------------------------------------------- */

enum kbm_code kbm_json_members(const json_t *value, struct kbm_member *members, size_t count,
			       const struct kbm_at *at)
{
	const char *key = NULL;
	json_t *item_value = NULL;
	if (!json_is_object(value))
		return kbm_json_refuse(at, "an object is needed here");
	json_object_foreach((json_t *)value, key, item_value)
	{
		size_t i = 0;
		while (i < count && strcmp(members[i].name, key) != 0)
			i++;
		if (i == count) {
			struct kbm_at there = kbm_json_below(at, key);
			return kbm_json_refuse(&there, "no such member is known here");
		}
		members[i].value = item_value;
	}
	for (size_t i = 0; i < count; i++) {
		if (members[i].value == NULL && !members[i].optional) {
			struct kbm_at there = kbm_json_below(at, members[i].name);
			return kbm_json_refuse(&there, "this member is missing");
		}
	}
	return KBM_OK;
}

enum kbm_code kbm_json_array(const json_t *value, size_t most, const struct kbm_at *at)
{
	if (!json_is_array(value))
		return kbm_json_refuse(at, "an array is needed here");
	if (json_array_size(value) > most)
		return kbm_json_refuse(at, "too many items");
	return KBM_OK;
}

/* Makes room for an array's items, all zero; none for an empty array. */
enum kbm_code kbm_json_make_items(const json_t *value, size_t most, size_t size, void **items,
				  const struct kbm_at *at)
{
	enum kbm_code code = kbm_json_array(value, most, at);
	if (code != KBM_OK || json_array_size(value) == 0)
		return code;
	*items = calloc(json_array_size(value), size);
	return *items == NULL ? kbm_json_no_memory(at) : KBM_OK;
}

/* --- texts and numbers ------------------------------------------------------------------------ */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum kbm_code kbm_json_read_hex(const json_t *value, struct kbm_bytes *out, const struct kbm_at *at)
{
	if (!json_is_string(value))
		return kbm_json_refuse(at, "text of hex digits is needed here");
	const char *text = json_string_value(value);
	size_t length = json_string_length(value);
	if (length % 2 != 0)
		return kbm_json_refuse(at, "an odd number of hex digits");
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]);
		int low = hex_digit(text[i + 1]);
		if (high < 0 || low < 0)
			return kbm_json_refuse(at, "lower-case hex digits are needed here");
		if (!kbm_bytes_append_byte(out, (uint8_t)(high * 16 + low)))
			return kbm_json_refuse(at, "too long");
	}
	return KBM_OK;
}

/* Text, or {"hex": ...} for what is no clean text. Appends to `out`. */
enum kbm_code kbm_json_read_octets(const json_t *value, struct kbm_bytes *out,
				   const struct kbm_at *at)
{
	if (json_is_string(value)) {
		if (!kbm_bytes_append(out, json_string_value(value), json_string_length(value)))
			return kbm_json_refuse(at, "too long");
		return KBM_OK;
	}
	if (!json_is_object(value))
		return kbm_json_refuse(at, "text is needed here");
	struct kbm_member hex = {.name = "hex"};
	enum kbm_code code = kbm_json_members(value, &hex, 1, at);
	if (code != KBM_OK)
		return code;
	struct kbm_at there = kbm_json_below(at, "hex");
	return kbm_json_read_hex(hex.value, out, &there);
}

/* On success *text is heap memory, NUL-terminated. */
enum kbm_code kbm_json_read_text(const json_t *value, char **text, const struct kbm_at *at)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = kbm_json_read_octets(value, &bytes, at);
	if (code == KBM_OK && bytes.length > 0 && memchr(bytes.data, 0, bytes.length) != NULL)
		code = kbm_json_refuse(at, "a NUL has no place in this text");
	char *taken = code == KBM_OK ? kbm_bytes_take(&bytes, NULL) : NULL;
	kbm_bytes_clear(&bytes);
	if (code == KBM_OK && taken == NULL)
		return kbm_json_no_memory(at);
	if (code == KBM_OK)
		*text = taken;
	return code;
}

enum kbm_code kbm_json_read_text_or_null(const json_t *value, char **text, const struct kbm_at *at)
{
	return value == NULL || json_is_null(value) ? KBM_OK : kbm_json_read_text(value, text, at);
}

enum kbm_code kbm_json_read_unsigned(const json_t *value, uint64_t most, uint64_t *number,
				     const struct kbm_at *at)
{
	if (!json_is_integer(value))
		return kbm_json_refuse(at, "a whole number is needed here");
	json_int_t read = json_integer_value(value);
	if (read < 0 || (uint64_t)read > most)
		return kbm_json_refuse(at, "the number is out of range");
	*number = (uint64_t)read;
	return KBM_OK;
}

enum kbm_code kbm_json_read_u32(const json_t *value, uint32_t *number, const struct kbm_at *at)
{
	uint64_t read = 0;
	enum kbm_code code = kbm_json_read_unsigned(value, UINT32_MAX, &read, at);
	if (code == KBM_OK)
		*number = (uint32_t)read;
	return code;
}

/* A 64-bit number as decimal text, without leading zeros: one spelling a number. */
enum kbm_code kbm_json_read_decimal(const json_t *value, uint64_t *number, const struct kbm_at *at)
{
	uint64_t read = 0;
	const char *text = json_string_value(value);
	if (text == NULL || text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return kbm_json_refuse(at, "a decimal number as text is needed here");
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return kbm_json_refuse(at, "a decimal number as text is needed here");
		if (__builtin_mul_overflow(read, 10U, &read) ||
		    __builtin_add_overflow(read, (uint64_t)(*text - '0'), &read))
			return kbm_json_refuse(at, "the number is out of range");
	}
	*number = read;
	return KBM_OK;
}

enum kbm_code kbm_json_read_word(const json_t *value, const char *const *words, size_t count,
				 size_t *index, const struct kbm_at *at)
{
	const char *text = json_string_value(value);
	for (size_t i = 0; text != NULL && i < count; i++) {
		if (strcmp(words[i], text) == 0) {
			*index = i;
			return KBM_OK;
		}
	}
	return kbm_json_refuse(at, "none of the words that are known here");
}

enum kbm_code kbm_json_read_text_list(const json_t *value, size_t most, struct kbm_text_list *list,
				      const struct kbm_at *at)
{
	enum kbm_code code = kbm_json_array(value, most, at);
	size_t count = json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		char *text = NULL;
		struct kbm_at there = kbm_json_item(at, i);
		code = kbm_json_read_text(json_array_get(value, i), &text, &there);
		if (code == KBM_OK && !kbm_text_list_add(list, text))
			code = kbm_json_no_memory(at);
		free(text);
	}
	return code;
}
