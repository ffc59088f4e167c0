/* The plan that takes a plan back. */
#include "plan/plan_invert.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

static const enum kbm_change_op inverses[] = {
    [KBM_SET_VALUE] = KBM_SET_VALUE, /* KBM_DELETE_VALUE where nothing was before */
    [KBM_DELETE_VALUE] = KBM_SET_VALUE, [KBM_CREATE_KEY] = KBM_DELETE_KEY,
    [KBM_DELETE_KEY] = KBM_CREATE_KEY,	[KBM_MODIFY_ENTRY] = KBM_MODIFY_ENTRY,
    [KBM_MANUAL] = KBM_MANUAL, /* left out */
};

/* A plan, and how it is taken back. */
struct inversion {
	const struct kbm_plan *plan;
	enum kbm_inverse_by by;
	const bool *goes; /* one a change; or NULL */
};

/* Whether the key that a change made goes as a whole. */
static bool goes_whole(const struct inversion *inversion, size_t index)
{
	return inversion->plan->changes[index].op == KBM_CREATE_KEY &&
	       (inversion->by == KBM_INVERSE_BY_BACKUP ||
		(inversion->goes != NULL && inversion->goes[index]));
}

/* A key that the plan made may hold more by now: whether it may go is for people to say. */
static bool make_step(const struct kbm_change *change, struct kbm_change *step)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(&text,
			 "delete the key %s, and those above it that were made for it, unless "
			 "something else is in them",
			 change->place.path);
	step->op = KBM_MANUAL;
	step->script = strdup(change->script);
	step->text = text.failed ? NULL : kbm_bytes_take(&text, NULL);
	kbm_bytes_clear(&text);
	return step->script != NULL && step->text != NULL;
}

static bool turn_round(const struct kbm_change *change, struct kbm_change *turned)
{
	if (!kbm_change_copy(change, turned))
		return false;
	struct kbm_state before = turned->before;
	turned->before = turned->after;
	turned->after = before;
	turned->op = inverses[change->op];
	if (turned->op == KBM_SET_VALUE && !turned->after.present)
		turned->op = KBM_DELETE_VALUE;
	free(turned->why);
	turned->why = strdup("takes back what was done");
	return turned->why != NULL;
}

/* Changes name their scripts, which a valid plan lists. */
static bool copy_scripts(const struct kbm_plan *from, struct kbm_plan *to)
{
	to->scripts = calloc(from->script_count + 1, sizeof *to->scripts);
	for (size_t i = 0; to->scripts != NULL && i < from->script_count; i++) {
		const struct kbm_plan_script *script = &from->scripts[i];
		struct kbm_plan_script *copy = &to->scripts[i];
		to->script_count = i + 1;
		copy->id = strdup(script->id);
		copy->version = strdup(script->version);
		copy->sha256 = strdup(script->sha256);
		if (copy->id == NULL || copy->version == NULL || copy->sha256 == NULL)
			return false;
		for (size_t j = 0; j < script->params.count; j++)
			if (!kbm_params_set(&copy->params, script->params.items[j].name,
					    script->params.items[j].value))
				return false;
	}
	return to->scripts != NULL;
}

/* Whether the change lies at or below a key that the plan made, and that goes as a whole. */
static bool goes_with_key(const struct inversion *inversion, const struct kbm_change *change)
{
	const struct kbm_plan *plan = inversion->plan;
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *made = &plan->changes[i];
		if (!goes_whole(inversion, i) || made == change || change->place.hive == NULL ||
		    !kbm_text_equals_ascii_case(made->place.hive, change->place.hive))
			continue;
		size_t length = strlen(made->place.physical);
		const char *path = change->place.physical;
		size_t path_length = strlen(path);
		bool is_below = path_length > length && path[length] == '\\';
		bool is_at = path_length == length && change->op != KBM_CREATE_KEY;
		if ((is_below || is_at) &&
		    kbm_text_compare_names(path, length, made->place.physical, length) == 0)
			return true;
	}
	return false;
}

