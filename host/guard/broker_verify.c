/* Having a changed hive file compared with its original, before it takes its place. */
#include "guard/broker_internal.h"

enum kbm_code kbm_broker_verify(struct kbm_broker *broker, const struct kbm_verify_order *order,
				struct kbm_error *error)
{
	const int inputs[] = {order->original, order->changed};
	const struct kbm_start_verify start = {
	    .full = order->full,
	    .changes = (struct kbm_change *)order->changes, /* only written to the wire */
	    .change_count = order->change_count,
	};
	struct kbm_error verified = {0};
	struct kbm_child child = {0};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_VERIFY, .inputs = inputs, .input_count = 2, .output = -1},
	    .start = &start,
	    .child = &child,
	    .verified = &verified,
	    .meanwhile = order->meanwhile,
	    .meanwhile_context = order->context,
	};
	enum kbm_code code = kbm_exchange_run(&exchange, error);
	if (code == KBM_OK && verified.code != KBM_OK)
		code = kbm_fail(error, verified.code, "%s", verified.message);
	return code;
}
