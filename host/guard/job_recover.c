/* Inside the job `prepare`: a hive's logs are replayed into the output. */
#include "guard/job_recover.h"

enum kbm_code kbm_job_recover(struct kbm_job_call *call, uint32_t logs,
			      struct kbm_hive_recovery *recovery, size_t *length,
			      struct kbm_error *error)
{
	struct kbm_hive_log inputs[KBM_HIVE_LOGS] = {{NULL, 0}};
	size_t next = 1;
	if (call->output == NULL)
		return kbm_fail(error, KBM_INTERNAL, "there is nowhere to put the hive image");
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		if ((logs >> i & 1) == 0)
			continue;
		if (next >= call->input_count)
			return kbm_fail(error, KBM_INTERNAL, "a log is missing");
		const struct kbm_job_input *input = &call->inputs[next++];
		inputs[i] = (struct kbm_hive_log){input->bytes, input->length};
	}
	return kbm_hive_log_replay(call->inputs[0].bytes, call->inputs[0].length, inputs,
				   call->output, call->output_length, length, recovery, error);
}
