/* kbmend reg check: is a hive's structure sound? Is that of each hive of a folder? */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "command/hive_notes.h"
#include "command/progress.h"
#include "command/reg_folder.h"
#include "command/session.h"
#include "report/report_check.h"
#include "report/report_folder.h"
#include "source/registry_path.h"

#define FOLDER_SCHEMA "kbmend.check_folder/1"

struct checking {
	const struct kbm_call *call;
	struct kbm_report_style style;
	struct kbm_session session;
	size_t count; /* printed */
	int status;   /* the worst of them */
};

static enum kbm_code look(const struct checking *checking, const char *path, const char *content,
			  struct kbm_source *source, struct kbm_hive_check *report,
			  struct kbm_error *error)
{
	const struct kbm_options *options = checking->call->options;
	struct kbm_broker *broker = checking->session.broker;
	struct kbm_progress progress;
	enum kbm_code code =
	    kbm_reg_file_prepare(broker, options, path, content, KBM_USE_CHECK, source, error);
	if (code != KBM_OK)
		return code;
	if (!options->quiet)
		kbm_hive_note_tell(source);
	kbm_progress_begin(&progress, options, "cells checked");
	code = kbm_broker_check(broker, source, kbm_progress_take, &progress, report, error);
	kbm_progress_erase(&progress);
	return code;
}

static void append(struct checking *checking, const struct kbm_checked_hive *checked,
		   struct kbm_bytes *out)
{
	enum kbm_format format = checking->call->options->format;
	bool of_folder = checked->mounted != NULL;
	if (format == KBM_FORMAT_TEXT) {
		kbm_report_check_text(checked, &checking->style, out);
	} else if (format == KBM_FORMAT_CSV) {
		if (checking->count == 0)
			kbm_report_check_csv_header(of_folder, out);
		kbm_report_check_csv(checked, out);
	} else {
		bool in_list = of_folder && format == KBM_FORMAT_JSON;
		if (in_list)
			kbm_report_folder_item_json(checking->count, out);
		kbm_report_check_json(checked, in_list || format == KBM_FORMAT_JSONL, out);
	}
}

static int status_of(const struct kbm_checked_hive *checked)
{
	if (checked->problem != NULL || checked->report->needs_logs)
		return KBM_EXIT_UNKNOWN;
	return checked->report->problems > 0 ? KBM_EXIT_PROBLEM : KBM_EXIT_OK;
}

static void print(struct checking *checking, const struct kbm_checked_hive *checked, int status)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	append(checking, checked, &out);
	checking->count++;
	checking->status = kbm_exit_worst(checking->status, kbm_command_print(&out, status));
	kbm_bytes_clear(&out);
}

/* What is known of a dirty hive's logs, which *source keeps. */
static void take_logs(struct kbm_checked_hive *checked, const struct kbm_source *source)
{
	checked->logs_reason = source->logs_reason;
	checked->may_need_logs = source->primary_sequence == source->secondary_sequence;
}

/* A file by itself. */
static void check_file(struct checking *checking, const char *path)
{
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_hive_check report = {0};
	struct kbm_error error = {0};
	struct kbm_checked_hive checked = {.path = path, .report = &report};
	enum kbm_code code = look(checking, path, NULL, &source, &report, &error);
	take_logs(&checked, &source);
	if (code == KBM_OK)
		print(checking, &checked, status_of(&checked));
	else
		checking->status = kbm_command_fail(&error);
	kbm_source_clear(&source);
}

/* One of a folder: that it cannot be checked is a result, too, and the others are checked. */
static void check_hive(struct checking *checking, const struct kbm_folder_hive *hive)
{
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_hive_check report = {0};
	struct kbm_error error = {0};
	struct kbm_bytes mount;
	kbm_bytes_init(&mount, KBM_PATH_MAX_BYTES);
	kbm_path_of_hive(hive->hive, &mount);
	struct kbm_checked_hive checked = {
	    .path = hive->path, .mounted = kbm_bytes_text(&mount), .report = &report};
	enum kbm_code code =
	    hive->problem != NULL
		? kbm_fail(&error, KBM_UNREADABLE, "%s", hive->problem)
		: look(checking, hive->path, hive->content, &source, &report, &error);
	take_logs(&checked, &source);
	if (code != KBM_OK)
		checked.problem = error.message;
	print(checking, &checked, code == KBM_REFUSED ? KBM_EXIT_REFUSED : status_of(&checked));
	kbm_source_clear(&source);
	kbm_bytes_clear(&mount);
}

static void print_begin(struct checking *checking, const struct kbm_folder_hives *found)
{
	struct kbm_info facts = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	kbm_info_add_text(&facts, "path", "folder", checking->call->operands[0]);
	kbm_reg_folder_add_missing(found, &facts);
	kbm_report_folder_begin_json(FOLDER_SCHEMA, &facts, &out);
	checking->status = kbm_command_print(&out, KBM_EXIT_OK);
	kbm_bytes_clear(&out);
	kbm_info_clear(&facts);
}

static void print_end(struct checking *checking)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	kbm_report_folder_end_json(&out);
	checking->status =
	    kbm_exit_worst(checking->status, kbm_command_print(&out, checking->status));
	kbm_bytes_clear(&out);
}

static void check_folder(struct checking *checking, const struct kbm_folder_hives *found)
{
	bool is_document = checking->call->options->format == KBM_FORMAT_JSON;
	if (is_document)
		print_begin(checking, found);
	for (size_t i = 0; i < found->count; i++)
		check_hive(checking, &found->items[i]);
	if (is_document)
		print_end(checking);
	if (!checking->call->options->quiet)
		kbm_reg_folder_tell_missing(checking->call->operands[0], found);
}

int kbm_reg_check(const struct kbm_call *call)
{
	struct checking checking = {.call = call, .style = kbm_session_style(call->options)};
	struct kbm_folder_hives found = {0};
	struct kbm_error error = {0};
	bool is_folder = kbm_reg_is_folder(call->operands[0]);
	enum kbm_code code = is_folder ? kbm_reg_folder_find(call, &found, &error) : KBM_OK;
	if (code == KBM_OK)
		code = kbm_session_open(call->options, &checking.session, &error);
	if (code != KBM_OK)
		checking.status = kbm_command_fail(&error);
	else if (is_folder)
		check_folder(&checking, &found);
	else
		check_file(&checking, call->operands[0]);
	kbm_folder_hives_clear(&found);
	kbm_session_close(&checking.session);
	return checking.status;
}
