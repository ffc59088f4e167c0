/* Random numbers that are the same everywhere. */
#ifndef KBM_TEST_RANDOM_H
#define KBM_TEST_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* xorshift64* [Vigna 2016]; *state is not 0. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1DULL;
}

/* Below the limit, by the better bits. */
static inline size_t random_below(uint64_t *state, size_t limit)
{
	return (size_t)(random_next(state) >> 16) % limit;
}

#endif
