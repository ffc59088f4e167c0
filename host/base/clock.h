/* Clocks: one that only goes forward, and the calendar's. */
#ifndef KBM_BASE_CLOCK_H
#define KBM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment. */
uint64_t kbm_clock_ms(void);

/* Seconds since 1970, UTC. */
int64_t kbm_clock_now(void);
/* The same moment as Windows counts it: 100 ns since 1601 [MS-DTYP 2.3.3]. */
uint64_t kbm_clock_filetime(void);

#endif
