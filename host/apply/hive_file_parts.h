/* What the two halves of a hive's file share: making the new file, and putting it in place. */
#ifndef KBM_APPLY_HIVE_FILE_PARTS_H
#define KBM_APPLY_HIVE_FILE_PARTS_H

#include "apply/hive_file.h"

/* KBM_IO with the path, what cannot be done, and errno's reason. */
enum kbm_code kbm_hive_file_fail(const struct kbm_hive_file *file, const char *what,
				 struct kbm_error *error);
/* The file's name in its folder; borrowed. */
const char *kbm_hive_file_name(const struct kbm_hive_file *file);

#endif
