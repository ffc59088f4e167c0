/* Clocks: one that only goes forward, and the calendar's. */
#include "base/clock.h"

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
	static const uint64_t from_1601_to_1970 = 11644473600; /* seconds */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return ((uint64_t)now.tv_sec + from_1601_to_1970) * 10000000 + (uint64_t)now.tv_nsec / 100;
}
