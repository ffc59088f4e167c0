/* Messages over a stream socket: cut into frames, put together again, with a deadline. */
#include "guard/channel.h"

#include "base/limits.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void kbm_channel_init(struct kbm_channel *channel, int descriptor, uint16_t id, size_t frame_out,
		      size_t frame_in)
{
	/* The buffer is left as it is: zeroing it would cost more than a small job. */
	channel->descriptor = descriptor;
	channel->id = id;
	channel->frame_out = frame_out;
	channel->frame_in = frame_in;
	channel->sending = 0;
	channel->takes_descriptors = false;
	channel->descriptor_count = 0;
	channel->buffered_from = 0;
	channel->buffered_to = 0;
}

bool kbm_channel_has_buffered(const struct kbm_channel *channel)
{
	return channel->buffered_from < channel->buffered_to;
}

/* Waits until the socket is ready for `events` or the deadline passes. */
static enum kbm_code wait_ready(const struct kbm_channel *channel, short events, uint64_t deadline,
				struct kbm_error *error)
{
	for (;;) {
		uint64_t now = kbm_clock_ms();
		if (now >= deadline)
			return kbm_fail(error, KBM_LIMIT, "no answer in time");
		uint64_t left = deadline - now;
		struct pollfd polled = {channel->descriptor, events, 0};
		int ready = poll(&polled, 1, left > 60000 ? 60000 : (int)left);
		if (ready > 0)
			return KBM_OK;
		if (ready < 0 && errno != EINTR)
			return kbm_fail(error, KBM_IO, "poll: error %d", errno);
	}
}

