/* The messages between kbmend, its worker and the worker's children: one table, one walk each. */
#include "guard/protocol.h"

#include "base/limits.h"
#include "guard/protocol_fields.h"
#include "guard/protocol_start.h"
#include "source/hive_check.h"

#include <stdlib.h>
#include <string.h>

static void walk_error(struct kbm_wire *wire, void *structure)
{
	struct kbm_error *error = structure;
	KBM_WIRE_CHOICE(wire, error->code, KBM_INTERNAL);
	kbm_wire_fixed_text(wire, error->message, sizeof error->message);
}

static void walk_hello(struct kbm_wire *wire, void *structure)
{
	struct kbm_hello *hello = structure;
	kbm_wire_u32(wire, &hello->protocol);
	kbm_wire_borrow_text(wire, &hello->version, KBM_TEXT_MAX_BYTES);
}

static void walk_exited(struct kbm_wire *wire, void *structure)
{
	struct kbm_exited *exited = structure;
	kbm_wire_i32(wire, &exited->status);
}

static void walk_module(struct kbm_wire *wire, void *structure)
{
	struct kbm_module *module = structure;
	kbm_wire_borrow_text(wire, &module->name, KBM_TEXT_MAX_BYTES);
	kbm_wire_borrow(wire, &module->text, &module->length, KBM_STDLIB_MAX_FILE_BYTES);
}

static void walk_spawn(struct kbm_wire *wire, void *structure)
{
	struct kbm_spawn *spawn = structure;
	kbm_wire_choice(wire, &spawn->job, UINT8_MAX);
	kbm_wire_choice(wire, &spawn->inputs, KBM_CHILD_MAX_INPUTS);
	kbm_wire_bool(wire, &spawn->output);
	kbm_wire_bool(wire, &spawn->lenient);
	kbm_wire_bool(wire, &spawn->yields);
	kbm_wire_u32(wire, &spawn->cpu_ms);
	kbm_wire_u32(wire, &spawn->memory_mib);
}

static void walk_search(struct kbm_wire *wire, void *structure)
{
	struct kbm_search *search = structure;
	kbm_wire_bool(wire, &search->in_parts);
	kbm_wire_borrow_text(wire, &search->base, KBM_DN_MAX_BYTES);
	kbm_wire_choice(wire, &search->scope, KBM_SCOPE_SUB);
	kbm_wire_borrow_optional_text(wire, &search->filter, KBM_FILTER_MAX_BYTES);
	kbm_wire_text_list(wire, &search->attributes, KBM_TEXT_MAX_BYTES);
	if (search->attributes.count > KBM_DIRECTORY_MAX_ATTRIBUTES)
		kbm_wire_fail(wire, "it asks for too many attributes");
}

static void clear_search(void *structure)
{
	struct kbm_search *search = structure;
	kbm_text_list_clear(&search->attributes);
}

static void walk_entries(struct kbm_wire *wire, void *structure)
{
	kbm_wire_entries(wire, structure);
}

static void clear_entries(void *structure)
{
	kbm_entries_clear(structure);
}

static void walk_answer(struct kbm_wire *wire, void *structure)
{
	struct kbm_answer *answer = structure;
	walk_error(wire, &answer->error);
	kbm_wire_bool(wire, &answer->is_doubtful);
	kbm_wire_entries(wire, &answer->entries);
}

static void clear_answer(void *structure)
{
	struct kbm_answer *answer = structure;
	kbm_entries_clear(&answer->entries);
}

static void walk_modify(struct kbm_wire *wire, void *structure)
{
	kbm_wire_entry_change(wire, structure);
}

static void clear_modify(void *structure)
{
	kbm_entry_change_clear(structure);
}

static void walk_modified(struct kbm_wire *wire, void *structure)
{
	struct kbm_modified *modified = structure;
	walk_error(wire, &modified->error);
	kbm_wire_bool(wire, &modified->is_unknown);
}

static void walk_info(struct kbm_wire *wire, void *structure)
{
	kbm_wire_script_info(wire, structure);
}

static void clear_info(void *structure)
{
	kbm_script_info_clear(structure);
}

static void walk_profile(struct kbm_wire *wire, void *structure)
{
	kbm_wire_profile(wire, structure);
}

static void clear_profile(void *structure)
{
	kbm_profile_clear(structure);
}

