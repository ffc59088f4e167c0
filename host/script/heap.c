#include "script/heap.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct kbm_heap_chunk {
	struct kbm_heap_chunk *next;
	alignas(KBM_HEAP_GRAIN) unsigned char blocks[KBM_HEAP_CHUNK - KBM_HEAP_GRAIN];
};

struct kbm_heap_free {
	struct kbm_heap_free *next;
};

/* Sanitizers look at each block for itself. */
static bool is_small(size_t size)
{
#ifdef KBM_SANITIZE
	(void)size;
	return false;
#else
	return size <= KBM_HEAP_SMALL;
#endif
}

static size_t list_of(size_t size)
{
	return (size - 1) / KBM_HEAP_GRAIN;
}

static bool add_chunk(struct kbm_heap *heap)
{
	struct kbm_heap_chunk *chunk = malloc(sizeof *chunk);
	if (chunk == NULL)
		return false;
	chunk->next = heap->chunks;
	heap->chunks = chunk;
	heap->next = chunk->blocks;
	heap->left = sizeof chunk->blocks;
	return true;
}

static void *take_small(struct kbm_heap *heap, size_t size)
{
	size_t list = list_of(size);
	size_t whole = (list + 1) * KBM_HEAP_GRAIN;
	struct kbm_heap_free *freed = heap->free[list];
	if (freed != NULL) {
		heap->free[list] = freed->next;
		return freed;
	}
	if (heap->left < whole && !add_chunk(heap))
		return NULL;
	void *block = heap->next;
	heap->next += whole;
	heap->left -= whole;
	return block;
}

static void release(struct kbm_heap *heap, void *block, size_t size)
{
	if (block == NULL)
		return;
	if (!is_small(size)) {
		free(block);
		return;
	}
	struct kbm_heap_free *freed = block;
	freed->next = heap->free[list_of(size)];
	heap->free[list_of(size)] = freed;
}

void *kbm_heap_resize(struct kbm_heap *heap, void *block, size_t old_size, size_t new_size)
{
	if (new_size == 0) {
		release(heap, block, old_size);
		return NULL;
	}
	bool was_small = block != NULL && is_small(old_size);
	if (was_small && is_small(new_size) && list_of(old_size) == list_of(new_size))
		return block;
	if (!was_small && !is_small(new_size))
		return realloc(block, new_size);
	void *moved = is_small(new_size) ? take_small(heap, new_size) : malloc(new_size);
	if (moved == NULL || block == NULL)
		return moved;
	memcpy(moved, block, old_size < new_size ? old_size : new_size);
	release(heap, block, old_size);
	return moved;
}

void kbm_heap_settle(struct kbm_heap *heap)
{
	memset(heap->free, 0, sizeof heap->free);
	heap->left = 0;
}

void kbm_heap_clear(struct kbm_heap *heap)
{
	while (heap->chunks != NULL) {
		struct kbm_heap_chunk *next = heap->chunks->next;
		free(heap->chunks);
		heap->chunks = next;
	}
	*heap = (struct kbm_heap){0};
}
