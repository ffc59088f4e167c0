/* The journal: one folder an apply or undo, STATE/journal/NUMBER, with entry.json, what else is
 * handed in (plan.json, undo.json), backups, and a lock that is held while its process lives.
 *
 * Whatever is made is named in a saved entry before it is made (`backup`, `changed`), and hashes
 * are saved before they matter (`sha256_after` before the file is replaced): so that the next start
 * can tell, after a kill at any moment, what is there. State folders are absolute paths. */
#ifndef KBM_APPLY_JOURNAL_H
#define KBM_APPLY_JOURNAL_H

#include "apply/journal_entry.h"

/* An entry that this process writes: its lock is held. */
struct kbm_journal;

/* Makes the next entry's folder, takes its lock and saves `entry`, which gets its number, pid, boot
 * id and version; the caller has set the rest, state WORKING. On success *journal is the caller's,
 * released with kbm_journal_end(). */
enum kbm_code kbm_journal_begin(const char *state_folder, struct kbm_journal_entry *entry,
				struct kbm_journal **journal, struct kbm_error *error);
/* Takes the lock of an interrupted entry, so that it can be cleaned, taken back and settled.
 * KBM_REFUSED: its process lives (the message has its pid), or it is not in state WORKING. The
 * entry, read again under the lock, is the caller's. */
enum kbm_code kbm_journal_reopen(const char *state_folder, uint32_t number,
				 struct kbm_journal_entry *entry, struct kbm_journal **journal,
				 struct kbm_error *error);
/* The entry's folder, absolute; borrowed. */
const char *kbm_journal_folder(const struct kbm_journal *journal);
/* Where a backup goes: `backup-INDEX` in the entry's folder, or in `backup_dir` (absolute; NULL:
 * none) as NAME.kbmend-NUMBER. Heap text, the caller's; NULL without memory. */
char *kbm_journal_backup_path(const struct kbm_journal *journal, const char *backup_dir,
			      const char *name, size_t index);
/* A new file (0600) in the entry's folder, durable: "plan.json", "undo.json". */
enum kbm_code kbm_journal_store(struct kbm_journal *journal, const char *name, const void *data,
				size_t length, struct kbm_error *error);
/* Saves the entry, whole or not at all, durable when it returns: a failure leaves the last one. */
enum kbm_code kbm_journal_save(struct kbm_journal *journal, const struct kbm_journal_entry *entry,
			       struct kbm_error *error);
/* Releases the lock; takes NULL. An entry still in state WORKING counts as interrupted. */
void kbm_journal_end(struct kbm_journal *journal);

/* KBM_NOT_FOUND: no such entry; KBM_INVALID, KBM_LIMIT, KBM_REFUSED, KBM_IO: it cannot be read. */
enum kbm_code kbm_journal_load(const char *state_folder, uint32_t number,
			       struct kbm_journal_entry *entry, struct kbm_error *error);
/* Appends a stored file. KBM_NOT_FOUND when it was not stored. */
enum kbm_code kbm_journal_fetch(const char *state_folder, uint32_t number, const char *name,
				struct kbm_bytes *out, struct kbm_error *error);

struct kbm_journal_listed {
	uint32_t number;
	bool readable;
	struct kbm_journal_entry entry; /* {0} unless readable */
	struct kbm_error problem;	/* unless readable: why */
};
/* Starts from {0}. */
struct kbm_journal_list {
	struct kbm_journal_listed *items; /* by number: the newest last */
	size_t count;
};
/* A state folder without a journal gives an empty list. */
enum kbm_code kbm_journal_list(const char *state_folder, struct kbm_journal_list *list,
			       struct kbm_error *error);
void kbm_journal_list_clear(struct kbm_journal_list *list);

/* An entry that nobody works on any more and that did not come to its end. */
bool kbm_journal_is_interrupted(const struct kbm_journal_entry *entry);

#endif
