/* Logs of the old format: a bitmap (DIRT), then the pages of 512 bytes whose bits are set. */
#include "source/hive_log_parts.h"

#include "source/hive_records.h"

#include <string.h>

enum { SIGNATURE = 4 };

/* The bitmap, and the pages behind it. */
struct pages {
	const uint8_t *bitmap;
	uint32_t bits;
	const uint8_t *first; /* page of the first bit that is set */
};

static bool is_set(const struct pages *pages, uint32_t bit)
{
	return (pages->bitmap[bit / 8] >> bit % 8 & 1) != 0;
}

static uint32_t count(const struct pages *pages)
{
	uint32_t found = 0;
	for (uint32_t bit = 0; bit < pages->bits; bit++)
		found += is_set(pages, bit) ? 1 : 0;
	return found;
}

static enum kbm_code find_pages(const struct kbm_hive_log *log, const struct kbm_log_base *base,
				uint64_t most_bins, struct pages *pages, uint32_t *found,
				struct kbm_error *error)
{
	size_t at = base->sector;
	if (log->length < at + SIGNATURE || memcmp(log->bytes + at, "DIRT", SIGNATURE) != 0)
		return kbm_fail(error, KBM_INVALID,
				"it has no list of pages (DIRT) at offset 0x%zX", at);
	if (base->bins == 0 || base->bins % KBM_HIVE_PAGE != 0 || base->bins > most_bins)
		return kbm_fail(error, KBM_INVALID, "it is for a hive of %u bytes, %s", base->bins,
				base->bins > most_bins ? "more than the hive and its logs hold"
						       : "which is no multiple of 4096");
	uint32_t bits = base->bins / KBM_LOG_SECTOR;
	size_t list_end = at + SIGNATURE + (bits + 7) / 8;
	size_t first = (list_end + base->sector - 1) / base->sector * base->sector;
	if (first > log->length)
		return kbm_fail(error, KBM_INVALID,
				"it is cut: %zu bytes, its list of pages ends at offset 0x%zX",
				log->length, list_end);
	*pages = (struct pages){log->bytes + at + SIGNATURE, bits, log->bytes + first};
	*found = count(pages);
	size_t there = (log->length - first) / KBM_LOG_SECTOR;
	if (*found == 0)
		return kbm_fail(error, KBM_INVALID, "its list of pages is empty");
	if (*found > there)
		return kbm_fail(error, KBM_INVALID,
				"it is cut: %zu of the %u pages in its list are there", there,
				*found);
	return KBM_OK;
}

/* A bin's header that the log writes has to be one: Windows does not replay it otherwise. What the
 * hive itself has of its bins is not judged here. */
static enum kbm_code check_bins(const struct pages *pages, const struct kbm_log_image *image,
				struct kbm_error *error)
{
	uint64_t bins = (uint64_t)pages->bits * KBM_LOG_SECTOR;
	const uint8_t *page = pages->first;
	uint32_t bit = 0;
	for (uint64_t at = 0; at < bins;) {
		for (; bit < at / KBM_LOG_SECTOR; bit++)
			page += is_set(pages, bit) ? KBM_LOG_SECTOR : 0;
		bool is_dirty = is_set(pages, bit);
		const uint8_t *header = is_dirty ? page : image->bytes + KBM_HIVE_BASE_BLOCK + at;
		uint32_t size;
		bool is_sound = kbm_hive_is_bin(header, (uint32_t)at, &size) && size <= bins - at;
		if (!is_sound && is_dirty)
			return kbm_fail(error, KBM_INVALID,
					"the bin that it has for file offset 0x%llX is none",
					(unsigned long long)at + KBM_HIVE_BASE_BLOCK);
		if (!is_sound)
			break;
		at += size;
	}
	return KBM_OK;
}

enum kbm_code kbm_log_replay_pages(const struct kbm_hive_log *log, const struct kbm_log_base *base,
				   struct kbm_log_image *image, struct kbm_log_report *report,
				   struct kbm_error *error)
{
	struct pages pages = {0};
	uint32_t found = 0;
	enum kbm_code code =
	    find_pages(log, base, image->room - KBM_HIVE_BASE_BLOCK, &pages, &found, error);
	if (code == KBM_OK)
		code = check_bins(&pages, image, error);
	if (code != KBM_OK)
		return code;
	const uint8_t *page = pages.first;
	for (uint32_t bit = 0; bit < pages.bits; bit++) {
		if (!is_set(&pages, bit))
			continue;
		kbm_log_write(image, (uint64_t)bit * KBM_LOG_SECTOR, page, KBM_LOG_SECTOR);
		page += KBM_LOG_SECTOR;
	}
	image->bins = base->bins;
	report->replayed = true;
	report->count = found;
	report->first = base->sequence;
	report->last = base->sequence;
	return KBM_OK;
}
