/* A pattern's text as the command line has it, before anybody searches for it. */
#include "source/pattern_text.h"

#include "base/limits.h"
#include "base/text.h"

enum kbm_code kbm_pattern_read(const char *text, size_t length, struct kbm_bytes *utf16,
			       struct kbm_error *error)
{
	kbm_bytes_init(utf16, 2UL * KBM_PATTERN_MAX_UNITS);
	if (kbm_text_to_utf16(text, length, utf16))
		return KBM_OK;
	return utf16->failed ? kbm_fail(error, KBM_LIMIT, "the pattern has more than %u characters",
					KBM_PATTERN_MAX_UNITS)
			     : kbm_fail(error, KBM_USAGE, "the pattern is not UTF-8");
}
