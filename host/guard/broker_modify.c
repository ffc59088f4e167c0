/* The change of a directory's entry: kbmend-directory is told once, and what it says is all. */
#include "guard/broker_internal.h"

#include "source/entry_change.h"

#include <stdlib.h>
#include <string.h>

/* Before it is sent: the root DSE, a look at the entry, both again on a new connection (five steps
 * more), a look at each attribute (one step in all); then the change; and room. */
enum { STEPS_TO_MODIFY = 14 };

/* --- the changes as one ---------------------------------------------------------------------- */

static enum kbm_code check_changes(const struct kbm_change *changes, size_t count,
				   struct kbm_error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct kbm_place *place = &changes[i].place;
		if (changes[i].op != KBM_MODIFY_ENTRY || place->kind != KBM_PLACE_ATTRIBUTE ||
		    place->path == NULL || place->name == NULL ||
		    strlen(place->name) != place->name_length)
			return kbm_fail(error, KBM_INTERNAL, "change %zu is none of an attribute",
					i + 1);
		if (i > 0 && !kbm_place_same_entry(&changes[0].place, &changes[i].place))
			return kbm_fail(error, KBM_INTERNAL, "change %zu is of another entry",
					i + 1);
	}
	return KBM_OK;
}

/* Borrows everything but the list of items, which is the caller's to free(). */
static enum kbm_code join(const struct kbm_change *changes, size_t count,
			  struct kbm_entry_change *joined, struct kbm_error *error)
{
	enum kbm_code code = check_changes(changes, count, error);
	if (code != KBM_OK)
		return code;
	joined->items = calloc(count + 1, sizeof *joined->items);
	if (joined->items == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a change");
	for (size_t i = 0; i < count; i++) {
		const struct kbm_change *change = &changes[i];
		joined->items[i] = (struct kbm_attribute_change){
		    change->place.name,	  change->before.values,     change->before.value_count,
		    change->after.values, change->after.value_count,
		};
	}
	joined->dn = count == 0 ? (char *)"" : changes[0].place.path;
	joined->count = count;
	return kbm_entry_change_check(joined, error);
}

/* --- the server ------------------------------------------------------------------------------ */

static enum kbm_code open_server(struct kbm_broker *broker, const struct kbm_target *target,
				 struct kbm_error *error)
{
	const struct kbm_source *source = kbm_target_directory(target);
	struct kbm_error reason = {0};
	if (source == NULL)
		return kbm_fail(error, KBM_USAGE, "the target has no directory");
	if (source->kind != KBM_SOURCE_LDAP)
		return kbm_fail(error, KBM_UNSUPPORTED,
				"%.100s: an LDIF file is not changed: --emit ldif writes what "
				"changes it",
				source->path);
	enum kbm_code code = kbm_broker_open_directory(broker, target, &reason);
	return code == KBM_OK ? code : kbm_fail(error, KBM_UNREADABLE, "%s", reason.message);
}

/* What the server is called goes before what it said. KBM_INTERNAL: it is no sound answer. */
static enum kbm_code take_modified(const struct kbm_broker *broker, bool *is_unknown,
				   struct kbm_error *error)
{
	const struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_modified modified = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_MODIFIED, directory->body.data,
						directory->body.length, &modified, error);
	if (code != KBM_OK)
		return code;
	code = modified.error.code;
	bool is_sound =
	    code == KBM_UNREADABLE ||
	    (!modified.is_unknown && (code == KBM_OK || code == KBM_REFUSED || code == KBM_MEMORY));
	if (!is_sound)
		return kbm_fail(error, KBM_INTERNAL, "its answer to a change makes no sense");
	*is_unknown = modified.is_unknown;
	return code == KBM_OK
		   ? code
		   : kbm_fail(error, code, "%.60s: %s", directory->path, modified.error.message);
}

static enum kbm_code send_change(struct kbm_broker *broker, const struct kbm_entry_change *change,
				 uint64_t deadline, struct kbm_error *error)
{
	struct kbm_channel *channel = &broker->directory.child.channel;
	struct kbm_error reason = {0};
	struct kbm_bytes message;
	kbm_bytes_init(&message, kbm_message_maximum(KBM_MESSAGE_MODIFY) + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_MODIFY, change, &message, error);
	if (code == KBM_OK) {
		code = kbm_channel_send_begun(channel, KBM_MESSAGE_MODIFY, &message, deadline,
					      &reason);
		if (code != KBM_OK) /* half a message is none: nothing is done by it */
			code = kbm_broker_lose_directory(broker, code, &reason, error);
	}
	kbm_bytes_clear(&message);
	return code;
}

static enum kbm_code await_modified(struct kbm_broker *broker, uint64_t deadline, bool *is_unknown,
				    struct kbm_error *error)
{
	static const uint64_t permitted =
	    KBM_MESSAGE_BIT(KBM_MESSAGE_MODIFIED) | KBM_MESSAGE_BIT(KBM_MESSAGE_FAILED);
	struct kbm_broker_directory *directory = &broker->directory;
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t id;
	struct kbm_error reason = {0};
	struct kbm_error words = {0};
	enum kbm_code code = kbm_channel_receive(&directory->child.channel, permitted, deadline,
						 &directory->body, &type, &id, &reason);
	if (code == KBM_OK && type == KBM_MESSAGE_MODIFIED) {
		code = take_modified(broker, is_unknown, &reason);
		if (code != KBM_INTERNAL)
			return code == KBM_OK ? code : kbm_fail(error, code, "%s", reason.message);
	}
	/* kbmend-directory is gone, or not to be believed. */
	*is_unknown = true;
	kbm_broker_lose_directory(broker, code, &reason, &words);
	return kbm_fail(error, KBM_UNREADABLE,
			"%.150s: whether the entry was changed is not known; look again",
			words.message);
}

/* --- the whole ------------------------------------------------------------------------------- */

enum kbm_code kbm_broker_modify(struct kbm_broker *broker, const struct kbm_target *target,
				const struct kbm_change *changes, size_t count, bool *is_unknown,
				struct kbm_error *error)
{
	struct kbm_entry_change change = {0};
	*is_unknown = false;
	enum kbm_code code = join(changes, count, &change, error);
	if (code == KBM_OK)
		code = open_server(broker, target, error);
	if (code == KBM_OK) {
		uint64_t deadline = kbm_clock_ms() + broker->answer_ms +
				    STEPS_TO_MODIFY * (uint64_t)broker->directory.step_ms;
		code = send_change(broker, &change, deadline, error);
		if (code == KBM_OK)
			code = await_modified(broker, deadline, is_unknown, error);
		kbm_broker_forget_answers(broker);
	}
	free(change.items);
	return code;
}
