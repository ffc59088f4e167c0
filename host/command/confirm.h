/* Having the plans' registry places confirmed by the second reader. */
#ifndef KBM_COMMAND_CONFIRM_H
#define KBM_COMMAND_CONFIRM_H

#include "command/diagnose.h"

/* Has libregf read again, in one job where that can be, what a script's plan rests on: it may work
 * until kbm_confirm(), and the plan must not change before that. */
enum kbm_code kbm_confirm_begin(struct kbm_case *diagnosed, size_t script, struct kbm_error *error);
/* A script whose plan is not confirmed ends as `unknown`, with both readings, and has no plan any
 * more. */
enum kbm_code kbm_confirm(struct kbm_case *diagnosed, struct kbm_error *error);
/* Part of kbm_case_clear(). */
void kbm_confirm_clear(struct kbm_case *diagnosed);

#endif
