/* A growable run of bytes with a maximum. */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64, NUMBER_DIGITS = 20 /* of UINT64_MAX */ };

void kbm_bytes_init(struct kbm_bytes *bytes, size_t maximum)
{
	memset(bytes, 0, sizeof *bytes);
	bytes->maximum = maximum;
}

void kbm_bytes_clear(struct kbm_bytes *bytes)
{
	free(bytes->data);
	kbm_bytes_init(bytes, bytes->maximum);
}

void kbm_bytes_reset(struct kbm_bytes *bytes)
{
	bytes->length = 0;
	bytes->failed = false;
	if (bytes->data != NULL)
		bytes->data[0] = 0;
}

/* Room for `more` bytes and the NUL behind them. */
static bool reserve(struct kbm_bytes *bytes, size_t more)
{
	if (bytes->failed)
		return false;
	if (more > bytes->maximum || bytes->length > bytes->maximum - more) {
		bytes->failed = true;
		return false;
	}
	size_t needed = bytes->length + more + 1;
	if (needed <= bytes->capacity)
		return true;
	size_t capacity = bytes->capacity == 0 ? FIRST_CAPACITY : bytes->capacity;
	while (capacity < needed)
		capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
	uint8_t *data = realloc(bytes->data, capacity);
	if (data == NULL) {
		bytes->failed = true;
		return false;
	}
	bytes->data = data;
	bytes->capacity = capacity;
	return true;
}

void kbm_bytes_cut(struct kbm_bytes *bytes, size_t length)
{
	bytes->length = length;
	if (bytes->data != NULL)
		bytes->data[length] = 0;
}

bool kbm_bytes_append(struct kbm_bytes *bytes, const void *data, size_t length)
{
	if (!reserve(bytes, length))
		return false;
	if (length > 0)
		memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
	bytes->data[bytes->length] = 0;
	return true;
}

bool kbm_bytes_append_byte(struct kbm_bytes *bytes, uint8_t byte)
{
	return kbm_bytes_append(bytes, &byte, 1);
}

bool kbm_bytes_append_text(struct kbm_bytes *bytes, const char *text)
{
	return kbm_bytes_append(bytes, text, strlen(text));
}

bool kbm_bytes_append_zeros(struct kbm_bytes *bytes, size_t length)
{
	if (!reserve(bytes, length))
		return false;
	memset(bytes->data + bytes->length, 0, length + 1);
	bytes->length += length;
	return true;
}

bool kbm_bytes_append_hex(struct kbm_bytes *bytes, const void *data, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = data;
	if (length > SIZE_MAX / 2 || !reserve(bytes, 2 * length)) {
		bytes->failed = true;
		return false;
	}
	uint8_t *to = bytes->data + bytes->length;
	for (size_t i = 0; i < length; i++) {
		to[2 * i] = (uint8_t)digits[from[i] >> 4];
		to[2 * i + 1] = (uint8_t)digits[from[i] & 0xF];
	}
	bytes->length += 2 * length;
	bytes->data[bytes->length] = 0;
	return true;
}

bool kbm_bytes_append_number(struct kbm_bytes *bytes, uint64_t number)
{
	char text[NUMBER_DIGITS];
	size_t at = sizeof text;
	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	return kbm_bytes_append(bytes, text + at, sizeof text - at);
}

bool kbm_bytes_printf(struct kbm_bytes *bytes, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	bool done = kbm_bytes_vprintf(bytes, format, arguments);
	va_end(arguments);
	return done;
}

bool kbm_bytes_vprintf(struct kbm_bytes *bytes, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int needed = vsnprintf(NULL, 0, format, arguments);
	bool fits = needed >= 0 && reserve(bytes, (size_t)needed);
	if (fits) {
		vsnprintf((char *)bytes->data + bytes->length, (size_t)needed + 1, format, again);
		bytes->length += (size_t)needed;
	}
	va_end(again);
	bytes->failed |= !fits;
	return fits;
}

const char *kbm_bytes_text(const struct kbm_bytes *bytes)
{
	return bytes->data == NULL ? "" : (const char *)bytes->data;
}

char *kbm_bytes_take(struct kbm_bytes *bytes, size_t *length)
{
	char *taken = NULL;
	if (reserve(bytes, 0)) {
		bytes->data[bytes->length] = 0;
		taken = (char *)bytes->data;
		if (length != NULL)
			*length = bytes->length;
		bytes->data = NULL;
	}
	kbm_bytes_clear(bytes);
	return taken;
}
