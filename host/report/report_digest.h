/* A run without what differs from time to time and from machine to machine: what a test expects. */
#ifndef KBM_REPORT_REPORT_DIGEST_H
#define KBM_REPORT_REPORT_DIGEST_H

#include "report/report.h"

/* Exit status, and of each script its id where there are several, verdict, reason, findings and
 * plan, and on request where it looked, a line each. Of a run only the outcomes' scripts (of
 * several), results and plans, the conflict and the status are read. False when `out` is full. */
bool kbm_report_digest(const struct kbm_run *run, bool with_reads, struct kbm_bytes *out);
/* The same of a run that came to no verdict: its message. */
bool kbm_report_digest_failure(int exit_status, const char *message, struct kbm_bytes *out);

#endif
