/* A child's life: its descriptors mapped, its limits set, its job done, its end reported. */
#include "guard/worker.h"

#include "base/limits.h"
#include "guard/jail.h"
#include "guard/job.h"
#include "source/hive_regf.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much nicer a child is that yields: beside one that does not it gets a third of the time. It
 * stays so when that one is ready, as nobody may be less nice again: on a machine that others keep
 * busy it must not meet its limit of time by the clock. */
enum { YIELDING = 3 };

/* The one job of this process, where signal handlers find it. */
static struct kbm_channel channel;
static struct kbm_job_call call;

/* --- the end of a process that cannot go on ------------------------------------------------- */

/* What the child says when input i shrinks: made before, since the handler can make nothing. */
static struct {
	uint8_t frame[KBM_FRAME_BYTES + 16 + KBM_ERROR_MESSAGE_BYTES];
	size_t length;
} farewells[KBM_CHILD_MAX_INPUTS];

/* Messages of a dying process are encoded here, without the heap: malloc may be what was
 * interrupted. */
static uint8_t last_words[KBM_SCRIPT_MAX_OUTPUT + KBM_WIRE_MAX_MESSAGE];

void kbm_job_name_input(struct kbm_job_call *named, size_t input, const char *path)
{
	struct kbm_error error = {.code = KBM_UNREADABLE};
	struct kbm_bytes message = {.data = farewells[input].frame,
				    .capacity = sizeof farewells[input].frame,
				    .maximum = sizeof farewells[input].frame - 1};
	kbm_fail(&error, KBM_UNREADABLE, "%.180s%sthe file changed while it was read",
		 path == NULL ? "" : path, path == NULL ? "" : ": ");
	kbm_channel_begin(&message);
	kbm_message_encode(KBM_MESSAGE_FAILED, &error, &message, NULL);
	struct kbm_frame frame = {(uint32_t)(message.length - KBM_FRAME_BYTES), KBM_MESSAGE_FAILED,
				  KBM_FRAME_LAST, named->channel->id};
	kbm_frame_write(&frame, message.data);
	farewells[input].length = message.length;
}

enum kbm_code kbm_job_name_sources(struct kbm_job_call *named,
				   const struct kbm_start_source *sources, size_t count,
				   struct kbm_error *error)
{
	if (kbm_start_source_input(sources, count) > named->input_count)
		return kbm_fail(error, KBM_INTERNAL, "a source came without its descriptor");
	size_t input = 0;
	for (size_t i = 0; i < count; i++)
		if (sources[i].problem == NULL)
			kbm_job_name_input(named, input++, sources[i].path);
	return KBM_OK;
}

/* SIGBUS is an input that became shorter than its mapping; anything else is a crash. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	const uint8_t *address = info->si_addr;
	for (size_t i = 0; i < call.input_count && channel.sending == 0; i++) {
		const struct kbm_job_input *input = &call.inputs[i];
		if (address < input->bytes || address >= input->bytes + input->length)
			continue;
		ssize_t written =
		    write(channel.descriptor, farewells[i].frame, farewells[i].length);
		_exit(written < 0 ? 1 : 0);
	}
	/* SA_RESETHAND put the default back: the faulting instruction runs again and ends the
	 * process. */
}

/* What the run leaves beside its reason; what has no room among the last words is left out. */
static void say_last(struct kbm_channel *to, enum kbm_message type, const void *structure,
		     struct kbm_bytes *message)
{
	kbm_channel_begin(message);
	if (kbm_message_encode(type, structure, message, NULL) == KBM_OK)
		kbm_channel_send_begun(to, type, message, 0, NULL);
}

