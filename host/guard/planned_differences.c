/* Whether a hive differs from what it was by a plan's changes alone. */
#include "guard/planned_differences.h"

#include "base/limits.h"
#include "base/text.h"
#include "guard/hive_state.h"
#include "source/hive_compare.h"

#include <string.h>

struct planned {
	const struct kbm_hive *old;
	const struct kbm_change *changes;
	size_t count;
};

/* --- paths --------------------------------------------------------------------------------------
 */

static bool is_path(const char *left, const char *right)
{
	return kbm_text_compare_names(left, strlen(left), right, strlen(right)) == 0;
}

/* Whether `path` is `below`, or leads there; `*rest` is what follows it. */
static bool leads_to(const char *path, const char *below, const char **rest)
{
	size_t length = strlen(path);
	*rest = below;
	if (length == 0)
		return true;
	/* Upcasing changes no number of bytes here that would matter: a component ends at '\'. */
	if (strlen(below) < length || kbm_text_compare_names(path, length, below, length) != 0 ||
	    (below[length] != '\0' && below[length] != '\\'))
		return false;
	*rest = below[length] == '\\' ? below + length + 1 : below + length;
	return true;
}

static bool is_value_change(const struct kbm_change *change)
{
	return change->place.kind == KBM_PLACE_VALUE;
}

static bool makes_keys(const struct kbm_change *change)
{
	return change->op == KBM_SET_VALUE || change->op == KBM_CREATE_KEY;
}

/* --- what each difference asks for ---------------------------------------------------------------
 */

static bool is_planned_value(const struct planned *planned,
			     const struct kbm_hive_difference *difference)
{
	const struct kbm_value *value = &difference->value;
	bool is_removed = difference->kind == KBM_VALUE_REMOVED;
	for (size_t i = 0; i < planned->count; i++) {
		const struct kbm_change *change = &planned->changes[i];
		if (!is_value_change(change) || (change->op == KBM_DELETE_VALUE) != is_removed ||
		    !is_path(change->place.physical, difference->path) ||
		    kbm_text_compare_names(change->place.name, change->place.name_length,
					   value->name, value->name_length) != 0)
			continue;
		if (is_removed)
			return true;
		const struct kbm_blob *data = &change->after.values[0];
		return change->after.type == value->type && data->length == value->length &&
		       (data->length == 0 || memcmp(data->data, value->data, data->length) == 0);
	}
	return false;
}

/* A key that is new is one that was to be made, or one that leads there. */
static bool is_planned_new_key(const struct planned *planned, const char *path)
{
	const char *rest = NULL;
	for (size_t i = 0; i < planned->count; i++)
		if (makes_keys(&planned->changes[i]) &&
		    leads_to(path, planned->changes[i].place.physical, &rest))
			return true;
	return false;
}

static bool is_planned_removal(const struct planned *planned, const char *path)
{
	for (size_t i = 0; i < planned->count; i++)
		if (planned->changes[i].op == KBM_DELETE_KEY &&
		    is_path(planned->changes[i].place.physical, path))
			return true;
	return false;
}

/* Whether the change makes a key right below `path`, which is there: the next one on the way was
 * not. */
static bool makes_subkey(const struct planned *planned, const char *path,
			 const struct kbm_change *change)
{
	const char *rest = NULL;
	char next[3 * KBM_HIVE_MAX_KEY_UNITS + 1];
	kbm_cell key = 0;
	kbm_cell found = 0;
	if (!leads_to(path, change->place.physical, &rest) || *rest == '\0')
		return false;
	size_t length = strcspn(rest, "\\");
	if (change->op == KBM_DELETE_KEY)
		return rest[length] == '\0';
	if (!makes_keys(change) || length >= sizeof next)
		return false;
	memcpy(next, rest, length);
	next[length] = '\0';
	return kbm_hive_find_key(planned->old, kbm_hive_root(planned->old), path, &key, NULL) ==
		   KBM_OK &&
	       kbm_hive_find_key(planned->old, key, next, &found, NULL) == KBM_NOT_FOUND;
}

/* A key's time changes with its values and with its list of subkeys. */
static bool is_planned_touch(const struct planned *planned, const char *path)
{
	for (size_t i = 0; i < planned->count; i++) {
		const struct kbm_change *change = &planned->changes[i];
		if ((is_value_change(change) && is_path(change->place.physical, path)) ||
		    makes_subkey(planned, path, change))
			return true;
	}
	return false;
}

static bool is_planned(const struct planned *planned, const struct kbm_hive_difference *difference)
{
	switch (difference->kind) {
	case KBM_KEY_ADDED:
		return is_planned_new_key(planned, difference->path);
	case KBM_KEY_REMOVED:
		return is_planned_removal(planned, difference->path);
	case KBM_KEY_TOUCHED:
		return is_planned_touch(planned, difference->path);
	case KBM_VALUE_ADDED:
	case KBM_VALUE_REMOVED:
	case KBM_VALUE_CHANGED:
		return is_planned_value(planned, difference);
	case KBM_KEY_ALTERED:
		break;
	}
	return false;
}

static enum kbm_code take(void *context, const struct kbm_hive_difference *difference,
			  struct kbm_error *error)
{
	static const char *const words[] = {
	    [KBM_KEY_ADDED] = "a key is new",	    [KBM_KEY_REMOVED] = "a key is gone",
	    [KBM_KEY_TOUCHED] = "its time changed", [KBM_KEY_ALTERED] = "it changed in its",
	    [KBM_VALUE_ADDED] = "a value is new",   [KBM_VALUE_REMOVED] = "a value is gone",
	    [KBM_VALUE_CHANGED] = "a value changed"};
	if (is_planned(context, difference))
		return KBM_OK;
	const char *name = difference->what != NULL	    ? difference->what
			   : difference->value.name != NULL ? difference->value.name
							    : "";
	return kbm_fail(error, KBM_REFUSED, "not planned: %s%s%.40s at %.120s",
			words[difference->kind], name[0] == '\0' ? "" : " ", name,
			difference->path);
}

/* Each change is there. */
static enum kbm_code check_made(const struct kbm_hive *new, const struct kbm_change *change,
				struct kbm_error *error)
{
	struct kbm_state now = {0};
	enum kbm_code code = kbm_hive_state_read(new, &change->place, &now, error);
	if (code == KBM_OK && !kbm_state_equal(&now, &change->after))
		code = kbm_fail(error, KBM_REFUSED, "planned, but not made: %.120s %.60s",
				change->place.physical,
				change->place.name == NULL ? "" : change->place.name);
	kbm_state_clear(&now);
	return code;
}

enum kbm_code kbm_planned_differences_check(const struct kbm_hive *old, const struct kbm_hive *new,
					    const struct kbm_change *changes, size_t count,
					    struct kbm_error *error)
{
	struct planned planned = {old, changes, count};
	enum kbm_code code = kbm_hive_compare(old, new, take, &planned, error);
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		code = check_made(new, &changes[i], error);
	return code;
}
