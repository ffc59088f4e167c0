/* Having the plans' registry places confirmed by the second reader. */
#include "command/confirm.h"

#include <stdlib.h>

/* What the second reader does not confirm is not known: a script whose plan rests on it gives no
 * plan, and `unknown`. What it found stays to be seen. */
static enum kbm_code doubt(struct kbm_diagnosis *diagnosis,
			   const struct kbm_second_reading *reading, struct kbm_error *error)
{
	struct kbm_result *result = &diagnosis->result;
	char *reason = kbm_second_reading_reason(reading);
	if (reason == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	free(result->reason);
	result->reason = reason;
	result->verdict = KBM_VERDICT_UNKNOWN;
	for (size_t i = 0; i < result->finding_count; i++)
		result->findings[i].has_changes = false;
	kbm_plan_clear(&diagnosis->plan);
	diagnosis->has_plan = false;
	return KBM_OK;
}

/* The readings from `first` on are those of this plan. */
static enum kbm_code judge_readings(struct kbm_diagnosis *diagnosis,
				    const struct kbm_second_readings *readings, size_t first,
				    size_t last, struct kbm_error *error)
{
	for (size_t i = first; i < last; i++)
		if (readings->items[i].outcome != KBM_SECOND_AGREES)
			return doubt(diagnosis, &readings->items[i], error);
	diagnosis->plan.read_twice = last > first;
	return KBM_OK;
}

enum kbm_code kbm_confirm(struct kbm_case *diagnosed, struct kbm_error *error)
{
	struct kbm_second_readings readings = {0};
	size_t count = diagnosed->scripts.count;
	size_t *ends = calloc(count + 1, sizeof *ends);
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < count && code == KBM_OK && ends != NULL; i++) {
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		if (diagnosis->has_plan && !kbm_second_readings_add(&readings, &diagnosis->plan))
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
		ends[i] = readings.count;
	}
	if (ends == NULL)
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK && readings.count > 0)
		kbm_broker_second_read(diagnosed->session.broker, &diagnosed->prepared.target,
				       &readings);
	for (size_t i = 0; i < count && code == KBM_OK && ends != NULL; i++)
		if (diagnosed->diagnoses[i].has_plan)
			code = judge_readings(&diagnosed->diagnoses[i], &readings,
					      i == 0 ? 0 : ends[i - 1], ends[i], error);
	free(ends);
	kbm_second_readings_clear(&readings);
	return code;
}