static enum kbm_code write_all(const struct kbm_channel *channel, const uint8_t *data,
			       size_t length, uint64_t deadline, struct kbm_error *error)
{
	while (length > 0) {
		ssize_t written = deadline == 0 ? write(channel->descriptor, data, length)
						: send(channel->descriptor, data, length,
						       MSG_NOSIGNAL | MSG_DONTWAIT);
		if (written >= 0) {
			data += written;
			length -= (size_t)written;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (deadline == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			return kbm_fail(error, KBM_IO, "the other side of the socket is gone");
		enum kbm_code code = wait_ready(channel, POLLOUT, deadline, error);
		if (code != KBM_OK)
			return code;
	}
	return KBM_OK;
}

void kbm_channel_begin(struct kbm_bytes *message)
{
	kbm_bytes_reset(message);
	kbm_bytes_append_zeros(message, KBM_FRAME_BYTES);
}

enum kbm_code kbm_channel_send_begun(struct kbm_channel *channel, enum kbm_message type,
				     struct kbm_bytes *message, uint64_t deadline,
				     struct kbm_error *error)
{
	if (message->failed || message->length < KBM_FRAME_BYTES)
		return kbm_fail(error, KBM_LIMIT, "the message '%s' is larger than its limit",
				kbm_message_name(type));
	size_t offset = KBM_FRAME_BYTES;
	enum kbm_code code = KBM_OK;
	do {
		size_t length = message->length - offset;
		bool more = length > channel->frame_out;
		if (more)
			length = channel->frame_out;
		struct kbm_frame frame = {(uint32_t)length, (uint8_t)type,
					  more ? KBM_FRAME_MORE : KBM_FRAME_LAST, channel->id};
		kbm_frame_write(&frame, message->data + offset - KBM_FRAME_BYTES);
		channel->sending = 1;
		code = write_all(channel, message->data + offset - KBM_FRAME_BYTES,
				 length + KBM_FRAME_BYTES, deadline, error);
		channel->sending = more ? 1 : 0;
		offset += length;
	} while (code == KBM_OK && offset < message->length);
	return code;
}

bool kbm_channel_pack(const struct kbm_channel *channel, enum kbm_message type,
		      struct kbm_bytes *message, struct kbm_bytes *batch)
{
	if (message->failed || message->length < KBM_FRAME_BYTES ||
	    message->length - KBM_FRAME_BYTES > channel->frame_out ||
	    message->length > batch->maximum - batch->length)
		return false;
	struct kbm_frame frame = {(uint32_t)(message->length - KBM_FRAME_BYTES), (uint8_t)type,
				  KBM_FRAME_LAST, channel->id};
	kbm_frame_write(&frame, message->data);
	return kbm_bytes_append(batch, message->data, message->length);
}

enum kbm_code kbm_channel_send_packed(struct kbm_channel *channel, struct kbm_bytes *batch,
				      uint64_t deadline, struct kbm_error *error)
{
	channel->sending = 1;
	enum kbm_code code = write_all(channel, batch->data, batch->length, deadline, error);
	channel->sending = 0;
	kbm_bytes_reset(batch);
	return code;
}

enum kbm_code kbm_channel_send(struct kbm_channel *channel, enum kbm_message type,
			       const void *structure, uint64_t deadline, struct kbm_error *error)
{
	struct kbm_bytes message;
	kbm_bytes_init(&message, kbm_message_maximum(type) + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	enum kbm_code code = kbm_message_encode(type, structure, &message, error);
	if (code == KBM_OK)
		code = kbm_channel_send_begun(channel, type, &message, deadline, error);
	kbm_bytes_clear(&message);
	return code;
}

enum kbm_code kbm_channel_send_answer(struct kbm_channel *channel, struct kbm_answer *answer,
				      uint64_t deadline, struct kbm_error *error)
{
	struct kbm_bytes message;
	kbm_bytes_init(&message, KBM_DIRECTORY_MAX_ANSWER + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	if (kbm_message_encode(KBM_MESSAGE_ANSWER, answer, &message, NULL) != KBM_OK) {
		kbm_entries_clear(&answer->entries);
		kbm_fail(&answer->error, KBM_LIMIT,
			 "the answer is larger than %lu MiB or %u entries: narrow the search",
			 KBM_DIRECTORY_MAX_ANSWER / KBM_MIB, KBM_DIRECTORY_MAX_ENTRIES);
		kbm_channel_begin(&message);
		kbm_message_encode(KBM_MESSAGE_ANSWER, answer, &message, NULL);
	}
	enum kbm_code code =
	    kbm_channel_send_begun(channel, KBM_MESSAGE_ANSWER, &message, deadline, error);
	kbm_bytes_clear(&message);
	kbm_entries_clear(&answer->entries);
	return code;
}

/* Sends the message's beginning together with the descriptors; *sent tells how much went. */
static enum kbm_code send_with_descriptors(const struct kbm_channel *channel,
					   const struct kbm_bytes *message, const int *descriptors,
					   size_t count, size_t *sent, struct kbm_error *error)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(KBM_CHANNEL_DESCRIPTORS * sizeof(int))];
	struct iovec part = {message->data, message->length};
	struct msghdr header = {
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = space,
	    .msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	memset(space, 0, sizeof space);
	struct cmsghdr *control = CMSG_FIRSTHDR(&header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(control), descriptors, count * sizeof(int));
	ssize_t written;
	do
		written = sendmsg(channel->descriptor, &header, MSG_NOSIGNAL);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return kbm_fail(error, KBM_IO, "descriptors cannot be sent: error %d", errno);
	*sent = (size_t)written;
	return KBM_OK;
}

enum kbm_code kbm_channel_send_descriptors(struct kbm_channel *channel, enum kbm_message type,
					   const void *structure, const int *descriptors,
					   size_t count, uint64_t deadline, struct kbm_error *error)
{
	struct kbm_bytes message;
	size_t sent = 0;
	kbm_bytes_init(&message, kbm_message_maximum(type) + KBM_FRAME_BYTES);
	kbm_channel_begin(&message);
	enum kbm_code code = kbm_message_encode(type, structure, &message, error);
	if (code == KBM_OK && (count == 0 || count > KBM_CHANNEL_DESCRIPTORS ||
			       message.length - KBM_FRAME_BYTES > channel->frame_out))
		code = kbm_fail(error, KBM_LIMIT, "a message with %zu descriptors", count);
	if (code == KBM_OK) {
		struct kbm_frame frame = {(uint32_t)(message.length - KBM_FRAME_BYTES),
					  (uint8_t)type, KBM_FRAME_LAST, channel->id};
		kbm_frame_write(&frame, message.data);
		code = send_with_descriptors(channel, &message, descriptors, count, &sent, error);
	}
	if (code == KBM_OK)
		code =
		    write_all(channel, message.data + sent, message.length - sent, deadline, error);
	kbm_bytes_clear(&message);
	return code;
}

/* Keeps descriptors that came with a message; those beyond the queue are closed. */
static void keep_descriptors(struct kbm_channel *channel, struct msghdr *message)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int descriptor = -1;
			memcpy(&descriptor, CMSG_DATA(control) + i * sizeof descriptor,
			       sizeof descriptor);
			if (channel->descriptor_count < KBM_CHANNEL_DESCRIPTORS)
				channel->descriptors[channel->descriptor_count++] = descriptor;
			else
				close(descriptor);
		}
	}
}

static ssize_t receive_with_descriptors(struct kbm_channel *channel)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(KBM_CHANNEL_DESCRIPTORS * sizeof(int))];
	struct iovec part = {channel->buffer, sizeof channel->buffer};
	struct msghdr message = {
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof control,
	};
	ssize_t received = recvmsg(channel->descriptor, &message, MSG_CMSG_CLOEXEC);
	if (received > 0)
		keep_descriptors(channel, &message);
	return received;
}

enum kbm_code kbm_channel_await(const struct kbm_channel *channel, uint64_t deadline,
				struct kbm_error *error)
{
	struct pollfd polled = {channel->descriptor, POLLIN, 0};
	if (kbm_channel_has_buffered(channel) || poll(&polled, 1, 0) > 0)
		return KBM_OK;
	return wait_ready(channel, POLLIN, deadline, error);
}

