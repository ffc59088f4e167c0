/* kbmend run and plan: diagnose, show the plan, save it on request. */
#include "command/command.h"

#include "apply/new_file.h"
#include "base/limits.h"
#include "command/carry_out.h"
#include "command/diagnose.h"
#include "command/emit.h"
#include "command/plan_target.h"
#include "command/run_options.h"
#include "command/tell_applied.h"
#include "command/tell_run.h"
#include "plan/plan_json.h"

#include <stdio.h>

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

/* Writes what was asked for; the exit status after it. */
static int write_plan(const struct kbm_case *diagnosed, const struct kbm_options *options,
		      int status)
{
	if (options->output == NULL && !kbm_tell_run_emits(options))
		return status;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_tell_run_check(diagnosed, &error);
	if (code == KBM_NOT_FOUND) {
		kbm_command_note("%s; nothing was written", error.message);
		return status;
	}
	if (code == KBM_OK && options->output != NULL) {
		code = save_plan(diagnosed, options->output, &error);
		if (code == KBM_OK && !options->quiet)
			kbm_command_note("wrote %s", options->output);
	}
	if (code == KBM_OK && kbm_tell_run_emits(options))
		code = kbm_emit_plan(diagnosed, options, &error);
	return code == KBM_OK ? status : kbm_exit_worst(kbm_command_fail(&error), status);
}

/* The same run, carried out: what the report has just shown. */
static int apply_plan(const struct kbm_call *call, struct kbm_case *diagnosed, int status)
{
	struct kbm_error error = {0};
	enum kbm_code code = kbm_tell_run_check(diagnosed, &error);
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
		code = kbm_tell_run_check(&diagnosed, &error);
	if (code == KBM_OK && json_plan)
		code = write_json(&diagnosed, &out, &error);
	if (code != KBM_OK) {
		status = call->options->apply ? kbm_tell_not_applied(call, NULL, &error)
					      : kbm_command_fail(&error);
	} else {
		if (!json_plan && !kbm_tell_run(call, &diagnosed, status, &out))
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
    KBM_OPTION_RUN_FORMAT,  KBM_OPTION_EMIT,	 KBM_OPTION_EMIT_FORM, KBM_OPTION_NAME,
    KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,      KBM_OPTION_SCRIPTS,
    KBM_OPTION_SEVERITY,    KBM_OPTION_CATEGORY, KBM_OPTION_TIMEOUT,   KBM_OPTION_MEMORY,
    KBM_OPTION_SECRETS,	    KBM_OPTION_UNSAFE,	 KBM_OPTION_VERBOSE,   KBM_OPTION_QUIET,
    KBM_OPTION_COLOR,	    KBM_OPTION_HELP,	 KBM_OPTION_END};

static const enum kbm_option_id plan_options[] = {
    KBM_OPTION_TARGET,	KBM_SERVER_OPTIONS,	KBM_OPTION_BASE,      KBM_OPTION_OUTPUT,
    KBM_OPTION_EMIT,	KBM_OPTION_EMIT_FORM,	KBM_OPTION_PARAMETER, KBM_OPTION_FORMAT,
    KBM_OPTION_NAME,	KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE,  KBM_OPTION_LOGS,
    KBM_OPTION_SCRIPTS, KBM_OPTION_SEVERITY,	KBM_OPTION_CATEGORY,  KBM_OPTION_TIMEOUT,
    KBM_OPTION_MEMORY,	KBM_OPTION_SECRETS,	KBM_OPTION_UNSAFE,    KBM_OPTION_VERBOSE,
    KBM_OPTION_QUIET,	KBM_OPTION_COLOR,	KBM_OPTION_HELP,      KBM_OPTION_END};

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
			   "SCRIPT, every script runs whose needs the target meets, but for those "
			   "that run on request only: what is wrong is "
			   "shown, the rest counted. A SCRIPT is an id (Q298565), a path "
			   "(./my.lua) or a profile of several (@exchange55), whose parameters -p "
			   "overrides.",
    .exits = kbm_apply_exits,
    .options = run_options,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_run,
};

const struct kbm_command kbm_command_plan = {
    .name = "plan",
    .operands = "[SCRIPT...] -t WHAT... [-H URI] [-o FILE] [OPTIONS]",
    .summary = "Diagnose like run, and save the plan",
    .details = TARGET_HELP " Nothing that is named is written to. Without -o the plan (JSON, "
			   "kbmend.plan/1) goes to standard output.",
    .options = plan_options,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_plan,
};
