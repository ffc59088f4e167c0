/* The worker's process: starting it, shaking hands, its children's beginning and end. */
#include "guard/broker_internal.h"

#include "guard/process.h"

#include "base/limits.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- listening to the worker ----------------------------------------------------------------- */

/* The directory's child lives on beside other jobs, and some work before their turn: their ends are
 * noticed here. */
static void note_exit(struct kbm_broker *broker, uint16_t id)
{
	struct kbm_exited exited = {0};
	if (broker->directory.open && broker->directory.child.id == id)
		broker->directory.child.id = 0;
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++) {
		struct kbm_child *child = broker->ahead[i];
		if (child == NULL || child->id != id ||
		    kbm_message_decode(KBM_MESSAGE_EXITED, broker->body.data, broker->body.length,
				       &exited, NULL) != KBM_OK)
			continue;
		child->has_ended = true;
		child->status = exited.status;
	}
}

/* The next control message of type `wanted` about `child`; other children's ends are noted.
 * KBM_LIMIT: it has not come, and nothing is lost. A message that has begun is waited for beyond
 * the deadline: what was left of it would be taken for the next one. */
static enum kbm_code await_control(struct kbm_broker *broker, enum kbm_message wanted,
				   uint16_t child, uint64_t deadline, struct kbm_error *error)
{
	uint64_t permitted = KBM_MESSAGE_BIT(KBM_MESSAGE_EXITED) | KBM_MESSAGE_BIT(wanted);
	for (;;) {
		enum kbm_message type;
		uint16_t id;
		enum kbm_code code = kbm_channel_await(&broker->control, deadline, error);
		if (code != KBM_OK)
			return code;
		code = kbm_channel_receive(&broker->control, permitted,
					   kbm_clock_ms() + broker->answer_ms, &broker->body, &type,
					   &id, error);
		if (code == KBM_LIMIT)
			return kbm_fail(error, KBM_INTERNAL, "the worker sent half a message");
		if (code != KBM_OK)
			return code;
		if (type == wanted && id == child)
			return KBM_OK;
		note_exit(broker, id);
	}
}

/* --- starting and stopping ------------------------------------------------------------------ */

void kbm_child_hang_up(struct kbm_child *child)
{
	if (child->channel.descriptor >= 0)
		close(child->channel.descriptor);
	child->channel.descriptor = -1;
}

/* Hangs up: the worker then ends its children, collects them and goes. One that does not is ended.
 */
void kbm_broker_stop_worker(struct kbm_broker *broker)
{
	if (broker->worker == 0)
		return;
	shutdown(broker->control.descriptor, SHUT_WR);
	uint64_t deadline = kbm_clock_ms() + KBM_WORKER_STOP_MS;
	if (await_control(broker, KBM_MESSAGE_EXITED, 0, deadline, NULL) != KBM_NOT_FOUND)
		kill(broker->worker, SIGKILL);
	close(broker->control.descriptor);
	while (waitpid(broker->worker, NULL, 0) < 0 && errno == EINTR)
		;
	broker->worker = 0;
	if (broker->directory.open)
		kbm_child_hang_up(&broker->directory.child);
	broker->directory.child.id = 0;
	broker->directory.open = false;
}

enum kbm_code kbm_broker_start_worker(struct kbm_broker *broker, struct kbm_error *error)
{
	if (broker->worker != 0)
		return KBM_OK;
	const struct kbm_process_order order = {"the worker", broker->worker_path, NULL, true};
	enum kbm_code code = kbm_process_start(&order, &broker->worker, &broker->control, error);
	if (code != KBM_OK)
		return code;
	broker->has_stdlib = false;
	broker->worker_number++;
	code = kbm_process_greet(&order, &broker->control, &broker->body, error);
	if (code != KBM_OK)
		kbm_broker_stop_worker(broker);
	return code;
}

/* --- the control socket --------------------------------------------------------------------- */

/* What has come is taken off the socket, so that the worker never waits for room there. A worker
 * that is gone meanwhile is forgotten. */
void kbm_broker_drain(struct kbm_broker *broker)
{
	enum kbm_code code = KBM_OK;
	while (broker->worker != 0 && code == KBM_OK)
		code = await_control(broker, KBM_MESSAGE_EXITED, 0, 1, NULL);
	if (code != KBM_LIMIT && code != KBM_OK)
		kbm_broker_stop_worker(broker);
}

enum kbm_code kbm_broker_add_module(struct kbm_broker *broker, const struct kbm_module *module,
				    struct kbm_error *result, struct kbm_error *error)
{
	uint64_t deadline = kbm_clock_ms() + broker->answer_ms;
	broker->control.id = 0;
	enum kbm_code code =
	    kbm_channel_send(&broker->control, KBM_MESSAGE_MODULE, module, deadline, error);
	if (code == KBM_OK)
		code = await_control(broker, KBM_MESSAGE_ADDED, 0, deadline, error);
	if (code == KBM_OK)
		code = kbm_message_decode(KBM_MESSAGE_ADDED, broker->body.data, broker->body.length,
					  result, error);
	return code;
}

static enum kbm_code send_control(struct kbm_broker *broker, enum kbm_message type, uint16_t id,
				  const void *structure, const int *descriptors, size_t count,
				  struct kbm_error *error)
{
	uint64_t deadline = kbm_clock_ms() + broker->answer_ms;
	broker->control.id = id;
	enum kbm_code code =
	    count == 0 ? kbm_channel_send(&broker->control, type, structure, deadline, error)
		       : kbm_channel_send_descriptors(&broker->control, type, structure,
						      descriptors, count, deadline, error);
	broker->control.id = 0;
	return code;
}

