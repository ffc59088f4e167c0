/* Reading a regf hive over a read-only mapping: bounds-checked, nothing copied that need not be.
 *
 * Source: the community regf specification (base block, hbin, nk vk lf lh li ri db). Formats 1.2 to
 * 1.6. The bytes are hostile: each offset, size and count is checked against the file; walks have
 * budgets. */
#ifndef KBM_SOURCE_HIVE_H
#define KBM_SOURCE_HIVE_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_hive;

enum kbm_hive_state {
	KBM_HIVE_CLEAN,
	KBM_HIVE_DIRTY_SEQUENCE, /* primary and secondary sequence numbers differ: logs are needed
				  */
	KBM_HIVE_DIRTY_CHECKSUM	 /* the base block's checksum is wrong */
};

/* The base block. */
struct kbm_hive_info {
	uint32_t major;
	uint32_t minor;
	uint32_t primary_sequence;
	uint32_t secondary_sequence;
	uint64_t last_written; /* FILETIME */
	uint64_t bins_bytes;   /* as the base block says */
	uint64_t file_bytes;
	enum kbm_hive_state state;
	char file_name[100]; /* WTF-8, as the base block holds it (up to 32 units), may be cut */
};

/* Opens an image. `bytes` must outlive *hive, which is the caller's, released with
 * kbm_hive_close(). KBM_INVALID: not a hive (the message says why, e.g. "is a text file");
 * KBM_UNSUPPORTED: format version; KBM_UNREADABLE: truncated or damaged so that no key can be read.
 * A dirty hive opens: look at the info's state. */
enum kbm_code kbm_hive_open(const uint8_t *bytes, size_t length, struct kbm_hive **hive,
			    struct kbm_error *error);
void kbm_hive_close(struct kbm_hive *hive);
const struct kbm_hive_info *kbm_hive_info(const struct kbm_hive *hive);
/* One sentence on why the hive is dirty, "" for a clean one. */
const char *kbm_hive_state_text(const struct kbm_hive *hive);

/* A cell: its offset from the first hbin, 0 is none. */
typedef uint32_t kbm_cell;

kbm_cell kbm_hive_root(const struct kbm_hive *hive);

/* Walks `path` (WTF-8, components joined with '\', "" is `from` itself) by Windows' upcase. */
enum kbm_code kbm_hive_find_key(const struct kbm_hive *hive, kbm_cell from, const char *path,
				kbm_cell *found, struct kbm_error *error);
enum kbm_code kbm_hive_find_value(const struct kbm_hive *hive, kbm_cell key, const char *name,
				  size_t name_length, kbm_cell *found, struct kbm_error *error);
/* Names and data: what is pointed to lies in the image or in *scratch (the caller's, reused). */
enum kbm_code kbm_hive_key(const struct kbm_hive *hive, kbm_cell cell, struct kbm_bytes *scratch,
			   struct kbm_key *key, struct kbm_error *error);
enum kbm_code kbm_hive_value(const struct kbm_hive *hive, kbm_cell cell, struct kbm_bytes *name,
			     struct kbm_bytes *data, struct kbm_value *value,
			     struct kbm_error *error);

/* The index-th subkey or value in stored order, from 0; KBM_NOT_FOUND past the end. */
enum kbm_code kbm_hive_subkey_at(const struct kbm_hive *hive, kbm_cell key, size_t index,
				 kbm_cell *cell, struct kbm_error *error);
enum kbm_code kbm_hive_value_at(const struct kbm_hive *hive, kbm_cell key, size_t index,
				kbm_cell *cell, struct kbm_error *error);

#endif
