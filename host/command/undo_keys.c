/* Which of the keys that an apply created an undo may delete. */
#include "command/undo_keys.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* One key that is listed. */
struct listing {
	const struct kbm_plan *plan;
	const bool *goes;
	const char *hive;
	const char *physical; /* of the key, `length` bytes of it */
	size_t length;
	size_t others; /* what is there that the plan did not make, or that stays */
};

/* --- what a listed key holds --------------------------------------------------------------------
 */

/* Whether a place is that key, or, with a name, its subkey of that name. */
static bool is_place(const struct listing *listing, const struct kbm_place *place, const char *name,
		     size_t name_length)
{
	size_t length = listing->length;
	if (place->hive == NULL || !kbm_text_equals_ascii_case(place->hive, listing->hive) ||
	    strlen(place->physical) < length ||
	    kbm_text_compare_names(place->physical, length, listing->physical, length) != 0)
		return false;
	const char *rest = place->physical + length;
	if (name == NULL)
		return *rest == '\0';
	if (length > 0 && *rest++ != '\\')
		return false;
	return kbm_text_compare_names(rest, strlen(rest), name, name_length) == 0;
}

static bool is_made_key(const struct listing *listing, const struct kbm_key *key)
{
	for (size_t i = 0; i < listing->plan->change_count; i++)
		if (listing->goes[i] && is_place(listing, &listing->plan->changes[i].place,
						 key->name, key->name_length))
			return true;
	return false;
}

static bool is_after(const struct kbm_state *after, const struct kbm_value *value)
{
	return after->present && after->value_count == 1 && after->type == value->type &&
	       after->values[0].length == value->length &&
	       (value->length == 0 ||
		memcmp(after->values[0].data, value->data, value->length) == 0);
}

static bool is_made_value(const struct listing *listing, const struct kbm_value *value)
{
	for (size_t i = 0; i < listing->plan->change_count; i++) {
		const struct kbm_change *change = &listing->plan->changes[i];
		if (change->op == KBM_SET_VALUE && is_place(listing, &change->place, NULL, 0) &&
		    kbm_text_compare_names(change->place.name, change->place.name_length,
					   value->name, value->name_length) == 0)
			return is_after(&change->after, value);
	}
	return false;
}

static enum kbm_code count_row(void *context, const struct kbm_registry_row *row,
			       struct kbm_error *error)
{
	struct listing *listing = context;
	(void)error;
	bool made = row->row_kind == KBM_ROW_KEY ? is_made_key(listing, &row->key)
						 : is_made_value(listing, &row->value);
	listing->others += !made;
	return KBM_OK;
}

/* --- looking ------------------------------------------------------------------------------------
 */

struct look {
	struct kbm_broker *broker;
	const struct kbm_target *target;
	const struct kbm_plan *plan;
	bool *goes;
};

/* What is in the key that the first `length` bytes of the change's path name, beside what goes. */
static enum kbm_code list(const struct look *look, const struct kbm_change *change, size_t length,
			  size_t *others)
{
	const struct kbm_source *source = kbm_target_source_of(look->target, change);
	struct listing listing = {.plan = look->plan,
				  .goes = look->goes,
				  .hive = change->place.hive,
				  .physical = change->place.physical,
				  .length = length};
	char *path = strndup(change->place.physical, length);
	struct kbm_error ignored;
	if (source == NULL || source->kind != KBM_SOURCE_HIVE || path == NULL) {
		free(path);
		return KBM_UNREADABLE;
	}
	const struct kbm_registry_query query = {.kind = KBM_QUERY_LS, .path = path};
	enum kbm_code code = kbm_broker_registry(look->broker, source, look->target->selection,
						 &query, count_row, &listing, &ignored);
	free(path);
	*others = listing.others;
	return code;
}

static bool is_exact(const struct look *look, const struct kbm_change *change)
{
	size_t others = 0;
	return list(look, change, strlen(change->place.physical), &others) == KBM_OK && others == 0;
}

static size_t parent_length(const char *physical)
{
	const char *last = strrchr(physical, '\\');
	return last == NULL ? 0 : (size_t)(last - physical);
}

/* Whether the plan itself created the key above, so that it does not have to be guessed. */
static bool has_made_parent(const struct look *look, const struct kbm_change *change)
{
	const struct listing parent = {.hive = change->place.hive,
				       .physical = change->place.physical,
				       .length = parent_length(change->place.physical)};
	for (size_t i = 0; i < look->plan->change_count; i++)
		if (look->plan->changes[i].op == KBM_CREATE_KEY &&
		    is_place(&parent, &look->plan->changes[i].place, NULL, 0))
			return true;
	return false;
}

static bool leaves_something(const struct look *look, const struct kbm_change *change)
{
	size_t others = 0;
	return has_made_parent(look, change) ||
	       (list(look, change, parent_length(change->place.physical), &others) == KBM_OK &&
		others > 0);
}

/* --- in their order -----------------------------------------------------------------------------
 */

/* A change that created a key. */
struct made_key {
	size_t length; /* of its path */
	size_t index;  /* of the change */
};

static int compare_lengths(const void *left, const void *right)
{
	size_t a = ((const struct made_key *)left)->length;
	size_t b = ((const struct made_key *)right)->length;
	return a < b ? 1 : a > b ? -1 : 0;
}

/* The longest paths first: what is below comes before. NULL without memory. */
static struct made_key *sort_keys(const struct kbm_plan *plan, size_t *count)
{
	struct made_key *keys = calloc(plan->change_count + 1, sizeof *keys);
	*count = 0;
	for (size_t i = 0; keys != NULL && i < plan->change_count; i++)
		if (plan->changes[i].op == KBM_CREATE_KEY)
			keys[(*count)++] =
			    (struct made_key){strlen(plan->changes[i].place.physical), i};
	if (keys != NULL)
		qsort(keys, *count, sizeof *keys, compare_lengths);
	return keys;
}

void kbm_undo_find_keys(struct kbm_broker *broker, const struct kbm_target *target,
			const struct kbm_plan *plan,
			bool (*restored)(const void *context, const char *hive),
			const void *context, bool *goes)
{
	const struct look look = {broker, target, plan, goes};
	size_t count = 0;
	struct made_key *keys = sort_keys(plan, &count);
	for (size_t i = 0; i < count; i++) {
		const struct kbm_change *change = &plan->changes[keys[i].index];
		goes[keys[i].index] =
		    restored(context, change->place.hive) || is_exact(&look, change);
	}
	for (size_t i = count; i-- > 0;) {
		const struct kbm_change *change = &plan->changes[keys[i].index];
		if (goes[keys[i].index] && !restored(context, change->place.hive))
			goes[keys[i].index] = leaves_something(&look, change);
	}
	free(keys);
}
