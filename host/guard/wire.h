/* The form of what crosses a process boundary: frames, and the fields inside a message.
 *
 * A message is one or more frames of one type. Fields are little-endian, without padding. One walk
 * over a structure serves both directions, so that writing and reading cannot drift apart: while
 * writing, fields are appended and the structure is only read; while reading, fields are taken and
 * stored. Every text, blob and count has its maximum in both directions. Pure: no input, no output.
 */
#ifndef KBM_GUARD_WIRE_H
#define KBM_GUARD_WIRE_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KBM_FRAME_BYTES = 8 };
enum kbm_frame_kind {
	KBM_FRAME_LAST, /* the message ends with this frame */
	KBM_FRAME_MORE	/* the next frame continues it; never empty */
};
struct kbm_frame {
	uint32_t length; /* bytes behind the header */
	uint8_t type;	 /* enum kbm_message (protocol.h) */
	uint8_t kind;
	uint16_t id; /* of the job; 0 where none is meant */
};
void kbm_frame_write(const struct kbm_frame *frame, uint8_t header[static KBM_FRAME_BYTES]);
void kbm_frame_read(const uint8_t header[static KBM_FRAME_BYTES], struct kbm_frame *frame);

/* One walk over the fields of a message. After the first problem nothing more is read or written.
 */
struct kbm_wire {
	struct kbm_bytes *out; /* writing; NULL while reading */
	const uint8_t *at;     /* reading */
	const uint8_t *end;
	const char *problem; /* what is wrong, a constant; NULL while all is well */
};
void kbm_wire_write(struct kbm_wire *wire, struct kbm_bytes *out);
void kbm_wire_read(struct kbm_wire *wire, const uint8_t *bytes, size_t length);
/* Notes a problem; the first one stays. */
void kbm_wire_fail(struct kbm_wire *wire, const char *problem);
/* True when every field was fine and, reading, nothing is left over. */
bool kbm_wire_finish(struct kbm_wire *wire);

void kbm_wire_u8(struct kbm_wire *wire, uint8_t *value);
void kbm_wire_u16(struct kbm_wire *wire, uint16_t *value);
void kbm_wire_u32(struct kbm_wire *wire, uint32_t *value);
void kbm_wire_u64(struct kbm_wire *wire, uint64_t *value);
void kbm_wire_i32(struct kbm_wire *wire, int *value);
void kbm_wire_i64(struct kbm_wire *wire, int64_t *value);
/* One byte, 0 or 1 and nothing else. */
void kbm_wire_bool(struct kbm_wire *wire, bool *value);
/* One byte from 0 to `last`. */
void kbm_wire_choice(struct kbm_wire *wire, unsigned *value, unsigned last);
#define KBM_WIRE_CHOICE(wire, field, last)                          \
	do {                                                        \
		unsigned choice_ = (unsigned)(field);               \
		kbm_wire_choice((wire), &choice_, (last));          \
		if ((wire)->out == NULL && (wire)->problem == NULL) \
			(field) = choice_;                          \
	} while (0)

/* Texts and blobs: length, bytes, a NUL. A text holds no NUL inside, and NULL is written as "";
 * the optional forms keep the difference. What is read is heap memory, the structure's to free ...
 */
void kbm_wire_text(struct kbm_wire *wire, char **text, size_t maximum);
void kbm_wire_optional_text(struct kbm_wire *wire, char **text, size_t maximum);
void kbm_wire_blob(struct kbm_wire *wire, uint8_t **data, size_t *length, size_t maximum);
/* ... or, for these, points into the message. */
void kbm_wire_borrow(struct kbm_wire *wire, const uint8_t **data, size_t *length, size_t maximum);
void kbm_wire_borrow_text(struct kbm_wire *wire, const char **text, size_t maximum);
void kbm_wire_borrow_optional_text(struct kbm_wire *wire, const char **text, size_t maximum);
/* ... or goes into a fixed buffer. */
void kbm_wire_fixed_text(struct kbm_wire *wire, char *buffer, size_t buffer_bytes);
/* The count of an array whose items take at least `least` bytes each on the wire. Reading: the
 * array is allocated zeroed (NULL for none), *count set; the caller then walks the items. */
void kbm_wire_items(struct kbm_wire *wire, void **items, size_t *count, size_t item_bytes,
		    size_t maximum, size_t least);
#define KBM_WIRE_ITEMS(wire, items, count, maximum, least)                                      \
	do {                                                                                    \
		void *array_ = (items);                                                         \
		kbm_wire_items((wire), &array_, &(count), sizeof *(items), (maximum), (least)); \
		if ((wire)->out == NULL && (wire)->problem == NULL)                             \
			(items) = array_;                                                       \
	} while (0)

#endif
