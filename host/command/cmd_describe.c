/* kbmend describe: one script or profile in full. */
#include "command/command.h"

#include "base/limits.h"
#include "command/facts_file.h"
#include "command/profiles.h"
#include "command/session.h"
#include "report/report_script.h"

static bool is_json(const struct kbm_options *options)
{
	return options->format == KBM_FORMAT_JSON || options->format == KBM_FORMAT_JSONL;
}

static enum kbm_code describe_script(const struct kbm_call *call, struct kbm_session *session,
				     struct kbm_bytes *out, struct kbm_error *error)
{
	const struct kbm_report_style style = kbm_session_style(call->options);
	struct kbm_scripts scripts = {0};
	struct kbm_script_facts facts = {0};
	enum kbm_code code =
	    kbm_scripts_load(session->broker, &session->paths, call->options->scripts,
			     call->operands, call->operand_count, &scripts, error);
	if (code == KBM_OK && scripts.items[0].problem.code != KBM_OK) {
		*error = scripts.items[0].problem;
		code = error->code;
	}
	if (code == KBM_OK)
		code = kbm_facts_load(&session->paths, &scripts.items[0], &facts, error);
	if (code == KBM_OK) {
		const struct kbm_script *script = &scripts.items[0];
		const struct kbm_listed_script listed = {.info = &script->info,
							 .path = script->path,
							 .sha256 = script->sha256,
							 .shadows = script->shadows,
							 .asked_as = &script->asked_as,
							 .facts = &facts};
		if (is_json(call->options))
			kbm_report_describe_json(&listed, call->options->format == KBM_FORMAT_JSONL,
						 out);
		else
			kbm_report_describe_text(&listed, &style, out);
	}
	kbm_script_facts_clear(&facts);
	kbm_scripts_clear(&scripts);
	return code;
}

static enum kbm_code describe_profile(const struct kbm_call *call, struct kbm_session *session,
				      struct kbm_bytes *out, struct kbm_error *error)
{
	const struct kbm_report_style style = kbm_session_style(call->options);
	struct kbm_profiles profiles = {0};
	enum kbm_code code =
	    kbm_profiles_load(session->broker, &session->paths, call->options->scripts,
			      call->operands[0] + 1, &profiles, error);
	if (code == KBM_OK && profiles.items[0].problem.code != KBM_OK) {
		*error = profiles.items[0].problem;
		code = error->code;
	}
	if (code == KBM_OK) {
		const struct kbm_profile_file *file = &profiles.items[0];
		const struct kbm_listed_profile listed = {&file->profile, file->path, file->shadows,
							  NULL};
		if (is_json(call->options))
			kbm_report_profile_json(&listed, call->options->format == KBM_FORMAT_JSONL,
						out);
		else
			kbm_report_profile_text(&listed, &style, out);
	}
	kbm_profiles_clear(&profiles);
	return code;
}

static int run_describe(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = kbm_session_open(call->options, &session, &error);
	if (code == KBM_OK && call->operands[0][0] == '@')
		code = describe_profile(call, &session, &out, &error);
	else if (code == KBM_OK)
		code = describe_script(call, &session, &out, &error);
	int status =
	    code == KBM_OK ? kbm_command_print(&out, KBM_EXIT_OK) : kbm_command_fail(&error);
	kbm_bytes_clear(&out);
	kbm_session_close(&session);
	return status;
}

static const enum kbm_option_id options[] = {
    KBM_OPTION_SCRIPTS, KBM_OPTION_TIMEOUT, KBM_OPTION_MEMORY, KBM_OPTION_FORMAT, KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE, KBM_OPTION_QUIET,   KBM_OPTION_COLOR,  KBM_OPTION_HELP,	  KBM_OPTION_END};

const struct kbm_command kbm_command_describe = {
    .name = "describe",
    .operands = "SCRIPT|@PROFILE [OPTIONS]",
    .summary = "Show one script in full: symptoms, needs, parameters",
    .options = options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run_describe,
};
