/* Replaying a hive's transaction logs: the hive before and after it. */
#include "source/hive_log.h"

#include "source/hive.h"
#include "source/hive_base.h"
#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_log_parts.h"
#include "source/hive_records.h"

#include <stdlib.h>
#include <string.h>

static bool is_hive_with_bins(const uint8_t *bytes, size_t length)
{
	const uint8_t *bin = bytes + KBM_HIVE_BASE_BLOCK;
	return length >= KBM_HIVE_BASE_BLOCK + KBM_HIVE_BIN_HEADER && memcmp(bin, "hbin", 4) == 0 &&
	       kbm_hive_u32(bin + KBM_BIN_OFFSET) == 0;
}

/* What the first bin has of the hive's timestamp; 0: there is none. */
static uint64_t first_bin_time(const uint8_t *bytes, size_t length)
{
	return is_hive_with_bins(bytes, length)
		   ? kbm_hive_u64(bytes + KBM_HIVE_BASE_BLOCK + KBM_BIN_TIME)
		   : 0;
}

static bool has_sound_base(const uint8_t *bytes)
{
	return memcmp(bytes, "regf", 4) == 0 &&
	       kbm_hive_u32(bytes + KBM_BASE_CHECKSUM) == kbm_hive_checksum(bytes);
}

bool kbm_hive_log_is_needed(const uint8_t *bytes, size_t length)
{
	if (length <= KBM_HIVE_BASE_BLOCK)
		return false;
	bool is_hive = memcmp(bytes, "regf", 4) == 0 && kbm_hive_u32(bytes + KBM_BASE_TYPE) == 0;
	if (has_sound_base(bytes))
		return is_hive && kbm_hive_u32(bytes + KBM_BASE_SEQUENCE) !=
				      kbm_hive_u32(bytes + KBM_BASE_SECOND_SEQUENCE);
	return is_hive || is_hive_with_bins(bytes, length);
}

size_t kbm_hive_log_room(size_t length, const struct kbm_hive_log logs[static KBM_HIVE_LOGS])
{
	const size_t most = (size_t)KBM_HIVE_BASE_BLOCK + INT32_MAX / KBM_HIVE_PAGE * KBM_HIVE_PAGE;
	size_t room = length;
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		room += logs[i].bytes == NULL ? 0 : logs[i].length;
	room = (room + KBM_HIVE_PAGE - 1) / KBM_HIVE_PAGE * KBM_HIVE_PAGE;
	return room < most ? room : length > most ? length : most;
}

void kbm_log_write(struct kbm_log_image *image, uint64_t offset, const uint8_t *page, size_t length)
{
	uint64_t end = offset + length;
	memcpy(image->bytes + KBM_HIVE_BASE_BLOCK + offset, page, length);
	if (end <= image->missing_from)
		return;
	uint64_t first = offset < image->missing_from
			     ? 0
			     : (offset - image->missing_from + KBM_LOG_SECTOR - 1) / KBM_LOG_SECTOR;
	uint64_t behind = (end - image->missing_from) / KBM_LOG_SECTOR;
	for (uint64_t i = first; i < behind && i < image->missing_count; i++)
		image->missing[i] = 0;
}

/* Notes what of the hive its file lacks: a hive that grew may have been cut short by the same event
 * that left it dirty. */
