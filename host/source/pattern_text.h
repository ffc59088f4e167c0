/* A pattern's text as the command line has it, before anybody searches for it. */
#ifndef KBM_SOURCE_PATTERN_TEXT_H
#define KBM_SOURCE_PATTERN_TEXT_H

#include "base/bytes.h"
#include "base/error.h"

#include <stddef.h>

/* Initializes *utf16, which kbm_bytes_clear() releases in any case, and puts WTF-8 `text` there as
 * UTF-16LE. KBM_USAGE: it is none; KBM_LIMIT: more than KBM_PATTERN_MAX_UNITS. */
enum kbm_code kbm_pattern_read(const char *text, size_t length, struct kbm_bytes *utf16,
			       struct kbm_error *error);

#endif
