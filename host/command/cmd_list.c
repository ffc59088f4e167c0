/* kbmend list and describe: the scripts that can be run. */
#include "command/command.h"

#include "base/limits.h"
#include "command/catalog.h"
#include "command/session.h"
#include "report/report_script.h"

#include <stdlib.h>

static bool print_list(const struct kbm_options *options, const struct kbm_listed_script *listed,
		       size_t count, bool in_full, struct kbm_bytes *out)
{
	struct kbm_report_style style = kbm_session_style(options);
	switch (options->format) {
	case KBM_FORMAT_JSON:
	case KBM_FORMAT_JSONL:
		return in_full ? kbm_report_describe_json(listed,
							  options->format == KBM_FORMAT_JSONL, out)
			       : kbm_report_list_json(listed, count,
						      options->format == KBM_FORMAT_JSONL, out);
	case KBM_FORMAT_CSV:
		return kbm_report_list_csv(listed, count, out);
	case KBM_FORMAT_TEXT:
	case KBM_FORMAT_LDIF:
	case KBM_FORMAT_REG:
		break;
	}
	return in_full ? kbm_report_describe_text(listed, &style, out)
		       : kbm_report_list_text(listed, count, &style, out);
}

static int list_scripts(const struct kbm_call *call, bool in_full)
{
	struct kbm_session session = {0};
	struct kbm_scripts scripts = {0};
	struct kbm_error error = {0};
	struct kbm_listed_script *listed = NULL;
	struct kbm_bytes out;
	int status = KBM_EXIT_OK;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = kbm_session_open(call->options, &session, &error);
	if (code == KBM_OK)
		code = kbm_scripts_load(session.broker, &session.paths, call->options->scripts,
					call->operands, call->operand_count, &scripts, &error);
	if (code == KBM_OK && (listed = calloc(scripts.count + 1, sizeof *listed)) == NULL)
		code = kbm_fail(&error, KBM_MEMORY, "out of memory");
	if (code != KBM_OK || listed == NULL) {
		status = kbm_command_fail(&error);
	} else {
		for (size_t i = 0; i < scripts.count; i++) {
			const struct kbm_script *script = &scripts.items[i];
			bool sound = script->problem.code == KBM_OK;
			listed[i] =
			    (struct kbm_listed_script){&script->info,
						       script->path,
						       script->sha256,
						       script->shadows,
						       sound ? NULL : script->problem.message,
						       &script->asked_as};
			if (!sound)
				status = KBM_EXIT_UNKNOWN;
		}
		if (in_full && status != KBM_EXIT_OK) {
			status = kbm_command_fail(&scripts.items[0].problem);
		} else {
			print_list(call->options, listed, scripts.count, in_full, &out);
			status = kbm_command_print(&out, status);
		}
	}
	free(listed);
	kbm_bytes_clear(&out);
	kbm_scripts_clear(&scripts);
	kbm_session_close(&session);
	return status;
}

static int run_list(const struct kbm_call *call)
{
	return list_scripts(call, false);
}

static int run_describe(const struct kbm_call *call)
{
	return list_scripts(call, true);
}

static const enum kbm_option_id list_options[] = {
    KBM_OPTION_SCRIPTS, KBM_OPTION_TIMEOUT, KBM_OPTION_MEMORY, KBM_OPTION_TABLE_FORMAT,
    KBM_OPTION_UNSAFE,	KBM_OPTION_VERBOSE, KBM_OPTION_QUIET,  KBM_OPTION_COLOR,
    KBM_OPTION_HELP,	KBM_OPTION_END};

static const enum kbm_option_id describe_options[] = {
    KBM_OPTION_SCRIPTS, KBM_OPTION_TIMEOUT, KBM_OPTION_MEMORY, KBM_OPTION_FORMAT, KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE, KBM_OPTION_QUIET,   KBM_OPTION_COLOR,  KBM_OPTION_HELP,	  KBM_OPTION_END};

const struct kbm_command kbm_command_list = {
    .name = "list",
    .operands = "[OPTIONS]",
    .summary = "List the scripts",
    .options = list_options,
    .run = run_list,
};

const struct kbm_command kbm_command_describe = {
    .name = "describe",
    .operands = "SCRIPT [OPTIONS]",
    .summary = "Show one script in full: symptoms, needs, parameters",
    .options = describe_options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run_describe,
};
