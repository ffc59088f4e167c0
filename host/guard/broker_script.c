/* What kbmend asks of the worker about scripts: a header, a profile, a run. */
#include "guard/broker_internal.h"

#include "base/absolute.h"
#include "base/limits.h"
#include "base/processors.h"
#include "plan/overlay.h"

#include <stdlib.h>
#include <string.h>

/* --- jobs that work before their turn --------------------------------------------------------- */

/* A directory as the overlay leaves it, over the one that is cached. */
struct planned_directory {
	const struct kbm_change *changes;
	size_t count;
	struct kbm_directory_service below;
};

size_t kbm_jobs_ahead(void)
{
	enum { EACH = 4 }; /* of the processors */
	return kbm_processors(KBM_JOBS_AHEAD / EACH) * EACH;
}

struct kbm_ahead {
	struct kbm_exchange exchange;
	struct kbm_child child;
	enum kbm_code code; /* of the first half */
	struct kbm_error reason;
	bool is_begun;
	unsigned worker_number; /* whose child it is */
	union {
		struct kbm_start_header header;
		struct kbm_start_script script;
	} start;
	/* of a run */
	struct kbm_registry_sources sources;
	struct planned_directory planned;
	struct kbm_directory_service directory;
};

static struct kbm_ahead *make_ahead(struct kbm_broker *broker, enum kbm_job_id job)
{
	struct kbm_ahead *ahead = calloc(1, sizeof *ahead);
	if (ahead == NULL)
		return NULL;
	ahead->exchange = (struct kbm_exchange){
	    .broker = broker,
	    .order = {job, NULL, 0, -1},
	    .start = &ahead->start,
	    .child = &ahead->child,
	};
	return ahead;
}

static struct kbm_child **find_slot(struct kbm_broker *broker, const struct kbm_child *child)
{
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		if (broker->ahead[i] == child)
			return &broker->ahead[i];
	return NULL;
}

/* The child is started. Where there is no place for it among those ahead it waits for its turn. */
static void begin(struct kbm_ahead *ahead)
{
	struct kbm_broker *broker = ahead->exchange.broker;
	struct kbm_child **slot = find_slot(broker, NULL);
	if (ahead->code != KBM_OK || slot == NULL)
		return;
	ahead->code = kbm_exchange_begin(&ahead->exchange, &ahead->reason);
	ahead->worker_number = broker->worker_number;
	ahead->is_begun = true;
	if (ahead->code == KBM_OK)
		*slot = &ahead->child;
}

/* Ends its being ahead. Another job may have cost the worker's life, and this child's with it:
 * that is no fault of its own. */
static void take_turn(struct kbm_ahead *ahead)
{
	struct kbm_broker *broker = ahead->exchange.broker;
	struct kbm_child **slot = find_slot(broker, &ahead->child);
	if (slot != NULL) {
		kbm_broker_drain(broker);
		*slot = NULL;
	}
	bool is_lost =
	    slot != NULL && (broker->worker == 0 || broker->worker_number != ahead->worker_number);
	if (is_lost)
		kbm_child_hang_up(&ahead->child);
	if (is_lost || (ahead->code == KBM_OK && !ahead->is_begun))
		ahead->code = kbm_exchange_begin(&ahead->exchange, &ahead->reason);
}

static enum kbm_code finish(struct kbm_ahead *ahead, struct kbm_error *reason)
{
	take_turn(ahead);
	if (ahead->code == KBM_OK)
		return kbm_exchange_end(&ahead->exchange, reason);
	*reason = ahead->reason;
	return ahead->code;
}

void kbm_ahead_drop(struct kbm_ahead *ahead)
{
	if (ahead == NULL)
		return;
	struct kbm_broker *broker = ahead->exchange.broker;
	struct kbm_child **slot = find_slot(broker, &ahead->child);
	if (slot != NULL) {
		kbm_broker_drop_child(broker, &ahead->child);
		*slot = NULL;
	}
	free(ahead);
}

