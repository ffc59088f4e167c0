/* Inside the check of a hive: what its files share. */
#ifndef KBM_SOURCE_HIVE_CHECK_PARTS_H
#define KBM_SOURCE_HIVE_CHECK_PARTS_H

#include "source/hive_check.h"
#include "source/hive_records.h"

/* What is known of the 8 bytes at an offset. */
enum { KBM_CHECK_NONE, KBM_CHECK_USED, KBM_CHECK_REACHED };

struct kbm_check_walk {
	const struct kbm_hive *hive;
	struct kbm_hive_check *check;
	uint8_t *cells;	 /* one for every 8 bytes */
	uint32_t *users; /* likewise: keys that name the security descriptor there */
};

void kbm_check_note(struct kbm_check_walk *walk, enum kbm_hive_flaw flaw, kbm_cell cell,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Whether a cell in use begins there that nothing led to so far; otherwise that is noted. `what` is
 * what leads to it. */
bool kbm_check_claim(struct kbm_check_walk *walk, kbm_cell cell, const char *what);

/* Walks all keys from the root on; returns the root's security descriptor, or KBM_CELL_NONE. */
kbm_cell kbm_check_keys(struct kbm_check_walk *walk);
/* The values of one key. */
void kbm_check_values(struct kbm_check_walk *walk, kbm_cell key, const struct kbm_key_node *node,
		      const uint8_t *record);

#endif
