/* Inside the structural check of a hive: what its parts share. */
#ifndef KBM_SOURCE_HIVE_CHECK_PARTS_H
#define KBM_SOURCE_HIVE_CHECK_PARTS_H

#include "base/bytes.h"
#include "source/hive_check.h"
#include "source/hive_records.h"

struct kbm_check {
	const struct kbm_hive *hive;
	struct kbm_hive_check *report;
	struct kbm_long_work *work;
	struct kbm_error told; /* KBM_OK, or why it could not be told how far it is */
	uint8_t *starts;  /* a bit for every 8 bytes: a used cell of a sound bin begins there */
	uint8_t *claimed; /* likewise: something refers to it */
	struct kbm_error root;	      /* why the root key cannot be read; KBM_OK: it can */
	struct kbm_bytes descriptors; /* struct kbm_check_descriptor, sorted by cell */
	struct kbm_bytes names;	      /* struct kbm_stored_name: the values' of one key */
};

/* A security descriptor of the ring, and how many keys use it. */
struct kbm_check_descriptor {
	kbm_cell cell;
	uint32_t said;
	uint64_t users;
};

void kbm_check_note(struct kbm_check *check, enum kbm_check_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Where a message goes that would be kept, else NULL. */
struct kbm_error *kbm_check_slot(const struct kbm_check *check, struct kbm_error *slot);

/* Walks all bins and their cells: fills `starts`. */
void kbm_check_bins(struct kbm_check *check);
/* Takes a used cell for one place and hands out its content. False, and noted, when there is none
 * or it belongs to another place. `what` ends in the record that lies at `from`: "the value list of
 * the key". */
bool kbm_check_claim(struct kbm_check *check, kbm_cell cell, const char *what, kbm_cell from,
		     struct kbm_span *span);
/* The used cells that were not claimed. */
void kbm_check_lost(struct kbm_check *check);

/* Walks the ring of security descriptors that the root key's is in, where that can be read. */
void kbm_check_ring(struct kbm_check *check);
/* Counts a key as user of a descriptor. */
void kbm_check_use(struct kbm_check *check, kbm_cell key, kbm_cell descriptor);
/* After all keys: whether the counts are right. */
void kbm_check_users(struct kbm_check *check);

/* The root key and all below it. */
void kbm_check_keys(struct kbm_check *check);

/* A key's values. */
void kbm_check_values(struct kbm_check *check, kbm_cell key, const struct kbm_key_node *node);

/* Bytes that a stored name takes as UTF-16. */
uint32_t kbm_check_name_bytes(const struct kbm_stored_name *name);
/* The longest name or data that a key's record says it has, at `at`, against what is there. */
void kbm_check_longest(struct kbm_check *check, kbm_cell key, size_t at, uint32_t there,
		       const char *what);

#endif
