/* The values of a directory's secret attributes in plans and results. */
#include "plan/plan_secrets.h"

#include "base/limits.h"
#include "source/filter.h"
#include "source/secret_attributes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MASK		   "(a secret; --include-secrets shows it)"
#define SCRUBBED_MAX_BYTES (16 * KBM_TEXT_MAX_BYTES)

enum { SHOWN_ATTRIBUTE_BYTES = 64 };

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

static enum kbm_code refuse(const char *what, const char *attribute, const char *dn,
			    struct kbm_error *error)
{
	return kbm_fail(error, KBM_REFUSED,
			"%s %.60s%s of %.80s, a secret: --include-secrets writes and shows it",
			what, attribute, strlen(attribute) > 60 ? "..." : "", dn);
}

/* A filter that was let through with --include-secrets holds what it compares. */
static bool filter_tells(const struct kbm_precondition *read, char *attribute, size_t size)
{
	struct kbm_filter *filter = NULL;
	if (read->filter == NULL || kbm_filter_parse(read->filter, &filter, NULL) != KBM_OK)
		return false;
	const char *secret = kbm_filter_find_compared(filter, kbm_attribute_is_secret);
	if (secret != NULL)
		snprintf(attribute, size, "%s", secret);
	kbm_filter_free(filter);
	return secret != NULL;
}

static enum kbm_code refuse_read(const struct kbm_precondition *read, struct kbm_error *error)
{
	static const char what[] = "the plan rests on";
	char compared[SHOWN_ATTRIBUTE_BYTES];
	if (is_secret_place(&read->place) && read->state.value_count > 0)
		return refuse(what, read->place.name, read->place.path, error);
	if (filter_tells(read, compared, sizeof compared))
		return refuse(what, compared, read->base == NULL ? "" : read->base, error);
	for (size_t j = 0; j < read->entries.count; j++) {
		const struct kbm_entry *entry = &read->entries.items[j];
		for (size_t k = 0; k < entry->attribute_count; k++)
			if (is_told(&entry->attributes[k]))
				return refuse(what, entry->attributes[k].name, entry->dn, error);
	}
	return KBM_OK;
}

enum kbm_code kbm_plan_refuse_secrets(const struct kbm_plan *plan, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < plan->change_count; i++)
		if (changes_secret(&plan->changes[i]))
			return refuse("the plan sets", plan->changes[i].place.name,
				      plan->changes[i].place.path, error);
	for (size_t i = 0; code == KBM_OK && i < plan->precondition_count; i++)
		code = refuse_read(&plan->preconditions[i], error);
	return code;
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

static bool mask_text(char **text)
{
	if (*text == NULL)
		return true;
	explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = strdup(MASK);
	return *text != NULL;
}

static bool mask_reads(struct kbm_precondition *reads, size_t count)
{
	bool done = true;
	char compared[SHOWN_ATTRIBUTE_BYTES];
	for (size_t i = 0; i < count; i++) {
		struct kbm_entries *entries = &reads[i].entries;
		if (is_secret_place(&reads[i].place))
			done = mask_state(&reads[i].state) && done;
		if (filter_tells(&reads[i], compared, sizeof compared))
			done = mask_text(&reads[i].filter) && done;
		for (size_t j = 0; j < entries->count; j++)
			for (size_t k = 0; k < entries->items[j].attribute_count; k++)
				done = mask_attribute(&entries->items[j].attributes[k]) && done;
	}
	return done;
}

static enum kbm_code outcome(bool done, struct kbm_error *error)
{
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* --- what was said of them ----------------------------------------------------------------------
 */

/* Borrowed values. */
struct known {
	const struct kbm_blob *items[KBM_PLAN_MAX_KNOWN_SECRETS];
	size_t count;
};

/* Shorter ones stand in too many words that are none. */
enum { LEAST_BYTES = 4 };

static void know(struct known *known, const struct kbm_blob *values, size_t count)
{
	for (size_t i = 0; i < count && known->count < KBM_PLAN_MAX_KNOWN_SECRETS; i++)
		if (values[i].length >= LEAST_BYTES)
			known->items[known->count++] = &values[i];
}

static void know_changes(struct known *known, const struct kbm_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (changes_secret(&changes[i])) {
			know(known, changes[i].before.values, changes[i].before.value_count);
			know(known, changes[i].after.values, changes[i].after.value_count);
		}
}

static void know_reads(struct known *known, const struct kbm_precondition *reads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < reads[i].entries.count; j++)
			for (size_t k = 0; k < reads[i].entries.items[j].attribute_count; k++) {
				const struct kbm_attribute *attribute =
				    &reads[i].entries.items[j].attributes[k];
				if (is_told(attribute))
					know(known, attribute->values, attribute->value_count);
			}
}

