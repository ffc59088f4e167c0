/* kbmend reg recover: a dirty hive and its logs become a new, clean hive. */
#include "command/cmd_reg.h"

#include "apply/new_file.h"
#include "base/limits.h"
#include "command/hive_notes.h"
#include "command/next.h"
#include "command/progress.h"
#include "command/reg_folder.h"
#include "command/session.h"
#include "report/report_recover.h"

#include <sys/mman.h>
#include <sys/stat.h>

/* Why a hive was not recovered. A clean one needs it not. */
static const char *reason_of(const struct kbm_source *source)
{
	if (source->dirty)
		return source->dirty_reason;
	return "the hive is clean: there is nothing to recover";
}

/* The new file, while it is written. */
struct writing {
	struct kbm_broker *broker;
	const struct kbm_source *source;
	struct kbm_hive_check check;
	struct kbm_progress progress; /* of the check */
};

/* Not readable to others than the hive is; its structure is looked at while the disk writes. */
static enum kbm_code write_content(struct writing *writing, struct kbm_new_file *file,
				   const void *data, size_t length, struct kbm_error *error)
{
	struct stat hive;
	if (fstat(writing->source->file, &hive) != 0)
		return kbm_fail(error, KBM_IO, "%.160s: its state cannot be had",
				writing->source->path);
	enum kbm_code code = kbm_new_file_restrict(file, hive.st_mode, error);
	if (code == KBM_OK)
		code = kbm_new_file_append(file, data, length, error);
	if (code != KBM_OK)
		return code;
	kbm_new_file_hurry(file);
	code = kbm_broker_check(writing->broker, writing->source, kbm_progress_take,
				&writing->progress, &writing->check, error);
	kbm_progress_erase(&writing->progress);
	return code;
}

static enum kbm_code write_hive(struct writing *writing, const char *path, uint64_t *bytes,
				struct kbm_error *error)
{
	struct stat image;
	struct kbm_new_file file;
	int descriptor = writing->source->descriptor;
	enum kbm_code code = kbm_new_file_begin(&file, path, error);
	if (code != KBM_OK)
		return code;
	size_t length = fstat(descriptor, &image) == 0 ? (size_t)image.st_size : 0;
	void *data = mmap(NULL, length, PROT_READ, MAP_SHARED, descriptor, 0);
	code = data == MAP_FAILED ? kbm_fail(error, KBM_IO, "no memory for the recovered hive")
				  : write_content(writing, &file, data, length, error);
	if (data != MAP_FAILED)
		munmap(data, length);
	if (code != KBM_OK) {
		kbm_new_file_discard(&file);
		return code;
	}
	*bytes = length;
	return kbm_new_file_end(&file, error);
}

static enum kbm_code recover(const struct kbm_call *call, struct kbm_session *session,
			     struct kbm_source *source, struct kbm_recovered_hive *recovered,
			     struct kbm_error *error)
{
	const struct kbm_options *options = call->options;
	enum kbm_code code = kbm_session_open(options, session, error);
	if (code == KBM_OK)
		code = kbm_broker_prepare(session->broker, call->operands[0], KBM_USE_LOOK,
					  options->codepage, options->selection, source, error);
	if (code != KBM_OK)
		return code;
	if (source->kind == KBM_SOURCE_REG)
		return kbm_fail(error, KBM_INVALID,
				"%.160s: is a .reg export, and no hive: an export has no logs, and "
				"nothing to recover",
				source->path);
	if (source->kind != KBM_SOURCE_HIVE)
		return kbm_fail(error, KBM_INVALID, "%.160s: is not a registry hive", source->path);
	if (!source->recovered) {
		recovered->reason = reason_of(source);
		return KBM_OK;
	}
	struct writing writing = {.broker = session->broker, .source = source};
	kbm_progress_begin(&writing.progress, options, "cells checked");
	code = write_hive(&writing, options->output, &recovered->bytes, error);
	recovered->problems = writing.check.problems;
	if (code == KBM_OK)
		recovered->output = options->output;
	return code;
}

