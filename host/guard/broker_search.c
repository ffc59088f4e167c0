/* A person's search of the directory: entries are handed on as they come. */
#include "guard/broker_internal.h"

static enum kbm_code hand_on(const struct kbm_bytes *body, kbm_entry_sink *sink, void *context,
			     bool *stopped, struct kbm_error *error)
{
	struct kbm_entries entries = {0};
	enum kbm_code code =
	    kbm_message_decode(KBM_MESSAGE_ENTRIES, body->data, body->length, &entries, error);
	for (size_t i = 0; code == KBM_OK && i < entries.count; i++) {
		code = sink(context, &entries.items[i], error);
		*stopped = code != KBM_OK;
	}
	kbm_message_clear(KBM_MESSAGE_ENTRIES, &entries);
	return code;
}

/* The entries have all come before. */
static enum kbm_code end_search(struct kbm_broker *broker, const struct kbm_bytes *body,
				struct kbm_error *error)
{
	struct kbm_entries none = {0};
	enum kbm_code code = kbm_broker_take_answer(broker, body->data, body->length, &none, error);
	kbm_entries_clear(&none);
	return code;
}

enum kbm_code kbm_broker_search(struct kbm_broker *broker, const struct kbm_target *target,
				const struct kbm_directory_request *request, kbm_entry_sink *sink,
				void *context, struct kbm_error *error)
{
	static const uint64_t permitted = KBM_MESSAGE_BIT(KBM_MESSAGE_ENTRIES) |
					  KBM_MESSAGE_BIT(KBM_MESSAGE_ANSWER) |
					  KBM_MESSAGE_BIT(KBM_MESSAGE_FAILED);
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_search search = kbm_search_from_request(request);
	bool stopped = false;
	search.in_parts = true;
	enum kbm_code code = kbm_broker_open_directory(broker, target, error);
	if (code == KBM_OK)
		code = kbm_broker_ask_directory(broker, &search,
						kbm_broker_directory_deadline(broker), error);
	while (code == KBM_OK) {
		enum kbm_message type = KBM_MESSAGE_COUNT;
		uint16_t id;
		struct kbm_error reason = {0};
		code = kbm_channel_receive(&directory->child.channel, permitted,
					   kbm_broker_directory_deadline(broker), &directory->body,
					   &type, &id, &reason);
		if (code != KBM_OK || type == KBM_MESSAGE_FAILED)
			return kbm_broker_lose_directory(broker, code, &reason, error);
		if (type == KBM_MESSAGE_ANSWER)
			return end_search(broker, &directory->body, error);
		code = hand_on(&directory->body, sink, context, &stopped, error);
	}
	/* The rest of the answer is still to come: it is not waited for. */
	if (stopped)
		kbm_broker_close_directory(broker);
	return code;
}
