/* Reading a plan as kbmend.plan/1: every member known, typed and in range, or a refusal that names
 * its path. */
#include "plan/plan_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"

/* --- where we are ---------------------------------------------------------------------------- */

/* A step on the way from the root to a value: a member's name, or a place in an array. */
struct at {
	const struct at *up;
	const char *member; /* NULL: `index` counts */
	size_t index;
	struct kbm_error *error;
};

enum { MAX_STEPS = KBM_PLAN_MAX_JSON_DEPTH };

static enum kbm_code refuse(const struct at *at, const char *why)
{
	const struct at *steps[MAX_STEPS];
	size_t count = 0;
	struct kbm_bytes path;
	for (const struct at *step = at; step != NULL && count < MAX_STEPS; step = step->up)
		steps[count++] = step;
	kbm_bytes_init(&path, KBM_ERROR_MESSAGE_BYTES);
	while (count-- > 0) {
		const struct at *step = steps[count];
		if (step->member == NULL) {
			kbm_bytes_printf(&path, "[%zu]", step->index);
			continue;
		}
		if (path.length > 0)
			kbm_bytes_append_byte(&path, '.');
		kbm_text_escape(step->member, strlen(step->member), &path);
	}
	kbm_fail(at->error, KBM_INVALID, "%s: %s",
		 path.length == 0 ? "plan" : kbm_bytes_text(&path), why);
	kbm_bytes_clear(&path);
	return KBM_INVALID;
}

static enum kbm_code no_memory(const struct at *at)
{
	return kbm_fail(at->error, KBM_MEMORY, "no memory to read a plan");
}

static struct at below(const struct at *up, const char *member)
{
	return (struct at){.up = up, .member = member, .index = 0, .error = up->error};
}

static struct at item(const struct at *up, size_t index)
{
	return (struct at){.up = up, .member = NULL, .index = index, .error = up->error};
}

/* --- objects and arrays ---------------------------------------------------------------------- */

/* A member that an object may have; `value` is set when it is there. */
struct member {
	const char *name;
	bool optional;
	json_t *value;
};

static enum kbm_code read_members(const json_t *value, struct member *members, size_t count,
				  const struct at *at)
{
	const char *key = NULL;
	json_t *item_value = NULL;
	if (!json_is_object(value))
		return refuse(at, "an object is needed here");
	json_object_foreach((json_t *)value, key, item_value)
	{
		size_t i = 0;
		while (i < count && strcmp(members[i].name, key) != 0)
			i++;
		if (i == count) {
			struct at there = below(at, key);
			return refuse(&there, "no such member is known here");
		}
		members[i].value = item_value;
	}
	for (size_t i = 0; i < count; i++) {
		if (members[i].value == NULL && !members[i].optional) {
			struct at there = below(at, members[i].name);
			return refuse(&there, "this member is missing");
		}
	}
	return KBM_OK;
}

static enum kbm_code check_array(const json_t *value, size_t most, const struct at *at)
{
	if (!json_is_array(value))
		return refuse(at, "an array is needed here");
	if (json_array_size(value) > most)
		return refuse(at, "too many items");
	return KBM_OK;
}

/* --- texts and numbers ----------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static enum kbm_code read_hex(const json_t *value, struct kbm_bytes *out, const struct at *at)
{
	if (!json_is_string(value))
		return refuse(at, "text of hex digits is needed here");
	const char *text = json_string_value(value);
	size_t length = json_string_length(value);
	if (length % 2 != 0)
		return refuse(at, "an odd number of hex digits");
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]);
		int low = hex_digit(text[i + 1]);
		if (high < 0 || low < 0)
			return refuse(at, "lower-case hex digits are needed here");
		if (!kbm_bytes_append_byte(out, (uint8_t)(high * 16 + low)))
			return refuse(at, "too long");
	}
	return KBM_OK;
}

/* Text, or {"hex": ...} for what is no clean text. Appends to `out`. */
static enum kbm_code read_octets(const json_t *value, struct kbm_bytes *out, const struct at *at)
{
	if (json_is_string(value)) {
		if (!kbm_bytes_append(out, json_string_value(value), json_string_length(value)))
			return refuse(at, "too long");
		return KBM_OK;
	}
	if (!json_is_object(value))
		return refuse(at, "text is needed here");
	struct member hex = {.name = "hex"};
	enum kbm_code code = read_members(value, &hex, 1, at);
	if (code != KBM_OK)
		return code;
	struct at there = below(at, "hex");
	return read_hex(hex.value, out, &there);
}

