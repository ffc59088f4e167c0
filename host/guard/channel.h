/* Messages over a stream socket: cut into frames, put together again, with a deadline.
 *
 * A jailed child has no more than read() and write(): without a deadline nothing else is called.
 * With one (kbmend's side) no call blocks longer, whatever the other side does. */
#ifndef KBM_GUARD_CHANNEL_H
#define KBM_GUARD_CHANNEL_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "guard/protocol.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KBM_CHANNEL_BUFFER_BYTES = 65536, KBM_CHANNEL_DESCRIPTORS = 240 };

struct kbm_channel {
	int descriptor;	  /* borrowed */
	uint16_t id;	  /* the job's, in every frame; 0 on a control socket, where ids vary */
	size_t frame_out; /* the most bytes of a frame's contents, sent and received */
	size_t frame_in;
	volatile sig_atomic_t sending; /* inside a frame: a signal handler must not send now */
	bool takes_descriptors;	       /* received ones queue up here */
	int descriptors[KBM_CHANNEL_DESCRIPTORS];
	size_t descriptor_count;
	size_t buffered_from, buffered_to;
	uint8_t buffer[KBM_CHANNEL_BUFFER_BYTES];
};

void kbm_channel_init(struct kbm_channel *channel, int descriptor, uint16_t id, size_t frame_out,
		      size_t frame_in);
/* Something received lies in the buffer already: poll() would not tell. */
bool kbm_channel_has_buffered(const struct kbm_channel *channel);

/* A message under construction begins with room for its frame's header. */
void kbm_channel_begin(struct kbm_bytes *message);
/* Sends a message that was begun so. `deadline`: of kbm_clock_ms(), 0 for none. The contents are
 * used up: headers of later frames overwrite what was sent. KBM_LIMIT: the deadline passed;
 * KBM_IO: the other side is gone. */
enum kbm_code kbm_channel_send_begun(struct kbm_channel *channel, enum kbm_message type,
				     struct kbm_bytes *message, uint64_t deadline,
				     struct kbm_error *error);
/* Encodes and sends a structure of this type (NULL for a type without one). */
enum kbm_code kbm_channel_send(struct kbm_channel *channel, enum kbm_message type,
			       const void *structure, uint64_t deadline, struct kbm_error *error);

/* Frames a message that was begun and appends it to `batch`, so that many small ones wake the other
 * side once. False, and nothing appended, when it does not fit into one frame or into the batch. */
bool kbm_channel_pack(const struct kbm_channel *channel, enum kbm_message type,
		      struct kbm_bytes *message, struct kbm_bytes *batch);
/* Sends what was packed and empties the batch. */
enum kbm_code kbm_channel_send_packed(struct kbm_channel *channel, struct kbm_bytes *batch,
				      uint64_t deadline, struct kbm_error *error);

/* Sends ANSWER; one that is over a limit goes as a failure that says so, never as a shorter one.
 * Releases the answer's entries. */
enum kbm_code kbm_channel_send_answer(struct kbm_channel *channel, struct kbm_answer *answer,
				      uint64_t deadline, struct kbm_error *error);
/* Sends a structure with up to KBM_CHANNEL_DESCRIPTORS descriptors beside the message, which stay
 * the caller's. */
enum kbm_code kbm_channel_send_descriptors(struct kbm_channel *channel, enum kbm_message type,
					   const void *structure, const int *descriptors,
					   size_t count, uint64_t deadline,
					   struct kbm_error *error);

/* Waits until a message has begun to come or the other side is gone; what is there already counts,
 * even when the deadline is past. KBM_LIMIT: nothing has come. */
enum kbm_code kbm_channel_await(const struct kbm_channel *channel, uint64_t deadline,
				struct kbm_error *error);

/* What may come now: a set of message types. */
#define KBM_MESSAGE_BIT(type) (UINT64_C(1) << (type))

/* Receives one message of a permitted type into `body` (reset first; its maximum is set here) and
 * its type and id. KBM_NOT_FOUND: the other side closed the socket; KBM_LIMIT: the deadline passed,
 * and the beginning of a message may be lost: the channel is of no more use; KBM_INTERNAL: what
 * came breaks the rules, the message says how. */
enum kbm_code kbm_channel_receive(struct kbm_channel *channel, uint64_t permitted,
				  uint64_t deadline, struct kbm_bytes *body, enum kbm_message *type,
				  uint16_t *id, struct kbm_error *error);
/* Takes `count` received descriptors out of the queue, in order. False when there are fewer. */
bool kbm_channel_take_descriptors(struct kbm_channel *channel, int *descriptors, size_t count);

#endif
