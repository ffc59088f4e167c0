/* What of a plan's preconditions no longer holds. */
#include "plan/plan_stale.h"

#include <stdlib.h>

const struct kbm_precondition *kbm_find_read(const struct kbm_precondition *asked,
					     const struct kbm_result *results, size_t count)
{
	uint32_t mark = kbm_precondition_mark(asked);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < results[i].read_count; j++)
			if (results[i].reads[j].mark == mark &&
			    kbm_precondition_same(asked, &results[i].reads[j]))
				return &results[i].reads[j];
	return NULL;
}

/* One pass for those that are answered otherwise, one for those that are gone. */
static enum kbm_code gather(const struct kbm_plan *plan, const struct kbm_result *now,
			    size_t result_count, bool gone, struct kbm_stale_reads *stale,
			    struct kbm_error *error)
{
	for (size_t i = 0; i < plan->precondition_count; i++) {
		const struct kbm_precondition *then = &plan->preconditions[i];
		const struct kbm_precondition *found = kbm_find_read(then, now, result_count);
		bool holds = false;
		if ((found == NULL) != gone)
			continue;
		if (found != NULL && !kbm_precondition_holds(then, found, &holds))
			return kbm_fail(error, KBM_MEMORY, "no memory to compare a plan's reads");
		if (!holds)
			stale->items[stale->count++] = (struct kbm_stale_read){then, found};
	}
	return KBM_OK;
}

enum kbm_code kbm_plan_find_stale(const struct kbm_plan *plan, const struct kbm_result *now,
				  size_t result_count, struct kbm_stale_reads *stale,
				  struct kbm_error *error)
{
	stale->items = calloc(plan->precondition_count + 1, sizeof *stale->items);
	if (stale->items == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to compare a plan's reads");
	enum kbm_code code = gather(plan, now, result_count, false, stale, error);
	return code == KBM_OK ? gather(plan, now, result_count, true, stale, error) : code;
}

void kbm_stale_reads_clear(struct kbm_stale_reads *stale)
{
	free(stale->items);
	*stale = (struct kbm_stale_reads){0};
}