/* --- headers and profiles --------------------------------------------------------------------- */

struct kbm_ahead *kbm_broker_begin_header(struct kbm_broker *broker, const char *name,
					  const char *text, size_t length)
{
	struct kbm_ahead *ahead = make_ahead(broker, KBM_JOB_HEADER);
	if (ahead == NULL)
		return NULL;
	ahead->start.header = (struct kbm_start_header){name, (const uint8_t *)text, length};
	if (length > KBM_SCRIPT_MAX_BYTES)
		ahead->code =
		    kbm_fail(&ahead->reason, KBM_LIMIT, "%.160s: a script may have %lu KiB at most",
			     name, KBM_SCRIPT_MAX_BYTES / KBM_KIB);
	begin(ahead);
	return ahead;
}

enum kbm_code kbm_broker_end_header(struct kbm_ahead *ahead, struct kbm_script_info *info,
				    struct kbm_error *error)
{
	struct kbm_script_info made = {0};
	struct kbm_error reason = {0};
	ahead->exchange.info = &made;
	enum kbm_code code = finish(ahead, &reason);
	free(ahead);
	if (code == KBM_OK) {
		*info = made;
		return KBM_OK;
	}
	kbm_script_info_clear(&made);
	return kbm_fail(error, code, "%s", reason.message);
}

enum kbm_code kbm_broker_header(struct kbm_broker *broker, const char *name, const char *text,
				size_t length, struct kbm_script_info *info,
				struct kbm_error *error)
{
	struct kbm_ahead *ahead = kbm_broker_begin_header(broker, name, text, length);
	return ahead == NULL ? kbm_fail(error, KBM_MEMORY, "no memory for a header")
			     : kbm_broker_end_header(ahead, info, error);
}

enum kbm_code kbm_broker_profile(struct kbm_broker *broker, const char *name, const char *text,
				 size_t length, struct kbm_profile *profile,
				 struct kbm_error *error)
{
	struct kbm_child child = {0};
	struct kbm_profile made = {0};
	const struct kbm_start_header start = {name, (const uint8_t *)text, length};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_PROFILE, NULL, 0, -1},
	    .start = &start,
	    .child = &child,
	    .profile = &made,
	};
	enum kbm_code code = kbm_exchange_run(&exchange, error);
	if (code == KBM_OK)
		*profile = made;
	else
		kbm_profile_clear(&made);
	return code;
}

void kbm_broker_omit_reads(struct kbm_broker *broker)
{
	broker->omits_reads = true;
}

/* --- a script's run ------------------------------------------------------------------------- */

static enum kbm_code search_planned(void *context, const struct kbm_directory_request *request,
				    struct kbm_entries *entries, struct kbm_error *error)
{
	const struct planned_directory *planned = context;
	return kbm_overlay_search(planned->changes, planned->count, &planned->below, request,
				  entries, error);
}

/* "Q298565" of ".../Q298565.lua": for a run that ended before the script named itself. */
static char *id_from_name(const char *name)
{
	const char *base = kbm_path_last(name);
	size_t length = strlen(base);
	if (length > 4 && strcmp(base + length - 4, ".lua") == 0)
		length -= 4;
	return strndup(base, length);
}

/* A run without a result of its own becomes one: `unknown` when the world could not be looked at,
 * else `error`. */
static void judge_failure(enum kbm_code code, const char *message, struct kbm_result *result)
{
	char *output = result->output;
	result->output = NULL;
	kbm_result_clear(result);
	result->output = output;
	result->verdict = code == KBM_UNREADABLE || code == KBM_IO || code == KBM_UNSUPPORTED
			      ? KBM_VERDICT_UNKNOWN
			      : KBM_VERDICT_ERROR;
	result->reason = strdup(message);
}