/* On success *text is heap memory, NUL-terminated. */
static enum kbm_code read_text(const json_t *value, char **text, const struct at *at)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = read_octets(value, &bytes, at);
	if (code == KBM_OK && bytes.length > 0 && memchr(bytes.data, 0, bytes.length) != NULL)
		code = refuse(at, "a NUL has no place in this text");
	char *taken = code == KBM_OK ? kbm_bytes_take(&bytes, NULL) : NULL;
	kbm_bytes_clear(&bytes);
	if (code == KBM_OK && taken == NULL)
		return no_memory(at);
	if (code == KBM_OK)
		*text = taken;
	return code;
}

static enum kbm_code read_text_or_null(const json_t *value, char **text, const struct at *at)
{
	return value == NULL || json_is_null(value) ? KBM_OK : read_text(value, text, at);
}

static enum kbm_code read_unsigned(const json_t *value, uint64_t most, uint64_t *number,
				   const struct at *at)
{
	if (!json_is_integer(value))
		return refuse(at, "a whole number is needed here");
	json_int_t read = json_integer_value(value);
	if (read < 0 || (uint64_t)read > most)
		return refuse(at, "the number is out of range");
	*number = (uint64_t)read;
	return KBM_OK;
}

static enum kbm_code read_u32(const json_t *value, uint32_t *number, const struct at *at)
{
	uint64_t read = 0;
	enum kbm_code code = read_unsigned(value, UINT32_MAX, &read, at);
	if (code == KBM_OK)
		*number = (uint32_t)read;
	return code;
}

/* A 64-bit number as decimal text, without leading zeros: one spelling a number. */
static enum kbm_code read_decimal(const json_t *value, uint64_t *number, const struct at *at)
{
	uint64_t read = 0;
	const char *text = json_string_value(value);
	if (text == NULL || text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return refuse(at, "a decimal number as text is needed here");
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return refuse(at, "a decimal number as text is needed here");
		if (__builtin_mul_overflow(read, 10U, &read) ||
		    __builtin_add_overflow(read, (uint64_t)(*text - '0'), &read))
			return refuse(at, "the number is out of range");
	}
	*number = read;
	return KBM_OK;
}

static enum kbm_code read_word(const json_t *value, const char *const *words, size_t count,
			       size_t *index, const struct at *at)
{
	const char *text = json_string_value(value);
	for (size_t i = 0; text != NULL && i < count; i++) {
		if (strcmp(words[i], text) == 0) {
			*index = i;
			return KBM_OK;
		}
	}
	return refuse(at, "none of the words that are known here");
}

static enum kbm_code read_text_list(const json_t *value, size_t most, struct kbm_text_list *list,
				    const struct at *at)
{
	enum kbm_code code = check_array(value, most, at);
	size_t count = json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		char *text = NULL;
		struct at there = item(at, i);
		code = read_text(json_array_get(value, i), &text, &there);
		if (code == KBM_OK && !kbm_text_list_add(list, text))
			code = no_memory(at);
		free(text);
	}
	return code;
}

/* --- places ---------------------------------------------------------------------------------- */

static enum kbm_code read_name(const json_t *value, struct kbm_place *place, const struct at *at)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_PATH_MAX_BYTES);
	enum kbm_code code = read_octets(value, &bytes, at);
	if (code == KBM_OK) {
		place->name = kbm_bytes_take(&bytes, &place->name_length);
		if (place->name == NULL)
			code = no_memory(at);
	}
	kbm_bytes_clear(&bytes);
	return code;
}

static enum kbm_code read_registry_place(const json_t *value, struct kbm_place *place,
					 const struct at *at)
{
	enum { KIND, PATH, HIVE, PHYSICAL, NAME, COUNT };
	struct member members[COUNT] = {[KIND] = {.name = "kind"},
					[PATH] = {.name = "path"},
					[HIVE] = {.name = "hive"},
					[PHYSICAL] = {.name = "physical"},
					[NAME] = {.name = "name"}};
	size_t count = place->kind == KBM_PLACE_VALUE ? COUNT : NAME;
	enum kbm_code code = read_members(value, members, count, at);
	struct at path = below(at, "path");
	struct at hive = below(at, "hive");
	struct at physical = below(at, "physical");
	struct at name = below(at, "name");
	if (code == KBM_OK)
		code = read_text(members[PATH].value, &place->path, &path);
	if (code == KBM_OK)
		code = read_text(members[HIVE].value, &place->hive, &hive);
	if (code == KBM_OK)
		code = read_text(members[PHYSICAL].value, &place->physical, &physical);
	if (code == KBM_OK && place->kind == KBM_PLACE_VALUE)
		code = read_name(members[NAME].value, place, &name);
	return code;
}

