/* Writing a plan as kbmend.plan/1. */
#include "plan/plan_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"

/* --- texts and bytes ------------------------------------------------------------------------- */

static json_t *hex_text(const void *data, size_t length)
{
	struct kbm_bytes hex;
	json_t *made = NULL;
	kbm_bytes_init(&hex, SIZE_MAX / 2);
	if (kbm_bytes_append_hex(&hex, data, length))
		made = json_stringn_nocheck(kbm_bytes_text(&hex), hex.length);
	kbm_bytes_clear(&hex);
	return made;
}

static bool is_clean(const char *text, size_t length)
{
	return memchr(text, '\0', length) == NULL && kbm_text_is_utf8(text, length);
}

json_t *kbm_json_text(const char *text, size_t length)
{
	if (length == 0)
		return json_string("");
	if (is_clean(text, length))
		return json_stringn_nocheck(text, length);
	json_t *object = json_object();
	if (object != NULL && !kbm_json_put(object, "hex", hex_text(text, length))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

bool kbm_json_put_text(json_t *object, const char *name, const char *text)
{
	if (text == NULL)
		return kbm_json_put(object, name, json_null());
	return kbm_json_put(object, name, kbm_json_text(text, strlen(text)));
}

/* As decimal text: many readers of JSON hold numbers in 53 bits. */
static json_t *decimal(uint64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRIu64, number);
	return json_string(text);
}

json_t *kbm_json_text_list(const struct kbm_text_list *list)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < list->count; i++)
		done =
		    kbm_json_append(array, kbm_json_text(list->items[i], strlen(list->items[i])));
	return kbm_json_whole(array, done);
}

/* --- places and states ----------------------------------------------------------------------- */

static bool put_registry_place(json_t *object, const struct kbm_place *place)
{
	return kbm_json_put_text(object, "path", place->path) &&
	       (place->hive == NULL || kbm_json_put_text(object, "hive", place->hive)) &&
	       (place->physical == NULL || kbm_json_put_text(object, "physical", place->physical));
}

static bool put_name(json_t *object, const char *member, const struct kbm_place *place)
{
	return kbm_json_put(
	    object, member,
	    kbm_json_text(place->name == NULL ? "" : place->name, place->name_length));
}

json_t *kbm_json_place(const struct kbm_place *place)
{
	static const char *const kinds[] = {NULL, "value", "key", "entry", "attribute"};
	if (place->kind == KBM_PLACE_NONE)
		return json_null();
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put(object, "kind", json_string(kinds[place->kind]));
	switch (place->kind) {
	case KBM_PLACE_VALUE:
		done = done && put_registry_place(object, place) && put_name(object, "name", place);
		break;
	case KBM_PLACE_KEY:
		done = done && put_registry_place(object, place);
		break;
	case KBM_PLACE_ENTRY:
		done = done && kbm_json_put_text(object, "dn", place->path);
		break;
	case KBM_PLACE_ATTRIBUTE:
		done = done && kbm_json_put_text(object, "dn", place->path) &&
		       put_name(object, "attribute", place);
		break;
	case KBM_PLACE_NONE:
		break;
	}
	return kbm_json_whole(object, done);
}

static bool is_nul(const uint8_t *data, size_t at)
{
	return data[at] == 0 && data[at + 1] == 0;
}

/* The text of UTF-16 bytes without their terminator, or NULL when it is not clean. */
static json_t *clean_utf16(const uint8_t *data, size_t length)
{
	struct kbm_bytes text;
	json_t *made = NULL;
	kbm_bytes_init(&text, 3 * KBM_HIVE_MAX_VALUE_BYTES);
	if (kbm_text_from_utf16(data, length, &text) &&
	    is_clean(kbm_bytes_text(&text), text.length))
		made = json_stringn_nocheck(kbm_bytes_text(&text), text.length);
	kbm_bytes_clear(&text);
	return made;
}

