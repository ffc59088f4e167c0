/* Having the plans' registry places confirmed by the second reader. */
#ifndef KBM_COMMAND_CONFIRM_H
#define KBM_COMMAND_CONFIRM_H

#include "command/diagnose.h"

/* Has libregf read again, in one job where that can be, what the scripts' plans rest on. A script
 * whose plan is not confirmed ends as `unknown`, with both readings, and has no plan any more. */
enum kbm_code kbm_confirm(struct kbm_case *diagnosed, struct kbm_error *error);

#endif
