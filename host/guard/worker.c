/* The worker's loop: kbmend's orders, and its own children's ends. */
#include "guard/worker.h"

#include "base/limits.h"
#include "guard/channel.h"
#include "guard/jail.h"
#include "guard/jobs.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct child {
	pid_t pid;
	uint16_t id;
	uint32_t cpu_ms;
	bool overran; /* ended from here for its CPU time */
};

struct worker {
	struct kbm_channel control;
	struct kbm_bytes body;
	struct kbm_engine *engine; /* made with the first module or script */
	bool is_settled;	   /* the engine: no module came since */
	struct child *children;
	size_t child_count;
	pid_t pid;
};

/* --- children ------------------------------------------------------------------------------- */

static bool send_exited(struct worker *worker, uint16_t id, int status)
{
	struct kbm_exited exited = {status};
	worker->control.id = id;
	enum kbm_code code =
	    kbm_channel_send(&worker->control, KBM_MESSAGE_EXITED, &exited, 0, NULL);
	worker->control.id = 0;
	return code == KBM_OK;
}

/* Collects ended children and tells kbmend. */
static bool reap(struct worker *worker)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0)
			return true;
		for (size_t i = 0; i < worker->child_count; i++) {
			if (worker->children[i].pid != pid)
				continue;
			struct child ended = worker->children[i];
			worker->children[i] = worker->children[--worker->child_count];
			if (!send_exited(worker, ended.id, ended.overran ? SIGXCPU : status))
				return false;
			break;
		}
	}
}

static void kill_child(const struct worker *worker, uint16_t id)
{
	for (size_t i = 0; i < worker->child_count; i++) {
		if (worker->children[i].id == id)
			kill(worker->children[i].pid, SIGKILL);
	}
}

/* The CPU time that a child has left, in milliseconds; 0: all is used up. One that cannot be asked
 * has ended, and is collected soon. */
