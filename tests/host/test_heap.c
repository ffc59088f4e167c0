/* script/heap: blocks keep what is in them, whatever is made, changed and freed around them. */
#include "script/heap.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdint.h>
#include <string.h>

enum { BLOCKS = 200, ROUNDS = 200000, LARGEST = 3 * KBM_HEAP_SMALL };

struct block {
	unsigned char *data;
	size_t size; /* 0: none */
	unsigned char mark;
};

static struct kbm_heap heap;
static struct block blocks[BLOCKS];

/* Each byte of a block tells whose it is and where it stands. */
static void fill(struct block *block, unsigned char mark)
{
	block->mark = mark;
	for (size_t i = 0; i < block->size; i++)
		block->data[i] = (unsigned char)(mark + i);
}

static size_t count_kept(const struct block *block, size_t size)
{
	size_t kept = 0;
	while (kept < size && block->data[kept] == (unsigned char)(block->mark + kept))
		kept++;
	return kept;
}

static void resize(struct block *block, size_t size, unsigned char mark)
{
	size_t shared = block->size < size ? block->size : size;
	void *moved = kbm_heap_resize(&heap, block->data, block->size, size);
	cr_assert(eq(int, moved == NULL, size == 0));
	block->data = moved;
	cr_assert(eq(sz, count_kept(block, shared), shared));
	cr_assert(eq(sz, (uintptr_t)moved % KBM_HEAP_GRAIN, 0));
	block->size = size;
	fill(block, mark);
}

static void check_all(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		cr_assert(eq(sz, count_kept(&blocks[i], blocks[i].size), blocks[i].size), "%zu", i);
}

static void free_all(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		resize(&blocks[i], 0, 0);
	kbm_heap_clear(&heap);
	cr_expect(eq(sz, heap.count, 0));
}

Test(heap, keeps_what_is_in_its_blocks)
{
	uint32_t random = 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		random = random * 1664525 + 1013904223;
		struct block *block = &blocks[(random >> 8) % BLOCKS];
		size_t size = (random >> 16) % 5 == 0 ? 0 : (random >> 4) % LARGEST;
		resize(block, size, (unsigned char)random);
		if (round % (ROUNDS / 20) == 0)
			check_all();
		if (round % (ROUNDS / 4) == 0)
			kbm_heap_settle(&heap);
	}
	check_all();
	free_all();
}

Test(heap, takes_every_size_up_and_down)
{
	for (size_t size = 0; size <= LARGEST; size++)
		resize(&blocks[0], size, (unsigned char)size);
	for (size_t size = LARGEST; size > 0; size--)
		resize(&blocks[0], size - 1, (unsigned char)size);
	free_all();
}

#ifndef KBM_SANITIZE
/* An area is used to its end, and what has no room in it is malloc()'s. */
Test(heap, lays_small_blocks_side_by_side_until_the_area_is_full)
{
	for (size_t size = 1; size <= KBM_HEAP_SMALL; size += KBM_HEAP_GRAIN - 1) {
		size_t whole = (size + KBM_HEAP_GRAIN - 1) / KBM_HEAP_GRAIN * KBM_HEAP_GRAIN;
		unsigned char *before = NULL;
		for (size_t i = 0; i < KBM_HEAP_AREA / whole; i++) {
			unsigned char *block = kbm_heap_resize(&heap, NULL, 0, size);
			cr_assert(ne(ptr, block, NULL));
			memset(block, (int)i, size);
			cr_assert(i == 0 || block == before + whole);
			before = block;
		}
		unsigned char *beyond = kbm_heap_resize(&heap, NULL, 0, size);
		cr_expect(beyond < heap.areas[0] || beyond >= heap.areas[0] + KBM_HEAP_AREA);
		kbm_heap_resize(&heap, before, size, 0);
		cr_expect(eq(ptr, kbm_heap_resize(&heap, NULL, 0, size), before));
		beyond = kbm_heap_resize(&heap, beyond, size, KBM_HEAP_SMALL + 1);
		beyond = kbm_heap_resize(&heap, beyond, KBM_HEAP_SMALL + 1, size);
		kbm_heap_resize(&heap, beyond, size, 0);
		cr_expect(eq(sz, heap.count, 1));
		kbm_heap_clear(&heap);
	}
}

Test(heap, begins_a_new_area_when_it_is_settled)
{
	void *first = kbm_heap_resize(&heap, NULL, 0, 40);
	void *second = kbm_heap_resize(&heap, NULL, 0, 40);
	kbm_heap_resize(&heap, first, 40, 0);
	cr_expect(eq(ptr, kbm_heap_resize(&heap, NULL, 0, 33), first));
	kbm_heap_resize(&heap, first, 33, 0);
	kbm_heap_settle(&heap);
	cr_expect(eq(ptr, kbm_heap_resize(&heap, NULL, 0, 40), heap.areas[1]));
	kbm_heap_resize(&heap, second, 40, 0); /* a page of the first may be written to */
	cr_expect(eq(ptr, kbm_heap_resize(&heap, NULL, 0, 48), second));
	kbm_heap_settle(&heap);
	kbm_heap_settle(&heap);
	cr_expect(eq(sz, heap.count, KBM_HEAP_AREAS));
	cr_expect(eq(ptr, kbm_heap_resize(&heap, NULL, 0, 40), heap.areas[1] + 48));
	kbm_heap_clear(&heap);
}
#endif
