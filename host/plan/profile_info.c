/* A profile: scripts that are run together, with the parameters that they get. */
#include "plan/profile_info.h"

#include <stdlib.h>
#include <string.h>

void kbm_profile_clear(struct kbm_profile *profile)
{
	free(profile->name);
	free(profile->title);
	free(profile->description);
	for (size_t i = 0; i < profile->entry_count; i++) {
		free(profile->entries[i].id);
		kbm_params_clear(&profile->entries[i].params);
	}
	free(profile->entries);
	memset(profile, 0, sizeof *profile);
}
