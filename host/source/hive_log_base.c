/* Inside log replay: what a file is that may be a log, by its base block. */
#include "source/hive_log_parts.h"

#include "source/hive_base.h"
#include "source/hive_format.h"
#include "source/hive_records.h"

#include <string.h>

static bool is_blank(const uint8_t *bytes)
{
	for (size_t i = 0; i < KBM_LOG_SECTOR; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static enum kbm_code check_log(const struct kbm_hive_log *log, struct kbm_error *error)
{
	const uint8_t *bytes = log->bytes;
	if (log->length < KBM_LOG_SECTOR)
		return kbm_fail(error, KBM_INVALID,
				"it is cut: %zu bytes, a log's base block has %d", log->length,
				KBM_LOG_SECTOR);
	if (is_blank(bytes))
		return kbm_fail(error, KBM_NOT_FOUND, "it is blank: nothing was written to it");
	if (memcmp(bytes, "regf", 4) != 0)
		return kbm_fail(error, KBM_INVALID,
				"it is no transaction log: it does not begin with \"regf\"");
	uint32_t stored = kbm_hive_u32(bytes + KBM_BASE_CHECKSUM);
	uint32_t computed = kbm_hive_checksum(bytes);
	if (stored != computed)
		return kbm_fail(error, KBM_INVALID,
				"the checksum of its base block is wrong (0x%08X, computed 0x%08X)",
				stored, computed);
	return KBM_OK;
}

static enum kbm_code take_kind(const uint8_t *bytes, struct kbm_log_base *base,
			       struct kbm_error *error)
{
	uint32_t type = kbm_hive_u32(bytes + KBM_BASE_TYPE);
	switch (type) {
	case KBM_TYPE_PAGES:
	case KBM_TYPE_PAGES_WINDOWS_2000:
		base->kind = KBM_LOG_PAGES;
		return KBM_OK;
	case KBM_TYPE_ENTRIES:
		base->kind = KBM_LOG_ENTRIES;
		return KBM_OK;
	case KBM_TYPE_HIVE:
		return kbm_fail(error, KBM_INVALID, "it is a hive, not a transaction log");
	default:
		return kbm_fail(error, KBM_INVALID,
				"it is of the unknown type %u: 1, 2 and 6 are logs", type);
	}
}

enum kbm_code kbm_log_base(const struct kbm_hive_log *log, struct kbm_log_base *base,
			   struct kbm_error *error)
{
	const uint8_t *bytes = log->bytes;
	if (bytes == NULL || log->length == 0)
		return KBM_NOT_FOUND;
	enum kbm_code code = check_log(log, error);
	if (code == KBM_OK)
		code = take_kind(bytes, base, error);
	if (code != KBM_OK)
		return code;
	uint32_t primary = kbm_hive_u32(bytes + KBM_BASE_SEQUENCE);
	uint32_t secondary = kbm_hive_u32(bytes + KBM_BASE_SECOND_SEQUENCE);
	if (primary != secondary)
		return kbm_fail(error, KBM_INVALID,
				"it was not written to its end: its sequence numbers %u and %u "
				"differ",
				primary, secondary);
	uint32_t sectors = kbm_hive_u32(bytes + KBM_BASE_CLUSTER);
	if (sectors == 0 || sectors > KBM_LOG_MAX_SECTORS)
		return kbm_fail(error, KBM_INVALID,
				"it is for sectors of %u times %d bytes: 1 to %d are read", sectors,
				KBM_LOG_SECTOR, KBM_LOG_MAX_SECTORS);
	base->sequence = primary;
	base->last_written = kbm_hive_u64(bytes + KBM_BASE_TIME);
	base->bins = kbm_hive_u32(bytes + KBM_BASE_BINS);
	base->sector = sectors * KBM_LOG_SECTOR;
	return KBM_OK;
}
