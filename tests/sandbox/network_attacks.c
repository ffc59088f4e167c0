/* The attacks: each row is one system call or a few, made as an attacker would, without regard for
 * what the program itself would do. */
#include "network_attacks.h"

#include "base/clock.h"
#include "base/limits.h"
#include "source/deadline.h"
#include "source/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* What the headers of Debian 12 may lack. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* An attack's function; `around` is there for those that need it. */
#define ATTACK(name) static int name(const struct kbm_network_surroundings *around)
/* One that is a single call. */
#define CALL(name, call)                \
	ATTACK(name)                    \
	{                               \
		(void)around;           \
		return result_of(call); \
	}

static int result_of(long returned)
{
	return returned == -1 ? errno : 0;
}

static int result_of_map(const void *made)
{
	return made == MAP_FAILED ? errno : 0;
}

/* --- files ----------------------------------------------------------------------------------- */

static const uint64_t how_to_open[3] = {O_RDONLY, 0, 0};
static struct stat status;

#ifdef SYS_open
CALL(open_file, syscall(SYS_open, "canary", O_RDWR))
#endif
CALL(open_at, openat(AT_FDCWD, "/etc/passwd", O_RDONLY))
CALL(open_at_2, syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how_to_open, sizeof how_to_open))
CALL(create_file, openat(AT_FDCWD, "pwned", O_CREAT | O_WRONLY, 0600))
CALL(make_node, syscall(SYS_mknodat, AT_FDCWD, "pwned", S_IFREG | 0600, 0))
CALL(look_at_file, stat("/etc/passwd", &status))
CALL(look_at_more, syscall(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0, NULL))
CALL(may_read, syscall(SYS_faccessat, AT_FDCWD, "/etc/passwd", R_OK))
CALL(make_folder, mkdir("pwned", 0700))
CALL(remove_file, unlink("canary"))
CALL(rename_file, rename("canary", "pwned"))
CALL(link_file, link("canary", "pwned"))
CALL(name_file, symlink("canary", "pwned"))
CALL(cut_file, truncate("canary", 0))
CALL(change_mode, chmod("canary", 0777))
CALL(change_folder, chdir("/"))
CALL(change_root, chroot("/"))

ATTACK(read_file_at)
{
	char byte;
	return result_of(pread(around->file, &byte, 1, 0));
}

ATTACK(send_file)
{
	return result_of(syscall(SYS_sendfile, around->channel, around->file, NULL, 1));
}

/* --- other programs and processes ------------------------------------------------------------- */

static char *const no_arguments[] = {(char *)"true", NULL};
static const struct clone_args as_fork = {.exit_signal = SIGCHLD};
static siginfo_t nothing_known;

CALL(run_program, execve("/bin/true", no_arguments, NULL))
CALL(run_program_at, syscall(SYS_execveat, AT_FDCWD, "/bin/true", no_arguments, NULL, 0))
CALL(fork_process, fork())
#ifdef SYS_vfork
CALL(fork_and_wait, syscall(SYS_vfork))
#endif
CALL(clone_process, syscall(SYS_clone3, &as_fork, sizeof as_fork))
CALL(make_thread,
     syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND, NULL, NULL, NULL, 0))
CALL(kill_all, kill(-1, SIGTERM))
CALL(be_traced, ptrace(PTRACE_TRACEME, 0, NULL, NULL))

ATTACK(trace_other)
{
	return result_of(ptrace(PTRACE_SEIZE, around->victim, NULL, NULL));
}

ATTACK(kill_other)
{
	return result_of(kill(around->victim, SIGKILL));
}

ATTACK(kill_thread_of_other)
{
	return result_of(syscall(SYS_tgkill, around->victim, around->victim, SIGKILL));
}

ATTACK(kill_task_of_other)
{
	return result_of(syscall(SYS_tkill, around->victim, SIGKILL));
}

ATTACK(queue_signal)
{
	return result_of(syscall(SYS_rt_sigqueueinfo, around->victim, SIGTERM, &nothing_known));
}

ATTACK(open_process)
{
	return result_of(syscall(SYS_pidfd_open, around->victim, 0));
}

ATTACK(read_other)
{
	char byte;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)&kbm_network_attack_count, 1};
	return result_of(process_vm_readv(around->victim, &here, 1, &there, 1, 0));
}

