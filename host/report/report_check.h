/* The check of a hive's structure as people and programs read it. Pure: structures in, bytes out.
 */
#ifndef KBM_REPORT_REPORT_CHECK_H
#define KBM_REPORT_REPORT_CHECK_H

#include "base/bytes.h"
#include "guard/broker.h"
#include "report/report.h"

struct kbm_checked_hive {
	const struct kbm_source *source;
	const struct kbm_hive_check *report;
};

/* `quiet`: what is wrong only. False when `out` is full. */
bool kbm_report_check_text(const struct kbm_checked_hive *checked,
			   const struct kbm_report_style *style, struct kbm_bytes *out);
/* kbmend.check/1 */
bool kbm_report_check_json(const struct kbm_checked_hive *checked, bool line,
			   struct kbm_bytes *out);

#endif
