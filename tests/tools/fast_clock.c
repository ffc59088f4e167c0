/* A library to preload: the clock that only goes forward runs KBM_FAST_CLOCK times as fast, so that
 * work of milliseconds takes a while. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NS = 1000000000 };

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static uint64_t start;
	const char *times = getenv("KBM_FAST_CLOCK");
	int result = (int)syscall(SYS_clock_gettime, clock, now);
	if (result != 0 || clock != CLOCK_MONOTONIC || times == NULL)
		return result;
	uint64_t then = (uint64_t)now->tv_sec * NS + (uint64_t)now->tv_nsec;
	if (start == 0)
		start = then;
	then = start + (then - start) * strtoull(times, NULL, 10);
	now->tv_sec = (time_t)(then / NS);
	now->tv_nsec = (long)(then % NS);
	return 0;
}
