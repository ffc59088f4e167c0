/* Counts and long data, as all reports word them. */
#ifndef KBM_REPORT_WORDING_H
#define KBM_REPORT_WORDING_H

#include "base/bytes.h"

/* "1 change", "2 changes" */
bool kbm_report_count(struct kbm_bytes *out, uint64_t count, const char *what);
/* Data as text, of which a person is shown KBM_REPORT_MAX_DATA bytes at most: what is left out is
 * said, with how many `bytes` the data have, and by what all is shown: "-f json". Not escaped. */
bool kbm_report_cut(struct kbm_bytes *out, const struct kbm_bytes *text, size_t bytes,
		    const char *shown_by);

#endif