ATTACK(write_other)
{
	char byte = 0;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)&status, 1};
	return result_of(process_vm_writev(around->victim, &here, 1, &there, 1, 0));
}

ATTACK(limit_other)
{
	const struct rlimit none = {0, 0};
	return result_of(prlimit(around->victim, RLIMIT_NOFILE, &none, NULL));
}

/* --- memory ----------------------------------------------------------------------------------- */

enum { CODE = PROT_READ | PROT_WRITE | PROT_EXEC, OWN = MAP_PRIVATE | MAP_ANONYMOUS };

CALL(make_memory_file, syscall(SYS_memfd_create, "x", 0U))
CALL(share_with_system, shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600))
CALL(handle_faults, syscall(SYS_userfaultfd, 0))

ATTACK(map_code)
{
	(void)around;
	return result_of_map(mmap(NULL, 4096, CODE, OWN, -1, 0));
}

ATTACK(turn_into_code)
{
	(void)around;
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, OWN, -1, 0);
	return made == MAP_FAILED ? EXDEV : result_of(mprotect(made, 4096, PROT_READ | PROT_EXEC));
}

ATTACK(unprotect_own_code)
{
	(void)around;
	uintptr_t page = (uintptr_t)result_of & ~(uintptr_t)4095;
	return result_of(mprotect((void *)page, 4096, CODE));
}

ATTACK(map_file)
{
	return result_of_map(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, around->file, 0));
}

ATTACK(share_memory)
{
	(void)around;
	return result_of_map(
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

/* How much can be had before the system says no: the error, or 0 where it is too much. */
ATTACK(eat_memory)
{
	(void)around;
	const size_t most = KBM_CHILD_BASE_BYTES + KBM_NETWORK_MEMORY_MIB * KBM_MIB;
	for (size_t eaten = 0; eaten <= most; eaten += KBM_MIB) {
		void *made = mmap(NULL, KBM_MIB, PROT_READ | PROT_WRITE, OWN, -1, 0);
		if (made == MAP_FAILED)
			return errno;
		memset(made, 1, KBM_MIB);
	}
	return 0;
}

/* --- sockets ---------------------------------------------------------------------------------- */

static int pair[2];

CALL(make_datagram, socket(AF_INET, SOCK_DGRAM, 0))
CALL(make_datagram_6, socket(AF_INET6, SOCK_DGRAM, 0))
CALL(make_raw, socket(AF_INET, SOCK_RAW, IPPROTO_ICMP))
CALL(make_raw_6, socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6))
CALL(make_netlink, socket(AF_NETLINK, SOCK_RAW, 0))
CALL(make_packet, socket(AF_PACKET, SOCK_RAW, 0))
CALL(make_vsock, socket(AF_VSOCK, SOCK_STREAM, 0))
CALL(make_algorithm, socket(AF_ALG, SOCK_SEQPACKET, 0))
CALL(make_unix_datagram, socket(AF_UNIX, SOCK_DGRAM, 0))
CALL(make_unix_packets, socket(AF_UNIX, SOCK_SEQPACKET, 0))
CALL(make_pair, socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
CALL(make_multipath_6, socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP))
CALL(make_sctp, socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP))
CALL(wait_with_epoll, epoll_create1(0))

static int connect_4(uint16_t port, int protocol)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	return made < 0
		   ? EXDEV
		   : result_of(connect(made, (const struct sockaddr *)&address, sizeof address));
}

ATTACK(connect_elsewhere)
{
	return connect_4(around->forbidden, 0);
}

/* Landlock knows TCP; this is another protocol, which falls back to it. */
ATTACK(connect_elsewhere_by_paths)
{
	return connect_4(around->forbidden, IPPROTO_MPTCP);
}

ATTACK(connect_elsewhere_6)
{
	const struct sockaddr_in6 address = {.sin6_family = AF_INET6,
					     .sin6_port = htons(around->forbidden),
					     .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int made = socket(AF_INET6, SOCK_STREAM, 0);
	return made < 0
		   ? EXDEV
		   : result_of(connect(made, (const struct sockaddr *)&address, sizeof address));
}

static int connect_unix(const char *name, size_t zeros)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + zeros + strlen(name));
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path + zeros, sizeof address.sun_path - zeros, "%s", name);
	return made < 0 ? EXDEV
			: result_of(connect(made, (const struct sockaddr *)&address, length));
}

