/* Marvin32, the keyed checksum that Windows puts on the entries of a hive's transaction log.
 *
 * Source: US patent 8,555,057 B2; seed and use: the community regf specification. */
#ifndef KBM_SOURCE_MARVIN32_H
#define KBM_SOURCE_MARVIN32_H

#include <stddef.h>
#include <stdint.h>

/* The seed of all logs. */
#define KBM_MARVIN32_LOG_SEED 0x82EF4D887A4E55C5ULL

/* The lower half of the result is stored first. */
uint64_t kbm_marvin32(uint64_t seed, const uint8_t *bytes, size_t length);

#endif
