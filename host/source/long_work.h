/* How far long work is: a word now and then. */
#ifndef KBM_SOURCE_LONG_WORK_H
#define KBM_SOURCE_LONG_WORK_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* So many things are done between words. */
enum { KBM_LONG_WORK_WORD_AFTER = 65536 };

/* Of one piece of work: from {.tell, .context}. */
struct kbm_long_work {
	/* Receives how many are done; a code other than KBM_OK ends the work. */
	enum kbm_code (*tell)(void *context, uint64_t done, struct kbm_error *error);
	void *context;
	uint64_t done;
};

/* So many more are done. `work` is NULL where nobody listens. */
static inline enum kbm_code kbm_long_work_add(struct kbm_long_work *work, uint64_t count,
					      struct kbm_error *error)
{
	if (work == NULL)
		return KBM_OK;
	uint64_t words = work->done / KBM_LONG_WORK_WORD_AFTER;
	work->done += count;
	return work->done / KBM_LONG_WORK_WORD_AFTER == words
		   ? KBM_OK
		   : work->tell(work->context, work->done, error);
}

#endif
