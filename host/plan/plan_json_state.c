/* Reading places and states. */
#include "plan/plan_json_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* --- places ----------------------------------------------------------------------------------- */

static enum kbm_code read_name(const json_t *value, struct kbm_place *place,
			       const struct kbm_at *at)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_PATH_MAX_BYTES);
	enum kbm_code code = kbm_json_read_octets(value, &bytes, at);
	if (code == KBM_OK) {
		place->name = kbm_bytes_take(&bytes, &place->name_length);
		if (place->name == NULL)
			code = kbm_json_no_memory(at);
	}
	kbm_bytes_clear(&bytes);
	return code;
}

static enum kbm_code read_registry_place(const json_t *value, struct kbm_place *place,
					 const struct kbm_at *at)
{
	enum { KIND, PATH, HIVE, PHYSICAL, NAME, COUNT };
	struct kbm_member members[COUNT] = {[KIND] = {.name = "kind"},
					    [PATH] = {.name = "path"},
					    [HIVE] = {.name = "hive"},
					    [PHYSICAL] = {.name = "physical"},
					    [NAME] = {.name = "name"}};
	size_t count = place->kind == KBM_PLACE_VALUE ? COUNT : NAME;
	enum kbm_code code = kbm_json_members(value, members, count, at);
	struct kbm_at path = kbm_json_below(at, "path");
	struct kbm_at hive = kbm_json_below(at, "hive");
	struct kbm_at physical = kbm_json_below(at, "physical");
	struct kbm_at name = kbm_json_below(at, "name");
	if (code == KBM_OK)
		code = kbm_json_read_text(members[PATH].value, &place->path, &path);
	if (code == KBM_OK)
		code = kbm_json_read_text(members[HIVE].value, &place->hive, &hive);
	if (code == KBM_OK)
		code = kbm_json_read_text(members[PHYSICAL].value, &place->physical, &physical);
	if (code == KBM_OK && place->kind == KBM_PLACE_VALUE)
		code = read_name(members[NAME].value, place, &name);
	return code;
}

static enum kbm_code read_directory_place(const json_t *value, struct kbm_place *place,
					  const struct kbm_at *at)
{
	enum { KIND, DN, ATTRIBUTE, COUNT };
	struct kbm_member members[COUNT] = {
	    [KIND] = {.name = "kind"}, [DN] = {.name = "dn"}, [ATTRIBUTE] = {.name = "attribute"}};
	size_t count = place->kind == KBM_PLACE_ATTRIBUTE ? COUNT : ATTRIBUTE;
	enum kbm_code code = kbm_json_members(value, members, count, at);
	struct kbm_at dn = kbm_json_below(at, "dn");
	struct kbm_at attribute = kbm_json_below(at, "attribute");
	if (code == KBM_OK)
		code = kbm_json_read_text(members[DN].value, &place->path, &dn);
	if (code == KBM_OK && place->kind == KBM_PLACE_ATTRIBUTE)
		code = read_name(members[ATTRIBUTE].value, place, &attribute);
	return code;
}

enum kbm_code kbm_json_read_place(const json_t *value, struct kbm_place *place,
				  const struct kbm_at *at)
{
	static const char *const kinds[] = {"value", "key", "entry", "attribute"};
	size_t kind = 0;
	struct kbm_at there = kbm_json_below(at, "kind");
	if (!json_is_object(value))
		return kbm_json_refuse(at, "an object is needed here");
	enum kbm_code code =
	    kbm_json_read_word(json_object_get(value, "kind"), kinds, 4, &kind, &there);
	if (code != KBM_OK)
		return code;
	place->kind = (enum kbm_place_kind)(kind + 1);
	if (kbm_place_is_registry(place))
		return read_registry_place(value, place, at);
	return read_directory_place(value, place, at);
}

/* --- states ----------------------------------------------------------------------------------- */

static const uint8_t terminator[2] = {0, 0};

static enum kbm_code append_utf16(const json_t *value, struct kbm_bytes *out,
				  const struct kbm_at *at)
{
	if (!json_is_string(value))
		return kbm_json_refuse(at, "text is needed here");
	if (!kbm_text_to_utf16(json_string_value(value), json_string_length(value), out) ||
	    !kbm_bytes_append(out, terminator, sizeof terminator))
		return kbm_json_refuse(at, "too long");
	return KBM_OK;
}

static enum kbm_code append_list(const json_t *value, struct kbm_bytes *out,
				 const struct kbm_at *at)
{
	enum kbm_code code = kbm_json_array(value, KBM_PLAN_MAX_JSON_ITEMS, at);
	size_t count = json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		struct kbm_at there = kbm_json_item(at, i);
		const json_t *text = json_array_get(value, i);
		if (json_is_string(text) && json_string_length(text) == 0)
			return kbm_json_refuse(&there, "an empty text would end the list");
		code = append_utf16(text, out, &there);
	}
	if (code == KBM_OK && !kbm_bytes_append(out, terminator, sizeof terminator))
		return kbm_json_refuse(at, "too long");
	return code;
}

