/* A worker whose script and header jobs were taken over: they run native code that an attacker
 * chose.
 *
 * Linked in the place of guard/job_script.c and job_header.c, so that everything else is the real
 * worker: the child is forked, mapped and jailed as ever, and this runs where the script would.
 * Which attack, says the script's text: its first line is "-- attack NAME", or "-- header-attack
 * NAME". What went through is said as the run's verdict: an `error` whose reason begins with
 * ESCAPED. */
#include "base/limits.h"
#include "guard/job.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* What the kernel headers of Debian 12 may lack. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

static struct kbm_job_call *call;

/* --- saying that it worked ------------------------------------------------------------------ */

static void escaped(const char *how)
{
	char reason[200];
	snprintf(reason, sizeof reason, "ESCAPED: %s", how);
	struct kbm_end end = {KBM_VERDICT_ERROR, reason, ""};
	kbm_channel_send(call->channel, KBM_MESSAGE_END, &end, 0, NULL);
	_exit(0);
}

/* A system call that must not succeed. */
static void must_fail(long result, const char *how)
{
	if (result != -1)
		escaped(how);
}

/* --- files ----------------------------------------------------------------------------------- */

static void open_file(void)
{
#ifdef SYS_open
	must_fail(syscall(SYS_open, "/etc/passwd", O_RDONLY), "open");
#endif
}

static void open_at(void)
{
	must_fail(openat(AT_FDCWD, "/etc/passwd", O_RDONLY), "openat");
}

static void open_at_2(void)
{
	uint64_t how[3] = {O_RDONLY, 0, 0};
	must_fail(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how), "openat2");
}

static void create_file(void)
{
	must_fail(syscall(SYS_mknodat, AT_FDCWD, "pwned", S_IFREG | 0600, 0), "mknodat");
}

static void make_folder(void)
{
	must_fail(mkdir("pwned", 0700), "mkdir");
}

static void remove_file(void)
{
	must_fail(unlink("canary"), "unlink");
}

static void rename_file(void)
{
	must_fail(rename("canary", "pwned"), "rename");
}

static void look_at_file(void)
{
	struct stat status;
	must_fail(stat("/etc/passwd", &status), "stat");
}

static void read_standard_input(void)
{
	char byte;
	must_fail(read(STDIN_FILENO, &byte, 1), "read of descriptor 0");
}

static void write_standard_output(void)
{
	must_fail(write(STDOUT_FILENO, "ESCAPED\n", 8), "write to descriptor 1");
}

static void write_standard_error(void)
{
	must_fail(write(STDERR_FILENO, "ESCAPED\n", 8), "write to descriptor 2");
}

static void write_vector(void)
{
	struct iovec part = {"ESCAPED\n", 8};
	must_fail(writev(STDERR_FILENO, &part, 1), "writev");
}

static void copy_descriptor(void)
{
	must_fail(dup(KBM_WORKER_SOCKET), "dup");
}

static void reach_worker_socket(void)
{
	/* The worker's own socket is closed in a child; nothing above ours is open. */
	for (int i = KBM_WORKER_SOCKET + 1; i < 64; i++)
		must_fail(write(i, "x", 1), "write to a descriptor above the socket");
}

/* --- network and other processes -------------------------------------------------------------- */

static void make_socket(void)
{
	must_fail(socket(AF_INET, SOCK_STREAM, 0), "socket");
}

static void make_unix_socket(void)
{
	must_fail(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
}

static void connect_socket(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	must_fail(connect(KBM_WORKER_SOCKET, (struct sockaddr *)&address, sizeof address),
		  "connect");
}

static void send_descriptor(void)
{
	int sent = STDIN_FILENO;
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof sent)] = {0};
	struct iovec part = {"x", 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = space,
				 .msg_controllen = sizeof space};
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof sent);
	memcpy(CMSG_DATA(control), &sent, sizeof sent);
	must_fail(sendmsg(KBM_WORKER_SOCKET, &message, 0), "sendmsg");
}

static void run_program(void)
{
	char *arguments[] = {"/bin/true", NULL};
	must_fail(execve("/bin/true", arguments, NULL), "execve");
}

