/* The job `script`: run one script on a target whose hives are mapped here and whose directory
 * answers through kbmend. */
#include "guard/job.h"

#include "base/limits.h"
#include "plan/overlay.h"
#include "source/hive.h"
#include "source/masked_registry.h"
#include "source/registry.h"

#include <stdlib.h>
#include <string.h>

/* The target as the script will see it. */
struct run {
	struct kbm_job_call *call;
	struct kbm_start_script start;
	struct kbm_hive *hives[KBM_CHILD_MAX_INPUTS];
	struct kbm_registry *registry;
	struct kbm_masked_registry masked;
	struct kbm_overlay *overlay;
	struct kbm_registry_service service; /* what the script reads */
	struct kbm_text_list users;
	struct kbm_bytes body;
};

/* --- opening -------------------------------------------------------------------------------- */

static bool is_needed(const struct kbm_script_info *info, const struct kbm_start_source *source)
{
	bool may_be_any = source->problem != NULL && source->hive[0] == '\0';
	return source->kind == KBM_SOURCE_REG || may_be_any ||
	       kbm_script_info_needs_hive(info, source->hive);
}

static enum kbm_code mount_source(struct run *run, size_t index, struct kbm_error *error)
{
	const struct kbm_start_source *source = &run->start.sources[index];
	const struct kbm_job_input *input =
	    &run->call->inputs[kbm_start_source_input(run->start.sources, index)];
	struct kbm_error reason = {0};
	if (!is_needed(kbm_engine_info(run->call->engine), source))
		return KBM_OK;
	if (source->problem != NULL)
		return kbm_registry_mount_unreadable(run->registry, source->hive, source->problem,
						     error);
	if (kbm_hive_open(input->bytes, input->length, &run->hives[index], &reason) != KBM_OK)
		return kbm_fail(error, KBM_UNREADABLE, "%.100s: %s", source->path, reason.message);
	const struct kbm_hive *hive = run->hives[index];
	if (source->kind == KBM_SOURCE_REG)
		return kbm_registry_mount_image(run->registry, hive, error);
	if (source->logs_reason != NULL)
		return kbm_registry_mount_dirty(run->registry, source->hive, hive,
						source->logs_reason, error);
	return kbm_registry_mount(run->registry, source->hive, hive, kbm_hive_root(hive), error);
}

static enum kbm_code list_users(struct run *run, struct kbm_error *error)
{
	const char *user;
	for (size_t i = 0; (user = kbm_registry_user(run->registry, i)) != NULL; i++)
		if (!kbm_text_list_add(&run->users, user))
			return kbm_fail(error, KBM_MEMORY, "no memory for the users' names");
	return KBM_OK;
}

static enum kbm_code open_registry(struct run *run, struct kbm_error *error)
{
	const struct kbm_start_script *start = &run->start;
	enum kbm_code code =
	    kbm_job_name_sources(run->call, start->sources, start->source_count, error);
	if (code == KBM_OK)
		code = kbm_registry_make(&run->registry, error);
	for (size_t i = 0; i < start->source_count && code == KBM_OK; i++)
		code = mount_source(run, i, error);
	if (code != KBM_OK)
		return code;
	code = list_users(run, error);
	if (code != KBM_OK)
		return code;
	kbm_registry_select(run->registry, start->selection);
	const struct kbm_registry_service service = kbm_registry_service(run->registry);
	kbm_masked_registry_init(&run->masked, &service);
	run->service = kbm_masked_registry_service(&run->masked);
	if (start->overlay_count == 0)
		return KBM_OK;
	code = kbm_overlay_make(start->overlay, start->overlay_count, &run->service, &run->overlay,
				error);
	if (code == KBM_OK)
		run->service = kbm_overlay_service(run->overlay);
	return code;
}

/* --- the directory -------------------------------------------------------------------------- */

static enum kbm_code search(void *context, const struct kbm_directory_request *request,
			    struct kbm_entries *entries, struct kbm_error *error)
{
	struct run *run = context;
	struct kbm_channel *channel = run->call->channel;
	struct kbm_search sent = kbm_search_from_request(request);
	enum kbm_message type;
	uint16_t id;
	enum kbm_code code = kbm_channel_send(channel, KBM_MESSAGE_SEARCH, &sent, 0, error);
	if (code == KBM_OK)
		code = kbm_channel_receive(channel, KBM_MESSAGE_BIT(KBM_MESSAGE_ANSWER), 0,
					   &run->body, &type, &id, error);
	if (code != KBM_OK) /* not to be mistaken for an answer */
		return code == KBM_LIMIT ? KBM_LIMIT : KBM_INTERNAL;
	struct kbm_answer answer = {0};
	code = kbm_message_decode(KBM_MESSAGE_ANSWER, run->body.data, run->body.length, &answer,
				  error);
	if (code != KBM_OK)
		return code;
	code = answer.error.code;
	if (code == KBM_OK) {
		*entries = answer.entries;
		answer.entries = (struct kbm_entries){0};
	} else {
		kbm_fail(error, code, "%s", answer.error.message);
	}
	kbm_message_clear(KBM_MESSAGE_ANSWER, &answer);
	return code;
}

