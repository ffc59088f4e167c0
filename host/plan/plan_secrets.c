/* The values of a directory's secret attributes in plans and results. */
#include "plan/plan_secrets.h"

#include "source/secret_attributes.h"

#include <stdlib.h>
#include <string.h>

#define MASK "(a secret; --include-secrets shows it)"

/* --- finding --------------------------------------------------------------------------------- */

static bool is_secret_place(const struct kbm_place *place)
{
	return place->kind == KBM_PLACE_ATTRIBUTE && place->name != NULL &&
	       kbm_attribute_is_secret(place->name);
}

static bool changes_secret(const struct kbm_change *change)
{
	return is_secret_place(&change->place) &&
	       (change->before.value_count > 0 || change->after.value_count > 0);
}

static bool is_told(const struct kbm_attribute *attribute)
{
	return attribute->value_count > 0 && kbm_attribute_is_secret(attribute->name);
}

static enum kbm_code refuse(const char *attribute, const char *dn, struct kbm_error *error)
{
	return kbm_fail(error, KBM_REFUSED,
			"%.60s of %.90s is a secret in the plan; --include-secrets gives it out",
			attribute, dn);
}

enum kbm_code kbm_plan_refuse_secrets(const struct kbm_plan *plan, struct kbm_error *error)
{
	for (size_t i = 0; i < plan->change_count; i++)
		if (changes_secret(&plan->changes[i]))
			return refuse(plan->changes[i].place.name, plan->changes[i].place.path,
				      error);
	for (size_t i = 0; i < plan->precondition_count; i++) {
		const struct kbm_precondition *read = &plan->preconditions[i];
		if (is_secret_place(&read->place) && read->state.value_count > 0)
			return refuse(read->place.name, read->place.path, error);
		const struct kbm_entries *entries = &read->entries;
		for (size_t j = 0; j < entries->count; j++) {
			const struct kbm_entry *entry = &entries->items[j];
			for (size_t k = 0; k < entry->attribute_count; k++)
				if (is_told(&entry->attributes[k]))
					return refuse(entry->attributes[k].name, entry->dn, error);
		}
	}
	return KBM_OK;
}

/* --- masking --------------------------------------------------------------------------------- */

static void forget(struct kbm_blob *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		explicit_bzero(values[i].data, values[i].length);
		free(values[i].data);
	}
	free(values);
}

static bool mask_state(struct kbm_state *state)
{
	if (state->value_count == 0)
		return true;
	forget(state->values, state->value_count);
	state->values = NULL;
	state->value_count = 0;
	return kbm_state_add_value(state, MASK, strlen(MASK));
}

static bool mask_changes(struct kbm_change *changes, size_t count)
{
	bool done = true;
	for (size_t i = 0; i < count; i++)
		if (changes_secret(&changes[i]))
			done =
			    mask_state(&changes[i].before) && mask_state(&changes[i].after) && done;
	return done;
}

static bool mask_attribute(struct kbm_attribute *attribute)
{
	struct kbm_state masked = {0};
	if (!is_told(attribute))
		return true;
	forget(attribute->values, attribute->value_count);
	bool done = kbm_state_add_value(&masked, MASK, strlen(MASK));
	attribute->values = masked.values;
	attribute->value_count = masked.value_count;
	return done;
}

static bool mask_reads(struct kbm_precondition *reads, size_t count)
{
	bool done = true;
	for (size_t i = 0; i < count; i++) {
		struct kbm_entries *entries = &reads[i].entries;
		if (is_secret_place(&reads[i].place))
			done = mask_state(&reads[i].state) && done;
		for (size_t j = 0; j < entries->count; j++)
			for (size_t k = 0; k < entries->items[j].attribute_count; k++)
				done = mask_attribute(&entries->items[j].attributes[k]) && done;
	}
	return done;
}

static bool mask_text(char **text)
{
	if (*text == NULL)
		return true;
	explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = strdup(MASK);
	return *text != NULL;
}

static enum kbm_code outcome(bool done, struct kbm_error *error)
{
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

enum kbm_code kbm_plan_mask_secrets(struct kbm_plan *plan, struct kbm_error *error)
{
	bool done = mask_changes(plan->changes, plan->change_count);
	done = mask_reads(plan->preconditions, plan->precondition_count) && done;
	return outcome(done, error);
}

enum kbm_code kbm_result_mask_secrets(struct kbm_result *result, struct kbm_error *error)
{
	bool done = mask_changes(result->changes, result->change_count);
	done = mask_reads(result->reads, result->read_count) && done;
	for (size_t i = 0; i < result->finding_count; i++) {
		struct kbm_finding *finding = &result->findings[i];
		if (is_secret_place(&finding->place))
			done = mask_text(&finding->found) && mask_text(&finding->expected) && done;
	}
	return outcome(done, error);
}
