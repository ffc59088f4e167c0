/* The parts of `kbmend dir`: what looks at whole trees has a file of its own. */
#ifndef KBM_COMMAND_CMD_DIR_H
#define KBM_COMMAND_CMD_DIR_H

#include "command/command.h"

/* kbmend dir tree and export: exit statuses. */
int kbm_dir_run_tree(const struct kbm_call *call);
int kbm_dir_run_export(const struct kbm_call *call);

/* The exit status after a question failed: 2 where there is no such entry, else as
 * kbm_command_fail(). */
int kbm_dir_fail(const struct kbm_error *error);

#endif
