/* Jobs whose children work before their turn. */
#include "guard/broker_internal.h"

#include "base/limits.h"
#include "base/processors.h"

#include <poll.h>
#include <stdlib.h>

/* Beside one for each processor: who begins them is not always there when one has ended. */
enum { EXTRA = 2 };

/* --- who works ------------------------------------------------------------------------------- */

/* Those that have said nothing yet, as poll() has them: who has ended has hung up. */
static nfds_t list_silent(const struct kbm_broker *broker, struct pollfd *silent)
{
	struct pollfd polled[KBM_JOBS_AHEAD];
	nfds_t count = 0;
	nfds_t left = 0;
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++) {
		const struct kbm_child *child = broker->ahead[i];
		if (child != NULL && child->channel.descriptor >= 0)
			polled[count++] = (struct pollfd){child->channel.descriptor, POLLIN, 0};
	}
	if (poll(polled, count, 0) < 0)
		return 0;
	for (nfds_t i = 0; i < count; i++)
		if (polled[i].revents == 0)
			silent[left++] = polled[i];
	return left;
}

static bool has_place(const struct kbm_broker *broker)
{
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		if (broker->ahead[i] == NULL)
			return true;
	return false;
}

static size_t most_at_work(void)
{
	return kbm_processors(KBM_JOBS_AHEAD) + EXTRA;
}

bool kbm_broker_has_room(const struct kbm_broker *broker)
{
	struct pollfd silent[KBM_JOBS_AHEAD];
	return has_place(broker) && list_silent(broker, silent) < most_at_work();
}

bool kbm_broker_await_room(const struct kbm_broker *broker)
{
	struct pollfd silent[KBM_JOBS_AHEAD];
	nfds_t count = list_silent(broker, silent);
	/* Who has spoken since the caller looked is not waited for. */
	return has_place(broker) &&
	       (count < most_at_work() || poll(silent, count, KBM_CHILD_WALL_MS) > 0);
}

bool kbm_ahead_has_spoken(const struct kbm_ahead *ahead)
{
	struct pollfd polled = {ahead->child.channel.descriptor, POLLIN, 0};
	bool is_ahead = ahead->code == KBM_OK && ahead->child.id != 0;
	return !is_ahead || poll(&polled, 1, 0) != 0;
}

/* --- jobs ------------------------------------------------------------------------------------ */

void kbm_ahead_init(struct kbm_ahead *ahead, struct kbm_broker *broker, enum kbm_job_id job,
		    const void *start)
{
	*ahead = (struct kbm_ahead){
	    .exchange =
		{
		    .broker = broker,
		    .order = {.job = job, .output = -1},
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
