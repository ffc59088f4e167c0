/* A job from its first message to its last: which message is permitted when, and what it does. */
#include "guard/broker_internal.h"

#include "base/limits.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* How far a job is; the rules' states are sets of these. */
enum state {
	RUNNING = 1,   /* working; it may ask */
	REPORTING = 2, /* it has begun to hand out its result; it may not ask any more */
	COMPLETE = 4,  /* the result is whole, only DONE is missing */
	FINISHED = 8
};

typedef enum kbm_code handler(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			      struct kbm_error *error);

static enum kbm_code decode(enum kbm_message type, const struct kbm_bytes *body, void *structure,
			    struct kbm_error *error)
{
	return kbm_message_decode(type, body->data, body->length, structure, error);
}

static enum kbm_code take_info(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			       struct kbm_error *error)
{
	return decode(KBM_MESSAGE_INFO, body, exchange->info, error);
}

static enum kbm_code take_prepared(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				   struct kbm_error *error)
{
	enum kbm_code code = decode(KBM_MESSAGE_PREPARED, body, exchange->prepared, error);
	/* An image cannot be sealed while the child has it mapped. */
	exchange->awaits_end = exchange->prepared->source.kind == KBM_SOURCE_REG;
	return code;
}

static enum kbm_code take_ready(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				struct kbm_error *error)
{
	struct kbm_ready ready = {0};
	exchange->stays = true;
	return decode(KBM_MESSAGE_READY, body, &ready, error);
}

static enum kbm_code take_rows(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			       struct kbm_error *error)
{
	enum kbm_code code = kbm_rows_decode(body->data, body->length, exchange->sink,
					     exchange->sink_context, error);
	/* Rows that do not decode are KBM_INTERNAL; anything else is what the sink said. */
	exchange->own_failure = code != KBM_OK && code != KBM_INTERNAL;
	return code;
}

static enum kbm_code fail_search_time(const struct kbm_exchange *exchange, struct kbm_error *error)
{
	return kbm_fail(error, KBM_LIMIT, "the directory was searched for more than %u s",
			exchange->broker->directory_ms / 1000);
}

/* Searches within the time that the run has left for that. Filters are matched here too, on
 * entries that an overlay modifies: both kinds of work count. */
static void search_in_time(struct kbm_exchange *exchange,
			   const struct kbm_directory_request *request, struct kbm_answer *answer)
{
	const struct kbm_directory_service *directory = exchange->directory;
	uint64_t most = exchange->broker->directory_ms;
	if (exchange->searched_ms >= most) {
		answer->error.code = fail_search_time(exchange, &answer->error);
		return;
	}
	uint64_t began = kbm_clock_ms();
	exchange->broker->directory.deadline = began + most - exchange->searched_ms;
	answer->error.code =
	    directory->search(directory->context, request, &answer->entries, &answer->error);
	exchange->broker->directory.deadline = 0;
	uint64_t took = kbm_clock_ms() - began;
	exchange->searched_ms += took;
	exchange->deadline += took; /* it is not the script's */
	/* What was cut short has other words for it, which do not say whose time it was. */
	if (answer->error.code != KBM_OK && exchange->searched_ms >= most)
		answer->error.code = fail_search_time(exchange, &answer->error);
}

static enum kbm_code take_search(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	struct kbm_search search = {0};
	struct kbm_answer answer = {0};
	enum kbm_code code = decode(KBM_MESSAGE_SEARCH, body, &search, error);
	/* A script that asks too often is ended by its own child. */
	if (code == KBM_OK && ++exchange->requests > KBM_DIRECTORY_MAX_REQUESTS)
		code = kbm_fail(error, KBM_INTERNAL, "more than %u directory searches in one run",
				KBM_DIRECTORY_MAX_REQUESTS);
	if (code != KBM_OK) {
		kbm_message_clear(KBM_MESSAGE_SEARCH, &search);
		return code;
	}
	struct kbm_directory_request request = kbm_search_to_request(&search);
	if (exchange->directory == NULL)
		answer.error.code =
		    kbm_fail(&answer.error, KBM_UNREADABLE, "the target has no directory");
	else
		search_in_time(exchange, &request, &answer);
	code =
	    kbm_channel_send_answer(&exchange->child->channel, &answer, exchange->deadline, error);
	kbm_message_clear(KBM_MESSAGE_SEARCH, &search);
	return code;
}