static enum kbm_code append_number(const json_t *value, uint32_t type, struct kbm_bytes *out,
				   const struct kbm_at *at)
{
	uint64_t number = 0;
	size_t size = type == KBM_REG_QWORD ? 8 : 4;
	enum kbm_code code = type == KBM_REG_QWORD
				 ? kbm_json_read_decimal(value, &number, at)
				 : kbm_json_read_unsigned(value, UINT32_MAX, &number, at);
	for (size_t i = 0; code == KBM_OK && i < size; i++) {
		size_t shift = 8 * (type == KBM_REG_DWORD_BIG_ENDIAN ? size - 1 - i : i);
		if (!kbm_bytes_append_byte(out, (uint8_t)(number >> shift)))
			code = kbm_json_refuse(at, "too long");
	}
	return code;
}

/* The one member beside "type", by what the type allows. */
static enum kbm_code append_value(uint32_t type, const struct kbm_member *forms,
				  struct kbm_bytes *out, const struct kbm_at *at)
{
	enum { TEXT, LIST, NUMBER, HEX, COUNT };
	size_t given = COUNT;
	for (size_t i = 0; i < COUNT; i++) {
		if (forms[i].value == NULL)
			continue;
		if (given != COUNT)
			return kbm_json_refuse(
			    at, "one of text, list, number and hex is needed, not two");
		given = i;
	}
	if (given == COUNT)
		return kbm_json_refuse(at, "one of text, list, number and hex is needed");
	struct kbm_at there = kbm_json_below(at, forms[given].name);
	if (given == HEX)
		return kbm_json_read_hex(forms[HEX].value, out, &there);
	if (given == TEXT && (type == KBM_REG_SZ || type == KBM_REG_EXPAND_SZ))
		return append_utf16(forms[TEXT].value, out, &there);
	if (given == LIST && type == KBM_REG_MULTI_SZ)
		return append_list(forms[LIST].value, out, &there);
	if (given == NUMBER &&
	    (type == KBM_REG_DWORD || type == KBM_REG_DWORD_BIG_ENDIAN || type == KBM_REG_QWORD))
		return append_number(forms[NUMBER].value, type, out, &there);
	return kbm_json_refuse(&there, "this form does not fit the type");
}

static enum kbm_code read_value_state(const json_t *value, struct kbm_state *state,
				      const struct kbm_at *at)
{
	enum { TYPE, FORMS, COUNT = 5 };
	struct kbm_member members[COUNT] = {[TYPE] = {.name = "type"},
					    [1] = {.name = "text", .optional = true},
					    [2] = {.name = "list", .optional = true},
					    [3] = {.name = "number", .optional = true},
					    [4] = {.name = "hex", .optional = true}};
	enum kbm_code code = kbm_json_members(value, members, COUNT, at);
	if (code != KBM_OK)
		return code;
	uint32_t type = 0;
	struct kbm_at there = kbm_json_below(at, "type");
	const char *name = json_string_value(members[TYPE].value);
	if (name == NULL || !kbm_value_type_parse(name, &type))
		return kbm_json_refuse(&there, "no known type of a registry value");
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_HIVE_MAX_VALUE_BYTES);
	code = append_value(type, members + FORMS, &bytes, at);
	if (code == KBM_OK && !kbm_state_set_value(state, type, bytes.data, bytes.length))
		code = kbm_json_no_memory(at);
	kbm_bytes_clear(&bytes);
	return code;
}

enum kbm_code kbm_json_read_blobs(const json_t *value, struct kbm_state *state,
				  const struct kbm_at *at)
{
	enum kbm_code code = kbm_json_array(value, KBM_PLAN_MAX_JSON_ITEMS, at);
	size_t count = json_array_size(value);
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_PLAN_MAX_FILE_BYTES);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		struct kbm_at there = kbm_json_item(at, i);
		kbm_bytes_reset(&bytes);
		code = kbm_json_read_octets(json_array_get(value, i), &bytes, &there);
		if (code == KBM_OK && !kbm_state_add_value(state, bytes.data, bytes.length))
			code = kbm_json_no_memory(at);
	}
	kbm_bytes_clear(&bytes);
	return code;
}

enum kbm_code kbm_json_read_state(const json_t *value, enum kbm_place_kind kind,
				  struct kbm_state *state, const struct kbm_at *at)
{
	if (json_is_null(value))
		return KBM_OK; /* absent */
	if (kind == KBM_PLACE_VALUE)
		return read_value_state(value, state, at);
	struct kbm_member only = {.name = kind == KBM_PLACE_ATTRIBUTE ? "values" : "present"};
	enum kbm_code code = kbm_json_members(value, &only, 1, at);
	struct kbm_at there = kbm_json_below(at, only.name);
	if (code != KBM_OK)
		return code;
	if (kind == KBM_PLACE_ATTRIBUTE)
		return kbm_json_read_blobs(only.value, state, &there);
	if (!json_is_true(only.value))
		return kbm_json_refuse(&there, "only true stands here; absent is null");
	state->present = true;
	return KBM_OK;
}
