/* Diagnosing: scripts run on a target, plans made and proved. What `run` and `plan` share. */
#ifndef KBM_COMMAND_DIAGNOSE_H
#define KBM_COMMAND_DIAGNOSE_H

#include "command/catalog.h"
#include "command/session.h"
#include "command/target.h"
#include "plan/conflict.h"

/* One script's run. */
struct kbm_diagnosis {
	struct kbm_result result;
	struct kbm_plan plan;
	bool has_plan; /* `plan` holds changes or manual steps, judged */
	char *lacks;   /* what the target has not: the script was not run; NULL: nothing */
	bool is_left;  /* it runs on request only, and nobody named it */
	size_t first_reading, reading_count; /* of the case's readings: its plan's */
};

/* Everything of one command: opened step by step, cleared as one. */
struct kbm_case {
	struct kbm_session session;
	struct kbm_prepared prepared;
	struct kbm_scripts scripts;
	struct kbm_diagnosis *diagnoses; /* one a script */
	/* What the plans rest on, for the second reader; and its job, while it works. */
	struct kbm_second_readings readings;
	struct kbm_ahead *second_read;
	struct kbm_plan plan; /* all scripts' changes together, judged */
	bool has_plan;
	bool condensed; /* scripts were not named one by one: the report is short */
	/* Pairs of changes of `diagnoses` that stand in the way of a common plan. */
	struct kbm_conflict conflicts[KBM_CONFLICTS_TOLD];
	size_t conflict_count;
	char conflict[KBM_ERROR_MESSAGE_BYTES]; /* why there is no common plan, or "" */
	/* Why the common plan may not be written: it held a secret, of which a mask is left. Or "".
	 */
	char masked[KBM_ERROR_MESSAGE_BYTES];
};

/* Runs the named scripts (all, when none is named) on the options' target. Those that nobody named
 * are not run where the target has not what they need. With `hashed`, plans
 * carry the sources' SHA-256: they are to be kept. *diagnosed (from {0}) is
 * the caller's, released with kbm_case_clear(), also after a failure; it must not move. */
enum kbm_code kbm_diagnose(const struct kbm_options *options, char *const *names, size_t name_count,
			   bool hashed, struct kbm_case *diagnosed, struct kbm_error *error);
void kbm_case_clear(struct kbm_case *diagnosed);
/* The exit status that the verdicts and predictions ask for. */
int kbm_case_status(const struct kbm_case *diagnosed);

#endif
