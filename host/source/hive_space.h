/* The cells of a hive that is changed: which there are, taking, giving back, growing.
 *
 * Cells tile the bins without a gap; a free one is merged with free neighbours, within its bin. All
 * free cells are indexed by size. Memory is that of the hive and does not move: a pointer into a
 * cell is good until that cell is given back or resized. */
#ifndef KBM_SOURCE_HIVE_SPACE_H
#define KBM_SOURCE_HIVE_SPACE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KBM_SPACE_EXACT = 512, /* cells below 4096 bytes: a list for every size */
	KBM_SPACE_LISTS = KBM_SPACE_EXACT + 80
};

/* Offsets of free cells, some of them perhaps taken meanwhile. */
struct kbm_space_list {
	uint32_t *cells;
	uint32_t count;
	uint32_t room;
};

struct kbm_space {
	uint8_t *bins;	     /* the first bin */
	uint32_t length;     /* bytes of all bins */
	uint32_t capacity;   /* bytes that they may grow to */
	uint32_t used;	     /* bytes of all cells in use */
	uint32_t used_end;   /* end of the last bin that has been in use */
	uint64_t *starts;    /* a bit for every 8 bytes: a cell begins here */
	uint64_t *bin_pages; /* a bit for every page: a bin begins here */
	struct kbm_space_list lists[KBM_SPACE_LISTS];
	uint64_t filled[(KBM_SPACE_LISTS + 63) / 64]; /* a bit for every list that is not empty */
};

/* Looks at every cell, changes none. `bins` has room for `capacity` bytes (multiples of 4096 are
 * used) and must outlive *space, which is released with kbm_space_close(). KBM_UNREADABLE: bins or
 * cells do not follow each other. */
enum kbm_code kbm_space_open(struct kbm_space *space, uint8_t *bins, uint32_t length,
			     uint32_t capacity, struct kbm_error *error);
void kbm_space_close(struct kbm_space *space);

/* True for the offset of a cell in use. The others below want such a one. */
bool kbm_space_has(const struct kbm_space *space, uint32_t cell);
/* A cell's content, and how many bytes it has room for. */
uint8_t *kbm_space_bytes(const struct kbm_space *space, uint32_t cell);
uint32_t kbm_space_room(const struct kbm_space *space, uint32_t cell);

/* A cell for `payload` bytes, all zero: the smallest free one that fits, else in a new bin.
 * KBM_LIMIT: the bins cannot grow any more. */
enum kbm_code kbm_space_take(struct kbm_space *space, size_t payload, uint32_t *cell,
			     struct kbm_error *error);
void kbm_space_give(struct kbm_space *space, uint32_t cell);
/* Makes room for `payload` bytes: where the cell is if that can be, else *cell becomes another one.
 * The content stays, as far as it fits; what is new is zero. A little too much room is kept. */
enum kbm_code kbm_space_resize(struct kbm_space *space, uint32_t *cell, size_t payload,
			       struct kbm_error *error);

/* Drops bins at the end that have been in use and are not any more. */
void kbm_space_trim(struct kbm_space *space);

#endif
