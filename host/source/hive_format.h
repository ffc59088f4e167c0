/* Inside the hive's readers and writers: where the fields of a hive's records stand, and how large
 * its lists and data may be.
 *
 * Source: the community regf specification; limits of lists and data as Windows' own hives show.
 * All numbers are little-endian; offsets count from a record's signature, behind the cell's size.
 */
#ifndef KBM_SOURCE_HIVE_FORMAT_H
#define KBM_SOURCE_HIVE_FORMAT_H

#include <stdint.h>

/* The base block; the checksum covers all before it. */
enum {
	KBM_BASE_SEQUENCE = 4,
	KBM_BASE_SECOND_SEQUENCE = 8,
	KBM_BASE_TIME = 12,
	KBM_BASE_MAJOR = 20,
	KBM_BASE_MINOR = 24,
	KBM_BASE_TYPE = 28,
	KBM_BASE_FORMAT = 32,
	KBM_BASE_ROOT = 36,
	KBM_BASE_BINS = 40,
	KBM_BASE_CLUSTER = 44,
	KBM_BASE_FILE_NAME = 48,
	KBM_BASE_CHECKSUM = 508
};

/* What the file is: a hive, or a log. */
enum {
	KBM_TYPE_HIVE = 0,
	KBM_TYPE_PAGES = 1, /* log of the old format */
	KBM_TYPE_PAGES_WINDOWS_2000 = 2,
	KBM_TYPE_ENTRIES = 6 /* log of Windows 8.1 and later */
};

/* Minor versions that are read and written. */
enum { KBM_FORMAT_OLDEST = 2, KBM_FORMAT_NEWEST = 6 };

/* A bin's header. The time stands in the first bin only: a copy of the base block's. */
enum { KBM_BIN_OFFSET = 4, KBM_BIN_SIZE = 8, KBM_BIN_TIME = 20 };

/* A key. The longest subkey name, in bytes of UTF-16, fills the lower half of its field: the upper
 * half holds flags since Windows Vista. */
enum {
	KBM_NK_FLAGS = 2,
	KBM_NK_TIME = 4,
	KBM_NK_PARENT = 16,
	KBM_NK_SUBKEY_COUNT = 20,
	KBM_NK_SUBKEY_LIST = 28,
	KBM_NK_VOLATILE_LIST = 32,
	KBM_NK_VALUE_COUNT = 36,
	KBM_NK_VALUE_LIST = 40,
	KBM_NK_SECURITY = 44,
	KBM_NK_CLASS = 48,
	KBM_NK_LONGEST_SUBKEY = 52,
	KBM_NK_LONGEST_CLASS = 56,
	KBM_NK_LONGEST_NAME = 60, /* of its values, bytes of UTF-16 */
	KBM_NK_LARGEST_DATA = 64,
	KBM_NK_NAME_LENGTH = 72,
	KBM_NK_CLASS_LENGTH = 74,
	KBM_NK_NAME = 76
};
enum { KBM_NK_IS_ROOT = 0x04, KBM_NK_NO_DELETE = 0x08, KBM_NK_COMPRESSED = 0x20 };

/* A value. */
enum {
	KBM_VK_NAME_LENGTH = 2,
	KBM_VK_SIZE = 4,
	KBM_VK_DATA = 8,
	KBM_VK_TYPE = 12,
	KBM_VK_FLAGS = 16,
	KBM_VK_NAME = 20
};
enum { KBM_VK_COMPRESSED = 1, KBM_VK_INLINE_BYTES = 4 };
#define KBM_VK_INLINE 0x80000000U /* in the size: the data stands in place of its cell */

/* A security descriptor, in a ring of all. */
enum {
	KBM_SK_NEXT = 4,
	KBM_SK_PREVIOUS = 8,
	KBM_SK_USERS = 12,
	KBM_SK_SIZE = 16,
	KBM_SK_DATA = 20
};

/* Lists of subkeys: a count, then entries of 4 bytes (li, ri) or 8 (lf, lh). */
enum {
	KBM_LIST_COUNT = 2,
	KBM_LIST_ENTRIES = 4,
	KBM_FAST_LEAF_MAX = 507,  /* lf, lh: what fits one page */
	KBM_SLOW_LEAF_MAX = 1012, /* li: where a list goes that outgrew lf */
	KBM_FIRST_FAST_LEAF = 3,  /* minor version from which lists hold hints (lf) */
	KBM_FIRST_HASH_LEAF = 5	  /* or hashes (lh) */
};

/* Big data: more than a segment, from minor version 4. */
enum {
	KBM_DB_COUNT = 2,
	KBM_DB_LIST = 4,
	KBM_DB_BYTES = 8,
	KBM_DB_SPARE = 4 /* unused behind a segment; some readers take it for granted */
};

#endif
