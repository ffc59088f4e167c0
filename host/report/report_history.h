/* The journal as people and programs read it. */
#ifndef KBM_REPORT_REPORT_HISTORY_H
#define KBM_REPORT_REPORT_HISTORY_H

#include "apply/journal.h"
#include "report/report.h"

/* All entries, a line each. False when `out` is full. */
bool kbm_report_history_text(const struct kbm_journal_list *list,
			     const struct kbm_report_style *style, struct kbm_bytes *out);
bool kbm_report_history_json(const struct kbm_journal_list *list, bool lines,
			     struct kbm_bytes *out);
/* What an undo does: the entry that it takes back, and how. `restored` has a word on each file. */
bool kbm_report_undo_text(const struct kbm_journal_entry *entry, const struct kbm_plan *plan,
			  const struct kbm_text_list *restored,
			  const struct kbm_report_style *style, struct kbm_bytes *out);
/* One entry in full, but for its plan. */
bool kbm_report_journal_text(const struct kbm_journal_entry *entry,
			     const struct kbm_report_style *style, struct kbm_bytes *out);

#endif
