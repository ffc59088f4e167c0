/* Logs of the new format: numbered entries (HvLE), each with hashes and the pages it writes. */
#include "source/hive_log_parts.h"

#include "source/hive_cells.h"
#include "source/hive_records.h"
#include "source/marvin32.h"

#include <string.h>

enum {
	SIZE_AT = 4,
	FLAGS_AT = 8,
	SEQUENCE_AT = 12,
	BINS_AT = 16,
	COUNT_AT = 20,
	HASH_1_AT = 24, /* of all behind the header */
	HASH_2_AT = 32, /* of the header before it */
	HEADER = 40,
	REFERENCE = 8, /* bytes of a page's offset and size */
	BASE_FLAGS_AT = 144
};
#define ENTRY_FLAG 1U /* the one flag of the base block that an entry sets or clears */

static enum kbm_code check_hashes(const uint8_t *bytes, const struct kbm_log_entry *entry,
				  struct kbm_error *error)
{
	uint64_t header = kbm_marvin32(KBM_MARVIN32_LOG_SEED, bytes, HASH_2_AT);
	if (header != kbm_hive_u64(bytes + HASH_2_AT))
		return kbm_fail(error, KBM_INVALID,
				"the hash of the header of entry %u at offset 0x%zX is wrong",
				entry->sequence, entry->at);
	uint64_t pages = kbm_marvin32(KBM_MARVIN32_LOG_SEED, bytes + HEADER, entry->size - HEADER);
	if (pages != kbm_hive_u64(bytes + HASH_1_AT))
		return kbm_fail(error, KBM_INVALID,
				"the hash of entry %u at offset 0x%zX is wrong: it was not "
				"written to its end, or changed since",
				entry->sequence, entry->at);
	return KBM_OK;
}

/* Every page lies in the entry, and goes to a place inside the bins. */
static enum kbm_code check_pages(const uint8_t *bytes, const struct kbm_log_entry *entry,
				 struct kbm_error *error)
{
	uint64_t left = entry->size - HEADER;
	if (left / REFERENCE < entry->page_count)
		return kbm_fail(error, KBM_INVALID,
				"entry %u at offset 0x%zX has no room for the %u pages it counts",
				entry->sequence, entry->at, entry->page_count);
	left -= (uint64_t)entry->page_count * REFERENCE;
	for (uint32_t i = 0; i < entry->page_count; i++) {
		const uint8_t *reference = bytes + HEADER + (size_t)i * REFERENCE;
		uint32_t offset = kbm_hive_u32(reference);
		uint32_t size = kbm_hive_u32(reference + 4);
		if (size > left)
			return kbm_fail(error, KBM_INVALID,
					"page %u of entry %u at offset 0x%zX ends behind the entry",
					i + 1, entry->sequence, entry->at);
		if (offset > entry->bins || size > entry->bins - offset)
			return kbm_fail(error, KBM_INVALID,
					"page %u of entry %u at offset 0x%zX goes behind the end "
					"of the hive (0x%X, %u bytes)",
					i + 1, entry->sequence, entry->at, offset, size);
		left -= size;
	}
	return KBM_OK;
}

static enum kbm_code check_sizes(const struct kbm_hive_log *log, const struct kbm_log_entry *entry,
				 uint64_t most_bins, struct kbm_error *error)
{
	if (entry->size == 0 || entry->size % KBM_LOG_SECTOR != 0)
		return kbm_fail(error, KBM_INVALID,
				"entry %u at offset 0x%zX has the size %u, which is no multiple of "
				"%d",
				entry->sequence, entry->at, entry->size, KBM_LOG_SECTOR);
	if (entry->size > log->length - entry->at)
		return kbm_fail(error, KBM_INVALID,
				"entry %u at offset 0x%zX is cut: %zu of its %u bytes are there",
				entry->sequence, entry->at, log->length - entry->at, entry->size);
	if (entry->bins == 0 || entry->bins % KBM_HIVE_PAGE != 0)
		return kbm_fail(error, KBM_INVALID,
				"entry %u at offset 0x%zX is for a hive of %u bytes, which is no "
				"multiple of %d",
				entry->sequence, entry->at, entry->bins, KBM_HIVE_PAGE);
	if (entry->bins > most_bins)
		return kbm_fail(error, KBM_INVALID,
				"entry %u at offset 0x%zX is for a hive of %u bytes, more than the "
				"hive and its logs hold",
				entry->sequence, entry->at, entry->bins);
	return KBM_OK;
}

enum kbm_code kbm_log_entry_at(const struct kbm_hive_log *log, size_t at, uint32_t sequence,
			       uint64_t most_bins, struct kbm_log_entry *entry,
			       struct kbm_error *error)
{
	if (at > log->length || log->length - at < HEADER ||
	    memcmp(log->bytes + at, "HvLE", 4) != 0)
		return KBM_NOT_FOUND;
	const uint8_t *bytes = log->bytes + at;
	const struct kbm_log_entry read = {
	    .at = at,
	    .size = kbm_hive_u32(bytes + SIZE_AT),
	    .flags = kbm_hive_u32(bytes + FLAGS_AT),
	    .sequence = kbm_hive_u32(bytes + SEQUENCE_AT),
	    .bins = kbm_hive_u32(bytes + BINS_AT),
	    .page_count = kbm_hive_u32(bytes + COUNT_AT),
	};
	if (read.sequence < sequence) /* what is left of an earlier use of the file */
		return KBM_NOT_FOUND;
	if (read.sequence > sequence)
		return kbm_fail(error, KBM_INVALID,
				"the entry at offset 0x%zX has the sequence number %u; %u is "
				"missing",
				at, read.sequence, sequence);
	enum kbm_code code = check_sizes(log, &read, most_bins, error);
	if (code == KBM_OK)
		code = check_hashes(bytes, &read, error);
	if (code == KBM_OK)
		code = check_pages(bytes, &read, error);
	if (code == KBM_OK)
		*entry = read;
	return code;
}

static void replay(const struct kbm_hive_log *log, const struct kbm_log_entry *entry,
		   struct kbm_log_image *image)
{
	const uint8_t *references = log->bytes + entry->at + HEADER;
	const uint8_t *page = references + (size_t)entry->page_count * REFERENCE;
	for (uint32_t i = 0; i < entry->page_count; i++) {
		uint32_t offset = kbm_hive_u32(references + (size_t)i * REFERENCE);
		uint32_t size = kbm_hive_u32(references + (size_t)i * REFERENCE + 4);
		kbm_log_write(image, offset, page, size);
		page += size;
	}
	uint8_t *flags = image->bytes + BASE_FLAGS_AT;
	kbm_put32(flags, (kbm_hive_u32(flags) & ~ENTRY_FLAG) | (entry->flags & ENTRY_FLAG));
	image->bins = entry->bins;
}

void kbm_log_replay_entries(const struct kbm_hive_log *log, const struct kbm_log_entry *first,
			    struct kbm_log_image *image, struct kbm_log_report *report)
{
	struct kbm_log_entry entry = *first;
	struct kbm_error error = {0};
	enum kbm_code code = KBM_OK;
	report->first = first->sequence;
	for (; code == KBM_OK; report->count++) {
		replay(log, &entry, image);
		report->last = entry.sequence;
		code = kbm_log_entry_at(log, entry.at + entry.size, entry.sequence + 1,
					image->room - KBM_HIVE_BASE_BLOCK, &entry, &error);
	}
	report->replayed = true;
	report->reason = error;
}
