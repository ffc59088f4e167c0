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

/* What is read of a hive that is not clean may be stale or partial: no verdict rests on it. */
enum kbm_hive_state {
	KBM_HIVE_CLEAN,
	KBM_HIVE_DIRTY_SEQUENCE, /* primary and secondary sequence numbers differ: logs are needed
				  */
	KBM_HIVE_DIRTY_CHECKSUM, /* the base block's checksum is wrong */
	KBM_HIVE_TRUNCATED	 /* the file ends before its bins do; logs do not mend that */
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
 * kbm_hive_close(). KBM_INVALID: not a hive; KBM_UNSUPPORTED: format version; KBM_UNREADABLE:
 * truncated or damaged so that no key can be read. The messages lack their subject, the file:
 * "is a text file, not a registry hive". A dirty or cut hive opens: look at the info's state.
 * Nothing is scanned; a hive remembers where it looked last, so one thread at a time uses it. */
enum kbm_code kbm_hive_open(const uint8_t *bytes, size_t length, struct kbm_hive **hive,
			    struct kbm_error *error);
/* The same where no key can be read: for who looks for what is wrong. The root key may not be. */
enum kbm_code kbm_hive_open_damaged(const uint8_t *bytes, size_t length, struct kbm_hive **hive,
				    struct kbm_error *error);
void kbm_hive_close(struct kbm_hive *hive);
const struct kbm_hive_info *kbm_hive_info(const struct kbm_hive *hive);
/* One sentence on why the hive is dirty or cut, "" for a clean one. */
const char *kbm_hive_state_text(const struct kbm_hive *hive);

/* A cell: its offset from the first hbin, 0 is none. */
typedef uint32_t kbm_cell;

kbm_cell kbm_hive_root(const struct kbm_hive *hive);

/* Walks `path` (WTF-8, components joined with '\', "" is `from` itself) by Windows' upcase. For
 * these two KBM_NOT_FOUND means absent for certain: KBM_UNREADABLE when damage hides the answer. */
enum kbm_code kbm_hive_find_key(const struct kbm_hive *hive, kbm_cell from, const char *path,
				kbm_cell *found, struct kbm_error *error);
enum kbm_code kbm_hive_find_value(const struct kbm_hive *hive, kbm_cell key, const char *name,
				  size_t name_length, kbm_cell *found, struct kbm_error *error);
/* Names and data: names lie in the buffer given, with a NUL behind, data in the image or in the
 * buffer. The buffers are the caller's, reused. kbm_hive_value() with `data` NULL leaves data out,
 * its length is then as the value says. */
enum kbm_code kbm_hive_key(const struct kbm_hive *hive, kbm_cell cell, struct kbm_bytes *scratch,
			   struct kbm_key *key, struct kbm_error *error);
enum kbm_code kbm_hive_value(const struct kbm_hive *hive, kbm_cell cell, struct kbm_bytes *name,
			     struct kbm_bytes *data, struct kbm_value *value,
			     struct kbm_error *error);

/* True for a symbolic link (REG_LINK data in SymbolicLinkValue says where to). */
enum kbm_code kbm_hive_is_link(const struct kbm_hive *hive, kbm_cell key, bool *is_link,
			       struct kbm_error *error);

/* The index-th subkey or value in stored order, from 0; KBM_NOT_FOUND past the end. Ascending calls
 * cost O(1) each. */
enum kbm_code kbm_hive_subkey_at(const struct kbm_hive *hive, kbm_cell key, size_t index,
				 kbm_cell *cell, struct kbm_error *error);
enum kbm_code kbm_hive_value_at(const struct kbm_hive *hive, kbm_cell key, size_t index,
				kbm_cell *cell, struct kbm_error *error);

#endif
