/* A dictionary that numbers names: open addressing with a bound on every look-up. */
#include "source/name_index.h"

#include "base/limits.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void kbm_name_index_clear(struct kbm_name_index *index)
{
	free(index->names);
	free(index->slots);
	kbm_arena_clear(&index->arena);
	*index = (struct kbm_name_index){0};
}

/* FNV-1a over scope and text, then mixed: linear probing needs good low bits. */
static uint32_t hash_of(uint32_t scope, const char *text, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325U ^ scope * 0x9e3779b97f4a7c15U;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3U;
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdU;
	return (uint32_t)(hash >> 32);
}

/* The slot that holds the name, or the free one where it belongs; false beyond the bound, which
 * only names made for it reach: half of the slots are free. */
static bool find_slot(const struct kbm_name_index *index, const struct kbm_name *wanted,
		      uint32_t *slot)
{
	uint32_t mask = index->slot_count - 1;
	uint32_t at = wanted->hash & mask;
	for (uint32_t probes = 0; probes < KBM_INDEX_MAX_PROBES; probes++) {
		*slot = (at + probes) & mask;
		if (index->slots[*slot] == 0)
			return true;
		const struct kbm_name *name = &index->names[index->slots[*slot] - 1];
		if (name->hash == wanted->hash && name->scope == wanted->scope &&
		    name->length == wanted->length &&
		    memcmp(name->text, wanted->text, wanted->length) == 0)
			return true;
	}
	return false;
}

uint32_t kbm_name_index_find(const struct kbm_name_index *index, uint32_t scope, const char *text,
			     size_t length)
{
	uint32_t slot = 0;
	struct kbm_name wanted = {text, (uint32_t)length, scope, hash_of(scope, text, length)};
	if (index->slot_count == 0 || length > UINT32_MAX || !find_slot(index, &wanted, &slot) ||
	    index->slots[slot] == 0)
		return KBM_NAME_NONE;
	return index->slots[slot] - 1;
}

static bool grow(struct kbm_name_index *index)
{
	if (index->count < index->capacity)
		return true;
	if (index->capacity > UINT32_MAX / 8)
		return false;
	uint32_t capacity = index->capacity == 0 ? FIRST_CAPACITY : index->capacity * 2;
	struct kbm_name *names = reallocarray(index->names, capacity, sizeof *names);
	if (names == NULL)
		return false;
	index->names = names;
	uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
	if (slots == NULL)
		return false;
	free(index->slots);
	index->slots = slots;
	index->slot_count = capacity * 2;
	index->capacity = capacity;
	for (uint32_t i = 0; i < index->count; i++) {
		uint32_t slot = names[i].hash & (index->slot_count - 1);
		while (slots[slot] != 0)
			slot = (slot + 1) & (index->slot_count - 1);
		slots[slot] = i + 1;
	}
	return true;
}

enum kbm_code kbm_name_index_add(struct kbm_name_index *index, uint32_t scope, const char *text,
				 size_t length, uint32_t *number, struct kbm_error *error)
{
	if (length >= UINT32_MAX)
		return kbm_fail(error, KBM_LIMIT, "a name of %zu bytes", length);
	if (!grow(index))
		return kbm_fail(error, KBM_MEMORY, "no memory for the index");
	struct kbm_name wanted = {text, (uint32_t)length, scope, hash_of(scope, text, length)};
	uint32_t slot = 0;
	if (!find_slot(index, &wanted, &slot))
		return kbm_fail(error, KBM_LIMIT,
				"names made to collide: more than %u steps (KBM_INDEX_MAX_PROBES)",
				KBM_INDEX_MAX_PROBES);
	if (index->slots[slot] == 0) {
		wanted.text = kbm_arena_copy(&index->arena, text, length);
		if (wanted.text == NULL)
			return kbm_fail(error, KBM_MEMORY, "no memory for the index");
		index->names[index->count++] = wanted;
		index->slots[slot] = index->count;
	}
	*number = index->slots[slot] - 1;
	return KBM_OK;
}
