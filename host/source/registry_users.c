/* Inside the registry: which users have a hive in it. */
#include "source/registry_mounts.h"

#include "base/text.h"

#include <string.h>

/* The name below HKU; NULL for another hive, and for a user's classes, which a running Windows has
 * as HKU\<SID>_Classes. */
static const char *user_of(const struct kbm_mount *mount)
{
	static const char below[] = "HKU\\";
	static const char classes[] = "_Classes";
	if (strncmp(mount->prefix, below, strlen(below)) != 0)
		return NULL;
	const char *name = mount->prefix + strlen(below);
	size_t length = strlen(name);
	bool is_classes = length > strlen(classes) &&
			  kbm_text_equals_ascii_case(name + length - strlen(classes), classes);
	return is_classes || strchr(name, '\\') != NULL ? NULL : name;
}

const char *kbm_registry_user(const struct kbm_registry *registry, size_t index)
{
	for (size_t i = 0; i < registry->mount_count; i++) {
		const char *name = user_of(&registry->mounts[i]);
		if (name != NULL && index-- == 0)
			return name;
	}
	return NULL;
}

enum kbm_code kbm_registry_no_current_user(const struct kbm_registry *registry,
					   struct kbm_error *error)
{
	enum { NAMED = 3, MOST_OF_NAME = 30 };
	struct kbm_bytes names;
	const char *user;
	size_t count = 0;
	kbm_bytes_init(&names, KBM_ERROR_MESSAGE_BYTES);
	for (; (user = kbm_registry_user(registry, count)) != NULL; count++)
		if (count < NAMED)
			kbm_bytes_printf(
			    &names, "%sHKU\\%.*s", count == 0 ? "" : ", ",
			    (int)kbm_text_whole_characters(user, strlen(user), MOST_OF_NAME), user);
	if (count > NAMED)
		kbm_bytes_printf(&names, " and %zu more", count - NAMED);
	if (count == 0)
		kbm_fail(error, KBM_UNREADABLE,
			 "there is no current user where Windows does not run, and the target has "
			 "no user's hive (NTUSER.DAT) at all");
	else
		kbm_fail(error, KBM_UNREADABLE,
			 "there is no current user where Windows does not run: name one of %s",
			 kbm_bytes_text(&names));
	kbm_bytes_clear(&names);
	return KBM_UNREADABLE;
}
