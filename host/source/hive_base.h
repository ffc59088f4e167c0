/* Inside the hive reader: the base block, and what a file is that is no hive. */
#ifndef KBM_SOURCE_HIVE_BASE_H
#define KBM_SOURCE_HIVE_BASE_H

#include "source/hive.h"

/* XOR of the 127 words before the checksum field; all ones and zero are never stored. The base
 * block of a hive or of a log; `bytes` holds at least 512. */
uint32_t kbm_hive_checksum(const uint8_t *bytes);

/* Fills *info and *root from the base block; `bytes` is the whole file. Why a hive is not clean is
 * said in `state_text` ("" for a clean one). Codes as kbm_hive_open(). */
enum kbm_code kbm_hive_base(const uint8_t *bytes, size_t length, struct kbm_hive_info *info,
			    kbm_cell *root, char *state_text, size_t state_size,
			    struct kbm_error *error);

#endif
