/* Many small allocations that are released at once. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, LARGE_BYTES = BLOCK_BYTES / 4 };

struct kbm_arena_block {
	struct kbm_arena_block *next;
	size_t used;
	size_t capacity;
	alignas(max_align_t) unsigned char data[];
};

void kbm_arena_clear(struct kbm_arena *arena)
{
	struct kbm_arena_block *block = arena->blocks;
	while (block != NULL) {
		struct kbm_arena_block *next = block->next;
		free(block);
		block = next;
	}
	arena->blocks = NULL;
}

void kbm_arena_reset(struct kbm_arena *arena)
{
	struct kbm_arena_block *kept = arena->blocks;
	if (kept == NULL)
		return;
	struct kbm_arena rest = {kept->next};
	kbm_arena_clear(&rest);
	kept->next = NULL;
	kept->used = 0;
	if (kept->capacity > BLOCK_BYTES)
		kbm_arena_clear(arena);
}

static struct kbm_arena_block *make_block(size_t capacity)
{
	size_t total = 0;
	if (__builtin_add_overflow(sizeof(struct kbm_arena_block), capacity, &total))
		return NULL;
	struct kbm_arena_block *block = malloc(total);
	if (block != NULL)
		*block = (struct kbm_arena_block){.capacity = capacity};
	return block;
}

/* Large pieces get a block of their own, behind the one that is being filled. */
static void *take_large(struct kbm_arena *arena, size_t size)
{
	struct kbm_arena_block *block = make_block(size);
	if (block == NULL)
		return NULL;
	block->used = size;
	if (arena->blocks == NULL) {
		arena->blocks = block;
	} else {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	}
	return block->data;
}

static void *take(struct kbm_arena *arena, size_t size, size_t alignment)
{
	if (size > LARGE_BYTES)
		return take_large(arena, size);
	struct kbm_arena_block *block = arena->blocks;
	size_t start = block == NULL ? 0 : (block->used + alignment - 1) & ~(alignment - 1);
	if (block == NULL || start > block->capacity || size > block->capacity - start) {
		struct kbm_arena_block *fresh = make_block(BLOCK_BYTES);
		if (fresh == NULL)
			return NULL;
		fresh->next = block;
		arena->blocks = fresh;
		block = fresh;
		start = 0;
	}
	block->used = start + size;
	return block->data + start;
}

void *kbm_arena_take(struct kbm_arena *arena, size_t size)
{
	return take(arena, size, alignof(max_align_t));
}

void *kbm_arena_take_array(struct kbm_arena *arena, size_t count, size_t size)
{
	size_t total = 0;
	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return kbm_arena_take(arena, total);
}

char *kbm_arena_copy(struct kbm_arena *arena, const void *data, size_t length)
{
	if (length == SIZE_MAX)
		return NULL;
	char *copy = take(arena, length + 1, 1);
	if (copy == NULL)
		return NULL;
	if (length > 0)
		memcpy(copy, data, length);
	copy[length] = 0;
	return copy;
}
