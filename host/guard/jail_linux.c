/* Shutting a child in, on Linux. */
#include "guard/jail.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* Newer than Debian 12's headers. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* An error's number, 0 for none, of a call that gives -1. */
static int result_of(long returned)
{
	return returned < 0 ? errno : 0;
}

/* What a trial found: the call had to fail. */
static int expect_refused(bool went_through)
{
	return went_through ? EPROTO : 0;
}

/* --- flags of the process ------------------------------------------------------------------- */

static int forbid_privileges(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	(void)order;
	(void)state;
	return result_of(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int try_privileges(void)
{
	return expect_refused(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1);
}

/* Set by the worker between fork and here, when it also looked whether the parent is still there.
 */
static int keep_parent_death(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	(void)order;
	(void)state;
	int number = 0;
	if (prctl(PR_GET_PDEATHSIG, &number) != 0)
		return errno;
	return number == SIGKILL ? 0 : EPROTO;
}

#ifndef KBM_SANITIZE
/* AddressSanitizer maps terabytes, reads /proc to report and to look for leaks, and makes its own
 * system calls: a build with it has the layers above only. */

static int forbid_dumps(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	(void)order;
	(void)state;
	return result_of(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

static int try_dumps(void)
{
	return expect_refused(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0);
}

static int forbid_code(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	(void)order;
	(void)state;
	return result_of(prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0));
}

static int try_code(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *made = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED)
		return errno;
	bool went_through = mprotect(made, page, PROT_READ | PROT_EXEC) == 0;
	munmap(made, page);
	return expect_refused(went_through);
}

/* --- Landlock ------------------------------------------------------------------------------- */

/* All rights that a version of Landlock knows, to be taken away: on files (up to refer in version
 * 2, truncate in 3, ioctl on devices in 5), bind and connect by TCP (4), abstract sockets and
 * signals (6). They are the fields of struct landlock_ruleset_attr (linux/landlock.h), of which an
 * older kernel takes as many bytes as it knows. */
static const struct {
	uint64_t rights[3];
	size_t bytes;
} by_version[] = {
    {{0}, 0},	       {{0x1fff}, 8},	  {{0x3fff}, 8},	{{0x7fff}, 8},
    {{0x7fff, 3}, 16}, {{0xffff, 3}, 16}, {{0xffff, 3, 3}, 24},
};

enum { NET_VERSION = 4 };

/* Connecting to these, and to no other port: struct landlock_net_port_attr. */
static int permit_ports(int ruleset, const struct kbm_jail_order *order)
{
	enum { RULE_NET_PORT = 2, CONNECT_TCP = 2 };
	int failed = 0;
	for (size_t i = 0; failed == 0 && i < order->port_count; i++) {
		const uint64_t rule[] = {CONNECT_TCP, order->ports[i]};
		failed = result_of(syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, rule, 0));
	}
	return failed;
}

static int take_rights(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	enum { ASK_VERSION = 1 };
	const size_t newest = sizeof by_version / sizeof by_version[0] - 1;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	if (version <= 0)
		return version < 0 ? errno : ENOSYS;
	state->landlock_version = (uint32_t)version;
	size_t known = (size_t)version < newest ? (size_t)version : newest;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, by_version[known].rights,
				   by_version[known].bytes, 0);
	if (ruleset < 0)
		return errno;
	int failed = known >= NET_VERSION ? permit_ports(ruleset, order) : 0;
	if (failed == 0)
		failed = result_of(syscall(SYS_landlock_restrict_self, ruleset, 0));
	close(ruleset);
	return failed;
}

static int try_rights(void)
{
	int opened = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened >= 0)
		close(opened);
	return expect_refused(opened >= 0);
}

/* --- limits --------------------------------------------------------------------------------- */

struct limit {
	__rlimit_resource_t resource;
	rlim_t soft, hard;
};

static int set_limits(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	(void)state;
	/* The kernel's limit lies behind the engine's timer and the worker's watch, so that their
	 * words win. */
	rlim_t seconds = order->cpu_ms / 1000 + 2;
	/* DATA counts private writable memory, AS every mapping, files too. */
	rlim_t data = order->memory_bytes + KBM_CHILD_BASE_BYTES;
	rlim_t space = data + order->mapped_bytes;
	rlim_t files = order->profile == KBM_JAIL_COMPUTE ? 0 : KBM_JAIL_MAX_PORTS;
	const struct limit limits[] = {
	    {RLIMIT_CORE, 0, 0},       {RLIMIT_CPU, seconds, seconds + 1},
	    {RLIMIT_DATA, data, data}, {RLIMIT_AS, space, space},
	    {RLIMIT_FSIZE, 0, 0},      {RLIMIT_NOFILE, files, files},
	    {RLIMIT_NPROC, 0, 0}, /* void for root: no defence by itself */
	    {RLIMIT_MEMLOCK, 0, 0},    {RLIMIT_MSGQUEUE, 0, 0},
	};
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		struct rlimit limit;
		if (getrlimit(limits[i].resource, &limit) != 0)
			return errno;
		/* A lower limit that is there already stays, also where it could be raised. */
		if (limit.rlim_max > limits[i].hard)
			limit.rlim_max = limits[i].hard;
		limit.rlim_cur = limits[i].soft < limit.rlim_max ? limits[i].soft : limit.rlim_max;
		if (setrlimit(limits[i].resource, &limit) != 0)
			return errno;
	}
	return 0;
}