/* Puts the mask in the place of one value, wherever a text has it. */
static bool scrub_value(char **text, const struct kbm_blob *value)
{
	struct kbm_bytes scrubbed;
	const char *rest = *text;
	const char *found = memmem(rest, strlen(rest), value->data, value->length);
	if (found == NULL)
		return true;
	kbm_bytes_init(&scrubbed, SCRUBBED_MAX_BYTES);
	for (; found != NULL; found = memmem(rest, strlen(rest), value->data, value->length)) {
		kbm_bytes_append(&scrubbed, rest, (size_t)(found - rest));
		kbm_bytes_append_text(&scrubbed, MASK);
		rest = found + value->length;
	}
	kbm_bytes_append_text(&scrubbed, rest);
	char *made = scrubbed.failed ? NULL : kbm_bytes_take(&scrubbed, NULL);
	kbm_bytes_clear(&scrubbed);
	/* What grows too long is not told at all. */
	if (made == NULL)
		return mask_text(text);
	explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = made;
	return true;
}

static bool scrub(char **text, const struct known *known)
{
	bool done = true;
	for (size_t i = 0; *text != NULL && i < known->count; i++)
		done = scrub_value(text, known->items[i]) && done;
	return done;
}

static bool scrub_changes(struct kbm_change *changes, size_t count, const struct known *known)
{
	bool done = true;
	for (size_t i = 0; i < count; i++) {
		done = scrub(&changes[i].why, known) && done;
		done = scrub(&changes[i].step, known) && done;
		done = scrub(&changes[i].text, known) && done;
	}
	return done;
}

static bool scrub_plan(struct kbm_plan *plan, const struct known *known)
{
	bool done = scrub(&plan->prediction_reason, known);
	for (size_t i = 0; i < plan->remain.count; i++)
		done = scrub(&plan->remain.items[i], known) && done;
	for (size_t i = 0; i < plan->script_count; i++)
		for (size_t j = 0; j < plan->scripts[i].params.count; j++)
			done = scrub(&plan->scripts[i].params.items[j].value, known) && done;
	return scrub_changes(plan->changes, plan->change_count, known) && done;
}

static bool scrub_result(struct kbm_result *result, const struct known *known)
{
	bool done = scrub(&result->reason, known);
	done = scrub(&result->output, known) && done;
	for (size_t i = 0; i < result->finding_count; i++) {
		struct kbm_finding *finding = &result->findings[i];
		done = scrub(&finding->message, known) && done;
		done = scrub(&finding->found, known) && done;
		done = scrub(&finding->expected, known) && done;
		done = scrub(&finding->because, known) && done;
	}
	for (size_t i = 0; i < result->observation_count; i++) {
		struct kbm_observation *observation = &result->observations[i];
		done = scrub(&observation->what, known) && done;
		done = scrub(&observation->found, known) && done;
		done = scrub(&observation->expected, known) && done;
		done = scrub(&observation->difference, known) && done;
	}
	return scrub_changes(result->changes, result->change_count, known) && done;
}

/* --- the whole ----------------------------------------------------------------------------------
 */

enum kbm_code kbm_plan_mask_secrets(struct kbm_plan *plan, struct kbm_error *error)
{
	struct known known = {.count = 0};
	know_changes(&known, plan->changes, plan->change_count);
	know_reads(&known, plan->preconditions, plan->precondition_count);
	bool done = scrub_plan(plan, &known);
	done = mask_changes(plan->changes, plan->change_count) && done;
	done = mask_reads(plan->preconditions, plan->precondition_count) && done;
	return outcome(done, error);
}

enum kbm_code kbm_result_mask_secrets(struct kbm_result *result, struct kbm_error *error)
{
	struct known known = {.count = 0};
	know_changes(&known, result->changes, result->change_count);
	know_reads(&known, result->reads, result->read_count);
	bool done = scrub_result(result, &known);
	done = mask_changes(result->changes, result->change_count) && done;
	done = mask_reads(result->reads, result->read_count) && done;
	for (size_t i = 0; i < result->finding_count; i++) {
		struct kbm_finding *finding = &result->findings[i];
		if (is_secret_place(&finding->place))
			done = mask_text(&finding->found) && mask_text(&finding->expected) && done;
	}
	for (size_t i = 0; i < result->observation_count; i++) {
		struct kbm_observation *observation = &result->observations[i];
		if (is_secret_place(&observation->place))
			done = mask_text(&observation->found) &&
			       mask_text(&observation->expected) &&
			       mask_text(&observation->difference) && done;
	}
	return outcome(done, error);
}
