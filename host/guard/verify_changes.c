/* Whether one hive is another with planned changes, all of them and nothing else. */
#include "guard/verify_changes.h"

#include "base/text.h"
#include "guard/hive_state.h"
#include "source/hive_compare.h"
#include "source/registry_path.h"

#include <string.h>

struct plan {
	const struct kbm_change *changes;
	size_t count;
};

/* --- differences that are planned --------------------------------------------------------------
 */

static bool is_at(const char *path, const char *other)
{
	const char *rest = kbm_path_below(path, other);
	return rest != NULL && *rest == '\0';
}

static bool is_value_change(const struct kbm_change *change, enum kbm_change_op op,
			    const struct kbm_difference *difference, const struct kbm_value *value)
{
	const struct kbm_place *place = &change->place;
	return change->op == op && is_at(difference->path, place->physical) &&
	       kbm_text_compare_names(place->name, place->name_length, value->name,
				      value->name_length) == 0;
}

static bool is_spelled(const struct kbm_change *change, const struct kbm_value *value)
{
	const struct kbm_place *place = &change->place;
	return place->name_length == value->name_length &&
	       memcmp(place->name, value->name, value->name_length) == 0;
}

static bool is_after(const struct kbm_state *after, const struct kbm_value *value)
{
	if (!after->present || after->type != value->type || after->value_count > 1)
		return false;
	size_t length = after->value_count == 0 ? 0 : after->values[0].length;
	return length == value->length &&
	       (length == 0 || memcmp(after->values[0].data, value->data, length) == 0);
}

/* A key is made, or it lies on the way to what is. */
static bool makes_key(const struct kbm_change *change, const char *path)
{
	return (change->op == KBM_CREATE_KEY || change->op == KBM_SET_VALUE) &&
	       kbm_path_below(change->place.physical, path) != NULL;
}

static bool is_planned_by(const struct kbm_change *change, const struct kbm_difference *difference)
{
	switch (difference->kind) {
	case KBM_DIFFERENCE_KEY_ADDED:
		return difference->is_plain && makes_key(change, difference->path);
	case KBM_DIFFERENCE_KEY_REMOVED:
		return change->op == KBM_DELETE_KEY &&
		       is_at(difference->path, change->place.physical);
	case KBM_DIFFERENCE_VALUE_ADDED:
	case KBM_DIFFERENCE_VALUE_CHANGED:
		return is_value_change(change, KBM_SET_VALUE, difference, difference->after) &&
		       (difference->before != NULL || is_spelled(change, difference->after)) &&
		       is_after(&change->after, difference->after);
	case KBM_DIFFERENCE_VALUE_REMOVED:
		return is_value_change(change, KBM_DELETE_VALUE, difference, difference->before);
	case KBM_DIFFERENCE_KEY_NAME:
	case KBM_DIFFERENCE_FLAGS:
	case KBM_DIFFERENCE_CLASS:
	case KBM_DIFFERENCE_DESCRIPTOR:
	case KBM_DIFFERENCE_WRITTEN:
	case KBM_DIFFERENCE_VALUE_NAME:
		return false;
	}
	return false;
}

static bool is_planned(const struct plan *plan, const struct kbm_difference *difference)
{
	/* A plan has no words for what a path cannot name. */
	if (difference->is_ambiguous)
		return false;
	if (difference->kind == KBM_DIFFERENCE_WRITTEN)
		return difference->contents_differ;
	for (size_t i = 0; i < plan->count; i++)
		if (is_planned_by(&plan->changes[i], difference))
			return true;
	return false;
}

/* --- what is said of others --------------------------------------------------------------------
 */

