/* The transaction logs that lie beside a hive: their names and sizes, nothing of their content. */
#ifndef KBM_COMMAND_BESIDE_LOGS_H
#define KBM_COMMAND_BESIDE_LOGS_H

#include "base/error.h"
#include "plan/script_info.h"

/* Adds "SYSTEM.LOG1, 65536 bytes" for each of NAME.LOG, NAME.LOG1 and NAME.LOG2 in the file's
 * folder, in any case of letters, sorted; where a link has none, of those beside what it
 * leads to, as they are replayed. KBM_IO: the folder cannot be read. */
enum kbm_code kbm_beside_logs(const char *path, struct kbm_text_list *logs,
			      struct kbm_error *error);

#endif
