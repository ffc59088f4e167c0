/* The form of what crosses a process boundary: frames, and the fields inside a message. */
#include "guard/wire.h"

#include <stdlib.h>
#include <string.h>

static void put_number(uint8_t *bytes, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_number(const uint8_t *bytes, size_t width)
{
	uint64_t value = 0;
	for (size_t i = 0; i < width; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

void kbm_frame_write(const struct kbm_frame *frame, uint8_t header[static KBM_FRAME_BYTES])
{
	put_number(header, frame->length, 4);
	header[4] = frame->type;
	header[5] = frame->kind;
	put_number(header + 6, frame->id, 2);
}

void kbm_frame_read(const uint8_t header[static KBM_FRAME_BYTES], struct kbm_frame *frame)
{
	frame->length = (uint32_t)get_number(header, 4);
	frame->type = header[4];
	frame->kind = header[5];
	frame->id = (uint16_t)get_number(header + 6, 2);
}

void kbm_wire_write(struct kbm_wire *wire, struct kbm_bytes *out)
{
	*wire = (struct kbm_wire){.out = out};
}

void kbm_wire_read(struct kbm_wire *wire, const uint8_t *bytes, size_t length)
{
	static const uint8_t nothing[1];
	if (length == 0)
		bytes = nothing; /* so that `at` is never NULL */
	*wire = (struct kbm_wire){.at = bytes, .end = bytes + length};
}

void kbm_wire_fail(struct kbm_wire *wire, const char *problem)
{
	if (wire->problem == NULL)
		wire->problem = problem;
}

bool kbm_wire_finish(struct kbm_wire *wire)
{
	if (wire->out == NULL && wire->at != wire->end)
		kbm_wire_fail(wire, "bytes are left over at the end");
	return wire->problem == NULL;
}

static size_t left(const struct kbm_wire *wire)
{
	return (size_t)(wire->end - wire->at);
}

/* Reading: the next `length` bytes, or NULL and a problem. */
static const uint8_t *take(struct kbm_wire *wire, size_t length)
{
	if (wire->problem != NULL)
		return NULL;
	if (length > left(wire)) {
		kbm_wire_fail(wire, "it ends inside a field");
		return NULL;
	}
	const uint8_t *taken = wire->at;
	wire->at += length;
	return taken;
}

static void append(struct kbm_wire *wire, const void *data, size_t length)
{
	if (wire->problem == NULL && !kbm_bytes_append(wire->out, data, length))
		kbm_wire_fail(wire, "it is larger than its limit");
}

/* Both directions of a number: false when *value has to be left alone. */
static bool number(struct kbm_wire *wire, uint64_t *value, size_t width)
{
	if (wire->out != NULL) {
		uint8_t bytes[8];
		put_number(bytes, *value, width);
		append(wire, bytes, width);
		return false;
	}
	const uint8_t *taken = take(wire, width);
	if (taken == NULL)
		return false;
	*value = get_number(taken, width);
	return true;
}

void kbm_wire_u8(struct kbm_wire *wire, uint8_t *value)
{
	uint64_t wide = *value;
	if (number(wire, &wide, 1))
		*value = (uint8_t)wide;
}

void kbm_wire_u16(struct kbm_wire *wire, uint16_t *value)
{
	uint64_t wide = *value;
	if (number(wire, &wide, 2))
		*value = (uint16_t)wide;
}

void kbm_wire_u32(struct kbm_wire *wire, uint32_t *value)
{
	uint64_t wide = *value;
	if (number(wire, &wide, 4))
		*value = (uint32_t)wide;
}

void kbm_wire_u64(struct kbm_wire *wire, uint64_t *value)
{
	uint64_t wide = *value;
	if (number(wire, &wide, 8))
		*value = wide;
}

void kbm_wire_i32(struct kbm_wire *wire, int *value)
{
	uint64_t wide = (uint32_t)*value;
	if (number(wire, &wide, 4))
		*value = (int)(int32_t)(uint32_t)wide;
}

void kbm_wire_i64(struct kbm_wire *wire, int64_t *value)
{
	uint64_t wide = (uint64_t)*value;
	if (number(wire, &wide, 8))
		*value = (int64_t)wide;
}

void kbm_wire_bool(struct kbm_wire *wire, bool *value)
{
	unsigned choice = *value ? 1 : 0;
	kbm_wire_choice(wire, &choice, 1);
	if (wire->out == NULL && wire->problem == NULL)
		*value = choice == 1;
}

void kbm_wire_choice(struct kbm_wire *wire, unsigned *value, unsigned last)
{
	uint64_t wide = *value;
	if (wire->out != NULL && wide > last) {
		kbm_wire_fail(wire, "a choice is none of those there are");
		return;
	}
	if (!number(wire, &wide, 1))
		return;
	if (wide > last)
		kbm_wire_fail(wire, "a choice is none of those there are");
	else
		*value = (unsigned)wide;
}

/* The length in front of a text or blob, checked. */
static bool counted(struct kbm_wire *wire, size_t *length, size_t maximum)
{
	if (wire->problem == NULL && wire->out != NULL && *length > maximum)
		kbm_wire_fail(wire, "a text or value is larger than its limit");
	uint64_t wide = *length;
	if (wire->problem != NULL || !number(wire, &wide, 4))
		return wire->problem == NULL && wire->out != NULL;
	if (wide > maximum)
		kbm_wire_fail(wire, "a text or value is larger than its limit");
	else
		*length = (size_t)wide;
	return wire->problem == NULL;
}

/* Heap copy with a NUL behind it. */
static uint8_t *copy(struct kbm_wire *wire, const uint8_t *bytes, size_t length)
{
	uint8_t *made = malloc(length + 1);
	if (made == NULL) {
		kbm_wire_fail(wire, "there is no memory for it");
		return NULL;
	}
	if (length > 0)
		memcpy(made, bytes, length);
	made[length] = 0;
	return made;
}

void kbm_wire_text(struct kbm_wire *wire, char **text, size_t maximum)
{
	const char *borrowed = *text;
	kbm_wire_borrow_text(wire, &borrowed, maximum);
	if (wire->out == NULL && wire->problem == NULL)
		*text = (char *)copy(wire, (const uint8_t *)borrowed, strlen(borrowed));
}

void kbm_wire_optional_text(struct kbm_wire *wire, char **text, size_t maximum)
{
	bool present = wire->out != NULL && *text != NULL;
	kbm_wire_bool(wire, &present);
	if (present)
		kbm_wire_text(wire, text, maximum);
}

void kbm_wire_blob(struct kbm_wire *wire, uint8_t **data, size_t *length, size_t maximum)
{
	const uint8_t *bytes = *data;
	size_t count = *length;
	kbm_wire_borrow(wire, &bytes, &count, maximum);
	if (wire->out != NULL || wire->problem != NULL)
		return;
	uint8_t *made = copy(wire, bytes, count);
	if (made == NULL)
		return;
	*data = made;
	*length = count;
}

void kbm_wire_borrow(struct kbm_wire *wire, const uint8_t **data, size_t *length, size_t maximum)
{
	size_t count = *length;
	if (!counted(wire, &count, maximum))
		return;
	if (wire->out != NULL) {
		append(wire, *data, count);
		append(wire, "", 1);
		return;
	}
	const uint8_t *taken = take(wire, count + 1);
	if (taken == NULL)
		return;
	if (taken[count] != 0) {
		kbm_wire_fail(wire, "a text or value lacks its end");
		return;
	}
	*data = taken;
	*length = count;
}

void kbm_wire_borrow_text(struct kbm_wire *wire, const char **text, size_t maximum)
{
	const uint8_t *bytes = (const uint8_t *)*text;
	size_t length = wire->out != NULL && *text != NULL ? strlen(*text) : 0;
	kbm_wire_borrow(wire, &bytes, &length, maximum);
	if (wire->out != NULL || wire->problem != NULL || bytes == NULL)
		return;
	if (memchr(bytes, 0, length) != NULL)
		kbm_wire_fail(wire, "a text holds a NUL");
	else
		*text = (const char *)bytes;
}

void kbm_wire_borrow_optional_text(struct kbm_wire *wire, const char **text, size_t maximum)
{
	bool present = wire->out != NULL && *text != NULL;
	kbm_wire_bool(wire, &present);
	if (present)
		kbm_wire_borrow_text(wire, text, maximum);
}

void kbm_wire_fixed_text(struct kbm_wire *wire, char *buffer, size_t buffer_bytes)
{
	const char *text = buffer;
	kbm_wire_borrow_text(wire, &text, buffer_bytes - 1);
	if (wire->out == NULL && wire->problem == NULL)
		memcpy(buffer, text, strlen(text) + 1);
}

void kbm_wire_items(struct kbm_wire *wire, void **items, size_t *count, size_t item_bytes,
		    size_t maximum, size_t least)
{
	size_t number_of_items = *count;
	if (!counted(wire, &number_of_items, maximum) || wire->out != NULL)
		return;
	if (number_of_items == 0)
		return;
	/* What cannot be there is not allocated for. */
	if (least > 0 && number_of_items > left(wire) / least) {
		kbm_wire_fail(wire, "a list is longer than its message");
		return;
	}
	void *made = calloc(number_of_items, item_bytes);
	if (made == NULL) {
		kbm_wire_fail(wire, "there is no memory for it");
		return;
	}
	*items = made;
	*count = number_of_items;
}
