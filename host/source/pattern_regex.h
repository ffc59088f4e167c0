/* Regular expressions on UTF-16 units, by PCRE2; pattern_regex.c alone includes its header. */
#ifndef KBM_SOURCE_PATTERN_REGEX_H
#define KBM_SOURCE_PATTERN_REGEX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_regex;

/* PCRE2's version, as `kbmend doctor` prints it. */
const char *kbm_regex_version(void);

/* What is said of regular expressions in pattern.h. `units` are borrowed for the call. KBM_USAGE
 * says which character is wrong. On success *regex is the caller's, released with
 * kbm_regex_free(). */
enum kbm_code kbm_regex_make(const uint16_t *units, size_t count, bool is_exact,
			     struct kbm_regex **regex, struct kbm_error *error);
void kbm_regex_free(struct kbm_regex *regex);

/* As kbm_pattern_matches(). */
enum kbm_code kbm_regex_matches(struct kbm_regex *regex, const uint8_t *units, size_t count,
				bool compressed, bool *matches, struct kbm_error *error);

#endif