void kbm_job_end(void *context, enum kbm_verdict verdict, const char *reason, const char *place)
{
	struct kbm_job_call *ended = context;
	struct kbm_bytes message = {
	    .data = last_words, .capacity = sizeof last_words, .maximum = sizeof last_words - 1};
	if (ended->channel->sending != 0)
		_exit(KBM_CHILD_EXIT_LIMIT); /* a frame is half sent: nothing can be said */
	const struct kbm_result *partial = kbm_engine_partial(ended->engine);
	if (partial != NULL && partial->output != NULL && partial->output[0] != '\0') {
		const struct kbm_output output = {partial->output};
		say_last(ended->channel, KBM_MESSAGE_OUTPUT, &output, &message);
	}
	/* A limit may have struck while a row was being added. */
	size_t rows =
	    partial != NULL && verdict == KBM_VERDICT_UNKNOWN ? partial->observation_count : 0;
	for (size_t i = 0; i < rows; i++)
		say_last(ended->channel, KBM_MESSAGE_OBSERVATION, &partial->observations[i],
			 &message);
	struct kbm_end end = {verdict, reason, place == NULL ? "" : place};
	kbm_channel_begin(&message);
	if (kbm_message_encode(KBM_MESSAGE_END, &end, &message, NULL) != KBM_OK) {
		struct kbm_end brief = {verdict, "the reason is too long to be told", ""};
		kbm_channel_begin(&message);
		kbm_message_encode(KBM_MESSAGE_END, &brief, &message, NULL);
	}
	enum kbm_code code =
	    kbm_channel_send_begun(ended->channel, KBM_MESSAGE_END, &message, 0, NULL);
	_exit(code == KBM_OK ? 0 : 1);
}

static _Noreturn void fail(const struct kbm_error *error)
{
	enum kbm_code code = kbm_channel_send(&channel, KBM_MESSAGE_FAILED, error, 0, NULL);
	_exit(code == KBM_OK ? 0 : 1);
}

/* --- setting up ----------------------------------------------------------------------------- */

/* Room for a file with zeros behind it: the file is mapped over the beginning. NULL: the kernel
 * chooses. MAP_FAILED: there is none. */
