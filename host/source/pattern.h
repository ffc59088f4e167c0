/* A pattern that texts are searched for: plain text, or a regular expression.
 *
 * It works on UTF-16 units, compared by Windows' upcase as names are, so that nothing is converted
 * and an unpaired surrogate or a NUL is a unit like any other. Searching takes time in proportion
 * to the text whatever the pattern is, and no memory beyond what the pattern has.
 *
 * A regular expression is a POSIX extended one (IEEE Std 1003.1-2017 section 9.4): . [...] [^...]
 * [[:digit:]] ( ) | * + ? {m,n} ^ $. A backslash makes the mark behind it an ordinary one, \uXXXX
 * is a UTF-16 unit; other letters behind a backslash are refused, since in a path they would be a
 * mistake. '{' that begins no repetition is itself, as in a GUID. Classes are those of ASCII. There
 * are no references back. */
#ifndef KBM_SOURCE_PATTERN_H
#define KBM_SOURCE_PATTERN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_pattern;

/* `text` is WTF-8; "" is in every text. `is_exact`: a text matches as a whole only. KBM_USAGE: it
 * is no regular expression, the message says where; KBM_LIMIT: too large. On success *pattern is
 * the caller's, released with kbm_pattern_free(). */
enum kbm_code kbm_pattern_make(const char *text, size_t length, bool is_regex, bool is_exact,
			       struct kbm_pattern **pattern, struct kbm_error *error);
void kbm_pattern_free(struct kbm_pattern *pattern);

/* Whether a text of `count` units matches: UTF-16LE, or one byte a unit when `compressed`. What was
 * found out is kept in the pattern: one thread at a time uses it. */
bool kbm_pattern_matches(struct kbm_pattern *pattern, const uint8_t *units, size_t count,
			 bool compressed);

#endif
