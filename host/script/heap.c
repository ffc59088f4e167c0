#include "script/heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_in_area(const struct kbm_heap *heap, const void *block)
{
	for (size_t i = 0; i < heap->count; i++)
		if ((uintptr_t)block - (uintptr_t)heap->areas[i] < KBM_HEAP_AREA)
			return true;
	return false;
}

static bool begin_area(struct kbm_heap *heap)
{
	unsigned char *area = aligned_alloc(KBM_HEAP_GRAIN, KBM_HEAP_AREA);
	if (area == NULL)
		return false;
	heap->areas[heap->count++] = area;
	heap->used = 0;
	return true;
}

/* NULL: the area is full. */
static void *take_small(struct kbm_heap *heap, size_t size)
{
	size_t list = list_of(size);
	size_t whole = (list + 1) * KBM_HEAP_GRAIN;
	struct kbm_heap_free *freed = heap->free[list];
	if (freed != NULL) {
		heap->free[list] = freed->next;
		return freed;
	}
	if (heap->count == 0 && !begin_area(heap))
		return NULL;
	if (KBM_HEAP_AREA - heap->used < whole)
		return NULL;
	void *block = heap->areas[heap->count - 1] + heap->used;
	heap->used += whole;
	return block;
}

static void *take(struct kbm_heap *heap, size_t size)
{
	void *block = is_small(size) ? take_small(heap, size) : NULL;
	return block == NULL ? malloc(size) : block;
}

static void release(struct kbm_heap *heap, void *block, size_t size)
{
	struct kbm_heap_free *freed = block;
	if (!is_in_area(heap, block)) {
		free(block);
		return;
	}
	freed->next = heap->free[list_of(size)];
	heap->free[list_of(size)] = freed;
}

void *kbm_heap_resize(struct kbm_heap *heap, void *block, size_t old_size, size_t new_size)
{
	if (block == NULL)
		return new_size == 0 ? NULL : take(heap, new_size);
	if (new_size == 0) {
		release(heap, block, old_size);
		return NULL;
	}
	if (!is_in_area(heap, block))
		return realloc(block, new_size);
	if (is_small(new_size) && list_of(old_size) == list_of(new_size))
		return block;
	void *moved = take(heap, new_size);
	if (moved == NULL)
		return NULL;
	memcpy(moved, block, old_size < new_size ? old_size : new_size);
	release(heap, block, old_size);
	return moved;
}

void kbm_heap_settle(struct kbm_heap *heap)
{
	memset(heap->free, 0, sizeof heap->free);
	if (heap->count > 0 && heap->count < KBM_HEAP_AREAS)
		begin_area(heap); /* without memory the first goes on */
}

void kbm_heap_clear(struct kbm_heap *heap)
{
	while (heap->count > 0)
		free(heap->areas[--heap->count]);
	*heap = (struct kbm_heap){0};
}
