/* Writing a new file, whole or not at all. */
#ifndef KBM_APPLY_NEW_FILE_H
#define KBM_APPLY_NEW_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Creates `path` with these bytes, durable when it returns. KBM_REFUSED when something is there
 * already: nothing is ever overwritten. After a failure nothing is left behind. */
enum kbm_code kbm_new_file_write(const char *path, const void *data, size_t length,
				 struct kbm_error *error);

#endif