static void walk_logs(struct kbm_wire *wire, struct kbm_source *source)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		struct kbm_log_report *report = &source->logs[i].report;
		KBM_WIRE_CHOICE(wire, report->kind, KBM_LOG_ENTRIES);
		kbm_wire_bool(wire, &report->replayed);
		kbm_wire_u32(wire, &report->count);
		kbm_wire_u32(wire, &report->first);
		kbm_wire_u32(wire, &report->last);
		walk_error(wire, &report->reason);
	}
}

static void walk_prepared(struct kbm_wire *wire, void *structure)
{
	struct kbm_prepare_answer *prepared = structure;
	struct kbm_source *source = &prepared->source;
	KBM_WIRE_CHOICE(wire, source->kind, KBM_SOURCE_LDIF);
	kbm_wire_text(wire, &source->hive, KBM_TEXT_MAX_BYTES);
	kbm_wire_text(wire, &source->stored_name, KBM_TEXT_MAX_BYTES);
	kbm_wire_u32(wire, &source->major);
	kbm_wire_u32(wire, &source->minor);
	kbm_wire_u32(wire, &source->primary_sequence);
	kbm_wire_u32(wire, &source->secondary_sequence);
	kbm_wire_u64(wire, &source->last_written);
	kbm_wire_bool(wire, &source->dirty);
	kbm_wire_bool(wire, &source->cut);
	kbm_wire_text(wire, &source->dirty_reason, KBM_TEXT_MAX_BYTES);
	kbm_wire_text(wire, &source->computer_name, KBM_TEXT_MAX_BYTES);
	kbm_wire_text(wire, &source->control_set, KBM_TEXT_MAX_BYTES);
	kbm_wire_text_list(wire, &source->hives, KBM_TEXT_MAX_BYTES);
	kbm_wire_choice(wire, &source->reg_version, 5);
	kbm_wire_bool(wire, &source->recovered);
	kbm_wire_u32(wire, &source->recovered_sequence);
	kbm_wire_bool(wire, &source->base_from_log);
	walk_logs(wire, source);
	kbm_wire_u64(wire, &prepared->image_bytes);
	kbm_wire_bool(wire, &prepared->needs_logs);
	walk_error(wire, &prepared->closed);
	walk_error(wire, &prepared->log_failure);
}

static void clear_prepared(void *structure)
{
	struct kbm_prepare_answer *prepared = structure;
	kbm_source_clear(&prepared->source);
}

static void walk_ready(struct kbm_wire *wire, void *structure)
{
	struct kbm_ready *ready = structure;
	kbm_wire_u64(wire, &ready->entries);
}

static void walk_connected(struct kbm_wire *wire, void *structure)
{
	struct kbm_connected *connected = structure;
	kbm_wire_bool(wire, &connected->is_encrypted);
	kbm_wire_borrow_text(wire, &connected->warning, KBM_TEXT_MAX_BYTES);
}

static void walk_doctor(struct kbm_wire *wire, void *structure)
{
	struct kbm_doctor_answer *answer = structure;
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT; i++)
		kbm_wire_i32(wire, &answer->jail.errors[i]);
	kbm_wire_u32(wire, &answer->jail.landlock_version);
	kbm_wire_text_list(wire, &answer->libraries, KBM_TEXT_MAX_BYTES);
}

static void clear_doctor(void *structure)
{
	struct kbm_doctor_answer *answer = structure;
	kbm_text_list_clear(&answer->libraries);
}

static void walk_reading(struct kbm_wire *wire, void *structure)
{
	struct kbm_reading *reading = structure;
	walk_error(wire, &reading->error);
	kbm_wire_bool(wire, &reading->present);
	kbm_wire_u32(wire, &reading->type);
	kbm_wire_borrow(wire, &reading->data, &reading->length, KBM_HIVE_MAX_VALUE_BYTES);
}

static void walk_edited(struct kbm_wire *wire, void *structure)
{
	struct kbm_edited *edited = structure;
	kbm_wire_u64(wire, &edited->length);
}

static void walk_kept(struct kbm_wire *wire, char (*texts)[KBM_ERROR_MESSAGE_BYTES], uint64_t count)
{
	for (uint64_t i = 0; i < count && i < KBM_HIVE_CHECK_KEPT; i++)
		kbm_wire_fixed_text(wire, texts[i], sizeof texts[i]);
}

