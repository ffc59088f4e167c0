/* The system calls that a jailed process may make, compiled to the kernel's form.
 *
 * This program runs once, while kbmend is built: libseccomp turns the tables below into filter
 * programs, each printed as a C array for guard/jail_linux.c. So the worker starts without
 * libseccomp, and a child has nothing to compile.
 *
 * Everything that is not in the table ends the process (SIGSYS). */
#include "guard/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum answer { ALLOW, REFUSE };
enum { MAX_COMPARED = 3, MAX_INSTRUCTIONS = 4096 };

struct rule {
	const char *name;
	enum answer answer;
	unsigned compared;
	struct scmp_arg_cmp arguments[MAX_COMPARED]; /* argument from 0, how, with what */
};

/* Bits of mmap()'s protection that nothing may have. */
#define FORBIDDEN_PROTECTION (~(scmp_datum_t)(PROT_READ | PROT_WRITE))
#define FUTEX_OPERATION	     (~(scmp_datum_t)FUTEX_PRIVATE_FLAG)
#define OF_FAMILY(family)                 \
	{                                 \
		0, SCMP_CMP_EQ, family, 0 \
	}
/* SOCK_CLOEXEC and SOCK_NONBLOCK may stand beside it. */
#define STREAM                                          \
	{                                               \
		1, SCMP_CMP_MASKED_EQ, 0xf, SOCK_STREAM \
	}
/* The family's own, which is TCP: Landlock lets MPTCP and SCTP through to any port. */
#define DEFAULT_PROTOCOL             \
	{                            \
		2, SCMP_CMP_EQ, 0, 0 \
	}
#define OUR_SOCKET                                   \
	{                                            \
		0, SCMP_CMP_EQ, KBM_WORKER_SOCKET, 0 \
	}

/* clang-format off */
/* Of every jailed process. */
static const struct rule common[] = {
	/* memory: private, of no file, never executable */
	{"brk", ALLOW, 0, {{0}}},
	{"mmap", ALLOW, 2, {{2, SCMP_CMP_MASKED_EQ, FORBIDDEN_PROTECTION, 0},
			    {3, SCMP_CMP_EQ, MAP_PRIVATE | MAP_ANONYMOUS, 0}}},
	{"mremap", ALLOW, 1, {{3, SCMP_CMP_EQ, MREMAP_MAYMOVE, 0}}},
	{"munmap", ALLOW, 0, {{0}}},
	{"madvise", ALLOW, 1, {{2, SCMP_CMP_EQ, MADV_DONTNEED, 0}}},
	/* locks, clocks, chance */
	{"futex", ALLOW, 1, {{1, SCMP_CMP_MASKED_EQ, FUTEX_OPERATION, FUTEX_WAIT}}},
	{"futex", ALLOW, 1, {{1, SCMP_CMP_MASKED_EQ, FUTEX_OPERATION, FUTEX_WAKE}}},
	{"clock_gettime", ALLOW, 0, {{0}}},
	{"gettimeofday", ALLOW, 0, {{0}}},
	{"getrandom", ALLOW, 0, {{0}}},
	/* coming back from the CPU timer's handler, and the end */
	{"rt_sigreturn", ALLOW, 0, {{0}}},
	{"restart_syscall", ALLOW, 0, {{0}}},
	{"exit", ALLOW, 0, {{0}}},
	{"exit_group", ALLOW, 0, {{0}}},
	/* abort(): its signal is refused, whoever it is for, and the C library then ends the process
	 * by an instruction that is none. Allowed, it could end other processes of the user. */
	{"rt_sigprocmask", ALLOW, 0, {{0}}},
	{"gettid", ALLOW, 0, {{0}}},
	{"getpid", ALLOW, 0, {{0}}},
	{"tgkill", REFUSE, 0, {{0}}},
	{"rt_sigaction", REFUSE, 0, {{0}}},
	/* what the C library tries on its own and can do without */
	{"open", REFUSE, 0, {{0}}},
	{"openat", REFUSE, 0, {{0}}},
	{"newfstatat", REFUSE, 0, {{0}}},
	{"fstat", REFUSE, 0, {{0}}},
	{"ioctl", REFUSE, 0, {{0}}},
	{"writev", REFUSE, 0, {{0}}},
	{"readlink", REFUSE, 0, {{0}}},
	{"lseek", REFUSE, 0, {{0}}},
	{"sysinfo", REFUSE, 0, {{0}}},
};

/* A child that computes: it talks to kbmend, and to nobody else. */
static const struct rule compute[] = {
	{"read", ALLOW, 1, {OUR_SOCKET}},
	{"write", ALLOW, 1, {OUR_SOCKET}},
	{"close", REFUSE, 0, {{0}}},
};

