/* A job from its first message to its last, and what is said of one that ended badly. */
#include "guard/broker_internal.h"

#include "base/limits.h"

#include <signal.h>
#include <sys/wait.h>

/* --- the end -------------------------------------------------------------------------------- */

static enum kbm_code explain_status(int status, enum kbm_job_id job, uint32_t cpu_ms,
				    struct kbm_error *error)
{
	const char *name = kbm_jobs[job].name;
	bool is_cpu = (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) ||
		      (WIFEXITED(status) && WEXITSTATUS(status) == KBM_CHILD_EXIT_LIMIT);
	if (is_cpu)
		return kbm_fail(error, KBM_LIMIT, "the job '%s' took more than %u ms of CPU time",
				name, cpu_ms);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return kbm_fail(error, KBM_INTERNAL,
				"the job '%s' was ended: it made a system call that the sandbox "
				"forbids",
				name);
	if (WIFSIGNALED(status))
		return kbm_fail(error, KBM_INTERNAL,
				"the worker's child for the job '%s' crashed (signal %d)", name,
				WTERMSIG(status));
	return kbm_fail(error, KBM_INTERNAL,
			"the worker's child for the job '%s' ended without an answer (status %d)",
			name, WIFEXITED(status) ? WEXITSTATUS(status) : status);
}

enum kbm_code kbm_exchange_explain(struct kbm_broker *broker, struct kbm_child *child,
				   enum kbm_job_id job, enum kbm_code code,
				   const struct kbm_error *reason, struct kbm_error *error)
{
	int status = 0;
	bool gone = code == KBM_NOT_FOUND || code == KBM_IO;
	enum kbm_code ended = kbm_broker_await_child(broker, child, !gone, &status);
	broker->last_status = ended == KBM_OK && gone ? status : 0;
	if (ended == KBM_LIMIT)
		return kbm_fail(error, KBM_INTERNAL,
				"the worker did not answer in time about the job '%s' and was "
				"ended",
				kbm_jobs[job].name);
	if (ended != KBM_OK)
		return kbm_fail(error, KBM_INTERNAL, "the worker ended while it did the job '%s'",
				kbm_jobs[job].name);
	if (gone)
		return explain_status(status, job, kbm_broker_cpu_ms(broker, job), error);
	if (code == KBM_LIMIT)
		return kbm_fail(error, KBM_LIMIT,
				"the job '%s' took longer than %u.%u s (wall clock)",
				kbm_jobs[job].name, kbm_broker_wall_ms(broker, job) / 1000,
				kbm_broker_wall_ms(broker, job) % 1000 / 100);
	return kbm_fail(error, code, "the worker's child broke the protocol: %.180s",
			reason->message);
}

enum kbm_code kbm_exchange_fail_about(const char *path, enum kbm_code code,
				      const struct kbm_error *reason, struct kbm_error *error)
{
	if (code == KBM_REFUSED)
		return kbm_fail(error, code, "%s", reason->message);
	return kbm_fail(error, code, "%.100s: %s", path, reason->message);
}

