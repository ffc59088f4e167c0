/* Results as people and programs read them. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_H
#define KBM_REPORT_REPORT_H

#include "base/bytes.h"
#include "plan/conflict.h"
#include "plan/plan.h"

enum kbm_format {
	KBM_FORMAT_TEXT,
	KBM_FORMAT_JSON,
	KBM_FORMAT_JSONL,
	KBM_FORMAT_CSV,
	KBM_FORMAT_LDIF,
	KBM_FORMAT_REG,
	KBM_FORMAT_DIGEST
};

struct kbm_report_style {
	bool utf8;    /* marks may be UTF-8; else ASCII */
	bool color;   /* ANSI colours */
	bool verbose; /* list what was read */
	bool quiet;
	size_t width; /* columns, at least 40 */
};

/* One script on one target. */
struct kbm_outcome {
	const struct kbm_script_info *script;
	const struct kbm_result *result;
	const struct kbm_plan *plan; /* this script's plan with its prediction, or NULL */
	const char *script_path;
	const char *shadows; /* the stock script's path that this one hides, or NULL */
	const struct kbm_text_list *asked_as; /* aliases by which it was named, or NULL */
};

/* One that was not run, for the target has not what it needs. */
struct kbm_not_run {
	const struct kbm_script_info *script;
	const char *lacks; /* "a directory"; NULL: it runs on request only */
};

/* A whole `run` on one target. */
struct kbm_run {
	const struct kbm_target_identity *target;
	const struct kbm_text_list *source_notes; /* one a source: "SYSTEM clean", "dirty: ..." */
	const struct kbm_outcome *outcomes;
	size_t outcome_count;
	const struct kbm_not_run *not_run;
	size_t not_run_count;
	bool condensed; /* many were run: what is wrong is shown, the rest in one line */
	const struct kbm_plan *plan;	      /* all scripts' changes together, or NULL */
	const char *conflict;		      /* why there is no common plan, or NULL */
	const struct kbm_conflict *conflicts; /* the pairs of changes that are in its way */
	size_t conflict_count;
	const struct kbm_text_list
	    *choices;	  /* commands, one of which may be typed instead; or NULL */
	const char *next; /* the command to type next, or NULL */
	bool goes_on;	  /* the plan is to be carried out after this */
	int exit_status;
};

/* False when `out` is full. */
bool kbm_report_run_text(const struct kbm_run *run, const struct kbm_report_style *style,
			 struct kbm_bytes *out);
bool kbm_report_run_json(const struct kbm_run *run, bool lines, struct kbm_bytes *out);
/* A row a script with its verdict, then one a finding, and one an observation; those that were not
 * run come behind them, and why there is no common plan. Each has the target's name, so that
 * several targets' tables can be one. Plans are not in it. */
bool kbm_report_run_csv(const struct kbm_run *run, struct kbm_bytes *out);
/* `kbmend show`: a plan. */
bool kbm_report_plan_text(const struct kbm_plan *plan, const struct kbm_report_style *style,
			  struct kbm_bytes *out);

#endif
