/* kbmend history: what was applied here, and what became of it. */
#include "command/command.h"

#include "base/limits.h"
#include "command/history.h"
#include "command/session.h"
#include "report/report_history.h"

#include <stdlib.h>

/* What could not be read is told in its line, and by the status. */
static int status_of(const struct kbm_journal_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!list->items[i].readable)
			return KBM_EXIT_UNKNOWN;
	return KBM_EXIT_OK;
}

static int run_history(const struct kbm_call *call)
{
	const struct kbm_options *options = call->options;
	struct kbm_journal_list list = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	char *folder = NULL;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = kbm_history_open(options, &folder, &error);
	if (code == KBM_OK)
		code = kbm_journal_list(folder, &list, &error);
	int status = KBM_EXIT_UNKNOWN;
	if (code != KBM_OK) {
		status = kbm_command_fail(&error);
	} else {
		const struct kbm_report_style style = kbm_session_style(options);
		bool done =
		    options->format == KBM_FORMAT_TEXT
			? kbm_report_history_text(&list, &style, &out)
			: kbm_report_history_json(&list, options->format == KBM_FORMAT_JSONL, &out);
		if (!done)
			out.failed = true;
		status = kbm_command_print(&out, status_of(&list));
	}
	kbm_bytes_clear(&out);
	kbm_journal_list_clear(&list);
	free(folder);
	return status;
}

static const enum kbm_option_id history_options[] = {KBM_OPTION_STATE_DIR, KBM_OPTION_FORMAT,
						     KBM_OPTION_VERBOSE,   KBM_OPTION_COLOR,
						     KBM_OPTION_HELP,	   KBM_OPTION_END};

const struct kbm_command kbm_command_history = {
    .name = "history",
    .operands = "[OPTIONS]",
    .summary = "List what was applied here, and taken back",
    .details =
	"`kbmend show N` tells all of an entry, `kbmend undo N` takes it back. An apply that "
	"was interrupted is told with what its files are like now.",
    .options = history_options,
    .run = run_history,
};
