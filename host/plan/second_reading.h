/* What an independent second reader makes of the registry places that a plan rests on. Pure. */
#ifndef KBM_PLAN_SECOND_READING_H
#define KBM_PLAN_SECOND_READING_H

#include "plan/plan.h"

enum kbm_second_outcome {
	KBM_SECOND_SILENT, /* it did not answer, or could not read */
	KBM_SECOND_AGREES,
	KBM_SECOND_DIFFERS
};

struct kbm_second_reading {
	const struct kbm_place *place; /* a value or key, borrowed as the next */
	const struct kbm_state *first; /* as kbmend's own reader had it */
	enum kbm_second_outcome outcome;
	struct kbm_state second; /* DIFFERS: the second reader's */
	struct kbm_error error;	 /* SILENT: why, or code KBM_OK */
};
struct kbm_second_readings {
	struct kbm_second_reading *items;
	size_t count;
};

/* Appends every registry read of the plan, and what each of its changes found, as places to be read
 * again; the plan must outlive them. False without memory. Released with
 * kbm_second_readings_clear(). */
bool kbm_second_readings_add(struct kbm_second_readings *readings, const struct kbm_plan *plan);
/* The same for what registry changes leave behind. */
bool kbm_second_readings_add_after(struct kbm_second_readings *readings,
				   const struct kbm_change *changes, size_t count);
/* Forgets what was answered, when there is a place that was not; false when all were. */
bool kbm_second_readings_restart(struct kbm_second_readings *readings);
void kbm_second_readings_clear(struct kbm_second_readings *readings);
/* Compares what the second reader found, moving it in; *second is {0} afterwards. */
void kbm_second_reading_judge(struct kbm_second_reading *reading, struct kbm_state *second);
/* One sentence with both readings, for one that does not agree; heap, the caller's. NULL without
 * memory. */
char *kbm_second_reading_reason(const struct kbm_second_reading *reading);

#endif
