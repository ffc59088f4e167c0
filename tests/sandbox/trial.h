/* One run of kbmend on hostile scripts: in a folder of its own, as the user wanted, with all that
 * it leaves behind noted. */
#ifndef KBM_TESTS_TRIAL_H
#define KBM_TESTS_TRIAL_H

#include "hostile_case.h"

#include <sys/types.h>

enum {
	TRIAL_TIMEOUT_MS = 300, /* of the attack's CPU time */
	TRIAL_DEFAULT_TIMEOUT_MS = 5000,
	TRIAL_MEMORY_MIB = 32
};

struct trial_setup {
	const char *kbmend;
	const char *scratch; /* folders are made here */
	bool as_user;
	uid_t user;
	struct kbm_bytes hive;
	struct kbm_bytes ldif;
};

struct trial_outcome {
	bool hung;	 /* it was killed after a time that nothing may take */
	int status;	 /* of wait() */
	long cpu_ms;	 /* of kbmend and all that it waited for */
	bool has_orphan; /* a process outlived kbmend */
	struct kbm_bytes output;
	struct kbm_bytes errors;
	struct kbm_bytes left; /* files that nobody put there, changed inputs */
};

/* Runs the case; the calling process must have no other children. `format` is one of kbmend's.
 * Cleared with trial_outcome_clear(). */
void trial_run(const struct trial_setup *setup, const struct hostile_case *run, const char *format,
	       struct trial_outcome *outcome);
void trial_outcome_clear(struct trial_outcome *outcome);

/* Removes a folder with all that is in it. */
void remove_folder(const char *path);

#endif
