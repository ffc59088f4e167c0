/* Entries of an answer, gathered up to a number and a size. */
#ifndef KBM_SOURCE_COLLECT_H
#define KBM_SOURCE_COLLECT_H

#include "source/service.h"

/* Initialise with the maxima and `what` ("the answer has"), the rest {0}; the entries are the
 * caller's, released with kbm_entries_clear(). */
struct kbm_collected {
	const char *what;
	size_t most_entries;
	size_t most_bytes; /* as kbm_entry_bytes() counts them */
	struct kbm_entries entries;
	size_t capacity;
	size_t bytes;
};

/* An upper bound of what an entry takes when it is sent, or in memory. */
size_t kbm_entry_bytes(const struct kbm_entry *entry);
/* Takes the entry over, also on failure. KBM_LIMIT: there are too many, or too large ones. */
enum kbm_code kbm_collect(struct kbm_collected *collected, struct kbm_entry *entry,
			  struct kbm_error *error);
/* The same, as a kbm_take_entry. */
enum kbm_code kbm_collect_next(void *collected, struct kbm_entry *entry, struct kbm_error *error);

/* The whole answer of a script's search: KBM_DIRECTORY_MAX_ENTRIES, KBM_DIRECTORY_MAX_ANSWER. */
struct kbm_collected kbm_collect_answer(void);

#endif
