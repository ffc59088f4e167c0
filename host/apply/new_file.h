/* Writing a new file, whole or not at all. */
#ifndef KBM_APPLY_NEW_FILE_H
#define KBM_APPLY_NEW_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Creates `path` with these bytes, durable when it returns. KBM_REFUSED when something is there
 * already: nothing is ever overwritten. After a failure nothing is left behind. */
enum kbm_code kbm_new_file_write(const char *path, const void *data, size_t length,
				 struct kbm_error *error);

/* The same, piece by piece. */
struct kbm_new_file {
	const char *path; /* borrowed, as `name`, which is its end */
	const char *name;
	int folder;
	int file;
	bool named; /* from the beginning */
	uint64_t length;
};
/* Begins a file; on success it has to be ended by one of the last two. */
enum kbm_code kbm_new_file_begin(struct kbm_new_file *file, const char *path,
				 struct kbm_error *error);
enum kbm_code kbm_new_file_append(struct kbm_new_file *file, const void *data, size_t length,
				  struct kbm_error *error);
/* Takes the permissions away that `mode` has not. */
enum kbm_code kbm_new_file_restrict(struct kbm_new_file *file, mode_t mode,
				    struct kbm_error *error);
/* Has the disk begin to write what is there, without waiting for it. */
void kbm_new_file_hurry(const struct kbm_new_file *file);
/* Gives it its name. KBM_REFUSED: something has got that name meanwhile. */
enum kbm_code kbm_new_file_end(struct kbm_new_file *file, struct kbm_error *error);
/* Leaves nothing behind. */
void kbm_new_file_discard(struct kbm_new_file *file);

#endif
