/* Inside log replay: which logs are replayed, and in which order. */
#include "source/hive_log_parts.h"

#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_records.h"

#include <string.h>

/* --- looking at the logs -------------------------------------------------------------------- */

static enum kbm_code check_entries(struct kbm_log_replay *replay, size_t index,
				   struct kbm_error *error)
{
	struct kbm_log_candidate *candidate = &replay->candidates[index];
	uint32_t sequence = candidate->base.sequence;
	if (replay->is_sound && sequence < replay->secondary)
		return kbm_fail(error, KBM_REFUSED,
				"its entries begin with %u: the hive has all that came before %u",
				sequence, replay->secondary);
	enum kbm_code code =
	    kbm_log_entry_at(&replay->logs[index], KBM_LOG_SECTOR, sequence,
			     replay->image.room - KBM_HIVE_BASE_BLOCK, &candidate->first, error);
	return code == KBM_NOT_FOUND
		   ? kbm_fail(error, KBM_INVALID, "it has no entry %u at offset 0x%X", sequence,
			      (unsigned)KBM_LOG_SECTOR)
		   : code;
}

static enum kbm_code check_pages(const struct kbm_log_replay *replay, size_t index,
				 struct kbm_error *error)
{
	uint64_t time = replay->candidates[index].base.last_written;
	return time == replay->last_written
		   ? KBM_OK
		   : kbm_fail(error, KBM_INVALID,
			      "it was made for another state of the hive: its timestamp is %llu, "
			      "the hive's %llu",
			      (unsigned long long)time, (unsigned long long)replay->last_written);
}

static void look_at_logs(struct kbm_log_replay *replay)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		struct kbm_log_report *report = &replay->recovery->logs[i];
		struct kbm_log_candidate *candidate = &replay->candidates[i];
		enum kbm_code code =
		    kbm_log_base(&replay->logs[i], &candidate->base, &report->reason);
		report->kind = candidate->base.kind;
		if (code == KBM_OK)
			code = report->kind == KBM_LOG_ENTRIES
				   ? check_entries(replay, i, &report->reason)
				   : check_pages(replay, i, &report->reason);
		candidate->is_usable = code == KBM_OK;
		candidate->is_damaged = code == KBM_INVALID && report->kind != KBM_LOG_PAGES;
	}
}

/* --- replaying ------------------------------------------------------------------------------ */

/* The usable log of a kind with the lowest or highest sequence number; KBM_HIVE_LOGS: none. */
static size_t choose(const struct kbm_log_replay *replay, enum kbm_log_kind kind, bool highest)
{
	size_t chosen = KBM_HIVE_LOGS;
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		if (!replay->candidates[i].is_usable || replay->recovery->logs[i].kind != kind)
			continue;
		uint32_t sequence = replay->candidates[i].base.sequence;
		uint32_t best =
		    chosen == KBM_HIVE_LOGS ? 0 : replay->candidates[chosen].base.sequence;
		if (chosen == KBM_HIVE_LOGS || (highest ? sequence > best : sequence < best))
			chosen = i;
	}
	return chosen;
}

/* Only the log's first sector is a base block; what stands behind it in the hive's stays. */
static void take_base(struct kbm_log_replay *replay, size_t index)
{
	if (replay->is_sound)
		return;
	memcpy(replay->image.bytes, replay->logs[index].bytes, KBM_LOG_SECTOR);
	kbm_put32(replay->image.bytes + KBM_BASE_TYPE, 0);
	replay->recovery->base_from_log = true;
}

/* The log that goes on after the entry `last`. */
static size_t continuation(const struct kbm_log_replay *replay)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		if (replay->candidates[i].is_usable && !replay->recovery->logs[i].replayed &&
		    replay->recovery->logs[i].kind == KBM_LOG_ENTRIES &&
		    replay->candidates[i].base.sequence == replay->last + 1)
			return i;
	return KBM_HIVE_LOGS;
}

/* Whether a damaged log may have held entries from the hive's number on that come before `sequence`
 * and are not in the hive. A hive that was written in part has them, but that cannot be told. */
