/* A hive that a test edits, with a check of its structure after every step. */
#ifndef KBM_TEST_EDIT_SUBJECT_H
#define KBM_TEST_EDIT_SUBJECT_H

#include "source/hive_check.h"
#include "source/hive_edit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct subject {
	uint8_t *bytes; /* `capacity` of them */
	size_t length;
	size_t capacity;
	uint8_t *before; /* what a test has put aside */
	size_t before_length;
	struct kbm_hive_editor *editor;
	bool was_sound; /* images that tests assemble have no security descriptors */
	struct kbm_hive_check check;
	struct kbm_error error;
};

enum { SUBJECT_NOW = 77000 }; /* the time that the editor gives */

/* Of a hive as kbm_tree_build() makes it, with keys A (values "four", inline; "text", 10 bytes) and
 * B\C, and the default value in B; minor 2 to 6. Or of a copy of any image. Both abort on failure,
 * with the editor open; release with subject_clear(). */
void subject_build(struct subject *subject, uint32_t minor, size_t spare);
void subject_copy(struct subject *subject, const uint8_t *bytes, size_t length, size_t spare);
void subject_clear(struct subject *subject);

/* Edits; the code, with the reason in subject->error. */
int subject_set(struct subject *subject, const char *path, const char *name, uint32_t type,
		const void *data, size_t length);
int subject_create(struct subject *subject, const char *path);
int subject_delete_key(struct subject *subject, const char *path);
int subject_delete_value(struct subject *subject, const char *path, const char *name);
/* Finishes, opens a new reader and checks the structure: "" or what is wrong. */
const char *subject_finish(struct subject *subject);

/* The hive is put aside as it is; how many bytes have changed since. */
void subject_keep(struct subject *subject);
size_t subject_changes(const struct subject *subject);

/* Cells, found by the reader; 0 when absent. */
uint32_t subject_key(const struct subject *subject, const char *path);
uint32_t subject_value(const struct subject *subject, const char *path, const char *name);
/* True when the value has that type and data. */
bool subject_has(const struct subject *subject, const char *path, const char *name, uint32_t type,
		 const void *data, size_t length);
/* Numbers in a cell's content. */
uint32_t subject_get32(const struct subject *subject, uint32_t cell, size_t at);
uint32_t subject_get16(const struct subject *subject, uint32_t cell, size_t at);
void subject_put32(struct subject *subject, uint32_t cell, size_t at, uint32_t value);
/* Bytes of a cell, with its size field. */
uint32_t subject_size(const struct subject *subject, uint32_t cell);

#endif
