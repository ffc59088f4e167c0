/* Running scripts, making plans, and proving each plan on a fresh child. */
#include "command/diagnose.h"

#include "base/suggest.h"
#include "command/command.h"
#include "command/confirm.h"
#include "command/proof.h"
#include "command/script_filter.h"
#include "command/script_turns.h"
#include "plan/plan_secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The nearest parameter of any script, or NULL. */
static const char *nearest_param(const char *name, const struct kbm_scripts *scripts)
{
	for (size_t i = 0; i < scripts->count; i++) {
		const struct kbm_script_info *info = &scripts->items[i].info;
		for (size_t j = 0; j < info->param_count; j++) {
			const char *word = info->params[j].name;
			if (kbm_suggest(name, &word, 1) != NULL)
				return word;
		}
	}
	return NULL;
}

/* Every -p must be a parameter of one of the scripts at least. */
static enum kbm_code check_params(const struct kbm_params *params,
				  const struct kbm_scripts *scripts, struct kbm_error *error)
{
	for (size_t i = 0; i < params->count; i++) {
		const char *name = params->items[i].name;
		bool known = false;
		for (size_t j = 0; j < scripts->count && !known; j++)
			known = kbm_script_info_param(&scripts->items[j].info, name) != NULL;
		if (known)
			continue;
		const char *who =
		    scripts->count == 1 ? scripts->items[0].info.id : "none of the scripts";
		const char *has = scripts->count == 1 ? "has no" : "has any";
		const char *near = nearest_param(name, scripts);
		if (near != NULL)
			return kbm_fail(error, KBM_USAGE,
					"-p %.40s: %s %s such parameter; did you mean %.40s?", name,
					who, has, near);
		return kbm_fail(error, KBM_USAGE,
				"-p %.40s: %s %s such parameter; `kbmend describe ID` lists them",
				name, who, has);
	}
	return KBM_OK;
}

/* Lays `plan` over the target and lets a fresh child run the check: the prediction. */
static enum kbm_code prove(const struct kbm_case *diagnosed, const struct kbm_script *script,
			   const struct kbm_params *params, const struct kbm_result *before,
			   struct kbm_plan *plan, struct kbm_error *error)
{
	const struct kbm_proof_subject subject = {diagnosed->session.broker,
						  &diagnosed->prepared.target, plan->changes,
						  plan->change_count};
	if (kbm_plan_count(plan, false) == 0)
		return KBM_OK; /* manual steps only: there is nothing to simulate */
	return kbm_prove(&subject, script, params, before, plan, error);
}

/* Makes a script's own plan and proves it. A script whose changes contradict each other, or make no
 * sense, ends as `error`. */
static enum kbm_code plan_script(struct kbm_case *diagnosed, size_t index,
				 const struct kbm_params *params, struct kbm_error *error)
{
	const struct kbm_script *script = &diagnosed->scripts.items[index];
	struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[index];
	struct kbm_result *result = &diagnosis->result;
	if (result->verdict != KBM_VERDICT_FAIL || result->change_count == 0)
		return KBM_OK;
	if (!kbm_target_identity_copy(&diagnosed->prepared.identity, &diagnosis->plan.target))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code =
	    kbm_plan_add(&diagnosis->plan, &script->info, script->sha256, params, result, error);
	if (code == KBM_OK)
		code = kbm_plan_validate(&diagnosis->plan, error);
	if (code == KBM_MEMORY)
		return code;
	if (code != KBM_OK) {
		char *reason = strdup(error->message);
		if (reason == NULL)
			return kbm_fail(error, KBM_MEMORY, "out of memory");
		free(result->reason);
		result->reason = reason;
		result->verdict = KBM_VERDICT_ERROR;
		return KBM_OK;
	}
	diagnosis->has_plan = true;
	code = kbm_confirm_begin(diagnosed, index, error);
	return code == KBM_OK ? prove(diagnosed, script, params, result, &diagnosis->plan, error)
			      : code;
}

/* The only script's plan was proved already. */
static bool take_prediction(const struct kbm_plan *own, struct kbm_plan *common)
{
	if (own->prediction_reason != NULL &&
	    (common->prediction_reason = strdup(own->prediction_reason)) == NULL)
		return false;
	common->prediction = own->prediction;
	return true;
}

/* All findings of a script that changes nothing. */
static bool add_findings(const struct kbm_result *result, struct kbm_text_list *remain)
{
	for (size_t i = 0; i < result->finding_count; i++) {
		const char *message = result->findings[i].message;
		if (!kbm_text_list_add(remain, message == NULL ? "" : message))
			return false;
	}
	return true;
}

/* What each script's own plan leaves to people stays with the common one, and so does what scripts
 * found that change nothing: they are not simulated. */
