/* What a plan's scripts say of its target: looked at anew, and as the plan makes it. */
#ifndef KBM_COMMAND_PROOF_H
#define KBM_COMMAND_PROOF_H

#include "command/catalog.h"
#include "guard/broker.h"
#include "plan/plan.h"
#include "plan/plan_stale.h"

/* A script's check on `target` as if the changes had been made there, judged against the findings
 * of the check that decided: sets the plan's prediction, reason and remain. */
struct kbm_proof_subject {
	struct kbm_broker *broker;
	const struct kbm_target *target;
	const struct kbm_change *changes;
	size_t change_count;
};
enum kbm_code kbm_prove(const struct kbm_proof_subject *subject, const struct kbm_script *script,
			const struct kbm_params *params, const struct kbm_result *before,
			struct kbm_plan *plan, struct kbm_error *error);

/* A saved plan, its target and its scripts. All but the results and what is stale are borrowed. */
struct kbm_proof {
	struct kbm_broker *broker;
	const struct kbm_target *target;
	const struct kbm_scripts *scripts;
	struct kbm_plan *plan;
	struct kbm_result *results; /* of the checks now, in the order of the plan's scripts */
	struct kbm_stale_reads stale;
};

/* What has become of what a plan was made for. */
enum kbm_plan_age {
	KBM_PLAN_FRESH,	  /* all that it rests on is as it was */
	KBM_PLAN_STALE,	  /* something is not */
	KBM_PLAN_APPLIED, /* all that it changes is as it shall be */
	KBM_PLAN_UNTOLD	  /* a check could not tell, as *error says */
};
/* Runs the plan's checks anew, on a directory that is asked anew, and compares what they read.
 * Fills results and stale. KBM_NOT_FOUND: the plan's script is not among `scripts`. */
enum kbm_code kbm_proof_look(struct kbm_proof *proof, enum kbm_plan_age *age,
			     struct kbm_error *error);
/* Predicts with the checks of all scripts what `changes` make of `target`; the first that is not
 * good counts. Only the prediction, reason and remain of *predicted are used. */
enum kbm_code kbm_proof_predict(const struct kbm_proof *proof, const struct kbm_target *target,
				const struct kbm_change *changes, size_t change_count,
				struct kbm_plan *predicted, struct kbm_error *error);
/* Releases what the proof owns. */
void kbm_proof_clear(struct kbm_proof *proof);

#endif
