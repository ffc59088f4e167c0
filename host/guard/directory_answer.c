/* Answering what a directory is asked over a channel. */
#include "guard/directory_answer.h"

#include "base/limits.h"
#include "source/collect.h"

/* Entries on their way, sent when there are enough. */
struct parts {
	struct kbm_channel *channel;
	struct kbm_collected waiting;
	bool is_gone; /* kbmend does not listen any more */
};

static enum kbm_code send_waiting(struct parts *parts, struct kbm_error *error)
{
	if (parts->waiting.entries.count == 0)
		return KBM_OK;
	enum kbm_code code = kbm_channel_send(parts->channel, KBM_MESSAGE_ENTRIES,
					      &parts->waiting.entries, 0, error);
	parts->is_gone = code == KBM_IO;
	kbm_entries_clear(&parts->waiting.entries);
	parts->waiting.capacity = 0;
	parts->waiting.bytes = 0;
	return code;
}

static enum kbm_code take_part(void *context, struct kbm_entry *entry, struct kbm_error *error)
{
	struct parts *parts = context;
	enum kbm_code code = kbm_collect(&parts->waiting, entry, error);
	if (code == KBM_OK && (parts->waiting.bytes >= KBM_WIRE_PART_BYTES ||
			       parts->waiting.entries.count == parts->waiting.most_entries))
		code = send_waiting(parts, error);
	return code;
}

static enum kbm_code answer_in_parts(struct kbm_channel *channel,
				     const struct kbm_directory_source *source,
				     const struct kbm_directory_request *request,
				     struct kbm_answer *answer, struct kbm_error *error)
{
	struct parts parts = {.channel = channel,
			      .waiting = {.what = "a part of the answer has",
					  .most_entries = KBM_DIRECTORY_MAX_ENTRIES,
					  .most_bytes = KBM_WIRE_MAX_ENTRIES / 2}};
	enum kbm_code code =
	    source->walk(source->directory, request, take_part, &parts, &answer->error);
	if (code == KBM_OK)
		code = send_waiting(&parts, &answer->error);
	kbm_entries_clear(&parts.waiting.entries);
	answer->error.code = code;
	answer->is_doubtful = source->is_doubtful != NULL && source->is_doubtful(source->directory);
	return parts.is_gone ? kbm_fail(error, KBM_IO, "kbmend hung up") : KBM_OK;
}

static void answer_whole(const struct kbm_directory_source *source,
			 const struct kbm_directory_request *request, struct kbm_answer *answer)
{
	struct kbm_collected collected = kbm_collect_answer();
	answer->error.code =
	    source->walk(source->directory, request, kbm_collect_next, &collected, &answer->error);
	if (answer->error.code == KBM_OK)
		answer->entries = collected.entries;
	else
		kbm_entries_clear(&collected.entries);
}

static enum kbm_code answer_search(struct kbm_channel *channel,
				   const struct kbm_directory_source *source,
				   const struct kbm_bytes *body, struct kbm_error *error)
{
	struct kbm_search search = {0};
	struct kbm_answer answer = {0};
	enum kbm_code code =
	    kbm_message_decode(KBM_MESSAGE_SEARCH, body->data, body->length, &search, error);
	if (code != KBM_OK)
		return code;
	struct kbm_directory_request request = kbm_search_to_request(&search);
	if (search.in_parts)
		code = answer_in_parts(channel, source, &request, &answer, error);
	else
		answer_whole(source, &request, &answer);
	if (code == KBM_OK)
		code = kbm_channel_send_answer(channel, &answer, 0, error);
	kbm_entries_clear(&answer.entries);
	kbm_message_clear(KBM_MESSAGE_SEARCH, &search);
	return code;
}

static enum kbm_code answer_modify(struct kbm_channel *channel,
				   const struct kbm_directory_source *source,
				   const struct kbm_bytes *body, struct kbm_error *error)
{
	struct kbm_entry_change change = {0};
	struct kbm_modified modified = {0};
	enum kbm_code code =
	    kbm_message_decode(KBM_MESSAGE_MODIFY, body->data, body->length, &change, error);
	if (code != KBM_OK)
		return code;
	modified.error.code =
	    source->modify(source->directory, &change, &modified.is_unknown, &modified.error);
	kbm_message_clear(KBM_MESSAGE_MODIFY, &change);
	return kbm_channel_send(channel, KBM_MESSAGE_MODIFIED, &modified, 0, error);
}

enum kbm_code kbm_directory_answer(struct kbm_channel *channel,
				   const struct kbm_directory_source *source,
				   struct kbm_error *error)
{
	uint64_t permitted = KBM_MESSAGE_BIT(KBM_MESSAGE_SEARCH);
	struct kbm_bytes body;
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t id;
	if (source->modify != NULL)
		permitted |= KBM_MESSAGE_BIT(KBM_MESSAGE_MODIFY);
	kbm_bytes_init(&body, 0);
	enum kbm_code code = kbm_channel_receive(channel, permitted, 0, &body, &type, &id, error);
	if (code == KBM_OK && type == KBM_MESSAGE_MODIFY && source->modify != NULL)
		code = answer_modify(channel, source, &body, error);
	else if (code == KBM_OK)
		code = answer_search(channel, source, &body, error);
	kbm_bytes_clear(&body);
	return code;
}
