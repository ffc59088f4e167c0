/* Inside the hive reader: stored names compared with each other, and what subkey lists keep of
 * them. */
#ifndef KBM_SOURCE_HIVE_STORED_NAMES_H
#define KBM_SOURCE_HIVE_STORED_NAMES_H

#include "source/hive_records.h"

/* UTF-16 units; an odd last byte does not count. */
size_t kbm_hive_name_units(const struct kbm_stored_name *name);
/* Registry order: unit by unit by Windows' upcase; <0, 0, >0. */
int kbm_hive_names_order(const struct kbm_stored_name *left, const struct kbm_stored_name *right);
/* The same units, however they are stored. */
bool kbm_hive_names_same(const struct kbm_stored_name *left, const struct kbm_stored_name *right);
/* As lh lists hold it. */
uint32_t kbm_hive_stored_name_hash(const struct kbm_stored_name *name);

#endif
