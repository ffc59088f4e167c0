/* What kbmend asks of the worker about scripts: a header, a profile, a run. */
#include "guard/broker_internal.h"

#include "base/absolute.h"
#include "base/limits.h"
#include "guard/known_headers.h"
#include "plan/overlay.h"

#include <stdlib.h>
#include <string.h>

/* A directory as the overlay leaves it, over the one that is cached. */
struct planned_directory {
	const struct kbm_change *changes;
	size_t count;
	struct kbm_directory_service below;
};

/* A job of a script: its header, or a run. */
struct script_job {
	struct kbm_ahead ahead; /* the first member: the job is known by it */
	union {
		struct kbm_start_header header;
		struct kbm_start_script script;
	} start;
	const struct kbm_known_header *known; /* a header that is not read again, or NULL */
	/* of a run */
	const struct kbm_target *target;
	bool awaits_directory; /* a file */
	struct kbm_registry_sources sources;
	struct planned_directory planned;
	struct kbm_directory_service directory;
};

static struct script_job *make_job(struct kbm_broker *broker, enum kbm_job_id id)
{
	struct script_job *job = calloc(1, sizeof *job);
	if (job != NULL)
		kbm_ahead_init(&job->ahead, broker, id, &job->start);
	return job;
}

/* --- headers and profiles --------------------------------------------------------------------- */

/* Where the stdlib cannot be read, whoever needs it says so. */
static const struct kbm_known_header *find_known(struct kbm_broker *broker, enum kbm_message type,
						 const char *text, size_t length)
{
	char stdlib[KBM_SHA256_HEX_BYTES];
	const struct kbm_known_headers *headers = broker->headers;
	if (headers == NULL)
		return NULL;
	const struct kbm_known_header *known = kbm_known_headers_find(headers, type, text, length);
	if (known == NULL || broker->headers_hold)
		return known;
	broker->headers_hold = kbm_broker_stdlib_sha256(broker, stdlib, NULL) == KBM_OK &&
			       strcmp(stdlib, headers->stdlib) == 0;
	if (!broker->headers_hold)
		broker->headers = NULL;
	return broker->headers_hold ? known : NULL;
}

struct kbm_ahead *kbm_broker_begin_header(struct kbm_broker *broker, const char *name,
					  const char *text, size_t length)
{
	struct script_job *job = make_job(broker, KBM_JOB_HEADER);
	if (job == NULL)
		return NULL;
	job->start.header = (struct kbm_start_header){name, (const uint8_t *)text, length};
	if (length > KBM_SCRIPT_MAX_BYTES)
		job->ahead.code = kbm_fail(&job->ahead.reason, KBM_LIMIT,
					   "%.160s: a script may have %lu KiB at most", name,
					   KBM_SCRIPT_MAX_BYTES / KBM_KIB);
	job->known = find_known(broker, KBM_MESSAGE_INFO, text, length);
	if (job->known == NULL)
		kbm_ahead_begin(&job->ahead);
	return &job->ahead;
}

enum kbm_code kbm_broker_end_header(struct kbm_ahead *ahead, struct kbm_script_info *info,
				    struct kbm_error *error)
{
	const struct kbm_known_header *known = ((struct script_job *)ahead)->known;
	struct kbm_script_info made = {0};
	struct kbm_error reason = {0};
	ahead->exchange.info = &made;
	enum kbm_code code = known == NULL ? kbm_ahead_end(ahead, &reason)
					   : kbm_known_header_read(known, &made, &reason);
	kbm_ahead_drop(ahead);
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
	    .order = {.job = KBM_JOB_PROFILE, .output = -1},
	    .start = &start,
	    .child = &child,
	    .profile = &made,
	};
	const struct kbm_known_header *known =
	    find_known(broker, KBM_MESSAGE_PROFILE, text, length);
	enum kbm_code code = known == NULL ? kbm_exchange_run(&exchange, error)
					   : kbm_known_header_read(known, &made, error);
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
 * server is not waited for: not every script asks it. */
static enum kbm_code judge_directory(enum kbm_code code)
{
	return code == KBM_OK || code == KBM_REFUSED ? code : KBM_UNREADABLE;
}

