/* What a hive holds at a place of a plan (jobs only). */
#ifndef KBM_GUARD_HIVE_STATE_H
#define KBM_GUARD_HIVE_STATE_H

#include "plan/change.h"
#include "source/hive.h"

/* Reads a value or a key by its physical path, with masks as plans have them
 * (source/secret_values.h). *state (from {0}) stays so where nothing is; the caller's, released
 * with kbm_state_clear(). KBM_UNREADABLE: damage hides it. */
enum kbm_code kbm_hive_state_read(const struct kbm_hive *hive, const struct kbm_place *place,
				  struct kbm_state *state, struct kbm_error *error);

/* Whether a change is one of a registry, with all that it needs: what came over the wire may be
 * anything. KBM_INTERNAL. */
enum kbm_code kbm_hive_state_check_change(const struct kbm_change *change, struct kbm_error *error);

#endif
