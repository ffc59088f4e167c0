/* The profiles that can be named, for lists of them, and all that can be named. */
#ifndef KBM_COMMAND_PROFILES_H
#define KBM_COMMAND_PROFILES_H

#include "command/catalog.h"
#include "guard/broker.h"
#include "plan/profile_info.h"

/* A profile's file. One that could not be read, or is wrong, has a `problem`: its profile is empty
 * but for the name, which is the file's. */
struct kbm_profile_file {
	struct kbm_profile profile;
	char *path;
	char *shadows;		  /* the installation's profile that this one hides, or NULL */
	struct kbm_error problem; /* KBM_OK: none */
};
struct kbm_profiles {
	struct kbm_profile_file *items;
	size_t count;
};

/* The profile of that name (without '@') or path; found where scripts are (catalog.h), in the
 * folder profiles/ there. KBM_USAGE: an unknown name, with the nearest. *profiles (from {0}) is the
 * caller's, also after a failure. */
enum kbm_code kbm_profiles_load(struct kbm_broker *broker, const struct kbm_paths *paths,
				const char *first_folder, const char *name,
				struct kbm_profiles *profiles, struct kbm_error *error);
/* All scripts, as kbm_scripts_load() says, and all profiles, by name. Both (from {0}) are the
 * caller's, also after a failure. */
enum kbm_code kbm_library_load(struct kbm_broker *broker, const struct kbm_paths *paths,
			       const char *first_folder, struct kbm_scripts *scripts,
			       struct kbm_profiles *profiles, struct kbm_error *error);
void kbm_profiles_clear(struct kbm_profiles *profiles);

#endif
