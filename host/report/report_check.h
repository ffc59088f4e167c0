/* The check of a hive's structure as people and programs read it. Pure: structures in, bytes out.
 */
#ifndef KBM_REPORT_REPORT_CHECK_H
#define KBM_REPORT_REPORT_CHECK_H

#include "base/bytes.h"
#include "source/hive_check.h"
#include "report/report.h"

struct kbm_checked_hive {
	const char *path;
	const char *mounted;	 /* of a hive of a folder: where, as HKLM\SYSTEM; else NULL */
	const char *problem;	 /* why it could not be checked, and `report` is empty; else NULL */
	const char *logs_reason; /* of a dirty hive: why its logs do not mend that; or NULL */
	bool
	    may_need_logs; /* dirty, and its sequence numbers do not say that changes are missing */
	const struct kbm_hive_check *report;
};

/* `quiet`: what is wrong only. False when `out` is full. */
bool kbm_report_check_text(const struct kbm_checked_hive *checked,
			   const struct kbm_report_style *style, struct kbm_bytes *out);
/* kbmend.check/1 */
bool kbm_report_check_json(const struct kbm_checked_hive *checked, bool line,
			   struct kbm_bytes *out);
/* The columns' names, field and value, with `mounted` in front where hives are of a folder; and the
 * rows of one hive. */
bool kbm_report_check_csv_header(bool of_folder, struct kbm_bytes *out);
bool kbm_report_check_csv(const struct kbm_checked_hive *checked, struct kbm_bytes *out);

#endif