static bool gather_remain(struct kbm_case *diagnosed)
{
	struct kbm_text_list *remain = &diagnosed->plan.remain;
	bool changes = kbm_plan_count(&diagnosed->plan, false) > 0;
	kbm_text_list_clear(remain);
	for (size_t i = 0; i < diagnosed->scripts.count; i++) {
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		bool is_left = changes && diagnosis->result.verdict == KBM_VERDICT_FAIL &&
			       kbm_plan_count(&diagnosis->plan, false) == 0;
		if (is_left ? !add_findings(&diagnosis->result, remain)
			    : !kbm_text_list_add_all(remain, &diagnosis->plan.remain))
			return false;
	}
	return true;
}

/* Proves the common plan with every script that has a part in it: each alone may cure and both
 * together not. The first prediction that is not good counts. */
static enum kbm_code prove_common(struct kbm_case *diagnosed, struct kbm_error *error)
{
	struct kbm_plan *common = &diagnosed->plan;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < diagnosed->scripts.count; i++) {
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		if (!diagnosis->has_plan)
			continue;
		if (common->script_count > 1)
			code = prove(diagnosed, &diagnosed->scripts.items[i],
				     &diagnosis->plan.scripts[0].params, &diagnosis->result, common,
				     error);
		else if (!take_prediction(&diagnosis->plan, common))
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
		if (common->prediction != KBM_PREDICTION_PASS)
			break;
	}
	if (code == KBM_OK && !gather_remain(diagnosed))
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	return code;
}

/* Who wants what where another one wants something else. */
static enum kbm_code list_conflicts(struct kbm_case *diagnosed, struct kbm_error *error)
{
	size_t count = 0;
	for (size_t i = 0; i < diagnosed->scripts.count; i++)
		count += diagnosed->diagnoses[i].plan.change_count;
	struct kbm_meeting *meetings = calloc(count + 1, sizeof *meetings);
	if (meetings == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	size_t at = 0;
	for (size_t i = 0; i < diagnosed->scripts.count; i++) {
		const struct kbm_plan *plan = &diagnosed->diagnoses[i].plan;
		for (size_t j = 0; j < plan->change_count; j++)
			meetings[at++].change = &plan->changes[j];
	}
	enum kbm_code code = kbm_conflict_list(meetings, count, diagnosed->conflicts,
					       &diagnosed->conflict_count, error);
	free(meetings);
	return code == KBM_LIMIT ? KBM_OK : code;
}

static enum kbm_code plan_common(struct kbm_case *diagnosed, struct kbm_error *error)
{
	if (!kbm_target_identity_copy(&diagnosed->prepared.identity, &diagnosed->plan.target))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < diagnosed->scripts.count; i++) {
		const struct kbm_script *script = &diagnosed->scripts.items[i];
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		if (!diagnosis->has_plan)
			continue;
		code = kbm_plan_add(&diagnosed->plan, &script->info, script->sha256,
				    &diagnosis->plan.scripts[0].params, &diagnosis->result, error);
		diagnosed->has_plan = true;
		/* Parts that rest on no registry need no second reader. */
		diagnosed->plan.read_twice |= diagnosis->plan.read_twice;
	}
	if (code == KBM_OK && diagnosed->has_plan)
		code = kbm_plan_validate(&diagnosed->plan, error);
	/* Too much for one plan is no more than that: every script has its verdict. */
	if (code != KBM_OK && code != KBM_MEMORY) {
		snprintf(diagnosed->conflict, sizeof diagnosed->conflict, "%s", error->message);
		diagnosed->has_plan = false;
		return list_conflicts(diagnosed, error);
	}
	return code == KBM_OK && diagnosed->has_plan ? prove_common(diagnosed, error) : code;
}

/* What scripts are not told they may still guess, or set. */
static enum kbm_code mask_secrets(struct kbm_case *diagnosed, struct kbm_error *error)
{
	struct kbm_error refusal = {0};
	enum kbm_code code = KBM_OK;
	if (diagnosed->has_plan && kbm_plan_refuse_secrets(&diagnosed->plan, &refusal) != KBM_OK)
		snprintf(diagnosed->masked, sizeof diagnosed->masked, "%s", refusal.message);
	if (diagnosed->has_plan)
		code = kbm_plan_mask_secrets(&diagnosed->plan, error);
	for (size_t i = 0; code == KBM_OK && i < diagnosed->scripts.count; i++) {
		code = kbm_result_mask_secrets(&diagnosed->diagnoses[i].result, error);
		if (code == KBM_OK)
			code = kbm_plan_mask_secrets(&diagnosed->diagnoses[i].plan, error);
	}
	return code;
}

/* Several that were not named one by one, or all. */
static bool is_condensed(const struct kbm_scripts *scripts, size_t name_count)
{
	for (size_t i = 0; i < scripts->count; i++)
		if (scripts->items[i].by_user)
			return false;
	return name_count == 0 || scripts->count > 1;
}

static enum kbm_code refuse_nothing(const struct kbm_options *options, struct kbm_error *error)
{
	if (kbm_script_filter_is_set(options))
		return kbm_fail(error, KBM_NOT_FOUND,
				"there is no script to run: none has this severity and category; "
				"`kbmend list` shows them");
	return kbm_fail(error, KBM_NOT_FOUND,
			"there is no script to run; --scripts DIR names a folder of them");
}

