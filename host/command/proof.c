/* Running a plan's checks again: on the target now, and on what the plan makes of it. */
#include "command/proof.h"

#include "apply/attribute_state.h"

#include <stdlib.h>
#include <string.h>

enum kbm_code kbm_prove(const struct kbm_proof_subject *subject, const struct kbm_script *script,
			const struct kbm_params *params, const struct kbm_result *before,
			struct kbm_plan *plan, struct kbm_error *error)
{
	struct kbm_result after = {0};
	const struct kbm_script_order order = {
	    .target = subject->target,
	    .name = script->file_name,
	    .text = script->text,
	    .length = script->length,
	    .params = params,
	    .overlay = subject->changes,
	    .overlay_count = subject->change_count,
	    .asks_no_directory = !script->info.needs_directory,
	};
	enum kbm_code code = kbm_broker_run(subject->broker, &order, &after, error);
	if (code == KBM_OK)
		code = kbm_plan_judge(plan, before, &after, error);
	kbm_result_clear(&after);
	return code;
}

static const struct kbm_script *find_script(const struct kbm_scripts *scripts, const char *id)
{
	for (size_t i = 0; i < scripts->count; i++)
		if (strcmp(scripts->items[i].info.id, id) == 0)
			return &scripts->items[i];
	return NULL;
}

static enum kbm_code get_script(const struct kbm_proof *proof, size_t index,
				const struct kbm_script **script, struct kbm_error *error)
{
	const char *id = proof->plan->scripts[index].id;
	*script = find_script(proof->scripts, id);
	if (*script == NULL)
		return kbm_fail(
		    error, KBM_NOT_FOUND,
		    "the plan's script %.60s is not there; --scripts DIR names its folder", id);
	if ((*script)->problem.code != KBM_OK)
		return kbm_fail(error, (*script)->problem.code, "%s", (*script)->problem.message);
	return KBM_OK;
}

/* --- now -------------------------------------------------------------------------------------- */

static enum kbm_code run_checks(struct kbm_proof *proof, struct kbm_error *error)
{
	const struct kbm_plan *plan = proof->plan;
	proof->results = calloc(plan->script_count + 1, sizeof *proof->results);
	if (proof->results == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < plan->script_count; i++) {
		const struct kbm_script *script = NULL;
		code = get_script(proof, i, &script, error);
		if (code != KBM_OK)
			break;
		const struct kbm_script_order order = {
		    .target = proof->target,
		    .name = script->file_name,
		    .text = script->text,
		    .length = script->length,
		    .params = &plan->scripts[i].params,
		    .with_fix = script->info.has_fix,
		    .asks_no_directory = !script->info.needs_directory,
		};
		code = kbm_broker_run(proof->broker, &order, &proof->results[i], error);
	}
	return code;
}

/* The first check that could not tell; *error says why. */
static bool is_untold(const struct kbm_proof *proof, struct kbm_error *error)
{
	for (size_t i = 0; i < proof->plan->script_count; i++) {
		const struct kbm_result *result = &proof->results[i];
		if (result->verdict != KBM_VERDICT_UNKNOWN && result->verdict != KBM_VERDICT_ERROR)
			continue;
		kbm_fail(error, KBM_UNREADABLE, "%.40s: %s: %.170s", proof->plan->scripts[i].id,
			 kbm_verdict_name(result->verdict),
			 result->reason == NULL ? "" : result->reason);
		return true;
	}
	return false;
}

/* --- whether it was applied already ----------------------------------------------------------- */

static enum kbm_code is_attribute_applied(const struct kbm_proof *proof,
					  const struct kbm_change *change, bool *applied,
					  struct kbm_error *error)
{
	struct kbm_state now = {0};
	enum kbm_code code =
	    kbm_attribute_state_read(proof->broker, proof->target, &change->place, &now, error);
	*applied = code == KBM_OK && kbm_state_equal(&now, &change->after);
	kbm_state_clear(&now);
	return code;
}

/* The second reader looks at the registry's places: it needs no script that reads them. */
static enum kbm_code are_values_applied(const struct kbm_proof *proof, bool *applied,
					struct kbm_error *error)
{
	const struct kbm_plan *plan = proof->plan;
	struct kbm_second_readings readings = {0};
	if (!kbm_second_readings_add_after(&readings, plan->changes, plan->change_count))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	if (readings.count > 0)
		kbm_broker_second_read(proof->broker, proof->target, &readings);
	for (size_t i = 0; i < readings.count; i++)
		*applied = *applied && readings.items[i].outcome == KBM_SECOND_AGREES;
	kbm_second_readings_clear(&readings);
	return KBM_OK;
}

static enum kbm_code is_applied(const struct kbm_proof *proof, bool *applied,
				struct kbm_error *error)
{
	const struct kbm_plan *plan = proof->plan;
	*applied = kbm_plan_count(plan, false) > 0;
	enum kbm_code code = are_values_applied(proof, applied, error);
	for (size_t i = 0; code == KBM_OK && *applied && i < plan->change_count; i++)
		if (plan->changes[i].op == KBM_MODIFY_ENTRY)
			code = is_attribute_applied(proof, &plan->changes[i], applied, error);
	return code;
}

enum kbm_code kbm_proof_look(struct kbm_proof *proof, enum kbm_plan_age *age,
			     struct kbm_error *error)
{
	bool applied = false;
	kbm_proof_clear(proof);
	kbm_broker_forget_answers(proof->broker);
	enum kbm_code code = run_checks(proof, error);
	if (code != KBM_OK)
		return code;
	if (is_untold(proof, error)) {
		*age = KBM_PLAN_UNTOLD;
		return KBM_OK;
	}
	code = kbm_plan_find_stale(proof->plan, proof->results, proof->plan->script_count,
				   &proof->stale, error);
	if (code == KBM_OK && proof->stale.count > 0)
		code = is_applied(proof, &applied, error);
	*age = proof->stale.count == 0 ? KBM_PLAN_FRESH
	       : applied	       ? KBM_PLAN_APPLIED
				       : KBM_PLAN_STALE;
	return code;
}

/* --- afterwards ------------------------------------------------------------------------------- */

enum kbm_code kbm_proof_predict(const struct kbm_proof *proof, const struct kbm_target *target,
				const struct kbm_change *changes, size_t change_count,
				struct kbm_plan *predicted, struct kbm_error *error)
{
	const struct kbm_plan *plan = proof->plan;
	const struct kbm_proof_subject subject = {proof->broker, target, changes, change_count};
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < plan->script_count; i++) {
		const struct kbm_script *script = NULL;
		code = get_script(proof, i, &script, error);
		if (code == KBM_OK)
			code = kbm_prove(&subject, script, &plan->scripts[i].params,
					 &proof->results[i], predicted, error);
		if (predicted->prediction != KBM_PREDICTION_PASS)
			break;
	}
	return code;
}

void kbm_proof_clear(struct kbm_proof *proof)
{
	for (size_t i = 0; proof->results != NULL && i < proof->plan->script_count; i++)
		kbm_result_clear(&proof->results[i]);
	free(proof->results);
	proof->results = NULL;
	kbm_stale_reads_clear(&proof->stale);
}