static int try_limits(void)
{
	int copied = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, KBM_JAIL_MAX_PORTS);
	if (copied >= 0)
		close(copied);
	return expect_refused(copied >= 0);
}

/* --- system calls --------------------------------------------------------------------------- */

static int filter_calls(const struct kbm_jail_order *order, struct kbm_jail_state *state)
{
	(void)state;
	static struct sock_filter compute[] = {
#include "jail_compute.inc"
	};
	static struct sock_filter network[] = {
#include "jail_network.inc"
	};
	static struct sock_filter local[] = {
#include "jail_local.inc"
	};
	const struct sock_fprog programs[] = {
	    [KBM_JAIL_COMPUTE] = {sizeof compute / sizeof compute[0], compute},
	    [KBM_JAIL_NETWORK] = {sizeof network / sizeof network[0], network},
	    [KBM_JAIL_LOCAL] = {sizeof local / sizeof local[0], local},
	};
	return result_of(
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &programs[order->profile], 0, 0));
}

/* Of what only a filter refuses, the one that does no harm. */
static int try_calls(void)
{
	struct sysinfo told;
	return expect_refused(syscall(SYS_sysinfo, &told) == 0);
}
#endif

/* --- the whole ------------------------------------------------------------------------------ */

/* In this order: Landlock takes a descriptor, which the limits forbid; the filter forbids all. */
static const struct step {
	enum kbm_jail_layer layer;
	int (*enter)(const struct kbm_jail_order *order, struct kbm_jail_state *state);
	int (*try)(void);
} steps[] = {
    {KBM_JAIL_NO_NEW_PRIVILEGES, forbid_privileges, try_privileges},
    {KBM_JAIL_PARENT_DEATH, keep_parent_death, NULL},
#ifndef KBM_SANITIZE
    {KBM_JAIL_NOT_DUMPABLE, forbid_dumps, try_dumps},
    {KBM_JAIL_NO_CODE, forbid_code, try_code},
    {KBM_JAIL_LANDLOCK, take_rights, try_rights},
    {KBM_JAIL_LIMITS, set_limits, try_limits},
    {KBM_JAIL_SYSTEM_CALLS, filter_calls, try_calls},
#endif
};

static enum kbm_code refuse(enum kbm_jail_layer layer, int failed, struct kbm_error *error)
{
	if (layer == KBM_JAIL_SYSTEM_CALLS)
		return kbm_fail(
		    error, KBM_REFUSED,
		    "no sandbox: this system does not filter system calls (seccomp: "
		    "%s). Nothing is run or read without that; --unsafe-no-sandbox does "
		    "it all the same",
		    strerror(failed));
	return kbm_fail(error, KBM_REFUSED, "no sandbox: '%s' cannot be had: %s",
			kbm_jail_texts[layer].name, strerror(failed));
}

enum kbm_code kbm_jail_enter(const struct kbm_jail_order *order, struct kbm_jail_state *state,
			     struct kbm_error *error)
{
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT; i++)
		state->errors[i] = ENOPKG; /* ENOTSUP says that Landlock is off */
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		const struct step *step = &steps[i];
		int failed = step->enter(order, state);
		if (failed == 0 && order->tries && step->try != NULL)
			failed = step->try();
		state->errors[step->layer] = failed;
		bool bearable = !kbm_jail_texts[step->layer].required ||
				(order->lenient && step->layer == KBM_JAIL_SYSTEM_CALLS);
		if (failed != 0 && !bearable)
			return refuse(step->layer, failed, error);
	}
	return KBM_OK;
}

static int compare_bytes(const void *left, const void *right)
{
	return *(const char *)left - *(const char *)right;
}

void kbm_jail_prepare(void)
{
	/* glibc asks the system how much memory there is when it first sorts more than a kilobyte,
	 * and keeps the answer. */
	char sorted[2048] = {0};
	qsort(sorted, sizeof sorted, 1, compare_bytes);
}

void kbm_jail_provoke(void)
{
	int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* of no profile */
	if (made >= 0)
		close(made);
}
