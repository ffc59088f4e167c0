/* Whether one hive is another with planned changes, all of them and nothing else. */
#ifndef KBM_GUARD_VERIFY_CHANGES_H
#define KBM_GUARD_VERIFY_CHANGES_H

#include "plan/change.h"
#include "source/hive.h"

/* The changes are all of this hive; manual steps are passed over. KBM_REFUSED: something differs
 * that no change asks for, or a change is not there; the message names the first such place.
 * Another code: that could not be told, as kbm_hive_compare(). Both hives should be sound
 * (hive_check.h). */
enum kbm_code kbm_verify_changes(const struct kbm_hive *before, const struct kbm_hive *after,
				 const struct kbm_change *changes, size_t change_count,
				 struct kbm_error *error);

#endif
