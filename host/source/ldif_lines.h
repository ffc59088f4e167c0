/* The lines of an LDIF file (RFC 2849): decoded, unfolded, without comments (but for one),
 * numbered. */
#ifndef KBM_SOURCE_LDIF_LINES_H
#define KBM_SOURCE_LDIF_LINES_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "# NAME" and this stand where an export left a secret out: who reads it must not take the
 * attribute for absent. Other comments say nothing. */
#define KBM_LDIF_LEFT_OUT ": (a secret, left out)"

struct kbm_ldif_lines {
	const uint8_t *text; /* UTF-8, without byte order mark */
	size_t length;
	size_t at;
	size_t number;	  /* of the line at `at`, from 1 */
	uint8_t *decoded; /* what was UTF-16, or NULL */
};

struct kbm_ldif_line {
	const char *text; /* in the file's bytes, or in the arena where it was folded */
	size_t length;	  /* 0: a blank line */
	size_t number;	  /* of the first of its physical lines */
	bool is_left_out; /* a comment that names, in `text`, an attribute that was left out */
};

/* UTF-8 with or without a byte order mark, UTF-16 with one. `bytes` must outlive *lines, which is
 * released with kbm_ldif_lines_clear(). */
enum kbm_code kbm_ldif_lines_open(const uint8_t *bytes, size_t length, struct kbm_ldif_lines *lines,
				  struct kbm_error *error);
void kbm_ldif_lines_clear(struct kbm_ldif_lines *lines);
/* KBM_NOT_FOUND at the end. The text is UTF-8 without NUL, CR or LF. */
enum kbm_code kbm_ldif_lines_next(struct kbm_ldif_lines *lines, struct kbm_arena *arena,
				  struct kbm_ldif_line *line, struct kbm_error *error);

#endif
