/* What takes a journal entry back: the plan, and the files that get their backups. */
#include "command/undo_plan.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/undo_keys.h"
#include "plan/plan_invert.h"
#include "plan/plan_json.h"

#include <stdlib.h>
#include <string.h>

void kbm_undo_clear(struct kbm_undo *undo)
{
	kbm_journal_entry_clear(&undo->entry);
	kbm_plan_clear(&undo->done);
	kbm_plan_clear(&undo->plan);
	kbm_plan_clear(&undo->first);
	free(undo->files.sources); /* the texts are the entry's */
	free(undo->standings);
	free(undo->restores);
	free(undo->folder);
}

enum kbm_code kbm_undo_read_plan(const struct kbm_undo *undo, const char *name,
				 struct kbm_plan *plan, struct kbm_error *error)
{
	struct kbm_bytes json;
	struct kbm_error reason = {0};
	kbm_bytes_init(&json, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code =
	    kbm_journal_fetch(undo->folder, undo->entry.number, name, &json, &reason);
	if (code == KBM_OK)
		code = kbm_plan_from_json(kbm_bytes_text(&json), json.length, plan, &reason);
	/* That it is gone does not say that there is nothing to take back. */
	if (code != KBM_OK)
		code = kbm_fail(error, code == KBM_NOT_FOUND ? KBM_UNREADABLE : code,
				"journal entry %u: %s: %.160s", undo->entry.number, name,
				reason.message);
	kbm_bytes_clear(&json);
	return code;
}

/* --- files and places ---------------------------------------------------------------------------
 */

static const struct kbm_journal_hive *hive_of(const struct kbm_undo *undo,
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
static bool is_standing(const void *context, const struct kbm_change *change)
{
	const struct kbm_undo *undo = context;
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

/* Files that are just as the entry left them get their backups back. */
static enum kbm_code choose_restores(struct kbm_undo *undo, struct kbm_error *error)
{
	const struct kbm_journal_entry *entry = &undo->entry;
	undo->standings = calloc(entry->hive_count + 1, sizeof *undo->standings);
	undo->restores = calloc(entry->hive_count + 1, sizeof *undo->restores);
	if (undo->standings == NULL || undo->restores == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_journal_examine(entry, undo->standings);
	undo->by_backup = true;
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
			undo->by_backup = false;
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

enum kbm_code kbm_undo_check_left(const struct kbm_undo *undo, struct kbm_error *error)
{
	if (kbm_plan_count(&undo->plan, false) > 0)
		return KBM_OK;
	return kbm_fail(error, KBM_NOT_FOUND,
			"journal entry %u: all is as it was before; there is nothing to take back",
			undo->entry.number);
}

/* --- the plan -----------------------------------------------------------------------------------
 */

/* Whether the entry took back an apply, and no other undo. */
static bool undoes_apply(const struct kbm_undo *undo)
{
	struct kbm_journal_entry undone = {0};
	struct kbm_error ignored;
	bool is_apply =
	    undo->entry.undoes != 0 &&
	    kbm_journal_load(undo->folder, undo->entry.undoes, &undone, &ignored) == KBM_OK &&
	    undone.command == KBM_JOURNAL_APPLY;
	kbm_journal_entry_clear(&undone);
	return is_apply;
}

static bool is_typed(const void *context, const struct kbm_change *change)
{
	(void)context;
	return change->op != KBM_MANUAL;
}

/* The plan without its steps by hand; false where it deletes a key: what is in one by now nobody
 * said. */
static bool keep_typed(struct kbm_plan *plan)
{
	kbm_plan_keep(plan, is_typed, NULL);
	for (size_t i = 0; i < plan->change_count; i++)
		if (plan->changes[i].op == KBM_DELETE_KEY)
			return false;
	return plan->change_count > 0;
}

/* An undo that deleted created keys is taken back by the plan of the apply: that says all that was
 * in them. The plan of another undo does not. */
static bool read_applied(struct kbm_undo *undo)
{
	struct kbm_error ignored;
	if (!undoes_apply(undo) ||
	    kbm_undo_read_plan(undo, "undo.json", &undo->plan, &ignored) != KBM_OK)
		return false;
	if (keep_typed(&undo->plan))
		return true;
	kbm_plan_clear(&undo->plan);
	undo->plan = (struct kbm_plan){0};
	return false;
}

/* goes: of created keys, one a change, whether they go as a whole. */
static enum kbm_code invert(struct kbm_undo *undo, const bool *goes, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	enum kbm_code code =
	    undo->by_backup
		? kbm_plan_invert(&undo->done, KBM_INVERSE_BY_BACKUP, &undo->plan, &reason)
		: kbm_plan_invert_with_keys(&undo->done, goes, &undo->plan, &reason);
	if (code == KBM_REFUSED && !undo->by_backup && read_applied(undo))
		code = KBM_OK;
	if (code != KBM_OK)
		return kbm_fail(error, code,
				"the file was changed since, and %.120s; the backup: %.80s",
				reason.message,
				undo->entry.hive_count == 0 || undo->entry.hives[0].backup == NULL
				    ? "(none)"
				    : undo->entry.hives[0].backup);
	kbm_plan_keep(&undo->plan, is_standing, undo);
	drop_sources(&undo->plan);
	return kbm_undo_check_left(undo, error);
}

/* Before the target is open all created keys seem to go. */
enum kbm_code kbm_undo_make_plan(struct kbm_undo *undo, struct kbm_error *error)
{
	enum kbm_code code = choose_restores(undo, error);
	if (code != KBM_OK)
		return code;
	bool *goes = calloc(undo->done.change_count + 1, sizeof *goes);
	if (goes == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < undo->done.change_count; i++)
		goes[i] = true;
	code = invert(undo, goes, error);
	free(goes);
	return code;
}

static bool is_restored(const void *context, const char *hive)
{
	const struct kbm_undo *undo = context;
	for (size_t i = 0; i < undo->restore_count; i++)
		if (kbm_text_equals_ascii_case(undo->restores[i].hive, hive))
			return true;
	return false;
}

/* Those go that hold what the entry put there, and nothing else. */
enum kbm_code kbm_undo_look_at_keys(struct kbm_undo *undo, const struct kbm_plan_target *target,
				    struct kbm_error *error)
{
	if (undo->by_backup)
		return KBM_OK;
	bool *goes = calloc(undo->done.change_count + 1, sizeof *goes);
	if (goes == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_undo_find_keys(target->session.broker, &target->prepared.target, &undo->done,
			   is_restored, undo, goes);
	undo->first = undo->plan;
	undo->plan = (struct kbm_plan){0};
	enum kbm_code code = invert(undo, goes, error);
	free(goes);
	if (code == KBM_NOT_FOUND)
		code =
		    kbm_fail(error, KBM_REFUSED,
			     "journal entry %u: nothing is left to take back but created keys that "
			     "hold more by now; delete them by hand",
			     undo->entry.number);
	return code;
}
