/* Looking again after a refusal: somebody else may have done it meanwhile. */
#include "command/look_again.h"

#include <stdlib.h>

/* The files that have the names now; all else of the target is as it was. */
static bool open_anew(const struct kbm_proof *proof, unsigned codepage, struct kbm_source *anew,
		      struct kbm_source *sources)
{
	const struct kbm_target *target = proof->target;
	struct kbm_error ignored;
	for (size_t i = 0; i < target->source_count; i++) {
		sources[i] = target->sources[i];
		if (sources[i].kind != KBM_SOURCE_HIVE || sources[i].problem != NULL)
			continue;
		if (kbm_broker_prepare(proof->broker, sources[i].path, KBM_USE_SCRIPTS, codepage,
				       target->selection, &anew[i], &ignored) != KBM_OK)
			return false;
		char *hive = sources[i].hive; /* where it is mounted */
		sources[i] = anew[i];
		sources[i].hive = hive;
	}
	return true;
}

static bool is_applied(const struct kbm_proof *proof, const struct kbm_source *sources)
{
	struct kbm_target target = *proof->target;
	target.sources = sources;
	struct kbm_proof again = {.broker = proof->broker,
				  .target = &target,
				  .scripts = proof->scripts,
				  .plan = proof->plan};
	enum kbm_plan_age age = KBM_PLAN_UNTOLD;
	struct kbm_error ignored;
	bool applied = kbm_proof_look(&again, &age, &ignored) == KBM_OK && age == KBM_PLAN_APPLIED;
	kbm_proof_clear(&again);
	return applied;
}

bool kbm_look_again(const struct kbm_proof *proof, unsigned codepage)
{
	size_t count = proof->target->source_count;
	struct kbm_source *anew = calloc(count + 1, sizeof *anew);
	struct kbm_source *sources = calloc(count + 1, sizeof *sources);
	bool applied = anew != NULL && sources != NULL &&
		       open_anew(proof, codepage, anew, sources) && is_applied(proof, sources);
	for (size_t i = 0; anew != NULL && i < count; i++)
		kbm_source_clear(&anew[i]);
	free(anew);
	free(sources);
	return applied;
}
