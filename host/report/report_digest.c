/* A run without what differs from time to time and from machine to machine.
 *
 * It is made from the parts of the JSON report, so that a value is there what it is in JSON: text,
 * a number, or hex where nothing else is exact. */
#include "report/report_digest.h"

#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"

#include <inttypes.h>
#include <string.h>

/* Control bytes as \xNN; all else as it is, to the byte. */
static void put_bytes(struct kbm_bytes *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = (uint8_t)text[i];
		if (byte < 0x20 || byte == 0x7F)
			kbm_bytes_printf(out, "\\x%02X", byte);
		else
			kbm_bytes_append_byte(out, byte);
	}
}

/* A text of JSON, a number, the hex of what is no clean text, or "-" for what is not said. */
static void put_json(struct kbm_bytes *out, const json_t *value)
{
	if (json_is_string(value)) {
		put_bytes(out, json_string_value(value), json_string_length(value));
	} else if (json_is_integer(value)) {
		kbm_bytes_printf(out, "%" PRId64, (int64_t)json_integer_value(value));
	} else if (json_is_object(value)) {
		kbm_bytes_append_text(out, "hex ");
		put_json(out, json_object_get(value, "hex"));
	} else {
		kbm_bytes_append_text(out, "-");
	}
}

static void put_text(struct kbm_bytes *out, const char *text)
{
	json_t *value = text == NULL ? json_null() : kbm_json_text(text, strlen(text));
	if (value == NULL)
		out->failed = true;
	else
		put_json(out, value);
	json_decref(value);
}

/* A label, a text and a line end. */
static void put_line(struct kbm_bytes *out, const char *label, const char *text)
{
	kbm_bytes_append_text(out, label);
	put_text(out, text);
	kbm_bytes_append_byte(out, '\n');
}

static void put_quoted(struct kbm_bytes *out, const char *text)
{
	kbm_bytes_append_byte(out, '<');
	put_text(out, text);
	kbm_bytes_append_byte(out, '>');
}

static void put_in_brackets(struct kbm_bytes *out, const char *label, const char *text)
{
	kbm_bytes_append_text(out, label);
	put_quoted(out, text);
	kbm_bytes_append_byte(out, '\n');
}

/* Path and name, or an entry's name and attribute. */
static void put_place(struct kbm_bytes *out, const struct kbm_place *place)
{
	if (place->kind == KBM_PLACE_NONE) {
		kbm_bytes_append_text(out, "-");
		return;
	}
	json_t *object = kbm_json_place(place);
	const json_t *path = json_object_get(object, "dn");
	const json_t *name = json_object_get(object, "name");
	if (object == NULL)
		out->failed = true;
	put_json(out, path != NULL ? path : json_object_get(object, "path"));
	if (name == NULL)
		name = json_object_get(object, "attribute");
	if (name != NULL) {
		kbm_bytes_append_text(out, " [");
		put_json(out, name);
		kbm_bytes_append_byte(out, ']');
	}
	json_decref(object);
}

/* Each behind a blank: of none nothing is there. */
static void put_items(struct kbm_bytes *out, const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		kbm_bytes_append_text(out, " <");
		put_json(out, json_array_get(array, i));
		kbm_bytes_append_byte(out, '>');
	}
}

static void put_state(struct kbm_bytes *out, const char *label, enum kbm_place_kind kind,
		      const struct kbm_state *state)
{
	static const char *const members[] = {"number", "list", "values", "text", "hex"};
	json_t *object = kbm_json_state(kind, state);
	const char *type = json_string_value(json_object_get(object, "type"));
	const json_t *shown = NULL;
	if (object == NULL)
		out->failed = true;
	for (size_t i = 0; shown == NULL && i < sizeof members / sizeof members[0]; i++)
		shown = json_object_get(object, members[i]);
	kbm_bytes_append_text(out, label);
	if (json_is_null(object)) {
		kbm_bytes_append_text(out, "absent");
	} else if (json_is_array(shown)) {
		kbm_bytes_append_text(out, type == NULL ? "" : type);
		put_items(out, shown);
	} else {
		kbm_bytes_append_text(out, type == NULL ? "present" : type);
		if (shown != NULL) {
			kbm_bytes_append_text(out, " <");
			put_json(out, shown);
			kbm_bytes_append_byte(out, '>');
		}
	}
	kbm_bytes_append_byte(out, '\n');
	json_decref(object);
}

static void put_finding(struct kbm_bytes *out, const struct kbm_finding *finding)
{
	kbm_bytes_printf(out, "finding %s", finding->id);
	put_line(out, ": ", finding->message);
	kbm_bytes_append_text(out, "  where    ");
	put_place(out, &finding->place);
	kbm_bytes_append_byte(out, '\n');
	put_in_brackets(out, "  found    ", finding->found);
	put_in_brackets(out, "  expected ", finding->expected);
	put_line(out, "  because  ", finding->because);
}