static enum kbm_code read_directory_place(const json_t *value, struct kbm_place *place,
					  const struct at *at)
{
	enum { KIND, DN, ATTRIBUTE, COUNT };
	struct member members[COUNT] = {
	    [KIND] = {.name = "kind"}, [DN] = {.name = "dn"}, [ATTRIBUTE] = {.name = "attribute"}};
	size_t count = place->kind == KBM_PLACE_ATTRIBUTE ? COUNT : ATTRIBUTE;
	enum kbm_code code = read_members(value, members, count, at);
	struct at dn = below(at, "dn");
	struct at attribute = below(at, "attribute");
	if (code == KBM_OK)
		code = read_text(members[DN].value, &place->path, &dn);
	if (code == KBM_OK && place->kind == KBM_PLACE_ATTRIBUTE)
		code = read_name(members[ATTRIBUTE].value, place, &attribute);
	return code;
}

static enum kbm_code read_place(const json_t *value, struct kbm_place *place, const struct at *at)
{
	static const char *const kinds[] = {"value", "key", "entry", "attribute"};
	size_t kind = 0;
	struct at there = below(at, "kind");
	if (!json_is_object(value))
		return refuse(at, "an object is needed here");
	enum kbm_code code = read_word(json_object_get(value, "kind"), kinds, 4, &kind, &there);
	if (code != KBM_OK)
		return code;
	place->kind = (enum kbm_place_kind)(kind + 1);
	if (place->kind == KBM_PLACE_VALUE || place->kind == KBM_PLACE_KEY)
		return read_registry_place(value, place, at);
	return read_directory_place(value, place, at);
}

/* --- states ---------------------------------------------------------------------------------- */

static const uint8_t terminator[2] = {0, 0};

static enum kbm_code append_utf16(const json_t *value, struct kbm_bytes *out, const struct at *at)
{
	if (!json_is_string(value))
		return refuse(at, "text is needed here");
	if (!kbm_text_to_utf16(json_string_value(value), json_string_length(value), out) ||
	    !kbm_bytes_append(out, terminator, sizeof terminator))
		return refuse(at, "too long");
	return KBM_OK;
}

static enum kbm_code append_list(const json_t *value, struct kbm_bytes *out, const struct at *at)
{
	enum kbm_code code = check_array(value, KBM_PLAN_MAX_JSON_ITEMS, at);
	size_t count = json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		struct at there = item(at, i);
		const json_t *text = json_array_get(value, i);
		if (json_is_string(text) && json_string_length(text) == 0)
			return refuse(&there, "an empty text would end the list");
		code = append_utf16(text, out, &there);
	}
	if (code == KBM_OK && !kbm_bytes_append(out, terminator, sizeof terminator))
		return refuse(at, "too long");
	return code;
}

static enum kbm_code append_number(const json_t *value, uint32_t type, struct kbm_bytes *out,
				   const struct at *at)
{
	uint64_t number = 0;
	size_t size = type == KBM_REG_QWORD ? 8 : 4;
	enum kbm_code code = type == KBM_REG_QWORD ? read_decimal(value, &number, at)
						   : read_unsigned(value, UINT32_MAX, &number, at);
	for (size_t i = 0; code == KBM_OK && i < size; i++) {
		size_t shift = 8 * (type == KBM_REG_DWORD_BIG_ENDIAN ? size - 1 - i : i);
		if (!kbm_bytes_append_byte(out, (uint8_t)(number >> shift)))
			code = refuse(at, "too long");
	}
	return code;
}

/* The one member beside "type", by what the type allows. */
static enum kbm_code append_value(uint32_t type, const struct member *forms, struct kbm_bytes *out,
				  const struct at *at)
{
	enum { TEXT, LIST, NUMBER, HEX, COUNT };
	size_t given = COUNT;
	for (size_t i = 0; i < COUNT; i++) {
		if (forms[i].value == NULL)
			continue;
		if (given != COUNT)
			return refuse(at, "one of text, list, number and hex is needed, not two");
		given = i;
	}
	if (given == COUNT)
		return refuse(at, "one of text, list, number and hex is needed");
	struct at there = below(at, forms[given].name);
	if (given == HEX)
		return read_hex(forms[HEX].value, out, &there);
	if (given == TEXT && (type == KBM_REG_SZ || type == KBM_REG_EXPAND_SZ))
		return append_utf16(forms[TEXT].value, out, &there);
	if (given == LIST && type == KBM_REG_MULTI_SZ)
		return append_list(forms[LIST].value, out, &there);
	if (given == NUMBER &&
	    (type == KBM_REG_DWORD || type == KBM_REG_DWORD_BIG_ENDIAN || type == KBM_REG_QWORD))
		return append_number(forms[NUMBER].value, type, out, &there);
	return refuse(&there, "this form does not fit the type");
}

