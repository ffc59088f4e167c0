/* Inside the hive reader: the base block, and what a file is that is no hive. */
#include "source/hive_base.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_format.h"
#include "source/hive_records.h"

#include <stdio.h>
#include <string.h>

enum {
	SECTOR = 512, /* bytes of a base block that logs keep too */
	FILE_NAME_BYTES = 64,
	LOOK_AT = 512 /* bytes that tell a text from something else */
};

uint32_t kbm_hive_checksum(const uint8_t *bytes)
{
	uint32_t sum = 0;
	for (size_t at = 0; at < KBM_BASE_CHECKSUM; at += sizeof(uint32_t))
		sum ^= kbm_hive_u32(bytes + at);
	return sum == UINT32_MAX ? UINT32_MAX - 1 : sum == 0 ? 1 : sum;
}

/* Formats that people have at hand instead of a hive, by their first bytes. */
static const struct {
	const char *magic;
	size_t length;
	const char *what;
} kinds[] = {
    {"REGEDIT4", 8, "is a .reg export"},
    {"Windows Registry Editor", 23, "is a .reg export"},
    {"\xEF\xBB\xBFWindows Registry Editor", 26, "is a .reg export"},
    {"\xFF\xFEW\0i\0n\0d\0o\0w\0s\0 \0R\0e\0g", 24, "is a .reg export"},
    {"CREG", 4, "is a Windows 95 or 98 registry (CREG)"},
    {"HvLE", 4, "is a piece of a transaction log"},
    {"DIRT", 4, "is a piece of a transaction log"},
    {"hbin", 4, "is a hive without its first 4096 bytes"},
    {"\x1F\x8B", 2, "is compressed (gzip): unpack it first"},
    {"\xFD"
     "7zXZ\0",
     6, "is compressed (xz): unpack it first"},
    {"BZh", 3, "is compressed (bzip2): unpack it first"},
    {"\x28\xB5\x2F\xFD", 4, "is compressed (zstd): unpack it first"},
    {"PK\3\4", 4, "is a ZIP archive: unpack it first"},
    {"7z\xBC\xAF\x27\x1C", 6, "is a 7-Zip archive: unpack it first"},
    {"MSCF", 4, "is a cabinet archive: unpack it first"},
    {"SZDD", 4, "is compressed (expand): unpack it first"},
    {"ElfFile\0", 8, "is an event log"},
    {"\x7F"
     "ELF",
     4, "is a program"},
    {"MZ", 2, "is a program"},
    {"SQLite format 3\0", 16, "is an SQLite database"},
};

static bool is_text(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] == 0x7F || (bytes[i] < 0x20 && strchr("\t\n\f\r", bytes[i]) == NULL) ||
		    bytes[i] == 0)
			return false;
	return true;
}

static enum kbm_code not_a_hive(const uint8_t *bytes, size_t length, struct kbm_error *error)
{
	if (length == 0)
		return kbm_fail(error, KBM_INVALID, "is empty, not a registry hive");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (length >= kinds[i].length &&
		    memcmp(bytes, kinds[i].magic, kinds[i].length) == 0)
			return kbm_fail(error, KBM_INVALID, "%s, not a registry hive",
					kinds[i].what);
	size_t look = kbm_hive_smaller(length, LOOK_AT);
	if (is_text(bytes, look))
		return kbm_fail(error, KBM_INVALID, "is a text file, not a registry hive");
	size_t zeros = 0;
	while (zeros < look && bytes[zeros] == 0)
		zeros++;
	if (zeros == look)
		return kbm_fail(error, KBM_INVALID,
				"begins with zero bytes, not with the \"regf\" of a registry hive");
	return kbm_fail(error, KBM_INVALID,
			"is not a registry hive: it does not begin with \"regf\"");
}

static void read_file_name(const uint8_t *block, struct kbm_hive_info *info)
{
	size_t length = 0;
	while (length < FILE_NAME_BYTES && kbm_hive_u16(block + KBM_BASE_FILE_NAME + length) != 0)
		length += 2;
	struct kbm_bytes name;
	kbm_bytes_init(&name, sizeof info->file_name - 1);
	kbm_text_from_utf16(block + KBM_BASE_FILE_NAME, length, &name);
	snprintf(info->file_name, sizeof info->file_name, "%s", kbm_bytes_text(&name));
	kbm_bytes_clear(&name);
}

/* The worst that is wrong is said: a checksum puts all other fields in doubt, a cut file cannot be
 * mended by logs. */
