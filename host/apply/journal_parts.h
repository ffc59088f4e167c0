/* What writing and reading the journal share: where things are. */
#ifndef KBM_APPLY_JOURNAL_PARTS_H
#define KBM_APPLY_JOURNAL_PARTS_H

#include "base/error.h"

#include <stdint.h>

#define KBM_JOURNAL_FOLDER "journal"

/* STATE/journal/NUMBER, or a file in it. Heap text, the caller's; NULL without memory. */
char *kbm_journal_entry_path(const char *state_folder, uint32_t number, const char *name);
/* The highest number that there is; 0: none. */
enum kbm_code kbm_journal_last_number(const char *state_folder, uint32_t *number,
				      struct kbm_error *error);

#endif
