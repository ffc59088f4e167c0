/* Whether a new file may take an open file's name. */
#ifndef KBM_APPLY_HIVE_PLACE_H
#define KBM_APPLY_HIVE_PLACE_H

#include "base/error.h"

#include <sys/stat.h>

/* What can be told before a file is opened: a link, a folder, a device. KBM_REFUSED. */
enum kbm_code kbm_hive_place_check_kind(const char *path, const struct stat *status,
					struct kbm_error *error);
/* `descriptor` is the file `name` in `folder`. KBM_REFUSED, see kbm_hive_file_open(). Mode bits
 * count for root, too. */
enum kbm_code kbm_hive_place_check(const char *path, int folder, const char *name, int descriptor,
				   const struct stat *status, struct kbm_error *error);

#endif
