/* Names of keys and values as hives store them, and what lists of subkeys hold of a name. */
#ifndef KBM_SOURCE_HIVE_NAMES_H
#define KBM_SOURCE_HIVE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name whose UTF-16 units are all one byte is stored so. */
bool kbm_hive_name_compresses(const uint16_t *units, size_t count);
/* Bytes that the stored name takes, compressed where it can be. */
size_t kbm_hive_name_bytes(const uint16_t *units, size_t count);
/* Stores it: `at` has room for as many bytes. */
void kbm_hive_name_put(uint8_t *at, const uint16_t *units, size_t count);

/* lh: a hash of the upcased name. Upcasing twice is upcasing once: upcased units may come in. */
uint32_t kbm_hive_name_hash(const uint16_t *units, size_t count);
/* lf: the first four characters, or nothing where one is wider than a byte. */
uint32_t kbm_hive_name_hint(const uint16_t *units, size_t count);

#endif
