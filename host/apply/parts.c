/* A plan's changes by the source that they are made in. */
#include "apply/parts.h"

#include <stdlib.h>

static const struct kbm_applier *const appliers[] = {
    [KBM_SOURCE_HIVE] = &kbm_applier_hive,
    [KBM_SOURCE_REG] = &kbm_applier_export,
    [KBM_SOURCE_LDIF] = &kbm_applier_export,
    [KBM_SOURCE_LDAP] = &kbm_applier_directory,
};

/* --- which source -------------------------------------------------------------------------------
 */

static const struct kbm_restore *restore_of(const struct kbm_apply_order *order,
					    const struct kbm_source *source)
{
	for (size_t i = 0; i < order->restore_count; i++)
		if (source->kind == KBM_SOURCE_HIVE &&
		    kbm_source_holds(source, order->restores[i].hive))
			return &order->restores[i];
	return NULL;
}

/* The changes of one source, as a part; without any there is none. */
static enum kbm_code add_part(struct kbm_apply *apply, const struct kbm_source *source,
			      struct kbm_error *error)
{
	const struct kbm_plan *plan = apply->order->plan;
	struct kbm_change *changes = calloc(plan->change_count + 1, sizeof *changes);
	size_t count = 0;
	if (changes == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < plan->change_count; i++)
		if (plan->changes[i].op != KBM_MANUAL &&
		    kbm_target_source_of(apply->order->target, &plan->changes[i]) == source)
			changes[count++] = plan->changes[i];
	if (count == 0) {
		free(changes);
		return KBM_OK;
	}
	apply->parts[apply->part_count++] =
	    (struct kbm_part){.applier = appliers[source->kind],
			      .source = source,
			      .changes = changes,
			      .change_count = count,
			      .restore = restore_of(apply->order, source),
			      .recovers = apply->order->recovers,
			      .file = KBM_HIVE_FILE_NONE};
	return KBM_OK;
}

static enum kbm_code check_sources(const struct kbm_apply_order *order, struct kbm_error *error)
{
	const struct kbm_plan *plan = order->plan;
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *change = &plan->changes[i];
		if (change->op == KBM_MANUAL || kbm_target_source_of(order->target, change) != NULL)
			continue;
		return kbm_fail(error, KBM_REFUSED,
				"change %zu: the target has no %.40s to make it in", i + 1,
				change->op == KBM_MODIFY_ENTRY ? "directory" : change->place.hive);
	}
	return KBM_OK;
}

/* Two passes: what can be taken back for certain comes first. */
enum kbm_code kbm_parts_split(struct kbm_apply *apply, struct kbm_error *error)
{
	const struct kbm_target *target = apply->order->target;
	enum kbm_code code = check_sources(apply->order, error);
	if (code != KBM_OK)
		return code;
	apply->parts = calloc(target->source_count + 1, sizeof *apply->parts);
	if (apply->parts == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (int directories = 0; directories <= 1; directories++)
		for (size_t i = 0; code == KBM_OK && i < target->source_count; i++)
			if (kbm_source_is_directory(&target->sources[i]) == (directories == 1))
				code = add_part(apply, &target->sources[i], error);
	return code;
}

enum kbm_code kbm_parts_record(struct kbm_apply *apply, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < apply->part_count; i++)
		if (apply->parts[i].applier->record != NULL)
			code = apply->parts[i].applier->record(apply, &apply->parts[i], error);
	return code;
}

/* --- as the plan makes it -----------------------------------------------------------------------
 */

/* The sources of the target, with the new files for the hives that change. Copies of the structs
 * only. */
static struct kbm_source *substitute(const struct kbm_apply *apply)
{
	const struct kbm_target *target = apply->order->target;
	struct kbm_source *sources = calloc(target->source_count + 1, sizeof *sources);
	for (size_t i = 0; sources != NULL && i < target->source_count; i++) {
		sources[i] = target->sources[i];
		for (size_t j = 0; j < apply->part_count; j++)
			if (apply->parts[j].source == &target->sources[i] &&
			    apply->parts[j].changed.path != NULL)
				sources[i] = apply->parts[j].changed;
	}
	return sources;
}

static const struct kbm_part *directory_part(const struct kbm_apply *apply)
{
	for (size_t i = 0; i < apply->part_count; i++)
		if (kbm_source_is_directory(apply->parts[i].source))
			return &apply->parts[i];
	return NULL;
}

enum kbm_code kbm_parts_check(const struct kbm_apply *apply, bool committed,
			      struct kbm_error *error)
{
	const struct kbm_apply_hooks *hooks = &apply->order->hooks;
	const struct kbm_part *directory = directory_part(apply);
	/* The bytes of a hive's new file are the same before and after it has the name. */
	if (hooks->check == NULL || (committed && directory == NULL))
		return KBM_OK;
	struct kbm_source *sources = substitute(apply);
	if (sources == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	struct kbm_target target = *apply->order->target;
	target.sources = sources;
	if (committed)
		kbm_broker_forget_answers(apply->order->broker);
	bool overlaid = directory != NULL && !committed;
	enum kbm_code code =
	    hooks->check(hooks->context, &target, overlaid ? directory->changes : NULL,
			 overlaid ? directory->change_count : 0, error);
	free(sources);
	return code;
}

void kbm_parts_close(struct kbm_apply *apply)
{
	for (size_t i = 0; i < apply->part_count; i++) {
		if (apply->parts[i].applier->close != NULL)
			apply->parts[i].applier->close(&apply->parts[i]);
		free(apply->parts[i].changes);
	}
	free(apply->parts);
	apply->parts = NULL;
	apply->part_count = 0;
}
