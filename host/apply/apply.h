/* Executing a plan: locked, backed up, made aside, verified, put in place, journalled; and taken
 * back where a part of it fails. Hive files first, the directory last. */
#ifndef KBM_APPLY_APPLY_H
#define KBM_APPLY_APPLY_H

#include "guard/broker.h"
#include "plan/plan.h"

/* What only the caller can tell of the target. KBM_REFUSED: it is not as it should be. */
struct kbm_apply_hooks {
	void *context;
	/* With all files locked: what the plan rests on still holds. NULL: not asked. */
	enum kbm_code (*recheck)(void *context, struct kbm_error *error);
	/* The checks see on `target`, with `changes` laid over it, what was predicted. NULL: not
	 * asked. */
	enum kbm_code (*check)(void *context, const struct kbm_target *target,
			       const struct kbm_change *changes, size_t change_count,
			       struct kbm_error *error);
};

/* A file that is put back whole, instead of its changes being made: an undo's. */
struct kbm_restore {
	const char *hive;   /* as the target mounts it */
	const char *backup; /* what is put back */
	const char *sha256; /* of the backup */
};

struct kbm_apply_order {
	struct kbm_broker *broker;
	const struct kbm_target *target;
	const struct kbm_plan *plan;	/* of it the typed changes are executed */
	const struct kbm_plan *inverse; /* takes them back; NULL: only a backup can */
	const struct kbm_restore *restores;
	size_t restore_count;
	unsigned undoes; /* the journal entry that is taken back; 0: this is an apply */
	const char *title;
	const char *state_folder;
	const char *backup_folder; /* NULL: the journal entry's own */
	bool verify_full;
	bool recovers; /* a hive that was recovered in memory is written with what its logs hold */
	struct kbm_apply_hooks hooks;
};

enum kbm_apply_end {
	KBM_APPLY_REFUSED, /* before anything was written */
	KBM_APPLY_FIXED,
	KBM_APPLY_FAILED, /* the target is as it was before, which was checked */
	KBM_APPLY_BROKEN, /* the target is not as it was before */
	KBM_APPLY_UNSURE  /* whether it is, is not known: a server did not say */
};

struct kbm_apply_outcome {
	enum kbm_apply_end end;
	unsigned entry;		      /* the journal's number; 0: none was made */
	struct kbm_text_list backups; /* their paths */
};

/* Executes the plan. *outcome (from {0}) is the caller's, released with
 * kbm_apply_outcome_clear(), also after a failure. KBM_OK: KBM_APPLY_FIXED; otherwise *error says
 * why, and what became of the target. Signals that ask to end wait until the target is whole. */
enum kbm_code kbm_apply_run(const struct kbm_apply_order *order, struct kbm_apply_outcome *outcome,
			    struct kbm_error *error);
void kbm_apply_outcome_clear(struct kbm_apply_outcome *outcome);

#endif
