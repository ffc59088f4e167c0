/* Writing a file anew, whole or not at all. */
#ifndef KBM_APPLY_REPLACE_FILE_H
#define KBM_APPLY_REPLACE_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Puts a file of these bytes in the place of the one at `path`, or where none is; durable when it
 * returns. Its permissions stay. A failure leaves what was there. KBM_REFUSED: that is no regular
 * file. */
enum kbm_code kbm_replace_file(const char *path, const void *data, size_t length,
			       struct kbm_error *error);
/* Whether that may succeed, before work is done for it. KBM_REFUSED: its folder is not there or not
 * writable, or it is no regular file. */
enum kbm_code kbm_replace_file_check(const char *path, struct kbm_error *error);

#endif