ATTACK(connect_abstract)
{
	return connect_unix(around->abstract, 1);
}

ATTACK(bind_socket)
{
	(void)around;
	const struct sockaddr_in address = {.sin_family = AF_INET};
	int made = socket(AF_INET, SOCK_STREAM, 0);
	return made < 0 ? EXDEV
			: result_of(bind(made, (const struct sockaddr *)&address, sizeof address));
}

ATTACK(listen_socket)
{
	(void)around;
	int made = socket(AF_INET, SOCK_STREAM, 0);
	return made < 0 ? EXDEV : result_of(listen(made, 1));
}

ATTACK(accept_connection)
{
	return result_of(accept(around->listener, NULL, NULL));
}

ATTACK(accept_connection_4)
{
	return result_of(accept4(around->listener, NULL, NULL, SOCK_CLOEXEC));
}

static int set_option(int level, int name)
{
	const int on = 1;
	int made = socket(AF_INET, SOCK_STREAM, 0);
	return made < 0 ? EXDEV : result_of(setsockopt(made, level, name, &on, sizeof on));
}

#define OPTION(function, level, name)           \
	ATTACK(function)                        \
	{                                       \
		(void)around;                   \
		return set_option(level, name); \
	}

OPTION(reuse_address, SOL_SOCKET, SO_REUSEADDR)
OPTION(bind_to_device, SOL_SOCKET, SO_BINDTODEVICE)
OPTION(attach_filter, SOL_SOCKET, SO_ATTACH_FILTER)
OPTION(open_early, IPPROTO_TCP, TCP_FASTOPEN_CONNECT)
OPTION(attach_protocol, IPPROTO_TCP, TCP_ULP)
OPTION(set_header, IPPROTO_IP, IP_OPTIONS)

ATTACK(send_descriptor)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {(void *)"x", 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = space,
				 .msg_controllen = sizeof space};
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(control), &around->file, sizeof(int));
	return result_of(sendmsg(around->channel, &message, 0));
}

ATTACK(receive_descriptor)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {0};
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = space,
				 .msg_controllen = sizeof space};
	return result_of(recvmsg(around->channel, &message, MSG_DONTWAIT));
}

ATTACK(send_to)
{
	return result_of(sendto(around->channel, "x", 1, MSG_FASTOPEN, NULL, 0));
}

ATTACK(receive_from)
{
	char byte;
	return result_of(recvfrom(around->channel, &byte, 1, MSG_DONTWAIT, NULL, NULL));
}

ATTACK(write_vector)
{
	struct iovec part = {(void *)"x", 1};
	return result_of(writev(around->channel, &part, 1));
}

/* --- descriptors ------------------------------------------------------------------------------ */

ATTACK(copy_descriptor)
{
	return result_of(dup(around->channel));
}

ATTACK(copy_descriptor_to)
{
	return result_of(syscall(SYS_dup3, around->channel, 20, 0));
}

ATTACK(copy_by_fcntl)
{
	return result_of(fcntl(around->channel, F_DUPFD, 0));
}

ATTACK(copy_by_fcntl_closed)
{
	return result_of(fcntl(around->channel, F_DUPFD_CLOEXEC, 0));
}

ATTACK(send_signals_to)
{
	return result_of(fcntl(around->channel, F_SETOWN, around->victim));
}

ATTACK(control_device)
{
	struct ifreq request = {0};
	return result_of(ioctl(around->channel, SIOCGIFFLAGS, &request));
}

ATTACK(open_too_many)
{
	(void)around;
	for (int i = 0; i < KBM_NETWORK_MAX_DESCRIPTORS; i++)
		if (socket(AF_INET, SOCK_STREAM, 0) < 0)
			return errno;
	return 0;
}

/* --- rights, the system, the jail itself ------------------------------------------------------ */

static char parameters[256];