static void run_program_at(void)
{
	char *arguments[] = {"/bin/true", NULL};
	must_fail(syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, NULL, 0), "execveat");
}

static void run_memory(void)
{
	int made = (int)syscall(SYS_memfd_create, "x", 0U);
	must_fail(made, "memfd_create");
	char *arguments[] = {"x", NULL};
	must_fail(syscall(SYS_execveat, made, "", arguments, NULL, AT_EMPTY_PATH), "execveat");
}

static void fork_process(void)
{
	must_fail(fork(), "fork");
}

static void clone_process(void)
{
	struct clone_args arguments = {.exit_signal = SIGCHLD};
	must_fail(syscall(SYS_clone3, &arguments, sizeof arguments), "clone3");
}

static void make_thread(void)
{
	must_fail(syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND, NULL, NULL,
			  NULL, 0),
		  "clone");
}

static void trace_parent(void)
{
	must_fail(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL), "ptrace");
}

static void read_parent(void)
{
	char byte;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)call, 1};
	must_fail(process_vm_readv(getppid(), &here, 1, &there, 1, 0), "process_vm_readv");
}

static void kill_parent(void)
{
	must_fail(kill(getppid(), SIGKILL), "kill");
}

static void kill_everything(void)
{
	must_fail(kill(-1, SIGTERM), "kill of all");
}

static void abort_parent(void)
{
	/* getppid() is forbidden: numbers near our own are tried. */
	for (pid_t near = getpid() - 8; near < getpid(); near++)
		if (syscall(SYS_tgkill, near, near, SIGABRT) == 0)
			escaped("tgkill of another process");
}

static void open_process(void)
{
	must_fail(syscall(SYS_pidfd_open, getpid(), 0), "pidfd_open");
}

static void enter_namespace(void)
{
	must_fail(unshare(CLONE_NEWUSER), "unshare");
}

/* --- limits and the jail itself --------------------------------------------------------------- */

static void raise_limit(void)
{
	struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	must_fail(prlimit(0, RLIMIT_CPU, &more, NULL), "prlimit");
}

static void raise_limit_of_parent(void)
{
	struct rlimit none = {0, 0};
	must_fail(prlimit(1, RLIMIT_NOFILE, &none, NULL), "prlimit of another process");
}

