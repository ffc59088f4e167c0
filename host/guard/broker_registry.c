/* Asking for what a registry holds: what all such jobs share, and a person's questions. */
#include "guard/broker_internal.h"

/* --- what the jobs share -------------------------------------------------------------------- */

const char *kbm_source_kind_words(enum kbm_source_kind kind)
{
	switch (kind) {
	case KBM_SOURCE_HIVE:
		return "a hive";
	case KBM_SOURCE_REG:
		return "a .reg export";
	case KBM_SOURCE_LDIF:
		return "an LDIF file";
	case KBM_SOURCE_LDAP:
		break;
	}
	return "a directory server";
}

enum kbm_code kbm_source_check_registry(const struct kbm_source *source, struct kbm_error *error)
{
	if (!kbm_source_is_directory(source))
		return KBM_OK;
	return kbm_fail(error, KBM_INVALID, "%.160s: is %s, not a registry", source->path,
			kbm_source_kind_words(source->kind));
}

struct kbm_start_registry kbm_start_registry_of(const struct kbm_source *source, int selection,
						const char *path)
{
	return (struct kbm_start_registry){
	    .kind = source->kind,
	    .hive = source->hive == NULL ? "" : source->hive,
	    .selection = selection,
	    .path = path,
	};
}

enum kbm_code kbm_exchange_run_about(struct kbm_exchange *exchange, const char *path,
				     struct kbm_error *error)
{
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_exchange_run(exchange, &reason);
	if (code == KBM_OK)
		return KBM_OK;
	/* What the sink itself said needs no path in front of it. */
	if (exchange->own_failure)
		return kbm_fail(error, code, "%s", reason.message);
	return kbm_exchange_fail_about(path, code, &reason, error);
}

/* --- questions ------------------------------------------------------------------------------ */

enum kbm_code kbm_broker_registry(struct kbm_broker *broker, const struct kbm_source *source,
				  int selection, const struct kbm_registry_query *query,
				  kbm_row_sink *sink, void *context, struct kbm_error *error)
{
	static const enum kbm_job_id jobs[] = {[KBM_QUERY_GET] = KBM_JOB_REG_GET,
					       [KBM_QUERY_LS] = KBM_JOB_REG_LS,
					       [KBM_QUERY_DUMP] = KBM_JOB_REG_DUMP,
					       [KBM_QUERY_FIND] = KBM_JOB_REG_FIND,
					       [KBM_QUERY_KEY] = KBM_JOB_REG_LS};
	struct kbm_child child = {0};
	struct kbm_start_registry start = kbm_start_registry_of(source, selection, query->path);
	start.name = (const uint8_t *)query->name;
	start.name_length = query->name == NULL ? 0 : query->name_length;
	start.itself = query->kind == KBM_QUERY_KEY;
	if (query->find != NULL)
		start.find = *query->find;
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = jobs[query->kind],
		      .inputs = &source->descriptor,
		      .input_count = 1,
		      .output = -1},
	    .start = &start,
	    .child = &child,
	    .sink = sink,
	    .sink_context = context,
	};
	if (kbm_source_is_directory(source))
		return kbm_fail(error, KBM_USAGE, "%.160s: a directory has no registry",
				source->path);
	return kbm_exchange_run_about(&exchange, source->path, error);
}
