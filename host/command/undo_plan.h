/* What takes a journal entry back: the plan, and the files that get their backups. */
#ifndef KBM_COMMAND_UNDO_PLAN_H
#define KBM_COMMAND_UNDO_PLAN_H

#include "apply/apply.h"
#include "apply/journal.h"
#include "apply/journal_examine.h"
#include "command/command.h"
#include "command/plan_target.h"

/* What is to be taken back. */
struct kbm_undo {
	const struct kbm_call *call;
	char *folder; /* of the state */
	struct kbm_journal_entry entry;
	struct kbm_target_identity files;    /* of the entry; borrows from it */
	struct kbm_hive_standing *standings; /* one a hive of the entry */
	struct kbm_plan done;		     /* what the entry did */
	struct kbm_plan plan;		     /* what takes it back */
	struct kbm_plan first;		     /* the same before keys were looked at: lent out */
	bool by_backup;			     /* all of its files get their backups back */
	struct kbm_restore *restores;
	size_t restore_count;
};
void kbm_undo_clear(struct kbm_undo *undo);

/* Reads a plan that the entry keeps: "plan.json" is what it did. KBM_UNREADABLE: it is gone. */
enum kbm_code kbm_undo_read_plan(const struct kbm_undo *undo, const char *name,
				 struct kbm_plan *plan, struct kbm_error *error);

/* From what the entry did, fills in what takes it back. Before the target is open all created keys
 * seem to go. KBM_NOT_FOUND: there is nothing to take back. KBM_REFUSED: a file cannot be read, or
 * what was deleted is in the backup only. */
enum kbm_code kbm_undo_make_plan(struct kbm_undo *undo, struct kbm_error *error);
/* With the target open: of created keys those go that hold what the entry put there, and nothing
 * else. The others stay, with a step for people. */
enum kbm_code kbm_undo_look_at_keys(struct kbm_undo *undo, const struct kbm_plan_target *target,
				    struct kbm_error *error);
/* KBM_NOT_FOUND: no typed change is left. */
enum kbm_code kbm_undo_check_left(const struct kbm_undo *undo, struct kbm_error *error);

#endif
