/* Having a plan's changes made in a copy of a hive. */
#include "guard/broker_internal.h"

#include <sys/stat.h>

enum kbm_code kbm_broker_edit(struct kbm_broker *broker, const struct kbm_edit *edit,
			      uint64_t *length, struct kbm_error *error)
{
	struct stat status;
	struct kbm_child child = {0};
	struct kbm_edited edited = {0};
	const struct kbm_start_edit start = {
	    .length = edit->length,
	    .now = edit->now,
	    .changes = (struct kbm_change *)edit->changes, /* only written to the wire */
	    .change_count = edit->change_count,
	};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_EDIT, .output = edit->copy},
	    .start = &start,
	    .child = &child,
	    .edited = &edited,
	};
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_exchange_run(&exchange, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, code == KBM_INVALID ? KBM_REFUSED : code, "%s",
				reason.message);
	if (fstat(edit->copy, &status) != 0 || edited.length > (uint64_t)status.st_size)
		return kbm_fail(error, KBM_INTERNAL, "the hive is larger than its room");
	*length = edited.length;
	return KBM_OK;
}
