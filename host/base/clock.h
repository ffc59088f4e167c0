/* A clock that only goes forward. */
#ifndef KBM_BASE_CLOCK_H
#define KBM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment. */
uint64_t kbm_clock_ms(void);

#endif
