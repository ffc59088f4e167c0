/* Whether a file is still the one that was looked at, from what stat() says then and now. */
#ifndef KBM_BASE_FILE_STATE_H
#define KBM_BASE_FILE_STATE_H

#include <stdbool.h>
#include <sys/stat.h>

/* The same file, whatever it holds: device and inode. */
bool kbm_file_state_same_file(const struct stat *then, const struct stat *now);
/* The same size and time of the last write, to the nanosecond. */
bool kbm_file_state_same_content(const struct stat *then, const struct stat *now);
/* The same time of the last change, which is also that of names, owners and modes. */
bool kbm_file_state_same_change(const struct stat *then, const struct stat *now);

#endif
