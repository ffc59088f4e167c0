/* kbmend undo: a journal entry taken back, with the same care. */
#include "command/command.h"

#include "apply/journal_examine.h"
#include "base/limits.h"
#include "base/text.h"
#include "command/carry_out.h"
#include "command/history.h"
#include "command/plan_target.h"
#include "command/tell_applied.h"
#include "command/undo_attributes.h"
#include "plan/plan_invert.h"
#include "plan/plan_json.h"
#include "plan/plan_secrets.h"
#include "report/report_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is to be taken back. */
struct undo {
	const struct kbm_call *call;
	char *folder; /* of the state */
	struct kbm_journal_entry entry;
	struct kbm_target_identity files;    /* of the entry; borrows from it */
	struct kbm_hive_standing *standings; /* one a hive of the entry */
	struct kbm_plan done;		     /* what the entry did */
	struct kbm_plan plan;		     /* what takes it back */
	struct kbm_restore *restores;
	size_t restore_count;
};

static void clear(struct undo *undo)
{
	kbm_journal_entry_clear(&undo->entry);
	kbm_plan_clear(&undo->done);
	kbm_plan_clear(&undo->plan);
	free(undo->files.sources); /* the texts are the entry's */
	free(undo->standings);
	free(undo->restores);
	free(undo->folder);
}

/* --- what the entry did -------------------------------------------------------------------------
 */

/* KBM_NOT_FOUND: there is nothing to take back, and why. */
static enum kbm_code check_entry(const struct undo *undo, struct kbm_error *error)
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

static enum kbm_code read_done(struct undo *undo, struct kbm_error *error)
{
	struct kbm_bytes json;
	struct kbm_error reason = {0};
	kbm_bytes_init(&json, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code =
	    kbm_journal_fetch(undo->folder, undo->entry.number, "plan.json", &json, &reason);
	if (code == KBM_OK)
		code = kbm_plan_from_json(kbm_bytes_text(&json), json.length, &undo->done, &reason);
	/* That it is gone does not say that there is nothing to take back. */
	if (code != KBM_OK)
		code = kbm_fail(error, code == KBM_NOT_FOUND ? KBM_UNREADABLE : code,
				"journal entry %u: plan.json: %.160s", undo->entry.number,
				reason.message);
	kbm_bytes_clear(&json);
	return code;
}

/* The journal holds a mask in place of each secret: nothing can be put back from it. */
static enum kbm_code check_secrets(const struct undo *undo, struct kbm_error *error)
{
	if (kbm_plan_refuse_secrets(&undo->done, NULL) == KBM_OK)
		return KBM_OK;
	return kbm_fail(
	    error, KBM_REFUSED,
	    "journal entry %u changed a secret, which the journal does not keep: take it "
	    "back by hand; nothing was changed",
	    undo->entry.number);
}

static enum kbm_code load(struct undo *undo, uint32_t number, struct kbm_error *error)
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
		code = read_done(undo, error);
	if (code == KBM_OK)
		code = check_secrets(undo, error);
	return code;
}

/* --- what takes it back -------------------------------------------------------------------------
 */

static const struct kbm_journal_hive *hive_of(const struct undo *undo,
					      const struct kbm_change *change, size_t *index)
{
	for (size_t i = 0; change->place.hive != NULL && i < undo->entry.hive_count; i++)
		if (kbm_text_equals_ascii_case(undo->entry.hives[i].hive, change->place.hive)) {
			*index = i;
			return &undo->entry.hives[i];
		}
	return NULL;
}

/* Whether the entry did this change, and it is there still to be taken back. */
static bool is_standing(const struct undo *undo, const struct kbm_change *change)
{
	size_t index = 0;
	if (change->op == KBM_MANUAL)
		return true;
	if (change->op != KBM_MODIFY_ENTRY)
		return hive_of(undo, change, &index) != NULL &&
		       undo->standings[index].file != KBM_STANDING_BEFORE;
	for (size_t i = 0; i < undo->entry.modify_count; i++) {
		const struct kbm_journal_modify *modify = &undo->entry.modifies[i];
		const struct kbm_place entry = {.kind = KBM_PLACE_ENTRY, .path = modify->dn};
		if (kbm_place_same_entry(&entry, &change->place))
			return modify->phase == KBM_MODIFY_DONE ||
			       modify->phase == KBM_MODIFY_SENT ||
			       modify->phase == KBM_MODIFY_UNKNOWN;
	}
	return false;
}

static void keep_standing(const struct undo *undo, struct kbm_plan *plan)
{
	size_t count = 0;
	for (size_t i = 0; i < plan->change_count; i++) {
		if (is_standing(undo, &plan->changes[i]))
			plan->changes[count++] = plan->changes[i];
		else
			kbm_change_clear(&plan->changes[i]);
	}
	plan->change_count = count;
}

