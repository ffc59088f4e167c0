/* What kbmend asks of the worker: a script's header, a script's run. */
#include "guard/broker_internal.h"

#include "base/absolute.h"
#include "base/limits.h"
#include "plan/overlay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum kbm_code kbm_broker_open(const struct kbm_broker_options *options, struct kbm_broker **broker,
			      struct kbm_error *error)
{
	if (options->cpu_ms > KBM_CHILD_MAX_CPU_MS || options->wall_ms > KBM_CHILD_MAX_WALL_MS ||
	    options->memory_mib > KBM_CHILD_MAX_MEMORY_MIB)
		return kbm_fail(error, KBM_USAGE, "a limit is larger than %u s or %u MiB",
				KBM_CHILD_MAX_CPU_MS / 1000, KBM_CHILD_MAX_MEMORY_MIB);
	struct kbm_broker *opened = calloc(1, sizeof *opened);
	if (opened == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the broker");
	opened->worker_path = strdup(options->worker_path);
	opened->stdlib_path = strdup(options->stdlib_path);
	if (options->directory_path != NULL)
		opened->directory_path = strdup(options->directory_path);
	opened->cpu_ms = options->cpu_ms;
	opened->wall_ms = options->wall_ms;
	opened->memory_mib = options->memory_mib;
	opened->logs = options->logs;
	opened->lenient = options->unsafe;
	opened->tells_secrets = options->tells_secrets;
	opened->answer_ms = KBM_WORKER_ANSWER_MS;
	opened->directory_ms = KBM_DIRECTORY_MAX_RUN_MS;
	kbm_bytes_init(&opened->body, 0);
	kbm_bytes_init(&opened->directory.body, 0);
	enum kbm_code code = KBM_OK;
	if (opened->worker_path == NULL || opened->stdlib_path == NULL)
		code = kbm_fail(error, KBM_MEMORY, "no memory for the broker");
	if (code == KBM_OK && options->server != NULL)
		code = kbm_broker_call_server(opened, options->server, error);
	if (code == KBM_OK)
		code = kbm_broker_start_worker(opened, error);
	if (code != KBM_OK) {
		kbm_broker_close(opened);
		return code;
	}
	*broker = opened;
	return KBM_OK;
}

void kbm_broker_close(struct kbm_broker *broker)
{
	if (broker == NULL)
		return;
	if (broker->worker != 0) /* it may begin to end while the directory does */
		shutdown(broker->control.descriptor, SHUT_WR);
	kbm_broker_close_directory(broker);
	kbm_broker_stop_worker(broker);
	kbm_bytes_clear(&broker->body);
	free(broker->questions);
	free(broker->worker_path);
	free(broker->directory_path);
	free(broker->stdlib_path);
	free(broker);
}

enum kbm_code kbm_broker_header(struct kbm_broker *broker, const char *name, const char *text,
				size_t length, struct kbm_script_info *info,
				struct kbm_error *error)
{
	struct kbm_child child = {0};
	struct kbm_script_info made = {0};
	const struct kbm_start_header start = {name, (const uint8_t *)text, length};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_HEADER, NULL, 0, -1},
	    .start = &start,
	    .child = &child,
	    .info = &made,
	};
	if (length > KBM_SCRIPT_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%.160s: a script may have %lu KiB at most", name,
				KBM_SCRIPT_MAX_BYTES / KBM_KIB);
	enum kbm_code code = kbm_exchange_run(&exchange, error);
	if (code == KBM_OK)
		*info = made;
	else
		kbm_script_info_clear(&made);
	return code;
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

/* A directory as the overlay leaves it, over the one that is cached. */
struct planned_directory {
	const struct kbm_change *changes;
	size_t count;
	struct kbm_directory_service below;
};

static enum kbm_code search_planned(void *context, const struct kbm_directory_request *request,
				    struct kbm_entries *entries, struct kbm_error *error)
{
	const struct planned_directory *planned = context;
	return kbm_overlay_search(planned->changes, planned->count, &planned->below, request,
				  entries, error);
}

enum kbm_code kbm_broker_gather(const struct kbm_target *target,
				struct kbm_registry_sources *sources, struct kbm_error *error)
{
	for (size_t i = 0; i < target->source_count; i++) {
		const struct kbm_source *source = &target->sources[i];
		if (kbm_source_is_directory(source)) {
			sources->has_directory = true;
			continue;
		}
		if (sources->count == KBM_CHILD_MAX_INPUTS)
			return kbm_fail(error, KBM_LIMIT, "a target has %u registry files at most",
					KBM_CHILD_MAX_INPUTS);
		if (source->problem == NULL)
			sources->descriptors[sources->descriptor_count++] = source->descriptor;
		sources->described[sources->count++] =
		    (struct kbm_start_source){.kind = source->kind,
					      .path = source->path,
					      .hive = source->hive == NULL ? "" : source->hive,
					      .problem = source->problem,
					      .logs_reason = source->logs_reason};
	}
	return KBM_OK;
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

enum kbm_code kbm_broker_run(struct kbm_broker *broker, const struct kbm_target *target,
			     const char *script_name, const char *text, size_t length,
			     const struct kbm_params *params, const struct kbm_change *overlay,
			     size_t overlay_count, bool with_fix, struct kbm_result *result,
			     struct kbm_error *error)
{
	static const struct kbm_params none = {0};
	struct kbm_registry_sources sources = {0};
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_broker_gather(target, &sources, &reason);
	/* A directory that cannot be read is a world that cannot be looked at, whatever is wrong
	 * with it. A server is not waited for here: not every script asks it. */
	if (code == KBM_OK && sources.has_directory && !is_served(target) &&
	    kbm_broker_open_directory(broker, target, &reason) != KBM_OK)
		code = reason.code == KBM_REFUSED ? KBM_REFUSED : KBM_UNREADABLE;
	struct planned_directory planned = {overlay, overlay_count,
					    kbm_broker_directory_service(broker)};
	const struct kbm_directory_service directory = {&planned, search_planned};
	const struct kbm_start_script start = {
	    .name = script_name,
	    .text = (const uint8_t *)text,
	    .length = length,
	    .target_name = target->name,
	    .computer_name = target->computer_name,
	    .control_set = target->control_set,
	    .selection = target->selection,
	    .with_fix = with_fix,
	    .has_directory = sources.has_directory,
	    .omits_reads = broker->omits_reads,
	    .sources = sources.described,
	    .source_count = sources.count,
	    .params = params == NULL ? none : *params,
	    .overlay = (struct kbm_change *)overlay, /* only written to the wire */
	    .overlay_count = overlay_count,
	};
	struct kbm_child child = {0};
	struct kbm_result made = {0};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_SCRIPT, sources.descriptors, sources.descriptor_count, -1},
	    .start = &start,
	    .child = &child,
	    .result = &made,
	    .control_set = target->control_set,
	    .directory = overlay_count > 0 ? &directory : &planned.below,
	};
	if (code == KBM_OK)
		code = kbm_exchange_run(&exchange, &reason);
	if (code == KBM_REFUSED) { /* no sandbox: nothing ran */
		kbm_result_clear(&made);
		return kbm_fail(error, code, "%s", reason.message);
	}
	if (code != KBM_OK)
		judge_failure(code, reason.message, &made);
	enum kbm_code whole = complete(&made, script_name, error);
	*result = made;
	return whole;
}
