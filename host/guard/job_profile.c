/* The job `profile`: load a profile's file and hand out the scripts that it names. */
#include "guard/job.h"

enum kbm_code kbm_job_profile(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_start_header start = {0};
	struct kbm_profile profile = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_HEADER, call->start.data,
						call->start.length, &start, error);
	if (code == KBM_OK)
		code = kbm_engine_load_profile(call->engine, start.name, (const char *)start.text,
					       start.length, &profile, error);
	if (code == KBM_OK)
		code = kbm_channel_send(call->channel, KBM_MESSAGE_PROFILE, &profile, 0, error);
	kbm_profile_clear(&profile);
	return code;
}
