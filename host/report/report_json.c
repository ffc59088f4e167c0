/* A run as programs read it: kbmend.run/1. */
#include "report/report.h"

#include <string.h>

#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/report_observations.h"

#define RUN_SCHEMA "kbmend.run/1"

static json_t *finding_json(const struct kbm_finding *finding)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "id", finding->id) &&
		    kbm_json_put_text(object, "message", finding->message) &&
		    kbm_json_put(object, "where", kbm_json_place(&finding->place)) &&
		    kbm_json_put_text(object, "found", finding->found) &&
		    kbm_json_put_text(object, "expected", finding->expected) &&
		    kbm_json_put_text(object, "because", finding->because) &&
		    kbm_json_put(object, "has_changes", json_boolean(finding->has_changes));
	return kbm_json_whole(object, done);
}

static json_t *plan_json(const struct kbm_plan *plan)
{
	if (plan == NULL)
		return json_null();
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "risk", json_string(kbm_risk_name(kbm_plan_risk(plan)))) &&
		    kbm_json_put(object, "changes", kbm_json_changes(plan)) &&
		    kbm_json_put(object, "prediction", kbm_json_prediction(plan));
	return kbm_json_whole(object, done);
}

static bool put_result(json_t *object, const struct kbm_result *result)
{
	json_t *list = NULL;
	bool done =
	    kbm_json_put(object, "verdict", json_string(kbm_verdict_name(result->verdict))) &&
	    kbm_json_put_text(object, "reason", result->reason) &&
	    kbm_json_put_text(object, "place_in_script", result->place_in_script) &&
	    kbm_json_put_array(object, "findings", &list);
	for (size_t i = 0; done && i < result->finding_count; i++)
		done = kbm_json_append(list, finding_json(&result->findings[i]));
	return done && kbm_json_put(object, "observations", kbm_report_observations_json(result));
}

static bool put_reads(json_t *object, const struct kbm_result *result)
{
	json_t *list = NULL;
	bool done = kbm_json_put_array(object, "reads", &list);
	for (size_t i = 0; done && i < result->read_count; i++)
		done = kbm_json_append(list, kbm_json_read(&result->reads[i]));
	return done;
}

/* NULL: an empty one. */
static json_t *texts_json(const struct kbm_text_list *texts)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && texts != NULL && i < texts->count; i++)
		done =
		    kbm_json_append(array, kbm_json_text(texts->items[i], strlen(texts->items[i])));
	return kbm_json_whole(array, done);
}

static bool put_outcome(json_t *object, const struct kbm_outcome *outcome)
{
	const struct kbm_script_info *script = outcome->script;
	return kbm_json_put_text(object, "id", script->id) &&
	       kbm_json_put_text(object, "version", script->version) &&
	       kbm_json_put_text(object, "title", script->title) &&
	       kbm_json_put(object, "severity", json_string(kbm_severity_name(script->severity))) &&
	       kbm_json_put_text(object, "path", outcome->script_path) &&
	       kbm_json_put_text(object, "shadows", outcome->shadows) &&
	       kbm_json_put(object, "asked_as", texts_json(outcome->asked_as)) &&
	       put_result(object, outcome->result) &&
	       kbm_json_put(object, "plan", plan_json(outcome->plan)) &&
	       put_reads(object, outcome->result) &&
	       kbm_json_put_text(object, "output", outcome->result->output);
}

static bool put_verdicts(json_t *object, const struct kbm_run *run)
{
	static const enum kbm_verdict order[] = {KBM_VERDICT_PASS,	    KBM_VERDICT_FAIL,
						 KBM_VERDICT_UNKNOWN,	    KBM_VERDICT_ERROR,
						 KBM_VERDICT_NOTAPPLICABLE, KBM_VERDICT_FIXED};
	bool done = true;
	for (size_t i = 0; done && i < sizeof order / sizeof order[0]; i++) {
		json_int_t count = 0;
		for (size_t j = 0; j < run->outcome_count; j++)
			count += run->outcomes[j].result->verdict == order[i];
		done = kbm_json_put(object, kbm_verdict_name(order[i]), json_integer(count));
	}
	return done;
}

