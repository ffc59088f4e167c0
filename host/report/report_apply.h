/* What became of a plan that was to be carried out, as people and programs read it. */
#ifndef KBM_REPORT_REPORT_APPLY_H
#define KBM_REPORT_REPORT_APPLY_H

#include "plan/plan_stale.h"
#include "report/report.h"

/* What of a plan no longer holds: each read, then and now. False when `out` is full. */
bool kbm_report_stale_text(const struct kbm_stale_reads *stale,
			   const struct kbm_report_style *style, struct kbm_bytes *out);

/* A plan that was carried out, or was to be. */
struct kbm_applied {
	const struct kbm_plan *plan; /* NULL: it could not be read, or must not be shown */
	const char *state;	     /* "fixed", "applied already", "pending", "refused", ... */
	const char *message;	     /* why it is not done; or NULL */
	unsigned entry;		     /* of the journal; 0: none */
	const struct kbm_text_list *backups; /* or NULL */
	const struct kbm_stale_reads *stale; /* or NULL */
	const struct kbm_text_list *manual;  /* steps that are left to people, or NULL */
	const char *undo;		     /* the command that takes it back, or NULL */
	int exit_status;
};
/* What was done, below the plan that was shown before. */
bool kbm_report_applied_text(const struct kbm_applied *applied,
			     const struct kbm_report_style *style, struct kbm_bytes *out);
/* The whole: kbmend.apply/1. */
bool kbm_report_applied_json(const struct kbm_applied *applied, bool line, struct kbm_bytes *out);

#endif
