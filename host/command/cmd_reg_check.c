/* kbmend reg check: is a hive's structure sound? */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "command/hive_notes.h"
#include "command/reg_folder.h"
#include "command/session.h"
#include "report/report_check.h"

static enum kbm_code check(const struct kbm_call *call, struct kbm_session *session,
			   struct kbm_source *source, struct kbm_hive_check *report,
			   struct kbm_error *error)
{
	const struct kbm_options *options = call->options;
	struct kbm_reg_file chosen = {0};
	/* A folder is refused, with the hives in it. */
	enum kbm_code code = kbm_reg_file_choose(call->operands[0], NULL, &chosen, error);
	kbm_reg_file_clear(&chosen);
	if (code == KBM_OK)
		code = kbm_session_open(options, session, error);
	if (code != KBM_OK)
		return code;
	code = kbm_broker_prepare(session->broker, call->operands[0], KBM_USE_CHECK,
				  options->codepage, options->selection, source, error);
	return code == KBM_OK ? kbm_broker_check(session->broker, source, report, error) : code;
}

static int print(const struct kbm_call *call, const struct kbm_checked_hive *checked)
{
	const struct kbm_options *options = call->options;
	const struct kbm_report_style style = kbm_session_style(options);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_check_text(checked, &style, &out);
	else
		kbm_report_check_json(checked, options->format == KBM_FORMAT_JSONL, &out);
	int status = checked->report->needs_logs     ? KBM_EXIT_UNKNOWN
		     : checked->report->problems > 0 ? KBM_EXIT_PROBLEM
						     : KBM_EXIT_OK;
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	return status;
}

int kbm_reg_check(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_hive_check report = {0};
	struct kbm_error error = {0};
	enum kbm_code code = check(call, &session, &source, &report, &error);
	const struct kbm_checked_hive checked = {&source, &report};
	if (code == KBM_OK && !call->options->quiet)
		kbm_hive_note_tell(&source);
	int status = code == KBM_OK ? print(call, &checked) : kbm_command_fail(&error);
	kbm_source_clear(&source);
	kbm_session_close(&session);
	return status;
}
