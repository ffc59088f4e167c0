/* A directory's entries as people and programs read them. Pure: structures in, bytes out.
 *
 * With `masking` the values of secrets (report/attribute_value.h) are not shown, but that there are
 * any is. */
#ifndef KBM_REPORT_REPORT_DIRECTORY_H
#define KBM_REPORT_REPORT_DIRECTORY_H

#include "base/bytes.h"
#include "report/report.h"
#include "source/service.h"

/* The DN, then a line a value. Long values are cut and say so. False when `out` is full, as for the
 * next ones. */
bool kbm_report_entry_text(const struct kbm_entry *entry, bool masking,
			   const struct kbm_report_style *style, struct kbm_bytes *out);
/* {"dn": ..., "attributes": {NAME: [VALUE, ...]}} on a line of its own. A value is a string where
 * it is clean text, else {"base64": ...}, beside it "guid" or "sid" where it is one; a secret is
 * {"masked": true}. */
bool kbm_report_entry_json(const struct kbm_entry *entry, bool masking, struct kbm_bytes *out);

#endif
