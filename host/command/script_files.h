/* The files of scripts and profiles that folders hold, by id, before any of them is read. */
#ifndef KBM_COMMAND_SCRIPT_FILES_H
#define KBM_COMMAND_SCRIPT_FILES_H

#include "base/error.h"
#include "command/paths.h"

#include <stddef.h>

/* A file that was found: its id is the file's name without .lua. */
struct kbm_script_file {
	char *id;
	char *path;
	size_t rank; /* folders in the order of search, from 0 */
};
/* Starts from {0}; clear releases everything and leaves {0}. */
struct kbm_script_files {
	struct kbm_script_file *items;
	size_t count;
};
/* All of them: those in a folder's own folder profiles/ are profiles, all others scripts. */
struct kbm_catalog {
	struct kbm_script_files scripts;
	struct kbm_script_files profiles;
};

/* Finds the files in the folders that kbm_folders_of_scripts() names, in its order. KBM_NOT_FOUND,
 * KBM_IO: `first_folder` (--scripts, or NULL) cannot be read; of the others a line on stderr says
 * it. *catalog (from {0}) is the caller's, also after a failure. */
enum kbm_code kbm_catalog_find(const struct kbm_paths *paths, const char *first_folder,
			       struct kbm_catalog *catalog, struct kbm_error *error);
void kbm_catalog_clear(struct kbm_catalog *catalog);

/* The first file of that id in the order of search, in any case, or NULL; *stock is the
 * installation's own when another one hides it, else NULL. */
const struct kbm_script_file *kbm_script_files_get(const struct kbm_script_files *files,
						   const char *id,
						   const struct kbm_script_file **stock);
/* Puts the files in the order of their ids, and those of one id in that of the folders. */
void kbm_script_files_sort(struct kbm_script_files *files);

#endif