static enum kbm_code read_value_state(const json_t *value, struct kbm_state *state,
				      const struct at *at)
{
	enum { TYPE, FORMS, COUNT = 5 };
	struct member members[COUNT] = {[TYPE] = {.name = "type"},
					[1] = {.name = "text", .optional = true},
					[2] = {.name = "list", .optional = true},
					[3] = {.name = "number", .optional = true},
					[4] = {.name = "hex", .optional = true}};
	enum kbm_code code = read_members(value, members, COUNT, at);
	if (code != KBM_OK)
		return code;
	uint32_t type = 0;
	struct at there = below(at, "type");
	const char *name = json_string_value(members[TYPE].value);
	if (name == NULL || !kbm_value_type_parse(name, &type))
		return refuse(&there, "no known type of a registry value");
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_HIVE_MAX_VALUE_BYTES);
	code = append_value(type, members + FORMS, &bytes, at);
	if (code == KBM_OK && !kbm_state_set_value(state, type, bytes.data, bytes.length))
		code = no_memory(at);
	kbm_bytes_clear(&bytes);
	return code;
}

static enum kbm_code read_blobs(const json_t *value, struct kbm_state *state, const struct at *at)
{
	enum kbm_code code = check_array(value, KBM_PLAN_MAX_JSON_ITEMS, at);
	size_t count = json_array_size(value);
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_PLAN_MAX_FILE_BYTES);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		struct at there = item(at, i);
		kbm_bytes_reset(&bytes);
		code = read_octets(json_array_get(value, i), &bytes, &there);
		if (code == KBM_OK && !kbm_state_add_value(state, bytes.data, bytes.length))
			code = no_memory(at);
	}
	kbm_bytes_clear(&bytes);
	return code;
}

static enum kbm_code read_state(const json_t *value, enum kbm_place_kind kind,
				struct kbm_state *state, const struct at *at)
{
	if (json_is_null(value))
		return KBM_OK; /* absent */
	if (kind == KBM_PLACE_VALUE)
		return read_value_state(value, state, at);
	struct member only = {.name = kind == KBM_PLACE_ATTRIBUTE ? "values" : "present"};
	enum kbm_code code = read_members(value, &only, 1, at);
	struct at there = below(at, only.name);
	if (code != KBM_OK)
		return code;
	if (kind == KBM_PLACE_ATTRIBUTE)
		return read_blobs(only.value, state, &there);
	if (!json_is_true(only.value))
		return refuse(&there, "only true stands here; absent is null");
	state->present = true;
	return KBM_OK;
}

/* --- target and scripts ---------------------------------------------------------------------- */

