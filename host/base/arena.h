/* Many small allocations that are released at once. */
#ifndef KBM_BASE_ARENA_H
#define KBM_BASE_ARENA_H

#include <stddef.h>

struct kbm_arena_block;

struct kbm_arena {
	struct kbm_arena_block *blocks; /* the newest first */
};

/* Initialise with {0}. Releases everything that was taken; the arena is empty and usable. */
void kbm_arena_clear(struct kbm_arena *arena);
/* As clear, but keeps one ordinary block for the next use. */
void kbm_arena_reset(struct kbm_arena *arena);

/* Memory for any type, not set to anything; NULL without memory. */
void *kbm_arena_take(struct kbm_arena *arena, size_t size);
/* The same for `count` items; NULL too when the product overflows. */
void *kbm_arena_take_array(struct kbm_arena *arena, size_t count, size_t size);
/* A copy with a NUL behind it, not aligned. */
char *kbm_arena_copy(struct kbm_arena *arena, const void *data, size_t length);

#endif
