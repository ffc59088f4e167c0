/* Where Lua's blocks lie: the small ones of a process close together.
 *
 * A child of the worker shares its memory until it writes there, and each page that it writes to is
 * copied. What it makes lies in an area of its own, and what was free before the fork stays so. An
 * area takes what comes first; blocks beyond it, and large ones, are malloc()'s. */
#ifndef KBM_SCRIPT_HEAP_H
#define KBM_SCRIPT_HEAP_H

#include <stddef.h>

enum {
	KBM_HEAP_GRAIN = 16,  /* bytes that sizes are rounded up to; blocks are aligned so */
	KBM_HEAP_SMALL = 256, /* the largest block that lies in an area */
	KBM_HEAP_AREA =
	    2 * 1024 * 1024, /* bytes, taken at once; what is not used is never touched */
	KBM_HEAP_AREAS = 2   /* before and after kbm_heap_settle() */
};

struct kbm_heap_free;

/* Starts from {0}. */
struct kbm_heap {
	unsigned char *areas[KBM_HEAP_AREAS];
	size_t count;
	size_t used;						     /* of the newest */
	struct kbm_heap_free *free[KBM_HEAP_SMALL / KBM_HEAP_GRAIN]; /* by size, in areas */
};

/* As lua_Alloc: makes, changes or (new_size 0) frees a block; `old_size` must be what it was made
 * with. NULL: there is no memory, and the block is as before. */
void *kbm_heap_resize(struct kbm_heap *heap, void *block, size_t old_size, size_t new_size);
/* Before a fork: what is free is not used again, and the next area is begun. */
void kbm_heap_settle(struct kbm_heap *heap);
/* Releases the areas; malloc()'s blocks must have been freed. */
void kbm_heap_clear(struct kbm_heap *heap);

#endif
