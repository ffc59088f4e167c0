/* kbmend show: a saved plan, as people read it. */
#include "command/command.h"

#include "base/limits.h"
#include "command/history.h"
#include "command/plan_file.h"
#include "command/session.h"
#include "plan/plan_json.h"
#include "plan/plan_secrets.h"
#include "report/report.h"
#include "report/report_history.h"

#include <stdlib.h>

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

/* A journal entry, and what was to be done in it. */
static enum kbm_code show_entry(const struct kbm_options *options, uint32_t number,
				struct kbm_bytes *out, struct kbm_error *error)
{
	const struct kbm_report_style style = kbm_session_style(options);
	struct kbm_journal_entry entry = {0};
	struct kbm_plan plan = {0};
	struct kbm_bytes json;
	char *folder = NULL;
	kbm_bytes_init(&json, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = kbm_history_open(options, &folder, error);
	if (code == KBM_OK)
		code = kbm_journal_load(folder, number, &entry, error);
	if (code == KBM_OK && options->format == KBM_FORMAT_TEXT)
		kbm_report_journal_text(&entry, &style, out);
	if (code == KBM_OK)
		code = kbm_journal_fetch(folder, number, "plan.json", &json, error);
	if (code == KBM_OK)
		code = kbm_plan_from_json(kbm_bytes_text(&json), json.length, &plan, error);
	if (code == KBM_OK)
		code = show_plan(&plan, options, out, error);
	kbm_plan_clear(&plan);
	kbm_bytes_clear(&json);
	kbm_journal_entry_clear(&entry);
	free(folder);
	return code;
}

static int run_show_entry(const struct kbm_call *call, uint32_t number)
{
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = show_entry(call->options, number, &out, &error);
	int status =
	    code == KBM_OK ? kbm_command_print(&out, KBM_EXIT_OK) : kbm_command_fail(&error);
	kbm_bytes_clear(&out);
	return status;
}

/* Digits are a journal entry; a plan of that name is ./7. */
static int run_show(const struct kbm_call *call)
{
	uint32_t number = 0;
	if (kbm_history_number(call->operands[0], &number))
		return run_show_entry(call, number);
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	int status;
	if (kbm_plan_file_read(call->operands[0], &plan, &error) != KBM_OK) {
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

static const enum kbm_option_id options[] = {
    KBM_OPTION_FORMAT, KBM_OPTION_STATE_DIR, KBM_OPTION_SECRETS, KBM_OPTION_VERBOSE,
    KBM_OPTION_COLOR,  KBM_OPTION_HELP,	     KBM_OPTION_END};

const struct kbm_command kbm_command_show = {
    .name = "show",
    .operands = "PLAN|N [OPTIONS]",
    .summary = "Show a saved plan, or an entry of the journal",
    .options = options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run_show,
};
