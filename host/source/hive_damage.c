/* Places of a hive that could not be read: all are counted, the first ones are told. */
#include "source/hive_damage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Cuts a path that is too long between two characters, and shows that it did. */
static void copy_path(const char *path, char out[KBM_HIVE_DAMAGE_MAX_PATH])
{
	static const char more[] = "...";
	size_t length = strlen(path);
	if (length < KBM_HIVE_DAMAGE_MAX_PATH) {
		memcpy(out, path, length + 1);
		return;
	}
	length = KBM_HIVE_DAMAGE_MAX_PATH - sizeof more;
	while (length > 0 && ((uint8_t)path[length] & 0xC0) == 0x80)
		length--;
	snprintf(out, KBM_HIVE_DAMAGE_MAX_PATH, "%.*s%s", (int)length, path, more);
}

void kbm_damages_add(struct kbm_damages *damages, uint64_t offset, const char *path,
		     const char *message)
{
	if (damages->count < KBM_HIVE_DAMAGES_KEPT) {
		struct kbm_damage *damage = &damages->first[damages->count];
		damage->offset = offset;
		damage->in_key = path != NULL;
		copy_path(path == NULL ? "" : path, damage->path);
		snprintf(damage->message, sizeof damage->message, "%s", message);
	}
	damages->count++;
}

uint64_t kbm_damages_kept(const struct kbm_damages *damages)
{
	return damages->count < KBM_HIVE_DAMAGES_KEPT ? damages->count : KBM_HIVE_DAMAGES_KEPT;
}

enum kbm_code kbm_damages_conclude(const struct kbm_damages *damages, struct kbm_error *error)
{
	if (damages->count == 0)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE,
			"%" PRIu64
			" place%s in the hive could not be read, and what lies there is missing",
			damages->count, damages->count == 1 ? "" : "s");
}