static void walk_checked(struct kbm_wire *wire, void *structure)
{
	struct kbm_hive_check *checked = structure;
	kbm_wire_u32(wire, &checked->major);
	kbm_wire_u32(wire, &checked->minor);
	kbm_wire_u64(wire, &checked->keys);
	kbm_wire_u64(wire, &checked->values);
	kbm_wire_u64(wire, &checked->descriptors);
	kbm_wire_u64(wire, &checked->used_cells);
	kbm_wire_u64(wire, &checked->free_cells);
	kbm_wire_u64(wire, &checked->free_bytes);
	kbm_wire_u64(wire, &checked->tail_bytes);
	kbm_wire_bool(wire, &checked->needs_logs);
	kbm_wire_u64(wire, &checked->problems);
	kbm_wire_u64(wire, &checked->oddities);
	for (size_t i = 0; i < KBM_CHECK_KINDS; i++)
		kbm_wire_u64(wire, &checked->counts[i]);
	walk_kept(wire, checked->first_problems, checked->problems);
	walk_kept(wire, checked->first_oddities, checked->oddities);
}

static void walk_output(struct kbm_wire *wire, void *structure)
{
	struct kbm_output *output = structure;
	kbm_wire_borrow_text(wire, &output->text, KBM_SCRIPT_MAX_OUTPUT);
}

static void walk_finding(struct kbm_wire *wire, void *structure)
{
	kbm_wire_finding(wire, structure);
}

static void clear_finding(void *structure)
{
	kbm_finding_clear(structure);
}

static void walk_observation(struct kbm_wire *wire, void *structure)
{
	kbm_wire_observation(wire, structure);
}

static void clear_observation(void *structure)
{
	kbm_observation_clear(structure);
}

static void walk_change(struct kbm_wire *wire, void *structure)
{
	kbm_wire_change(wire, structure);
}

static void clear_change(void *structure)
{
	kbm_change_clear(structure);
}

static void walk_read(struct kbm_wire *wire, void *structure)
{
	kbm_wire_precondition(wire, structure);
}

static void clear_read(void *structure)
{
	kbm_precondition_clear(structure);
}

static void walk_result(struct kbm_wire *wire, void *structure)
{
	kbm_wire_result(wire, structure);
}

static void clear_result(void *structure)
{
	kbm_result_clear(structure);
}

static void walk_end(struct kbm_wire *wire, void *structure)
{
	struct kbm_end *end = structure;
	KBM_WIRE_CHOICE(wire, end->verdict, KBM_VERDICT_NOTAPPLICABLE);
	kbm_wire_borrow_text(wire, &end->reason, KBM_TEXT_MAX_BYTES);
	kbm_wire_borrow_text(wire, &end->place, KBM_TEXT_MAX_BYTES);
}

/* What a type's message is: its structure, the walk over it, what releases it, its most bytes. */
struct message_form {
	const char *name;
	size_t bytes;
	void (*walk)(struct kbm_wire *wire, void *structure);
	void (*clear)(void *structure);
	size_t maximum;
};