/* The first look, for which nothing is waited for. */
static enum kbm_code look_at_world(struct script_job *job)
{
	struct kbm_error *reason = &job->ahead.reason;
	enum kbm_code code = kbm_broker_gather(job->target, &job->sources, reason);
	if (code != KBM_OK || !job->awaits_directory)
		return code;
	return judge_directory(
	    kbm_broker_begin_directory(job->ahead.exchange.broker, job->target, reason));
}

static void describe_run(struct script_job *job, const struct kbm_script_order *order)
{
	static const struct kbm_params none = {0};
	const struct kbm_target *target = order->target;
	job->start.script = (struct kbm_start_script){
	    .name = order->name,
	    .text = (const uint8_t *)order->text,
	    .length = order->length,
	    .target_name = target->name,
	    .computer_name = target->computer_name,
	    .control_set = target->control_set,
	    .selection = target->selection,
	    .with_fix = order->with_fix,
	    .has_directory = job->sources.has_directory,
	    .omits_reads = job->ahead.exchange.broker->omits_reads,
	    .sources = job->sources.described,
	    .source_count = job->sources.count,
	    .params = order->params == NULL ? none : *order->params,
	    .overlay = (struct kbm_change *)order->overlay, /* only written to the wire */
	    .overlay_count = order->overlay_count,
	};
}

struct kbm_ahead *kbm_broker_begin_run(struct kbm_broker *broker,
				       const struct kbm_script_order *order)
{
	struct script_job *job = make_job(broker, KBM_JOB_SCRIPT);
	if (job == NULL)
		return NULL;
	struct kbm_exchange *exchange = &job->ahead.exchange;
	job->target = order->target;
	job->awaits_directory = !order->asks_no_directory && !is_served(order->target);
	job->ahead.code = look_at_world(job);
	job->planned = (struct planned_directory){order->overlay, order->overlay_count,
						  kbm_broker_directory_service(broker)};
	job->directory = (struct kbm_directory_service){&job->planned, search_planned};
	describe_run(job, order);
	exchange->order.inputs = job->sources.descriptors;
	exchange->order.input_count = job->sources.descriptor_count;
	exchange->control_set = order->target->control_set;
	exchange->directory = order->overlay_count > 0 ? &job->directory : &job->planned.below;
	/* Nobody waits for it before the LDIF file is there, which others wait for. */
	exchange->order.yields = broker->directory.opening != NULL;
	kbm_ahead_begin(&job->ahead);
	return &job->ahead;
}

bool kbm_broker_is_run_due(const struct kbm_ahead *ahead)
{
	const struct script_job *job = (const struct script_job *)ahead;
	const struct kbm_ahead *opening = ahead->exchange.broker->directory.opening;
	bool is_open = !job->awaits_directory || opening == NULL || kbm_ahead_has_spoken(opening);
	return is_open && kbm_ahead_has_spoken(ahead);
}

/* The script may ask from now on, so that its directory must be there. */
static enum kbm_code end_job(struct script_job *job, struct kbm_error *reason)
{
	struct kbm_broker *broker = job->ahead.exchange.broker;
	enum kbm_code code = job->ahead.code;
	if (code == KBM_OK && job->awaits_directory)
		code = judge_directory(kbm_broker_open_directory(broker, job->target, reason));
	else
		*reason = job->ahead.reason;
	return code == KBM_OK ? kbm_ahead_end(&job->ahead, reason) : code;
}

enum kbm_code kbm_broker_end_run(struct kbm_ahead *ahead, struct kbm_result *result,
				 struct kbm_error *error)
{
	struct script_job *job = (struct script_job *)ahead;
	struct kbm_result made = {0};
	struct kbm_error reason = {0};
	ahead->exchange.result = &made;
	enum kbm_code code = end_job(job, &reason);
	if (code == KBM_REFUSED) { /* no sandbox: nothing ran */
		kbm_result_clear(&made);
		kbm_ahead_drop(ahead);
		return kbm_fail(error, code, "%s", reason.message);
	}
	if (code != KBM_OK)
		judge_failure(code, reason.message, &made);
	enum kbm_code whole = complete(&made, job->start.script.name, error);
	kbm_ahead_drop(ahead);
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