/* Whether people are to see to the key that a change made. */
static bool is_step(const struct inversion *inversion, size_t index)
{
	return inversion->plan->changes[index].op == KBM_CREATE_KEY &&
	       !goes_whole(inversion, index);
}

static bool add_changes(const struct inversion *inversion, struct kbm_plan *inverse)
{
	for (size_t i = inversion->plan->change_count; i-- > 0;) {
		const struct kbm_change *change = &inversion->plan->changes[i];
		if (change->op == KBM_MANUAL || goes_with_key(inversion, change) ||
		    is_step(inversion, i))
			continue;
		if (!turn_round(change, &inverse->changes[inverse->change_count++]))
			return false;
	}
	return true;
}

/* Behind all typed changes, as in every plan. */
static bool add_steps(const struct inversion *inversion, struct kbm_plan *inverse)
{
	for (size_t i = inversion->plan->change_count; i-- > 0;)
		if (is_step(inversion, i) && !make_step(&inversion->plan->changes[i],
							&inverse->changes[inverse->change_count++]))
			return false;
	return true;
}

static bool fill(const struct inversion *inversion, struct kbm_plan *inverse)
{
	const struct kbm_plan *plan = inversion->plan;
	inverse->changes = calloc(plan->change_count + 1, sizeof *inverse->changes);
	inverse->prediction_reason = strdup("");
	return inverse->changes != NULL && inverse->prediction_reason != NULL &&
	       kbm_target_identity_copy(&plan->target, &inverse->target) &&
	       copy_scripts(plan, inverse) && add_changes(inversion, inverse) &&
	       add_steps(inversion, inverse);
}

/* What was there must be in the plan, or in a backup. */
static enum kbm_code check_contents(const struct inversion *inversion, struct kbm_error *error)
{
	const struct kbm_plan *plan = inversion->plan;
	if (inversion->by == KBM_INVERSE_BY_BACKUP)
		return KBM_OK;
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *change = &plan->changes[i];
		if (change->op == KBM_DELETE_KEY)
			return kbm_fail(error, KBM_REFUSED,
					"change %zu deleted the key %.120s, whose contents are not "
					"in the plan",
					i + 1, change->place.path);
		if (kbm_change_lost_secret(change))
			return kbm_fail(error, KBM_REFUSED,
					"change %zu replaced %.60s of %.80s, which held a secret "
					"that is not in the plan",
					i + 1, change->place.name, change->place.path);
	}
	return KBM_OK;
}

static enum kbm_code invert(const struct inversion *inversion, struct kbm_plan *inverse,
			    struct kbm_error *error)
{
	struct kbm_plan made = {0};
	enum kbm_code code = check_contents(inversion, error);
	if (code != KBM_OK)
		return code;
	code = fill(inversion, &made)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "no memory for a plan that takes back");
	if (code == KBM_OK && kbm_plan_count(&made, false) == 0)
		code = kbm_fail(error, KBM_REFUSED,
				"there is nothing in the plan that could be taken back by itself");
	if (code == KBM_OK)
		code = kbm_plan_validate(&made, error);
	if (code == KBM_OK)
		*inverse = made;
	else
		kbm_plan_clear(&made);
	return code;
}

enum kbm_code kbm_plan_invert(const struct kbm_plan *plan, enum kbm_inverse_by by,
			      struct kbm_plan *inverse, struct kbm_error *error)
{
	const struct inversion inversion = {plan, by, NULL};
	return invert(&inversion, inverse, error);
}

enum kbm_code kbm_plan_invert_with_keys(const struct kbm_plan *plan, const bool *goes,
					struct kbm_plan *inverse, struct kbm_error *error)
{
	const struct inversion inversion = {plan, KBM_INVERSE_BY_CHANGES, goes};
	return invert(&inversion, inverse, error);
}