static bool may_lack_entries(const struct kbm_log_replay *replay, uint32_t sequence)
{
	if (!replay->is_sound || sequence == replay->secondary)
		return false;
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_log_candidate *candidate = &replay->candidates[i];
		bool is_known = replay->recovery->logs[i].kind == KBM_LOG_ENTRIES &&
				candidate->base.sequence >= replay->secondary;
		if (candidate->is_damaged && (!is_known || candidate->base.sequence < sequence))
			return true;
	}
	return false;
}

static void refuse_entries(struct kbm_log_replay *replay)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		struct kbm_log_candidate *candidate = &replay->candidates[i];
		if (!candidate->is_usable || replay->recovery->logs[i].kind != KBM_LOG_ENTRIES)
			continue;
		candidate->is_usable = false;
		kbm_fail(&replay->recovery->logs[i].reason, KBM_INVALID,
			 "its entries begin with %u; those from %u on may have been in the log "
			 "that is damaged",
			 candidate->base.sequence, replay->secondary);
	}
}

static void replay_entries(struct kbm_log_replay *replay)
{
	size_t index = choose(replay, KBM_LOG_ENTRIES, !replay->is_sound);
	if (index < KBM_HIVE_LOGS &&
	    may_lack_entries(replay, replay->candidates[index].base.sequence)) {
		refuse_entries(replay);
		return;
	}
	for (; index < KBM_HIVE_LOGS;
	     index = replay->is_sound ? continuation(replay) : KBM_HIVE_LOGS) {
		struct kbm_log_report *report = &replay->recovery->logs[index];
		take_base(replay, index);
		kbm_log_replay_entries(&replay->logs[index], &replay->candidates[index].first,
				       &replay->image, report);
		replay->last = report->last;
	}
}

static void replay_pages(struct kbm_log_replay *replay)
{
	size_t index;
	while ((index = choose(replay, KBM_LOG_PAGES, true)) < KBM_HIVE_LOGS) {
		struct kbm_log_report *report = &replay->recovery->logs[index];
		const struct kbm_log_base *base = &replay->candidates[index].base;
		if (kbm_log_replay_pages(&replay->logs[index], base, &replay->image, report,
					 &report->reason) == KBM_OK) {
			take_base(replay, index);
			replay->last = replay->is_sound && replay->primary > base->sequence
					   ? replay->primary
					   : base->sequence;
			return;
		}
		replay->candidates[index].is_usable = false;
	}
}

/* Why a log that could have been used was not. */
static void explain(const struct kbm_log_replay *replay, size_t index, struct kbm_error *reason)
{
	uint32_t sequence = replay->candidates[index].base.sequence;
	if (replay->recovery->logs[index].kind == KBM_LOG_PAGES)
		kbm_fail(reason, KBM_REFUSED, "another log is newer than this one (%u)", sequence);
	else if (replay->is_sound)
		kbm_fail(reason, KBM_INVALID, "its entries begin with %u; %u would be next",
			 sequence, replay->last + 1);
	else
		kbm_fail(reason, KBM_REFUSED,
			 "its entries begin with %u; the hive's base block comes from a newer log",
			 sequence);
}

static void explain_rest(struct kbm_log_replay *replay)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		if (replay->candidates[i].is_usable && !replay->recovery->logs[i].replayed)
			explain(replay, i, &replay->recovery->logs[i].reason);
}

static bool has_replayed(const struct kbm_hive_recovery *recovery)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		if (recovery->logs[i].replayed)
			return true;
	return false;
}

enum kbm_code kbm_log_replay_all(struct kbm_log_replay *replay, struct kbm_error *error)
{
	look_at_logs(replay);
	replay_entries(replay);
	if (!has_replayed(replay->recovery))
		replay_pages(replay);
	if (!has_replayed(replay->recovery))
		return kbm_fail(error, KBM_UNREADABLE,
				"it has no transaction log that can be replayed");
	explain_rest(replay);
	return KBM_OK;
}
