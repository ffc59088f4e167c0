/* Places of a hive that could not be read: all are counted, the first ones are told. */
#ifndef KBM_SOURCE_HIVE_DAMAGE_H
#define KBM_SOURCE_HIVE_DAMAGE_H

#include "base/error.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_damage {
	uint64_t offset; /* in the file: of what cannot be read, or of the record that names it */
	bool in_key;	 /* false: it cannot be told what is missing where */
	char path[KBM_HIVE_DAMAGE_MAX_PATH]; /* of the key that misses it; the end may be cut off */
	char message[KBM_ERROR_MESSAGE_BYTES]; /* names an offset too */
};

/* From {0}; holds nothing that needs releasing. */
struct kbm_damages {
	uint64_t count;
	struct kbm_damage first[KBM_HIVE_DAMAGES_KEPT];
};

/* Where the next damage's message goes: nowhere when it would not be kept, as making it takes
 * longer than meeting the damage. */
static inline struct kbm_error *kbm_damages_slot(const struct kbm_damages *damages,
						 struct kbm_error *slot)
{
	slot->message[0] = '\0';
	return damages->count < KBM_HIVE_DAMAGES_KEPT ? slot : NULL;
}
/* One place more. `path` as it is to be shown, "" for the root, NULL for no key. */
void kbm_damages_add(struct kbm_damages *damages, uint64_t offset, const char *path,
		     const char *message);
/* How many of them are kept. */
uint64_t kbm_damages_kept(const struct kbm_damages *damages);
/* KBM_UNREADABLE, and how many places there are; KBM_OK without any. */
enum kbm_code kbm_damages_conclude(const struct kbm_damages *damages, struct kbm_error *error);

#endif