/* --- children ------------------------------------------------------------------------------- */

uint32_t kbm_broker_wall_ms(const struct kbm_broker *broker, enum kbm_job_id job)
{
	bool chosen = kbm_jobs[job].runs_lua && broker->wall_ms != 0;
	return chosen ? broker->wall_ms : kbm_jobs[job].wall_ms;
}

uint32_t kbm_broker_cpu_ms(const struct kbm_broker *broker, enum kbm_job_id job)
{
	bool chosen = kbm_jobs[job].runs_lua && broker->cpu_ms != 0;
	return chosen ? broker->cpu_ms : kbm_jobs[job].cpu_ms;
}

static enum kbm_code order_child(struct kbm_broker *broker, const struct kbm_spawn_order *order,
				 uint16_t id, int socket, struct kbm_error *error)
{
	const struct kbm_job *job = &kbm_jobs[order->job];
	bool chosen = job->runs_lua && broker->memory_mib != 0;
	struct kbm_spawn spawn = {
	    .job = order->job,
	    .inputs = (unsigned)order->input_count,
	    .output = order->output >= 0,
	    .lenient = broker->lenient,
	    .yields = order->yields,
	    .cpu_ms = kbm_broker_cpu_ms(broker, order->job),
	    .memory_mib = chosen ? broker->memory_mib : job->memory_mib,
	};
	int descriptors[1 + KBM_CHILD_MAX_INPUTS + 1] = {socket};
	size_t count = 1;
	if (order->input_count > job->max_inputs || (order->output >= 0 && !job->has_output))
		return kbm_fail(error, KBM_LIMIT, "the job '%s' takes %u files, not %zu", job->name,
				job->max_inputs, order->input_count);
	for (size_t i = 0; i < order->input_count; i++)
		descriptors[count++] = order->inputs[i];
	if (order->output >= 0)
		descriptors[count++] = order->output;
	return send_control(broker, KBM_MESSAGE_SPAWN, id, &spawn, descriptors, count, error);
}

/* Whether it is that of a child that lives on beside other jobs. */
static bool is_taken(const struct kbm_broker *broker, uint16_t id)
{
	bool taken = id == broker->directory.child.id;
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		taken |= broker->ahead[i] != NULL && broker->ahead[i]->id == id;
	return taken;
}

/* Never 0. */
static uint16_t next_id(const struct kbm_broker *broker)
{
	uint16_t id = broker->last_id;
	do
		id = id == UINT16_MAX ? 1 : (uint16_t)(id + 1);
	while (is_taken(broker, id));
	return id;
}

enum kbm_code kbm_broker_spawn(struct kbm_broker *broker, const struct kbm_spawn_order *order,
			       struct kbm_child *child, struct kbm_error *error)
{
	int pair[2];
	kbm_broker_drain(broker);
	enum kbm_code code = kbm_broker_start_worker(broker, error);
	if (code == KBM_OK && kbm_jobs[order->job].runs_lua && !broker->has_stdlib)
		code = kbm_broker_send_stdlib(broker, error);
	if (code == KBM_OK)
		code = kbm_process_pair(pair, error);
	if (code != KBM_OK)
		return code;
	broker->last_id = next_id(broker);
	code = order_child(broker, order, broker->last_id, pair[1], error);
	close(pair[1]);
	if (code != KBM_OK) {
		close(pair[0]);
		/* A worker that takes no orders is replaced by the next job. */
		if (code != KBM_LIMIT)
			kbm_broker_stop_worker(broker);
		return code;
	}
	child->id = broker->last_id;
	child->has_ended = false;
	kbm_channel_init(&child->channel, pair[0], child->id, KBM_WIRE_MAX_DOWN, KBM_WIRE_MAX_UP);
	return KBM_OK;
}

void kbm_broker_drop_child(struct kbm_broker *broker, struct kbm_child *child)
{
	kbm_child_hang_up(child);
	if (child->id != 0 && broker->worker != 0)
		send_control(broker, KBM_MESSAGE_KILL, child->id, NULL, NULL, 0, NULL);
	child->id = 0;
}

enum kbm_code kbm_broker_await_child(struct kbm_broker *broker, struct kbm_child *child,
				     bool killing, int *status)
{
	uint16_t id = child->id;
	struct kbm_exited exited = {0};
	enum kbm_code code = KBM_IO;
	kbm_child_hang_up(child);
	child->id = 0;
	if (child->has_ended) {
		*status = child->status;
		return KBM_OK;
	}
	if (broker->worker == 0)
		return code;
	/* A child that closed its socket is about to end; it gets a second to do so. */
	if (!killing) {
		code = await_control(broker, KBM_MESSAGE_EXITED, id, kbm_clock_ms() + 1000, NULL);
		killing = code == KBM_LIMIT;
	}
	if (killing)
		code = send_control(broker, KBM_MESSAGE_KILL, id, NULL, NULL, 0, NULL);
	if (killing && code == KBM_OK)
		code = await_control(broker, KBM_MESSAGE_EXITED, id,
				     kbm_clock_ms() + broker->answer_ms, NULL);
	if (code == KBM_OK)
		code = kbm_message_decode(KBM_MESSAGE_EXITED, broker->body.data,
					  broker->body.length, &exited, NULL);
	if (code != KBM_OK)
		kbm_broker_stop_worker(broker);
	else
		*status = exited.status;
	return code;
}
