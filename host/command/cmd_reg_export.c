/* kbmend reg export: a hive, another .reg export, or a part of one, as a .reg file. */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "command/hive_notes.h"
#include "command/progress.h"
#include "command/reg_folder.h"
#include "command/reg_output.h"
#include "command/session.h"

/* The export on its way. */
struct writer {
	struct kbm_reg_output output;
	uint64_t length;
	struct kbm_progress progress;
};

static enum kbm_code take_bytes(void *context, const uint8_t *bytes, size_t length,
				struct kbm_error *error)
{
	struct writer *writer = context;
	writer->length += length;
	kbm_progress_show(&writer->progress, writer->length);
	return kbm_reg_output_append(&writer->output, bytes, length, error);
}

static enum kbm_code take_note(void *context, const char *note, struct kbm_error *error)
{
	struct writer *writer = context;
	(void)error;
	kbm_progress_erase(&writer->progress);
	kbm_command_note("not exported: %s", note);
	return KBM_OK;
}

static enum kbm_code export_source(const struct kbm_call *call, struct kbm_session *session,
				   const struct kbm_source *source, const char *path,
				   struct writer *writer, struct kbm_error *error)
{
	const struct kbm_options *options = call->options;
	const struct kbm_hive_export_sink sink = {writer, take_bytes, take_note};
	const struct kbm_export_order order = {
	    .path = path == NULL ? "" : path,
	    .root = options->root,
	    .regedit4 = options->emit_form == KBM_EMIT_REGEDIT4,
	    .codepage = options->codepage,
	    .selection = options->selection,
	};
	if (source->kind == KBM_SOURCE_REG && options->root != NULL)
		return kbm_fail(error, KBM_USAGE,
				"--root is for hives: %.160s names its root keys itself",
				source->path);
	kbm_progress_begin(&writer->progress, options, "bytes written");
	enum kbm_code code = kbm_broker_export(session->broker, source, &order, &sink, error);
	kbm_progress_erase(&writer->progress);
	return code;
}

static enum kbm_code run(const struct kbm_call *call, struct kbm_session *session,
			 struct kbm_source *source, struct writer *writer, struct kbm_error *error)
{
	const struct kbm_options *options = call->options;
	struct kbm_reg_file chosen = {0};
	enum kbm_code code = kbm_reg_output_check(options, error);
	if (code == KBM_OK)
		code = kbm_reg_file_choose(call->operands[0],
					   call->operand_count > 1 ? call->operands[1] : NULL,
					   &chosen, error);
	if (code == KBM_OK)
		code = kbm_reg_output_begin(&writer->output, options, error);
	if (code == KBM_OK)
		code = kbm_session_open(options, session, error);
	if (code == KBM_OK)
		code = kbm_reg_file_prepare(session->broker, options, chosen.file, chosen.content,
					    KBM_USE_LOOK, source, error);
	if (code == KBM_OK)
		code = export_source(call, session, source, chosen.path, writer, error);
	kbm_reg_file_clear(&chosen);
	/* What was written stays when the message says that it is not all. */
	bool is_kept = code == KBM_OK || (code == KBM_UNREADABLE && writer->length > 0);
	return kbm_reg_output_end(&writer->output, code, is_kept, error);
}

int kbm_reg_export(const struct kbm_call *call)
{
	const struct kbm_options *options = call->options;
	struct kbm_session session = {0};
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct writer writer = {.length = 0};
	struct kbm_error error = {0};
	kbm_reg_output_init(&writer.output, KBM_WIRE_MAX_ROW);
	enum kbm_code code = run(call, &session, &source, &writer, &error);
	int status = KBM_EXIT_UNKNOWN;
	error.code = code;
	if (!writer.output.stuck)
		status = code == KBM_OK ? KBM_EXIT_OK : kbm_command_reject(call, &error);
	if (code == KBM_OK)
		kbm_reg_output_tell(options);
	if (code == KBM_OK && !options->quiet)
		kbm_hive_note_tell(&source);
	if (code == KBM_OK && source.dirty) {
		status = KBM_EXIT_UNKNOWN;
		kbm_hive_note_doubt(&source, "exported");
	}
	kbm_reg_output_clear(&writer.output);
	kbm_source_clear(&source);
	kbm_session_close(&session);
	return status;
}

const char kbm_reg_export_details[] =
    "FILE is a hive or another .reg export, KEY a path below its root (ControlSet001\\Services) or "
    "as people write it (HKLM\\SYSTEM\\CurrentControlSet\\Services); without it all is exported. "
    "In "
    "place of FILE a folder may be given, as to run -t: KEY then says which hive. "
    "Without -o the file's bytes go to standard output, which may be no terminal: 5.00 is UTF-16LE "
    "with a byte order mark, REGEDIT4 the code page; lines end with CR LF.\n"
    "Keys are called as Windows shows the hive: HKEY_LOCAL_MACHINE\\SYSTEM; HKEY_CURRENT_USER for "
    "a user's NTUSER.DAT. A hive that is none of Windows' own needs --root. CurrentControlSet "
    "stands in the file where KEY says it.\n"
    "Keys' times, classes and security descriptors cannot stand in a .reg file. What else cannot "
    "(a name with a NUL or a line break, a text that the code page lacks) is left out and named, "
    "on standard error and in the file, and the exit status is 1. Of a .reg export, deleted keys "
    "are kept, deleted values are not, and the exit status is 1.\n";

const enum kbm_option_id kbm_reg_export_options[] = {
    KBM_OPTION_EXPORT, KBM_OPTION_REG_FORM,    KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,
    KBM_OPTION_ROOT,   KBM_OPTION_CONTROL_SET, KBM_OPTION_UNSAFE,   KBM_OPTION_QUIET,
    KBM_OPTION_HELP,   KBM_OPTION_END};

const struct kbm_exit_meaning kbm_reg_export_exits[] = {
    {KBM_EXIT_OK, "the export is whole"},
    {KBM_EXIT_UNKNOWN, "it is not: the messages say what is missing; or there is none"},
    {KBM_EXIT_REFUSED, "the file is there already, no sandbox, or no logs as --logs require asks"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};
