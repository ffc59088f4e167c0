/* A dictionary that numbers names: (scope, bytes) to 0, 1, 2, ... in the order of arrival. */
#ifndef KBM_SOURCE_NAME_INDEX_H
#define KBM_SOURCE_NAME_INDEX_H

#include "base/arena.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define KBM_NAME_NONE UINT32_MAX

struct kbm_name {
	const char *text; /* NUL behind it */
	uint32_t length;
	uint32_t scope;
	uint32_t hash;
};

/* Initialise with {0}; released with kbm_name_index_clear(). */
struct kbm_name_index {
	struct kbm_name *names;
	uint32_t count;
	uint32_t capacity;
	uint32_t *slots; /* number + 1, 0 is free; at most half of them are in use */
	uint32_t slot_count;
	struct kbm_arena arena;
};

void kbm_name_index_clear(struct kbm_name_index *index);
/* The number, or KBM_NAME_NONE. */
uint32_t kbm_name_index_find(const struct kbm_name_index *index, uint32_t scope, const char *text,
			     size_t length);
/* The number, given out now where the name is new. KBM_LIMIT: names made to collide. */
enum kbm_code kbm_name_index_add(struct kbm_name_index *index, uint32_t scope, const char *text,
				 size_t length, uint32_t *number, struct kbm_error *error);

#endif
