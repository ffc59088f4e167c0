/* Having a hive's new file compared with the old one. */
#include "guard/broker_internal.h"

enum kbm_code kbm_broker_verify(struct kbm_broker *broker, const struct kbm_verify_order *order,
				struct kbm_error *error)
{
	const int descriptors[] = {order->original, order->changed};
	struct kbm_child child = {0};
	struct kbm_error reason = {0};
	const struct kbm_start_verify start = {
	    .full = order->full,
	    .changes = (struct kbm_change *)order->changes, /* only written to the wire */
	    .change_count = order->change_count,
	};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_VERIFY, descriptors, 2, -1},
	    .start = &start,
	    .child = &child,
	};
	enum kbm_code code = kbm_exchange_run(&exchange, &reason);
	return code == KBM_OK ? KBM_OK
			      : kbm_fail(error, code == KBM_INVALID ? KBM_REFUSED : code, "%s",
					 reason.message);
}