static void judge(const uint8_t *bytes, struct kbm_hive_info *info, char *text, size_t size)
{
	uint32_t stored = kbm_hive_u32(bytes + KBM_BASE_CHECKSUM);
	uint32_t computed = kbm_hive_checksum(bytes);
	uint64_t there = info->file_bytes - KBM_HIVE_BASE_BLOCK;
	if (stored != computed) {
		info->state = KBM_HIVE_DIRTY_CHECKSUM;
		snprintf(text, size,
			 "the hive is dirty: the checksum of its base block is wrong (0x%08X, "
			 "computed 0x%08X)",
			 stored, computed);
	} else if (info->bins_bytes > there) {
		info->state = KBM_HIVE_TRUNCATED;
		snprintf(text, size,
			 "the hive is cut: %llu of the %llu bytes behind its base block are there",
			 (unsigned long long)there, (unsigned long long)info->bins_bytes);
	} else if (info->primary_sequence != info->secondary_sequence) {
		info->state = KBM_HIVE_DIRTY_SEQUENCE;
		snprintf(text, size,
			 "the hive is dirty: sequence numbers %u and %u differ, its last changes "
			 "are in its logs only",
			 info->primary_sequence, info->secondary_sequence);
	} else {
		info->state = KBM_HIVE_CLEAN;
		snprintf(text, size, "%s", "");
	}
}

static enum kbm_code check_kind(const uint8_t *bytes, size_t length, struct kbm_error *error)
{
	if (length < 4 || memcmp(bytes, "regf", 4) != 0)
		return not_a_hive(bytes, length, error);
	if (length < SECTOR)
		return kbm_fail(error, KBM_UNREADABLE,
				"is the beginning of a registry hive: cut after %zu bytes; copy it "
				"again",
				length);
	uint32_t type = kbm_hive_u32(bytes + KBM_BASE_TYPE);
	if (type == KBM_TYPE_PAGES || type == KBM_TYPE_PAGES_WINDOWS_2000 ||
	    type == KBM_TYPE_ENTRIES)
		return kbm_fail(
		    error, KBM_INVALID,
		    "is the transaction log of a hive, not the hive: name the file without .LOG");
	if (length <= KBM_HIVE_BASE_BLOCK)
		return kbm_fail(error, KBM_UNREADABLE,
				"is the beginning of a registry hive: cut after %zu bytes; copy it "
				"again",
				length);
	bool sound = kbm_hive_u32(bytes + KBM_BASE_CHECKSUM) == kbm_hive_checksum(bytes);
	uint32_t major = kbm_hive_u32(bytes + KBM_BASE_MAJOR);
	uint32_t minor = kbm_hive_u32(bytes + KBM_BASE_MINOR);
	if (major != 1 || minor < KBM_FORMAT_OLDEST || minor > KBM_FORMAT_NEWEST)
		return sound ? kbm_fail(error, KBM_UNSUPPORTED,
					"is a hive of format %u.%u: formats 1.%d to 1.%d are read",
					major, minor, KBM_FORMAT_OLDEST, KBM_FORMAT_NEWEST)
			     : kbm_fail(error, KBM_UNREADABLE,
					"is a hive with a damaged base block (wrong checksum, "
					"format %u.%u)",
					major, minor);
	if (type != KBM_TYPE_HIVE)
		return kbm_fail(error, KBM_UNSUPPORTED,
				"is a hive file of the unknown type %u: 0 is a hive", type);
	return KBM_OK;
}

enum kbm_code kbm_hive_base(const uint8_t *bytes, size_t length, struct kbm_hive_info *info,
			    kbm_cell *root, char *state_text, size_t state_size,
			    struct kbm_error *error)
{
	enum kbm_code code = check_kind(bytes, length, error);
	if (code != KBM_OK)
		return code;
	*info = (struct kbm_hive_info){
	    .major = kbm_hive_u32(bytes + KBM_BASE_MAJOR),
	    .minor = kbm_hive_u32(bytes + KBM_BASE_MINOR),
	    .primary_sequence = kbm_hive_u32(bytes + KBM_BASE_SEQUENCE),
	    .secondary_sequence = kbm_hive_u32(bytes + KBM_BASE_SECOND_SEQUENCE),
	    .last_written = kbm_hive_u64(bytes + KBM_BASE_TIME),
	    .bins_bytes = kbm_hive_u32(bytes + KBM_BASE_BINS),
	    .file_bytes = length,
	};
	*root = kbm_hive_u32(bytes + KBM_BASE_ROOT);
	read_file_name(bytes, info);
	judge(bytes, info, state_text, state_size);
	return KBM_OK;
}