static int print(const struct kbm_call *call, const struct kbm_recovered_hive *recovered)
{
	const struct kbm_options *options = call->options;
	const struct kbm_report_style style = kbm_session_style(options);
	const struct kbm_source *source = recovered->source;
	struct kbm_bytes out;
	int status = recovered->output == NULL	? source->dirty ? KBM_EXIT_REFUSED : KBM_EXIT_OK
		     : recovered->problems != 0 ? KBM_EXIT_PROBLEM
						: KBM_EXIT_OK;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	if (options->format == KBM_FORMAT_CSV)
		kbm_report_recover_csv(recovered, &out);
	else if (options->format != KBM_FORMAT_TEXT)
		kbm_report_recover_json(recovered, options->format == KBM_FORMAT_JSONL, &out);
	else if (recovered->output != NULL)
		kbm_report_recover_text(recovered, &style, &out);
	else if (source->dirty || !options->quiet)
		kbm_command_note("%s: %s; nothing was written", source->path, recovered->reason);
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	return status;
}

/* --- a folder, of which nothing is written ------------------------------------------------------
 */

/* Tells of a hive that cannot be read or is dirty, behind a heading for the first one; appends
 * the command that recovers it, if none is there yet. Whether it told. */
static bool tell_hive(const struct kbm_call *call, const struct kbm_session *session,
		      const struct kbm_folder_hive *hive, bool is_first, struct kbm_bytes *command)
{
	const struct kbm_options *options = call->options;
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_error error = {0};
	struct kbm_bytes note;
	kbm_bytes_init(&note, KBM_TEXT_MAX_BYTES);
	enum kbm_code code =
	    hive->problem != NULL
		? kbm_fail(&error, KBM_UNREADABLE, "%s", hive->problem)
		: kbm_broker_prepare(session->broker, hive->path, KBM_USE_LOOK, options->codepage,
				     options->selection, &source, &error);
	bool is_told = code != KBM_OK || source.recovered || source.dirty;
	if (is_told && is_first)
		kbm_command_note("%s: is a folder; of its hives, dirty or not readable:",
				 call->operands[0]);
	if (code != KBM_OK) {
		kbm_command_note("  %s", error.message);
	} else if (source.recovered) {
		kbm_hive_note_append(&source, &note);
		kbm_command_note("  %s: is dirty, and can be recovered (%s)", hive->path,
				 kbm_bytes_text(&note));
		if (command->length == 0) {
			kbm_bytes_append_text(command, "kbmend reg recover");
			kbm_next_word(command, hive->path);
			kbm_next_option(command, "-o",
					options->output == NULL ? "NEW" : options->output);
		}
	} else if (source.dirty) {
		kbm_command_note("  %s: %s", hive->path, source.dirty_reason);
	}
	kbm_bytes_clear(&note);
	kbm_source_clear(&source);
	return is_told;
}

/* Of each hive that needs it; the last line says why nothing was done. */
static int tell_hives(const struct kbm_call *call, const struct kbm_session *session,
		      const struct kbm_folder_hives *found, struct kbm_bytes *command)
{
	size_t told = 0;
	for (size_t i = 0; i < found->count; i++)
		told += tell_hive(call, session, &found->items[i], told == 0, command);
	if (told == 0)
		return kbm_command_usage(call,
					 "%s: is a folder, and all its hives are clean: there is "
					 "nothing to recover",
					 call->operands[0]);
	if (command->length == 0)
		return kbm_command_usage(call, "no hive in this folder can be recovered");
	kbm_command_note("as: %s", kbm_bytes_text(command));
	return kbm_command_usage(call, "FILE is one hive's file, and no folder");
}

/* Which of its hives need it, and how one is recovered. */
static int refuse_folder(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_folder_hives found = {0};
	struct kbm_error error = {0};
	struct kbm_bytes command;
	kbm_bytes_init(&command, KBM_TEXT_MAX_BYTES);
	enum kbm_code code = kbm_reg_folder_find(call, &found, &error);
	if (code == KBM_OK)
		code = kbm_session_open(call->options, &session, &error);
	int status = code == KBM_OK ? tell_hives(call, &session, &found, &command)
				    : kbm_command_fail(&error);
	kbm_bytes_clear(&command);
	kbm_folder_hives_clear(&found);
	kbm_session_close(&session);
	return status;
}

int kbm_reg_recover(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_recovered_hive recovered = {.source = &source};
	struct kbm_error error = {0};
	if (kbm_reg_is_folder(call->operands[0]))
		return refuse_folder(call);
	if (call->options->output == NULL)
		return kbm_command_usage(call, "-o FILE names the new hive");
	if (call->options->logs == KBM_LOGS_IGNORE)
		return kbm_command_usage(call, "--logs ignore leaves nothing to recover from");
	enum kbm_code code = recover(call, &session, &source, &recovered, &error);
	int status = code == KBM_OK ? print(call, &recovered) : kbm_command_fail(&error);
	kbm_source_clear(&source);
	kbm_session_close(&session);
	return status;
}
