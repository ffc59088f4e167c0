/* A small assembler of hive images, for what a builder never makes: odd lists, damage, loops.
 *
 * One bin holds everything. Lengths are not checked: tests know their sizes. */
#ifndef KBM_TEST_HIVE_IMAGE_H
#define KBM_TEST_HIVE_IMAGE_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

struct hive_image {
	uint8_t *bytes; /* the file, on the heap, exactly `size` bytes */
	size_t size;
	uint32_t next; /* offset of the next cell */
};

enum { IMAGE_NONE = -1 };

/* `bins` bytes, a multiple of 4096, behind the base block. Aborts without memory. */
void image_make(struct hive_image *image, uint32_t minor, uint32_t bins);
void image_free(struct hive_image *image);
/* Puts the checksum right after the base block was changed. */
void image_seal(struct hive_image *image);
/* Where the record of a key lies in the image of a sound hive that has it. */
uint8_t *image_record(const struct kbm_bytes *image, const char *path);
/* Writes into the base block. */
void image_base32(struct hive_image *image, size_t at, uint32_t value);
/* Where the content of a cell lies. */
uint8_t *image_at(const struct hive_image *image, uint32_t cell);
void image_patch16(struct hive_image *image, uint32_t cell, size_t at, uint32_t value);
void image_patch32(struct hive_image *image, uint32_t cell, size_t at, uint32_t value);

/* Each makes a cell and returns its offset. Names are ASCII or Latin-1, stored compressed; content
 * NULL is zeros. */
uint32_t image_cell(struct hive_image *image, const void *content, size_t length);
uint32_t image_key(struct hive_image *image, const char *name);
uint32_t image_value(struct hive_image *image, const char *name, uint32_t type, uint32_t size,
		     uint32_t data);
/* A value with its data in a cell of its own, or inside up to 4 bytes. */
uint32_t image_data(struct hive_image *image, const char *name, uint32_t type, const void *data,
		    uint32_t length);
/* "lf", "lh" (with right hints and hashes), "li" or "ri". */
uint32_t image_list(struct hive_image *image, const char *kind, const uint32_t *cells,
		    uint32_t count);
/* Give a key its list of subkeys or values. */
void image_set_subkeys(struct hive_image *image, uint32_t key, uint32_t list, uint32_t count);
void image_set_values(struct hive_image *image, uint32_t key, const uint32_t *cells,
		      uint32_t count);
/* The root is the first key that is made. */

#endif
