/* Counts and long data, as all reports word them. */
#include "report/wording.h"

#include "base/limits.h"
#include "base/text.h"

#include <inttypes.h>

bool kbm_report_count(struct kbm_bytes *out, uint64_t count, const char *what)
{
	return kbm_bytes_printf(out, "%" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
}

bool kbm_report_cut(struct kbm_bytes *out, const struct kbm_bytes *text, size_t bytes,
		    const char *shown_by)
{
	size_t length =
	    kbm_text_whole_characters(kbm_bytes_text(text), text->length, KBM_REPORT_MAX_DATA);
	kbm_bytes_append(out, kbm_bytes_text(text), length);
	if (length < text->length)
		kbm_bytes_printf(out, "... (%zu bytes in all; %s shows them)", bytes, shown_by);
	return !out->failed;
}
