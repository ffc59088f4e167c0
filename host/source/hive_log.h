/* Replaying a hive's transaction logs: what was written to them and not yet to the hive itself.
 *
 * Source: the community regf specification, "Format of transaction log files", "Dirty state of a
 * hive", "Multiple transaction log files". The old format holds pages of 512 bytes and a bitmap of
 * where they belong (DIRT); the new one, since Windows 8.1, numbered entries (HvLE). Pure functions
 * on buffers; the bytes are hostile: each offset, size and count is checked before it is used, and
 * the work grows with the files only. */
#ifndef KBM_SOURCE_HIVE_LOG_H
#define KBM_SOURCE_HIVE_LOG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LOG, LOG1 and LOG2, in this order. */
enum { KBM_HIVE_LOGS = 3 };

enum kbm_log_kind {
	KBM_LOG_NONE,	/* absent, empty, or no log */
	KBM_LOG_PAGES,	/* DIRT: file types 1 and 2 */
	KBM_LOG_ENTRIES /* HvLE: file type 6 */
};

struct kbm_hive_log {
	const uint8_t *bytes; /* NULL: there is no such log */
	size_t length;
};

/* What became of one log. */
struct kbm_log_report {
	enum kbm_log_kind kind;
	bool replayed;
	uint32_t count; /* of entries, or of pages of 512 bytes, that were replayed */
	uint32_t first; /* sequence numbers of the entries; of pages, their log's own one, twice */
	uint32_t last;
	/* Why nothing was replayed, or what was not; KBM_OK, with no message, for a log that was
	 * replayed whole or is not there. KBM_NOT_FOUND and KBM_REFUSED: as it should be, the log
	 * is blank or older than what the hive has. The log is "it": "it is cut: 100 bytes ...". */
	struct kbm_error reason;
};

struct kbm_hive_recovery {
	struct kbm_log_report logs[KBM_HIVE_LOGS];
	bool base_from_log; /* the hive's own base block was broken */
	uint32_t sequence; /* both numbers of the recovered hive: one more than the last replayed */
	/* As the base block of the hive's file has them, be it broken. */
	uint32_t file_primary_sequence;
	uint32_t file_secondary_sequence;
	uint64_t file_last_written;
};

/* Whether a file is a hive that its logs may bring up to date: its sequence numbers differ, or its
 * base block is broken (then bins are looked for behind it). A clean hive needs no logs, whatever
 * they hold. */
bool kbm_hive_log_is_needed(const uint8_t *bytes, size_t length);

/* Bytes that the recovered hive can have at most. A bin that a log adds comes from that log. */
size_t kbm_hive_log_room(size_t length, const struct kbm_hive_log logs[static KBM_HIVE_LOGS]);

/* Makes the recovered hive in `image`, which begins with a copy of the hive's bytes and is zeros
 * behind it, up to `room` bytes; neither overlaps the hive or its logs. *recovery tells each log's
 * part, also after a failure.
 *
 * With a sound base block the entries' log that begins first, not below the hive's secondary
 * sequence number, is replayed, then the other one if it goes on exactly where that ended; without
 * such entries, the pages of a log that has the hive's timestamp. With a broken base block it comes
 * from the log with the newest entries, which alone is replayed, or from a log with pages and the
 * timestamp of the first bin. A log of entries is replayed up to the first one that does not fit.
 * Entries that begin above the hive's number are replayed only where no damaged log may have held
 * those before.
 *
 * KBM_OK: `image` is a clean hive of *image_length bytes. KBM_NOT_FOUND: nothing to recover, the
 * hive is clean. KBM_UNREADABLE: no log could be used, or the hive is cut where none helps; the
 * message says why. Then `image` is of no use. */
enum kbm_code kbm_hive_log_replay(const uint8_t *bytes, size_t length,
				  const struct kbm_hive_log logs[static KBM_HIVE_LOGS],
				  uint8_t *image, size_t room, size_t *image_length,
				  struct kbm_hive_recovery *recovery, struct kbm_error *error);

#endif
