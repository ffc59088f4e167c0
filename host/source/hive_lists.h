/* Inside the hive reader: subkey lists (lf lh li, and ri above them), walked and searched. */
#ifndef KBM_SOURCE_HIVE_LISTS_H
#define KBM_SOURCE_HIVE_LISTS_H

#include "source/hive_records.h"

/* Opens the list of `key`, whose record is `node`; no leaf is loaded yet. */
enum kbm_code kbm_subkeys_open(const struct kbm_hive *hive, kbm_cell key,
			       const struct kbm_key_node *node, struct kbm_subkeys *list,
			       struct kbm_error *error);
/* Loads the next leaf. KBM_NOT_FOUND behind the last one. After any other failure the leaf is
 * passed over: calling again goes on with the one behind it. */
enum kbm_code kbm_subkeys_next_leaf(const struct kbm_hive *hive, struct kbm_subkeys *list,
				    struct kbm_error *error);
/* Where the leaf lies that was loaded, or passed over, last. */
kbm_cell kbm_subkeys_leaf(const struct kbm_subkeys *list);
/* KBM_UNREADABLE when a list that was walked to its end holds more or fewer subkeys than its key
 * counts. */
enum kbm_code kbm_subkeys_check_count(const struct kbm_subkeys *list, struct kbm_error *error);
/* Two keys may refer to one list after damage: KBM_UNREADABLE when the first key in it says that it
 * belongs to the other, so that the list is not this key's. */
enum kbm_code kbm_subkeys_check_owner(const struct kbm_hive *hive, const struct kbm_subkeys *list,
				      struct kbm_error *error);
/* An entry of the loaded leaf, index < entry_count. */
kbm_cell kbm_subkeys_entry(const struct kbm_subkeys *list, uint32_t index);
/* Who looks at one key after the other: has the memory of the one that comes some steps behind the
 * index-th fetched meanwhile. It is another place each time, and that is most of a look's time. */
void kbm_subkeys_look_ahead(const struct kbm_hive *hive, const struct kbm_subkeys *list,
			    uint32_t index);

/* Finds a subkey by its upcased name: by hash or binary search, and, as lists are not always
 * sorted and hashes not always right, by looking at each one before it counts as absent.
 * KBM_UNREADABLE when it was not seen and part of the list cannot be read. */
enum kbm_code kbm_subkeys_find(const struct kbm_hive *hive, kbm_cell key,
			       const struct kbm_key_node *node, const uint16_t *wanted,
			       size_t count, kbm_cell *found, struct kbm_error *error);

#endif
