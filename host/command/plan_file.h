/* A saved plan, read from its file. */
#ifndef KBM_COMMAND_PLAN_FILE_H
#define KBM_COMMAND_PLAN_FILE_H

#include "plan/plan.h"

/* On success *plan (from {0}) is the caller's, released with kbm_plan_clear(), and a sound plan.
 * KBM_INVALID begins with the path and names the place. */
enum kbm_code kbm_plan_file_read(const char *path, struct kbm_plan *plan, struct kbm_error *error);

#endif