/* Text and exactly one NUL, or NULL: anything else travels as hex, so that no byte is lost. */
static json_t *string_value(const uint8_t *data, size_t length)
{
	if (length < 2 || length % 2 != 0 || !is_nul(data, length - 2))
		return NULL;
	return clean_utf16(data, length - 2);
}

/* Texts, none empty, each with its NUL, and one NUL behind all; or NULL. */
static json_t *list_value(const uint8_t *data, size_t length)
{
	if (length < 2 || length % 2 != 0 || !is_nul(data, length - 2))
		return NULL;
	size_t end = length - 2;
	json_t *array = json_array();
	bool done = array != NULL && (end == 0 || is_nul(data, end - 2));
	for (size_t at = 0; done && at < end;) {
		size_t text = at;
		while (text < end && !is_nul(data, text))
			text += 2;
		done = text > at && kbm_json_append(array, clean_utf16(data + at, text - at));
		at = text + 2;
	}
	return kbm_json_whole(array, done);
}

static json_t *number_value(const uint8_t *data, size_t length, bool big_endian)
{
	uint64_t number = 0;
	for (size_t i = 0; i < length; i++)
		number = number << 8 | data[big_endian ? i : length - 1 - i];
	return length == 8 ? decimal(number) : json_integer((json_int_t)number);
}

/* The readable form of a value and its member's name; NULL where only hex is exact. */
static json_t *readable_value(uint32_t type, const struct kbm_blob *blob, const char **member)
{
	switch (type) {
	case KBM_REG_SZ:
	case KBM_REG_EXPAND_SZ:
		*member = "text";
		return string_value(blob->data, blob->length);
	case KBM_REG_MULTI_SZ:
		*member = "list";
		return list_value(blob->data, blob->length);
	case KBM_REG_DWORD:
	case KBM_REG_DWORD_BIG_ENDIAN:
		*member = "number";
		return blob->length == 4 ? number_value(blob->data, blob->length,
							type == KBM_REG_DWORD_BIG_ENDIAN)
					 : NULL;
	case KBM_REG_QWORD:
		*member = "number";
		return blob->length == 8 ? number_value(blob->data, blob->length, false) : NULL;
	default:
		return NULL;
	}
}

static json_t *value_state(const struct kbm_state *state)
{
	if (state->value_count != 1)
		return NULL;
	char name[32];
	const char *member = "hex";
	const struct kbm_blob *blob = &state->values[0];
	json_t *readable = readable_value(state->type, blob, &member);
	if (readable == NULL) {
		member = "hex";
		readable = hex_text(blob->data, blob->length);
	}
	json_t *object = json_object();
	if (object == NULL) {
		json_decref(readable);
		return NULL;
	}
	bool done =
	    kbm_json_put(object, "type", json_string(kbm_value_type_name(state->type, name)));
	if (!done)
		json_decref(readable);
	return kbm_json_whole(object, done && kbm_json_put(object, member, readable));
}

static json_t *blob_list(const struct kbm_blob *values, size_t count)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < count; i++)
		done = kbm_json_append(
		    array, kbm_json_text((const char *)values[i].data, values[i].length));
	return kbm_json_whole(array, done);
}

json_t *kbm_json_state(enum kbm_place_kind kind, const struct kbm_state *state)
{
	if (!state->present || kind == KBM_PLACE_NONE)
		return json_null();
	if (kind == KBM_PLACE_VALUE)
		return value_state(state);
	json_t *object = json_object();
	if (object == NULL)
		return NULL;
	if (kind == KBM_PLACE_ATTRIBUTE)
		return kbm_json_whole(
		    object,
		    kbm_json_put(object, "values", blob_list(state->values, state->value_count)));
	return kbm_json_whole(object, kbm_json_put(object, "present", json_true()));
}

/* --- the parts of a plan --------------------------------------------------------------------- */