static const char *const texts[] = {
    [KBM_DIFFERENCE_KEY_ADDED] = "the key was added",
    [KBM_DIFFERENCE_KEY_REMOVED] = "the key was removed",
    [KBM_DIFFERENCE_KEY_NAME] = "the key's name is spelled otherwise",
    [KBM_DIFFERENCE_FLAGS] = "the key's flags differ",
    [KBM_DIFFERENCE_CLASS] = "the key's class differs",
    [KBM_DIFFERENCE_DESCRIPTOR] = "the key's security descriptor differs",
    [KBM_DIFFERENCE_WRITTEN] = "the key's time of last change differs",
    [KBM_DIFFERENCE_VALUE_ADDED] = "was added",
    [KBM_DIFFERENCE_VALUE_REMOVED] = "was removed",
    [KBM_DIFFERENCE_VALUE_CHANGED] = "differs",
    [KBM_DIFFERENCE_VALUE_NAME] = "is spelled otherwise",
};

/* Of a long path the end says more. */
static const char *shown(const char *path)
{
	enum { SHOWN = 100 };
	size_t length = strlen(path);
	const char *at = length > SHOWN ? path + (length - SHOWN) : path;
	while (((unsigned char)*at & 0xC0) == 0x80) /* in the middle of a character */
		at++;
	return *at == '\0' ? "(root)" : at;
}

static enum kbm_code refuse(const struct kbm_difference *difference, struct kbm_error *error)
{
	const struct kbm_value *value =
	    difference->after != NULL ? difference->after : difference->before;
	if (value == NULL)
		return kbm_fail(error, KBM_REFUSED, "%s, which no change plans: %s",
				difference->kind == KBM_DIFFERENCE_KEY_ADDED &&
					!difference->is_plain
				    ? "a key was added with a security descriptor, a class or "
				      "flags of its own"
				    : texts[difference->kind],
				shown(difference->path));
	return kbm_fail(error, KBM_REFUSED, "the value '%.60s' %s, which no change plans: %s",
			value->name_length == 0 ? "@" : value->name, texts[difference->kind],
			shown(difference->path));
}

static enum kbm_code judge(void *context, const struct kbm_difference *difference,
			   struct kbm_error *error)
{
	return is_planned(context, difference) ? KBM_OK : refuse(difference, error);
}

/* --- changes that have to be there -------------------------------------------------------------
 */

static enum kbm_code is_realized(const struct kbm_hive *hive, const struct kbm_change *change,
				 bool *holds, struct kbm_error *error)
{
	struct kbm_state now = {0};
	bool removes = change->op == KBM_DELETE_KEY || change->op == KBM_DELETE_VALUE;
	enum kbm_code code = kbm_hive_state_read(hive, &change->place, &now, error);
	if (code == KBM_OK)
		*holds = now.present != removes &&
			 (change->op != KBM_SET_VALUE || kbm_state_equal(&now, &change->after));
	kbm_state_clear(&now);
	return code;
}

static enum kbm_code require(const struct kbm_hive *hive, const struct kbm_change *change,
			     size_t number, struct kbm_error *error)
{
	bool holds = false;
	if (change->op == KBM_MANUAL)
		return KBM_OK;
	enum kbm_code code = is_realized(hive, change, &holds, error);
	if (code == KBM_OK && !holds)
		return kbm_fail(error, KBM_REFUSED, "change %zu (%s) is not there: %s%s%.60s",
				number, kbm_change_op_name(change->op),
				shown(change->place.physical),
				change->place.name == NULL ? "" : " : ",
				change->place.name == NULL	 ? ""
				: change->place.name_length == 0 ? "@"
								 : change->place.name);
	return code;
}

enum kbm_code kbm_verify_changes(const struct kbm_hive *before, const struct kbm_hive *after,
				 const struct kbm_change *changes, size_t change_count,
				 struct kbm_error *error)
{
	struct plan plan = {changes, change_count};
	for (size_t i = 0; i < change_count; i++)
		if (changes[i].op != KBM_MANUAL &&
		    kbm_hive_state_check_change(&changes[i], NULL) != KBM_OK)
			return kbm_fail(error, KBM_USAGE, "change %zu is none of a hive", i + 1);
	enum kbm_code code = kbm_hive_compare(before, after, judge, &plan, error);
	for (size_t i = 0; code == KBM_OK && i < change_count; i++)
		code = require(after, &changes[i], i + 1, error);
	return code;
}