static int cpu_left(const struct child *child)
{
	clockid_t clock;
	struct timespec used = {0};
	uint32_t grace = child->cpu_ms / 10;
	if (grace < KBM_CHILD_CPU_WATCH_MS)
		grace = KBM_CHILD_CPU_WATCH_MS;
	if (clock_getcpuclockid(child->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return INT_MAX;
	int64_t used_ms = (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
	int64_t left = (int64_t)child->cpu_ms + grace - used_ms;
	return left > 0 ? (int)left : 0;
}

/* Ends children whose CPU time is over, whatever they do about signals; how long to wait until the
 * next can be so far: a child has one thread, so that its clock is never faster than the wall's. */
static int watch_cpu(struct worker *worker)
{
	int least = INT_MAX;
	for (size_t i = 0; i < worker->child_count; i++) {
		struct child *child = &worker->children[i];
		int left = child->overran ? INT_MAX : cpu_left(child);
		if (left == 0) {
			child->overran = true;
			kill(child->pid, SIGKILL);
		} else if (left < least) {
			least = left;
		}
	}
	return least;
}

static bool make_engine(struct worker *worker, struct kbm_error *error)
{
	const struct kbm_engine_limits limits = {KBM_CHILD_MEMORY_MIB * KBM_MIB, 0};
	return worker->engine != NULL || kbm_engine_make(&limits, &worker->engine, error) == KBM_OK;
}

static bool remember(struct worker *worker, pid_t pid, uint16_t id, uint32_t cpu_ms)
{
	struct child *grown =
	    realloc(worker->children, (worker->child_count + 1) * sizeof *worker->children);
	if (grown == NULL)
		return false;
	worker->children = grown;
	worker->children[worker->child_count++] = (struct child){pid, id, cpu_ms, false};
	return true;
}

static _Noreturn void start_child(const struct worker *worker, const struct kbm_child_order *order)
{
	/* The child must not outlive the worker, which may be gone already. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != worker->pid)
		_exit(1);
	kbm_child_run(order);
}

/* Says in the child's place, on its socket, why there is none. */
static bool refuse_child(struct worker *worker, uint16_t id, int socket, int reason)
{
	static struct kbm_channel channel;
	struct kbm_error error = {0};
	kbm_fail(&error, KBM_IO, "no process can be made: %s", strerror(reason));
	error.code = KBM_IO;
	kbm_channel_init(&channel, socket, id, KBM_WIRE_MAX_UP, KBM_WIRE_MAX_DOWN);
	/* Where that cannot be said either, kbmend sees that the job ended. */
	kbm_channel_send(&channel, KBM_MESSAGE_FAILED, &error, 0, NULL);
	return send_exited(worker, id, 1 << 8);
}

static bool spawn(struct worker *worker, uint16_t id)
{
	struct kbm_child_order order = {.id = id};
	int descriptors[KBM_CHANNEL_DESCRIPTORS];
	struct kbm_error error;
	if (kbm_message_decode(KBM_MESSAGE_SPAWN, worker->body.data, worker->body.length,
			       &order.spawn, &error) != KBM_OK)
		return false;
	size_t count = 1 + order.spawn.inputs + (order.spawn.output ? 1 : 0);
	if (order.spawn.job >= KBM_JOB_COUNT ||
	    !kbm_channel_take_descriptors(&worker->control, descriptors, count))
		return false;
	if (kbm_jobs[order.spawn.job].runs_lua) {
		if (!make_engine(worker, &error))
			return false;
		if (!worker->is_settled)
			kbm_engine_settle(worker->engine);
		worker->is_settled = true;
		order.engine = worker->engine;
	}
	order.descriptors = descriptors;
	pid_t pid = fork();
	if (pid == 0)
		start_child(worker, &order);
	bool served = pid < 0 ? refuse_child(worker, id, descriptors[0], errno)
			      : remember(worker, pid, id, order.spawn.cpu_ms);
	for (size_t i = 0; i < count; i++)
		close(descriptors[i]);
	return served;
}

/* --- orders --------------------------------------------------------------------------------- */

static bool add_module(struct worker *worker)
{
	struct kbm_module module = {0};
	struct kbm_error error = {0};
	if (kbm_message_decode(KBM_MESSAGE_MODULE, worker->body.data, worker->body.length, &module,
			       &error) != KBM_OK)
		return false;
	worker->is_settled = false;
	if (make_engine(worker, &error))
		error.code = kbm_engine_add_module(
		    worker->engine, module.name, (const char *)module.text, module.length, &error);
	return kbm_channel_send(&worker->control, KBM_MESSAGE_ADDED, &error, 0, NULL) == KBM_OK;
}

/* One order. False when kbmend is gone or makes no sense: there is nothing to go on for. */
static bool obey(struct worker *worker)
{
	static const uint64_t orders = KBM_MESSAGE_BIT(KBM_MESSAGE_MODULE) |
				       KBM_MESSAGE_BIT(KBM_MESSAGE_SPAWN) |
				       KBM_MESSAGE_BIT(KBM_MESSAGE_KILL);
	enum kbm_message type;
	uint16_t id;
	if (kbm_channel_receive(&worker->control, orders, 0, &worker->body, &type, &id, NULL) !=
	    KBM_OK)
		return false;
	if (type == KBM_MESSAGE_MODULE)
		return add_module(worker);
	if (type == KBM_MESSAGE_SPAWN)
		return spawn(worker, id);
	kill_child(worker, id);
	return true;
}

static void on_child(int number)
{
	(void)number; /* only wakes ppoll() */
}

static void serve(struct worker *worker, const sigset_t *waiting)
{
	for (;;) {
		if (!reap(worker))
			return;
		if (!kbm_channel_has_buffered(&worker->control)) {
			struct pollfd polled = {KBM_WORKER_SOCKET, POLLIN, 0};
			int ms = watch_cpu(worker);
			struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
			int ready = ppoll(&polled, 1, ms == INT_MAX ? NULL : &wait, waiting);
			if (ready < 0 && errno != EINTR)
				return;
			if (ready <= 0)
				continue;
		}
		if (!obey(worker))
			return;
	}
}

int kbm_worker_serve(void)
{
	/* Never freed: it ends with the process. */
	static struct worker worker;
	struct kbm_hello hello = {KBM_PROTOCOL_VERSION, KBM_VERSION};
	sigset_t child_only;
	sigset_t waiting;
	struct sigaction child = {.sa_handler = on_child};
	/* A child's end interrupts the wait and nothing else. */
	sigemptyset(&child_only);
	sigaddset(&child_only, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_only, &waiting);
	sigdelset(&waiting, SIGCHLD);
	sigaction(SIGCHLD, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	kbm_channel_init(&worker.control, KBM_WORKER_SOCKET, 0, KBM_WIRE_MAX_DOWN,
			 KBM_WIRE_MAX_DOWN);
	worker.control.takes_descriptors = true;
	worker.pid = getpid();
	kbm_jail_prepare();
	kbm_bytes_init(&worker.body, 0);
	if (kbm_channel_send(&worker.control, KBM_MESSAGE_HELLO, &hello, 0, NULL) != KBM_OK)
		return 1;
	serve(&worker, &waiting);
	for (size_t i = 0; i < worker.child_count; i++)
		kill(worker.children[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return 0;
}
