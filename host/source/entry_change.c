/* The change of one directory entry: whether it makes sense, its difference, its assertion. */
#include "source/entry_change.h"

#include "base/limits.h"
#include "source/dn.h"
#include "source/filter.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

static void clear_values(struct kbm_blob *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(values[i].data);
	free(values);
}

void kbm_entry_change_clear(struct kbm_entry_change *change)
{
	for (size_t i = 0; i < change->count; i++) {
		struct kbm_attribute_change *item = &change->items[i];
		free(item->name);
		clear_values(item->before, item->before_count);
		clear_values(item->after, item->after_count);
	}
	free(change->items);
	free(change->dn);
	*change = (struct kbm_entry_change){0};
}

/* --- the difference -------------------------------------------------------------------------- */

static int compare_values(const void *left, const void *right)
{
	const struct kbm_blob *a = left;
	const struct kbm_blob *b = right;
	size_t common = a->length < b->length ? a->length : b->length;
	int order = common == 0 ? 0 : memcmp(a->data, b->data, common);
	if (order != 0)
		return order;
	return a->length < b->length ? -1 : a->length > b->length;
}

/* A sorted list, the caller's to free, of values that are not copied; NULL: no memory. */
static struct kbm_blob *sort_values(const struct kbm_blob *values, size_t count)
{
	struct kbm_blob *sorted = calloc(count + 1, sizeof *sorted);
	if (sorted == NULL || count == 0)
		return sorted;
	memcpy(sorted, values, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare_values);
	return sorted;
}

/* Leaves in each of the two sorted lists what the other does not hold. */
static void drop_common(struct kbm_value_difference *lists)
{
	size_t removed = 0;
	size_t added = 0;
	size_t before = 0;
	size_t after = 0;
	while (before < lists->removed_count || after < lists->added_count) {
		int order;
		if (before == lists->removed_count)
			order = 1;
		else if (after == lists->added_count)
			order = -1;
		else
			order = compare_values(&lists->removed[before], &lists->added[after]);
		if (order < 0)
			lists->removed[removed++] = lists->removed[before];
		else if (order > 0)
			lists->added[added++] = lists->added[after];
		before += order <= 0;
		after += order >= 0;
	}
	lists->removed_count = removed;
	lists->added_count = added;
}

enum kbm_code kbm_attribute_change_compare(const struct kbm_attribute_change *change,
					   struct kbm_value_difference *difference,
					   struct kbm_error *error)
{
	difference->removed = sort_values(change->before, change->before_count);
	difference->added = sort_values(change->after, change->after_count);
	if (difference->removed == NULL || difference->added == NULL) {
		kbm_value_difference_clear(difference);
		return kbm_fail(error, KBM_MEMORY, "no memory for a change");
	}
	difference->removed_count = change->before_count;
	difference->added_count = change->after_count;
	drop_common(difference);
	return KBM_OK;
}

void kbm_value_difference_clear(struct kbm_value_difference *difference)
{
	free(difference->removed);
	free(difference->added);
	*difference = (struct kbm_value_difference){0};
}

/* --- whether it makes sense ------------------------------------------------------------------ */

static enum kbm_code check_dn(const char *text, struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_dn_parse(text, strlen(text), KBM_DN_LDAP, &dn, &reason);
	if (code == KBM_OK && dn->rdn_count == 0)
		code = kbm_fail(&reason, KBM_INVALID, "it is empty");
	kbm_dn_free(dn);
	return code == KBM_OK
		   ? code
		   : kbm_fail(error, KBM_INVALID, "the entry '%.80s': %s", text, reason.message);
}

static enum kbm_code check_values(const char *name, const struct kbm_blob *values, size_t count,
				  struct kbm_error *error)
{
	for (size_t i = 0; i < count; i++)
		if (values[i].length > KBM_PLAN_MAX_VALUE_BYTES)
			return kbm_fail(error, KBM_LIMIT,
					"'%.60s': a value of %zu bytes, at most %lu", name,
					values[i].length, KBM_PLAN_MAX_VALUE_BYTES);
	struct kbm_blob *sorted = sort_values(values, count);
	if (sorted == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a change");
	bool is_twice = false;
	for (size_t i = 1; i < count && !is_twice; i++)
		is_twice = compare_values(&sorted[i - 1], &sorted[i]) == 0;
	free(sorted);
	return is_twice ? kbm_fail(error, KBM_INVALID, "'%.60s' has a value twice", name) : KBM_OK;
}

static enum kbm_code check_item(const struct kbm_attribute_change *item, struct kbm_error *error)
{
	struct kbm_value_difference difference = {0};
	/* The signs that only parts of lists have would end the name in a filter. */
	if (!kbm_attribute_name_is_valid(item->name, strlen(item->name)) ||
	    strpbrk(item->name, "=*") != NULL)
		return kbm_fail(error, KBM_INVALID, "'%.60s' is not the name of an attribute",
				item->name);
	enum kbm_code code = check_values(item->name, item->before, item->before_count, error);
	if (code == KBM_OK)
		code = check_values(item->name, item->after, item->after_count, error);
	if (code == KBM_OK)
		code = kbm_attribute_change_compare(item, &difference, error);
	if (code == KBM_OK && difference.removed_count + difference.added_count == 0)
		code = kbm_fail(error, KBM_INVALID, "'%.60s' is not changed by its change",
				item->name);
	kbm_value_difference_clear(&difference);
	return code;
}

enum kbm_code kbm_entry_change_check(const struct kbm_entry_change *change, struct kbm_error *error)
{
	if (change->count == 0)
		return kbm_fail(error, KBM_INVALID, "a change of no attribute");
	if (change->count > KBM_PLAN_MAX_CHANGES)
		return kbm_fail(error, KBM_LIMIT, "%zu attributes are to be changed, at most %u",
				change->count, KBM_PLAN_MAX_CHANGES);
	enum kbm_code code = check_dn(change->dn, error);
	for (size_t i = 0; code == KBM_OK && i < change->count; i++) {
		const struct kbm_attribute_query query = kbm_attribute_query(change->items[i].name);
		code = check_item(&change->items[i], error);
		for (size_t j = 0; code == KBM_OK && j < i; j++)
			if (kbm_attribute_is_same(&query, change->items[j].name))
				code =
				    kbm_fail(error, KBM_INVALID, "'%.60s' is to be changed twice",
					     change->items[i].name);
	}
	return code;
}

/* --- the assertion --------------------------------------------------------------------------- */

bool kbm_attribute_change_assertion(const struct kbm_attribute_change *change,
				    struct kbm_bytes *filter)
{
	if (change->before_count == 0)
		return kbm_bytes_printf(filter, "(!(%s=*))", change->name);
	bool is_list = change->before_count > 1;
	if (is_list)
		kbm_bytes_append_text(filter, "(&");
	for (size_t i = 0; i < change->before_count && !filter->failed; i++) {
		const struct kbm_blob *value = &change->before[i];
		kbm_bytes_printf(filter, "(%s=", change->name);
		kbm_filter_escape((const char *)value->data, value->length, filter);
		kbm_bytes_append_byte(filter, ')');
	}
	if (is_list)
		kbm_bytes_append_byte(filter, ')');
	return !filter->failed;
}