static enum kbm_code read_source(const json_t *value, struct kbm_source_identity *source,
				 const struct at *at)
{
	enum { KIND, HIVE, PATH, SIZE, SHA256, PRIMARY, SECONDARY, WRITTEN, COUNT };
	struct member members[COUNT] = {[KIND] = {.name = "kind"},
					[HIVE] = {.name = "hive"},
					[PATH] = {.name = "path"},
					[SIZE] = {.name = "size"},
					[SHA256] = {.name = "sha256"},
					[PRIMARY] = {.name = "primary_sequence"},
					[SECONDARY] = {.name = "secondary_sequence"},
					[WRITTEN] = {.name = "last_written"}};
	const char *kind = json_string_value(json_object_get(value, "kind"));
	bool is_hive = kind != NULL && strcmp(kind, "hive") == 0;
	enum kbm_code code = read_members(value, members, is_hive ? COUNT : PRIMARY, at);
	struct at there[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		there[i] = below(at, members[i].name);
	if (code == KBM_OK)
		code = read_text(members[KIND].value, &source->kind, &there[KIND]);
	if (code == KBM_OK)
		code = read_text_or_null(members[HIVE].value, &source->hive, &there[HIVE]);
	if (code == KBM_OK)
		code = read_text(members[PATH].value, &source->path, &there[PATH]);
	if (code == KBM_OK)
		code = read_decimal(members[SIZE].value, &source->size, &there[SIZE]);
	if (code == KBM_OK)
		code = read_text_or_null(members[SHA256].value, &source->sha256, &there[SHA256]);
	if (code != KBM_OK || !is_hive)
		return code;
	code = read_u32(members[PRIMARY].value, &source->primary_sequence, &there[PRIMARY]);
	if (code == KBM_OK)
		code = read_u32(members[SECONDARY].value, &source->secondary_sequence,
				&there[SECONDARY]);
	if (code == KBM_OK)
		code = read_decimal(members[WRITTEN].value, &source->last_written, &there[WRITTEN]);
	return code;
}

/* Makes room for an array's items, all zero; none for an empty array. */
static enum kbm_code make_items(const json_t *value, size_t most, size_t size, void **items,
				const struct at *at)
{
	enum kbm_code code = check_array(value, most, at);
	if (code != KBM_OK || json_array_size(value) == 0)
		return code;
	*items = calloc(json_array_size(value), size);
	return *items == NULL ? no_memory(at) : KBM_OK;
}

static enum kbm_code read_target(const json_t *value, struct kbm_target_identity *target,
				 const struct at *at)
{
	enum { NAME, CONTROL_SET, CONTROL_SET_SOURCE, SOURCES, COUNT };
	struct member members[COUNT] = {[NAME] = {.name = "name"},
					[CONTROL_SET] = {.name = "control_set"},
					[CONTROL_SET_SOURCE] = {.name = "control_set_source"},
					[SOURCES] = {.name = "sources"}};
	enum kbm_code code = read_members(value, members, COUNT, at);
	struct at name = below(at, "name");
	struct at set = below(at, "control_set");
	struct at set_source = below(at, "control_set_source");
	struct at sources = below(at, "sources");
	void *items = NULL;
	if (code == KBM_OK)
		code = read_text_or_null(members[NAME].value, &target->name, &name);
	if (code == KBM_OK)
		code = read_text_or_null(members[CONTROL_SET].value, &target->control_set, &set);
	if (code == KBM_OK)
		code = read_text_or_null(members[CONTROL_SET_SOURCE].value,
					 &target->control_set_source, &set_source);
	if (code == KBM_OK)
		code = make_items(members[SOURCES].value, KBM_PLAN_MAX_SOURCES,
				  sizeof *target->sources, &items, &sources);
	target->sources = items;
	target->source_count = items == NULL ? 0 : json_array_size(members[SOURCES].value);
	for (size_t i = 0; code == KBM_OK && i < target->source_count; i++) {
		struct at there = item(&sources, i);
		code = read_source(json_array_get(members[SOURCES].value, i), &target->sources[i],
				   &there);
	}
	return code;
}

static enum kbm_code read_params(const json_t *value, struct kbm_params *params,
				 const struct at *at)
{
	const char *key = NULL;
	json_t *given = NULL;
	if (!json_is_object(value))
		return refuse(at, "an object is needed here");
	if (json_object_size(value) > KBM_PARAMETER_MAX)
		return refuse(at, "too many members");
	json_object_foreach((json_t *)value, key, given)
	{
		char *text = NULL;
		struct at there = below(at, key);
		enum kbm_code code = read_text(given, &text, &there);
		if (code == KBM_OK && !kbm_params_set(params, key, text))
			code = no_memory(at);
		free(text);
		if (code != KBM_OK)
			return code;
	}
	return KBM_OK;
}

static enum kbm_code read_script(const json_t *value, struct kbm_plan_script *script,
				 const struct at *at)
{
	enum { ID, VERSION, SHA256, PARAMETERS, COUNT };
	struct member members[COUNT] = {[ID] = {.name = "id"},
					[VERSION] = {.name = "version"},
					[SHA256] = {.name = "sha256"},
					[PARAMETERS] = {.name = "parameters"}};
	enum kbm_code code = read_members(value, members, COUNT, at);
	struct at id = below(at, "id");
	struct at version = below(at, "version");
	struct at sha256 = below(at, "sha256");
	struct at params = below(at, "parameters");
	if (code == KBM_OK)
		code = read_text(members[ID].value, &script->id, &id);
	if (code == KBM_OK)
		code = read_text(members[VERSION].value, &script->version, &version);
	if (code == KBM_OK)
		code = read_text(members[SHA256].value, &script->sha256, &sha256);
	if (code == KBM_OK)
		code = read_params(members[PARAMETERS].value, &script->params, &params);
	return code;
}

/* --- changes --------------------------------------------------------------------------------- */

enum change_member {
	CHANGE_OP,
	CHANGE_SCRIPT,
	CHANGE_FINDING,
	CHANGE_WHY,
	CHANGE_STEP,
	CHANGE_RISK,
	CHANGE_WHERE, /* or "text" of a manual step, which ends there */
	CHANGE_BEFORE,
	CHANGE_AFTER,
	CHANGE_MEMBERS
};

static enum kbm_code read_change_texts(const struct member *members, struct kbm_change *change,
				       const struct at *at)
{
	char **const targets[] = {[CHANGE_SCRIPT] = &change->script,
				  [CHANGE_FINDING] = &change->finding,
				  [CHANGE_WHY] = &change->why,
				  [CHANGE_STEP] = &change->step};
	for (size_t i = CHANGE_SCRIPT; i <= CHANGE_STEP; i++) {
		struct at there = below(at, members[i].name);
		enum kbm_code code = read_text_or_null(members[i].value, targets[i], &there);
		if (code != KBM_OK)
			return code;
	}
	struct at there = below(at, "risk");
	const char *risk = json_string_value(members[CHANGE_RISK].value);
	if (risk == NULL || !kbm_risk_parse(risk, &change->risk))
		return refuse(&there, "low, medium or high is needed here");
	return KBM_OK;
}

static enum kbm_code read_change(const json_t *value, struct kbm_change *change,
				 const struct at *at)
{
	struct member members[CHANGE_MEMBERS] = {
	    [CHANGE_OP] = {.name = "op"},	    [CHANGE_SCRIPT] = {.name = "script"},
	    [CHANGE_FINDING] = {.name = "finding"}, [CHANGE_WHY] = {.name = "why"},
	    [CHANGE_STEP] = {.name = "step"},	    [CHANGE_RISK] = {.name = "risk"},
	    [CHANGE_WHERE] = {.name = "where"},	    [CHANGE_BEFORE] = {.name = "before"},
	    [CHANGE_AFTER] = {.name = "after"}};
	struct at there = below(at, "op");
	const char *op = json_string_value(json_object_get(value, "op"));
	if (op == NULL || !kbm_change_op_parse(op, &change->op))
		return refuse(&there, "no known operation");
	bool manual = change->op == KBM_MANUAL;
	if (manual)
		members[CHANGE_WHERE].name = "text";
	enum kbm_code code =
	    read_members(value, members, manual ? CHANGE_BEFORE : CHANGE_MEMBERS, at);
	if (code == KBM_OK)
		code = read_change_texts(members, change, at);
	there = below(at, members[CHANGE_WHERE].name);
	if (code != KBM_OK || manual)
		return code == KBM_OK
			   ? read_text(members[CHANGE_WHERE].value, &change->text, &there)
			   : code;
	code = read_place(members[CHANGE_WHERE].value, &change->place, &there);
	there = below(at, "before");
	if (code == KBM_OK)
		code = read_state(members[CHANGE_BEFORE].value, change->place.kind, &change->before,
				  &there);
	there = below(at, "after");
	if (code == KBM_OK)
		code = read_state(members[CHANGE_AFTER].value, change->place.kind, &change->after,
				  &there);
	return code;
}

/* --- preconditions --------------------------------------------------------------------------- */

static enum kbm_code read_attribute(const json_t *value, struct kbm_attribute *attribute,
				    const struct at *at)
{
	struct member members[] = {{.name = "name"}, {.name = "values"}};
	struct kbm_state values = {0};
	enum kbm_code code = read_members(value, members, 2, at);
	struct at name = below(at, "name");
	struct at list = below(at, "values");
	if (code == KBM_OK)
		code = read_text(members[0].value, &attribute->name, &name);
	if (code == KBM_OK)
		code = read_blobs(members[1].value, &values, &list);
	attribute->values = values.values;
	attribute->value_count = values.value_count;
	return code;
}

static enum kbm_code read_entry(const json_t *value, struct kbm_entry *entry, const struct at *at)
{
	struct member members[] = {{.name = "dn"}, {.name = "attributes"}};
	enum kbm_code code = read_members(value, members, 2, at);
	struct at dn = below(at, "dn");
	struct at list = below(at, "attributes");
	void *items = NULL;
	if (code == KBM_OK)
		code = read_text(members[0].value, &entry->dn, &dn);
	if (code == KBM_OK)
		code = make_items(members[1].value, KBM_PLAN_MAX_JSON_ITEMS,
				  sizeof *entry->attributes, &items, &list);
	entry->attributes = items;
	entry->attribute_count = items == NULL ? 0 : json_array_size(members[1].value);
	for (size_t i = 0; code == KBM_OK && i < entry->attribute_count; i++) {
		struct at there = item(&list, i);
		code = read_attribute(json_array_get(members[1].value, i), &entry->attributes[i],
				      &there);
	}
	return code;
}

static enum kbm_code read_entries(const json_t *value, struct kbm_entries *entries,
				  const struct at *at)
{
	void *items = NULL;
	enum kbm_code code =
	    make_items(value, KBM_DIRECTORY_MAX_ENTRIES, sizeof *entries->items, &items, at);
	entries->items = items;
	entries->count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < entries->count; i++) {
		struct at there = item(at, i);
		code = read_entry(json_array_get(value, i), &entries->items[i], &there);
	}
	return code;
}

