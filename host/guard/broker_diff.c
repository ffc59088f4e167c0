/* Having two sources compared. */
#include "guard/broker_internal.h"

struct receiver {
	kbm_row_sink *sink;
	void *context;
	bool as_reg;
	unsigned notes;
	bool has_count;	     /* of what was not compared */
	unsigned damages[2]; /* of the first source and the second */
};

static bool is_part(const struct receiver *receiver, char row_kind)
{
	switch (row_kind) {
	case KBM_ROW_NOTE:
	case KBM_ROW_DIFFER:
	case KBM_ROW_PROGRESS:
	case KBM_ROW_NOT_COMPARED:
		return true;
	case KBM_ROW_BYTES:
		return receiver->as_reg;
	case KBM_ROW_REMOVED:
	case KBM_ROW_ADDED:
	case KBM_ROW_CHANGED:
		return !receiver->as_reg;
	default:
		return false;
	}
}

/* Behind all else, of the first source and then of the second, and no more than a reading tells. */
static bool is_damage_due(struct receiver *receiver, const struct kbm_registry_row *row)
{
	if (!row->in_second && receiver->damages[1] > 0)
		return false;
	return ++receiver->damages[row->in_second] <= KBM_HIVE_DAMAGES_KEPT;
}

static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	struct receiver *receiver = context;
	bool is_ending = receiver->damages[0] + receiver->damages[1] > 0;
	if (row->row_kind == KBM_ROW_DAMAGE) {
		if (!is_damage_due(receiver, row))
			return kbm_fail(error, KBM_INTERNAL, "damage out of place");
		return receiver->sink(receiver->context, row, error);
	}
	if (is_ending || !is_part(receiver, row->row_kind))
		return kbm_fail(error, KBM_INTERNAL, "a row is no part of a comparison");
	/* An honest child says no more. */
	if (row->row_kind == KBM_ROW_NOTE && ++receiver->notes > 2 * KBM_EXPORT_MAX_NOTES)
		return kbm_fail(error, KBM_INTERNAL, "too many notes on a comparison");
	if (row->row_kind == KBM_ROW_NOT_COMPARED && (receiver->has_count || row->looked == 0))
		return kbm_fail(error, KBM_INTERNAL, "a count of a comparison is out of place");
	receiver->has_count = receiver->has_count || row->row_kind == KBM_ROW_NOT_COMPARED;
	return receiver->sink(receiver->context, row, error);
}

enum kbm_code kbm_broker_diff(struct kbm_broker *broker, const struct kbm_source *before,
			      const struct kbm_source *after, const struct kbm_diff_order *order,
			      kbm_row_sink *sink, void *context, struct kbm_error *error)
{
	const int inputs[] = {before->descriptor, after->descriptor};
	const struct kbm_start_diff start = {
	    .sides = {kbm_start_registry_of(before, order->selection, order->path),
		      kbm_start_registry_of(after, order->selection, order->path)},
	    .names = {before->path, after->path},
	    .root = order->root == NULL ? "" : order->root,
	    .form = order->form,
	    .is_stale = order->is_stale,
	    .is_in_part = order->is_in_part,
	    .codepage = order->codepage,
	};
	struct receiver receiver = {.sink = sink, .context = context, .as_reg = order->form != 0};
	struct kbm_child child = {0};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_REG_DIFF, .inputs = inputs, .input_count = 2, .output = -1},
	    .start = &start,
	    .child = &child,
	    .sink = take_row,
	    .sink_context = &receiver,
	};
	enum kbm_code code = kbm_source_check_registry(before, error);
	if (code == KBM_OK)
		code = kbm_source_check_registry(after, error);
	if (code == KBM_OK)
		code = kbm_exchange_run(&exchange, error);
	if (code == KBM_OK && receiver.damages[0] + receiver.damages[1] > 0)
		return kbm_fail(error, KBM_INTERNAL,
				"the worker's child broke the protocol: it compared all, and could "
				"not read all");
	return code;
}
