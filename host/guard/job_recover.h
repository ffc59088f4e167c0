/* Inside the job `prepare`: a hive's logs are replayed into the output. */
#ifndef KBM_GUARD_JOB_RECOVER_H
#define KBM_GUARD_JOB_RECOVER_H

#include "guard/job.h"
#include "source/hive_log.h"

/* The hive is the first input; a bit of `logs` for each log that follows it. *recovery (from
 * {0}) tells each log's part, also after a failure. Codes as kbm_hive_log_replay(). */
enum kbm_code kbm_job_recover(struct kbm_job_call *call, uint32_t logs,
			      struct kbm_hive_recovery *recovery, size_t *length,
			      struct kbm_error *error);

#endif