/* An answer in full, or its count and hash. */
static enum kbm_code read_answer(const struct member *entries, const struct member *count,
				 const struct member *sha256, struct kbm_precondition *read,
				 const struct at *at)
{
	uint64_t number = 0;
	if ((entries->value != NULL) == (sha256->value != NULL) ||
	    (count->value != NULL) != (sha256->value != NULL))
		return refuse(at, "either entries, or entry_count and entries_sha256 are needed");
	struct at there = below(at, entries->name);
	if (entries->value != NULL)
		return read_entries(entries->value, &read->entries, &there);
	there = below(at, count->name);
	enum kbm_code code =
	    read_unsigned(count->value, KBM_DIRECTORY_MAX_ENTRIES, &number, &there);
	read->entry_count = (size_t)number;
	there = below(at, sha256->name);
	return code == KBM_OK ? read_text(sha256->value, &read->entries_sha256, &there) : code;
}

static enum kbm_code read_search(const json_t *value, struct kbm_precondition *read,
				 const struct at *at)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	enum { READ, BASE, SCOPE, FILTER, ATTRIBUTES, EXISTS, ENTRIES, ENTRY_COUNT, SHA256, COUNT };
	struct member members[COUNT] = {[READ] = {.name = "read"},
					[BASE] = {.name = "base"},
					[SCOPE] = {.name = "scope"},
					[FILTER] = {.name = "filter"},
					[ATTRIBUTES] = {.name = "attributes"},
					[EXISTS] = {.name = "base_exists"},
					[ENTRIES] = {.name = "entries", .optional = true},
					[ENTRY_COUNT] = {.name = "entry_count", .optional = true},
					[SHA256] = {.name = "entries_sha256", .optional = true}};
	enum kbm_code code = read_members(value, members, COUNT, at);
	size_t scope = 0;
	struct at there = below(at, "base");
	if (code == KBM_OK)
		code = read_text(members[BASE].value, &read->base, &there);
	there = below(at, "scope");
	if (code == KBM_OK)
		code = read_word(members[SCOPE].value, scopes, 3, &scope, &there);
	read->scope = (enum kbm_scope)scope;
	there = below(at, "filter");
	if (code == KBM_OK)
		code = read_text_or_null(members[FILTER].value, &read->filter, &there);
	there = below(at, "attributes");
	if (code == KBM_OK)
		code = read_text_list(members[ATTRIBUTES].value, KBM_DIRECTORY_MAX_ATTRIBUTES,
				      &read->attributes, &there);
	there = below(at, "base_exists");
	if (code == KBM_OK && !json_is_boolean(members[EXISTS].value))
		code = refuse(&there, "true or false is needed here");
	read->base_exists = json_is_true(members[EXISTS].value);
	if (code == KBM_OK)
		code = read_answer(&members[ENTRIES], &members[ENTRY_COUNT], &members[SHA256], read,
				   at);
	return code;
}

