/* Having two sources compared. */
#include "guard/broker_internal.h"

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
	    .codepage = order->codepage,
	};
	struct kbm_child child = {0};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_REG_DIFF, inputs, 2, -1},
	    .start = &start,
	    .child = &child,
	    .sink = sink,
	    .sink_context = context,
	};
	enum kbm_code code = kbm_source_check_registry(before, error);
	if (code == KBM_OK)
		code = kbm_source_check_registry(after, error);
	return code == KBM_OK ? kbm_exchange_run(&exchange, error) : code;
}
