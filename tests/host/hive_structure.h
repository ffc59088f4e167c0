/* Whether a hive is built as it should be: its own walk, apart from the program's readers. */
#ifndef KBM_TEST_HIVE_STRUCTURE_H
#define KBM_TEST_HIVE_STRUCTURE_H

#include <stddef.h>
#include <stdint.h>

/* NULL, or what is wrong (static text): bins and cells tile the file; each cell in use is reached
 * once, none that is free; lists are sorted, of a kind that the format has, not too long, and hold
 * right hints and hashes; counts, parents, users of descriptors and their ring are right; what keys
 * say of their longest names and data is not too small; the base block is sound. *live_bytes (or
 * NULL): of all cells in use. */
const char *hive_structure_check(const uint8_t *bytes, size_t length, size_t *live_bytes);

#endif
