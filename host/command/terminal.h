/* How wide the terminal is that a descriptor leads to. */
#ifndef KBM_COMMAND_TERMINAL_H
#define KBM_COMMAND_TERMINAL_H

#include <stddef.h>

/* In columns, within what text can be laid out for; of what is no terminal, or does not tell, 80.
 */
size_t kbm_terminal_width(int descriptor);

#endif
