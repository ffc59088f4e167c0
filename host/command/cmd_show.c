/* kbmend show: a saved plan, as people read it. */
#include "command/command.h"

#include "base/file.h"
#include "base/limits.h"
#include "command/session.h"
#include "plan/plan_json.h"
#include "plan/plan_secrets.h"
#include "report/report.h"

#include <stdio.h>

static enum kbm_code read_plan(const char *path, struct kbm_plan *plan, struct kbm_error *error)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = kbm_file_read(path, true, &text, error);
	if (code == KBM_OK) {
		struct kbm_error inner = {0};
		code = kbm_plan_from_json(kbm_bytes_text(&text), text.length, plan, &inner);
		if (code == KBM_OK)
			code = kbm_plan_validate(plan, &inner);
		if (code != KBM_OK)
			kbm_fail(error, code, "%.90s: not a sound plan: %s", path, inner.message);
	}
	kbm_bytes_clear(&text);
	return code;
}

/* Masked JSON would be a plan that sets masks: it is shown whole or not at all. */
static enum kbm_code show_plan(struct kbm_plan *plan, const struct kbm_options *options,
			       struct kbm_bytes *out, struct kbm_error *error)
{
	bool is_text = options->format == KBM_FORMAT_TEXT;
	enum kbm_code code = KBM_OK;
	if (!options->include_secrets)
		code = is_text ? kbm_plan_mask_secrets(plan, error)
			       : kbm_plan_refuse_secrets(plan, error);
	if (code != KBM_OK)
		return code;
	if (options->format == KBM_FORMAT_JSONL)
		return kbm_plan_to_json_line(plan, out, error);
	if (!is_text)
		return kbm_plan_to_json(plan, out, error);
	struct kbm_report_style style = kbm_session_style(options);
	kbm_report_plan_text(plan, &style, out);
	return KBM_OK;
}

static int run_show(const struct kbm_call *call)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	int status;
	if (read_plan(call->operands[0], &plan, &error) != KBM_OK) {
		error.code = KBM_INVALID;
		status = kbm_command_fail(&error);
	} else {
		enum kbm_code code = show_plan(&plan, call->options, &out, &error);
		status = code == KBM_OK ? kbm_command_print(&out, KBM_EXIT_OK)
					: kbm_command_fail(&error);
	}
	kbm_bytes_clear(&out);
	kbm_plan_clear(&plan);
	return status;
}

static const enum kbm_option_id options[] = {KBM_OPTION_FORMAT,	 KBM_OPTION_SECRETS,
					     KBM_OPTION_VERBOSE, KBM_OPTION_COLOR,
					     KBM_OPTION_HELP,	 KBM_OPTION_END};

const struct kbm_command kbm_command_show = {
    .name = "show",
    .operands = "PLAN [OPTIONS]",
    .summary = "Show a saved plan",
    .options = options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run_show,
};
