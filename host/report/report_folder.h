/* A JSON document about the hives of a folder, which is printed as they are looked at. */
#ifndef KBM_REPORT_REPORT_FOLDER_H
#define KBM_REPORT_REPORT_FOLDER_H

#include "base/bytes.h"
#include "report/report_info.h"

/* The document's begin: its schema, the facts about the folder, and the list of its hives. */
bool kbm_report_folder_begin_json(const char *schema, const struct kbm_info *facts,
				  struct kbm_bytes *out);
/* In front of each object of the list, which stands on lines of its own. */
bool kbm_report_folder_item_json(size_t index, struct kbm_bytes *out);
bool kbm_report_folder_end_json(struct kbm_bytes *out);

#endif