json_t *kbm_json_change(const struct kbm_change *change)
{
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "op", json_string(kbm_change_op_name(change->op))) &&
		    kbm_json_put_text(object, "script", change->script) &&
		    kbm_json_put_text(object, "finding", change->finding);
	if (done && change->op == KBM_MANUAL)
		done = kbm_json_put_text(object, "text", change->text);
	else
		done = done && kbm_json_put(object, "where", kbm_json_place(&change->place)) &&
		       kbm_json_put(object, "before",
				    kbm_json_state(change->place.kind, &change->before)) &&
		       kbm_json_put(object, "after",
				    kbm_json_state(change->place.kind, &change->after));
	done = done && kbm_json_put_text(object, "why", change->why) &&
	       kbm_json_put_text(object, "step", change->step) &&
	       kbm_json_put(object, "risk", json_string(kbm_risk_name(change->risk)));
	return kbm_json_whole(object, done);
}

static json_t *source_json(const struct kbm_source_identity *source)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "kind", source->kind) &&
		    kbm_json_put_text(object, "hive", source->hive) &&
		    kbm_json_put_text(object, "path", source->path) &&
		    kbm_json_put(object, "size", decimal(source->size));
	if (done && source->kind != NULL && strcmp(source->kind, "hive") == 0)
		done = kbm_json_put(object, "primary_sequence",
				    json_integer(source->primary_sequence)) &&
		       kbm_json_put(object, "secondary_sequence",
				    json_integer(source->secondary_sequence)) &&
		       kbm_json_put(object, "last_written", decimal(source->last_written));
	if (done && source->kind != NULL && strcmp(source->kind, "ldap") == 0)
		done = kbm_json_put_text(object, "base", source->base);
	return kbm_json_whole(object, done && kbm_json_put_text(object, "sha256", source->sha256));
}

json_t *kbm_json_target(const struct kbm_target_identity *target)
{
	json_t *object = json_object();
	json_t *sources = json_array();
	bool done = object != NULL && sources != NULL;
	for (size_t i = 0; done && i < target->source_count; i++)
		done = kbm_json_append(sources, source_json(&target->sources[i]));
	done = done && kbm_json_put_text(object, "name", target->name) &&
	       kbm_json_put_text(object, "control_set", target->control_set) &&
	       kbm_json_put_text(object, "control_set_source", target->control_set_source);
	if (!done) {
		json_decref(sources);
		return kbm_json_whole(object, false);
	}
	return kbm_json_whole(object, kbm_json_put(object, "sources", sources));
}

static json_t *params_json(const struct kbm_params *params)
{
	json_t *object = json_object();
	bool done = object != NULL;
	for (size_t i = 0; done && i < params->count; i++)
		done = kbm_json_put_text(object, params->items[i].name, params->items[i].value);
	return kbm_json_whole(object, done);
}

static json_t *script_json(const struct kbm_plan_script *script)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "id", script->id) &&
		    kbm_json_put_text(object, "version", script->version) &&
		    kbm_json_put_text(object, "sha256", script->sha256) &&
		    kbm_json_put(object, "parameters", params_json(&script->params));
	return kbm_json_whole(object, done);
}

static json_t *entry_json(const struct kbm_entry *entry)
{
	json_t *object = json_object();
	json_t *attributes = json_array();
	bool done = object != NULL && attributes != NULL;
	for (size_t i = 0; done && i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		json_t *item = json_object();
		bool item_done = item != NULL && kbm_json_put_text(item, "name", attribute->name) &&
				 kbm_json_put(item, "values",
					      blob_list(attribute->values, attribute->value_count));
		done = kbm_json_append(attributes, kbm_json_whole(item, item_done));
	}
	done = done && kbm_json_put_text(object, "dn", entry->dn);
	if (!done) {
		json_decref(attributes);
		return kbm_json_whole(object, false);
	}
	return kbm_json_whole(object, kbm_json_put(object, "attributes", attributes));
}

static json_t *entries_json(const struct kbm_entries *entries)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < entries->count; i++)
		done = kbm_json_append(array, entry_json(&entries->items[i]));
	return kbm_json_whole(array, done);
}

