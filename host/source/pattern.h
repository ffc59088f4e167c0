/* A pattern that texts are searched for: plain text, or a regular expression.
 *
 * It works on UTF-16 units, so that nothing is converted and an unpaired surrogate or a NUL is a
 * unit like any other. Plain text is compared by Windows' upcase as names are, in time in
 * proportion to the text.
 *
 * A regular expression is one of PCRE2 (pcre2pattern(3)) without UTF mode: upper and lower case
 * alike, and classes, by Unicode; . is any unit, $ the end alone; a character beyond U+FFFF is two
 * units. Behind a backslash stand marks, digits, and of the letters only d D s S w W B, not in
 * front of another letter, b, xHH and uXXXX: the others would be mistakes in a path. (*VERBS) and
 * (?C) are refused. A search that takes too long, or too much memory, says so. */
#ifndef KBM_SOURCE_PATTERN_H
#define KBM_SOURCE_PATTERN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_pattern;

/* `text` is WTF-8; "" is in every text. `is_exact`: a text matches as a whole only. KBM_USAGE: it
 * is no regular expression, the message says where; KBM_LIMIT: too long. On success *pattern is
 * the caller's, released with kbm_pattern_free(). */
enum kbm_code kbm_pattern_make(const char *text, size_t length, bool is_regex, bool is_exact,
			       struct kbm_pattern **pattern, struct kbm_error *error);
void kbm_pattern_free(struct kbm_pattern *pattern);

/* Whether a text of `count` units matches: UTF-16LE, or one byte a unit when `compressed`. A
 * pattern has scratch memory: one thread at a time uses it. KBM_LIMIT: it could not be told. */
enum kbm_code kbm_pattern_matches(struct kbm_pattern *pattern, const uint8_t *units, size_t count,
				  bool compressed, bool *matches, struct kbm_error *error);

#endif
