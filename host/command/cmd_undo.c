/* kbmend undo: a journal entry taken back, with the same care. */
#include "command/command.h"

#include "base/limits.h"
#include "command/carry_out.h"
#include "command/history.h"
#include "command/tell_applied.h"
#include "command/undo_attributes.h"
#include "command/undo_plan.h"
#include "plan/plan_secrets.h"
#include "report/report_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what the entry did -------------------------------------------------------------------------
 */

/* KBM_NOT_FOUND: there is nothing to take back, and why. */
static enum kbm_code check_entry(const struct kbm_undo *undo, struct kbm_error *error)
{
	const struct kbm_journal_entry *entry = &undo->entry;
	if (entry->alive)
		return kbm_fail(error, KBM_REFUSED, "journal entry %u is being worked on",
				entry->number);
	if (entry->undone_by != 0)
		return kbm_fail(error, KBM_NOT_FOUND,
				"journal entry %u was taken back by %u; `kbmend undo %u` brings it "
				"again",
				entry->number, entry->undone_by, entry->undone_by);
	if (entry->state == KBM_JOURNAL_FAILED)
		return kbm_fail(error, KBM_NOT_FOUND, "journal entry %u changed nothing: %.190s",
				entry->number, entry->message == NULL ? "" : entry->message);
	return KBM_OK;
}

/* The journal holds a mask in place of each secret: nothing can be put back from it. */
static enum kbm_code check_secrets(const struct kbm_undo *undo, struct kbm_error *error)
{
	if (kbm_plan_refuse_secrets(&undo->done, NULL) == KBM_OK)
		return KBM_OK;
	return kbm_fail(
	    error, KBM_REFUSED,
	    "journal entry %u changed a secret, which the journal does not keep: take it "
	    "back by hand; nothing was changed",
	    undo->entry.number);
}

static enum kbm_code load(struct kbm_undo *undo, uint32_t number, struct kbm_error *error)
{
	enum kbm_code code = kbm_history_open(undo->call->options, &undo->folder, error);
	if (code == KBM_OK)
		code = kbm_journal_load(undo->folder, number, &undo->entry, error);
	/* A number that is not there is no result here. */
	if (code == KBM_NOT_FOUND)
		return kbm_fail(error, KBM_USAGE,
				"the journal has no entry %u; `kbmend history` lists them", number);
	if (code == KBM_OK)
		code = check_entry(undo, error);
	if (code == KBM_OK)
		code = kbm_undo_read_plan(undo, "plan.json", &undo->done, error);
	if (code == KBM_OK)
		code = check_secrets(undo, error);
	return code;
}

/* --- doing it -----------------------------------------------------------------------------------
 */

static bool list_restored(const struct kbm_undo *undo, struct kbm_text_list *restored)
{
	struct kbm_bytes line;
	bool done = true;
	kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
	for (size_t i = 0; done && i < undo->restore_count; i++) {
		kbm_bytes_reset(&line);
		kbm_bytes_printf(
		    &line, "%s: its file is as that left it, and gets its backup, byte by byte",
		    undo->restores[i].hive);
		done = kbm_text_list_add(restored, kbm_bytes_text(&line));
	}
	kbm_bytes_clear(&line);
	return done;
}

static enum kbm_code show(const struct kbm_undo *undo, struct kbm_error *error)
{
	const struct kbm_options *options = undo->call->options;
	const struct kbm_report_style style = kbm_session_style(options);
	struct kbm_text_list restored = {0};
	struct kbm_bytes out;
	if (options->format != KBM_FORMAT_TEXT || options->quiet)
		return KBM_OK;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	if (!list_restored(undo, &restored) ||
	    !kbm_report_undo_text(&undo->entry, &undo->plan, &restored, &style, &out))
		out.failed = true;
	int status = kbm_command_print(&out, KBM_EXIT_OK);
	kbm_text_list_clear(&restored);
	kbm_bytes_clear(&out);
	return status == KBM_EXIT_OK ? KBM_OK : kbm_fail(error, KBM_IO, "the plan cannot be shown");
}

/* The target's files are those of the journal: absolute, wherever one is now, and mounted as they
 * were. */
static enum kbm_code list_files(struct kbm_undo *undo, struct kbm_error *error)
{
	const struct kbm_journal_entry *entry = &undo->entry;
	struct kbm_target_identity *files = &undo->files;
	files->sources = calloc(entry->hive_count + 1, sizeof *files->sources);
	if (files->sources == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < entry->hive_count; i++)
		files->sources[files->source_count++] =
		    (struct kbm_source_identity){.kind = (char *)"hive",
						 .hive = entry->hives[i].hive,
						 .path = entry->hives[i].path,
						 .size = 1};
	return KBM_OK;
}

