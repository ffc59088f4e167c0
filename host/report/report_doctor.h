/* An installation's state as people and programs read it. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_DOCTOR_H
#define KBM_REPORT_REPORT_DOCTOR_H

#include "base/bytes.h"
#include "report/doctor.h"
#include "report/report.h"

/* `quiet`: the remarks only; `verbose`: stock files and hashes, too. False when `out` is full. */
bool kbm_report_doctor_text(const struct kbm_doctor *doctor, const struct kbm_remarks *remarks,
			    const struct kbm_report_style *style, struct kbm_bytes *out);
/* kbmend.doctor/1 */
bool kbm_report_doctor_json(const struct kbm_doctor *doctor, const struct kbm_remarks *remarks,
			    bool line, struct kbm_bytes *out);

#endif
