/* Locks between processes that change files: advisory, gone with the process that holds them. */
#ifndef KBM_APPLY_FILE_LOCK_H
#define KBM_APPLY_FILE_LOCK_H

#include "base/error.h"

/* Takes the lock of an open file (flock, exclusive); it ends with the last descriptor that was
 * duplicated from this one. Waits for at most `wait_ms`. KBM_REFUSED: another process holds it; the
 * message starts with `path` and has the process' number where the system tells it. KBM_IO: the
 * file system has no locks. */
enum kbm_code kbm_file_lock(int descriptor, const char *path, unsigned wait_ms,
			    struct kbm_error *error);

#endif
