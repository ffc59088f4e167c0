/* Reading a plan as kbmend.plan/1. */
#include "plan/plan_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "plan/json.h"
#include "plan/json_read.h"
#include "plan/plan_json_parts.h"

/* --- target and scripts ----------------------------------------------------------------------- */

static enum kbm_code read_source(const json_t *value, struct kbm_source_identity *source,
				 const struct kbm_at *at)
{
	enum { KIND, HIVE, PATH, SIZE, SHA256, PRIMARY, SECONDARY, WRITTEN, COUNT };
	enum { BASE = PRIMARY }; /* a server has this instead */
	struct kbm_member members[COUNT] = {[KIND] = {.name = "kind"},
					    [HIVE] = {.name = "hive"},
					    [PATH] = {.name = "path"},
					    [SIZE] = {.name = "size"},
					    [SHA256] = {.name = "sha256"},
					    [PRIMARY] = {.name = "primary_sequence"},
					    [SECONDARY] = {.name = "secondary_sequence"},
					    [WRITTEN] = {.name = "last_written"}};
	const char *kind = json_string_value(json_object_get(value, "kind"));
	bool is_hive = kind != NULL && strcmp(kind, "hive") == 0;
	bool is_server = kind != NULL && strcmp(kind, "ldap") == 0;
	if (is_server)
		members[BASE].name = "base";
	enum kbm_code code = kbm_json_members(value, members,
					      is_hive	  ? COUNT
					      : is_server ? BASE + 1
							  : PRIMARY,
					      at);
	struct kbm_at there[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		there[i] = kbm_json_below(at, members[i].name);
	if (code == KBM_OK)
		code = kbm_json_read_text(members[KIND].value, &source->kind, &there[KIND]);
	if (code == KBM_OK)
		code = kbm_json_read_text_or_null(members[HIVE].value, &source->hive, &there[HIVE]);
	if (code == KBM_OK)
		code = kbm_json_read_text(members[PATH].value, &source->path, &there[PATH]);
	if (code == KBM_OK)
		code = kbm_json_read_decimal(members[SIZE].value, &source->size, &there[SIZE]);
	if (code == KBM_OK)
		code = kbm_json_read_text_or_null(members[SHA256].value, &source->sha256,
						  &there[SHA256]);
	if (code == KBM_OK && is_server)
		code = kbm_json_read_text_or_null(members[BASE].value, &source->base, &there[BASE]);
	if (code != KBM_OK || !is_hive)
		return code;
	code =
	    kbm_json_read_u32(members[PRIMARY].value, &source->primary_sequence, &there[PRIMARY]);
	if (code == KBM_OK)
		code = kbm_json_read_u32(members[SECONDARY].value, &source->secondary_sequence,
					 &there[SECONDARY]);
	if (code == KBM_OK)
		code = kbm_json_read_decimal(members[WRITTEN].value, &source->last_written,
					     &there[WRITTEN]);
	return code;
}

static enum kbm_code read_target(const json_t *value, struct kbm_target_identity *target,
				 const struct kbm_at *at)
{
	enum { NAME, CONTROL_SET, CONTROL_SET_SOURCE, SOURCES, COUNT };
	struct kbm_member members[COUNT] = {[NAME] = {.name = "name"},
					    [CONTROL_SET] = {.name = "control_set"},
					    [CONTROL_SET_SOURCE] = {.name = "control_set_source"},
					    [SOURCES] = {.name = "sources"}};
	enum kbm_code code = kbm_json_members(value, members, COUNT, at);
	struct kbm_at name = kbm_json_below(at, "name");
	struct kbm_at set = kbm_json_below(at, "control_set");
	struct kbm_at set_source = kbm_json_below(at, "control_set_source");
	struct kbm_at sources = kbm_json_below(at, "sources");
	void *items = NULL;
	if (code == KBM_OK)
		code = kbm_json_read_text_or_null(members[NAME].value, &target->name, &name);
	if (code == KBM_OK)
		code = kbm_json_read_text_or_null(members[CONTROL_SET].value, &target->control_set,
						  &set);
	if (code == KBM_OK)
		code = kbm_json_read_text_or_null(members[CONTROL_SET_SOURCE].value,
						  &target->control_set_source, &set_source);
	if (code == KBM_OK)
		code = kbm_json_make_items(members[SOURCES].value, KBM_PLAN_MAX_SOURCES,
					   sizeof *target->sources, &items, &sources);
	target->sources = items;
	target->source_count = items == NULL ? 0 : json_array_size(members[SOURCES].value);
	for (size_t i = 0; code == KBM_OK && i < target->source_count; i++) {
		struct kbm_at there = kbm_json_item(&sources, i);
		code = read_source(json_array_get(members[SOURCES].value, i), &target->sources[i],
				   &there);
	}
	return code;
}

static enum kbm_code read_params(const json_t *value, struct kbm_params *params,
				 const struct kbm_at *at)
{
	const char *key = NULL;
	json_t *given = NULL;
	if (!json_is_object(value))
		return kbm_json_refuse(at, "an object is needed here");
	if (json_object_size(value) > KBM_PARAMETER_MAX)
		return kbm_json_refuse(at, "too many members");
	json_object_foreach((json_t *)value, key, given)
	{
		char *text = NULL;
		struct kbm_at there = kbm_json_below(at, key);
		enum kbm_code code = kbm_json_read_text(given, &text, &there);
		if (code == KBM_OK && !kbm_params_set(params, key, text))
			code = kbm_json_no_memory(at);
		free(text);
		if (code != KBM_OK)
			return code;
	}
	return KBM_OK;
}

static enum kbm_code read_script(const json_t *value, struct kbm_plan_script *script,
				 const struct kbm_at *at)
{
	enum { ID, VERSION, SHA256, PARAMETERS, COUNT };
	struct kbm_member members[COUNT] = {[ID] = {.name = "id"},
					    [VERSION] = {.name = "version"},
					    [SHA256] = {.name = "sha256"},
					    [PARAMETERS] = {.name = "parameters"}};
	enum kbm_code code = kbm_json_members(value, members, COUNT, at);
	struct kbm_at id = kbm_json_below(at, "id");
	struct kbm_at version = kbm_json_below(at, "version");
	struct kbm_at sha256 = kbm_json_below(at, "sha256");
	struct kbm_at params = kbm_json_below(at, "parameters");
	if (code == KBM_OK)
		code = kbm_json_read_text(members[ID].value, &script->id, &id);
	if (code == KBM_OK)
		code = kbm_json_read_text(members[VERSION].value, &script->version, &version);
	if (code == KBM_OK)
		code = kbm_json_read_text(members[SHA256].value, &script->sha256, &sha256);
	if (code == KBM_OK)
		code = read_params(members[PARAMETERS].value, &script->params, &params);
	return code;
}

/* --- changes ---------------------------------------------------------------------------------- */

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

static enum kbm_code read_change_texts(const struct kbm_member *members, struct kbm_change *change,
				       const struct kbm_at *at)
{
	char **const targets[] = {[CHANGE_SCRIPT] = &change->script,
				  [CHANGE_FINDING] = &change->finding,
				  [CHANGE_WHY] = &change->why,
				  [CHANGE_STEP] = &change->step};
	for (size_t i = CHANGE_SCRIPT; i <= CHANGE_STEP; i++) {
		struct kbm_at there = kbm_json_below(at, members[i].name);
		enum kbm_code code =
		    kbm_json_read_text_or_null(members[i].value, targets[i], &there);
		if (code != KBM_OK)
			return code;
	}
	struct kbm_at there = kbm_json_below(at, "risk");
	const char *risk = json_string_value(members[CHANGE_RISK].value);
	if (risk == NULL || !kbm_risk_parse(risk, &change->risk))
		return kbm_json_refuse(&there, "low, medium or high is needed here");
	return KBM_OK;
}

static enum kbm_code read_change(const json_t *value, struct kbm_change *change,
				 const struct kbm_at *at)
{
	struct kbm_member members[CHANGE_MEMBERS] = {
	    [CHANGE_OP] = {.name = "op"},	    [CHANGE_SCRIPT] = {.name = "script"},
	    [CHANGE_FINDING] = {.name = "finding"}, [CHANGE_WHY] = {.name = "why"},
	    [CHANGE_STEP] = {.name = "step"},	    [CHANGE_RISK] = {.name = "risk"},
	    [CHANGE_WHERE] = {.name = "where"},	    [CHANGE_BEFORE] = {.name = "before"},
	    [CHANGE_AFTER] = {.name = "after"}};
	struct kbm_at there = kbm_json_below(at, "op");
	const char *op = json_string_value(json_object_get(value, "op"));
	if (op == NULL || !kbm_change_op_parse(op, &change->op))
		return kbm_json_refuse(&there, "no known operation");
	bool manual = change->op == KBM_MANUAL;
	if (manual)
		members[CHANGE_WHERE].name = "text";
	enum kbm_code code =
	    kbm_json_members(value, members, manual ? CHANGE_BEFORE : CHANGE_MEMBERS, at);
	if (code == KBM_OK)
		code = read_change_texts(members, change, at);
	there = kbm_json_below(at, members[CHANGE_WHERE].name);
	if (code != KBM_OK || manual)
		return code == KBM_OK
			   ? kbm_json_read_text(members[CHANGE_WHERE].value, &change->text, &there)
			   : code;
	code = kbm_json_read_place(members[CHANGE_WHERE].value, &change->place, &there);
	there = kbm_json_below(at, "before");
	if (code == KBM_OK)
		code = kbm_json_read_state(members[CHANGE_BEFORE].value, change->place.kind,
					   &change->before, &there);
	there = kbm_json_below(at, "after");
	if (code == KBM_OK)
		code = kbm_json_read_state(members[CHANGE_AFTER].value, change->place.kind,
					   &change->after, &there);
	return code;
}

/* --- the whole -------------------------------------------------------------------------------- */

static enum kbm_code read_prediction(const json_t *value, struct kbm_plan *plan,
				     const struct kbm_at *at)
{
	static const char *const names[] = {"none", "pass", "fail", "unknown"};
	struct kbm_member members[] = {{.name = "verdict"},
				       {.name = "reason"},
				       {.name = "remain"},
				       {.name = "read_twice", .optional = true}};
	size_t index = 0;
	enum kbm_code code = kbm_json_members(value, members, 4, at);
	struct kbm_at there = kbm_json_below(at, "verdict");
	if (code == KBM_OK)
		code = kbm_json_read_word(members[0].value, names, 4, &index, &there);
	plan->prediction = (enum kbm_prediction)index;
	there = kbm_json_below(at, "reason");
	if (code == KBM_OK)
		code =
		    kbm_json_read_text_or_null(members[1].value, &plan->prediction_reason, &there);
	there = kbm_json_below(at, "remain");
	if (code == KBM_OK)
		code = kbm_json_read_text_list(members[2].value, KBM_SCRIPT_MAX_FINDINGS,
					       &plan->remain, &there);
	there = kbm_json_below(at, "read_twice");
	if (code == KBM_OK && members[3].value != NULL && !json_is_boolean(members[3].value))
		code = kbm_json_refuse(&there, "expected true or false");
	plan->read_twice = json_is_true(members[3].value);
	return code;
}

static enum kbm_code read_scripts(const json_t *value, struct kbm_plan *plan,
				  const struct kbm_at *at)
{
	void *items = NULL;
	enum kbm_code code =
	    kbm_json_make_items(value, KBM_PLAN_MAX_SCRIPTS, sizeof *plan->scripts, &items, at);
	plan->scripts = items;
	plan->script_count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < plan->script_count; i++) {
		struct kbm_at there = kbm_json_item(at, i);
		code = read_script(json_array_get(value, i), &plan->scripts[i], &there);
	}
	return code;
}

