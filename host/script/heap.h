/* Where Lua's blocks lie: small ones close together, in chunks that go with the state.
 *
 * A child of the worker shares its memory until it writes there, and each page that it writes to is
 * copied. What it makes lies in chunks of its own, and what was free before the fork stays so. */
#ifndef KBM_SCRIPT_HEAP_H
#define KBM_SCRIPT_HEAP_H

#include <stddef.h>

enum {
	KBM_HEAP_GRAIN = 16,  /* bytes that sizes are rounded up to; blocks are aligned so */
	KBM_HEAP_SMALL = 256, /* the largest block that lies in a chunk */
	KBM_HEAP_CHUNK = 64 * 1024 - 64 /* room for malloc()'s own words in as many pages */
};

struct kbm_heap_chunk;
struct kbm_heap_free;

/* Starts from {0}. */
struct kbm_heap {
	struct kbm_heap_chunk *chunks;
	unsigned char *next; /* in the newest chunk */
	size_t left;
	struct kbm_heap_free *free[KBM_HEAP_SMALL / KBM_HEAP_GRAIN]; /* by size */
};

/* As lua_Alloc: makes, changes or (new_size 0) frees a block; `old_size` must be what it was made
 * with. NULL: there is no memory, and the block is as before. */
void *kbm_heap_resize(struct kbm_heap *heap, void *block, size_t old_size, size_t new_size);
/* Before a fork: what is free is not used again. */
void kbm_heap_settle(struct kbm_heap *heap);
/* Releases the chunks; larger blocks must have been freed. */
void kbm_heap_clear(struct kbm_heap *heap);

#endif
