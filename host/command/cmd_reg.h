/* The parts of `kbmend reg`: what looks at a hive's structure has a file of its own. */
#ifndef KBM_COMMAND_CMD_REG_H
#define KBM_COMMAND_CMD_REG_H

#include "command/command.h"

/* kbmend reg check: its exit status. */
int kbm_reg_check(const struct kbm_call *call);

#endif