static enum kbm_code open_target(struct kbm_undo *undo, struct kbm_options *filled,
				 struct kbm_plan_target *target, struct kbm_error *error)
{
	*filled = *undo->call->options;
	enum kbm_code code = list_files(undo, error);
	if (code != KBM_OK)
		return code;
	filled->planned = &undo->files;
	/* An apply that was interrupted before the server's turn: the server of the entry may be
	 * named, and need not be asked. */
	if (undo->plan.target.source_count == 0 && undo->entry.uri != NULL &&
	    filled->server.uri != NULL && strcmp(filled->server.uri, undo->entry.uri) == 0) {
		filled->server = (struct kbm_server_options){0};
		filled->base = NULL;
	}
	/* Places are physical: no script runs that could ask for CurrentControlSet. */
	filled->selection_text = "";
	return kbm_plan_target_open_files(filled, &undo->plan, target, error);
}

static int tell_nothing(const struct kbm_call *call, const struct kbm_error *why)
{
	struct kbm_error said = {0};
	kbm_fail(&said, why->code, "%.210s; nothing was changed", why->message);
	return kbm_tell_nothing_to_do(call, NULL, said.message, KBM_EXIT_OK);
}

static int take_back(struct kbm_undo *undo)
{
	struct kbm_plan_target target = {0};
	struct kbm_options filled;
	struct kbm_error error = {0};
	char title[32];
	int status = KBM_EXIT_UNKNOWN;
	enum kbm_code code = open_target(undo, &filled, &target, &error);
	if (code == KBM_OK)
		code = kbm_undo_look_at_keys(undo, &target, &error);
	if (code == KBM_OK)
		kbm_undo_drop_as_before(target.session.broker, &target.prepared.target,
					&undo->plan);
	bool is_left = code != KBM_OK || kbm_undo_check_left(undo, &error) == KBM_OK;
	if (code == KBM_OK && is_left)
		code = show(undo, &error);
	snprintf(title, sizeof title, "undo of %u", undo->entry.number);
	const struct kbm_carry_out order = {.call = undo->call,
					    .prepared = &target.prepared,
					    .broker = target.session.broker,
					    .plan = &undo->plan,
					    .inverse = &undo->done,
					    .restores = undo->restores,
					    .restore_count = undo->restore_count,
					    .undoes = undo->entry.number,
					    .title = title};
	if (!is_left)
		status = tell_nothing(undo->call, &error);
	else if (code != KBM_OK)
		status = kbm_tell_not_applied(undo->call, &undo->plan, &error);
	else
		status = kbm_carry_out(&order);
	kbm_plan_target_close(&target);
	return status;
}

static int run_undo(const struct kbm_call *call)
{
	struct kbm_undo undo = {.call = call};
	struct kbm_error error = {0};
	uint32_t number = 0;
	if (!kbm_history_number(call->operands[0], &number))
		return kbm_command_usage(call,
					 "'%.60s' is no number of a journal entry; `kbmend "
					 "history` lists them",
					 call->operands[0]);
	enum kbm_code code = load(&undo, number, &error);
	if (code == KBM_OK)
		code = kbm_undo_make_plan(&undo, &error);
	int status = KBM_EXIT_OK;
	if (code == KBM_OK)
		status = take_back(&undo);
	else if (code == KBM_NOT_FOUND)
		status = tell_nothing(call, &error);
	else
		status = kbm_tell_not_applied(call, NULL, &error);
	kbm_undo_clear(&undo);
	return status;
}

static const enum kbm_option_id undo_options[] = {
    KBM_OPTION_DRY_RUN, KBM_APPLY_OPTIONS,  KBM_SERVER_OPTIONS, KBM_OPTION_BASE,
    KBM_OPTION_FORMAT,	KBM_OPTION_SECRETS, KBM_OPTION_UNSAFE,	KBM_OPTION_VERBOSE,
    KBM_OPTION_QUIET,	KBM_OPTION_COLOR,   KBM_OPTION_HELP,	KBM_OPTION_END};

static const struct kbm_exit_meaning exits[] = {
    {KBM_EXIT_OK, "taken back and verified, or there was nothing to take back"},
    {KBM_EXIT_UNKNOWN, "could not tell: journal or file unreadable"},
    {KBM_EXIT_PROBLEM, "shown only (-n), or taken back but for what is done by hand"},
    {KBM_EXIT_REFUSED, "refused before anything was written"},
    {KBM_EXIT_FAILED, "failed, and the target is as it was before"},
    {KBM_EXIT_BROKEN, "failed, and the target is not as it was before"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

const struct kbm_command kbm_command_undo = {
    .name = "undo",
    .operands = "N [-H URI] [OPTIONS]",
    .summary = "Take back what an apply did",
    .details =
	"N is the journal's number, as `kbmend history` lists it. A file that is just as the "
	"apply left it gets its backup back, byte by byte; where it was changed since, the "
	"plan's changes alone are taken back. An undo can be taken back, too.",
    .exits = exits,
    .options = undo_options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run_undo,
};
