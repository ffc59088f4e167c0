/* Changes that meet: which merge, and which contradict each other. */
#ifndef KBM_PLAN_CONFLICT_H
#define KBM_PLAN_CONFLICT_H

#include "base/error.h"
#include "base/limits.h"
#include "plan/change.h"

/* A change and the one that speaks for it: itself, or an earlier one that says the same. */
struct kbm_meeting {
	const struct kbm_change *change;
	size_t speaker; /* index into the same array */
};

/* Two scripts' changes that cannot both be made. */
struct kbm_conflict {
	const struct kbm_change *first; /* borrowed, as the next */
	const struct kbm_change *second;
	const char *how; /* "different at one place" */
};

/* Sets every speaker. KBM_REFUSED: two of them contradict each other (different things at one
 * place, or something at or below a key that another deletes); the message names both scripts and
 * the place. Takes O(n log n) comparisons: the changes may come from a hostile file. */
enum kbm_code kbm_conflict_find(struct kbm_meeting *meetings, size_t count,
				struct kbm_error *error);

/* The pairs of changes of different scripts that contradict each other; at most KBM_CONFLICTS_TOLD
 * of them. *count is how many are in `found`. KBM_MEMORY, KBM_LIMIT. */
enum kbm_code kbm_conflict_list(struct kbm_meeting *meetings, size_t meeting_count,
				struct kbm_conflict found[static KBM_CONFLICTS_TOLD], size_t *count,
				struct kbm_error *error);

#endif
