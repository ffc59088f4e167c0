/* A whole hive read by both readers (jobs only). */
#ifndef KBM_GUARD_FULL_READING_H
#define KBM_GUARD_FULL_READING_H

#include "source/hive.h"

/* Asks libregf for every key and value of the hive, whose bytes are followed by
 * KBM_REGF_PADDING_BYTES zeros. KBM_REFUSED names the first that it reads otherwise, or not. */
enum kbm_code kbm_full_reading_check(const struct kbm_hive *hive, const uint8_t *bytes,
				     size_t length, struct kbm_error *error);

#endif