/* What scripts cost the directory, for who wants to know. */
static void tell_use(const struct kbm_options *options, const struct kbm_broker *broker)
{
	struct kbm_directory_use use = kbm_broker_directory_use(broker);
	if (options->verbose && use.searches > 0)
		kbm_command_note("scripts searched the directory %zu times, with %zu different "
				 "questions: %zu requests were made",
				 use.searches, use.distinct, use.requests);
}

/* Reads are shown by -v and in JSON; an apply compares them. */
static bool needs_all_reads(const struct kbm_options *options)
{
	return options->verbose || options->apply || options->format != KBM_FORMAT_TEXT;
}

enum kbm_code kbm_diagnose(const struct kbm_options *options, char *const *names, size_t name_count,
			   bool hashed, struct kbm_case *diagnosed, struct kbm_error *error)
{
	enum kbm_code code = kbm_session_open(options, &diagnosed->session, error);
	if (code == KBM_OK && !needs_all_reads(options))
		kbm_broker_omit_reads(diagnosed->session.broker);
	if (code == KBM_OK)
		code = kbm_scripts_load(diagnosed->session.broker, &diagnosed->session.paths,
					options->scripts, names, name_count, &diagnosed->scripts,
					error);
	if (code == KBM_OK)
		code = check_params(&options->params, &diagnosed->scripts, error);
	if (code == KBM_OK)
		code = kbm_script_filter(options, &diagnosed->scripts, error);
	if (code == KBM_OK)
		code = kbm_target_prepare(&diagnosed->session, options, &diagnosed->scripts,
					  &diagnosed->prepared, error);
	if (code == KBM_OK && hashed)
		code = kbm_target_hash(&diagnosed->prepared, error);
	if (code != KBM_OK)
		return code;
	if (diagnosed->scripts.count == 0)
		return refuse_nothing(options, error);
	diagnosed->condensed = is_condensed(&diagnosed->scripts, name_count);
	code = kbm_script_turns(options, name_count, diagnosed, plan_script, error);
	if (code == KBM_OK)
		code = kbm_confirm(diagnosed, error);
	if (code == KBM_OK)
		code = plan_common(diagnosed, error);
	if (code == KBM_OK && !options->include_secrets)
		code = mask_secrets(diagnosed, error);
	if (code == KBM_OK)
		tell_use(options, diagnosed->session.broker);
	return code == KBM_OK ? kbm_target_check_unchanged(&diagnosed->prepared, error) : code;
}

void kbm_case_clear(struct kbm_case *diagnosed)
{
	kbm_confirm_clear(diagnosed);
	for (size_t i = 0; diagnosed->diagnoses != NULL && i < diagnosed->scripts.count; i++) {
		kbm_result_clear(&diagnosed->diagnoses[i].result);
		kbm_plan_clear(&diagnosed->diagnoses[i].plan);
		free(diagnosed->diagnoses[i].lacks);
	}
	free(diagnosed->diagnoses);
	diagnosed->diagnoses = NULL;
	kbm_plan_clear(&diagnosed->plan);
	kbm_scripts_clear(&diagnosed->scripts);
	kbm_prepared_clear(&diagnosed->prepared);
	kbm_session_close(&diagnosed->session);
}

static int verdict_status(enum kbm_verdict verdict)
{
	switch (verdict) {
	case KBM_VERDICT_PASS:
	case KBM_VERDICT_NOTAPPLICABLE:
	case KBM_VERDICT_FIXED:
		return KBM_EXIT_OK;
	case KBM_VERDICT_FAIL:
		return KBM_EXIT_PROBLEM;
	case KBM_VERDICT_UNKNOWN:
	case KBM_VERDICT_ERROR:
		break;
	}
	return KBM_EXIT_UNKNOWN;
}

int kbm_case_status(const struct kbm_case *diagnosed)
{
	int status = KBM_EXIT_OK;
	size_t run = 0;
	for (size_t i = 0; i < diagnosed->scripts.count; i++) {
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		if (diagnosis->lacks != NULL || diagnosis->is_left)
			continue;
		run++;
		status = kbm_exit_worst(status, verdict_status(diagnosis->result.verdict));
		/* A plan that does not cure is a script that cannot be trusted. */
		if (diagnosis->has_plan && (diagnosis->plan.prediction == KBM_PREDICTION_FAIL ||
					    diagnosis->plan.prediction == KBM_PREDICTION_UNKNOWN))
			status = kbm_exit_worst(status, KBM_EXIT_UNKNOWN);
	}
	/* Of a target that no script could look at nothing is known. */
	if (run == 0)
		return KBM_EXIT_UNKNOWN;
	/* Each may cure alone and both together not. */
	if (diagnosed->has_plan && kbm_plan_count(&diagnosed->plan, false) > 0 &&
	    diagnosed->plan.prediction != KBM_PREDICTION_PASS)
		status = kbm_exit_worst(status, KBM_EXIT_UNKNOWN);
	return status;
}
