/* What an entry's files are like now: for applies that were interrupted, and before an undo. */
#ifndef KBM_APPLY_JOURNAL_EXAMINE_H
#define KBM_APPLY_JOURNAL_EXAMINE_H

#include "apply/journal.h"

enum kbm_standing {
	KBM_STANDING_BEFORE,	/* the file is as it was before: not replaced, or taken back */
	KBM_STANDING_AFTER,	/* it is what the apply made of it: replaced */
	KBM_STANDING_NEITHER,	/* somebody changed it since */
	KBM_STANDING_MISSING,	/* there is no file */
	KBM_STANDING_UNREADABLE /* what is there cannot be read, or is no regular file */
};

struct kbm_hive_standing {
	enum kbm_standing file;
	bool left_over;			   /* the new file is still there, under its own name */
	bool backup_whole;		   /* the backup is there and has the hash of before */
	char sha256[KBM_SHA256_HEX_BYTES]; /* the file's now, "" when it has none */
	struct kbm_error problem;	   /* of an unreadable one */
};

/* Hashes every hive's file and its backup. `standings` has room for entry->hive_count. */
void kbm_journal_examine(const struct kbm_journal_entry *entry,
			 struct kbm_hive_standing *standings);
/* Appends a sentence a hive, a line each: "PATH: not replaced; ...". */
bool kbm_journal_tell(const struct kbm_journal_entry *entry,
		      const struct kbm_hive_standing *standings, struct kbm_bytes *out);
/* Removes new files that an interrupted apply left; the entry's lock is held through `journal`.
 * Only a regular file with the very name that kbmend gives it for this entry and this hive, that no
 * process has locked, is removed. KBM_IO: one could not be; the others are removed. */
enum kbm_code kbm_journal_clean(const struct kbm_journal *journal,
				const struct kbm_journal_entry *entry, struct kbm_error *error);

#endif