/* Fills the empty buffer with what has come, at least one byte. */
static enum kbm_code fill(struct kbm_channel *channel, uint64_t deadline, struct kbm_error *error)
{
	for (;;) {
		ssize_t received;
		if (channel->takes_descriptors)
			received = receive_with_descriptors(channel);
		else if (deadline == 0)
			received =
			    read(channel->descriptor, channel->buffer, sizeof channel->buffer);
		else
			received = recv(channel->descriptor, channel->buffer,
					sizeof channel->buffer, MSG_DONTWAIT);
		if (received > 0) {
			channel->buffered_from = 0;
			channel->buffered_to = (size_t)received;
			return KBM_OK;
		}
		if (received == 0 || errno == ECONNRESET)
			return kbm_fail(error, KBM_NOT_FOUND, "the other side closed the socket");
		if (errno == EINTR)
			continue;
		if (deadline == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			return kbm_fail(error, KBM_IO, "the socket failed: error %d", errno);
		enum kbm_code code = wait_ready(channel, POLLIN, deadline, error);
		if (code != KBM_OK)
			return code;
	}
}

/* Moves exactly `length` bytes to the end of `out`, which has the room. */
static enum kbm_code take(struct kbm_channel *channel, size_t length, uint64_t deadline,
			  struct kbm_bytes *out, struct kbm_error *error)
{
	while (length > 0) {
		if (!kbm_channel_has_buffered(channel)) {
			enum kbm_code code = fill(channel, deadline, error);
			if (code != KBM_OK)
				return code;
		}
		size_t there = channel->buffered_to - channel->buffered_from;
		size_t part = length < there ? length : there;
		if (!kbm_bytes_append(out, channel->buffer + channel->buffered_from, part))
			return kbm_fail(error, KBM_MEMORY, "no memory for a message");
		channel->buffered_from += part;
		length -= part;
	}
	return KBM_OK;
}

static enum kbm_code take_header(struct kbm_channel *channel, uint64_t deadline,
				 struct kbm_frame *frame, struct kbm_error *error)
{
	struct kbm_bytes header;
	kbm_bytes_init(&header, KBM_FRAME_BYTES);
	enum kbm_code code = take(channel, KBM_FRAME_BYTES, deadline, &header, error);
	if (code == KBM_OK)
		kbm_frame_read(header.data, frame);
	kbm_bytes_clear(&header);
	return code;
}

/* What can be wrong with a frame before its contents are read. */
static enum kbm_code check_frame(const struct kbm_channel *channel, const struct kbm_frame *frame,
				 uint64_t permitted, const struct kbm_bytes *body,
				 struct kbm_error *error)
{
	const char *name = kbm_message_name(frame->type);
	if (frame->type >= KBM_MESSAGE_COUNT)
		return kbm_fail(error, KBM_INTERNAL, "a message of unknown type %u", frame->type);
	if ((permitted & KBM_MESSAGE_BIT(frame->type)) == 0)
		return kbm_fail(error, KBM_INTERNAL, "the message '%s' is not permitted now", name);
	if (frame->kind > KBM_FRAME_MORE)
		return kbm_fail(error, KBM_INTERNAL, "the message '%s' has a frame of kind %u",
				name, frame->kind);
	if (channel->id != 0 && frame->id != channel->id)
		return kbm_fail(error, KBM_INTERNAL, "the message '%s' belongs to another job",
				name);
	if (frame->length > channel->frame_in ||
	    frame->length > kbm_message_maximum(frame->type) - body->length)
		return kbm_fail(error, KBM_INTERNAL, "the message '%s' is larger than its limit",
				name);
	if (frame->kind == KBM_FRAME_MORE && frame->length == 0)
		return kbm_fail(error, KBM_INTERNAL, "the message '%s' has an empty frame", name);
	return KBM_OK;
}

enum kbm_code kbm_channel_receive(struct kbm_channel *channel, uint64_t permitted,
				  uint64_t deadline, struct kbm_bytes *body, enum kbm_message *type,
				  uint16_t *id, struct kbm_error *error)
{
	struct kbm_frame frame;
	bool first = true;
	kbm_bytes_reset(body);
	do {
		/* What has come does not wait: many small frames must not outlast the deadline. */
		if (!first && deadline != 0 && kbm_clock_ms() >= deadline)
			return kbm_fail(error, KBM_LIMIT, "no end in time");
		enum kbm_code code = take_header(channel, deadline, &frame, error);
		if (code == KBM_OK)
			code = check_frame(channel, &frame, permitted, body, error);
		if (code != KBM_OK)
			return code;
		if (first) {
			permitted = KBM_MESSAGE_BIT(frame.type);
			body->maximum = kbm_message_maximum(frame.type);
			*id = frame.id;
		} else if (frame.id != *id) {
			return kbm_fail(error, KBM_INTERNAL, "two messages are mixed");
		}
		first = false;
		code = take(channel, frame.length, deadline, body, error);
		if (code != KBM_OK)
			return code;
	} while (frame.kind == KBM_FRAME_MORE);
	*type = frame.type;
	return KBM_OK;
}

bool kbm_channel_take_descriptors(struct kbm_channel *channel, int *descriptors, size_t count)
{
	if (count > channel->descriptor_count)
		return false;
	memcpy(descriptors, channel->descriptors, count * sizeof *descriptors);
	channel->descriptor_count -= count;
	memmove(channel->descriptors, channel->descriptors + count,
		channel->descriptor_count * sizeof *descriptors);
	return true;
}
