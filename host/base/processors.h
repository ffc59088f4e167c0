/* How many things can be done at the same time. */
#ifndef KBM_BASE_PROCESSORS_H
#define KBM_BASE_PROCESSORS_H

#include <stddef.h>

/* The processors that this process may use, `most` at most; at least 1. */
size_t kbm_processors(size_t most);

#endif
