/* The job `directory-file`: index an LDIF file once, then answer searches until kbmend hangs up. */
#include "guard/job.h"

#include "guard/directory_answer.h"
#include "source/directory.h"

static enum kbm_code walk(void *directory, const struct kbm_directory_request *request,
			  kbm_take_entry *take, void *context, struct kbm_error *error)
{
	return kbm_directory_search(directory, request, take, context, error);
}

enum kbm_code kbm_job_directory_file(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_directory *directory = NULL;
	if (call->input_count != 1)
		return kbm_fail(error, KBM_INTERNAL, "the directory's job takes one file");
	enum kbm_code code = kbm_directory_open_ldif(call->inputs[0].bytes, call->inputs[0].length,
						     &directory, error);
	if (code == KBM_OK) {
		struct kbm_ready ready = {kbm_directory_entry_count(directory)};
		code = kbm_channel_send(call->channel, KBM_MESSAGE_READY, &ready, 0, error);
	}
	const struct kbm_directory_source source = {.directory = directory, .walk = walk};
	while (code == KBM_OK)
		code = kbm_directory_answer(call->channel, &source, error);
	kbm_directory_free(directory);
	/* kbmend hung up: that is how this job ends. */
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}
