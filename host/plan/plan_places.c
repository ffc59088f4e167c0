/* Whether a plan's places are the ones it shows. */
#include "plan/plan_places.h"

#include "plan/place_check.h"

enum kbm_code kbm_plan_check_places(const struct kbm_plan *plan, const char *control_set,
				    struct kbm_error *error)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_place *place = &plan->changes[i].place;
		if (!kbm_place_is_one(place, control_set))
			return kbm_fail(error, KBM_REFUSED,
					"change %zu shows %.80s, but would change %.20s %.80s: the "
					"plan was edited, or is for another control set",
					i + 1, place->path, place->hive, place->physical);
	}
	return KBM_OK;
}