/* Readings come in the order of their places. */
static enum kbm_code take_reading(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				  struct kbm_error *error)
{
	struct kbm_reading came = {0};
	struct kbm_state second = {0};
	enum kbm_code code = decode(KBM_MESSAGE_READING, body, &came, error);
	if (code == KBM_OK && exchange->read == exchange->readings->count)
		code = kbm_fail(error, KBM_INTERNAL, "more readings than there are places");
	if (code != KBM_OK)
		return code;
	struct kbm_second_reading *reading = &exchange->readings->items[exchange->read++];
	reading->error = came.error;
	if (came.error.code != KBM_OK)
		return KBM_OK;
	second.present = came.present;
	if (came.present && reading->place->kind == KBM_PLACE_VALUE &&
	    !kbm_state_set_value(&second, came.type, came.data, came.length))
		return kbm_fail(error, KBM_MEMORY, "no memory for a second reading");
	kbm_second_reading_judge(reading, &second);
	return KBM_OK;
}

static enum kbm_code take_doctor(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	return decode(KBM_MESSAGE_DOCTOR, body, exchange->checkup, error);
}

static enum kbm_code take_output(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	struct kbm_output output = {0};
	enum kbm_code code = decode(KBM_MESSAGE_OUTPUT, body, &output, error);
	if (code != KBM_OK || exchange->result == NULL)
		return code;
	exchange->result->output = strdup(output.text);
	return exchange->result->output == NULL ? kbm_fail(error, KBM_MEMORY, "no memory") : KBM_OK;
}

/* Refusing an item means that there are too many. */
static enum kbm_code added(bool added, const char *what, struct kbm_error *error)
{
	return added ? KBM_OK : kbm_fail(error, KBM_INTERNAL, "too many %s", what);
}

static enum kbm_code take_finding(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				  struct kbm_error *error)
{
	struct kbm_finding finding = {0};
	enum kbm_code code = decode(KBM_MESSAGE_FINDING, body, &finding, error);
	if (code == KBM_OK)
		code = added(kbm_result_add_finding(exchange->result, &finding), "findings", error);
	kbm_finding_clear(&finding);
	return code;
}

static enum kbm_code take_change(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	struct kbm_change change = {0};
	enum kbm_code code = decode(KBM_MESSAGE_CHANGE, body, &change, error);
	if (code == KBM_OK)
		code = added(kbm_result_add_change(exchange->result, &change), "changes", error);
	kbm_change_clear(&change);
	return code;
}

static enum kbm_code take_read(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			       struct kbm_error *error)
{
	struct kbm_precondition read = {0};
	enum kbm_code code = decode(KBM_MESSAGE_READ, body, &read, error);
	if (code == KBM_OK)
		code = added(kbm_result_add_read(exchange->result, &read), "reads", error);
	kbm_precondition_clear(&read);
	return code;
}

/* Whether a verdict can have come with what came before it. UNKNOWN and ERROR from the engine's
 * side end a run; an error may leave the findings that were there, but half a plan is none. */
static enum kbm_code check_verdict(enum kbm_verdict verdict, const struct kbm_result *result,
				   struct kbm_error *error)
{
	static const struct {
		bool with_findings;
		bool without_findings;
		bool with_changes;
	} permitted[] = {
	    /* FIXED does not decode: it is kbmend's own */
	    [KBM_VERDICT_PASS] = {false, true, false},
	    [KBM_VERDICT_FAIL] = {true, false, true},
	    [KBM_VERDICT_UNKNOWN] = {false, true, false},
	    [KBM_VERDICT_ERROR] = {true, true, false},
	    [KBM_VERDICT_NOTAPPLICABLE] = {false, true, false},
	};
	const char *name = kbm_verdict_name(verdict);
	if (result->finding_count > 0 && !permitted[verdict].with_findings)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came with findings", name);
	if (result->finding_count == 0 && !permitted[verdict].without_findings)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came without a finding",
				name);
	if (result->change_count > 0 && !permitted[verdict].with_changes)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came with changes", name);
	return KBM_OK;
}

