/* The head of a report: what was diagnosed. */
#ifndef KBM_REPORT_REPORT_TARGET_H
#define KBM_REPORT_REPORT_TARGET_H

#include "plan/plan.h"
#include "report/page.h"

/* The target's name, its sources and notes about them (may be NULL). */
void kbm_report_target(struct kbm_page *page, const struct kbm_target_identity *target,
		       const struct kbm_text_list *notes);

#endif
