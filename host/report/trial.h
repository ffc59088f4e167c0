/* A script's tests: its cases, what each expects, and what came of it. */
#ifndef KBM_REPORT_TRIAL_H
#define KBM_REPORT_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_trial_state {
	KBM_TRIAL_PASSED,
	KBM_TRIAL_ACCEPTED,  /* what came is what is expected from now on */
	KBM_TRIAL_ELSEWHERE, /* it is not run by kbmend test */
	KBM_TRIAL_DIFFERS,
	KBM_TRIAL_NEW,	  /* nothing says what is expected */
	KBM_TRIAL_BROKEN, /* it could not be run */
	KBM_TRIAL_STATES
};

/* A case. All texts are heap memory. */
struct kbm_trial {
	char *name;	/* its folder's */
	char *folder;	/* where that is */
	char *expected; /* a digest, or NULL: there is none */
	char *found;	/* a digest, or NULL: it did not run */
	char *problem;	/* why it was not run, or could not be; or NULL */
	enum kbm_trial_state state;
	uint64_t took_ms;
};

/* What a script's cases should show. */
enum kbm_trial_kind {
	KBM_TRIAL_OF_PASS,
	KBM_TRIAL_OF_FAIL,
	KBM_TRIAL_OF_PLAN,
	KBM_TRIAL_OF_NOTAPPLICABLE,
	KBM_TRIAL_OF_UNKNOWN,
	KBM_TRIAL_OF_TRAP,
	KBM_TRIAL_KINDS
};

/* All cases of a script. */
struct kbm_trials {
	char *script; /* id */
	char *path;
	char *folder;		 /* where the cases are looked for */
	char *problem;		 /* why the script cannot be tested, or NULL */
	bool has_applies;	 /* else no case can be not applicable */
	bool has_fix;		 /* else none can have a plan */
	struct kbm_trial *items; /* sorted by name */
	size_t count;
	bool lacks[KBM_TRIAL_KINDS]; /* no case is of this kind */
};

struct kbm_trial_counts {
	size_t scripts;
	size_t cases;
	size_t of[KBM_TRIAL_STATES];
	size_t untested;   /* scripts that have a problem */
	size_t incomplete; /* scripts whose cases lack a kind */
	size_t without;	   /* scripts without any case */
};

/* "passed", "differs", ... */
const char *kbm_trial_state_name(enum kbm_trial_state state);
/* "passes", "fails", "fails with a plan", ... as in: no case ... */
const char *kbm_trial_kind_name(enum kbm_trial_kind kind);

/* A case that ran: compares what came with what is expected. `is_verdict`: the run came to one;
 * else it could not be run for the reason in `problem`, unless just that is expected. */
void kbm_trial_judge(struct kbm_trial *trial, bool is_verdict);
/* Finds out which kinds of cases are missing, by what they expect. */
void kbm_trials_find_lacks(struct kbm_trials *trials);
void kbm_trials_count(const struct kbm_trials *trials, struct kbm_trial_counts *counts);
bool kbm_trials_lack_any(const struct kbm_trials *trials);

void kbm_trial_clear(struct kbm_trial *trial);
void kbm_trials_clear(struct kbm_trials *trials);

#endif