static enum kbm_code take_result(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	struct kbm_result head = {0};
	struct kbm_result *result = exchange->result;
	enum kbm_code code = decode(KBM_MESSAGE_RESULT, body, &head, error);
	if (code == KBM_OK)
		code = check_verdict(head.verdict, result, error);
	if (code != KBM_OK) {
		kbm_result_clear(&head);
		return code;
	}
	result->verdict = head.verdict;
	result->script = head.script;
	result->reason = head.reason;
	result->place_in_script = head.place_in_script;
	return KBM_OK;
}

/* The run ended early: what it had gathered is discarded, what it printed is kept. */
static enum kbm_code take_end(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			      struct kbm_error *error)
{
	struct kbm_end end = {0};
	enum kbm_code code = decode(KBM_MESSAGE_END, body, &end, error);
	if (code != KBM_OK)
		return code;
	if (end.verdict != KBM_VERDICT_UNKNOWN && end.verdict != KBM_VERDICT_ERROR)
		return kbm_fail(error, KBM_INTERNAL, "it ended early with the verdict '%s'",
				kbm_verdict_name(end.verdict));
	exchange->ended_early = true;
	if (exchange->result == NULL) { /* a header: there is no verdict to fill */
		exchange->failure.code =
		    kbm_fail(&exchange->failure, KBM_LIMIT, "%.100s%s%.130s", end.place,
			     end.place[0] == '\0' ? "" : ": ", end.reason);
		return KBM_OK;
	}
	struct kbm_result *result = exchange->result;
	char *output = result->output;
	result->output = NULL;
	kbm_result_clear(result);
	result->output = output;
	result->verdict = end.verdict;
	result->reason = strdup(end.reason);
	if (end.place[0] != '\0')
		result->place_in_script = strdup(end.place);
	return result->reason == NULL ? kbm_fail(error, KBM_MEMORY, "no memory") : KBM_OK;
}

static enum kbm_code take_failed(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	enum kbm_code code = decode(KBM_MESSAGE_FAILED, body, &exchange->failure, error);
	if (code == KBM_OK && exchange->failure.code == KBM_OK)
		code = kbm_fail(error, KBM_INTERNAL, "it failed without a reason");
	return code;
}

static enum kbm_code take_done(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			       struct kbm_error *error)
{
	(void)exchange;
	return decode(KBM_MESSAGE_DONE, body, NULL, error);
}

/* What a child may say, when, and what that leads to; which job may say it stands in jobs.c. */
static const struct rule {
	enum kbm_message type;
	unsigned permitted;
	unsigned next;
	handler *handle;
} rules[] = {
    {KBM_MESSAGE_SEARCH, RUNNING, RUNNING, take_search},
    {KBM_MESSAGE_ROWS, RUNNING, RUNNING, take_rows},
    {KBM_MESSAGE_READING, RUNNING, RUNNING, take_reading},
    {KBM_MESSAGE_OUTPUT, RUNNING, REPORTING, take_output},
    {KBM_MESSAGE_FINDING, RUNNING | REPORTING, REPORTING, take_finding},
    {KBM_MESSAGE_CHANGE, RUNNING | REPORTING, REPORTING, take_change},
    {KBM_MESSAGE_READ, RUNNING | REPORTING, REPORTING, take_read},
    {KBM_MESSAGE_RESULT, RUNNING | REPORTING, COMPLETE, take_result},
    {KBM_MESSAGE_INFO, RUNNING, COMPLETE, take_info},
    {KBM_MESSAGE_PREPARED, RUNNING, COMPLETE, take_prepared},
    {KBM_MESSAGE_READY, RUNNING, FINISHED, take_ready},
    {KBM_MESSAGE_DOCTOR, RUNNING, COMPLETE, take_doctor},
    {KBM_MESSAGE_END, RUNNING | REPORTING | COMPLETE, FINISHED, take_end},
    {KBM_MESSAGE_FAILED, RUNNING | REPORTING | COMPLETE, FINISHED, take_failed},
    {KBM_MESSAGE_DONE, COMPLETE, FINISHED, take_done},
};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

