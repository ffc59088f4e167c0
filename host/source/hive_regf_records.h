/* The second reader's own few lines of decoding: what stands at an offset that libregf gave.
 *
 * libregf finds every record. It is wrong about some names and some data, does not say how a name
 * is stored, and needs long to look at thousands of subkeys: that is read here, bounds-checked, and
 * shares nothing with the first reader. */
#ifndef KBM_SOURCE_HIVE_REGF_RECORDS_H
#define KBM_SOURCE_HIVE_REGF_RECORDS_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The image as libregf was given it. */
struct kbm_regf_image {
	const uint8_t *bytes;
	size_t length;
	uint32_t minor; /* of the format's version 1.x */
};

/* An nk or vk record, from its signature to the end of its cell. */
struct kbm_regf_record {
	const uint8_t *data;
	uint32_t length;
	uint64_t offset; /* of its cell in the file, as messages give it */
};

/* Where names and counts stand in a kind of record. */
enum {
	KBM_REGF_NK_BYTES = 76, /* before the name */
	KBM_REGF_NK_FLAGS = 2,
	KBM_REGF_NK_COMPRESSED = 0x20,
	KBM_REGF_NK_SUBKEYS = 20,
	KBM_REGF_NK_SUBKEY_LIST = 28,
	KBM_REGF_NK_VALUES = 36,
	KBM_REGF_NK_NAME_LENGTH = 72,
	KBM_REGF_VK_BYTES = 20,
	KBM_REGF_VK_FLAGS = 16,
	KBM_REGF_VK_COMPRESSED = 1
};

/* The record of `minimum` bytes or more with that signature whose content begins at `offset` of the
 * file. KBM_UNREADABLE when there is none. */
enum kbm_code kbm_regf_record_at(const struct kbm_regf_image *image, int64_t offset,
				 const char *signature, uint32_t minimum,
				 struct kbm_regf_record *record, struct kbm_error *error);
/* Numbers in a record, little-endian; `at` lies before its minimum. */
uint16_t kbm_regf_record_u16(const struct kbm_regf_record *record, size_t at);
uint32_t kbm_regf_record_u32(const struct kbm_regf_record *record, size_t at);

/* False for a name that libregf cannot give: it reads compressed names by code page 1252, which
 * differs from Windows' own way (a byte is a unit) at 0x80 to 0x9F, and ends each name at a NUL. */
bool kbm_regf_name_is_sound(const uint8_t *stored, size_t length, bool compressed);

/* Whether a key lists `count` subkeys, each of them whole and in the order of their names, and none
 * of the given name (WTF-8). False also where that cannot be told. */
bool kbm_regf_lists_others(const struct kbm_regf_image *image, const struct kbm_regf_record *key,
			   uint32_t count, const char *name, size_t length);

/* How much data a value has, and whether it lies inside the record. */
uint32_t kbm_regf_data_length(const struct kbm_regf_record *value);
bool kbm_regf_data_is_inline(const struct kbm_regf_record *value);
/* Replaces what is in `data` by the value's data, decoded here. */
enum kbm_code kbm_regf_decode_data(const struct kbm_regf_image *image,
				   const struct kbm_regf_record *value, struct kbm_bytes *data,
				   struct kbm_error *error);

#endif
