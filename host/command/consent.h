/* Asking a person whether what was shown shall be done. */
#ifndef KBM_COMMAND_CONSENT_H
#define KBM_COMMAND_CONSENT_H

#include "command/options.h"
#include "plan/plan.h"

/* Asks on the terminal: only the word `yes` is consent. --yes consents to changes of low and medium
 * risk, --yes=high to all. `question` is a clause: "apply 2 changes to /mnt/SYSTEM". KBM_REFUSED:
 * no consent, or nobody to ask. */
enum kbm_code kbm_consent(const struct kbm_options *options, const struct kbm_plan *plan,
			  const char *question, struct kbm_error *error);

#endif
