/* The Lua files of an installation and of its user: which are as they were installed. */
#ifndef KBM_COMMAND_INSTALLATION_H
#define KBM_COMMAND_INSTALLATION_H

#include "base/error.h"
#include "command/folders.h"
#include "command/paths.h"
#include "command/stock.h"
#include "report/doctor.h"

struct kbm_installation {
	struct kbm_installed_folder scripts[KBM_FOLDERS_MAX]; /* in the order of search */
	size_t script_folder_count;
	struct kbm_installed_folder stdlib;
};

/* Looks through every folder of scripts and the stdlib, and compares with `stock`. What cannot be
 * read is noted beside its name. *installation (from {0}) is the caller's, released with
 * kbm_installation_clear(), also after a failure, which is KBM_MEMORY only. */
enum kbm_code kbm_installation_look(const struct kbm_paths *paths, const char *first_folder,
				    const struct kbm_stock *stock,
				    struct kbm_installation *installation, struct kbm_error *error);
void kbm_installation_clear(struct kbm_installation *installation);

#endif
