/* What one broken input may cost, as a program that mutates sees it. */
#ifndef KBM_TEST_MEASURE_H
#define KBM_TEST_MEASURE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define MEASURE_MAX_SECONDS 1.0
#define MEASURE_MAX_MIB	    256L

/* Of this process's own work: other processes on the machine take none of an input's time. */
static inline double measure_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The most memory that the process had at once: no input took more. */
static inline long measure_peak_mib(void)
{
	struct rusage usage;
	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss / 1024 : 0;
}

/* Says so when an input took too long or too much. A sanitizer's own memory is none of ours. */
static inline bool measure_is_within(double seconds, const char *what, unsigned long number,
				     unsigned long long seed)
{
#ifdef KBM_SANITIZE
	long peak = 0;
#else
	long peak = measure_peak_mib();
#endif
	if (seconds < MEASURE_MAX_SECONDS && peak < MEASURE_MAX_MIB)
		return true;
	printf("%s %lu of seed %llu took %.3f s, and the process %ld MiB so far\n", what, number,
	       seed, seconds, peak);
	return false;
}

/* How many inputs are tried: `text`, unless the variable KBM_MUTATIONS says it. */
static inline unsigned long measure_count(const char *text)
{
	const char *variable = getenv("KBM_MUTATIONS");
	return strtoul(variable == NULL ? text : variable, NULL, 10);
}

#endif
