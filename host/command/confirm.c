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

/* The first plan has the job begin, which works while other scripts have their turns. */
enum kbm_code kbm_confirm_begin(struct kbm_case *diagnosed, size_t script, struct kbm_error *error)
{
	struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[script];
	struct kbm_second_readings *readings = &diagnosed->readings;
	diagnosis->first_reading = readings->count;
	if (!kbm_second_readings_add(readings, &diagnosis->plan))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	diagnosis->reading_count = readings->count - diagnosis->first_reading;
	if (readings->count == 0 || diagnosed->second_read != NULL)
		return KBM_OK;
	diagnosed->second_read = kbm_broker_begin_second_read(
	    diagnosed->session.broker, &diagnosed->prepared.target, readings);
	return diagnosed->second_read == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory")
					      : KBM_OK;
}

static struct kbm_second_readings readings_of(const struct kbm_case *diagnosed,
					      const struct kbm_diagnosis *diagnosis)
{
	if (diagnosis->reading_count == 0)
		return (struct kbm_second_readings){0};
	return (struct kbm_second_readings){diagnosed->readings.items + diagnosis->first_reading,
					    diagnosis->reading_count};
}

/* All in one job. Where that ends early, by a hive that was made for it or by the mass of what one
 * script read, each script that it leaves without an answer has a job, and its limits, to itself.
 */
static void end_reading(struct kbm_case *diagnosed)
{
	struct kbm_broker *broker = diagnosed->session.broker;
	const struct kbm_target *target = &diagnosed->prepared.target;
	struct kbm_ahead *second_read = diagnosed->second_read;
	diagnosed->second_read = NULL;
	if (second_read == NULL || kbm_broker_end_second_read(second_read) == KBM_OK)
		return;
	for (size_t i = 0; i < diagnosed->scripts.count; i++) {
		struct kbm_second_readings own = readings_of(diagnosed, &diagnosed->diagnoses[i]);
		if (own.count < diagnosed->readings.count && kbm_second_readings_restart(&own))
			kbm_broker_second_read(broker, target, &own);
	}
}

static enum kbm_code judge(struct kbm_diagnosis *diagnosis,
			   const struct kbm_second_readings *readings, struct kbm_error *error)
{
	for (size_t i = 0; i < readings->count; i++)
		if (readings->items[i].outcome != KBM_SECOND_AGREES)
			return doubt(diagnosis, &readings->items[i], error);
	diagnosis->plan.read_twice = readings->count > 0;
	return KBM_OK;
}

enum kbm_code kbm_confirm(struct kbm_case *diagnosed, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	end_reading(diagnosed);
	for (size_t i = 0; i < diagnosed->scripts.count && code == KBM_OK; i++) {
		struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		const struct kbm_second_readings own = readings_of(diagnosed, diagnosis);
		if (diagnosis->has_plan)
			code = judge(diagnosis, &own, error);
	}
	return code;
}

void kbm_confirm_clear(struct kbm_case *diagnosed)
{
	kbm_ahead_drop(diagnosed->second_read);
	diagnosed->second_read = NULL;
	kbm_second_readings_clear(&diagnosed->readings);
}
