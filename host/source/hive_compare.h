/* Two hives side by side: every difference in what they hold. */
#ifndef KBM_SOURCE_HIVE_COMPARE_H
#define KBM_SOURCE_HIVE_COMPARE_H

#include "source/hive.h"

enum kbm_hive_difference_kind {
	KBM_KEY_ADDED,	 /* each key of a new subtree, from its top on, then its values */
	KBM_KEY_REMOVED, /* the top of a subtree only */
	KBM_KEY_TOUCHED, /* its last-written time */
	KBM_KEY_ALTERED, /* what else a key has: `what` names it */
	KBM_VALUE_ADDED,
	KBM_VALUE_REMOVED,
	KBM_VALUE_CHANGED
};

/* Borrowed for the call. */
struct kbm_hive_difference {
	enum kbm_hive_difference_kind kind;
	const char *path; /* of the key, WTF-8, from the hive's root; "" is the root */
	const char *what; /* KEY_ALTERED: "spelling", "flags", "class", "security descriptor" */
	struct kbm_value value; /* VALUE_*: the new one; REMOVED: the old one, without data */
};
/* A code other than KBM_OK ends the walk and is returned. */
typedef enum kbm_code kbm_hive_difference_sink(void *context,
					       const struct kbm_hive_difference *difference,
					       struct kbm_error *error);

/* Walks both. Names are paired by Windows' upcase. KBM_UNREADABLE: damage in one of them hides
 * whether they differ; KBM_LIMIT: a value is too large to be compared. Both should have been
 * checked (hive_check.h): in a hive whose keys lead in circles this ends at the depth that Windows
 * allows.
 */
enum kbm_code kbm_hive_compare(const struct kbm_hive *old, const struct kbm_hive *new,
			       kbm_hive_difference_sink *sink, void *context,
			       struct kbm_error *error);

#endif
