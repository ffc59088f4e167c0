/* The folders in which Lua files are looked for, and the walk over one of them. */
#ifndef KBM_COMMAND_FOLDERS_H
#define KBM_COMMAND_FOLDERS_H

#include "base/error.h"
#include "base/limits.h"
#include "command/paths.h"

#include <stdbool.h>
#include <stddef.h>

enum { KBM_FOLDERS_MAX = 4 }; /* how many there are, at most */

struct kbm_folder {
	const char *path;
	bool must_exist;
};

/* Where scripts are found, in the order of search: `first` (--scripts, or NULL), the user's
 * configuration folder, the site's, and last the installation's own. Returns how many; the paths
 * are borrowed. */
size_t kbm_folders_of_scripts(const struct kbm_paths *paths, const char *first,
			      struct kbm_folder folders[static KBM_FOLDERS_MAX]);

/* Something that the walk met. Borrowed for the call. */
struct kbm_folder_entry {
	const char *path;
	const char *below;  /* the folder: "exchange/Q298565.lua" */
	const char *name;   /* the last component */
	const char *reason; /* why it cannot be looked at, or into; NULL for a .lua file */
};
typedef enum kbm_code kbm_folder_sink(void *context, const struct kbm_folder_entry *entry,
				      struct kbm_error *error);

/* Gives every .lua file below a folder to `sink`, sorted by name; links, unfollowed, and devices
 * too, so that loading one can say what it is. A code of the sink other than KBM_OK ends the walk
 * and is returned; but KBM_IO for an entry with a reason is returned at the end, after all others
 * were given. KBM_NOT_FOUND: there is no such folder; KBM_IO: it, or what the message names, cannot
 * be read. */
enum kbm_code kbm_folder_walk(const char *folder, kbm_folder_sink *sink, void *context,
			      struct kbm_error *error);

/* The file's name without .lua: how many bytes of it, 0 when it is no Lua file. */
size_t kbm_folder_stem(const char *name);

#endif
