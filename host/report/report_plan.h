/* The parts of a report that speak of a plan. */
#ifndef KBM_REPORT_REPORT_PLAN_H
#define KBM_REPORT_REPORT_PLAN_H

#include "plan/plan.h"
#include "report/page.h"

/* "1 change, 1 manual step; afterwards: pass (simulated)", ended with a newline. */
void kbm_report_plan_head(struct kbm_page *page, size_t indent, const struct kbm_plan *plan);
/* Of the plan of several scripts; `remaining` says what stays wrong whatever it does, or is "". */
void kbm_report_plan_common_head(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
				 const char *remaining);
/* The changes, one or more lines each. `shown_path` is the key or entry that the reader has just
 * read (or NULL): a change there does not name it again. `numbered`: as `apply --only` counts. */
void kbm_report_plan_changes(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
			     const char *shown_path, bool numbered);
/* One change, without its path, in the line that is begun. */
void kbm_report_plan_change(struct kbm_page *page, size_t indent, const struct kbm_change *change);
/* What only a person can end. */
void kbm_report_plan_remain(struct kbm_page *page, size_t indent, const struct kbm_plan *plan);
/* What a check read, one a line. */
void kbm_report_reads(struct kbm_page *page, size_t indent, const struct kbm_precondition *reads,
		      size_t count);

#endif
