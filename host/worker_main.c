/* kbmend-worker: started by kbmend, with one socket and nothing else. */
#include "guard/worker.h"

#include "base/limits.h"

#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A lower limit that is there already stays. */
static bool lower_limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) != 0)
		return false;
	if (limit.rlim_max > most)
		limit.rlim_max = most;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit) == 0;
}

/* Root's rights beyond those of a file's owner: none is needed to fork, to map what was given, or
 * to end children of one's own. */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	return syscall(SYS_capset, &header, none) == 0;
}

/* What holds for the worker already, and so for every child from its first instruction on. */
static bool give_up_rights(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
#ifndef KBM_SANITIZE /* AddressSanitizer reads /proc to report and to look for leaks */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return false;
#endif
	return drop_capabilities() && lower_limit(RLIMIT_CORE, 0) &&
	       lower_limit(RLIMIT_STACK, KBM_CHILD_STACK_BYTES);
}

int main(void)
{
	int type = 0;
	socklen_t size = sizeof type;
	if (getsockopt(KBM_WORKER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
		fputs("kbmend-worker is started by kbmend, not by hand\n", stderr);
		return 64;
	}
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || chdir("/") != 0 || !give_up_rights())
		return 1;
	int status = kbm_worker_serve();
	/* No destructor has anything to do here. */
	_exit(status);
}
