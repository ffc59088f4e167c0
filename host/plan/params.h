/* Whether parameters, as given on the command line, fit a script's header. Pure. */
#ifndef KBM_PLAN_PARAMS_H
#define KBM_PLAN_PARAMS_H

#include "base/error.h"
#include "plan/script_info.h"

#include <stdbool.h>
#include <stdint.h>

/* KBM_USAGE: the message names the parameter and what is allowed, or the name that was probably
 * meant. `given` may be NULL. */
enum kbm_code kbm_params_check(const struct kbm_script_info *info, const struct kbm_params *given,
			       struct kbm_error *error);
/* A parameter's text as what its type says; false when it is none. */
bool kbm_param_integer(const char *text, int64_t *integer);
bool kbm_param_boolean(const char *text, bool *boolean);

#endif
