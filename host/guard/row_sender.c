/* Rows on their way from a job to kbmend: some are sent at once (jobs only). */
#include "guard/row_sender.h"

#include "base/limits.h"

#include <string.h>

/* A frame's worth of rows is sent at once. */
#define SEND_AT (KBM_WIRE_MAX_UP / 2)

void kbm_row_sender_init(struct kbm_row_sender *sender, struct kbm_channel *channel)
{
	sender->channel = channel;
	kbm_bytes_init(&sender->rows, KBM_WIRE_MAX_ROW);
	kbm_channel_begin(&sender->rows);
}

void kbm_row_sender_clear(struct kbm_row_sender *sender)
{
	kbm_bytes_clear(&sender->rows);
}

enum kbm_code kbm_row_sender_flush(struct kbm_row_sender *sender, struct kbm_error *error)
{
	if (sender->rows.length <= KBM_FRAME_BYTES)
		return KBM_OK;
	enum kbm_code code =
	    kbm_channel_send_begun(sender->channel, KBM_MESSAGE_ROWS, &sender->rows, 0, error);
	kbm_channel_begin(&sender->rows);
	return code;
}

enum kbm_code kbm_row_sender_end(struct kbm_row_sender *sender, enum kbm_code code,
				 struct kbm_error *error)
{
	enum kbm_code sent = kbm_row_sender_flush(sender, code == KBM_OK ? error : NULL);
	return code != KBM_OK ? code : sent;
}

enum kbm_code kbm_row_sender_add(void *context, const struct kbm_registry_row *row,
				 struct kbm_error *error)
{
	struct kbm_row_sender *sender = context;
	if (!kbm_row_encode(row, &sender->rows))
		return kbm_fail(error, KBM_LIMIT, "a row is larger than its limit");
	return sender->rows.length >= SEND_AT ? kbm_row_sender_flush(sender, error) : KBM_OK;
}

enum kbm_code kbm_row_sender_bytes(void *context, const uint8_t *bytes, size_t length,
				   struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t at = 0; code == KBM_OK && at < length;) {
		size_t part = length - at < SEND_AT ? length - at : SEND_AT;
		const struct kbm_registry_row row = {.row_kind = KBM_ROW_BYTES,
						     .text = (const char *)bytes + at,
						     .text_length = part};
		code = kbm_row_sender_add(context, &row, error);
		at += part;
	}
	return code;
}

enum kbm_code kbm_row_sender_note(void *context, const char *note, struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = KBM_ROW_NOTE, .text = note, .text_length = strlen(note)};
	return kbm_row_sender_add(context, &row, error);
}

enum kbm_code kbm_row_sender_word(void *context, uint64_t done, struct kbm_error *error)
{
	const struct kbm_registry_row row = {.row_kind = KBM_ROW_PROGRESS, .looked = done};
	enum kbm_code code = kbm_row_sender_add(context, &row, error);
	return code == KBM_OK ? kbm_row_sender_flush(context, error) : code;
}
