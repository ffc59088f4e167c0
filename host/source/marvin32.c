/* Marvin32, the keyed checksum that Windows puts on the entries of a hive's transaction log. */
#include "source/marvin32.h"

#include "source/hive_records.h"

struct state {
	uint32_t low;
	uint32_t high;
};

static inline uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static inline struct state mix(struct state state, uint32_t word)
{
	uint32_t low = state.low + word;
	uint32_t high = state.high ^ low;
	low = rotate(low, 20) + high;
	high = rotate(high, 9) ^ low;
	low = rotate(low, 27) + high;
	return (struct state){low, rotate(high, 19)};
}

uint64_t kbm_marvin32(uint64_t seed, const uint8_t *bytes, size_t length)
{
	struct state state = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	size_t at = 0;
	for (; length - at >= sizeof(uint32_t); at += sizeof(uint32_t))
		state = mix(state, kbm_hive_u32(bytes + at));
	uint32_t last = 0x80; /* marks where the data ends */
	for (size_t left = length - at; left > 0; left--)
		last = last << 8 | bytes[at + left - 1];
	state = mix(mix(state, last), 0);
	return (uint64_t)state.high << 32 | state.low;
}
