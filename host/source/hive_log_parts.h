/* Inside log replay: a log's base block, its entries or pages, and the image they go to.
 *
 * Only hive_log*.c include this. */
#ifndef KBM_SOURCE_HIVE_LOG_PARTS_H
#define KBM_SOURCE_HIVE_LOG_PARTS_H

#include "source/hive_log.h"

enum {
	KBM_LOG_SECTOR = 512, /* bytes of a log's base block, and of a dirty page */
	KBM_LOG_MAX_SECTORS = 8
};

/* The hive that is being recovered. */
struct kbm_log_image {
	uint8_t *bytes; /* the file, base block first */
	size_t room;
	uint64_t bins;	       /* bytes of bins that the hive has now */
	uint8_t *missing;      /* a byte a sector of what the hive's file lacks; 0: a log had it */
	uint64_t missing_from; /* offset among the bins */
	size_t missing_count;
};

/* Writes a page; its bounds were checked. `offset` counts from the first bin. */
void kbm_log_write(struct kbm_log_image *image, uint64_t offset, const uint8_t *page,
		   size_t length);

/* A log's base block. */
struct kbm_log_base {
	enum kbm_log_kind kind;
	uint32_t sequence;
	uint64_t last_written;
	uint32_t bins;	 /* bytes */
	uint32_t sector; /* bytes */
};
/* Looks at the base block of a log. KBM_NOT_FOUND: there is no log, or an empty or a blank one.
 * KBM_INVALID: it is none that can be used; base->kind is told where it could be. */
enum kbm_code kbm_log_base(const struct kbm_hive_log *log, struct kbm_log_base *base,
			   struct kbm_error *error);

/* An entry (HvLE) that was checked: its hashes, and where its pages go. */
struct kbm_log_entry {
	size_t at; /* in the log */
	uint32_t size;
	uint32_t flags;
	uint32_t sequence;
	uint32_t bins;
	uint32_t page_count;
};
/* The entry at `at`, which has to have this sequence number. `most_bins`: bytes of bins that there
 * is room for. KBM_NOT_FOUND: the log's entries end there; KBM_INVALID: what stands there does not
 * fit, *error says why. */
enum kbm_code kbm_log_entry_at(const struct kbm_hive_log *log, size_t at, uint32_t sequence,
			       uint64_t most_bins, struct kbm_log_entry *entry,
			       struct kbm_error *error);
/* Writes the pages of `first` and of all entries that follow it; tells so in *report. */
void kbm_log_replay_entries(const struct kbm_hive_log *log, const struct kbm_log_entry *first,
			    struct kbm_log_image *image, struct kbm_log_report *report);

/* Writes the pages of an old log. KBM_INVALID, with the image as it was: they do not fit. */
enum kbm_code kbm_log_replay_pages(const struct kbm_hive_log *log, const struct kbm_log_base *base,
				   struct kbm_log_image *image, struct kbm_log_report *report,
				   struct kbm_error *error);

/* A log that may be replayed. */
struct kbm_log_candidate {
	bool is_usable;
	bool is_damaged; /* it may have held entries */
	struct kbm_log_base base;
	struct kbm_log_entry first; /* of a log of entries */
};

struct kbm_log_replay {
	const struct kbm_hive_log *logs; /* KBM_HIVE_LOGS of them */
	struct kbm_hive_recovery *recovery;
	struct kbm_log_candidate candidates[KBM_HIVE_LOGS];
	struct kbm_log_image image;
	bool is_sound;	  /* the hive's base block; else its sequence numbers mean nothing */
	uint32_t primary; /* sequence numbers of the hive */
	uint32_t secondary;
	uint64_t last_written; /* of the hive, or what its first bin has of that */
	uint32_t last;	       /* sequence number of what was replayed last */
};
/* Replays what fits, as hive_log.h has it. KBM_UNREADABLE: nothing did. */
enum kbm_code kbm_log_replay_all(struct kbm_log_replay *replay, struct kbm_error *error);

#endif
