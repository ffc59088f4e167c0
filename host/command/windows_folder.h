/* The hives of a Windows folder, found by their places and names; nothing is opened. */
#ifndef KBM_COMMAND_WINDOWS_FOLDER_H
#define KBM_COMMAND_WINDOWS_FOLDER_H

#include "base/error.h"
#include "plan/script_info.h"

#include <stdbool.h>
#include <stddef.h>

struct kbm_folder_hive {
	char *path;
	char *hive;	     /* where it is mounted: SYSTEM, HKU\.DEFAULT, HKU\alice */
	const char *content; /* what a hive of that place holds: SYSTEM, NTUSER.DAT, UsrClass.dat */
	char *problem;	     /* why it cannot be read; NULL: it was not tried */
};

/* Start from {0}. */
struct kbm_folder_hives {
	struct kbm_folder_hive *items; /* the machine's, then the users' by name */
	size_t count;
	struct kbm_text_list notes; /* what was passed over, a sentence each */
};
void kbm_folder_hives_clear(struct kbm_folder_hives *found);

/* Looks for hives in `folder`: a config folder (or any that holds SYSTEM, SOFTWARE, SAM, SECURITY
 * or DEFAULT itself), a System32, a Windows folder, a mounted image's root, a folder of profiles,
 * or one profile; every name in any letter case. With `with_users`, and where the machine has no
 * hive there, for those of the users too: NTUSER.DAT in the folders of Users, Documents and
 * Settings, <Windows>/Profiles and <Windows>/ServiceProfiles, and UsrClass.dat below each.
 *
 * Links in it are not followed, as they may lead out of it, and an image's absolute ones lead into
 * the machine that looks; `folder` itself may be one. A hive that is a link, or lies where nobody
 * may look, is found, with a problem. KBM_INVALID: there is none at all; KBM_USAGE: two are for one
 * place; KBM_LIMIT: more than KBM_FOLDER_MAX_USERS profiles. *found is the caller's, released with
 * kbm_folder_hives_clear(), also after a failure. */
enum kbm_code kbm_windows_folder_find(const char *folder, bool with_users,
				      struct kbm_folder_hives *found, struct kbm_error *error);

/* The index-th of the machine's hives, from 0, that is not among those found, by its name (SYSTEM,
 * HKU\.DEFAULT); NULL past the last one, or where the machine has none there at all. */
const char *kbm_windows_folder_missing(const struct kbm_folder_hives *found, size_t index);

#endif
