/* Whether the places that a plan changes still hold what it says they hold. */
#include "command/before.h"

#include "apply/attribute_state.h"

#include <stdlib.h>

static struct kbm_precondition read_of(const struct kbm_place *place, const struct kbm_state *state)
{
	enum kbm_read_kind kind = place->kind == KBM_PLACE_VALUE ? KBM_READ_VALUE : KBM_READ_KEY;
	return (struct kbm_precondition){.kind = kind, .place = *place, .state = *state};
}

static void add_stale(struct kbm_before *before, struct kbm_precondition then,
		      struct kbm_precondition now)
{
	size_t at = before->stale.count++;
	before->then[at] = then;
	before->now[at] = now;
	before->stale.items[at] = (struct kbm_stale_read){&before->then[at], &before->now[at]};
}

/* The search that shows an attribute's values: then 0, now 1. */
static struct kbm_precondition show_attribute(struct kbm_moved_attribute *moved, int which,
					      const struct kbm_place *place,
					      const struct kbm_state *state)
{
	static char filter[] = "(objectClass=*)";
	moved->attributes[which] =
	    (struct kbm_attribute){place->name, state->values, state->value_count};
	moved->entries[which] = (struct kbm_entry){place->path, &moved->attributes[which],
						   state->value_count > 0 ? 1 : 0};
	return (struct kbm_precondition){.kind = KBM_READ_SEARCH,
					 .base = place->path,
					 .scope = KBM_SCOPE_BASE,
					 .filter = filter,
					 .attributes = {&moved->name, 1},
					 .base_exists = true,
					 .entries = {&moved->entries[which], 1}};
}

static void look_at_attribute(struct kbm_broker *broker, const struct kbm_target *target,
			      const struct kbm_change *change, struct kbm_before *before)
{
	struct kbm_moved_attribute *moved = &before->moved[before->moved_count];
	struct kbm_error ignored;
	if (kbm_attribute_state_read(broker, target, &change->place, &moved->now, &ignored) !=
		KBM_OK ||
	    kbm_state_equal(&moved->now, &change->before)) {
		kbm_state_clear(&moved->now);
		return;
	}
	before->moved_count++;
	moved->name = change->place.name;
	add_stale(before, show_attribute(moved, 0, &change->place, &change->before),
		  show_attribute(moved, 1, &change->place, &moved->now));
}

static bool make_room(struct kbm_before *before, size_t count)
{
	before->then = calloc(count + 1, sizeof *before->then);
	before->now = calloc(count + 1, sizeof *before->now);
	before->stale.items = calloc(count + 1, sizeof *before->stale.items);
	before->readings.items = calloc(count + 1, sizeof *before->readings.items);
	before->moved = calloc(count + 1, sizeof *before->moved);
	return before->moved != NULL && before->then != NULL && before->now != NULL &&
	       before->stale.items != NULL && before->readings.items != NULL;
}

enum kbm_code kbm_before_look(struct kbm_broker *broker, const struct kbm_target *target,
			      const struct kbm_plan *plan, const struct kbm_proof *proof,
			      struct kbm_before *before, struct kbm_error *error)
{
	if (!make_room(before, plan->change_count))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	struct kbm_second_readings *readings = &before->readings;
	const struct kbm_result *results = proof == NULL ? NULL : proof->results;
	size_t result_count = results == NULL ? 0 : proof->plan->script_count;
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *change = &plan->changes[i];
		if (change->op == KBM_MODIFY_ENTRY && proof == NULL)
			look_at_attribute(broker, target, change, before);
		if (change->op == KBM_MANUAL || !kbm_place_is_registry(&change->place))
			continue;
		const struct kbm_precondition then = read_of(&change->place, &change->before);
		const struct kbm_precondition *read = kbm_find_read(&then, results, result_count);
		if (read == NULL)
			readings->items[readings->count++] = (struct kbm_second_reading){
			    .place = &change->place, .first = &change->before};
		else if (!kbm_state_equal(&read->state, &change->before))
			add_stale(before, then, read_of(&change->place, &read->state));
	}
	if (readings->count > 0)
		kbm_broker_second_read(broker, target, readings);
	for (size_t i = 0; i < readings->count; i++) {
		const struct kbm_second_reading *reading = &readings->items[i];
		if (reading->outcome == KBM_SECOND_DIFFERS)
			add_stale(before, read_of(reading->place, reading->first),
				  read_of(reading->place, &reading->second));
	}
	return KBM_OK;
}

void kbm_before_clear(struct kbm_before *before)
{
	free(before->then);
	free(before->now);
	kbm_stale_reads_clear(&before->stale);
	kbm_second_readings_clear(&before->readings);
	for (size_t i = 0; i < before->moved_count; i++)
		kbm_state_clear(&before->moved[i].now);
	free(before->moved);
	*before = (struct kbm_before){0};
}
