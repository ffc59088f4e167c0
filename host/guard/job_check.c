/* The job `reg-check`: the structure of a hive. */
#include "guard/job.h"

#include "guard/row_sender.h"
#include "source/hive_check.h"

enum kbm_code kbm_job_check(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_hive_check report;
	struct kbm_row_sender sender;
	if (call->input_count != 1)
		return kbm_fail(error, KBM_INTERNAL, "the check takes one file");
	kbm_row_sender_init(&sender, call->channel);
	struct kbm_long_work work = {kbm_row_sender_word, &sender, 0};
	enum kbm_code code = kbm_hive_check_telling(call->inputs[0].bytes, call->inputs[0].length,
						    &work, &report, error);
	kbm_row_sender_clear(&sender);
	return code == KBM_OK
		   ? kbm_channel_send(call->channel, KBM_MESSAGE_CHECKED, &report, 0, error)
		   : code;
}
