/* kbmend reg info: what a hive or a .reg export is, and of which machine; or each hive of a folder.
 */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "command/hive_facts.h"
#include "command/reg_folder.h"
#include "command/session.h"
#include "report/report_info.h"
#include "report/report_info_folder.h"
#include "source/registry_path.h"

#include <stdlib.h>

/* --- a file by itself -------------------------------------------------------------------------
 */

static void append_file(const struct kbm_options *options, const struct kbm_info *info,
			struct kbm_bytes *out)
{
	const struct kbm_report_style style = kbm_session_style(options);
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_info_text(info, &style, out);
	else if (options->format == KBM_FORMAT_CSV)
		kbm_report_info_csv(info, out);
	else
		kbm_report_info_json(info, options->format == KBM_FORMAT_JSONL, out);
}

static int tell_file(const struct kbm_call *call, const struct kbm_session *session)
{
	struct kbm_info info = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	bool is_whole = false;
	int status;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	if (kbm_hive_facts_add(session, call->options, call->operands[0], NULL, &info, &is_whole,
			       &error) != KBM_OK) {
		status = kbm_command_fail(&error);
	} else {
		append_file(call->options, &info, &out);
		status = kbm_command_print(&out, is_whole ? KBM_EXIT_OK : KBM_EXIT_UNKNOWN);
	}
	kbm_bytes_clear(&out);
	kbm_info_clear(&info);
	return status;
}

/* --- a folder --------------------------------------------------------------------------------- */

/* One that cannot be read is told as such, and the others as they are. */
static int add_hive(const struct kbm_call *call, const struct kbm_session *session,
		    const struct kbm_folder_hive *hive, struct kbm_info *info)
{
	struct kbm_error error = {0};
	struct kbm_bytes mount;
	bool is_whole = false;
	kbm_bytes_init(&mount, KBM_PATH_MAX_BYTES);
	kbm_path_of_hive(hive->hive, &mount);
	kbm_info_add_text(info, "mounted", "mounted as", kbm_bytes_text(&mount));
	kbm_bytes_clear(&mount);
	enum kbm_code code = hive->problem != NULL
				 ? kbm_fail(&error, KBM_UNREADABLE, "%s", hive->problem)
				 : kbm_hive_facts_add(session, call->options, hive->path,
						      hive->content, info, &is_whole, &error);
	if (code == KBM_OK)
		return is_whole ? KBM_EXIT_OK : KBM_EXIT_UNKNOWN;
	kbm_info_add_text(info, "path", "file", hive->path);
	struct kbm_text_list *problems = kbm_info_add_list(info, "unreadable", "not readable");
	if (problems == NULL || !kbm_text_list_add(problems, error.message))
		info->failed = true;
	return code == KBM_REFUSED ? KBM_EXIT_REFUSED : KBM_EXIT_UNKNOWN;
}

static void append_folder(const struct kbm_options *options, const struct kbm_folder_info *info,
			  struct kbm_bytes *out)
{
	const struct kbm_report_style style = kbm_session_style(options);
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_info_folder_text(info, &style, out);
	else if (options->format == KBM_FORMAT_CSV)
		kbm_report_info_folder_csv(info, out);
	else if (options->format == KBM_FORMAT_JSON)
		kbm_report_info_folder_json(info, out);
	else
		for (size_t i = 0; i < info->count; i++)
			kbm_report_info_json(&info->hives[i], true, out);
}

static int tell_hives(const struct kbm_call *call, const struct kbm_session *session,
		      const struct kbm_folder_hives *found, struct kbm_folder_info *info)
{
	struct kbm_bytes out;
	int status = KBM_EXIT_OK;
	kbm_info_add_text(&info->facts, "path", "folder", call->operands[0]);
	kbm_reg_folder_add_missing(found, &info->facts);
	for (; info->count < found->count; info->count++)
		status = kbm_exit_worst(status, add_hive(call, session, &found->items[info->count],
							 &info->hives[info->count]));
	kbm_folder_info_add_machine(info);
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	append_folder(call->options, info, &out);
	status = kbm_exit_worst(status, kbm_command_print(&out, status));
	kbm_bytes_clear(&out);
	if (call->options->format == KBM_FORMAT_JSONL && !call->options->quiet)
		kbm_reg_folder_tell_missing(call->operands[0], found);
	return status;
}

static int tell_folder(const struct kbm_call *call, const struct kbm_session *session,
		       const struct kbm_folder_hives *found)
{
	struct kbm_folder_info info = {.hives = calloc(found->count, sizeof *info.hives)};
	if (info.hives == NULL) {
		const struct kbm_error error = {KBM_MEMORY, "no memory"};
		return kbm_command_fail(&error);
	}
	int status = tell_hives(call, session, found, &info);
	for (size_t i = 0; i < info.count; i++)
		kbm_info_clear(&info.hives[i]);
	free(info.hives);
	kbm_info_clear(&info.facts);
	return status;
}

int kbm_reg_info(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_folder_hives found = {0};
	struct kbm_error error = {0};
	bool is_folder = kbm_reg_is_folder(call->operands[0]);
	enum kbm_code code = is_folder ? kbm_reg_folder_find(call, &found, &error) : KBM_OK;
	if (code == KBM_OK)
		code = kbm_session_open(call->options, &session, &error);
	int status = code != KBM_OK ? kbm_command_fail(&error)
		     : is_folder    ? tell_folder(call, &session, &found)
				    : tell_file(call, &session);
	kbm_folder_hives_clear(&found);
	kbm_session_close(&session);
	return status;
}
