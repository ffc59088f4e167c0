/* A growable run of bytes with a maximum. It remembers a failed append: check once, at the end. */
#ifndef KBM_BASE_BYTES_H
#define KBM_BASE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_bytes {
	uint8_t *data; /* always one NUL behind `length` once anything was appended */
	size_t length;
	size_t capacity;
	size_t maximum; /* bytes; an append beyond it fails */
	bool failed;	/* an append did not fit or there was no memory; later appends do nothing */
};

/* The buffer is the caller's, released with kbm_bytes_clear(), which leaves it empty and usable. */
void kbm_bytes_init(struct kbm_bytes *bytes, size_t maximum);
void kbm_bytes_clear(struct kbm_bytes *bytes);
/* Forgets the contents and a failure, keeps the memory. */
void kbm_bytes_reset(struct kbm_bytes *bytes);

/* Cuts what was appended since there were `length` bytes. */
void kbm_bytes_cut(struct kbm_bytes *bytes, size_t length);

/* False when the bytes do not fit: `failed` is then set and the contents are as before. */
bool kbm_bytes_append(struct kbm_bytes *bytes, const void *data, size_t length);
bool kbm_bytes_append_byte(struct kbm_bytes *bytes, uint8_t byte);
bool kbm_bytes_append_text(struct kbm_bytes *bytes, const char *text);
bool kbm_bytes_append_zeros(struct kbm_bytes *bytes, size_t length);
/* Two lower-case digits a byte. */
bool kbm_bytes_append_hex(struct kbm_bytes *bytes, const void *data, size_t length);
/* In decimal. */
bool kbm_bytes_append_number(struct kbm_bytes *bytes, uint64_t number);
bool kbm_bytes_printf(struct kbm_bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool kbm_bytes_vprintf(struct kbm_bytes *bytes, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* The contents as a NUL-terminated text ("" when nothing was appended); valid until the next call.
 */
const char *kbm_bytes_text(const struct kbm_bytes *bytes);
/* Moves the contents out as heap memory, NUL-terminated, the caller's to free(); NULL after a
 * failure or without memory. The buffer is empty afterwards. */
char *kbm_bytes_take(struct kbm_bytes *bytes, size_t *length);

#endif
