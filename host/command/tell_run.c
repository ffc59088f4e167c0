/* What a run has found, told: the report, and the command that takes its plan further. */
#include "command/tell_run.h"

#include "base/limits.h"
#include "command/choices.h"
#include "command/emit.h"
#include "command/next.h"
#include "report/report.h"
#include "report/report_digest.h"

#include <stdlib.h>

/* --- the plan -------------------------------------------------------------------------------- */

enum kbm_code kbm_tell_run_check(const struct kbm_case *diagnosed, struct kbm_error *error)
{
	if (diagnosed->conflict[0] != '\0')
		return kbm_fail(error, KBM_REFUSED, "no plan is written: %s", diagnosed->conflict);
	if (!diagnosed->has_plan)
		return kbm_fail(error, KBM_NOT_FOUND, "there is no plan to write");
	if (kbm_plan_count(&diagnosed->plan, false) > 0 &&
	    diagnosed->plan.prediction != KBM_PREDICTION_PASS)
		return kbm_fail(error, KBM_REFUSED,
				"no plan is written: it was not shown to cure: %s",
				diagnosed->plan.prediction_reason);
	return KBM_OK;
}

bool kbm_tell_run_emits(const struct kbm_options *options)
{
	return options->emit_reg != NULL || options->emit_ldif != NULL;
}

/* --- what to type next ----------------------------------------------------------------------- */

/* The command that takes the plan further: the same call, which carries it out, or writes what it
 * changes as files. */
static void append_next(const struct kbm_call *call, const struct kbm_case *diagnosed,
			struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "kbmend run");
	for (size_t i = 0; i < call->operand_count; i++)
		kbm_next_word(out, call->operands[i]);
	kbm_next_options(call->options, out);
	if (!kbm_next_can_apply(&diagnosed->plan, &diagnosed->prepared.target)) {
		kbm_emit_offer(diagnosed, call->options, out);
		return;
	}
	if (diagnosed->masked[0] != '\0' && !call->options->include_secrets)
		kbm_bytes_append_text(out, " --include-secrets");
	if (call->options->state_dir != NULL)
		kbm_next_option(out, "--state-dir", call->options->state_dir);
	kbm_bytes_append_text(out, " --apply");
	for (size_t i = 0; i < diagnosed->prepared.target.source_count; i++)
		if (diagnosed->prepared.sources[i].recovered) {
			kbm_bytes_append_text(out, " --recover");
			break;
		}
}

/* --- the report ------------------------------------------------------------------------------ */

/* What the report shows: borrowed, but for the arrays. */
struct told {
	struct kbm_outcome *outcomes;
	size_t outcome_count;
	struct kbm_not_run *not_run;
	size_t not_run_count;
};

static void told_clear(struct told *told)
{
	free(told->outcomes);
	free(told->not_run);
}

static bool list_outcomes(const struct kbm_case *diagnosed, struct told *told)
{
	size_t count = diagnosed->scripts.count;
	told->outcomes = calloc(count + 1, sizeof *told->outcomes);
	told->not_run = calloc(count + 1, sizeof *told->not_run);
	if (told->outcomes == NULL || told->not_run == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct kbm_script *script = &diagnosed->scripts.items[i];
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		if (diagnosis->lacks != NULL || diagnosis->is_left)
			told->not_run[told->not_run_count++] =
			    (struct kbm_not_run){&script->info, diagnosis->lacks};
		else
			told->outcomes[told->outcome_count++] = (struct kbm_outcome){
			    .script = &script->info,
			    .result = &diagnosis->result,
			    .plan = diagnosis->has_plan ? &diagnosis->plan : NULL,
			    .script_path = script->path,
			    .shadows = script->shadows,
			    .asked_as = &script->asked_as};
	}
	return true;
}

static bool write_report(const struct kbm_run *run, const struct kbm_options *options,
			 struct kbm_bytes *out)
{
	const struct kbm_report_style style = kbm_session_style(options);
	switch (options->format) {
	case KBM_FORMAT_JSON:
	case KBM_FORMAT_JSONL:
		return kbm_report_run_json(run, options->format == KBM_FORMAT_JSONL, out);
	case KBM_FORMAT_DIGEST:
		return kbm_report_digest(run, options->verbose, out);
	case KBM_FORMAT_CSV:
		return kbm_report_run_csv(run, out);
	case KBM_FORMAT_TEXT:
	case KBM_FORMAT_LDIF:
	case KBM_FORMAT_REG:
		break;
	}
	return kbm_report_run_text(run, &style, out);
}

bool kbm_tell_run(const struct kbm_call *call, const struct kbm_case *diagnosed, int status,
		  struct kbm_bytes *out)
{
	const struct kbm_options *options = call->options;
	struct told told = {0};
	if (!list_outcomes(diagnosed, &told)) {
		told_clear(&told);
		return false;
	}
	struct kbm_bytes next;
	kbm_bytes_init(&next, KBM_TEXT_MAX_BYTES);
	struct kbm_error ignored;
	bool offers = options->output == NULL && !kbm_tell_run_emits(options) && !options->apply &&
		      diagnosed->has_plan && kbm_plan_count(&diagnosed->plan, false) > 0 &&
		      kbm_tell_run_check(diagnosed, &ignored) == KBM_OK;
	if (offers)
		append_next(call, diagnosed, &next);
	struct kbm_text_list choices = {0};
	bool done = kbm_choices_list(call, diagnosed, &choices);
	const struct kbm_run run = {
	    .target = &diagnosed->prepared.identity,
	    .source_notes = &diagnosed->prepared.notes,
	    .outcomes = told.outcomes,
	    .outcome_count = told.outcome_count,
	    .not_run = told.not_run,
	    .not_run_count = told.not_run_count,
	    .condensed = diagnosed->condensed,
	    .plan = diagnosed->has_plan ? &diagnosed->plan : NULL,
	    .conflicts = diagnosed->conflicts,
	    .conflict_count = diagnosed->conflict_count,
	    .choices = &choices,
	    .conflict = diagnosed->conflict[0] == '\0' ? NULL : diagnosed->conflict,
	    .next = offers && next.length > 0 ? kbm_bytes_text(&next) : NULL,
	    .goes_on = options->apply,
	    .exit_status = status,
	};
	done = write_report(&run, options, out) && done;
	kbm_text_list_clear(&choices);
	kbm_bytes_clear(&next);
	told_clear(&told);
	return done;
}
