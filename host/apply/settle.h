/* Applies that were interrupted: found, told, and brought to an end in the journal. */
#ifndef KBM_APPLY_SETTLE_H
#define KBM_APPLY_SETTLE_H

#include "apply/journal.h"

/* Looks at every entry that is `working` while no process works on it: what each hive is like now
 * is told (a line each, appended to `said`), left-over new files are removed, and the entry ends as
 * `failed` (all is as it was) or `failed-changed`. A journal that cannot be read is no failure
 * here.
 */
enum kbm_code kbm_journal_settle(const char *state_folder, struct kbm_bytes *said,
				 struct kbm_error *error);

#endif