/* --- running and telling -------------------------------------------------------------------- */

/* A result on its way: kbmend takes no more than KBM_WIRE_MAX_RESULT of one run. */
struct report {
	struct kbm_channel *channel;
	size_t sent;
	struct kbm_bytes batch; /* what goes out at once */
	struct kbm_error *error;
};

static enum kbm_code flush(struct report *report)
{
	return kbm_channel_send_packed(report->channel, &report->batch, 0, report->error);
}

/* Behind what is in the batch, or in it. */
static enum kbm_code send_or_pack(struct report *report, enum kbm_message type,
				  struct kbm_bytes *message)
{
	if (kbm_channel_pack(report->channel, type, message, &report->batch))
		return KBM_OK;
	enum kbm_code code = flush(report);
	if (code != KBM_OK || kbm_channel_pack(report->channel, type, message, &report->batch))
		return code;
	return kbm_channel_send_begun(report->channel, type, message, 0, report->error);
}

static enum kbm_code send_part(struct report *report, enum kbm_message type, const void *structure)
{
	/* So much is left for the message that says so. */
	static const size_t most = KBM_WIRE_MAX_RESULT - KBM_WIRE_MAX_MESSAGE;
	struct kbm_bytes message;
	kbm_bytes_init(&message, kbm_message_maximum(type) + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	enum kbm_code code = kbm_message_encode(type, structure, &message, report->error);
	if (code == KBM_OK && message.length > most - report->sent)
		code = kbm_fail(report->error, KBM_LIMIT,
				"what the run found, planned and read is larger than %lu MiB",
				KBM_WIRE_MAX_RESULT / KBM_MIB);
	if (code == KBM_OK) {
		report->sent += message.length;
		code = send_or_pack(report, type, &message);
	}
	kbm_bytes_clear(&message);
	return code;
}

static enum kbm_code send_result(const struct run *run, const struct kbm_result *result,
				 struct kbm_error *error)
{
	struct report report = {.channel = run->call->channel, .error = error};
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&report.batch, KBM_WIRE_MAX_BATCH);
	if (result->output != NULL && result->output[0] != '\0') {
		struct kbm_output output = {result->output};
		code = send_part(&report, KBM_MESSAGE_OUTPUT, &output);
	}
	for (size_t i = 0; i < result->finding_count && code == KBM_OK; i++)
		code = send_part(&report, KBM_MESSAGE_FINDING, &result->findings[i]);
	for (size_t i = 0; i < result->observation_count && code == KBM_OK; i++)
		code = send_part(&report, KBM_MESSAGE_OBSERVATION, &result->observations[i]);
	for (size_t i = 0; i < result->change_count && code == KBM_OK; i++)
		code = send_part(&report, KBM_MESSAGE_CHANGE, &result->changes[i]);
	for (size_t i = 0; i < result->read_count && code == KBM_OK; i++)
		code = send_part(&report, KBM_MESSAGE_READ, &result->reads[i]);
	if (code == KBM_OK)
		code = send_part(&report, KBM_MESSAGE_RESULT, result);
	if (code == KBM_OK)
		code = flush(&report);
	kbm_bytes_clear(&report.batch);
	return code;
}

static enum kbm_code run_and_tell(struct run *run, struct kbm_error *error)
{
	const struct kbm_start_script *start = &run->start;
	const struct kbm_directory_service directory = {run, search};
	const struct kbm_engine_input input = {
	    .registry = start->source_count > 0 ? &run->service : NULL,
	    .directory = start->has_directory ? &directory : NULL,
	    .params = &start->params,
	    .target_name = start->target_name,
	    .computer_name = start->computer_name,
	    .control_set = start->control_set,
	    .users = &run->users,
	    .users_problem = kbm_registry_unplaced(run->registry),
	    .with_fix = start->with_fix,
	    .omits_reads = start->omits_reads,
	};
	struct kbm_result result = {0};
	enum kbm_code code = kbm_engine_run(run->call->engine, &input, &result, error);
	if (code == KBM_OK)
		code = send_result(run, &result, error);
	kbm_result_clear(&result);
	return code;
}

static void close_run(struct run *run)
{
	kbm_overlay_free(run->overlay);
	kbm_masked_registry_clear(&run->masked);
	kbm_registry_free(run->registry);
	kbm_text_list_clear(&run->users);
	for (size_t i = 0; i < KBM_CHILD_MAX_INPUTS; i++)
		kbm_hive_close(run->hives[i]);
	kbm_message_clear(KBM_MESSAGE_START_SCRIPT, &run->start);
	kbm_bytes_clear(&run->body);
}

enum kbm_code kbm_job_script(struct kbm_job_call *call, struct kbm_error *error)
{
	struct run run = {.call = call};
	kbm_bytes_init(&run.body, 0);
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_SCRIPT, call->start.data,
						call->start.length, &run.start, error);
	if (code == KBM_OK)
		code = kbm_engine_load(call->engine, run.start.name, (const char *)run.start.text,
				       run.start.length, NULL, error);
	if (code == KBM_OK)
		code = open_registry(&run, error);
	if (code == KBM_OK)
		code = run_and_tell(&run, error);
	close_run(&run);
	return code;
}
