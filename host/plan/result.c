/* What a script's run says: findings, changes and reads, gathered within the limits. */
#include "plan/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static bool copy_text(const char *from, char **to)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

/* --- findings -------------------------------------------------------------------------------- */

void kbm_finding_clear(struct kbm_finding *finding)
{
	free(finding->id);
	free(finding->message);
	kbm_place_free(&finding->place);
	free(finding->found);
	free(finding->expected);
	free(finding->because);
	memset(finding, 0, sizeof *finding);
}

bool kbm_finding_copy(const struct kbm_finding *from, struct kbm_finding *to)
{
	struct kbm_finding copy = {.has_changes = from->has_changes};
	if (!copy_text(from->id, &copy.id) || !copy_text(from->message, &copy.message) ||
	    !kbm_place_copy(&from->place, &copy.place) || !copy_text(from->found, &copy.found) ||
	    !copy_text(from->expected, &copy.expected) ||
	    !copy_text(from->because, &copy.because)) {
		kbm_finding_clear(&copy);
		return false;
	}
	*to = copy;
	return true;
}

/* --- observations ----------------------------------------------------------------------------- */

void kbm_observation_clear(struct kbm_observation *observation)
{
	free(observation->what);
	kbm_place_free(&observation->place);
	free(observation->found);
	free(observation->expected);
	free(observation->difference);
	free(observation->kb);
	memset(observation, 0, sizeof *observation);
}

/* --- results --------------------------------------------------------------------------------- */

void kbm_result_clear(struct kbm_result *result)
{
	free(result->script);
	free(result->reason);
	free(result->place_in_script);
	for (size_t i = 0; i < result->finding_count; i++)
		kbm_finding_clear(&result->findings[i]);
	free(result->findings);
	for (size_t i = 0; i < result->observation_count; i++)
		kbm_observation_clear(&result->observations[i]);
	free(result->observations);
	for (size_t i = 0; i < result->change_count; i++)
		kbm_change_clear(&result->changes[i]);
	free(result->changes);
	for (size_t i = 0; i < result->read_count; i++)
		kbm_precondition_clear(&result->reads[i]);
	free(result->reads);
	free(result->read_slots);
	free(result->output);
	memset(result, 0, sizeof *result);
}

/* One more at a time: there are not many. */
static void *grow(void *items, size_t count, size_t size)
{
	return reallocarray(items, count + 1, size);
}

bool kbm_result_add_finding(struct kbm_result *result, struct kbm_finding *finding)
{
	if (result->finding_count >= KBM_SCRIPT_MAX_FINDINGS)
		return false;
	struct kbm_finding *items = grow(result->findings, result->finding_count, sizeof *items);
	if (items == NULL)
		return false;
	result->findings = items;
	items[result->finding_count++] = *finding;
	memset(finding, 0, sizeof *finding);
	return true;
}

bool kbm_result_add_observation(struct kbm_result *result, struct kbm_observation *observation)
{
	if (result->observation_count >= KBM_SCRIPT_MAX_OBSERVED)
		return false;
	struct kbm_observation *items =
	    grow(result->observations, result->observation_count, sizeof *items);
	if (items == NULL)
		return false;
	result->observations = items;
	items[result->observation_count++] = *observation;
	memset(observation, 0, sizeof *observation);
	return true;
}

bool kbm_result_add_change(struct kbm_result *result, struct kbm_change *change)
{
	if (result->change_count >= KBM_PLAN_MAX_CHANGES)
		return false;
	struct kbm_change *items = grow(result->changes, result->change_count, sizeof *items);
	if (items == NULL)
		return false;
	result->changes = items;
	items[result->change_count++] = *change;
	memset(change, 0, sizeof *change);
	return true;
}

/* The slot of an equal read, or the free one where it would stand; there is always a free one. */
static uint32_t *find_slot(const struct kbm_result *result, const struct kbm_precondition *read)
{
	for (size_t i = read->mark;; i++) {
		uint32_t *slot = &result->read_slots[i & (result->read_slot_count - 1)];
		const struct kbm_precondition *there =
		    *slot == 0 ? NULL : &result->reads[*slot - 1];
		if (there == NULL ||
		    (there->mark == read->mark && kbm_precondition_same(there, read)))
			return slot;
	}
}

/* Room for one read more; of the slots a half at most is in use. */
static bool make_room(struct kbm_result *result)
{
	if (result->read_count < result->read_capacity)
		return true;
	size_t capacity = result->read_capacity == 0 ? 8 : 2 * result->read_capacity;
	struct kbm_precondition *items = reallocarray(result->reads, capacity, sizeof *items);
	if (items == NULL)
		return false;
	result->reads = items;
	uint32_t *slots = calloc(2 * capacity, sizeof *slots);
	if (slots == NULL)
		return false;
	free(result->read_slots);
	result->read_slots = slots;
	result->read_slot_count = 2 * capacity;
	result->read_capacity = capacity;
	for (size_t i = 0; i < result->read_count; i++)
		*find_slot(result, &items[i]) = (uint32_t)(i + 1);
	return true;
}

bool kbm_result_add_read(struct kbm_result *result, struct kbm_precondition *read)
{
	read->mark = kbm_precondition_mark(read);
	if (result->read_count > 0 && *find_slot(result, read) != 0) {
		kbm_precondition_clear(read);
		return true;
	}
	if (result->read_count >= KBM_PLAN_MAX_READS || !make_room(result))
		return false;
	uint32_t *slot = find_slot(result, read);
	result->reads[result->read_count++] = *read;
	*slot = (uint32_t)result->read_count;
	memset(read, 0, sizeof *read);
	return true;
}

void kbm_result_take_reads(struct kbm_result *result, struct kbm_precondition **reads,
			   size_t *count)
{
	*reads = result->reads;
	*count = result->read_count;
	free(result->read_slots);
	result->reads = NULL;
	result->read_slots = NULL;
	result->read_count = 0;
	result->read_capacity = 0;
	result->read_slot_count = 0;
}

/* --- words ----------------------------------------------------------------------------------- */

static const char *const verdict_names[] = {"pass",  "fail",	      "unknown",
					    "error", "notapplicable", "fixed"};

const char *kbm_verdict_name(enum kbm_verdict verdict)
{
	return verdict_names[verdict];
}

bool kbm_verdict_parse(const char *name, enum kbm_verdict *verdict)
{
	for (size_t i = 0; i < sizeof verdict_names / sizeof verdict_names[0]; i++) {
		if (strcmp(verdict_names[i], name) == 0) {
			*verdict = (enum kbm_verdict)i;
			return true;
		}
	}
	return false;
}
