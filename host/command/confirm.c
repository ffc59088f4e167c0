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

/* The readings of all plans, and which of them are whose: those of script i end at ends[i]. */
struct all_readings {
	struct kbm_second_readings readings;
	size_t *ends;
};

static struct kbm_second_readings readings_of(const struct all_readings *all, size_t script)
{
	size_t first = script == 0 ? 0 : all->ends[script - 1];
	return (struct kbm_second_readings){all->readings.items + first, all->ends[script] - first};
}

static enum kbm_code gather(const struct kbm_case *diagnosed, struct all_readings *all,
			    struct kbm_error *error)
{
	size_t count = diagnosed->scripts.count;
	all->ends = calloc(count + 1, sizeof *all->ends);
	bool done = all->ends != NULL;
	for (size_t i = 0; done && i < count; i++) {
		const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[i];
		if (diagnosis->has_plan)
			done = kbm_second_readings_add(&all->readings, &diagnosis->plan);
		all->ends[i] = all->readings.count;
	}
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* All in one job. Where that ends early, by a hive that was made for it or by the mass of what one
 * script read, each script that it leaves without an answer has a job, and its limits, to itself.
 */
static void read_again(struct kbm_case *diagnosed, struct all_readings *all)
{
	struct kbm_broker *broker = diagnosed->session.broker;
	const struct kbm_target *target = &diagnosed->prepared.target;
	if (all->readings.count == 0 ||
	    kbm_broker_second_read(broker, target, &all->readings) == KBM_OK)
		return;
	for (size_t i = 0; i < diagnosed->scripts.count; i++) {
		struct kbm_second_readings own = readings_of(all, i);
		if (own.count < all->readings.count && kbm_second_readings_restart(&own))
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
	struct all_readings all = {0};
	enum kbm_code code = gather(diagnosed, &all, error);
	if (code == KBM_OK)
		read_again(diagnosed, &all);
	for (size_t i = 0; i < diagnosed->scripts.count && code == KBM_OK; i++) {
		const struct kbm_second_readings own = readings_of(&all, i);
		if (diagnosed->diagnoses[i].has_plan)
			code = judge(&diagnosed->diagnoses[i], &own, error);
	}
	free(all.ends);
	kbm_second_readings_clear(&all.readings);
	return code;
}
