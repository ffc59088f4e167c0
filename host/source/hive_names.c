/* Names of keys and values as hives store them. Source: the community regf specification. */
#include "source/hive_names.h"

#include "base/text.h"
#include "source/hive_cells.h"

bool kbm_hive_name_compresses(const uint16_t *units, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (units[i] > UINT8_MAX)
			return false;
	}
	return true;
}

size_t kbm_hive_name_bytes(const uint16_t *units, size_t count)
{
	return kbm_hive_name_compresses(units, count) ? count : 2 * count;
}

void kbm_hive_name_put(uint8_t *at, const uint16_t *units, size_t count)
{
	bool compressed = kbm_hive_name_compresses(units, count);
	for (size_t i = 0; i < count; i++) {
		if (compressed)
			at[i] = (uint8_t)units[i];
		else
			kbm_put16(at + 2 * i, units[i]);
	}
}

uint32_t kbm_hive_name_hash(const uint16_t *units, size_t count)
{
	uint32_t hash = 0;
	for (size_t i = 0; i < count; i++)
		hash = 37 * hash + kbm_text_upcase(units[i]);
	return hash;
}

uint32_t kbm_hive_name_hint(const uint16_t *units, size_t count)
{
	uint32_t hint = 0;
	for (size_t i = 0; i < count && i < sizeof hint; i++) {
		if (units[i] > UINT8_MAX)
			return 0;
		hint |= (uint32_t)units[i] << 8 * i;
	}
	return hint;
}
