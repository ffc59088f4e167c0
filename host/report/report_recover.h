/* The recovery of a hive as people and programs read it. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_RECOVER_H
#define KBM_REPORT_REPORT_RECOVER_H

#include "base/bytes.h"
#include "guard/broker.h"
#include "report/report.h"

struct kbm_recovered_hive {
	const struct kbm_source *source; /* a hive */
	const char *output;		 /* what was written; NULL: nothing */
	uint64_t bytes;			 /* of it */
	uint64_t problems;		 /* of its structure */
	const char *reason;		 /* why nothing was written, or NULL */
};

/* Of a hive that was recovered. False when `out` is full. */
bool kbm_report_recover_text(const struct kbm_recovered_hive *recovered,
			     const struct kbm_report_style *style, struct kbm_bytes *out);
/* kbmend.recover/1, of any hive */
bool kbm_report_recover_json(const struct kbm_recovered_hive *recovered, bool line,
			     struct kbm_bytes *out);
/* The same as field,value rows, a log each. */
bool kbm_report_recover_csv(const struct kbm_recovered_hive *recovered, struct kbm_bytes *out);

#endif
