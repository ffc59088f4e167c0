/* Having a source, or a part of it, written as a .reg file. */
#include "guard/broker_internal.h"

struct receiver {
	const struct kbm_hive_export_sink *sink;
	unsigned notes;
};

static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	struct receiver *receiver = context;
	const struct kbm_hive_export_sink *sink = receiver->sink;
	if (row->row_kind == KBM_ROW_BYTES)
		return sink->take_bytes(sink->context, (const uint8_t *)row->text, row->text_length,
					error);
	if (row->row_kind != KBM_ROW_NOTE)
		return kbm_fail(error, KBM_INTERNAL, "a row is no part of an export");
	/* An honest child says no more. */
	if (++receiver->notes > 2 * KBM_EXPORT_MAX_NOTES)
		return kbm_fail(error, KBM_INTERNAL, "too many notes on an export");
	if (row->text_length > KBM_TEXT_MAX_BYTES)
		return kbm_fail(error, KBM_INTERNAL, "a note on an export is too long");
	return sink->take_note(sink->context, row->text, error); /* which has its NUL */
}

enum kbm_code kbm_broker_export(struct kbm_broker *broker, const struct kbm_source *source,
				const struct kbm_export_order *order,
				const struct kbm_hive_export_sink *sink, struct kbm_error *error)
{
	struct receiver receiver = {.sink = sink};
	struct kbm_child child = {0};
	const struct kbm_start_export start = {
	    .registry = kbm_start_registry_of(source, order->selection, order->path),
	    .root = order->root == NULL ? "" : order->root,
	    .regedit4 = order->regedit4,
	    .codepage = order->codepage,
	};
	/* An export comes as an image, which keeps nothing of values that it deletes. */
	const int inputs[] = {source->descriptor, source->file};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_REG_EXPORT,
		      .inputs = inputs,
		      .input_count = source->kind == KBM_SOURCE_REG ? 2 : 1,
		      .output = -1},
	    .start = &start,
	    .child = &child,
	    .sink = take_row,
	    .sink_context = &receiver,
	};
	enum kbm_code code = kbm_source_check_registry(source, error);
	return code == KBM_OK ? kbm_exchange_run_about(&exchange, source->path, error) : code;
}