static enum kbm_code read_read(const json_t *value, struct kbm_precondition *read,
			       const struct at *at)
{
	static const char *const kinds[] = {"value", "key", "search"};
	size_t kind = 0;
	struct at there = below(at, "read");
	enum kbm_code code = read_word(json_object_get(value, "read"), kinds, 3, &kind, &there);
	if (code != KBM_OK)
		return code;
	read->kind = (enum kbm_read_kind)kind;
	if (read->kind == KBM_READ_SEARCH)
		return read_search(value, read, at);
	struct member members[] = {{.name = "read"}, {.name = "where"}, {.name = "state"}};
	code = read_members(value, members, 3, at);
	there = below(at, "where");
	if (code == KBM_OK)
		code = read_place(members[1].value, &read->place, &there);
	there = below(at, "state");
	if (code == KBM_OK)
		code = read_state(members[2].value, read->place.kind, &read->state, &there);
	return code;
}

/* --- the whole ------------------------------------------------------------------------------- */

static enum kbm_code read_prediction(const json_t *value, struct kbm_plan *plan,
				     const struct at *at)
{
	static const char *const names[] = {"none", "pass", "fail", "unknown"};
	struct member members[] = {{.name = "verdict"}, {.name = "reason"}, {.name = "remain"}};
	size_t index = 0;
	enum kbm_code code = read_members(value, members, 3, at);
	struct at there = below(at, "verdict");
	if (code == KBM_OK)
		code = read_word(members[0].value, names, 4, &index, &there);
	plan->prediction = (enum kbm_prediction)index;
	there = below(at, "reason");
	if (code == KBM_OK)
		code = read_text_or_null(members[1].value, &plan->prediction_reason, &there);
	there = below(at, "remain");
	if (code == KBM_OK)
		code = read_text_list(members[2].value, KBM_SCRIPT_MAX_FINDINGS, &plan->remain,
				      &there);
	return code;
}

