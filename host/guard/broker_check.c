/* Having the structure of a hive checked. */
#include "guard/broker_internal.h"

struct receiver {
	kbm_row_sink *sink;
	void *context;
};

static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	const struct receiver *receiver = context;
	if (row->row_kind != KBM_ROW_PROGRESS)
		return kbm_fail(error, KBM_INTERNAL, "a row is no part of a check");
	return receiver->sink(receiver->context, row, error);
}

enum kbm_code kbm_broker_check(struct kbm_broker *broker, const struct kbm_source *source,
			       kbm_row_sink *sink, void *context, struct kbm_hive_check *report,
			       struct kbm_error *error)
{
	struct kbm_hive_check checked = {0};
	struct kbm_child child = {0};
	struct kbm_error reason = {0};
	struct receiver receiver = {sink, context};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_REG_CHECK,
		      .inputs = &source->descriptor,
		      .input_count = 1,
		      .output = -1},
	    .child = &child,
	    .checked = &checked,
	    .sink = take_row,
	    .sink_context = &receiver,
	};
	if (source->kind != KBM_SOURCE_HIVE)
		return kbm_fail(error, KBM_INVALID, "%.160s: is %s, not a registry hive",
				source->path, kbm_source_kind_words(source->kind));
	enum kbm_code code = kbm_exchange_run(&exchange, &reason);
	if (code != KBM_OK)
		return kbm_exchange_fail_about(source->path, code, &reason, error);
	*report = checked;
	return KBM_OK;
}
