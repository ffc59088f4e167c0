/* What became of what was to be applied or taken back, said in the format that was asked for. */
#include "command/tell_applied.h"

#include "base/limits.h"
#include "command/session.h"
#include "plan/plan_secrets.h"

int kbm_tell_applied(const struct kbm_options *options, const struct kbm_applied *applied)
{
	const struct kbm_report_style style = kbm_session_style(options);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	bool is_text = options->format == KBM_FORMAT_TEXT;
	bool done = true;
	if (is_text && applied->stale != NULL)
		done = kbm_report_stale_text(applied->stale, &style, &out);
	if (is_text)
		done = done && kbm_report_applied_text(applied, &style, &out);
	else
		done = kbm_report_applied_json(applied, options->format == KBM_FORMAT_JSONL, &out);
	if (!done)
		out.failed = true;
	int status = kbm_command_print(&out, applied->exit_status);
	kbm_bytes_clear(&out);
	return status;
}

/* Who reads text has it from stderr; a program is told where it reads. */
static int tell_programs(const struct kbm_call *call, const struct kbm_plan *plan,
			 const char *state, const char *message, int status)
{
	const struct kbm_options *options = call->options;
	if (options->format == KBM_FORMAT_TEXT)
		return status;
	if (plan != NULL && !options->include_secrets &&
	    kbm_plan_refuse_secrets(plan, NULL) != KBM_OK)
		plan = NULL;
	const struct kbm_applied applied = {
	    .plan = plan, .state = state, .message = message, .exit_status = status};
	return kbm_tell_applied(options, &applied);
}

int kbm_tell_not_applied(const struct kbm_call *call, const struct kbm_plan *plan,
			 const struct kbm_error *error)
{
	int status = kbm_command_reject(call, error);
	if (status == KBM_EXIT_USAGE)
		return status;
	return tell_programs(call, plan, status == KBM_EXIT_REFUSED ? "refused" : "could not tell",
			     error->message, status);
}

int kbm_tell_nothing_to_do(const struct kbm_call *call, const struct kbm_plan *plan,
			   const char *message, int status)
{
	kbm_command_note("%s", message);
	return tell_programs(call, plan, "nothing to do", message, status);
}
