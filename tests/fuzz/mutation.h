/* Small sound hives, and random changes that break them: for programs that mutate. */
#ifndef KBM_TEST_MUTATION_H
#define KBM_TEST_MUTATION_H

#include <stddef.h>
#include <stdint.h>

enum { MUTATION_BASES = 4 };

struct mutation_base {
	uint8_t *bytes; /* on the heap, the caller's */
	size_t size;
	size_t used; /* bytes up to the last that is not zero */
};

/* Formats 1.3 and 1.5 as the builder makes them; 1.2 and 1.6 with lists that it does not make. */
void mutation_make_bases(struct mutation_base bases[static MUTATION_BASES]);
/* One change: mostly to numbers where hives have them, at multiples of four; *state is not 0. */
void mutation_change(uint8_t *bytes, size_t used, uint64_t *state);

#endif
