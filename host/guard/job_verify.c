/* The job `verify`: whether a hive's new file is the old one with a plan's changes, and sound. */
#include "guard/job.h"

#include "guard/full_reading.h"
#include "guard/hive_state.h"
#include "guard/planned_differences.h"
#include "source/hive_check.h"

enum { OLD, NEW, INPUT_COUNT };

/* Nothing of any kind may be wrong in the new file that was not in the old one. */
static enum kbm_code check_structure(const struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_hive_check checks[INPUT_COUNT];
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < INPUT_COUNT; i++)
		code = kbm_hive_check(call->inputs[i].bytes, call->inputs[i].length, &checks[i],
				      error);
	for (size_t i = 0; code == KBM_OK && i < KBM_FLAW_COUNT_OF_KINDS; i++)
		if (checks[NEW].flaws[i] > checks[OLD].flaws[i])
			code = kbm_fail(error, KBM_REFUSED, "the new file's structure: %s (%llu)",
					kbm_hive_flaw_text((enum kbm_hive_flaw)i),
					(unsigned long long)checks[NEW].flaws[i]);
	return code;
}

static enum kbm_code check_clean(const struct kbm_hive *hive, struct kbm_error *error)
{
	if (kbm_hive_info(hive)->state == KBM_HIVE_CLEAN)
		return KBM_OK;
	return kbm_fail(error, KBM_REFUSED, "the new file: %.180s", kbm_hive_state_text(hive));
}

static enum kbm_code verify(struct kbm_job_call *call, const struct kbm_start_verify *start,
			    struct kbm_error *error)
{
	struct kbm_hive *hives[INPUT_COUNT] = {NULL, NULL};
	enum kbm_code code = check_structure(call, error);
	for (size_t i = 0; code == KBM_OK && i < INPUT_COUNT; i++)
		code =
		    kbm_hive_open(call->inputs[i].bytes, call->inputs[i].length, &hives[i], error);
	if (code == KBM_OK)
		code = check_clean(hives[NEW], error);
	if (code == KBM_OK)
		code = kbm_planned_differences_check(hives[OLD], hives[NEW], start->changes,
						     start->change_count, error);
	if (code == KBM_OK && start->full)
		code = kbm_full_reading_check(hives[NEW], call->inputs[NEW].bytes,
					      call->inputs[NEW].length, error);
	for (size_t i = 0; i < INPUT_COUNT; i++)
		kbm_hive_close(hives[i]);
	return code;
}

enum kbm_code kbm_job_verify(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_start_verify start = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_VERIFY, call->start.data,
						call->start.length, &start, error);
	if (code == KBM_OK && call->input_count != INPUT_COUNT)
		code = kbm_fail(error, KBM_INTERNAL, "two files are compared");
	for (size_t i = 0; code == KBM_OK && i < start.change_count; i++)
		code = kbm_hive_state_check_change(&start.changes[i], error);
	if (code == KBM_OK)
		code = verify(call, &start, error);
	kbm_message_clear(KBM_MESSAGE_START_VERIFY, &start);
	/* As in kbm_job_edit(). */
	return code == KBM_REFUSED ? KBM_INVALID : code;
}
