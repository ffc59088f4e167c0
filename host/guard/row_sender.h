/* Rows on their way from a job to kbmend: some are sent at once (jobs only). */
#ifndef KBM_GUARD_ROW_SENDER_H
#define KBM_GUARD_ROW_SENDER_H

#include "guard/channel.h"

struct kbm_row_sender {
	struct kbm_channel *channel; /* borrowed */
	struct kbm_bytes rows;	     /* a message that was begun */
};

/* Released with kbm_row_sender_clear(), which sends nothing. */
void kbm_row_sender_init(struct kbm_row_sender *sender, struct kbm_channel *channel);
void kbm_row_sender_clear(struct kbm_row_sender *sender);
/* A kbm_row_sink whose context is the sender. KBM_LIMIT: the row is larger than any message; what
 * the channel says. */
enum kbm_code kbm_row_sender_add(void *context, const struct kbm_registry_row *row,
				 struct kbm_error *error);
/* Sends what is there. */
enum kbm_code kbm_row_sender_flush(struct kbm_row_sender *sender, struct kbm_error *error);
/* The same when the job is done, with `code` and *error: what was found before a damaged place
 * counts, and is sent. `code`, or what sending came to. */
enum kbm_code kbm_row_sender_end(struct kbm_row_sender *sender, enum kbm_code code,
				 struct kbm_error *error);

/* Pieces of a file, of any length, as rows of kind KBM_ROW_BYTES; and a note as one: a
 * struct kbm_hive_export_sink, with the sender as context. */
enum kbm_code kbm_row_sender_bytes(void *context, const uint8_t *bytes, size_t length,
				   struct kbm_error *error);
enum kbm_code kbm_row_sender_note(void *context, const char *note, struct kbm_error *error);
/* How far long work is (long_work.h), sent at once, with what was found so far. */
enum kbm_code kbm_row_sender_word(void *context, uint64_t done, struct kbm_error *error);

#endif
