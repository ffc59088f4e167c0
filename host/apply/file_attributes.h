/* What a file has beside its content: owner, group, mode, extended attributes, access lists. */
#ifndef KBM_APPLY_FILE_ATTRIBUTES_H
#define KBM_APPLY_FILE_ATTRIBUTES_H

#include "base/error.h"

/* Gives `to` what `from` has; both are open files in one folder. `path` is named in messages:
 * KBM_REFUSED and what cannot be kept, where this user may not set it. Access lists that `to`
 * inherited from its folder are removed. Left out are security.ima and security.evm, the kernel's
 * own digests of the content. */
enum kbm_code kbm_file_attributes_copy(int from, int to, const char *path, struct kbm_error *error);

#endif
