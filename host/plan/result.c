/* What a script's run says: findings, changes and reads, gathered within the limits. */
#include "plan/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

static bool copy_text(const char *from, char **to)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
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

/* --- reads ----------------------------------------------------------------------------------- */

void kbm_precondition_clear(struct kbm_precondition *precondition)
{
	kbm_place_free(&precondition->place);
	kbm_state_clear(&precondition->state);
	free(precondition->base);
	free(precondition->filter);
	kbm_text_list_clear(&precondition->attributes);
	kbm_entries_clear(&precondition->entries);
	free(precondition->entries_sha256);
	memset(precondition, 0, sizeof *precondition);
}

static bool copy_list(const struct kbm_text_list *from, struct kbm_text_list *to)
{
	for (size_t i = 0; i < from->count; i++)
		if (!kbm_text_list_add(to, from->items[i]))
			return false;
	return true;
}

static bool copy_entries(const struct kbm_entries *from, struct kbm_entries *to)
{
	if (from->count == 0)
		return true;
	to->items = calloc(from->count, sizeof *to->items);
	if (to->items == NULL)
		return false;
	for (; to->count < from->count; to->count++)
		if (!kbm_entry_copy(&from->items[to->count], &to->items[to->count]))
			return false;
	return true;
}

bool kbm_precondition_copy(const struct kbm_precondition *from, struct kbm_precondition *to)
{
	struct kbm_precondition copy = {.kind = from->kind,
					.scope = from->scope,
					.base_exists = from->base_exists,
					.entry_count = from->entry_count,
					.mark = from->mark};
	if (!kbm_place_copy(&from->place, &copy.place) ||
	    !kbm_state_copy(&from->state, &copy.state) || !copy_text(from->base, &copy.base) ||
	    !copy_text(from->filter, &copy.filter) ||
	    !copy_list(&from->attributes, &copy.attributes) ||
	    !copy_entries(&from->entries, &copy.entries) ||
	    !copy_text(from->entries_sha256, &copy.entries_sha256)) {
		kbm_precondition_clear(&copy);
		return false;
	}
	*to = copy;
	return true;
}

bool kbm_precondition_same(const struct kbm_precondition *left,
			   const struct kbm_precondition *right)
{
	if (left->kind != right->kind)
		return false;
	if (left->kind != KBM_READ_SEARCH)
		return kbm_place_equal(&left->place, &right->place);
	if (left->scope != right->scope || left->attributes.count != right->attributes.count ||
	    strcmp(or_empty(left->base), or_empty(right->base)) != 0 ||
	    strcmp(or_empty(left->filter), or_empty(right->filter)) != 0)
		return false;
	for (size_t i = 0; i < left->attributes.count; i++)
		if (!kbm_text_equals_ascii_case(left->attributes.items[i],
						right->attributes.items[i]))
			return false;
	return true;
}

/* FNV-1a over units as names compare them, so that equal names give equal marks. */
static uint32_t mark_text(uint32_t mark, const char *text, size_t length)
{
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t unit = kbm_text_next(text + at, length - at, &size);
		if (unit <= UINT16_MAX)
			unit = kbm_text_upcase((uint16_t)unit);
		mark = (mark ^ unit) * 16777619U;
	}
	return (mark ^ (uint32_t)'\n') * 16777619U;
}

/* Thousands of reads must not be compared one with each other in full. */
static uint32_t mark_of(const struct kbm_precondition *read)
{
	uint32_t mark = 2166136261U ^ (uint32_t)read->kind;
	if (read->kind == KBM_READ_SEARCH) {
		mark = mark_text(mark, or_empty(read->base), strlen(or_empty(read->base)));
		return mark_text(mark, or_empty(read->filter), strlen(or_empty(read->filter)));
	}
	const struct kbm_place *place = &read->place;
	const char *key = place->physical != NULL ? place->physical : or_empty(place->path);
	mark = mark_text(mark, key, strlen(key));
	return mark_text(mark, or_empty(place->name), place->name == NULL ? 0 : place->name_length);
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
	for (size_t i = 0; i < result->change_count; i++)
		kbm_change_clear(&result->changes[i]);
	free(result->changes);
	for (size_t i = 0; i < result->read_count; i++)
		kbm_precondition_clear(&result->reads[i]);
	free(result->reads);
	free(result->output);
	memset(result, 0, sizeof *result);
}

/* One more at a time: realloc() itself grows in steps, and callers may bring arrays of any size. */
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

bool kbm_result_add_read(struct kbm_result *result, struct kbm_precondition *read)
{
	read->mark = mark_of(read);
	for (size_t i = 0; i < result->read_count; i++) {
		if (result->reads[i].mark == read->mark &&
		    kbm_precondition_same(&result->reads[i], read)) {
			kbm_precondition_clear(read);
			return true;
		}
	}
	if (result->read_count >= KBM_PLAN_MAX_READS)
		return false;
	struct kbm_precondition *items = grow(result->reads, result->read_count, sizeof *items);
	if (items == NULL)
		return false;
	result->reads = items;
	items[result->read_count++] = *read;
	memset(read, 0, sizeof *read);
	return true;
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
