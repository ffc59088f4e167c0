/* Whether a target has what a script needs. */
#include "command/script_needs.h"

#include <string.h>
#include <strings.h>

/* HKU stands for every user's. */
static bool is_of(const char *hive, const char *needed)
{
	size_t length = strlen(needed);
	return strncasecmp(hive, needed, length) == 0 &&
	       (hive[length] == '\0' || (hive[length] == '\\' && strcmp(needed, "HKU") == 0));
}

static bool holds(const struct kbm_source *source, const char *needed)
{
	if (source->problem != NULL && source->hive[0] == '\0')
		return true; /* it may be any hive */
	if (source->hive != NULL && is_of(source->hive, needed))
		return true;
	for (size_t i = 0; i < source->hives.count; i++)
		if (is_of(source->hives.items[i], needed))
			return true;
	return false;
}

static bool has_hive(const struct kbm_target *target, const char *needed)
{
	for (size_t i = 0; i < target->source_count; i++)
		if (holds(&target->sources[i], needed))
			return true;
	return false;
}

void kbm_script_lacks(const struct kbm_script_info *info, const struct kbm_target *target,
		      struct kbm_bytes *out)
{
	for (size_t i = 0; i < info->hives.count; i++)
		if (!has_hive(target, info->hives.items[i]))
			kbm_bytes_printf(out, "%s%s", out->length > 0 ? ", " : "",
					 info->hives.items[i]);
	if (info->needs_directory && kbm_target_directory(target) == NULL)
		kbm_bytes_printf(out, "%sa directory", out->length > 0 ? ", " : "");
}