static enum kbm_code complete(struct kbm_result *result, const char *script_name,
			      struct kbm_error *error)
{
	if (result->script == NULL)
		result->script = id_from_name(script_name);
	if (result->output == NULL)
		result->output = strdup("");
	if (result->script == NULL || result->output == NULL || result->reason == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a result");
	return KBM_OK;
}

static bool is_served(const struct kbm_target *target)
{
	const struct kbm_source *source = kbm_target_directory(target);
	return source != NULL && source->kind == KBM_SOURCE_LDAP;
}

/* A directory that cannot be read is a world that cannot be looked at, whatever is wrong with it. A
 * server is not waited for here: not every script asks it. */
static enum kbm_code look_at_world(struct kbm_ahead *ahead, const struct kbm_target *target)
{
	struct kbm_error *reason = &ahead->reason;
	enum kbm_code code = kbm_broker_gather(target, &ahead->sources, reason);
	if (code == KBM_OK && ahead->sources.has_directory && !is_served(target) &&
	    kbm_broker_open_directory(ahead->exchange.broker, target, reason) != KBM_OK)
		code = reason->code == KBM_REFUSED ? KBM_REFUSED : KBM_UNREADABLE;
	return code;
}

static void describe_run(struct kbm_ahead *ahead, const struct kbm_script_order *order)
{
	static const struct kbm_params none = {0};
	const struct kbm_target *target = order->target;
	ahead->start.script = (struct kbm_start_script){
	    .name = order->name,
	    .text = (const uint8_t *)order->text,
	    .length = order->length,
	    .target_name = target->name,
	    .computer_name = target->computer_name,
	    .control_set = target->control_set,
	    .selection = target->selection,
	    .with_fix = order->with_fix,
	    .has_directory = ahead->sources.has_directory,
	    .omits_reads = ahead->exchange.broker->omits_reads,
	    .sources = ahead->sources.described,
	    .source_count = ahead->sources.count,
	    .params = order->params == NULL ? none : *order->params,
	    .overlay = (struct kbm_change *)order->overlay, /* only written to the wire */
	    .overlay_count = order->overlay_count,
	};
}

struct kbm_ahead *kbm_broker_begin_run(struct kbm_broker *broker,
				       const struct kbm_script_order *order)
{
	struct kbm_ahead *ahead = make_ahead(broker, KBM_JOB_SCRIPT);
	if (ahead == NULL)
		return NULL;
	ahead->code = look_at_world(ahead, order->target);
	ahead->planned = (struct planned_directory){order->overlay, order->overlay_count,
						    kbm_broker_directory_service(broker)};
	ahead->directory = (struct kbm_directory_service){&ahead->planned, search_planned};
	describe_run(ahead, order);
	ahead->exchange.order.inputs = ahead->sources.descriptors;
	ahead->exchange.order.input_count = ahead->sources.descriptor_count;
	ahead->exchange.control_set = order->target->control_set;
	ahead->exchange.directory =
	    order->overlay_count > 0 ? &ahead->directory : &ahead->planned.below;
	begin(ahead);
	return ahead;
}

enum kbm_code kbm_broker_end_run(struct kbm_ahead *ahead, struct kbm_result *result,
				 struct kbm_error *error)
{
	struct kbm_result made = {0};
	struct kbm_error reason = {0};
	ahead->exchange.result = &made;
	enum kbm_code code = finish(ahead, &reason);
	if (code == KBM_REFUSED) { /* no sandbox: nothing ran */
		kbm_result_clear(&made);
		free(ahead);
		return kbm_fail(error, code, "%s", reason.message);
	}
	if (code != KBM_OK)
		judge_failure(code, reason.message, &made);
	enum kbm_code whole = complete(&made, ahead->start.script.name, error);
	free(ahead);
	*result = made;
	return whole;
}

enum kbm_code kbm_broker_run(struct kbm_broker *broker, const struct kbm_script_order *order,
			     struct kbm_result *result, struct kbm_error *error)
{
	struct kbm_ahead *ahead = kbm_broker_begin_run(broker, order);
	return ahead == NULL ? kbm_fail(error, KBM_MEMORY, "no memory for a script's run")
			     : kbm_broker_end_run(ahead, result, error);
}