#define SMALL  KBM_WIRE_MAX_MESSAGE
#define SCRIPT (KBM_SCRIPT_MAX_BYTES + SMALL)
#define ANSWER (KBM_DIRECTORY_MAX_ANSWER + SMALL)
#define MODIFY (2 * KBM_DIRECTORY_MAX_ANSWER + SMALL) /* what was read, and what it becomes */
#define RESULT KBM_WIRE_MAX_RESULT
/* clang-format off */
static const struct message_form forms[KBM_MESSAGE_COUNT] = {
	[KBM_MESSAGE_HELLO] = {"hello", sizeof(struct kbm_hello), walk_hello, NULL, SMALL},
	[KBM_MESSAGE_ADDED] = {"added", sizeof(struct kbm_error), walk_error, NULL, SMALL},
	[KBM_MESSAGE_EXITED] = {"exited", sizeof(struct kbm_exited), walk_exited, NULL, SMALL},
	[KBM_MESSAGE_MODULE] = {"module", sizeof(struct kbm_module), walk_module, NULL, SCRIPT},
	[KBM_MESSAGE_SPAWN] = {"spawn", sizeof(struct kbm_spawn), walk_spawn, NULL, SMALL},
	[KBM_MESSAGE_KILL] = {"kill", 0, NULL, NULL, 0},
	[KBM_MESSAGE_START_HEADER] = {"start header", sizeof(struct kbm_start_header), kbm_walk_start_header, NULL, SCRIPT},
	[KBM_MESSAGE_START_PREPARE] = {"start prepare", sizeof(struct kbm_start_prepare), kbm_walk_start_prepare, NULL, SMALL},
	[KBM_MESSAGE_START_SCRIPT] = {"start script", sizeof(struct kbm_start_script), kbm_walk_start_script, kbm_clear_start_script, KBM_WIRE_MAX_START},
	[KBM_MESSAGE_START_REGISTRY] = {"start registry", sizeof(struct kbm_start_registry), kbm_walk_start_registry, NULL, 2 * SMALL},
	[KBM_MESSAGE_START_EXPORT] = {"start export", sizeof(struct kbm_start_export), kbm_walk_start_export, NULL, 3 * SMALL},
	[KBM_MESSAGE_START_DIFF] = {"start diff", sizeof(struct kbm_start_diff), kbm_walk_start_diff, NULL, 6 * SMALL},
	[KBM_MESSAGE_START_DOCTOR] = {"start doctor", sizeof(struct kbm_start_doctor), kbm_walk_start_doctor, NULL, SMALL},
	[KBM_MESSAGE_START_SECOND] = {"start second read", sizeof(struct kbm_start_second), kbm_walk_start_second, kbm_clear_start_second, KBM_WIRE_MAX_START},
	[KBM_MESSAGE_START_EDIT] = {"start edit", sizeof(struct kbm_start_edit), kbm_walk_start_edit, kbm_clear_start_edit, KBM_WIRE_MAX_START},
	[KBM_MESSAGE_START_VERIFY] = {"start verify", sizeof(struct kbm_start_verify), kbm_walk_start_verify, kbm_clear_start_verify, KBM_WIRE_MAX_START},
	[KBM_MESSAGE_START_SERVER] = {"start server", sizeof(struct kbm_start_server), kbm_walk_start_server, kbm_clear_start_server, 2 * SMALL},
	[KBM_MESSAGE_SEARCH] = {"search", sizeof(struct kbm_search), walk_search, clear_search, 2 * SMALL},
	[KBM_MESSAGE_ENTRIES] = {"entries", sizeof(struct kbm_entries), walk_entries, clear_entries, KBM_WIRE_MAX_ENTRIES},
	[KBM_MESSAGE_ANSWER] = {"answer", sizeof(struct kbm_answer), walk_answer, clear_answer, ANSWER},
	[KBM_MESSAGE_MORE] = {"call for more", 0, NULL, NULL, 0},
	[KBM_MESSAGE_PLACES] = {"places", sizeof(struct kbm_second_places), kbm_walk_places, kbm_clear_places, KBM_WIRE_MAX_START},
	[KBM_MESSAGE_MODIFY] = {"modify", sizeof(struct kbm_entry_change), walk_modify, clear_modify, MODIFY},
	[KBM_MESSAGE_MODIFIED] = {"modified", sizeof(struct kbm_modified), walk_modified, NULL, SMALL},
	[KBM_MESSAGE_INFO] = {"info", sizeof(struct kbm_script_info), walk_info, clear_info, 2 * SCRIPT},
	[KBM_MESSAGE_PROFILE] = {"profile", sizeof(struct kbm_profile), walk_profile, clear_profile, 2 * SCRIPT},
	[KBM_MESSAGE_PREPARED] = {"prepared", sizeof(struct kbm_prepare_answer), walk_prepared, clear_prepared, SMALL},
	[KBM_MESSAGE_READY] = {"ready", sizeof(struct kbm_ready), walk_ready, NULL, SMALL},
	[KBM_MESSAGE_CONNECTING] = {"connecting", 0, NULL, NULL, 0},
	[KBM_MESSAGE_CONNECTED] = {"connected", sizeof(struct kbm_connected), walk_connected, NULL, SMALL},
	[KBM_MESSAGE_DOCTOR] = {"doctor", sizeof(struct kbm_doctor_answer), walk_doctor, clear_doctor, SMALL},
	[KBM_MESSAGE_READING] = {"reading", sizeof(struct kbm_reading), walk_reading, NULL, KBM_HIVE_MAX_VALUE_BYTES + SMALL},
	[KBM_MESSAGE_EDITED] = {"edited", sizeof(struct kbm_edited), walk_edited, NULL, SMALL},
	[KBM_MESSAGE_CHECKED] = {"checked", sizeof(struct kbm_hive_check), walk_checked, NULL, SMALL},
	[KBM_MESSAGE_VERIFIED] = {"verified", sizeof(struct kbm_error), walk_error, NULL, SMALL},
	[KBM_MESSAGE_ROWS] = {"rows", 0, NULL, NULL, KBM_WIRE_MAX_ROW},
	[KBM_MESSAGE_OUTPUT] = {"output", sizeof(struct kbm_output), walk_output, NULL, KBM_SCRIPT_MAX_OUTPUT + SMALL},
	[KBM_MESSAGE_FINDING] = {"finding", sizeof(struct kbm_finding), walk_finding, clear_finding, RESULT},
	[KBM_MESSAGE_OBSERVATION] = {"observation", sizeof(struct kbm_observation), walk_observation, clear_observation, RESULT},
	[KBM_MESSAGE_CHANGE] = {"change", sizeof(struct kbm_change), walk_change, clear_change, RESULT},
	[KBM_MESSAGE_READ] = {"read", sizeof(struct kbm_precondition), walk_read, clear_read, RESULT},
	[KBM_MESSAGE_RESULT] = {"result", sizeof(struct kbm_result), walk_result, clear_result, SMALL},
	[KBM_MESSAGE_END] = {"end", sizeof(struct kbm_end), walk_end, NULL, SMALL},
	[KBM_MESSAGE_FAILED] = {"failed", sizeof(struct kbm_error), walk_error, NULL, SMALL},
	[KBM_MESSAGE_DONE] = {"done", 0, NULL, NULL, 0},
};
/* clang-format on */