/* What talks to directory servers: stream sockets of its own making. Which ports, Landlock says. */
static const struct rule network[] = {
	{"read", ALLOW, 0, {{0}}},
	{"write", ALLOW, 0, {{0}}},
	{"close", ALLOW, 0, {{0}}},
	{"socket", ALLOW, 3, {OF_FAMILY(AF_INET), STREAM, DEFAULT_PROTOCOL}},
	{"socket", ALLOW, 3, {OF_FAMILY(AF_INET6), STREAM, DEFAULT_PROTOCOL}},
	{"connect", ALLOW, 0, {{0}}},
	{"shutdown", ALLOW, 0, {{0}}},
	{"poll", ALLOW, 0, {{0}}},
	{"ppoll", ALLOW, 0, {{0}}},
	{"getsockopt", ALLOW, 0, {{0}}},
	{"setsockopt", ALLOW, 2, {{1, SCMP_CMP_EQ, SOL_SOCKET, 0}, {2, SCMP_CMP_EQ, SO_KEEPALIVE, 0}}},
	{"setsockopt", ALLOW, 2, {{1, SCMP_CMP_EQ, IPPROTO_TCP, 0}, {2, SCMP_CMP_EQ, TCP_NODELAY, 0}}},
	{"getpeername", ALLOW, 0, {{0}}},
	{"fcntl", ALLOW, 1, {{1, SCMP_CMP_EQ, F_GETFL, 0}}},
	{"fcntl", ALLOW, 1, {{1, SCMP_CMP_EQ, F_SETFL, 0}}},
	{"timer_settime", ALLOW, 0, {{0}}},
};

/* Beside that, where the server is on this machine. Nothing says which of the user's sockets. */
static const struct rule local[] = {
	{"socket", ALLOW, 3, {OF_FAMILY(AF_UNIX), STREAM, DEFAULT_PROTOCOL}},
};

#define RULES(table)                                    \
	{                                               \
		table, sizeof(table) / sizeof(table)[0] \
	}
enum { MAX_TABLES = 3 };
static const struct profile {
	const char *name;
	struct {
		const struct rule *rules;
		size_t count;
	} tables[MAX_TABLES];
} profiles[] = {
	{"compute", {RULES(common), RULES(compute)}},
	{"network", {RULES(common), RULES(network)}},
	{"local", {RULES(common), RULES(network), RULES(local)}},
};
/* clang-format on */

static void fail(const char *what, int result)
{
	fprintf(stderr, "jail_policy: %s: error %d\n", what, -result);
	exit(1);
}

static void add_rules(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &rules[i];
		int number = seccomp_syscall_resolve_name(rule->name);
		if (number < 0) /* some architectures never had it: openat for open */
			continue;
		uint32_t action = rule->answer == ALLOW ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM);
		int result =
		    seccomp_rule_add_array(filter, action, number, rule->compared, rule->arguments);
		if (result != 0)
			fail(rule->name, result);
	}
}

static scmp_filter_ctx make_filter(const struct profile *profile)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		fail("seccomp_init", -ENOMEM);
	int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (result != 0)
		fail("another architecture's calls", result);
	for (size_t i = 0; i < MAX_TABLES; i++)
		add_rules(filter, profile->tables[i].rules, profile->tables[i].count);
	return filter;
}

/* The filter's instructions, of which there are `count`. */
static size_t compile(const struct profile *profile,
		      struct sock_filter instructions[static MAX_INSTRUCTIONS])
{
	scmp_filter_ctx filter = make_filter(profile);
	FILE *compiled = tmpfile(); /* this version of libseccomp writes to files only */
	if (compiled == NULL)
		fail("a temporary file", -errno);
	int result = seccomp_export_bpf(filter, fileno(compiled));
	seccomp_release(filter);
	if (result != 0)
		fail("seccomp_export_bpf", result);
	rewind(compiled);
	size_t count = fread(instructions, sizeof *instructions, MAX_INSTRUCTIONS, compiled);
	fclose(compiled);
	if (count == 0 || count == MAX_INSTRUCTIONS)
		fail("the filter's length", -EFBIG);
	return count;
}

static const struct profile *find_profile(const char *name)
{
	for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	fail(name, -EINVAL);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct sock_filter instructions[MAX_INSTRUCTIONS];
	const struct scmp_version *version = seccomp_version();
	FILE *out = argc == 3 ? fopen(argv[2], "w") : NULL;
	if (out == NULL)
		fail("usage: jail_policy PROFILE FILE", -errno);
	size_t count = compile(find_profile(argv[1]), instructions);
	fprintf(out, "/* Made of guard/jail_policy.c by libseccomp %u.%u.%u. */\n", version->major,
		version->minor, version->micro);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "{0x%02x, %u, %u, 0x%08x},\n", instructions[i].code,
			instructions[i].jt, instructions[i].jf, instructions[i].k);
	if (fclose(out) != 0)
		fail(argv[2], -errno);
	return 0;
}