static enum kbm_code end_exchange(struct kbm_exchange *exchange, enum kbm_code code,
				  const struct kbm_error *reason, struct kbm_error *error)
{
	if (code != KBM_OK && !exchange->own_failure)
		return kbm_exchange_explain(exchange->broker, exchange->child, exchange->order.job,
					    code, reason, error);
	if (code == KBM_OK && exchange->stays)
		return KBM_OK;
	int status;
	if (code == KBM_OK && exchange->awaits_end)
		kbm_broker_await_child(exchange->broker, exchange->child, false, &status);
	else
		kbm_broker_drop_child(exchange->broker, exchange->child);
	if (code != KBM_OK)
		return kbm_fail(error, code, "%s", reason->message);
	if (exchange->failure.code == KBM_REFUSED && exchange->order.job != KBM_JOB_DOCTOR) {
		if (kbm_broker_confirm_refusal(exchange->broker, error) == KBM_REFUSED)
			return KBM_REFUSED;
		return kbm_fail(error, KBM_INTERNAL,
				"the worker's child broke the protocol: it says that there is no "
				"sandbox");
	}
	if (exchange->failure.code != KBM_OK)
		return kbm_fail(error, exchange->failure.code, "%s", exchange->failure.message);
	return KBM_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static enum kbm_code take_message(struct kbm_exchange *exchange, struct kbm_bytes *body,
				  struct kbm_error *reason)
{
	struct kbm_channel *channel = &exchange->child->channel;
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t id;
	/* A child that sends without end meets the deadline too. */
	if (kbm_clock_ms() >= exchange->deadline)
		return kbm_fail(reason, KBM_LIMIT, "no end in time");
	enum kbm_code code = kbm_channel_receive(channel, kbm_exchange_permitted(exchange),
						 exchange->deadline, body, &type, &id, reason);
	/* One question at a time: who does not wait for answers would leave no room for them. */
	bool asks = type == KBM_MESSAGE_SEARCH || type == KBM_MESSAGE_MORE;
	if (code == KBM_OK && asks && kbm_channel_has_buffered(channel))
		code = kbm_fail(reason, KBM_INTERNAL, "something follows a %s before its answer",
				kbm_message_name(type));
	if (code == KBM_OK)
		code = kbm_exchange_handle(exchange, type, body, reason);
	if (code == KBM_MEMORY)
		exchange->own_failure = true;
	if (code == KBM_OK && exchange->state == KBM_EXCHANGE_FINISHED &&
	    kbm_channel_has_buffered(channel))
		code = kbm_fail(reason, KBM_INTERNAL, "something follows its last message");
	return code;
}

/* The child may be ready long before: it is not late for that. */
static void work_meanwhile(struct kbm_exchange *exchange)
{
	uint64_t start = kbm_clock_ms();
	if (exchange->meanwhile == NULL)
		return;
	exchange->meanwhile(exchange->meanwhile_context);
	exchange->deadline += kbm_clock_ms() - start;
}

static enum kbm_code converse(struct kbm_exchange *exchange, struct kbm_error *reason)
{
	struct kbm_bytes body;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&body, 0);
	work_meanwhile(exchange);
	while (code == KBM_OK && exchange->state != KBM_EXCHANGE_FINISHED)
		code = take_message(exchange, &body, reason);
	kbm_bytes_clear(&body);
	return code;
}

static void set_deadline(struct kbm_exchange *exchange)
{
	exchange->deadline =
	    kbm_clock_ms() + kbm_broker_wall_ms(exchange->broker, exchange->order.job);
}

/* A child that hung up before it had read everything may have said why. */
static enum kbm_code send_start(struct kbm_exchange *exchange, struct kbm_bytes *message,
				struct kbm_error *error)
{
	struct kbm_error reason = {0};
	set_deadline(exchange);
	enum kbm_code code =
	    kbm_channel_send_begun(&exchange->child->channel, kbm_jobs[exchange->order.job].start,
				   message, exchange->deadline, &reason);
	return code == KBM_OK || code == KBM_IO ? KBM_OK
						: end_exchange(exchange, code, &reason, error);
}

enum kbm_code kbm_exchange_begin(struct kbm_exchange *exchange, struct kbm_error *error)
{
	enum kbm_message start = kbm_jobs[exchange->order.job].start;
	bool has_start = start != KBM_MESSAGE_COUNT;
	enum kbm_code code = KBM_OK;
	struct kbm_bytes message;
	kbm_bytes_init(&message, kbm_message_maximum(start) + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	if (has_start)
		code = kbm_message_encode(start, exchange->start, &message, error);
	if (code == KBM_OK)
		code = kbm_broker_spawn(exchange->broker, &exchange->order, exchange->child, error);
	exchange->state = KBM_EXCHANGE_RUNNING;
	if (code == KBM_OK && has_start)
		code = send_start(exchange, &message, error);
	kbm_bytes_clear(&message);
	return code;
}

enum kbm_code kbm_exchange_end(struct kbm_exchange *exchange, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	set_deadline(exchange);
	enum kbm_code code = converse(exchange, &reason);
	return end_exchange(exchange, code, &reason, error);
}

enum kbm_code kbm_exchange_run(struct kbm_exchange *exchange, struct kbm_error *error)
{
	enum kbm_code code = kbm_exchange_begin(exchange, error);
	return code == KBM_OK ? kbm_exchange_end(exchange, error) : code;
}
