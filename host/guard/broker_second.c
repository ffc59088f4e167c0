/* Having a plan's registry places read again, by a reader that is not ours. */
#include "guard/broker_internal.h"

#include "base/limits.h"

#include <stdlib.h>

struct second_job {
	struct kbm_ahead ahead; /* the first member: the job is known by it */
	struct kbm_start_second start;
	struct kbm_registry_sources sources;
	struct kbm_second_place places[]; /* to begin with */
};

/* The places of the readings from `first` on. */
static void list_places(const struct kbm_second_readings *readings, size_t first,
			struct kbm_second_place *places)
{
	for (size_t i = first; i < readings->count; i++) {
		const struct kbm_place *place = readings->items[i].place;
		places[i - first] = (struct kbm_second_place){
		    .hive = place->hive,
		    .physical = place->physical,
		    .name = (const uint8_t *)place->name,
		    .name_length = place->name_length,
		};
	}
}

static enum kbm_code check_count(const struct kbm_second_readings *readings,
				 struct kbm_error *error)
{
	if (readings->count > KBM_SECOND_MAX_PLACES)
		return kbm_fail(error, KBM_LIMIT, "more than %u places are to be read again",
				KBM_SECOND_MAX_PLACES);
	return KBM_OK;
}

enum kbm_code kbm_broker_give_places(struct kbm_exchange *exchange, struct kbm_error *error)
{
	const struct kbm_second_readings *readings = exchange->readings;
	size_t count = readings->count - exchange->given;
	enum kbm_code code = check_count(readings, error);
	struct kbm_second_place *items = code == KBM_OK ? calloc(count + 1, sizeof *items) : NULL;
	if (code == KBM_OK && items == NULL)
		code = kbm_fail(error, KBM_MEMORY, "no memory for the second reading");
	if (code != KBM_OK) {
		exchange->own_failure = true;
		return code;
	}
	list_places(readings, exchange->given, items);
	const struct kbm_second_places places = {items, count};
	code = kbm_channel_send(&exchange->child->channel, KBM_MESSAGE_PLACES, &places,
				exchange->deadline, error);
	exchange->given += count;
	exchange->has_all = count == 0;
	free(items);
	return code;
}

struct kbm_ahead *kbm_broker_begin_second_read(struct kbm_broker *broker,
					       const struct kbm_target *target,
					       struct kbm_second_readings *readings)
{
	struct second_job *job =
	    calloc(1, sizeof *job + (readings->count + 1) * sizeof job->places[0]);
	if (job == NULL)
		return NULL;
	struct kbm_ahead *ahead = &job->ahead;
	struct kbm_exchange *exchange = &ahead->exchange;
	kbm_ahead_init(ahead, broker, KBM_JOB_SECOND_READ, &job->start);
	ahead->code = check_count(readings, &ahead->reason);
	if (ahead->code == KBM_OK)
		ahead->code = kbm_broker_gather(target, &job->sources, &ahead->reason);
	if (ahead->code == KBM_OK)
		list_places(readings, 0, job->places);
	job->start = (struct kbm_start_second){
	    job->sources.described, job->sources.count, {job->places, readings->count}};
	exchange->readings = readings;
	exchange->given = readings->count;
	exchange->order.inputs = job->sources.descriptors;
	exchange->order.input_count = job->sources.descriptor_count;
	kbm_ahead_begin(ahead);
	return ahead;
}

enum kbm_code kbm_broker_end_second_read(struct kbm_ahead *ahead)
{
	struct kbm_second_readings *readings = ahead->exchange.readings;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_ahead_end(ahead, &error);
	/* What was answered before a child ended counts. */
	for (size_t i = 0; i < readings->count && code != KBM_OK; i++) {
		struct kbm_second_reading *reading = &readings->items[i];
		if (reading->outcome == KBM_SECOND_SILENT && reading->error.code == KBM_OK)
			reading->error = error;
	}
	kbm_ahead_drop(ahead);
	return code;
}

enum kbm_code kbm_broker_second_read(struct kbm_broker *broker, const struct kbm_target *target,
				     struct kbm_second_readings *readings)
{
	struct kbm_ahead *ahead = kbm_broker_begin_second_read(broker, target, readings);
	return ahead == NULL ? KBM_MEMORY : kbm_broker_end_second_read(ahead);
}
