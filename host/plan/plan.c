/* A plan: gathering scripts' changes, and comparing the simulated check with the deciding one. */
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "plan/conflict.h"

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* --- releasing ------------------------------------------------------------------------------- */

void kbm_source_identity_clear(struct kbm_source_identity *source)
{
	free(source->kind);
	free(source->hive);
	free(source->path);
	free(source->base);
	free(source->sha256);
	memset(source, 0, sizeof *source);
}

void kbm_target_identity_clear(struct kbm_target_identity *target)
{
	free(target->name);
	free(target->control_set);
	free(target->control_set_source);
	for (size_t i = 0; i < target->source_count; i++)
		kbm_source_identity_clear(&target->sources[i]);
	free(target->sources);
	memset(target, 0, sizeof *target);
}

static bool copy_text(const char *from, char **to)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

static bool copy_source(const struct kbm_source_identity *from, struct kbm_source_identity *to)
{
	*to = *from;
	to->kind = to->hive = to->path = to->base = to->sha256 = NULL;
	return copy_text(from->kind, &to->kind) && copy_text(from->hive, &to->hive) &&
	       copy_text(from->path, &to->path) && copy_text(from->base, &to->base) &&
	       copy_text(from->sha256, &to->sha256);
}

bool kbm_target_identity_copy(const struct kbm_target_identity *from,
			      struct kbm_target_identity *to)
{
	if (!copy_text(from->name, &to->name) || !copy_text(from->control_set, &to->control_set) ||
	    !copy_text(from->control_set_source, &to->control_set_source))
		return false;
	to->sources = calloc(from->source_count + 1, sizeof *to->sources);
	for (size_t i = 0; to->sources != NULL && i < from->source_count; i++) {
		to->source_count = i + 1;
		if (!copy_source(&from->sources[i], &to->sources[i]))
			return false;
	}
	return to->sources != NULL;
}

static void script_clear(struct kbm_plan_script *script)
{
	free(script->id);
	free(script->version);
	free(script->sha256);
	kbm_params_clear(&script->params);
}

static void clear_changes(struct kbm_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kbm_change_clear(&changes[i]);
	free(changes);
}

static void clear_reads(struct kbm_precondition *reads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kbm_precondition_clear(&reads[i]);
	free(reads);
}

void kbm_plan_clear(struct kbm_plan *plan)
{
	kbm_target_identity_clear(&plan->target);
	for (size_t i = 0; i < plan->script_count; i++)
		script_clear(&plan->scripts[i]);
	free(plan->scripts);
	clear_reads(plan->preconditions, plan->precondition_count);
	clear_changes(plan->changes, plan->change_count);
	free(plan->prediction_reason);
	kbm_text_list_clear(&plan->remain);
	memset(plan, 0, sizeof *plan);
}

void kbm_plan_keep(struct kbm_plan *plan,
		   bool (*keeps)(const void *context, const struct kbm_change *change),
		   const void *context)
{
	size_t count = 0;
	for (size_t i = 0; i < plan->change_count; i++) {
		if (keeps(context, &plan->changes[i]))
			plan->changes[count++] = plan->changes[i];
		else
			kbm_change_clear(&plan->changes[i]);
	}
	plan->change_count = count;
}

/* --- adding a script ------------------------------------------------------------------------- */

/* A plan's lists with a script's items added: built aside, so that a failure leaves the plan. */
struct addition {
	struct kbm_plan_script script;
	struct kbm_change *changes;
	size_t change_count;
	struct kbm_precondition *reads;
	size_t read_count;
};

static void addition_clear(struct addition *addition)
{
	script_clear(&addition->script);
	clear_changes(addition->changes, addition->change_count);
	clear_reads(addition->reads, addition->read_count);
	memset(addition, 0, sizeof *addition);
}

static bool add_script(const struct kbm_script_info *script, const char *sha256,
		       const struct kbm_params *params, struct kbm_plan_script *added)
{
	added->id = strdup(or_empty(script->id));
	added->version = strdup(or_empty(script->version));
	added->sha256 = strdup(or_empty(sha256));
	if (added->id == NULL || added->version == NULL || added->sha256 == NULL)
		return false;
	for (size_t i = 0; params != NULL && i < params->count; i++)
		if (!kbm_params_set(&added->params, params->items[i].name, params->items[i].value))
			return false;
	return true;
}

/* A fix may set a value that is right already: that is no change, and is not shown as one. */
static bool changes_something(const struct kbm_change *change)
{
	return change->op == KBM_MANUAL || !kbm_state_equal(&change->before, &change->after);
}

/* The plan's changes, then the result's: typed ones first, manual steps after all typed ones. */
static size_t gather(const struct kbm_plan *plan, const struct kbm_result *result,
		     struct kbm_meeting *meetings)
{
	size_t count = 0;
	for (int manual = 0; manual <= 1; manual++) {
		for (size_t i = 0; i < plan->change_count; i++)
			if ((plan->changes[i].op == KBM_MANUAL) == (manual == 1))
				meetings[count++].change = &plan->changes[i];
		for (size_t i = 0; i < result->change_count; i++)
			if ((result->changes[i].op == KBM_MANUAL) == (manual == 1) &&
			    changes_something(&result->changes[i]))
				meetings[count++].change = &result->changes[i];
	}
	return count;
}

/* Consent is asked for a change's risk: a merged change carries the highest that was named. */
static enum kbm_risk highest_risk(const struct kbm_meeting *meetings, size_t count, size_t speaker)
{
	enum kbm_risk risk = KBM_RISK_LOW;
	for (size_t i = 0; i < count; i++)
		if (meetings[i].speaker == speaker && meetings[i].change->risk > risk)
			risk = meetings[i].change->risk;
	return risk;
}

