/* kbmend run and plan: diagnose, show the plan, save it on request. */
#include "command/command.h"

#include "apply/new_file.h"
#include "base/limits.h"
#include "command/carry_out.h"
#include "command/diagnose.h"
#include "command/emit.h"
#include "command/next.h"
#include "command/plan_target.h"
#include "command/run_options.h"
#include "command/tell_applied.h"
#include "plan/plan_json.h"

#include <stdio.h>
#include <stdlib.h>

/* Whether a change lies in what can be written to: a hive's file or a server, no export. */
static bool is_writable(const struct kbm_target *target, const struct kbm_change *change)
{
	if (change->op == KBM_MANUAL)
		return true;
	const struct kbm_source *source = kbm_target_source_of(target, change);
	return source != NULL &&
	       (source->kind == KBM_SOURCE_HIVE || source->kind == KBM_SOURCE_LDAP);
}

static bool can_be_applied(const struct kbm_case *diagnosed)
{
	for (size_t i = 0; i < diagnosed->plan.change_count; i++)
		if (!is_writable(&diagnosed->prepared.target, &diagnosed->plan.changes[i]))
			return false;
	return true;
}

/* The command that takes the plan further: the same call, which carries it out, or writes what it
 * changes as files. */
static void append_next(const struct kbm_call *call, const struct kbm_case *diagnosed,
			struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "kbmend run");
	for (size_t i = 0; i < call->operand_count; i++)
		kbm_next_word(out, call->operands[i]);
	kbm_next_options(call->options, out);
	if (!can_be_applied(diagnosed)) {
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

/* Whether the common plan may leave the house: a plan that was not shown to cure must not. */
static enum kbm_code check_plan(const struct kbm_case *diagnosed, struct kbm_error *error)
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

static enum kbm_code write_json(const struct kbm_case *diagnosed, struct kbm_bytes *out,
				struct kbm_error *error)
{
	if (diagnosed->masked[0] != '\0')
		return kbm_fail(error, KBM_REFUSED, "no plan is written: %s", diagnosed->masked);
	return kbm_plan_to_json(&diagnosed->plan, out, error);
}

static enum kbm_code save_plan(const struct kbm_case *diagnosed, const char *path,
			       struct kbm_error *error)
{
	struct kbm_bytes json;
	kbm_bytes_init(&json, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = write_json(diagnosed, &json, error);
	if (code == KBM_OK)
		code = kbm_new_file_write(path, kbm_bytes_text(&json), json.length, error);
	kbm_bytes_clear(&json);
	return code;
}

static bool emits(const struct kbm_options *options)
{
	return options->emit_reg != NULL || options->emit_ldif != NULL;
}

/* Writes what was asked for; the exit status after it. */
static int write_plan(const struct kbm_case *diagnosed, const struct kbm_options *options,
		      int status)
{
	if (options->output == NULL && !emits(options))
		return status;
	struct kbm_error error = {0};
	enum kbm_code code = check_plan(diagnosed, &error);
	if (code == KBM_NOT_FOUND) {
		kbm_command_note("%s; nothing was written", error.message);
		return status;
	}
	if (code == KBM_OK && options->output != NULL) {
		code = save_plan(diagnosed, options->output, &error);
		if (code == KBM_OK && !options->quiet)
			kbm_command_note("wrote %s", options->output);
	}
	if (code == KBM_OK && emits(options))
		code = kbm_emit_plan(diagnosed, options, &error);
	return code == KBM_OK ? status : kbm_exit_worst(kbm_command_fail(&error), status);
}

static bool report(const struct kbm_call *call, const struct kbm_case *diagnosed, int status,
		   struct kbm_bytes *out)
{
	const struct kbm_options *options = call->options;
	struct kbm_outcome *outcomes = calloc(diagnosed->scripts.count + 1, sizeof *outcomes);
	if (outcomes == NULL)
		return false;
	for (size_t i = 0; i < diagnosed->scripts.count; i++)
		outcomes[i] = (struct kbm_outcome){
		    .script = &diagnosed->scripts.items[i].info,
		    .result = &diagnosed->diagnoses[i].result,
		    .plan = diagnosed->diagnoses[i].has_plan ? &diagnosed->diagnoses[i].plan : NULL,
		    .script_path = diagnosed->scripts.items[i].path,
		    .shadows = diagnosed->scripts.items[i].shadows,
		    .asked_as = &diagnosed->scripts.items[i].asked_as};
	struct kbm_bytes next;
	kbm_bytes_init(&next, KBM_TEXT_MAX_BYTES);
	struct kbm_error ignored;
	bool offers = options->output == NULL && !emits(options) && !options->apply &&
		      diagnosed->has_plan && kbm_plan_count(&diagnosed->plan, false) > 0 &&
		      check_plan(diagnosed, &ignored) == KBM_OK;
	if (offers)
		append_next(call, diagnosed, &next);
	const struct kbm_run run = {
	    .target = &diagnosed->prepared.identity,
	    .source_notes = &diagnosed->prepared.notes,
	    .outcomes = outcomes,
	    .outcome_count = diagnosed->scripts.count,
	    .plan = diagnosed->has_plan ? &diagnosed->plan : NULL,
	    .conflict = diagnosed->conflict[0] == '\0' ? NULL : diagnosed->conflict,
	    .next = offers && next.length > 0 ? kbm_bytes_text(&next) : NULL,
	    .goes_on = options->apply,
	    .exit_status = status,
	};
	const struct kbm_report_style style = kbm_session_style(options);
	bool done = options->format == KBM_FORMAT_TEXT
			? kbm_report_run_text(&run, &style, out)
			: kbm_report_run_json(&run, options->format == KBM_FORMAT_JSONL, out);
	kbm_bytes_clear(&next);
	free(outcomes);
	return done;
}

/* The same run, carried out: what the report has just shown. */
static int apply_plan(const struct kbm_call *call, struct kbm_case *diagnosed, int status)
{
	struct kbm_error error = {0};
	enum kbm_code code = check_plan(diagnosed, &error);
	const struct kbm_plan *plan = diagnosed->has_plan ? &diagnosed->plan : NULL;
	if (code == KBM_NOT_FOUND)
		return kbm_tell_nothing_to_do(call, plan,
					      status == KBM_EXIT_UNKNOWN
						  ? "not all could be told; nothing was applied"
						  : "there is nothing to apply",
					      status);
	if (code == KBM_OK && kbm_plan_count(&diagnosed->plan, false) == 0)
		return kbm_tell_nothing_to_do(
		    call, plan, "there is nothing to apply but what is done by hand", status);
	if (code == KBM_OK && diagnosed->masked[0] != '\0')
		code = kbm_fail(&error, KBM_REFUSED, "nothing is applied: %s", diagnosed->masked);
	if (code == KBM_OK)
		code = kbm_check_control_set(diagnosed->session.broker, call->options,
					     &diagnosed->prepared, &diagnosed->plan, &error);
	if (code != KBM_OK)
		return kbm_tell_not_applied(call, plan, &error);
	struct kbm_proof proof = {.broker = diagnosed->session.broker,
				  .target = &diagnosed->prepared.target,
				  .scripts = &diagnosed->scripts,
				  .plan = &diagnosed->plan};
	const struct kbm_carry_out order = {.call = call,
					    .prepared = &diagnosed->prepared,
					    .broker = diagnosed->session.broker,
					    .plan = &diagnosed->plan,
					    .proof = &proof,
					    .title = diagnosed->plan.scripts[0].id};
	int applied = kbm_carry_out(&order);
	kbm_proof_clear(&proof);
	/* What could not be told of other scripts is still so; a problem that is repaired is none.
	 */
	return applied == KBM_EXIT_OK && status == KBM_EXIT_PROBLEM
		   ? KBM_EXIT_OK
		   : kbm_exit_worst(applied, status);
}

/* `kept`: the plan is to be kept. Without -o it is standard output, instead of the report. */
static int diagnose(const struct kbm_call *call, bool kept)
{
	bool json_plan = kept && call->options->output == NULL;
	struct kbm_case diagnosed = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	int status = KBM_EXIT_UNKNOWN;
	if (kbm_run_options_check(call->options, &error) != KBM_OK)
		return kbm_command_usage(call, "%s", error.message);
	enum kbm_code code = kbm_diagnose(call->options, call->operands, call->operand_count, kept,
					  &diagnosed, &error);
	if (code == KBM_OK)
		status = kbm_case_status(&diagnosed);
	if (code == KBM_OK && json_plan)
		code = check_plan(&diagnosed, &error);
	if (code == KBM_OK && json_plan)
		code = write_json(&diagnosed, &out, &error);
	if (code != KBM_OK) {
		status = call->options->apply ? kbm_tell_not_applied(call, NULL, &error)
					      : kbm_command_fail(&error);
	} else {
		if (!json_plan && !report(call, &diagnosed, status, &out))
			out.failed = true;
		status = kbm_command_print(&out, status);
		status = write_plan(&diagnosed, call->options, status);
		if (call->options->apply)
			status = apply_plan(call, &diagnosed, status);
	}
	kbm_bytes_clear(&out);
	kbm_case_clear(&diagnosed);
	return status;
}

static int run_run(const struct kbm_call *call)
{
	return diagnose(call, false);
}

static int run_plan(const struct kbm_call *call)
{
	return diagnose(call, true);
}

static const enum kbm_option_id run_options[] = {
    KBM_OPTION_TARGET,	    KBM_SERVER_OPTIONS,	 KBM_OPTION_BASE,      KBM_OPTION_PARAMETER,
    KBM_OPTION_DRY_RUN,	    KBM_OPTION_APPLY,	 KBM_APPLY_OPTIONS,    KBM_OPTION_RECOVER,
    KBM_OPTION_FORMAT,	    KBM_OPTION_EMIT,	 KBM_OPTION_EMIT_FORM, KBM_OPTION_NAME,
    KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,      KBM_OPTION_SCRIPTS,
    KBM_OPTION_TIMEOUT,	    KBM_OPTION_MEMORY,	 KBM_OPTION_SECRETS,   KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE,	    KBM_OPTION_QUIET,	 KBM_OPTION_COLOR,     KBM_OPTION_HELP,
    KBM_OPTION_END};

static const enum kbm_option_id plan_options[] = {
    KBM_OPTION_TARGET,	KBM_SERVER_OPTIONS,	KBM_OPTION_BASE,      KBM_OPTION_OUTPUT,
    KBM_OPTION_EMIT,	KBM_OPTION_EMIT_FORM,	KBM_OPTION_PARAMETER, KBM_OPTION_FORMAT,
    KBM_OPTION_NAME,	KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE,  KBM_OPTION_LOGS,
    KBM_OPTION_SCRIPTS, KBM_OPTION_TIMEOUT,	KBM_OPTION_MEMORY,    KBM_OPTION_SECRETS,
    KBM_OPTION_UNSAFE,	KBM_OPTION_VERBOSE,	KBM_OPTION_QUIET,     KBM_OPTION_COLOR,
    KBM_OPTION_HELP,	KBM_OPTION_END};

#define TARGET_HELP                                                                               \
	"A target is one machine: one or more -t, each a hive file, a folder with hives, a .reg " \
	"export or an LDIF file; what it is comes from its content. In place of an LDIF file -H " \
	"names a directory server. A folder is a mounted image's root, a Windows folder or its "  \
	"System32\\config; users' hives are HKU\\NAME there, by their folders' names. Symbolic "  \
	"links in it are not followed."

const struct kbm_command kbm_command_run = {
    .name = "run",
    .operands = "[SCRIPT...] -t WHAT... [-H URI] [OPTIONS]",
    .summary = "Diagnose a target, show the plan that repairs it; --apply does it",
    .details = TARGET_HELP " Without --apply nothing that is named is written to. Without "
			   "SCRIPT, every script runs. A SCRIPT is an id (Q298565), a path "
			   "(./my.lua) or a profile of several (@exchange55), whose parameters -p "
			   "overrides.",
    .exits = kbm_apply_exits,
    .options = run_options,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_run,
};

const struct kbm_command kbm_command_plan = {
    .name = "plan",
    .operands = "SCRIPT... -t WHAT... [-H URI] [-o FILE] [OPTIONS]",
    .summary = "Diagnose like run, and save the plan",
    .details = TARGET_HELP " Nothing that is named is written to. Without -o the plan (JSON, "
			   "kbmend.plan/1) goes to standard output.",
    .options = plan_options,
    .least_operands = 1,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_plan,
};