static enum kbm_code note_missing(struct kbm_log_replay *replay, const uint8_t *bytes,
				  size_t length, struct kbm_error *error)
{
	struct kbm_log_image *image = &replay->image;
	uint64_t there = length - KBM_HIVE_BASE_BLOCK;
	uint64_t bins = kbm_hive_u32(bytes + KBM_BASE_BINS);
	image->bins = replay->is_sound ? bins : there;
	if (!replay->is_sound || bins <= there)
		return KBM_OK;
	if (bins > image->room - KBM_HIVE_BASE_BLOCK)
		return kbm_fail(error, KBM_UNREADABLE,
				"the hive is cut: %llu of %llu bytes are there, more are missing "
				"than its logs hold",
				(unsigned long long)there, (unsigned long long)bins);
	image->missing_from = there / KBM_LOG_SECTOR * KBM_LOG_SECTOR;
	image->missing_count =
	    (size_t)((bins - image->missing_from + KBM_LOG_SECTOR - 1) / KBM_LOG_SECTOR);
	image->missing = malloc(image->missing_count);
	if (image->missing == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to replay a log");
	memset(image->missing, 1, image->missing_count);
	return KBM_OK;
}

static enum kbm_code check_missing(const struct kbm_log_image *image, struct kbm_error *error)
{
	size_t missing = 0;
	for (size_t i = 0; i < image->missing_count; i++)
		if (image->missing_from + (uint64_t)i * KBM_LOG_SECTOR < image->bins)
			missing += image->missing[i];
	if (missing > 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"the hive is cut: %zu bytes of it are in no log either",
				missing * KBM_LOG_SECTOR);
	return KBM_OK;
}

static void seal(struct kbm_log_replay *replay)
{
	uint8_t *base = replay->image.bytes;
	replay->recovery->sequence = replay->last + 1;
	kbm_put32(base + KBM_BASE_SEQUENCE, replay->recovery->sequence);
	kbm_put32(base + KBM_BASE_SECOND_SEQUENCE, replay->recovery->sequence);
	kbm_put32(base + KBM_BASE_BINS, (uint32_t)replay->image.bins);
	kbm_put32(base + KBM_BASE_CHECKSUM, kbm_hive_checksum(base));
}

static enum kbm_code check_hive(const uint8_t *image, size_t length, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_hive_open(image, length, &hive, &reason);
	if (code == KBM_OK && kbm_hive_info(hive)->state != KBM_HIVE_CLEAN)
		code = kbm_fail(&reason, KBM_UNREADABLE, "is a hive that is not clean: %s",
				kbm_hive_state_text(hive));
	kbm_hive_close(hive);
	return code == KBM_OK || code == KBM_MEMORY
		   ? code
		   : kbm_fail(error, KBM_UNREADABLE, "with its logs replayed it %.180s",
			      reason.message);
}

enum kbm_code kbm_hive_log_replay(const uint8_t *bytes, size_t length,
				  const struct kbm_hive_log logs[static KBM_HIVE_LOGS],
				  uint8_t *image, size_t room, size_t *image_length,
				  struct kbm_hive_recovery *recovery, struct kbm_error *error)
{
	*recovery = (struct kbm_hive_recovery){0};
	if (!kbm_hive_log_is_needed(bytes, length))
		return KBM_NOT_FOUND;
	if (room < length)
		return kbm_fail(error, KBM_INTERNAL, "there is no room for the recovered hive");
	recovery->file_primary_sequence = kbm_hive_u32(bytes + KBM_BASE_SEQUENCE);
	recovery->file_secondary_sequence = kbm_hive_u32(bytes + KBM_BASE_SECOND_SEQUENCE);
	recovery->file_last_written = kbm_hive_u64(bytes + KBM_BASE_TIME);
	struct kbm_log_replay replay = {
	    .logs = logs,
	    .recovery = recovery,
	    .image = {.bytes = image, .room = room},
	    .is_sound = has_sound_base(bytes),
	    .primary = recovery->file_primary_sequence,
	    .secondary = recovery->file_secondary_sequence,
	    .last_written = recovery->file_last_written,
	};
	if (!replay.is_sound)
		replay.last_written = first_bin_time(bytes, length);
	enum kbm_code code = note_missing(&replay, bytes, length, error);
	if (code == KBM_OK)
		code = kbm_log_replay_all(&replay, error);
	if (code == KBM_OK)
		code = check_missing(&replay.image, error);
	free(replay.image.missing);
	if (code != KBM_OK)
		return code;
	seal(&replay);
	size_t needed = KBM_HIVE_BASE_BLOCK + (size_t)replay.image.bins;
	*image_length = needed > length ? needed : length;
	return check_hive(image, *image_length, error);
}
