/* Where a script's cases are, and what is in their folders. */
#ifndef KBM_COMMAND_TRIAL_FOLDER_H
#define KBM_COMMAND_TRIAL_FOLDER_H

#include "command/catalog.h"
#include "command/options.h"
#include "report/trial.h"

/* Finds the cases of a script, with what each expects: below `cases` (--cases), or else where its
 * own are: of a script of the installation in share/kbmend/tests/ID, of others in the folder beside
 * it that is called as it is, with .tests in place of .lua. A script that cannot be tested, or is
 * `named` and has no cases, gets a problem. Failures are KBM_MEMORY and KBM_LIMIT. *trials
 * (from {0}) is the caller's, released with kbm_trials_clear(), also after a failure. */
enum kbm_code kbm_trials_find(const struct kbm_paths *paths, const struct kbm_script *script,
			      const char *cases, bool is_named, struct kbm_trials *trials,
			      struct kbm_error *error);

/* What a case is run on. */
struct kbm_trial_input {
	char *registry;	 /* its target.reg, or NULL */
	char *directory; /* its own LDIF file, its siblings', or NULL */
	struct kbm_options
	    options; /* params, control set, code page, logs: the case's or the default */
};

/* Reads a case's folder. KBM_INVALID: something in it is wrong, as the message says. On success
 * *input (from {0}) is the caller's. */
enum kbm_code kbm_trial_input_read(const struct kbm_trials *trials, const struct kbm_trial *trial,
				   bool needs_registry, struct kbm_trial_input *input,
				   struct kbm_error *error);
void kbm_trial_input_clear(struct kbm_trial_input *input);

/* The file of that name in a case's folder; heap memory, NULL without. */
char *kbm_trial_file(const char *folder, const char *name);

#define KBM_TRIAL_EXPECTED "expected.txt"

#endif
