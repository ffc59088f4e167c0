/* Which files a target has: those of -t, those in its folders, or those of a plan. */
#ifndef KBM_COMMAND_TARGET_FILES_H
#define KBM_COMMAND_TARGET_FILES_H

#include "command/catalog.h"
#include "command/options.h"

struct kbm_target_file {
	char *path;
	char *hive; /* where it is mounted; NULL: its content decides */
	const char
	    *content;  /* what it should hold then: SYSTEM, NTUSER.DAT, ...; NULL: not known */
	char *problem; /* why it cannot be read; NULL: it was not tried */
	bool is_found; /* in a folder: what cannot be read is unknown, and the rest goes on */
};

/* Start from {0}. */
struct kbm_target_files {
	struct kbm_target_file *items;
	size_t count;
	struct kbm_text_list notes; /* what was passed over in folders, a sentence each */
};

/* Lists them. Of a folder those that the scripts need, and SYSTEM, which names the machine and its
 * control set; without scripts (NULL) folders stay as they are, to be refused as files. URIs are
 * left out. KBM_LIMIT: more than KBM_TARGET_MAX_FILES; others as kbm_windows_folder_find().
 * *files is the caller's, released with kbm_target_files_clear(), also after a failure. */
enum kbm_code kbm_target_files_list(const struct kbm_options *options,
				    const struct kbm_scripts *scripts,
				    struct kbm_target_files *files, struct kbm_error *error);
void kbm_target_files_clear(struct kbm_target_files *files);

#endif
