/* kbmend run and plan: diagnose, show the plan, save it on request. */
#include "command/command.h"

#include "apply/new_file.h"
#include "base/limits.h"
#include "command/diagnose.h"
#include "command/emit.h"
#include "command/server_options.h"
#include "plan/plan_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word as a shell takes it. */
static void append_word(struct kbm_bytes *out, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-_./=:,+@%";
	kbm_bytes_append_byte(out, ' ');
	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		kbm_bytes_append_text(out, word);
		return;
	}
	kbm_bytes_append_byte(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			kbm_bytes_append_text(out, "'\\''");
		else
			kbm_bytes_append_byte(out, (uint8_t)*word);
	}
	kbm_bytes_append_byte(out, '\'');
}

static void append_option(struct kbm_bytes *out, const char *option, const char *value)
{
	kbm_bytes_printf(out, " %s", option);
	append_word(out, value);
}

/* How the server is met, but for the password itself. */
static void append_server(const struct kbm_options *options, struct kbm_bytes *out)
{
	const struct kbm_server_options *server = &options->server;
	const struct {
		const char *option;
		const char *value;
	} texts[] = {{"-H", server->uri},	{"-b", options->base},
		     {"-D", server->bind_dn},	{"-y", server->password_file},
		     {"-Y", server->mechanism}, {"--ca-file", server->ca_file}};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].value != NULL)
			append_option(out, texts[i].option, texts[i].value);
	if (server->prompts)
		kbm_bytes_append_text(out, " -W");
	if (server->start_tls > 0)
		kbm_bytes_append_text(out, server->start_tls > 1 ? " -ZZ" : " -Z");
	for (size_t i = 0; i < server->followed_count; i++)
		append_option(out, "--follow-referrals", server->followed[i]);
	if (server->timeout_ms != 0) {
		char seconds[16];
		snprintf(seconds, sizeof seconds, "%g", server->timeout_ms / 1000.0);
		append_option(out, "--server-timeout", seconds);
	}
}

/* The options that decide what is found, as they were given. */
static void append_options(const struct kbm_options *options, struct kbm_bytes *out)
{
	char number[16];
	for (size_t i = 0; i < options->target_count; i++)
		append_option(out, "-t", options->targets[i]);
	append_server(options, out);
	for (size_t i = 0; i < options->params.count; i++) {
		struct kbm_bytes pair;
		kbm_bytes_init(&pair, KBM_TEXT_MAX_BYTES);
		kbm_bytes_printf(&pair, "%s=%s", options->params.items[i].name,
				 options->params.items[i].value);
		append_option(out, "-p", kbm_bytes_text(&pair));
		kbm_bytes_clear(&pair);
	}
	if (options->selection_text != NULL)
		append_option(out, "--control-set", options->selection_text);
	if (options->codepage != KBM_DEFAULT_CODEPAGE) {
		snprintf(number, sizeof number, "%u", options->codepage);
		append_option(out, "--codepage", number);
	}
	if (options->name != NULL)
		append_option(out, "--name", options->name);
	if (options->scripts != NULL)
		append_option(out, "--scripts", options->scripts);
	if (options->timeout_ms != 0) {
		snprintf(number, sizeof number, "%g", options->timeout_ms / 1000.0);
		append_option(out, "--timeout", number);
	}
	if (options->memory_mib != 0) {
		snprintf(number, sizeof number, "%u", options->memory_mib);
		append_option(out, "--max-memory", number);
	}
	if (options->include_secrets)
		kbm_bytes_append_text(out, " --include-secrets");
	if (options->unsafe)
		kbm_bytes_append_text(out, " --unsafe-no-sandbox");
}

/* The command that takes the plan further: the same call, writing what it changes as files. */
static void append_next(const struct kbm_call *call, const struct kbm_case *diagnosed,
			struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "kbmend run");
	for (size_t i = 0; i < call->operand_count; i++)
		append_word(out, call->operands[i]);
	append_options(call->options, out);
	kbm_emit_offer(diagnosed, call->options, out);
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
		    .shadows = diagnosed->scripts.items[i].shadows};
	struct kbm_bytes next;
	kbm_bytes_init(&next, KBM_TEXT_MAX_BYTES);
	struct kbm_error ignored;
	bool offers = options->output == NULL && !emits(options) && diagnosed->has_plan &&
		      kbm_plan_count(&diagnosed->plan, false) > 0 &&
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

