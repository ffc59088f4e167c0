/* Having a plan's registry places read again, by a reader that is not ours. */
#include "guard/broker_internal.h"

#include "base/limits.h"

#include <stdlib.h>

static enum kbm_code list_places(const struct kbm_second_readings *readings,
				 struct kbm_second_place **places, struct kbm_error *error)
{
	if (readings->count > KBM_SECOND_MAX_PLACES)
		return kbm_fail(error, KBM_LIMIT, "more than %u places are to be read again",
				KBM_SECOND_MAX_PLACES);
	struct kbm_second_place *made = calloc(readings->count + 1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the second reading");
	for (size_t i = 0; i < readings->count; i++) {
		const struct kbm_place *place = readings->items[i].place;
		made[i] = (struct kbm_second_place){
		    .hive = place->hive,
		    .physical = place->physical,
		    .name = (const uint8_t *)place->name,
		    .name_length = place->name_length,
		};
	}
	*places = made;
	return KBM_OK;
}

static enum kbm_code read_again(struct kbm_broker *broker, const struct kbm_target *target,
				struct kbm_second_readings *readings, struct kbm_error *error)
{
	struct kbm_registry_sources sources = {0};
	struct kbm_second_place *places = NULL;
	enum kbm_code code = kbm_broker_gather(target, &sources, error);
	if (code == KBM_OK)
		code = list_places(readings, &places, error);
	if (code != KBM_OK)
		return code;
	struct kbm_child child = {0};
	const struct kbm_start_second start = {sources.described, sources.count, places,
					       readings->count};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_SECOND_READ, sources.descriptors, sources.descriptor_count, -1},
	    .start = &start,
	    .child = &child,
	    .readings = readings,
	};
	code = kbm_exchange_run(&exchange, error);
	free(places);
	return code;
}

enum kbm_code kbm_broker_second_read(struct kbm_broker *broker, const struct kbm_target *target,
				     struct kbm_second_readings *readings)
{
	struct kbm_error error = {0};
	enum kbm_code code = read_again(broker, target, readings, &error);
	/* What was answered before a child ended counts. */
	for (size_t i = 0; i < readings->count && code != KBM_OK; i++) {
		struct kbm_second_reading *reading = &readings->items[i];
		if (reading->outcome == KBM_SECOND_SILENT && reading->error.code == KBM_OK)
			reading->error = error;
	}
	return code;
}