/* A row of the table: in one line, since there may be many, and few of them say something. */
static void put_observation(struct kbm_bytes *out, const struct kbm_observation *row)
{
	kbm_bytes_append_text(out, "row ");
	put_text(out, row->what);
	kbm_bytes_append_text(out, ": ");
	put_quoted(out, row->found);
	if (row->expected != NULL) {
		kbm_bytes_append_text(out, ", expected ");
		put_quoted(out, row->expected);
	}
	if (row->difference != NULL || row->expected != NULL) {
		kbm_bytes_append_text(out, ", ");
		put_text(out, row->difference == NULL ? "agrees" : row->difference);
	}
	if (row->kb != NULL) {
		kbm_bytes_append_text(out, ", ");
		put_text(out, row->kb);
	}
	kbm_bytes_append_byte(out, '\n');
}

static void put_change(struct kbm_bytes *out, const struct kbm_change *change)
{
	if (change->op == KBM_MANUAL) {
		put_line(out, "manual ", change->text);
		return;
	}
	kbm_bytes_printf(out, "change %s ", kbm_change_op_name(change->op));
	put_place(out, &change->place);
	kbm_bytes_printf(out, ", risk %s\n", kbm_risk_name(change->risk));
	put_state(out, "  before   ", change->place.kind, &change->before);
	put_state(out, "  after    ", change->place.kind, &change->after);
}

static void put_plan(struct kbm_bytes *out, const struct kbm_plan *plan)
{
	json_t *prediction = kbm_json_prediction(plan);
	const char *verdict = json_string_value(json_object_get(prediction, "verdict"));
	if (verdict == NULL)
		out->failed = true;
	for (size_t i = 0; i < plan->change_count; i++)
		put_change(out, &plan->changes[i]);
	kbm_bytes_printf(out, "afterwards %s", verdict == NULL ? "" : verdict);
	bool is_bare = plan->prediction_reason != NULL && plan->prediction_reason[0] == '\0';
	put_line(out, is_bare ? "" : " ", plan->prediction_reason);
	kbm_bytes_printf(out, "read twice %s\n", plan->read_twice ? "true" : "false");
	for (size_t i = 0; i < plan->remain.count; i++)
		put_line(out, "  remains  ", plan->remain.items[i]);
	json_decref(prediction);
}

/* Where the script looked, without what it found there. */
static void put_read(struct kbm_bytes *out, const struct kbm_precondition *read)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	kbm_bytes_append_text(out, "reads ");
	if (read->kind != KBM_READ_SEARCH) {
		put_place(out, &read->place);
		kbm_bytes_append_byte(out, '\n');
		return;
	}
	kbm_bytes_append_text(out, "search <");
	put_text(out, read->base);
	kbm_bytes_printf(out, ">, scope %s, filter ", scopes[read->scope]);
	put_text(out, read->filter);
	kbm_bytes_append_byte(out, '\n');
}

static void put_outcome(struct kbm_bytes *out, const struct kbm_outcome *outcome,
			bool is_one_of_many, bool with_reads)
{
	const struct kbm_result *result = outcome->result;
	bool is_placed = result->verdict == KBM_VERDICT_ERROR && result->place_in_script != NULL;
	if (is_one_of_many)
		kbm_bytes_printf(out, "script %s\n", outcome->script->id);
	kbm_bytes_printf(out, "verdict %s\nreason ", kbm_verdict_name(result->verdict));
	put_text(out, result->reason);
	if (is_placed)
		kbm_bytes_printf(out, " (%s)", result->place_in_script);
	kbm_bytes_append_byte(out, '\n');
	for (size_t i = 0; i < result->finding_count; i++)
		put_finding(out, &result->findings[i]);
	for (size_t i = 0; i < result->observation_count; i++)
		put_observation(out, &result->observations[i]);
	if (outcome->plan != NULL)
		put_plan(out, outcome->plan);
	for (size_t i = 0; with_reads && i < result->read_count; i++)
		put_read(out, &result->reads[i]);
}

bool kbm_report_digest(const struct kbm_run *run, bool with_reads, struct kbm_bytes *out)
{
	kbm_bytes_printf(out, "exit %d\n", run->exit_status);
	for (size_t i = 0; i < run->outcome_count; i++)
		put_outcome(out, &run->outcomes[i], run->outcome_count > 1, with_reads);
	if (run->conflict != NULL)
		put_line(out, "conflict ", run->conflict);
	return !out->failed;
}

bool kbm_report_digest_failure(int exit_status, const char *message, struct kbm_bytes *out)
{
	kbm_bytes_printf(out, "exit %d\nverdict none\nkbmend: ", exit_status);
	kbm_text_escape(message, strlen(message), out);
	return kbm_bytes_append_byte(out, '\n');
}
