/* Text as Windows and people write it: UTF-16, UTF-8, Windows' case folding, escaping for display.
 *
 * Inside the program registry text is WTF-8: UTF-8 in which an unpaired UTF-16 surrogate is kept as
 * its three-byte form (ED A0..BF xx), so that every sequence of UTF-16 units survives a round trip.
 * Text may hold NUL: lengths count, a terminator is a convenience. */
#ifndef KBM_BASE_TEXT_H
#define KBM_BASE_TEXT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends UTF-16LE bytes as WTF-8. An odd last byte is ignored. False when `out` is full. */
bool kbm_text_from_utf16(const uint8_t *utf16, size_t byte_count, struct kbm_bytes *out);
/* Appends WTF-8 as UTF-16LE bytes. False when `text` is not WTF-8 or `out` is full. */
bool kbm_text_to_utf16(const char *text, size_t length, struct kbm_bytes *out);

/* Strict UTF-8 (RFC 3629): no surrogates, no overlong forms, at most U+10FFFF. */
bool kbm_text_is_utf8(const char *text, size_t length);

/* One step of WTF-8: the code point (or surrogate) at text[0..length), its byte count in *size.
 * Returns UINT32_MAX with *size = 1 for a byte that is no WTF-8. length > 0. */
uint32_t kbm_text_next(const char *text, size_t length, size_t *size);
/* Writes a code point as WTF-8 into out[4], returns its byte count. */
size_t kbm_text_put(uint32_t code_point, char out[static 4]);

/* Windows' upcase of one UTF-16 unit (the NT upcase table; no full folding). */
uint16_t kbm_text_upcase(uint16_t unit);
/* Registry order and equality: unit by unit by Windows' upcase; <0, 0, >0. Both are WTF-8. */
int kbm_text_compare_names(const char *left, size_t left_length, const char *right,
			   size_t right_length);

/* How much is left of the first `length` bytes of a text, which go on behind them, without a
 * character that was cut in two at their end. */
size_t kbm_text_whole_end(const char *text, size_t length);
/* Removes, in place, what is no UTF-8: what is left of characters where a buffer's end or a
 * precision cut a text. Takes no heap. */
void kbm_text_drop_cut(char *text);
/* How much of the text fits into `room` bytes without cutting a character in two. */
size_t kbm_text_whole_characters(const char *text, size_t length, size_t room);

/* The value of a hexadecimal digit of either case; -1: it is none. */
int kbm_text_hex_digit(int letter);

/* ASCII-only, locale-free comparison for option words, attribute types and the like. */
bool kbm_text_equals_ascii_case(const char *left, const char *right);

/* LRM, RLM, ALM, the embeddings and the isolates [UAX #9, section 2]. */
bool kbm_text_is_bidirectional(uint32_t code_point);
/* Whether a terminal shows a mark for this, or a blank, and does nothing else. False for C0, DEL,
 * C1, all that orders or hides text, surrogates, and UINT32_MAX, which kbm_text_next() gives for
 * what is no text. */
bool kbm_text_is_visible(uint32_t code_point);
/* Appends `text` so that a terminal shows it and does nothing else: C0, DEL, C1, bytes that are no
 * UTF-8 as \xNN; bidirectional, zero-width and other invisible controls and unpaired surrogates as
 * \u{XXXX}; a backslash as it is. Newline is escaped too (\n), as are \r and \t. */
bool kbm_text_escape(const char *text, size_t length, struct kbm_bytes *out);

#endif
