/* What `reg info` tells of a folder with hives: of the machine, and of each of them. */
#ifndef KBM_REPORT_REPORT_INFO_FOLDER_H
#define KBM_REPORT_REPORT_INFO_FOLDER_H

#include "base/bytes.h"
#include "report/report.h"
#include "report/report_info.h"

struct kbm_folder_info {
	struct kbm_info facts; /* about the folder and the machine */
	/* Each with where it is mounted, its path, and its facts or why there are none; the
	 * caller's.
	 */
	struct kbm_info *hives;
	size_t count;
};

/* Adds what the hives tell of the machine to the folder's facts, each once. */
void kbm_folder_info_add_machine(struct kbm_folder_info *info);

/* The folder and the machine, a paragraph about each hive, and all facts of each, which `quiet`
 * leaves out; kbmend.info_folder/1; mounted,field,value rows. False when `out` is full. */
bool kbm_report_info_folder_text(const struct kbm_folder_info *info,
				 const struct kbm_report_style *style, struct kbm_bytes *out);
bool kbm_report_info_folder_json(const struct kbm_folder_info *info, struct kbm_bytes *out);
bool kbm_report_info_folder_csv(const struct kbm_folder_info *info, struct kbm_bytes *out);

#endif
