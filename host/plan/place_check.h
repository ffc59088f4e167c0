/* Whether the two ways in which a registry place is named lead to one place. Pure. */
#ifndef KBM_PLAN_PLACE_CHECK_H
#define KBM_PLAN_PLACE_CHECK_H

#include "plan/change.h"

/* A registry place has the path that people are shown and the one that is read and written: a child
 * that was taken over could show one and mean another. True for other kinds of place.
 * `control_set`: what CurrentControlSet means on this target; NULL: not known, any control set. */
bool kbm_place_is_one(const struct kbm_place *place, const char *control_set);

#endif
