/* The job `directory-file`: index an LDIF file once, then answer searches until kbmend hangs up. */
#include "guard/job.h"

#include "source/directory.h"

static enum kbm_code answer_search(struct kbm_job_call *call,
				   const struct kbm_directory_service *service,
				   const struct kbm_bytes *body, struct kbm_error *error)
{
	struct kbm_search search = {0};
	struct kbm_answer answer = {0};
	enum kbm_code code =
	    kbm_message_decode(KBM_MESSAGE_SEARCH, body->data, body->length, &search, error);
	if (code != KBM_OK)
		return code;
	struct kbm_directory_request request = kbm_search_to_request(&search);
	answer.error.code =
	    service->search(service->context, &request, &answer.entries, &answer.error);
	code = kbm_channel_send_answer(call->channel, &answer, 0, error);
	kbm_message_clear(KBM_MESSAGE_SEARCH, &search);
	return code;
}

enum kbm_code kbm_job_directory_file(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_directory *directory = NULL;
	struct kbm_bytes body;
	enum kbm_message type;
	uint16_t id;
	kbm_bytes_init(&body, 0);
	if (call->input_count != 1)
		return kbm_fail(error, KBM_INTERNAL, "the directory's job takes one file");
	enum kbm_code code = kbm_directory_open_ldif(call->inputs[0].bytes, call->inputs[0].length,
						     &directory, error);
	if (code == KBM_OK) {
		struct kbm_ready ready = {kbm_directory_entry_count(directory)};
		code = kbm_channel_send(call->channel, KBM_MESSAGE_READY, &ready, 0, error);
	}
	while (code == KBM_OK) {
		struct kbm_directory_service service = kbm_directory_service(directory);
		code = kbm_channel_receive(call->channel, KBM_MESSAGE_BIT(KBM_MESSAGE_SEARCH), 0,
					   &body, &type, &id, error);
		if (code == KBM_OK)
			code = answer_search(call, &service, &body, error);
	}
	kbm_bytes_clear(&body);
	kbm_directory_free(directory);
	/* kbmend hung up: that is how this job ends. */
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}
