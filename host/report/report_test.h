/* What tests of scripts came to, as people and programs read it. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_TEST_H
#define KBM_REPORT_REPORT_TEST_H

#include "report/report.h"
#include "report/trial.h"

/* All that was tested. */
struct kbm_test {
	const struct kbm_trials *scripts;
	size_t count;
	bool is_strict;	  /* a kind of cases that is missing is a difference */
	const char *next; /* the command to type next, or NULL */
	int exit_status;
};

/* One script: a line, and what is to be said of its cases. False when `out` is full, as of all. */
bool kbm_report_trials_text(const struct kbm_trials *trials, bool is_strict,
			    const struct kbm_report_style *style, struct kbm_bytes *out);
/* What stands behind all of them. */
bool kbm_report_test_end_text(const struct kbm_test *test, const struct kbm_report_style *style,
			      struct kbm_bytes *out);
/* kbmend.test/1. Lines: one a script, and a summary. */
bool kbm_report_test_json(const struct kbm_test *test, bool lines, struct kbm_bytes *out);
/* JUnit's XML: a suite a script, a case a case. */
bool kbm_report_test_junit(const struct kbm_test *test, struct kbm_bytes *out);

#endif
