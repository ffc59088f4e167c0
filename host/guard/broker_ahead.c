/* Jobs whose children work before their turn. */
#include "guard/broker_internal.h"

#include "base/limits.h"
#include "base/processors.h"

#include <stdlib.h>

size_t kbm_jobs_ahead(void)
{
	enum { EACH = 8 }; /* of the processors */
	return kbm_processors(KBM_JOBS_AHEAD / EACH) * EACH;
}

void kbm_ahead_init(struct kbm_ahead *ahead, struct kbm_broker *broker, enum kbm_job_id job,
		    const void *start)
{
	*ahead = (struct kbm_ahead){
	    .exchange =
		{
		    .broker = broker,
		    .order = {job, NULL, 0, -1},
		    .start = start,
		    .child = &ahead->child,
		},
	};
}

static struct kbm_child **find_slot(struct kbm_broker *broker, const struct kbm_child *child)
{
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		if (broker->ahead[i] == child)
			return &broker->ahead[i];
	return NULL;
}

/* Where there is no place for it among those ahead it waits for its turn. */
void kbm_ahead_begin(struct kbm_ahead *ahead)
{
	struct kbm_broker *broker = ahead->exchange.broker;
	struct kbm_child **slot = find_slot(broker, NULL);
	if (ahead->code != KBM_OK || slot == NULL)
		return;
	ahead->code = kbm_exchange_begin(&ahead->exchange, &ahead->reason);
	ahead->worker_number = broker->worker_number;
	if (ahead->code == KBM_OK)
		*slot = &ahead->child;
}

/* Ends its being ahead. Another job may have cost the worker's life, and this child's with it:
 * that is no fault of its own. */
static void take_turn(struct kbm_ahead *ahead)
{
	struct kbm_broker *broker = ahead->exchange.broker;
	struct kbm_child **slot = find_slot(broker, &ahead->child);
	if (ahead->code != KBM_OK)
		return;
	if (slot != NULL) {
		kbm_broker_drain(broker);
		*slot = NULL;
		if (broker->worker != 0 && broker->worker_number == ahead->worker_number)
			return;
		kbm_child_hang_up(&ahead->child);
	}
	ahead->code = kbm_exchange_begin(&ahead->exchange, &ahead->reason);
}

enum kbm_code kbm_ahead_end(struct kbm_ahead *ahead, struct kbm_error *error)
{
	take_turn(ahead);
	if (ahead->code == KBM_OK)
		return kbm_exchange_end(&ahead->exchange, error);
	return kbm_fail(error, ahead->code, "%s", ahead->reason.message);
}

void kbm_ahead_drop(struct kbm_ahead *ahead)
{
	if (ahead == NULL)
		return;
	struct kbm_broker *broker = ahead->exchange.broker;
	struct kbm_child **slot = find_slot(broker, &ahead->child);
	if (slot != NULL) {
		kbm_broker_drop_child(broker, &ahead->child);
		*slot = NULL;
	}
	free(ahead);
}
