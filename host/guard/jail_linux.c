/* Shutting a child in, as far as limits of the process go. */
#include "guard/jail.h"

#include "base/limits.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

struct limit {
	__rlimit_resource_t resource;
	const char *name;
	rlim_t soft, hard;
};

static enum kbm_code set_limits(const struct limit *limits, size_t count, struct kbm_error *error)
{
	for (size_t i = 0; i < count; i++) {
		struct rlimit limit = {limits[i].soft, limits[i].hard};
		if (setrlimit(limits[i].resource, &limit) != 0)
			return kbm_fail(error, KBM_REFUSED, "the limit %s cannot be set: error %d",
					limits[i].name, errno);
	}
	return KBM_OK;
}

enum kbm_code kbm_jail_enter(const struct kbm_jail_limits *limits, struct kbm_error *error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return kbm_fail(error, KBM_REFUSED, "no_new_privs cannot be set: error %d", errno);
	/* The kernel's limit lies behind the engine's timer, so that the timer's message wins. */
	rlim_t seconds = limits->cpu_ms / 1000 + 2;
	const struct limit always[] = {
	    {RLIMIT_CORE, "CORE", 0, 0},
	    {RLIMIT_CPU, "CPU", seconds, seconds + 1},
	};
	enum kbm_code code = set_limits(always, sizeof always / sizeof always[0], error);
#ifndef KBM_SANITIZE
	/* AddressSanitizer maps terabytes, and reads /proc to report and to look for leaks. */
	if (code == KBM_OK && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		code = kbm_fail(error, KBM_REFUSED, "dumpable cannot be cleared: error %d", errno);
	/* DATA counts private writable memory, AS every mapping, files too. */
	rlim_t data = limits->memory_bytes + KBM_CHILD_BASE_BYTES;
	rlim_t space = data + limits->mapped_bytes;
	const struct limit plain[] = {
	    {RLIMIT_DATA, "DATA", data, data}, {RLIMIT_AS, "AS", space, space},
	    {RLIMIT_FSIZE, "FSIZE", 0, 0},     {RLIMIT_NOFILE, "NOFILE", 0, 0},
	    {RLIMIT_NPROC, "NPROC", 0, 0}, /* void for root: no defence by itself */
	    {RLIMIT_MEMLOCK, "MEMLOCK", 0, 0}, {RLIMIT_MSGQUEUE, "MSGQUEUE", 0, 0},
	};
	if (code == KBM_OK)
		code = set_limits(plain, sizeof plain / sizeof plain[0], error);
#endif
	return code;
}
