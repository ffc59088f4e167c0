/* The job `doctor`: what this child could be shut into, and what the worker is made of. */
#include "guard/job.h"

#include "source/hive_regf.h"
#include "source/pattern_regex.h"

#include <stdio.h>

static bool add_library(struct kbm_text_list *libraries, const char *name, const char *version)
{
	char text[128];
	snprintf(text, sizeof text, "%s %s", name, version);
	return kbm_text_list_add(libraries, text);
}

static bool list_libraries(struct kbm_text_list *libraries)
{
	return kbm_text_list_add(libraries, kbm_engine_version()) &&
	       add_library(libraries, "libregf", kbm_regf_version()) &&
	       add_library(libraries, "libbfio", kbm_regf_io_version()) &&
	       add_library(libraries, "PCRE2", kbm_regex_version());
}

enum kbm_code kbm_job_doctor(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_start_doctor start = {0};
	struct kbm_doctor_answer answer = {.jail = call->jail};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_DOCTOR, call->start.data,
						call->start.length, &start, error);
	if (code == KBM_OK && start.provokes)
		kbm_jail_provoke();
	if (code == KBM_OK && !list_libraries(&answer.libraries))
		code = kbm_fail(error, KBM_MEMORY, "no memory");
	if (code == KBM_OK)
		code = kbm_channel_send(call->channel, KBM_MESSAGE_DOCTOR, &answer, 0, error);
	kbm_text_list_clear(&answer.libraries);
	return code;
}