/* `kept`: the plan is to be kept. Without -o it is standard output, instead of the report. */
static int diagnose(const struct kbm_call *call, bool kept)
{
	bool json_plan = kept && call->options->output == NULL;
	struct kbm_case diagnosed = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	int status = KBM_EXIT_UNKNOWN;
	const char *uri = NULL;
	enum kbm_code asked = kbm_server_options_uri(call->options, &uri, &error);
	if (asked == KBM_OK && uri == NULL && call->options->base != NULL)
		return kbm_command_usage(call, "-b is where a directory server is asked: name it "
					       "with -H");
	enum kbm_code code = kbm_diagnose(call->options, call->operands, call->operand_count, kept,
					  &diagnosed, &error);
	if (code == KBM_OK)
		status = kbm_case_status(&diagnosed);
	if (code == KBM_OK && json_plan)
		code = check_plan(&diagnosed, &error);
	if (code == KBM_OK && json_plan)
		code = write_json(&diagnosed, &out, &error);
	if (code != KBM_OK) {
		status = kbm_command_fail(&error);
	} else {
		if (!json_plan && !report(call, &diagnosed, status, &out))
			out.failed = true;
		status = kbm_command_print(&out, status);
		status = write_plan(&diagnosed, call->options, status);
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
    KBM_OPTION_TARGET,	KBM_SERVER_OPTIONS,	KBM_OPTION_BASE,     KBM_OPTION_PARAMETER,
    KBM_OPTION_DRY_RUN, KBM_OPTION_FORMAT,	KBM_OPTION_EMIT,     KBM_OPTION_EMIT_FORM,
    KBM_OPTION_NAME,	KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE, KBM_OPTION_SCRIPTS,
    KBM_OPTION_TIMEOUT, KBM_OPTION_MEMORY,	KBM_OPTION_SECRETS,  KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE, KBM_OPTION_QUIET,	KBM_OPTION_COLOR,    KBM_OPTION_HELP,
    KBM_OPTION_END};

static const enum kbm_option_id plan_options[] = {
    KBM_OPTION_TARGET,	KBM_SERVER_OPTIONS,	KBM_OPTION_BASE,      KBM_OPTION_OUTPUT,
    KBM_OPTION_EMIT,	KBM_OPTION_EMIT_FORM,	KBM_OPTION_PARAMETER, KBM_OPTION_FORMAT,
    KBM_OPTION_NAME,	KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE,  KBM_OPTION_SCRIPTS,
    KBM_OPTION_TIMEOUT, KBM_OPTION_MEMORY,	KBM_OPTION_SECRETS,   KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE, KBM_OPTION_QUIET,	KBM_OPTION_COLOR,     KBM_OPTION_HELP,
    KBM_OPTION_END};

#define TARGET_HELP                                                                            \
	"A target is one machine: one or more -t, each a hive file, a .reg export or an LDIF " \
	"file; what it is comes from its content. In place of an LDIF file -H names a "        \
	"directory server. Nothing that is named is ever written to."

const struct kbm_command kbm_command_run = {
    .name = "run",
    .operands = "[SCRIPT...] -t WHAT... [-H URI] [OPTIONS]",
    .summary = "Diagnose a target and show the plan that repairs it (a dry run)",
    .details = TARGET_HELP " Without SCRIPT, every script runs. A SCRIPT is an id (Q298565) or "
			   "a path (./my.lua).",
    .options = run_options,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_run,
};

const struct kbm_command kbm_command_plan = {
    .name = "plan",
    .operands = "SCRIPT... -t WHAT... [-H URI] [-o FILE] [OPTIONS]",
    .summary = "Diagnose like run, and save the plan",
    .details = TARGET_HELP " Without -o the plan (JSON, kbmend.plan/1) goes to standard output.",
    .options = plan_options,
    .least_operands = 1,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_plan,
};