static enum kbm_code read_scripts(const json_t *value, struct kbm_plan *plan, const struct at *at)
{
	void *items = NULL;
	enum kbm_code code =
	    make_items(value, KBM_PLAN_MAX_SCRIPTS, sizeof *plan->scripts, &items, at);
	plan->scripts = items;
	plan->script_count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < plan->script_count; i++) {
		struct at there = item(at, i);
		code = read_script(json_array_get(value, i), &plan->scripts[i], &there);
	}
	return code;
}

static enum kbm_code read_changes(const json_t *value, struct kbm_plan *plan, const struct at *at)
{
	void *items = NULL;
	enum kbm_code code =
	    make_items(value, KBM_PLAN_MAX_CHANGES, sizeof *plan->changes, &items, at);
	plan->changes = items;
	plan->change_count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < plan->change_count; i++) {
		struct at there = item(at, i);
		code = read_change(json_array_get(value, i), &plan->changes[i], &there);
	}
	return code;
}

static enum kbm_code read_reads(const json_t *value, struct kbm_plan *plan, const struct at *at)
{
	void *items = NULL;
	enum kbm_code code =
	    make_items(value, KBM_PLAN_MAX_ALL_READS, sizeof *plan->preconditions, &items, at);
	plan->preconditions = items;
	plan->precondition_count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < plan->precondition_count; i++) {
		struct at there = item(at, i);
		code = read_read(json_array_get(value, i), &plan->preconditions[i], &there);
		plan->preconditions[i].mark = kbm_precondition_mark(&plan->preconditions[i]);
	}
	return code;
}

/* The schema decides before any other member is looked at. */
static enum kbm_code check_schema(const json_t *value, struct kbm_error *error)
{
	static const char family[] = "kbmend.plan/";
	const char *schema = json_string_value(json_object_get(value, "schema"));
	if (schema != NULL && strcmp(schema, KBM_PLAN_SCHEMA) == 0)
		return KBM_OK;
	if (schema != NULL && strncmp(schema, family, sizeof family - 1) == 0)
		return kbm_fail(error, KBM_UNSUPPORTED,
				"schema: a plan of another version of kbmend; this one reads "
				"%s",
				KBM_PLAN_SCHEMA);
	return kbm_fail(error, KBM_INVALID, "schema: not %s, hence no plan", KBM_PLAN_SCHEMA);
}

static enum kbm_code read_plan(const json_t *value, struct kbm_plan *plan, struct kbm_error *error)
{
	enum { SCHEMA, TARGET, SCRIPTS, CHANGES, PREDICTION, PRECONDITIONS, COUNT };
	struct member members[COUNT] = {
	    [SCHEMA] = {.name = "schema"},	   [TARGET] = {.name = "target"},
	    [SCRIPTS] = {.name = "scripts"},	   [CHANGES] = {.name = "changes"},
	    [PREDICTION] = {.name = "prediction"}, [PRECONDITIONS] = {.name = "preconditions"}};
	const struct at root = {.up = NULL, .member = "", .index = 0, .error = error};
	enum kbm_code code = read_members(value, members, COUNT, &root);
	struct at there = below(&root, "target");
	if (code == KBM_OK)
		code = read_target(members[TARGET].value, &plan->target, &there);
	there = below(&root, "scripts");
	if (code == KBM_OK)
		code = read_scripts(members[SCRIPTS].value, plan, &there);
	there = below(&root, "changes");
	if (code == KBM_OK)
		code = read_changes(members[CHANGES].value, plan, &there);
	there = below(&root, "prediction");
	if (code == KBM_OK)
		code = read_prediction(members[PREDICTION].value, plan, &there);
	there = below(&root, "preconditions");
	if (code == KBM_OK)
		code = read_reads(members[PRECONDITIONS].value, plan, &there);
	return code;
}

enum kbm_code kbm_plan_from_json(const char *text, size_t length, struct kbm_plan *plan,
				 struct kbm_error *error)
{
	json_error_t problem;
	enum kbm_code code = kbm_json_check_size(text, length, error);
	if (code != KBM_OK)
		return code;
	json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
	if (value == NULL) {
		struct kbm_bytes said;
		kbm_bytes_init(&said, 8 * JSON_ERROR_TEXT_LENGTH);
		kbm_text_escape(problem.text, strlen(problem.text), &said);
		code = kbm_fail(error, KBM_INVALID, "line %d, column %d: %s", problem.line,
				problem.column, kbm_bytes_text(&said));
		kbm_bytes_clear(&said);
		return code;
	}
	struct kbm_plan made = {0};
	code = check_schema(value, error);
	if (code == KBM_OK)
		code = read_plan(value, &made, error);
	if (code == KBM_OK)
		code = kbm_plan_validate(&made, error);
	json_decref(value);
	if (code == KBM_OK)
		*plan = made;
	else
		kbm_plan_clear(&made);
	return code;
}
