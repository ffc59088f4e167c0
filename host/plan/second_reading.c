/* What an independent second reader makes of the registry places that a plan rests on. */
#include "plan/second_reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum { SHOWN_BYTES = 200 }; /* of one reading's data */

static void append(struct kbm_second_readings *readings, const struct kbm_place *place,
		   const struct kbm_state *first)
{
	if (kbm_place_is_registry(place))
		readings->items[readings->count++] =
		    (struct kbm_second_reading){.place = place, .first = first};
}

static bool make_room(struct kbm_second_readings *readings, size_t more)
{
	struct kbm_second_reading *grown =
	    realloc(readings->items, (readings->count + more + 1) * sizeof *readings->items);
	if (grown != NULL)
		readings->items = grown;
	return grown != NULL;
}

bool kbm_second_readings_add_after(struct kbm_second_readings *readings,
				   const struct kbm_change *changes, size_t count)
{
	if (!make_room(readings, count))
		return false;
	for (size_t i = 0; i < count; i++)
		append(readings, &changes[i].place, &changes[i].after);
	return true;
}

bool kbm_second_readings_add(struct kbm_second_readings *readings, const struct kbm_plan *plan)
{
	if (!make_room(readings, plan->precondition_count + plan->change_count))
		return false;
	for (size_t i = 0; i < plan->precondition_count; i++)
		append(readings, &plan->preconditions[i].place, &plan->preconditions[i].state);
	for (size_t i = 0; i < plan->change_count; i++)
		append(readings, &plan->changes[i].place, &plan->changes[i].before);
	return true;
}

bool kbm_second_readings_restart(struct kbm_second_readings *readings)
{
	bool lacks = false;
	for (size_t i = 0; i < readings->count; i++)
		lacks = lacks || readings->items[i].outcome == KBM_SECOND_SILENT;
	for (size_t i = 0; lacks && i < readings->count; i++) {
		struct kbm_second_reading *reading = &readings->items[i];
		kbm_state_clear(&reading->second);
		*reading =
		    (struct kbm_second_reading){.place = reading->place, .first = reading->first};
	}
	return lacks;
}

void kbm_second_readings_clear(struct kbm_second_readings *readings)
{
	for (size_t i = 0; i < readings->count; i++)
		kbm_state_clear(&readings->items[i].second);
	free(readings->items);
	*readings = (struct kbm_second_readings){0};
}

void kbm_second_reading_judge(struct kbm_second_reading *reading, struct kbm_state *second)
{
	bool agrees = reading->place->kind == KBM_PLACE_KEY
			  ? reading->first->present == second->present
			  : kbm_state_equal(reading->first, second);
	reading->outcome = agrees ? KBM_SECOND_AGREES : KBM_SECOND_DIFFERS;
	kbm_state_clear(&reading->second);
	if (agrees) {
		kbm_state_clear(second);
		return;
	}
	reading->second = *second;
	*second = (struct kbm_state){0};
}

/* REG_SZ "text", absent, or present for a key. */
static void append_reading(struct kbm_bytes *out, const struct kbm_place *place,
			   const struct kbm_state *state)
{
	char type[32];
	struct kbm_bytes text;
	if (!state->present || place->kind == KBM_PLACE_KEY || state->value_count != 1) {
		kbm_bytes_append_text(out, state->present ? "as present" : "as absent");
		return;
	}
	const struct kbm_blob *data = &state->values[0];
	kbm_bytes_init(&text, 8 * KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_printf(out, "as %s ", kbm_value_type_name(state->type, type));
	if (kbm_value_text(state->type, data->data, data->length, &text)) {
		size_t shown =
		    kbm_text_whole_characters(kbm_bytes_text(&text), text.length, SHOWN_BYTES);
		kbm_bytes_append(out, kbm_bytes_text(&text), shown);
		if (shown < text.length)
			kbm_bytes_printf(out, "... (%zu bytes in all)", data->length);
	}
	kbm_bytes_clear(&text);
}

char *kbm_second_reading_reason(const struct kbm_second_reading *reading)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_TEXT_MAX_BYTES);
	kbm_place_text(reading->place, &out);
	if (reading->outcome == KBM_SECOND_SILENT)
		kbm_bytes_printf(&out,
				 " could not be confirmed by the second reader, libregf (%s); "
				 "kbmend reads it ",
				 reading->error.code == KBM_OK ? "no answer"
							       : reading->error.message);
	else
		kbm_bytes_append_text(&out,
				      ": the two readers of hives disagree; kbmend reads it ");
	append_reading(&out, reading->place, reading->first);
	if (reading->outcome == KBM_SECOND_DIFFERS) {
		kbm_bytes_append_text(&out, ", libregf ");
		append_reading(&out, reading->place, &reading->second);
	}
	return kbm_bytes_take(&out, NULL);
}
