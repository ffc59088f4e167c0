/* Reading a whole small file: regular, within a maximum, never a device or a pipe. */
#ifndef KBM_BASE_FILE_H
#define KBM_BASE_FILE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/* Appends the file's bytes to `out`, whose maximum bounds them. A final symbolic link is refused
 * unless `follow`. Errors start with the path: KBM_NOT_FOUND when there is nothing, KBM_REFUSED for
 * what is no regular file, KBM_LIMIT, KBM_IO. */
enum kbm_code kbm_file_read(const char *path, bool follow, struct kbm_bytes *out,
			    struct kbm_error *error);

#endif