const char *kbm_message_name(enum kbm_message type)
{
	return type < KBM_MESSAGE_COUNT ? forms[type].name : "unknown";
}

size_t kbm_message_maximum(enum kbm_message type)
{
	return type < KBM_MESSAGE_COUNT ? forms[type].maximum : 0;
}

size_t kbm_message_structure_bytes(enum kbm_message type)
{
	return type < KBM_MESSAGE_COUNT ? forms[type].bytes : 0;
}

enum kbm_code kbm_message_encode(enum kbm_message type, const void *structure,
				 struct kbm_bytes *out, struct kbm_error *error)
{
	struct kbm_wire wire;
	kbm_wire_write(&wire, out);
	/* A walk stores nothing while it writes. */
	if (forms[type].walk != NULL)
		forms[type].walk(&wire, (void *)structure);
	if (!kbm_wire_finish(&wire))
		return kbm_fail(error, KBM_LIMIT, "the message '%s' cannot be sent: %s",
				forms[type].name, wire.problem);
	return KBM_OK;
}

enum kbm_code kbm_message_decode(enum kbm_message type, const uint8_t *bytes, size_t length,
				 void *structure, struct kbm_error *error)
{
	struct kbm_wire wire;
	kbm_wire_read(&wire, bytes, length);
	if (forms[type].walk != NULL)
		forms[type].walk(&wire, structure);
	if (kbm_wire_finish(&wire))
		return KBM_OK;
	kbm_message_clear(type, structure);
	return kbm_fail(error, KBM_INTERNAL, "the message '%s' is malformed: %s", forms[type].name,
			wire.problem);
}

void kbm_message_clear(enum kbm_message type, void *structure)
{
	if (forms[type].clear != NULL)
		forms[type].clear(structure);
	if (forms[type].bytes > 0)
		memset(structure, 0, forms[type].bytes);
}

/* A text that may hold NUL. */
static void walk_counted(struct kbm_wire *wire, const char **text, size_t *length, size_t maximum)
{
	const uint8_t *bytes = (const uint8_t *)*text;
	kbm_wire_borrow(wire, &bytes, length, maximum);
	*text = (const char *)bytes;
}

static void walk_key(struct kbm_wire *wire, struct kbm_key *key)
{
	walk_counted(wire, &key->name, &key->name_length, 3UL * KBM_HIVE_MAX_KEY_UNITS);
	kbm_wire_u64(wire, &key->last_written);
	kbm_wire_u64(wire, &key->subkey_count);
	kbm_wire_u64(wire, &key->value_count);
}

static void walk_data(struct kbm_wire *wire, struct kbm_value *value)
{
	kbm_wire_u32(wire, &value->type);
	kbm_wire_borrow(wire, &value->data, &value->length, KBM_HIVE_MAX_VALUE_BYTES);
}

static void walk_value(struct kbm_wire *wire, struct kbm_value *value)
{
	walk_counted(wire, &value->name, &value->name_length, 3UL * KBM_HIVE_MAX_NAME_UNITS);
	walk_data(wire, value);
}

static void walk_difference(struct kbm_wire *wire, struct kbm_registry_row *row)
{
	walk_counted(wire, &row->text, &row->text_length, KBM_HIVE_DUMP_MAX_PATH);
	kbm_wire_bool(wire, &row->is_value);
	if (!row->is_value)
		return;
	walk_value(wire, &row->value);
	if (row->row_kind == KBM_ROW_CHANGED)
		walk_data(wire, &row->after);
}

