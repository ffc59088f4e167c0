/* The job `header`: load a script and hand out what its header says. */
#include "guard/job.h"

enum kbm_code kbm_job_header(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_start_header start = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_HEADER, call->start.data,
						call->start.length, &start, error);
	if (code == KBM_OK)
		code = kbm_engine_load(call->engine, start.name, (const char *)start.text,
				       start.length, NULL, error);
	if (code == KBM_OK)
		code = kbm_channel_send(call->channel, KBM_MESSAGE_INFO,
					kbm_engine_info(call->engine), 0, error);
	return code;
}
