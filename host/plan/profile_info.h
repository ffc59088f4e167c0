/* A profile: scripts that are run together, with the parameters that they get. */
#ifndef KBM_PLAN_PROFILE_INFO_H
#define KBM_PLAN_PROFILE_INFO_H

#include "plan/script_info.h"

/* All texts are heap UTF-8, owned by the struct, never NULL. */
struct kbm_profile_entry {
	char *id;		  /* of a script, or an alias */
	struct kbm_params params; /* as -p would give them */
};
struct kbm_profile {
	int64_t api;
	char *name; /* "exchange55": @exchange55 on a command line */
	char *title;
	char *description; /* "" for none */
	struct kbm_profile_entry *entries;
	size_t entry_count;
};

/* Starts from {0}; clear releases everything and leaves {0}. */
void kbm_profile_clear(struct kbm_profile *profile);

#endif
