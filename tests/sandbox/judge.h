/* Whether a run of hostile scripts ended as it must.
 *
 * An expectation is WORD[@LINE][:TEXT], several with | between them. WORD is a verdict (pass or ok,
 * fail, unknown, notapplicable), or a way to end in `error`: cpu, cpu5000, mem, out, rpc, plan,
 * findings, reads are the limits; syntax, refused and error are the script's mistakes; rejected is
 * what kbmend does not take from a script that ended well. LINE counts in the attack's own text,
 * TEXT must stand in the reason. */
#ifndef KBM_TESTS_JUDGE_H
#define KBM_TESTS_JUDGE_H

#include "hostile_case.h"
#include "trial.h"

/* Adds a line for each thing that is not as it must be. `baseline_ms` is the CPU time of a run that
 * does nothing wrong. */
void judge_json(const struct hostile_case *run, const struct trial_outcome *outcome,
		long baseline_ms, struct kbm_bytes *complaints);

/* The same for output that is no JSON: what is true of every output. */
void judge_text(const struct trial_outcome *outcome, struct kbm_bytes *complaints);

#endif
