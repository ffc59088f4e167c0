/* Looking for names in a folder in any letter case: NTFS keeps it, and Linux tells it apart. */
#ifndef KBM_COMMAND_FOLDER_LOOK_H
#define KBM_COMMAND_FOLDER_LOOK_H

#include "base/error.h"
#include "plan/script_info.h"

#include <stdbool.h>
#include <stddef.h>

/* One name that is looked for, in ASCII. */
struct kbm_sought {
	const char *name;
	bool is_folder; /* else a file of any kind but a folder */
	char *path;	/* where it is; NULL: not there */
	char *link;	/* a symbolic link of that name, which is not followed; or NULL */
};
void kbm_sought_clear(struct kbm_sought *sought, size_t count);

/* Looks for all of them in one pass. No link is followed: in an image it would lead into the
 * machine that looks. *names counts what was looked through, of KBM_FOLDER_MAX_NAMES for a whole
 * search. KBM_USAGE: two names differ in letter case only; KBM_IO: the folder cannot be looked
 * into; KBM_LIMIT. What is found is the caller's, released with kbm_sought_clear(), also after a
 * failure.
 */
enum kbm_code kbm_folder_look(const char *folder, struct kbm_sought *sought, size_t count,
			      size_t *names, struct kbm_error *error);

/* The names of the folders in a folder, in the order of their bytes, and of the links there. */
enum kbm_code kbm_folder_list(const char *folder, struct kbm_text_list *folders,
			      struct kbm_text_list *links, size_t *names, struct kbm_error *error);

/* The path of a name in a folder: heap, the caller's; NULL without memory. */
char *kbm_folder_join(const char *folder, const char *name);

#endif
