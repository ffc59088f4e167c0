/* The job `reg-check`: the structure of a hive. */
#include "guard/job.h"

#include "source/hive_check.h"

enum kbm_code kbm_job_check(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_hive_check report;
	if (call->input_count != 1)
		return kbm_fail(error, KBM_INTERNAL, "the check takes one file");
	enum kbm_code code =
	    kbm_hive_check(call->inputs[0].bytes, call->inputs[0].length, &report, error);
	return code == KBM_OK
		   ? kbm_channel_send(call->channel, KBM_MESSAGE_CHECKED, &report, 0, error)
		   : code;
}