static void walk_damage(struct kbm_wire *wire, struct kbm_registry_row *row)
{
	walk_counted(wire, &row->text, &row->text_length, KBM_TEXT_MAX_BYTES);
	if (wire->out == NULL)
		row->path = NULL; /* unless there is one */
	kbm_wire_borrow_optional_text(wire, &row->path, KBM_HIVE_DAMAGE_MAX_PATH);
	kbm_wire_u64(wire, &row->offset);
	kbm_wire_bool(wire, &row->in_second);
	kbm_wire_u64(wire, &row->places);
	if (row->places > UINT32_MAX) /* sums of them are printed */
		kbm_wire_fail(wire, "more places than a hive can have");
}

static bool is_row(uint8_t kind, bool is_line)
{
	switch (kind) {
	case KBM_ROW_KEY:
	case KBM_ROW_VALUE:
		return true;
	case KBM_ROW_PROGRESS:
	case KBM_ROW_NOT_COMPARED:
		return !is_line;
	case KBM_ROW_BYTES:
	case KBM_ROW_NOTE:
	case KBM_ROW_DIFFER:
	case KBM_ROW_DAMAGE:
		return is_line;
	default:
		return false;
	}
}

/* A row is a line of a dump, a difference, a key, a value or a place that could not be read; the
 * other parts of the structure stay empty. */
static void walk_row(struct kbm_wire *wire, struct kbm_registry_row *row)
{
	uint8_t kind = (uint8_t)row->row_kind;
	bool is_line = row->text != NULL;
	kbm_wire_u8(wire, &kind);
	row->row_kind = (char)kind;
	if (kind == KBM_ROW_REMOVED || kind == KBM_ROW_ADDED || kind == KBM_ROW_CHANGED) {
		walk_difference(wire, row);
		return;
	}
	kbm_wire_bool(wire, &is_line);
	if (!is_row(kind, is_line)) {
		kbm_wire_fail(wire, "a row is neither a key nor a value");
	} else if (kind == KBM_ROW_PROGRESS || kind == KBM_ROW_NOT_COMPARED) {
		kbm_wire_u64(wire, &row->looked);
	} else if (kind == KBM_ROW_DAMAGE) {
		walk_damage(wire, row);
	} else if (is_line) {
		walk_counted(wire, &row->text, &row->text_length, KBM_WIRE_MAX_ROW);
	} else {
		walk_counted(wire, &row->path, &row->path_length, KBM_HIVE_DUMP_MAX_PATH);
		kbm_wire_choice(wire, &row->matched, KBM_FIND_ALL);
		kbm_wire_u64(wire, &row->last_written);
		if (kind == KBM_ROW_KEY)
			walk_key(wire, &row->key);
		else
			walk_value(wire, &row->value);
	}
}

bool kbm_row_encode(const struct kbm_registry_row *row, struct kbm_bytes *out)
{
	struct kbm_registry_row walked = *row;
	struct kbm_wire wire;
	kbm_wire_write(&wire, out);
	walk_row(&wire, &walked);
	return kbm_wire_finish(&wire);
}

enum kbm_code kbm_rows_decode(const uint8_t *bytes, size_t length, kbm_row_sink *sink,
			      void *context, struct kbm_error *error)
{
	struct kbm_wire wire;
	kbm_wire_read(&wire, bytes, length);
	while (wire.at != wire.end) {
		struct kbm_registry_row row = {.path = ""};
		walk_row(&wire, &row);
		if (wire.problem != NULL)
			return kbm_fail(error, KBM_INTERNAL, "the message 'rows' is malformed: %s",
					wire.problem);
		enum kbm_code code = sink(context, &row, error);
		if (code != KBM_OK)
			return code;
	}
	return KBM_OK;
}

struct kbm_search kbm_search_from_request(const struct kbm_directory_request *request)
{
	/* Writing a message stores nothing: the list is only lent. */
	return (struct kbm_search){
	    .base = request->base,
	    .scope = request->scope,
	    .filter = request->filter,
	    .attributes = {(char **)request->attributes, request->attribute_count},
	};
}

struct kbm_directory_request kbm_search_to_request(const struct kbm_search *search)
{
	return (struct kbm_directory_request){
	    .base = search->base,
	    .scope = (enum kbm_scope)search->scope,
	    .filter = search->filter,
	    .attributes = (const char *const *)search->attributes.items,
	    .attribute_count = search->attributes.count,
	    .for_person = search->in_parts,
	};
}