static bool put_search(json_t *object, const struct kbm_precondition *read)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	bool done = kbm_json_put_text(object, "base", read->base) &&
		    kbm_json_put(object, "scope", json_string(scopes[read->scope])) &&
		    kbm_json_put_text(object, "filter", read->filter) &&
		    kbm_json_put(object, "attributes", kbm_json_text_list(&read->attributes)) &&
		    kbm_json_put(object, "base_exists", json_boolean(read->base_exists));
	if (read->entries_sha256 == NULL)
		return done && kbm_json_put(object, "entries", entries_json(&read->entries));
	return done &&
	       kbm_json_put(object, "entry_count", json_integer((json_int_t)read->entry_count)) &&
	       kbm_json_put_text(object, "entries_sha256", read->entries_sha256);
}

json_t *kbm_json_read(const struct kbm_precondition *read)
{
	static const char *const kinds[] = {"value", "key", "search"};
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put(object, "read", json_string(kinds[read->kind]));
	if (read->kind == KBM_READ_SEARCH)
		done = done && put_search(object, read);
	else
		done =
		    done && kbm_json_put(object, "where", kbm_json_place(&read->place)) &&
		    kbm_json_put(object, "state", kbm_json_state(read->place.kind, &read->state));
	return kbm_json_whole(object, done);
}

json_t *kbm_json_prediction(const struct kbm_plan *plan)
{
	static const char *const names[] = {"none", "pass", "fail", "unknown"};
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "verdict", json_string(names[plan->prediction])) &&
		    kbm_json_put_text(object, "reason", plan->prediction_reason) &&
		    kbm_json_put(object, "remain", kbm_json_text_list(&plan->remain)) &&
		    kbm_json_put(object, "read_twice", json_boolean(plan->read_twice));
	return kbm_json_whole(object, done);
}

/* --- the whole ------------------------------------------------------------------------------- */

json_t *kbm_json_changes(const struct kbm_plan *plan)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < plan->change_count; i++)
		done = kbm_json_append(array, kbm_json_change(&plan->changes[i]));
	return kbm_json_whole(array, done);
}

static json_t *plan_json(const struct kbm_plan *plan)
{
	json_t *object = json_object();
	json_t *list = NULL;
	bool done = object != NULL &&
		    kbm_json_put(object, "schema", json_string(KBM_PLAN_SCHEMA)) &&
		    kbm_json_put(object, "target", kbm_json_target(&plan->target));
	done = done && kbm_json_put_array(object, "scripts", &list);
	for (size_t i = 0; done && i < plan->script_count; i++)
		done = kbm_json_append(list, script_json(&plan->scripts[i]));
	done = done && kbm_json_put(object, "changes", kbm_json_changes(plan));
	done = done && kbm_json_put(object, "prediction", kbm_json_prediction(plan));
	done = done && kbm_json_put_array(object, "preconditions", &list);
	for (size_t i = 0; done && i < plan->precondition_count; i++)
		done = kbm_json_append(list, kbm_json_read(&plan->preconditions[i]));
	return kbm_json_whole(object, done);
}

static enum kbm_code write_plan(const struct kbm_plan *plan, bool indent, struct kbm_bytes *out,
				struct kbm_error *error)
{
	enum kbm_code code = kbm_plan_validate(plan, error);
	if (code != KBM_OK)
		return code;
	json_t *object = plan_json(plan);
	if (object == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan's JSON");
	size_t start = out->length;
	code = kbm_json_write(object, indent, out, error);
	json_decref(object);
	/* Nothing is written that could not be read again. */
	if (code == KBM_OK)
		code = kbm_json_check_size(kbm_bytes_text(out) + start, out->length - start, error);
	return code;
}

enum kbm_code kbm_plan_to_json(const struct kbm_plan *plan, struct kbm_bytes *out,
			       struct kbm_error *error)
{
	return write_plan(plan, true, out, error);
}

enum kbm_code kbm_plan_to_json_line(const struct kbm_plan *plan, struct kbm_bytes *out,
				    struct kbm_error *error)
{
	return write_plan(plan, false, out, error);
}