CALL(become_root, setuid(0))
CALL(become_another, syscall(SYS_setresuid, 1, 1, 1))
CALL(leave_namespace, unshare(CLONE_NEWUSER))
CALL(enter_namespace, setns(0, 0))
CALL(mount_files, mount("none", "/mnt", "tmpfs", 0, NULL))
CALL(make_ring, syscall(SYS_io_uring_setup, 4, parameters))
CALL(load_program, syscall(SYS_bpf, 0, NULL, 0))
CALL(count_events, syscall(SYS_perf_event_open, parameters, 0, -1, -1, 0))
CALL(use_keys, syscall(SYS_keyctl, 0, -4, 1))
CALL(add_key, syscall(SYS_add_key, "user", "x", "x", 1, -4))
CALL(look_at_system, syscall(SYS_sysinfo, parameters))
CALL(allow_dumps, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
CALL(outlive_parent, prctl(PR_SET_PDEATHSIG, 0))
CALL(replace_filter, syscall(SYS_seccomp, 1, 0, NULL))
CALL(change_handler, result_of_map(signal(SIGTERM, SIG_IGN)) == 0 ? 0 : -1)
CALL(change_personality, syscall(SYS_personality, 0x40000))

ATTACK(raise_limit)
{
	(void)around;
	const struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	return result_of(prlimit(0, RLIMIT_NOFILE, &more, NULL));
}

#ifdef __x86_64__
CALL(use_x32, syscall(0x40000000L + SYS_getpid))

/* The same call of another table, that of 32-bit programs. */
ATTACK(use_other_architecture)
{
	long result;
	(void)around;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
	return result_of(result);
}
#endif

ATTACK(loop)
{
	(void)around;
	for (volatile unsigned long i = 0;; i++)
		;
	return 0;
}

/* --- what the program does, and has to be able to --------------------------------------------- */

ATTACK(talk)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(around->permitted),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct kbm_addresses addresses = {.count = 1};
	struct kbm_error error;
	int made = -1;
	char answer[8] = "";
	memcpy(&addresses.items[0].address, &address, sizeof address);
	addresses.items[0].length = sizeof address;
	if (kbm_dial(&addresses, 5000, &made, &error) != KBM_OK)
		return EHOSTUNREACH;
	struct pollfd polled = {made, POLLIN, 0};
	if (write(made, "hello", 5) != 5 || poll(&polled, 1, 5000) != 1 ||
	    read(made, answer, 5) != 5 || memcmp(answer, "hello", 5) != 0)
		return EIO;
	struct sockaddr_storage peer;
	socklen_t size = sizeof peer;
	if (getpeername(made, (struct sockaddr *)&peer, &size) != 0)
		return errno;
	/* The other end then closes, too. */
	if (shutdown(made, SHUT_WR) != 0 || read(made, answer, 1) != 0)
		return EPROTO;
	return result_of(close(made));
}

static int prepare_deadline(void)
{
	struct kbm_error error;
	return kbm_deadline_prepare(&error) == KBM_OK ? 0 : -1;
}

/* A read that would wait for ever. */
ATTACK(meet_deadline)
{
	char byte;
	uint64_t begun = kbm_clock_ms();
	kbm_deadline_start(around->channel, 50);
	ssize_t got = read(around->channel, &byte, 1);
	if (!kbm_deadline_stop() || got > 0)
		return EPROTO;
	uint64_t took = kbm_clock_ms() - begun;
	return took >= 40 && took < 5000 ? 0 : ETIME;
}

ATTACK(write_to_channel)
{
	return write(around->channel, "x", 1) == 1 ? 0 : errno;
}

ATTACK(get_chance)
{
	char bytes[16];
	(void)around;
	return getrandom(bytes, sizeof bytes, 0) == sizeof bytes ? 0 : errno;
}

ATTACK(ask_clocks)
{
	struct timespec now;
	(void)around;
	if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) != 0)
		return errno;
	return result_of(syscall(SYS_clock_gettime, CLOCK_REALTIME, &now));
}

ATTACK(use_memory)
{
	(void)around;
	char *made = mmap(NULL, 8 * KBM_MIB, PROT_READ | PROT_WRITE, OWN, -1, 0);
	if (made == MAP_FAILED)
		return errno;
	memset(made, 1, 8 * KBM_MIB);
	return result_of(munmap(made, 8 * KBM_MIB));
}

ATTACK(connect_to_path)
{
	return connect_unix(around->path, 0);
}

