#include "base/processors.h"

#include <sched.h>

size_t kbm_processors(size_t most)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	size_t count = (size_t)CPU_COUNT(&set);
	return count < most ? count : most;
}
