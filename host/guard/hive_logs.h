/* A hive's transaction logs: the files beside it, and what is said of them. */
#ifndef KBM_GUARD_HIVE_LOGS_H
#define KBM_GUARD_HIVE_LOGS_H

#include "base/bytes.h"
#include "base/error.h"
#include "guard/broker.h"

#include <sys/stat.h>

/* Which log of the hive `hive` a file of that name is, as an index: NAME.LOG, NAME.LOG1, NAME.LOG2
 * in any letter case. KBM_HIVE_LOGS: it is none. */
size_t kbm_hive_log_of(const char *file, const char *hive);

/* Finds LOG, LOG1 and LOG2 beside the file at `path`, in any letter case, and opens them for
 * reading; beside the file that `path` is a link to, where there are none beside the link. An empty
 * file is no log. Fills logs[i].path (from {0}), and descriptors[i] (else -1), which are the
 * caller's to close.
 *
 * KBM_OK, also without any: what is no regular file is left and said in its report's reason.
 * KBM_UNREADABLE: a log is there and cannot be read, is a link, or two may be meant; its report
 * says why.
 * KBM_MEMORY. */
enum kbm_code kbm_hive_logs_open(const char *path, struct kbm_source_log logs[static KBM_HIVE_LOGS],
				 int descriptors[static KBM_HIVE_LOGS], struct kbm_error *error);

/* What was replayed: "23 entries of NTUSER.DAT.LOG1, 3 of NTUSER.DAT.LOG2". Nothing, when none
 * was. */
void kbm_hive_logs_append_replayed(const struct kbm_source *source, struct kbm_bytes *out);
/* What should have been and was not, each log behind a "; ": "SYSTEM.LOG2: it is cut ...". With
 * `all`, also logs that are as they should be and have nothing for the hive. */
void kbm_hive_logs_append_reasons(const struct kbm_source *source, bool all, struct kbm_bytes *out);

/* Of the recovered hive at `path`: "entry 7 is in no log that is here: SYSTEM.LOG1 may be missing",
 * where those that were replayed begin above the hive's number and one of the two files is not
 * there. It is a guess: a hive that was written in part has the earlier entries. Else nothing. */
void kbm_hive_logs_append_gap(const struct kbm_source *source, const char *path,
			      struct kbm_bytes *out);

/* KBM_REFUSED: a hive that was recovered in memory is not written to, since its file lacks what its
 * logs hold; the message says what to do. */
enum kbm_code kbm_hive_refuse_recovered(const struct kbm_source *source, struct kbm_error *error);

/* KBM_REFUSED: a log that was read is another one now. */
enum kbm_code kbm_hive_logs_check_unchanged(const struct kbm_source *source,
					    struct kbm_error *error);

#endif
