/* The characters of a .reg export, one at a time, whatever its encoding. */
#ifndef KBM_SOURCE_REG_INPUT_H
#define KBM_SOURCE_REG_INPUT_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_reg_encoding {
	KBM_REG_UTF16LE,
	KBM_REG_UTF16BE,
	KBM_REG_UTF8,
	KBM_REG_ANSI /* 8-bit without a mark: a code page, or UTF-8 once the caller says so */
};

/* What `current` is when there is no character. */
#define KBM_REG_END (UINT32_MAX) /* the file is over */
#define KBM_REG_BROKEN                                                             \
	(UINT32_MAX - 1) /* the bytes here are no character: kbm_reg_input_error() \
			  */

struct kbm_reg_input {
	const uint8_t *bytes;
	size_t length;
	size_t at;	  /* of the current character */
	size_t size;	  /* its bytes */
	uint32_t current; /* a code point (or an unpaired surrogate), or one of the above */
	size_t line;	  /* that it stands in, from 1; CR LF, LF and CR end one */
	enum kbm_reg_encoding encoding;
	unsigned codepage; /* of KBM_REG_ANSI */
};

/* Finds the encoding by byte order mark or the first character, and reads that character. */
void kbm_reg_input_init(struct kbm_reg_input *input, const uint8_t *bytes, size_t length,
			unsigned codepage);
/* Takes the 8-bit text for UTF-8 from the current character on. */
void kbm_reg_input_use_utf8(struct kbm_reg_input *input);
void kbm_reg_input_advance(struct kbm_reg_input *input);
/* There is a character. */
bool kbm_reg_input_has_text(const struct kbm_reg_input *input);
/* Appends the current character as WTF-8 and advances. False when `text` is full. */
bool kbm_reg_input_take(struct kbm_reg_input *input, struct kbm_bytes *text);
void kbm_reg_input_skip_blanks(struct kbm_reg_input *input);
bool kbm_reg_input_at_newline(const struct kbm_reg_input *input);
/* At a newline or the file's end. */
bool kbm_reg_input_at_line_end(const struct kbm_reg_input *input);
/* KBM_INVALID, "line 17: expected .., found ..", or why the bytes are no character. */
enum kbm_code kbm_reg_input_error(const struct kbm_reg_input *input, const char *expected,
				  struct kbm_error *error);

#endif