static json_t *summary_json(const struct kbm_run *run)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_number(object, "scripts", run->outcome_count) &&
		    kbm_json_put(object, "targets", json_integer(1)) && put_verdicts(object, run) &&
		    kbm_json_put_number(object, "not_run", run->not_run_count);
	return kbm_json_whole(object, done);
}

static json_t *not_run_json(const struct kbm_run *run)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < run->not_run_count; i++) {
		json_t *object = json_object();
		bool put =
		    object != NULL && kbm_json_put_text(object, "id", run->not_run[i].script->id) &&
		    kbm_json_put_text(object, "title", run->not_run[i].script->title) &&
		    kbm_json_put_text(object, "needs", run->not_run[i].lacks) &&
		    kbm_json_put(object, "on_request", json_boolean(run->not_run[i].lacks == NULL));
		done = kbm_json_append(array, kbm_json_whole(object, put));
	}
	return kbm_json_whole(array, done);
}

static json_t *conflicts_json(const struct kbm_run *run)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < run->conflict_count; i++) {
		const struct kbm_conflict *conflict = &run->conflicts[i];
		json_t *object = json_object();
		json_t *changes = NULL;
		bool put = object != NULL && kbm_json_put_text(object, "how", conflict->how) &&
			   kbm_json_put_array(object, "changes", &changes) &&
			   kbm_json_append(changes, kbm_json_change(conflict->first)) &&
			   kbm_json_append(changes, kbm_json_change(conflict->second));
		done = kbm_json_append(array, kbm_json_whole(object, put));
	}
	return kbm_json_whole(array, done);
}

/* What stands behind the scripts: in the whole, and as the last line of JSON lines. */
static bool put_end(json_t *object, const struct kbm_run *run)
{
	return kbm_json_put(object, "plan", plan_json(run->plan)) &&
	       kbm_json_put_text(object, "conflict", run->conflict) &&
	       kbm_json_put(object, "conflicts", conflicts_json(run)) &&
	       kbm_json_put(object, "choices", texts_json(run->choices)) &&
	       kbm_json_put(object, "not_run", not_run_json(run)) &&
	       kbm_json_put(object, "summary", summary_json(run)) &&
	       kbm_json_put(object, "changed", json_false()) &&
	       kbm_json_put_text(object, "next", run->next) &&
	       kbm_json_put(object, "exit_status", json_integer(run->exit_status));
}

static bool put_head(json_t *object, const char *type, const struct kbm_run *run)
{
	return kbm_json_put(object, "schema", json_string(RUN_SCHEMA)) &&
	       (type == NULL || kbm_json_put(object, "type", json_string(type))) &&
	       kbm_json_put(object, "target", kbm_json_target(run->target));
}

static json_t *run_json(const struct kbm_run *run)
{
	json_t *object = json_object();
	json_t *list = NULL;
	bool done = object != NULL && put_head(object, NULL, run) &&
		    kbm_json_put(object, "notes", texts_json(run->source_notes)) &&
		    kbm_json_put_array(object, "scripts", &list);
	for (size_t i = 0; done && i < run->outcome_count; i++) {
		json_t *item = json_object();
		bool item_done = item != NULL && put_outcome(item, &run->outcomes[i]);
		done = kbm_json_append(list, kbm_json_whole(item, item_done));
	}
	return kbm_json_whole(object, done && put_end(object, run));
}

bool kbm_report_run_json(const struct kbm_run *run, bool lines, struct kbm_bytes *out)
{
	if (!lines)
		return kbm_json_write_and_drop(run_json(run), true, out);
	for (size_t i = 0; i < run->outcome_count; i++) {
		json_t *object = json_object();
		bool done = object != NULL && put_head(object, "script", run) &&
			    put_outcome(object, &run->outcomes[i]);
		if (!kbm_json_write_and_drop(kbm_json_whole(object, done), false, out))
			return false;
	}
	json_t *object = json_object();
	bool done = object != NULL && put_head(object, "summary", run) &&
		    kbm_json_put(object, "notes", texts_json(run->source_notes)) &&
		    put_end(object, run);
	return kbm_json_write_and_drop(kbm_json_whole(object, done), false, out);
}
