/* What a hive or a .reg export is, and of which machine, as a list of facts. */
#ifndef KBM_COMMAND_HIVE_FACTS_H
#define KBM_COMMAND_HIVE_FACTS_H

#include "command/session.h"
#include "report/report_info.h"

/* Adds them to *info. A file of a folder has to hold `content`; NULL: it is of none. *is_whole: all
 * of it could be read, and it is not stale. Else a code, and a message that begins with the path.
 */
enum kbm_code kbm_hive_facts_add(const struct kbm_session *session,
				 const struct kbm_options *options, const char *path,
				 const char *content, struct kbm_info *info, bool *is_whole,
				 struct kbm_error *error);

#endif
