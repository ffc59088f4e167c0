/* Carrying a plan out: consent, apply, and what is said about it. What `apply`, `run --apply` and
 * `undo` share. */
#ifndef KBM_COMMAND_CARRY_OUT_H
#define KBM_COMMAND_CARRY_OUT_H

#include "apply/apply.h"
#include "command/command.h"
#include "command/proof.h"
#include "command/target.h"

struct kbm_carry_out {
	const struct kbm_call *call;
	struct kbm_prepared *prepared;
	struct kbm_broker *broker;
	struct kbm_plan *plan;
	struct kbm_proof *proof; /* the plan's checks; NULL: none (undo) */
	/* undo */
	const struct kbm_plan *inverse; /* instead of the plan's own inverse; may be NULL */
	const struct kbm_restore *restores;
	size_t restore_count;
	unsigned undoes; /* 0: an apply */
	const char *title;
};

/* Asks, applies and reports what became of it; the plan was shown. Returns the exit status. */
int kbm_carry_out(const struct kbm_carry_out *order);
/* Reports a plan that was not carried out, in the format asked for. */
int kbm_carry_out_report(const struct kbm_carry_out *order, const char *state, const char *message,
			 const struct kbm_stale_reads *stale, int status);

#endif
