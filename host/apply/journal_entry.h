/* One apply or undo, as the journal keeps it: "kbmend.journal/1". Plain data and its JSON. */
#ifndef KBM_APPLY_JOURNAL_ENTRY_H
#define KBM_APPLY_JOURNAL_ENTRY_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_journal_command { KBM_JOURNAL_APPLY, KBM_JOURNAL_UNDO };

enum kbm_journal_state {
	KBM_JOURNAL_WORKING,	    /* being done; or interrupted, when nobody holds its lock */
	KBM_JOURNAL_FIXED,	    /* an apply: done and proven */
	KBM_JOURNAL_UNDONE,	    /* an undo: done and proven */
	KBM_JOURNAL_FAILED,	    /* nothing is changed, or all of it was taken back */
	KBM_JOURNAL_FAILED_CHANGED, /* something stays changed */
	KBM_JOURNAL_FAILED_UNKNOWN  /* what a server did could not be told */
};

enum kbm_hive_phase {
	KBM_HIVE_PLANNED,
	KBM_HIVE_BACKED_UP,
	KBM_HIVE_WRITTEN,  /* the new file is whole, verified and on the disk; sha256_after is known
			    */
	KBM_HIVE_REPLACED, /* it has the hive's name */
	KBM_HIVE_TAKEN_BACK
};

enum kbm_modify_phase {
	KBM_MODIFY_PLANNED,
	KBM_MODIFY_SENT,
	KBM_MODIFY_DONE,
	KBM_MODIFY_TAKEN_BACK,
	KBM_MODIFY_UNKNOWN
};

/* Heap texts. */
struct kbm_journal_hive {
	char *path;    /* absolute */
	char *hive;    /* "SYSTEM" */
	char *backup;  /* absolute; NULL: none is intended */
	char *changed; /* the new file's path, absolute; NULL: none was begun */
	char sha256_before[KBM_SHA256_HEX_BYTES]; /* "" until known */
	char sha256_after[KBM_SHA256_HEX_BYTES];  /* "" until known */
	enum kbm_hive_phase phase;
};

struct kbm_journal_modify {
	char *dn;
	enum kbm_modify_phase phase;
};

/* Starts from {0}; texts are on the heap and its own; released with kbm_journal_entry_clear(). */
struct kbm_journal_entry {
	uint32_t number; /* from 1; set by kbm_journal_begin() */
	enum kbm_journal_command command;
	uint32_t undoes;    /* 0: nothing */
	uint32_t undone_by; /* told by a later entry, not stored; 0: by none */
	enum kbm_journal_state state;
	bool alive;	  /* not stored: its lock is held, so that a process works on it */
	int64_t started;  /* seconds since 1970, UTC */
	int64_t finished; /* 0: it was not */
	uint32_t pid;	  /* of the process, in this boot; set by kbm_journal_begin() */
	char *boot;	  /* the system's boot id, "" unknown; set by kbm_journal_begin() */
	char *version;	  /* of kbmend; set by kbm_journal_begin() */
	char *title;	  /* what was to be done, one line */
	char *message;	  /* how it ended, "" */
	struct kbm_journal_hive *hives;
	size_t hive_count;
	char *uri; /* the directory's, NULL: none takes part */
	struct kbm_journal_modify *modifies;
	size_t modify_count;
};

void kbm_journal_entry_clear(struct kbm_journal_entry *entry);
/* Replaces a text of an entry by a copy; false without memory, the text is then as before. */
bool kbm_journal_set_text(char **text, const char *value);
/* The new item is all zero but for copies of what is given; borrowed until the next one is added;
 * NULL without memory. */
struct kbm_journal_hive *kbm_journal_add_hive(struct kbm_journal_entry *entry, const char *path,
					      const char *hive);
struct kbm_journal_modify *kbm_journal_add_modify(struct kbm_journal_entry *entry, const char *dn);

/* "2026-11-26T02:08:40Z"; "" for 0. */
enum { KBM_JOURNAL_TIME_BYTES = 32 };
void kbm_journal_time(int64_t seconds, char text[static KBM_JOURNAL_TIME_BYTES]);
/* Words of the JSON, and for people: "failed-changed", "backed up". */
const char *kbm_journal_state_word(enum kbm_journal_state state);
const char *kbm_hive_phase_word(enum kbm_hive_phase phase);
const char *kbm_modify_phase_word(enum kbm_modify_phase phase);

/* Appends the entry as JSON, the same bytes for the same entry. */
enum kbm_code kbm_journal_entry_write(const struct kbm_journal_entry *entry, struct kbm_bytes *out,
				      struct kbm_error *error);
/* Strict: KBM_INVALID names the member. *entry is untouched on failure. */
enum kbm_code kbm_journal_entry_read(const char *text, size_t length,
				     struct kbm_journal_entry *entry, struct kbm_error *error);

#endif