static uint32_t permitted_now(const struct kbm_exchange *exchange)
{
	const struct kbm_job *job = &kbm_jobs[exchange->order.job];
	uint32_t permitted = 0;
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if ((rules[i].permitted & exchange->state) != 0)
			permitted |= KBM_MESSAGE_BIT(rules[i].type);
	}
	if (job->may_be_empty && exchange->state == RUNNING)
		permitted |= KBM_MESSAGE_BIT(KBM_MESSAGE_DONE);
	return permitted & job->says;
}

static enum kbm_code handle(struct kbm_exchange *exchange, enum kbm_message type,
			    const struct kbm_bytes *body, struct kbm_error *error)
{
	/* These pass through; everything else is kept, and bounded as a whole. */
	static const uint32_t passing = KBM_MESSAGE_BIT(KBM_MESSAGE_ROWS) |
					KBM_MESSAGE_BIT(KBM_MESSAGE_READING) |
					KBM_MESSAGE_BIT(KBM_MESSAGE_SEARCH);
	if ((KBM_MESSAGE_BIT(type) & passing) == 0)
		exchange->received += body->length;
	if (exchange->received > KBM_WIRE_MAX_RESULT)
		return kbm_fail(error, KBM_INTERNAL, "its result is larger than %lu MiB",
				KBM_WIRE_MAX_RESULT / KBM_MIB);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (rules[i].type != type)
			continue;
		exchange->state = rules[i].next;
		return rules[i].handle(exchange, body, error);
	}
	return kbm_fail(error, KBM_INTERNAL, "the message '%s' has no rule",
			kbm_message_name(type));
}

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
	enum kbm_code code = kbm_channel_receive(channel, permitted_now(exchange),
						 exchange->deadline, body, &type, &id, reason);
	/* One question at a time: who does not wait for answers would leave no room for them. */
	if (code == KBM_OK && type == KBM_MESSAGE_SEARCH && kbm_channel_has_buffered(channel))
		code =
		    kbm_fail(reason, KBM_INTERNAL, "something follows a search before its answer");
	if (code == KBM_OK)
		code = handle(exchange, type, body, reason);
	if (code == KBM_MEMORY)
		exchange->own_failure = true;
	if (code == KBM_OK && exchange->state == FINISHED && kbm_channel_has_buffered(channel))
		code = kbm_fail(reason, KBM_INTERNAL, "something follows its last message");
	return code;
}

static enum kbm_code converse(struct kbm_exchange *exchange, enum kbm_message start,
			      struct kbm_bytes *message, struct kbm_error *reason)
{
	struct kbm_bytes body;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&body, 0);
	if (start != KBM_MESSAGE_COUNT)
		code = kbm_channel_send_begun(&exchange->child->channel, start, message,
					      exchange->deadline, reason);
	/* A child that hung up before it had read everything may have said why. */
	if (code == KBM_IO)
		code = KBM_OK;
	while (code == KBM_OK && exchange->state != FINISHED)
		code = take_message(exchange, &body, reason);
	kbm_bytes_clear(&body);
	return code;
}

enum kbm_code kbm_exchange_run(struct kbm_exchange *exchange, struct kbm_error *error)
{
	enum kbm_message start = kbm_jobs[exchange->order.job].start;
	enum kbm_code code = KBM_OK;
	struct kbm_error reason = {0};
	struct kbm_bytes message;
	kbm_bytes_init(&message, kbm_message_maximum(start) + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	if (start != KBM_MESSAGE_COUNT)
		code = kbm_message_encode(start, exchange->start, &message, error);
	if (code == KBM_OK)
		code = kbm_broker_spawn(exchange->broker, &exchange->order, exchange->child, error);
	if (code == KBM_OK) {
		exchange->state = RUNNING;
		exchange->deadline =
		    kbm_clock_ms() + kbm_broker_wall_ms(exchange->broker, exchange->order.job);
		code = converse(exchange, start, &message, &reason);
		code = end_exchange(exchange, code, &reason, error);
	}
	kbm_bytes_clear(&message);
	return code;
}