/* --- the table -------------------------------------------------------------------------------- */

#define KILLED	(-SIGSYS)
#define REFUSED EPERM

const struct kbm_network_attack kbm_network_attacks[] = {
#ifdef SYS_open
    {.name = "open", open_file, REFUSED},
#endif
    {.name = "openat", open_at, REFUSED},
    {.name = "openat2", open_at_2, KILLED},
    {.name = "openat to create", create_file, REFUSED},
    {.name = "mknodat", make_node, KILLED},
    {.name = "stat", look_at_file, REFUSED},
    {.name = "statx", look_at_more, KILLED},
    {.name = "faccessat", may_read, KILLED},
    {.name = "mkdir", make_folder, KILLED},
    {.name = "unlink", remove_file, KILLED},
    {.name = "rename", rename_file, KILLED},
    {.name = "link", link_file, KILLED},
    {.name = "symlink", name_file, KILLED},
    {.name = "truncate", cut_file, KILLED},
    {.name = "chmod", change_mode, KILLED},
    {.name = "chdir", change_folder, KILLED},
    {.name = "chroot", change_root, KILLED},
    {.name = "pread", read_file_at, KILLED},
    {.name = "sendfile", send_file, KILLED},
    {.name = "execve", run_program, KILLED},
    {.name = "execveat", run_program_at, KILLED},
    {.name = "fork", fork_process, KILLED},
#ifdef SYS_vfork
    {.name = "vfork", fork_and_wait, KILLED},
#endif
    {.name = "clone3", clone_process, KILLED},
    {.name = "clone of a thread", make_thread, KILLED},
    {.name = "kill", kill_other, KILLED},
    {.name = "kill of all", kill_all, KILLED},
    {.name = "tgkill", kill_thread_of_other, REFUSED},
    {.name = "tkill", kill_task_of_other, KILLED},
    {.name = "rt_sigqueueinfo", queue_signal, KILLED},
    {.name = "pidfd_open", open_process, KILLED},
    {.name = "ptrace of another", trace_other, KILLED},
    {.name = "ptrace of oneself", be_traced, KILLED},
    {.name = "process_vm_readv", read_other, KILLED},
    {.name = "process_vm_writev", write_other, KILLED},
    {.name = "prlimit of another", limit_other, KILLED},
    {.name = "mmap of code", map_code, KILLED},
    {.name = "mprotect to code", turn_into_code, KILLED},
    {.name = "mprotect of its code", unprotect_own_code, KILLED},
    {.name = "mmap of a file", map_file, KILLED},
    {.name = "mmap of shared memory", share_memory, KILLED},
    {.name = "memfd_create", make_memory_file, KILLED},
    {.name = "shmget", share_with_system, KILLED},
    {.name = "userfaultfd", handle_faults, KILLED},
    {.name = "too much memory", eat_memory, ENOMEM},
    {.name = "UDP", make_datagram, KILLED},
    {.name = "UDP by IPv6", make_datagram_6, KILLED},
    {.name = "raw socket", make_raw, KILLED},
    {.name = "raw socket of IPv6", make_raw_6, KILLED},
    {.name = "netlink", make_netlink, KILLED},
    {.name = "packet socket", make_packet, KILLED},
    {.name = "vsock", make_vsock, KILLED},
    {.name = "AF_ALG", make_algorithm, KILLED},
    {.name = "unix datagrams", make_unix_datagram, KILLED},
    {.name = "unix packets", make_unix_packets, KILLED},
    {.name = "socketpair", make_pair, KILLED},
    {.name = "another port by MPTCP", connect_elsewhere_by_paths, KILLED},
    {.name = "MPTCP by IPv6", make_multipath_6, KILLED},
    {.name = "SCTP", make_sctp, KILLED},
    {.name = "epoll_create1", wait_with_epoll, KILLED},
    {.name = "another port", connect_elsewhere, EACCES, .landlock = 4},
    {.name = "another port by IPv6", connect_elsewhere_6, EACCES, .landlock = 4},
    {.name = "bind", bind_socket, KILLED},
    {.name = "listen", listen_socket, KILLED},
    {.name = "accept", accept_connection, KILLED},
    {.name = "accept4", accept_connection_4, KILLED},
    {.name = "SO_REUSEADDR", reuse_address, KILLED},
    {.name = "SO_BINDTODEVICE", bind_to_device, KILLED},
    {.name = "SO_ATTACH_FILTER", attach_filter, KILLED},
    {.name = "TCP_FASTOPEN_CONNECT", open_early, KILLED},
    {.name = "TCP_ULP", attach_protocol, KILLED},
    {.name = "IP_OPTIONS", set_header, KILLED},
    {.name = "sendmsg of a descriptor", send_descriptor, KILLED},
    {.name = "recvmsg", receive_descriptor, KILLED},
    {.name = "sendto", send_to, KILLED},
    {.name = "recvfrom", receive_from, KILLED},
    {.name = "writev", write_vector, REFUSED},
    {.name = "dup", copy_descriptor, KILLED},
    {.name = "dup3", copy_descriptor_to, KILLED},
    {.name = "F_DUPFD", copy_by_fcntl, KILLED},
    {.name = "F_DUPFD_CLOEXEC", copy_by_fcntl_closed, KILLED},
    {.name = "F_SETOWN", send_signals_to, KILLED},
    {.name = "ioctl", control_device, REFUSED},
    {.name = "too many descriptors", open_too_many, EMFILE},
    {.name = "setuid", become_root, KILLED},
    {.name = "setresuid", become_another, KILLED},
    {.name = "unshare", leave_namespace, KILLED},
    {.name = "setns", enter_namespace, KILLED},
    {.name = "mount", mount_files, KILLED},
    {.name = "io_uring_setup", make_ring, KILLED},
    {.name = "bpf", load_program, KILLED},
    {.name = "perf_event_open", count_events, KILLED},
    {.name = "keyctl", use_keys, KILLED},
    {.name = "add_key", add_key, KILLED},
    {.name = "sysinfo", look_at_system, REFUSED},
    {.name = "PR_SET_DUMPABLE", allow_dumps, KILLED},
    {.name = "PR_SET_PDEATHSIG", outlive_parent, KILLED},
    {.name = "seccomp", replace_filter, KILLED},
    {.name = "a signal's handler", change_handler, REFUSED},
    {.name = "personality", change_personality, KILLED},
    {.name = "prlimit", raise_limit, KILLED},
#ifdef __x86_64__
    {.name = "an x32 call", use_x32, KILLED},
    {.name = "a 32-bit call", use_other_architecture, KILLED},
#endif
    {.name = "too much time", loop, -SIGXCPU},
    {.name = "unix stream", connect_to_path, KILLED},
    {.name = "an abstract socket", connect_abstract, REFUSED, .landlock = 6, KBM_JAIL_LOCAL},
    {.name = "unix datagrams where the server is local",
     make_unix_datagram,
     KILLED,
     0,
     KBM_JAIL_LOCAL},
    {.name = "UDP where the server is local", make_datagram, KILLED, 0, KBM_JAIL_LOCAL},
    {.name = "execve where the server is local", run_program, KILLED, 0, KBM_JAIL_LOCAL},
    {.name = "too many descriptors where the server is local",
     open_too_many,
     EMFILE,
     0,
     KBM_JAIL_LOCAL},
    {.name = "another port where the server is local",
     connect_elsewhere,
     EACCES,
     4,
     KBM_JAIL_LOCAL},
    {.name = "talk by TCP", talk, KBM_NETWORK_WORKS},
    {.name = "a time limit", meet_deadline, KBM_NETWORK_WORKS, .before = prepare_deadline},
    {.name = "write to kbmend", write_to_channel, KBM_NETWORK_WORKS},
    {.name = "getrandom", get_chance, KBM_NETWORK_WORKS},
    {.name = "clocks", ask_clocks, KBM_NETWORK_WORKS},
    {.name = "8 MiB", use_memory, KBM_NETWORK_WORKS},
    {.name = "unix stream where the server is local",
     connect_to_path,
     KBM_NETWORK_WORKS,
     0,
     KBM_JAIL_LOCAL},
    {.name = "talk by TCP where the server is local", talk, KBM_NETWORK_WORKS, 0, KBM_JAIL_LOCAL},
};
const size_t kbm_network_attack_count = sizeof kbm_network_attacks / sizeof kbm_network_attacks[0];
