/* Hives with logs to break, and everything that replay does, done to them: what the fuzzer and the
 * mutation test run. */
#ifndef KBM_TEST_LOG_EXERCISE_H
#define KBM_TEST_LOG_EXERCISE_H

#include "log_image.h"

#include "source/hive_log.h"

#include <stdbool.h>

enum { LOG_CASES = 4, LOG_FILES = 1 + KBM_HIVE_LOGS };

/* A hive that was not written to its end, and its logs: each on the heap, bytes NULL for none. */
struct log_case {
	const char *name;
	struct log_image files[LOG_FILES];
};

/* Entries in two logs; pages; both again for a hive whose base block is broken. */
void log_cases_make(struct log_case cases[static LOG_CASES]);
void log_case_clear(struct log_case *made);

/* Puts the checksum of a log's base block and the hashes of its entries right, as far as they lie
 * in the file: so that what was broken is looked at. */
void log_repair(struct log_image *log);

/* Replays the logs, each file in memory of exactly its size, and reads what came of it. Aborts
 * where the result contradicts itself. True: the hive was recovered. */
bool exercise_logs(const struct log_case *logs);

#endif