static void *reserve(size_t length, bool padded)
{
	if (!padded)
		return NULL;
	return mmap(NULL, length + KBM_REGF_PADDING_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
}

static enum kbm_code map_input(int descriptor, bool padded, struct kbm_job_input *input,
			       struct kbm_error *error)
{
	struct stat status;
	if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
		return kbm_fail(error, KBM_INTERNAL, "an input is not a regular file");
	input->bytes = (const uint8_t *)"";
	input->length = (size_t)status.st_size;
	if (input->length == 0)
		return KBM_OK;
	void *mapped = reserve(input->length, padded);
	if (mapped != MAP_FAILED)
		mapped = mmap(mapped, input->length, PROT_READ,
			      MAP_PRIVATE | (mapped == NULL ? 0 : MAP_FIXED), descriptor, 0);
	if (mapped == MAP_FAILED)
		return kbm_fail(error, KBM_IO, "the file cannot be mapped: error %d", errno);
	input->bytes = mapped;
	return KBM_OK;
}

static enum kbm_code map_output(int descriptor, struct kbm_error *error)
{
	struct stat status;
	if (fstat(descriptor, &status) != 0 || status.st_size <= 0)
		return kbm_fail(error, KBM_INTERNAL, "the output has no size");
	void *mapped =
	    mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	if (mapped == MAP_FAILED)
		return kbm_fail(error, KBM_IO, "the output cannot be mapped: error %d", errno);
	call.output = mapped;
	call.output_length = (size_t)status.st_size;
	return KBM_OK;
}

static enum kbm_code map_all(const struct kbm_child_order *order, size_t *mapped,
			     struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	bool padded = kbm_jobs[order->spawn.job].padded;
	for (size_t i = 0; i < order->spawn.inputs && code == KBM_OK; i++) {
		code = map_input(order->descriptors[1 + i], padded, &call.inputs[i], error);
		*mapped += call.inputs[i].length + (padded ? KBM_REGF_PADDING_BYTES : 0);
		call.input_count = i + 1;
		kbm_job_name_input(&call, i, NULL);
	}
	if (code == KBM_OK && order->spawn.output)
		code = map_output(order->descriptors[1 + order->spawn.inputs], error);
	*mapped += call.output_length;
	return code;
}

/* The socket becomes descriptor 3, everything above is closed: the control socket is gone too. A
 * child that could not do so would hold the worker's socket, and must not live. */
static void keep_socket_only(int socket)
{
	if (socket != KBM_WORKER_SOCKET && dup2(socket, KBM_WORKER_SOCKET) < 0)
		_exit(1);
	if (close_range(KBM_WORKER_SOCKET + 1, ~0U, 0) != 0)
		_exit(1);
}

static void set_signals(void)
{
	struct sigaction bus = {.sa_sigaction = on_bus_error,
				.sa_flags = (int)(SA_SIGINFO | SA_RESETHAND)};
	struct sigaction child = {.sa_handler = SIG_DFL};
	sigset_t none;
	sigemptyset(&none);
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGCHLD, &child, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

struct kbm_engine_limits kbm_child_engine_limits(const struct kbm_spawn *spawn)
{
	return (struct kbm_engine_limits){
	    .memory_bytes = spawn->memory_mib * KBM_MIB,
	    .cpu_ms = spawn->cpu_ms,
	};
}

/* Everything that a jailed process can no longer do. */
static enum kbm_code enter(const struct kbm_child_order *order, struct kbm_error *error)
{
	size_t mapped = 0;
	if (order->spawn.yields && nice(YIELDING) < 0)
		errno = 0; /* then it has as much as the others */
	enum kbm_code code = map_all(order, &mapped, error);
	keep_socket_only(order->descriptors[0]);
	channel.descriptor = KBM_WORKER_SOCKET;
	if (code == KBM_OK && order->engine != NULL) {
		struct kbm_engine_limits limits = kbm_child_engine_limits(&order->spawn);
		code = kbm_engine_enter(order->engine, &limits, kbm_job_end, &call, error);
	}
	const struct kbm_jail_order jail = {
	    .cpu_ms = order->spawn.cpu_ms,
	    .memory_bytes = order->spawn.memory_mib * KBM_MIB,
	    .mapped_bytes = mapped,
	    .lenient = order->spawn.lenient,
	    .tries = order->spawn.job == KBM_JOB_DOCTOR,
	};
	return code == KBM_OK ? kbm_jail_enter(&jail, &call.jail, error) : code;
}

static kbm_job_function *const functions[KBM_JOB_COUNT] = {
    [KBM_JOB_HEADER] = kbm_job_header,
    [KBM_JOB_PROFILE] = kbm_job_profile,
    [KBM_JOB_PREPARE] = kbm_job_prepare,
    [KBM_JOB_SCRIPT] = kbm_job_script,
    [KBM_JOB_DIRECTORY_FILE] = kbm_job_directory_file,
    [KBM_JOB_REG_GET] = kbm_job_registry,
    [KBM_JOB_REG_LS] = kbm_job_registry,
    [KBM_JOB_REG_DUMP] = kbm_job_registry,
    [KBM_JOB_REG_FIND] = kbm_job_registry,
    [KBM_JOB_DOCTOR] = kbm_job_doctor,
    [KBM_JOB_SECOND_READ] = kbm_job_second_read,
    [KBM_JOB_EDIT] = kbm_job_edit,
    [KBM_JOB_REG_EXPORT] = kbm_job_export,
    [KBM_JOB_REG_DIFF] = kbm_job_diff,
    [KBM_JOB_REG_CHECK] = kbm_job_check,
    [KBM_JOB_VERIFY] = kbm_job_verify,
};

static enum kbm_code do_job(const struct kbm_job *job, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&call.start, 0);
	if (job->start != KBM_MESSAGE_COUNT) {
		enum kbm_message type;
		uint16_t id;
		code = kbm_channel_receive(&channel, KBM_MESSAGE_BIT(job->start), 0, &call.start,
					   &type, &id, error);
	}
	return code == KBM_OK ? functions[call.job](&call, error) : code;
}

_Noreturn void kbm_child_run(const struct kbm_child_order *order)
{
	struct kbm_error error = {0};
	call.job = order->spawn.job;
	call.channel = &channel;
	call.engine = order->engine;
	kbm_channel_init(&channel, order->descriptors[0], order->id, KBM_WIRE_MAX_UP,
			 KBM_WIRE_MAX_DOWN);
	set_signals();
	enum kbm_code code = enter(order, &error);
	if (code == KBM_OK)
		code = do_job(&kbm_jobs[call.job], &error);
	if (code != KBM_OK) {
		error.code = code;
		fail(&error);
	}
	code = kbm_channel_send(&channel, KBM_MESSAGE_DONE, NULL, 0, NULL);
	_exit(code == KBM_OK ? 0 : 1);
}
