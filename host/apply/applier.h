/* Inside apply: what carries a plan's changes out, one for each kind of source. */
#ifndef KBM_APPLY_APPLIER_H
#define KBM_APPLY_APPLIER_H

#include "apply/apply.h"
#include "apply/hive_file.h"
#include "apply/journal.h"

struct kbm_applier;

/* The part of a plan that changes one source. */
struct kbm_part {
	const struct kbm_applier *applier;
	const struct kbm_source *source;
	struct kbm_change *changes; /* the structs; what they point to is the plan's */
	size_t change_count;
	const struct kbm_restore *restore; /* or NULL */
	bool recovers;			   /* of the order */
	bool is_begun; /* committing began: there may be something to take back */
	/* a hive */
	struct kbm_hive_file file;
	size_t record;		   /* of the journal entry's hives */
	struct kbm_source changed; /* the new file as a source; its path is NULL: none */
	bool is_replaced;	   /* the new file has the name */
};

/* One apply, while it runs. */
struct kbm_apply {
	const struct kbm_apply_order *order;
	struct kbm_part *parts; /* hives in the order of their sources, the directory last */
	size_t part_count;
	struct kbm_journal *journal; /* NULL: not begun */
	struct kbm_journal_entry entry;
};

/* The steps, in order. All but commit and take_back leave the source as it is. NULL: nothing to do.
 */
struct kbm_applier {
	/* Locks. KBM_REFUSED: it cannot be written to, and why. */
	enum kbm_code (*open)(struct kbm_part *part, struct kbm_error *error);
	/* Notes down what the journal is to say of the part. */
	enum kbm_code (*record)(struct kbm_apply *apply, struct kbm_part *part,
				struct kbm_error *error);
	enum kbm_code (*back_up)(struct kbm_apply *apply, struct kbm_part *part,
				 struct kbm_error *error);
	/* Makes and verifies what takes the source's place. */
	enum kbm_code (*make)(struct kbm_apply *apply, struct kbm_part *part,
			      struct kbm_error *error);
	enum kbm_code (*commit)(struct kbm_apply *apply, struct kbm_part *part,
				struct kbm_error *error);
	/* After commit, also after one that failed: the source becomes what it was. */
	enum kbm_code (*take_back)(struct kbm_apply *apply, struct kbm_part *part,
				   struct kbm_error *error);
	void (*close)(struct kbm_part *part);
};
extern const struct kbm_applier kbm_applier_hive;
extern const struct kbm_applier kbm_applier_directory;
/* Exports are not written to: it refuses, and names the way out. */
extern const struct kbm_applier kbm_applier_export;

/* Saves the journal's entry. */
enum kbm_code kbm_apply_save(struct kbm_apply *apply, struct kbm_error *error);

#endif
