/* The broker's life, and what of a target a child is given. */
#include "guard/broker_internal.h"

#include "base/limits.h"

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
	opened->headers = options->headers;
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

void kbm_broker_listen(struct kbm_broker *broker, const struct kbm_broker_listener *listener)
{
	broker->listener = *listener;
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
	kbm_broker_forget_stdlib(broker);
	free(broker);
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