/* Files that are just as the entry left them get their backups back. */
static enum kbm_code choose_restores(struct undo *undo, bool *all, struct kbm_error *error)
{
	const struct kbm_journal_entry *entry = &undo->entry;
	undo->standings = calloc(entry->hive_count + 1, sizeof *undo->standings);
	undo->restores = calloc(entry->hive_count + 1, sizeof *undo->restores);
	if (undo->standings == NULL || undo->restores == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_journal_examine(entry, undo->standings);
	*all = true;
	for (size_t i = 0; i < entry->hive_count; i++) {
		const struct kbm_hive_standing *standing = &undo->standings[i];
		if (standing->file == KBM_STANDING_MISSING ||
		    standing->file == KBM_STANDING_UNREADABLE)
			return kbm_fail(error, KBM_REFUSED, "%.120s: cannot be read: %.80s",
					entry->hives[i].path, standing->problem.message);
		if (standing->file == KBM_STANDING_AFTER && standing->backup_whole)
			undo->restores[undo->restore_count++] =
			    (struct kbm_restore){entry->hives[i].hive, entry->hives[i].backup,
						 entry->hives[i].sha256_before};
		else if (standing->file != KBM_STANDING_BEFORE)
			*all = false;
		if (standing->file == KBM_STANDING_AFTER && !standing->backup_whole)
			kbm_command_note("warning: the backup of %s is missing or is not what was "
					 "written: its file gets the old values back, and not its "
					 "old bytes",
					 entry->hives[i].hive);
	}
	return KBM_OK;
}

/* A source in which nothing is taken back need not be there, nor be asked. */
static void drop_sources(struct kbm_plan *plan)
{
	struct kbm_target_identity *target = &plan->target;
	bool asks_server = false;
	size_t count = 0;
	for (size_t i = 0; i < plan->change_count; i++)
		asks_server = asks_server || plan->changes[i].op == KBM_MODIFY_ENTRY;
	for (size_t i = 0; i < target->source_count; i++) {
		struct kbm_source_identity *source = &target->sources[i];
		if (asks_server && strcmp(source->kind, "ldap") == 0) {
			target->sources[count++] = *source;
			continue;
		}
		kbm_source_identity_clear(source);
	}
	target->source_count = count;
}

static enum kbm_code check_left(const struct undo *undo, struct kbm_error *error)
{
	if (kbm_plan_count(&undo->plan, false) > 0)
		return KBM_OK;
	return kbm_fail(error, KBM_NOT_FOUND,
			"journal entry %u: all is as it was before; there is nothing to take back",
			undo->entry.number);
}

static enum kbm_code make_plan(struct undo *undo, struct kbm_error *error)
{
	bool all = false;
	struct kbm_error reason = {0};
	enum kbm_code code = choose_restores(undo, &all, error);
	if (code != KBM_OK)
		return code;
	code = kbm_plan_invert(&undo->done, all ? KBM_INVERSE_BY_BACKUP : KBM_INVERSE_BY_CHANGES,
			       &undo->plan, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, code,
				"the file was changed since, and %.120s; the backup: %.80s",
				reason.message,
				undo->entry.hive_count == 0 || undo->entry.hives[0].backup == NULL
				    ? "(none)"
				    : undo->entry.hives[0].backup);
	keep_standing(undo, &undo->plan);
	drop_sources(&undo->plan);
	return check_left(undo, error);
}

/* --- doing it -----------------------------------------------------------------------------------
 */

static bool list_restored(const struct undo *undo, struct kbm_text_list *restored)
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

static enum kbm_code show(const struct undo *undo, struct kbm_error *error)
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
static enum kbm_code list_files(struct undo *undo, struct kbm_error *error)
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

static enum kbm_code open_target(struct undo *undo, struct kbm_options *filled,
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

static int take_back(struct undo *undo)
{
	struct kbm_plan_target target = {0};
	struct kbm_options filled;
	struct kbm_error error = {0};
	char title[32];
	int status = KBM_EXIT_UNKNOWN;
	enum kbm_code code = open_target(undo, &filled, &target, &error);
	if (code == KBM_OK)
		kbm_undo_drop_as_before(target.session.broker, &target.prepared.target,
					&undo->plan);
	bool is_left = code != KBM_OK || check_left(undo, &error) == KBM_OK;
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
	struct undo undo = {.call = call};
	struct kbm_error error = {0};
	uint32_t number = 0;
	if (!kbm_history_number(call->operands[0], &number))
		return kbm_command_usage(call,
					 "'%.60s' is no number of a journal entry; `kbmend "
					 "history` lists them",
					 call->operands[0]);
	enum kbm_code code = load(&undo, number, &error);
	if (code == KBM_OK)
		code = make_plan(&undo, &error);
	int status = KBM_EXIT_OK;
	if (code == KBM_OK)
		status = take_back(&undo);
	else if (code == KBM_NOT_FOUND)
		status = tell_nothing(call, &error);
	else
		status = kbm_tell_not_applied(call, NULL, &error);
	clear(&undo);
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
