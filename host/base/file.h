/* Opening files, and reading a whole small one: regular, within a maximum, never a device or a
 * pipe. */
#ifndef KBM_BASE_FILE_H
#define KBM_BASE_FILE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/* open() with O_CLOEXEC and O_NOCTTY, of what is there already. The descriptor lies above the
 * standard ones, also where those are closed; -1, with errno: it cannot be had. */
int kbm_file_open_above(const char *path, int flags);

/* Appends the file's bytes to `out`, whose maximum bounds them. A final symbolic link is refused
 * unless `follow`. Errors start with the path: KBM_NOT_FOUND when there is nothing, KBM_REFUSED for
 * what is no regular file, KBM_LIMIT, KBM_IO. */
enum kbm_code kbm_file_read(const char *path, bool follow, struct kbm_bytes *out,
			    struct kbm_error *error);

#endif
