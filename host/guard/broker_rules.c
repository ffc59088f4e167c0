/* What a child may say, when, and what that leads to. Which job may say it stands in jobs.c. */
#include "guard/broker_internal.h"

#include "base/limits.h"
#include "plan/place_check.h"

#include <stdlib.h>
#include <string.h>

/* Short names for the rules, whose states are sets of these. */
enum {
	RUNNING = KBM_EXCHANGE_RUNNING,	    /* working; it may ask */
	REPORTING = KBM_EXCHANGE_REPORTING, /* it hands out its result; it may not ask any more */
	COMPLETE = KBM_EXCHANGE_COMPLETE,   /* the result is whole, only DONE is missing */
	FINISHED = KBM_EXCHANGE_FINISHED
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

static enum kbm_code take_profile(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				  struct kbm_error *error)
{
	return decode(KBM_MESSAGE_PROFILE, body, exchange->profile, error);
}

static enum kbm_code take_prepared(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				   struct kbm_error *error)
{
	enum kbm_code code = decode(KBM_MESSAGE_PREPARED, body, exchange->prepared, error);
	/* An image cannot be sealed while the child has it mapped. */
	exchange->awaits_end = exchange->prepared->image_bytes > 0;
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
	kbm_broker_count_search(exchange->broker, body);
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
	if (code == KBM_OK && exchange->read == exchange->given)
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

/* Once all is read it is given what there is to read now. */
static enum kbm_code take_more(struct kbm_exchange *exchange, const struct kbm_bytes *body,
			       struct kbm_error *error)
{
	enum kbm_code code = decode(KBM_MESSAGE_MORE, body, NULL, error);
	if (code == KBM_OK && (exchange->read < exchange->given || exchange->has_all))
		code = kbm_fail(error, KBM_INTERNAL, "it wants more places before its time");
	return code == KBM_OK ? kbm_broker_give_places(exchange, error) : code;
}

static enum kbm_code take_checked(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				  struct kbm_error *error)
{
	return decode(KBM_MESSAGE_CHECKED, body, exchange->checked, error);
}

static enum kbm_code take_verified(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				   struct kbm_error *error)
{
	struct kbm_error *verified = exchange->verified;
	enum kbm_code code = decode(KBM_MESSAGE_VERIFIED, body, verified, error);
	if (code == KBM_OK && verified->code != KBM_OK &&
	    (verified->code != KBM_REFUSED || verified->message[0] == '\0'))
		code = kbm_fail(error, KBM_INTERNAL, "its answer is no yes and no reasoned no");
	return code;
}

static enum kbm_code take_doctor(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	return decode(KBM_MESSAGE_DOCTOR, body, exchange->checkup, error);
}

static enum kbm_code take_edited(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	/* The file cannot be cut while the child has it mapped. */
	exchange->awaits_end = true;
	return decode(KBM_MESSAGE_EDITED, body, exchange->edited, error);
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

static enum kbm_code check_place(const struct kbm_exchange *exchange, const struct kbm_place *place,
				 struct kbm_error *error)
{
	if (kbm_place_is_one(place, exchange->control_set))
		return KBM_OK;
	return kbm_fail(error, KBM_INTERNAL, "the path '%.80s' is not where it leads",
			place->path == NULL ? "" : place->path);
}

static enum kbm_code take_finding(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				  struct kbm_error *error)
{
	struct kbm_finding finding = {0};
	enum kbm_code code = decode(KBM_MESSAGE_FINDING, body, &finding, error);
	if (code == KBM_OK)
		code = check_place(exchange, &finding.place, error);
	if (code == KBM_OK)
		code = added(kbm_result_add_finding(exchange->result, &finding), "findings", error);
	kbm_finding_clear(&finding);
	return code;
}

static enum kbm_code take_observation(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				      struct kbm_error *error)
{
	struct kbm_observation observation = {0};
	enum kbm_code code = decode(KBM_MESSAGE_OBSERVATION, body, &observation, error);
	if (code == KBM_OK)
		code = check_place(exchange, &observation.place, error);
	if (code == KBM_OK)
		code = added(kbm_result_add_observation(exchange->result, &observation),
			     "observations", error);
	kbm_observation_clear(&observation);
	return code;
}

static enum kbm_code take_change(struct kbm_exchange *exchange, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	struct kbm_change change = {0};
	enum kbm_code code = decode(KBM_MESSAGE_CHANGE, body, &change, error);
	if (code == KBM_OK)
		code = check_place(exchange, &change.place, error);
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
		code = check_place(exchange, &read.place, error);
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
		bool with_observations;
	} permitted[] = {
	    /* FIXED does not decode: it is kbmend's own */
	    [KBM_VERDICT_PASS] = {false, true, false, true},
	    [KBM_VERDICT_FAIL] = {true, false, true, true},
	    [KBM_VERDICT_UNKNOWN] = {false, true, false, true},
	    [KBM_VERDICT_ERROR] = {true, true, false, true},
	    [KBM_VERDICT_NOTAPPLICABLE] = {false, true, false, false},
	};
	const char *name = kbm_verdict_name(verdict);
	if (result->finding_count > 0 && !permitted[verdict].with_findings)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came with findings", name);
	if (result->finding_count == 0 && !permitted[verdict].without_findings)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came without a finding",
				name);
	if (result->change_count > 0 && !permitted[verdict].with_changes)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came with changes", name);
	if (result->observation_count > 0 && !permitted[verdict].with_observations)
		return kbm_fail(error, KBM_INTERNAL, "the verdict '%s' came with observations",
				name);
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

/* What a run that ends early leaves: what it printed, and what it had looked at before it could not
 * look any further. */
static void keep_partial(struct kbm_result *result, enum kbm_verdict verdict)
{
	struct kbm_result kept = {.output = result->output};
	result->output = NULL;
	if (verdict == KBM_VERDICT_UNKNOWN) {
		kept.observations = result->observations;
		kept.observation_count = result->observation_count;
		result->observations = NULL;
		result->observation_count = 0;
	}
	kbm_result_clear(result);
	*result = kept;
}

/* The run ended early: what it had found and planned is discarded. */
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
	keep_partial(result, end.verdict);
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

static const struct rule {
	enum kbm_message type;
	unsigned permitted;
	unsigned next;
	handler *handle;
} rules[] = {
    {KBM_MESSAGE_SEARCH, RUNNING, RUNNING, take_search},
    {KBM_MESSAGE_ROWS, RUNNING, RUNNING, take_rows},
    {KBM_MESSAGE_READING, RUNNING, RUNNING, take_reading},
    {KBM_MESSAGE_MORE, RUNNING, RUNNING, take_more},
    {KBM_MESSAGE_OUTPUT, RUNNING, REPORTING, take_output},
    {KBM_MESSAGE_FINDING, RUNNING | REPORTING, REPORTING, take_finding},
    {KBM_MESSAGE_OBSERVATION, RUNNING | REPORTING, REPORTING, take_observation},
    {KBM_MESSAGE_CHANGE, RUNNING | REPORTING, REPORTING, take_change},
    {KBM_MESSAGE_READ, RUNNING | REPORTING, REPORTING, take_read},
    {KBM_MESSAGE_RESULT, RUNNING | REPORTING, COMPLETE, take_result},
    {KBM_MESSAGE_INFO, RUNNING, COMPLETE, take_info},
    {KBM_MESSAGE_PROFILE, RUNNING, COMPLETE, take_profile},
    {KBM_MESSAGE_PREPARED, RUNNING, COMPLETE, take_prepared},
    {KBM_MESSAGE_READY, RUNNING, FINISHED, take_ready},
    {KBM_MESSAGE_CHECKED, RUNNING, COMPLETE, take_checked},
    {KBM_MESSAGE_VERIFIED, RUNNING, COMPLETE, take_verified},
    {KBM_MESSAGE_DOCTOR, RUNNING, COMPLETE, take_doctor},
    {KBM_MESSAGE_EDITED, RUNNING, COMPLETE, take_edited},
    {KBM_MESSAGE_END, RUNNING | REPORTING | COMPLETE, FINISHED, take_end},
    {KBM_MESSAGE_FAILED, RUNNING | REPORTING | COMPLETE, FINISHED, take_failed},
    {KBM_MESSAGE_DONE, COMPLETE, FINISHED, take_done},
};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

uint64_t kbm_exchange_permitted(const struct kbm_exchange *exchange)
{
	const struct kbm_job *job = &kbm_jobs[exchange->order.job];
	uint64_t permitted = 0;
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if ((rules[i].permitted & exchange->state) != 0)
			permitted |= KBM_MESSAGE_BIT(rules[i].type);
	}
	if (job->may_be_empty && exchange->state == RUNNING)
		permitted |= KBM_MESSAGE_BIT(KBM_MESSAGE_DONE);
	return permitted & job->says;
}

enum kbm_code kbm_exchange_handle(struct kbm_exchange *exchange, enum kbm_message type,
				  const struct kbm_bytes *body, struct kbm_error *error)
{
	/* These pass through; everything else is kept, and bounded as a whole. */
	static const uint64_t passing = KBM_MESSAGE_BIT(KBM_MESSAGE_ROWS) |
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
