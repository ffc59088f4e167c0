/* Inside the search of a Windows folder: what its parts share. */
#ifndef KBM_COMMAND_WINDOWS_FOLDER_PARTS_H
#define KBM_COMMAND_WINDOWS_FOLDER_PARTS_H

#include "command/folder_look.h"
#include "command/windows_folder.h"

struct kbm_folder_search {
	struct kbm_folder_hives *found;
	size_t names; /* looked through so far */
	size_t users; /* profiles with a hive */
};

/* --- windows_folder_found.c: what was found -----------------------------------------------------
 */

/* KBM_USAGE: another one is for the same place. `problem` may be NULL. */
enum kbm_code kbm_folder_add(struct kbm_folder_search *search, const char *path, const char *hive,
			     const char *content, const char *problem, struct kbm_error *error);
/* A hive's file, or a link of its name, which is a hive that is not read; or nothing. */
enum kbm_code kbm_folder_add_sought(struct kbm_folder_search *search,
				    const struct kbm_sought *sought, const char *hive,
				    const char *content, struct kbm_error *error);
/* Notes that something was passed over. */
enum kbm_code kbm_folder_note(struct kbm_folder_search *search, const char *path, const char *what,
			      struct kbm_error *error);
enum kbm_code kbm_folder_note_link(struct kbm_folder_search *search, const char *link,
				   struct kbm_error *error);
/* Notes a link where there is nothing else of that name. */
enum kbm_code kbm_folder_note_sought(struct kbm_folder_search *search,
				     const struct kbm_sought *sought, struct kbm_error *error);
/* Goes down folders of these names. *end is NULL where one is missing; heap, the caller's. */
enum kbm_code kbm_folder_go_down(struct kbm_folder_search *search, const char *from,
				 const char *const *names, size_t count, char **end,
				 struct kbm_error *error);

/* --- windows_folder_users.c ---------------------------------------------------------------------
 */

/* All profiles that are folders of `container`. */
enum kbm_code kbm_folder_take_profiles(struct kbm_folder_search *search, const char *container,
				       struct kbm_error *error);
/* The folder itself is a profile, under its real name. */
enum kbm_code kbm_folder_take_as_profile(struct kbm_folder_search *search, const char *folder,
					 struct kbm_error *error);

#endif