static enum kbm_code merge_changes(const struct kbm_plan *plan, const struct kbm_result *result,
				   struct addition *addition, struct kbm_error *error)
{
	size_t most = plan->change_count + result->change_count;
	if (most == 0)
		return KBM_OK;
	struct kbm_meeting *meetings = calloc(most, sizeof *meetings);
	enum kbm_code code = KBM_MEMORY;
	addition->changes = calloc(most, sizeof *addition->changes);
	if (meetings == NULL || addition->changes == NULL)
		goto out;
	size_t count = gather(plan, result, meetings);
	code = kbm_conflict_find(meetings, count, error);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		if (meetings[i].speaker != i)
			continue;
		struct kbm_change *change = &addition->changes[addition->change_count];
		if (!kbm_change_copy(meetings[i].change, change)) {
			code = KBM_MEMORY;
			break;
		}
		change->risk = highest_risk(meetings, count, i);
		addition->change_count++;
	}
out:
	free(meetings);
	if (code == KBM_MEMORY)
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan of %zu changes", most);
	if (code == KBM_OK && addition->change_count > KBM_PLAN_MAX_CHANGES)
		return kbm_fail(error, KBM_LIMIT, "the plan has %zu changes, at most %u",
				addition->change_count, KBM_PLAN_MAX_CHANGES);
	return code;
}

/* A read that another script made too is kept once; both must have seen the same. */
static enum kbm_code add_read(const struct kbm_precondition *read, struct addition *addition,
			      struct kbm_error *error)
{
	uint32_t mark = kbm_precondition_mark(read);
	for (size_t i = 0; i < addition->read_count; i++) {
		const struct kbm_precondition *kept = &addition->reads[i];
		if (kept->mark != mark || !kbm_precondition_same(kept, read))
			continue;
		if (kbm_state_equal(&kept->state, &read->state))
			return KBM_OK;
		return kbm_fail(error, KBM_REFUSED,
				"two scripts read different things at one place, the target "
				"changed meanwhile: %s",
				or_empty(read->place.path));
	}
	if (addition->read_count >= KBM_PLAN_MAX_ALL_READS)
		return kbm_fail(error, KBM_LIMIT, "the plan rests on more than %u reads",
				KBM_PLAN_MAX_ALL_READS);
	struct kbm_precondition *copy = &addition->reads[addition->read_count];
	if (!kbm_precondition_copy(read, copy))
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan's reads");
	addition->read_count++;
	copy->mark = mark;
	if (!kbm_precondition_shorten(copy))
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan's reads");
	return KBM_OK;
}

static enum kbm_code merge_reads(const struct kbm_plan *plan, const struct kbm_result *result,
				 struct addition *addition, struct kbm_error *error)
{
	size_t most = plan->precondition_count + result->read_count;
	if (most == 0)
		return KBM_OK;
	addition->reads = calloc(most, sizeof *addition->reads);
	if (addition->reads == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan's reads");
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < plan->precondition_count; i++)
		code = add_read(&plan->preconditions[i], addition, error);
	for (size_t i = 0; code == KBM_OK && i < result->read_count; i++)
		code = add_read(&result->reads[i], addition, error);
	return code;
}

static bool move_in(struct addition *addition, struct kbm_plan *plan)
{
	struct kbm_plan_script *scripts =
	    reallocarray(plan->scripts, plan->script_count + 1, sizeof *scripts);
	if (scripts == NULL)
		return false;
	plan->scripts = scripts;
	scripts[plan->script_count++] = addition->script;
	clear_changes(plan->changes, plan->change_count);
	clear_reads(plan->preconditions, plan->precondition_count);
	plan->changes = addition->changes;
	plan->change_count = addition->change_count;
	plan->preconditions = addition->reads;
	plan->precondition_count = addition->read_count;
	memset(addition, 0, sizeof *addition);
	return true;
}

enum kbm_code kbm_plan_add(struct kbm_plan *plan, const struct kbm_script_info *script,
			   const char *sha256, const struct kbm_params *params,
			   const struct kbm_result *result, struct kbm_error *error)
{
	struct addition addition = {.change_count = 0};
	/* What a run that ended early had gathered is no whole fix. */
	if (result->verdict != KBM_VERDICT_FAIL)
		return kbm_fail(error, KBM_USAGE, "%.64s: only a check that failed has a plan",
				or_empty(script->id));
	if (plan->script_count >= KBM_PLAN_MAX_SCRIPTS)
		return kbm_fail(error, KBM_LIMIT, "the plan has more than %u scripts",
				KBM_PLAN_MAX_SCRIPTS);
	enum kbm_code code = merge_changes(plan, result, &addition, error);
	if (code == KBM_OK)
		code = merge_reads(plan, result, &addition, error);
	if (code == KBM_OK &&
	    (!add_script(script, sha256, params, &addition.script) || !move_in(&addition, plan)))
		code = kbm_fail(error, KBM_MEMORY, "no memory for a plan");
	addition_clear(&addition);
	return code;
}

/* --- looking at one -------------------------------------------------------------------------- */

size_t kbm_plan_count(const struct kbm_plan *plan, bool manual)
{
	size_t count = 0;
	for (size_t i = 0; i < plan->change_count; i++)
		count += (plan->changes[i].op == KBM_MANUAL) == manual;
	return count;
}

enum kbm_risk kbm_plan_risk(const struct kbm_plan *plan)
{
	enum kbm_risk risk = KBM_RISK_LOW;
	for (size_t i = 0; i < plan->change_count; i++)
		if (plan->changes[i].op != KBM_MANUAL && plan->changes[i].risk > risk)
			risk = plan->changes[i].risk;
	return risk;
}