static void allow_dumps(void)
{
	must_fail(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl");
}

static void outlive_parent(void)
{
	must_fail(prctl(PR_SET_PDEATHSIG, 0), "prctl");
}

static void replace_filter(void)
{
	must_fail(syscall(SYS_seccomp, 1, 0, NULL), "seccomp");
}

static void make_ring(void)
{
	char parameters[256] = {0};
	must_fail(syscall(SYS_io_uring_setup, 4, parameters), "io_uring_setup");
}

static void load_program(void)
{
	must_fail(syscall(SYS_bpf, 0, NULL, 0), "bpf");
}

static void map_code(void)
{
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (made != MAP_FAILED)
		escaped("mmap of code");
}

static void turn_into_code(void)
{
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (made != MAP_FAILED)
		must_fail(mprotect(made, 4096, PROT_READ | PROT_EXEC), "mprotect");
}

static void map_file(void)
{
	void *made = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	if (made != MAP_FAILED)
		escaped("mmap of a descriptor");
}

static void share_memory(void)
{
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (made != MAP_FAILED)
		escaped("mmap of shared memory");
}

static void write_hive(void)
{
	/* The mapping is read-only: this ends the process. */
	if (call->input_count > 0)
		memset((void *)call->inputs[0].bytes, 'x', 64);
	escaped("a write to the mapped hive");
}

/* --- ending badly, or not at all -------------------------------------------------------------- */

static void crash(void)
{
	raise(SIGSEGV);
	volatile uintptr_t nowhere = 8;
	*(volatile int *)nowhere = 1;
}

static void give_up(void)
{
	abort();
}

static void use_other_architecture(void)
{
#ifdef __x86_64__
	/* 32-bit getpid(): another table of system calls, which no filter for this one reads. */
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
	escaped("a 32-bit system call");
#else
	make_socket(); /* there is no other table: a call that ends it, too */
#endif
}

static void use_x32(void)
{
	must_fail(syscall(0x40000000L + SYS_getpid), "an x32 system call");
}

static void loop(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
}

/* No signal may end it. */
static void loop_deaf(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	loop();
}

static void eat_memory(void)
{
	for (size_t eaten = 0;; eaten += KBM_MIB) {
		void *block = malloc(KBM_MIB);
		if (block == NULL)
			_exit(9);
		memset(block, 1, KBM_MIB);
		if (eaten > 1024UL * KBM_MIB)
			escaped("a gigabyte of memory");
	}
}

static void eat_stack(volatile char *above)
{
	volatile char frame[4096];
	frame[0] = above[0];
	if (frame[0] == 0) /* always */
		eat_stack(frame);
	frame[1] = above[1];
}

static void overflow_stack(void)
{
	volatile char frame[2] = {0};
	eat_stack(frame);
}

/* --- talking nonsense ------------------------------------------------------------------------- */

static void put_frame(uint32_t length, uint8_t type, uint8_t kind, uint16_t id)
{
	uint8_t header[KBM_FRAME_BYTES];
	const struct kbm_frame frame = {length, type, kind, id};
	kbm_frame_write(&frame, header);
	if (write(KBM_WORKER_SOCKET, header, sizeof header) < 0)
		_exit(1);
}

static void say_unknown_type(void)
{
	put_frame(0, 0xEE, KBM_FRAME_LAST, call->channel->id);
}

static void say_too_much(void)
{
	put_frame(UINT32_MAX, KBM_MESSAGE_OUTPUT, KBM_FRAME_LAST, call->channel->id);
}

static void say_for_another_job(void)
{
	put_frame(0, KBM_MESSAGE_RESULT, KBM_FRAME_LAST, (uint16_t)(call->channel->id + 1));
}

static void say_control_message(void)
{
	put_frame(4, KBM_MESSAGE_EXITED, KBM_FRAME_LAST, call->channel->id);
}

static void say_done_at_once(void)
{
	put_frame(0, KBM_MESSAGE_DONE, KBM_FRAME_LAST, call->channel->id);
}

static void say_half_a_frame(void)
{
	if (write(KBM_WORKER_SOCKET, "\x05\0\0", 3) < 0)
		_exit(1);
	_exit(0);
}

static void say_malformed_result(void)
{
	put_frame(3, KBM_MESSAGE_RESULT, KBM_FRAME_LAST, call->channel->id);
	if (write(KBM_WORKER_SOCKET, "\xff\xff\xff", 3) < 0)
		_exit(1);
}

static void say_pass_after_finding(void)
{
	struct kbm_finding finding = {.id = "x", .message = "x", .because = "x"};
	struct kbm_result pass = {.verdict = KBM_VERDICT_PASS, .reason = "ESCAPED"};
	kbm_channel_send(call->channel, KBM_MESSAGE_FINDING, &finding, 0, NULL);
	kbm_channel_send(call->channel, KBM_MESSAGE_RESULT, &pass, 0, NULL);
}

static void search_after_result(void)
{
	struct kbm_result pass = {.verdict = KBM_VERDICT_PASS, .reason = "x"};
	struct kbm_search search = {.base = ""};
	kbm_channel_send(call->channel, KBM_MESSAGE_RESULT, &pass, 0, NULL);
	kbm_channel_send(call->channel, KBM_MESSAGE_SEARCH, &search, 0, NULL);
}

/* A change of the directory, as only kbmend asks for it. */
static void modify_entry(void)
{
	struct kbm_blob value = {(uint8_t *)"x", 1};
	struct kbm_attribute_change item = {"description", NULL, 0, &value, 1};
	struct kbm_entry_change change = {"o=Contoso", &item, 1};
	kbm_channel_send(call->channel, KBM_MESSAGE_MODIFY, &change, 0, NULL);
}

static void say_modified(void)
{
	struct kbm_modified modified = {{KBM_OK, ""}, false};
	kbm_channel_send(call->channel, KBM_MESSAGE_MODIFIED, &modified, 0, NULL);
}

static void flood(void)
{
	struct kbm_output output = {"x"};
	while (kbm_channel_send(call->channel, KBM_MESSAGE_OUTPUT, &output, 0, NULL) == KBM_OK)
		;
}

static void flood_searches(void)
{
	struct kbm_search search = {.base = "o=Nowhere"};
	while (kbm_channel_send(call->channel, KBM_MESSAGE_SEARCH, &search, 0, NULL) == KBM_OK)
		;
}

static void search_too_often(void)
{
	struct kbm_search search = {.base = "o=Nowhere"};
	struct kbm_bytes body;
	enum kbm_message type;
	uint16_t id;
	kbm_bytes_init(&body, 0);
	while (kbm_channel_send(call->channel, KBM_MESSAGE_SEARCH, &search, 0, NULL) == KBM_OK &&
	       kbm_channel_receive(call->channel, KBM_MESSAGE_BIT(KBM_MESSAGE_ANSWER), 0, &body,
				   &type, &id, NULL) == KBM_OK)
		;
}

/* What is shown is one place, what would be written another. */
static void change_elsewhere(void)
{
	struct kbm_finding finding = {.id = "x", .message = "x", .because = "x"};
	struct kbm_change change = {
	    .op = KBM_SET_VALUE,
	    .script = "x",
	    .finding = "x",
	    .place = {.kind = KBM_PLACE_VALUE,
		      .path = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC",
		      .hive = "SYSTEM",
		      .physical = "Select",
		      .name = "Current",
		      .name_length = 7}};
	kbm_channel_send(call->channel, KBM_MESSAGE_FINDING, &finding, 0, NULL);
	kbm_channel_send(call->channel, KBM_MESSAGE_CHANGE, &change, 0, NULL);
	_exit(0);
}

static void observe_elsewhere(void)
{
	struct kbm_observation row = {
	    .what = "x",
	    .place = {.kind = KBM_PLACE_KEY,
		      .path = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC",
		      .hive = "SYSTEM",
		      .physical = "Select"}};
	kbm_channel_send(call->channel, KBM_MESSAGE_OBSERVATION, &row, 0, NULL);
	_exit(0);
}

/* Who could not look has seen nothing. */
static void notapplicable_after_observation(void)
{
	struct kbm_observation row = {.what = "x"};
	struct kbm_result other = {.verdict = KBM_VERDICT_NOTAPPLICABLE, .reason = "x"};
	kbm_channel_send(call->channel, KBM_MESSAGE_OBSERVATION, &row, 0, NULL);
	kbm_channel_send(call->channel, KBM_MESSAGE_RESULT, &other, 0, NULL);
}

static void claim(enum kbm_code code)
{
	struct kbm_error error = {0};
	kbm_fail(&error, code, "\x1b[31mbecause I say so");
	kbm_channel_send(call->channel, KBM_MESSAGE_FAILED, &error, 0, NULL);
	_exit(0);
}

static void claim_no_sandbox(void)
{
	claim(KBM_REFUSED);
}

static void claim_wrong_usage(void)
{
	claim(KBM_USAGE);
}

static void claim_no_memory(void)
{
	claim(KBM_MEMORY);
}

static void speak_escape_sequences(void)
{
	struct kbm_end end = {KBM_VERDICT_ERROR, "\x1b]0;x\x07\x1b[2J\xc2\x9b\x33\x31m\xe2\x80\xae",
			      "\x1b[31m"};
	kbm_channel_send(call->channel, KBM_MESSAGE_END, &end, 0, NULL);
	_exit(0);
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} attacks[] = {
    {"open", open_file},
    {"openat", open_at},
    {"openat2", open_at_2},
    {"mknodat", create_file},
    {"mkdir", make_folder},
    {"unlink", remove_file},
    {"rename", rename_file},
    {"stat", look_at_file},
    {"read-stdin", read_standard_input},
    {"write-stdout", write_standard_output},
    {"write-stderr", write_standard_error},
    {"writev", write_vector},
    {"dup", copy_descriptor},
    {"write-above", reach_worker_socket},
    {"socket-inet", make_socket},
    {"socket-unix", make_unix_socket},
    {"connect", connect_socket},
    {"sendmsg", send_descriptor},
    {"execve", run_program},
    {"execveat", run_program_at},
    {"memfd-exec", run_memory},
    {"fork", fork_process},
    {"clone3", clone_process},
    {"clone", make_thread},
    {"ptrace", trace_parent},
    {"process-vm-readv", read_parent},
    {"kill-parent", kill_parent},
    {"kill-all", kill_everything},
    {"tgkill-others", abort_parent},
    {"pidfd-open", open_process},
    {"unshare", enter_namespace},
    {"prlimit", raise_limit},
    {"prlimit-other", raise_limit_of_parent},
    {"prctl-dumpable", allow_dumps},
    {"prctl-parent-death", outlive_parent},
    {"seccomp", replace_filter},
    {"io-uring", make_ring},
    {"bpf", load_program},
    {"mmap-exec", map_code},
    {"mprotect-exec", turn_into_code},
    {"mmap-file", map_file},
    {"mmap-shared", share_memory},
    {"write-hive", write_hive},
    {"crash", crash},
    {"abort", give_up},
    {"int80", use_other_architecture},
    {"x32", use_x32},
    {"loop", loop},
    {"loop-deaf", loop_deaf},
    {"memory", eat_memory},
    {"stack", overflow_stack},
    {"unknown-type", say_unknown_type},
    {"oversized", say_too_much},
    {"other-job", say_for_another_job},
    {"control-message", say_control_message},
    {"early-done", say_done_at_once},
    {"half-frame", say_half_a_frame},
    {"malformed", say_malformed_result},
    {"pass-after-finding", say_pass_after_finding},
    {"search-after-result", search_after_result},
    {"modify", modify_entry},
    {"modified", say_modified},
    {"flood", flood},
    {"flood-searches", flood_searches},
    {"many-searches", search_too_often},
    {"escape-sequences", speak_escape_sequences},
    {"change-elsewhere", change_elsewhere},
    {"observe-elsewhere", observe_elsewhere},
    {"notapplicable-after-observation", notapplicable_after_observation},
    {"claim-refused", claim_no_sandbox},
    {"claim-usage", claim_wrong_usage},
    {"claim-memory", claim_no_memory},
};

/* The script's first line names the attack; a script without one runs no attack. */
static void attack_as_told(const uint8_t *script, size_t script_length, const char *format)
{
	char name[64];
	char text[80];
	size_t length = script_length < sizeof text - 1 ? script_length : sizeof text - 1;
	memcpy(text, script, length);
	text[length] = '\0';
	if (sscanf(text, format, name) != 1)
		return;
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
		if (strcmp(attacks[i].name, name) == 0) {
			attacks[i].run();
			return;
		}
	escaped("no such attack");
}

enum kbm_code kbm_job_script(struct kbm_job_call *given, struct kbm_error *error)
{
	struct kbm_start_script start = {0};
	call = given;
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_SCRIPT, call->start.data,
						call->start.length, &start, error);
	if (code != KBM_OK)
		return code;
	attack_as_told(start.text, start.length, "-- attack %63s");
	kbm_message_clear(KBM_MESSAGE_START_SCRIPT, &start);
	struct kbm_result held = {.verdict = KBM_VERDICT_PASS, .reason = "the jail held"};
	return kbm_channel_send(call->channel, KBM_MESSAGE_RESULT, &held, 0, error);
}

/* Without an attack, as the real one. */
enum kbm_code kbm_job_header(struct kbm_job_call *given, struct kbm_error *error)
{
	struct kbm_start_header start = {0};
	call = given;
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_HEADER, call->start.data,
						call->start.length, &start, error);
	if (code == KBM_OK)
		attack_as_told(start.text, start.length, "-- header-attack %63s");
	if (code == KBM_OK)
		code = kbm_engine_load(call->engine, start.name, (const char *)start.text,
				       start.length, NULL, error);
	if (code == KBM_OK)
		code = kbm_channel_send(call->channel, KBM_MESSAGE_INFO,
					kbm_engine_info(call->engine), 0, error);
	return code;
}
