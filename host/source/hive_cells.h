/* Cells and bins of a hive image under construction, handed out one behind the other. */
#ifndef KBM_SOURCE_HIVE_CELLS_H
#define KBM_SOURCE_HIVE_CELLS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { KBM_BASE_BLOCK = 4096 }; /* bytes in front of the first bin */

struct kbm_cells {
	uint8_t *image;	 /* the whole file's memory; NULL while only measuring */
	size_t position; /* of the next cell; this and the bin's borders from the first bin */
	size_t bin_start;
	size_t bin_end;
	uint64_t last_written; /* for the first bin's header */
};

/* `image` (NULL to measure) must have room for all that a measuring pass found. */
void kbm_cells_init(struct kbm_cells *cells, uint8_t *image, uint64_t last_written);
/* A cell for `payload` bytes, which are zero. KBM_LIMIT: the hive would grow over its maximum. */
enum kbm_code kbm_cells_take(struct kbm_cells *cells, size_t payload, uint32_t *cell,
			     struct kbm_error *error);
/* Where a cell's payload lies; NULL while measuring. */
uint8_t *kbm_cells_bytes(const struct kbm_cells *cells, uint32_t cell);
/* Ends the last bin; its end is the size of all bins. */
void kbm_cells_finish(struct kbm_cells *cells);

/* Little-endian numbers, and signatures without their NUL. */
void kbm_put16(uint8_t *at, uint32_t value);
void kbm_put32(uint8_t *at, uint32_t value);
void kbm_put64(uint8_t *at, uint64_t value);
void kbm_put_ascii(uint8_t *at, const char *text);

#endif
