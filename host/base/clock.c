/* Clocks: one that only goes forward, and the calendar's. */
#include "base/clock.h"

#include "base/filetime.h"

#include <time.h>

uint64_t kbm_clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t kbm_clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

uint64_t kbm_clock_filetime(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return ((uint64_t)now.tv_sec + KBM_FILETIME_SECONDS_TO_1970) * KBM_FILETIME_PER_SECOND +
	       (uint64_t)now.tv_nsec / 100;
}
