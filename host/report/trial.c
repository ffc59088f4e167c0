/* A script's tests. */
#include "report/trial.h"

#include <stdlib.h>
#include <string.h>

const char *kbm_trial_state_name(enum kbm_trial_state state)
{
	static const char *const names[KBM_TRIAL_STATES] = {
	    [KBM_TRIAL_PASSED] = "passed",
	    [KBM_TRIAL_ACCEPTED] = "accepted",
	    [KBM_TRIAL_ELSEWHERE] = "elsewhere",
	    [KBM_TRIAL_DIFFERS] = "differs",
	    [KBM_TRIAL_NEW] = "new",
	    [KBM_TRIAL_BROKEN] = "broken",
	};
	return names[state];
}

const char *kbm_trial_kind_name(enum kbm_trial_kind kind)
{
	static const char *const names[KBM_TRIAL_KINDS] = {
	    [KBM_TRIAL_OF_PASS] = "passes",
	    [KBM_TRIAL_OF_FAIL] = "fails",
	    [KBM_TRIAL_OF_PLAN] = "has a plan",
	    [KBM_TRIAL_OF_NOTAPPLICABLE] = "is not applicable",
	    [KBM_TRIAL_OF_UNKNOWN] = "is unknown",
	    [KBM_TRIAL_OF_TRAP] = "is a trap (trap-...)",
	};
	return names[kind];
}

void kbm_trial_judge(struct kbm_trial *trial, bool is_verdict)
{
	bool equal = trial->found != NULL && trial->expected != NULL &&
		     strcmp(trial->found, trial->expected) == 0;
	trial->state = equal			 ? KBM_TRIAL_PASSED
		       : !is_verdict		 ? KBM_TRIAL_BROKEN
		       : trial->expected == NULL ? KBM_TRIAL_NEW
						 : KBM_TRIAL_DIFFERS;
	if (equal) {
		free(trial->problem);
		trial->problem = NULL;
	}
}

/* Whether a line of the text begins so. */
static bool has_line(const char *text, const char *beginning)
{
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, beginning, strlen(beginning)) == 0)
			return true;
	}
	return false;
}

static bool is_of_kind(const struct kbm_trial *trial, enum kbm_trial_kind kind)
{
	const char *says = trial->state == KBM_TRIAL_ACCEPTED ? trial->found : trial->expected;
	if (kind == KBM_TRIAL_OF_TRAP)
		return strncmp(trial->name, "trap-", 5) == 0;
	if (says == NULL)
		return false;
	switch (kind) {
	case KBM_TRIAL_OF_PASS:
		return has_line(says, "verdict pass\n");
	case KBM_TRIAL_OF_FAIL:
		return has_line(says, "verdict fail\n");
	case KBM_TRIAL_OF_PLAN:
		return has_line(says, "change ") || has_line(says, "manual ");
	case KBM_TRIAL_OF_NOTAPPLICABLE:
		return has_line(says, "verdict notapplicable\n");
	case KBM_TRIAL_OF_UNKNOWN:
		return has_line(says, "verdict unknown\n");
	case KBM_TRIAL_OF_TRAP:
	case KBM_TRIAL_KINDS:
		break;
	}
	return false;
}

void kbm_trials_find_lacks(struct kbm_trials *trials)
{
	for (enum kbm_trial_kind kind = 0; kind < KBM_TRIAL_KINDS; kind++) {
		bool found = (kind == KBM_TRIAL_OF_PLAN && !trials->has_fix) ||
			     (kind == KBM_TRIAL_OF_NOTAPPLICABLE && !trials->has_applies);
		for (size_t i = 0; !found && i < trials->count; i++)
			found = is_of_kind(&trials->items[i], kind);
		trials->lacks[kind] = !found;
	}
}

bool kbm_trials_lack_any(const struct kbm_trials *trials)
{
	for (size_t i = 0; i < KBM_TRIAL_KINDS; i++)
		if (trials->lacks[i])
			return true;
	return false;
}

void kbm_trials_count(const struct kbm_trials *trials, struct kbm_trial_counts *counts)
{
	counts->scripts++;
	counts->cases += trials->count;
	for (size_t i = 0; i < trials->count; i++)
		counts->of[trials->items[i].state]++;
	counts->untested += trials->problem != NULL;
	counts->incomplete += trials->problem == NULL && kbm_trials_lack_any(trials);
	counts->without += trials->problem == NULL && trials->count == 0;
}

void kbm_trial_clear(struct kbm_trial *trial)
{
	free(trial->name);
	free(trial->folder);
	free(trial->expected);
	free(trial->found);
	free(trial->problem);
	*trial = (struct kbm_trial){0};
}

void kbm_trials_clear(struct kbm_trials *trials)
{
	for (size_t i = 0; i < trials->count; i++)
		kbm_trial_clear(&trials->items[i]);
	free(trials->items);
	free(trials->script);
	free(trials->path);
	free(trials->folder);
	free(trials->problem);
	*trials = (struct kbm_trials){0};
}