static enum kbm_code read_changes(const json_t *value, struct kbm_plan *plan,
				  const struct kbm_at *at)
{
	void *items = NULL;
	enum kbm_code code =
	    kbm_json_make_items(value, KBM_PLAN_MAX_CHANGES, sizeof *plan->changes, &items, at);
	plan->changes = items;
	plan->change_count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < plan->change_count; i++) {
		struct kbm_at there = kbm_json_item(at, i);
		code = read_change(json_array_get(value, i), &plan->changes[i], &there);
	}
	return code;
}

static enum kbm_code read_reads(const json_t *value, struct kbm_plan *plan, const struct kbm_at *at)
{
	void *items = NULL;
	enum kbm_code code = kbm_json_make_items(value, KBM_PLAN_MAX_ALL_READS,
						 sizeof *plan->preconditions, &items, at);
	plan->preconditions = items;
	plan->precondition_count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < plan->precondition_count; i++) {
		struct kbm_at there = kbm_json_item(at, i);
		code = kbm_json_read_precondition(json_array_get(value, i), &plan->preconditions[i],
						  &there);
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
	struct kbm_member members[COUNT] = {
	    [SCHEMA] = {.name = "schema"},	   [TARGET] = {.name = "target"},
	    [SCRIPTS] = {.name = "scripts"},	   [CHANGES] = {.name = "changes"},
	    [PREDICTION] = {.name = "prediction"}, [PRECONDITIONS] = {.name = "preconditions"}};
	const struct kbm_at root = {.up = NULL, .member = "", .index = 0, .error = error};
	enum kbm_code code = kbm_json_members(value, members, COUNT, &root);
	struct kbm_at there = kbm_json_below(&root, "target");
	if (code == KBM_OK)
		code = read_target(members[TARGET].value, &plan->target, &there);
	there = kbm_json_below(&root, "scripts");
	if (code == KBM_OK)
		code = read_scripts(members[SCRIPTS].value, plan, &there);
	there = kbm_json_below(&root, "changes");
	if (code == KBM_OK)
		code = read_changes(members[CHANGES].value, plan, &there);
	there = kbm_json_below(&root, "prediction");
	if (code == KBM_OK)
		code = read_prediction(members[PREDICTION].value, plan, &there);
	there = kbm_json_below(&root, "preconditions");
	if (code == KBM_OK)
		code = read_reads(members[PRECONDITIONS].value, plan, &there);
	return code;
}

enum kbm_code kbm_plan_from_json(const char *text, size_t length, struct kbm_plan *plan,
				 struct kbm_error *error)
{
	json_t *value = NULL;
	enum kbm_code code = kbm_json_load(text, length, &value, error);
	if (code != KBM_OK)
		return code;
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
