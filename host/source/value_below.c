#include "source/value_below.h"

#include <string.h>

/* `path` with the key's name behind it, which becomes the key's own. */
static bool make_path(const char *path, struct kbm_key *key, struct kbm_bytes *below)
{
	size_t length = strlen(path);
	if (length > 0 && path[length - 1] == '\\')
		length--;
	kbm_bytes_reset(below);
	kbm_bytes_append(below, path, length);
	kbm_bytes_append_byte(below, '\\');
	kbm_bytes_append(below, key->name, key->name_length);
	if (below->failed)
		return false;
	key->name = kbm_bytes_text(below) + length + 1;
	return true;
}

enum kbm_code kbm_value_below(const struct kbm_registry_service *service, struct kbm_bytes *below,
			      const char *path, size_t index, const char *name, size_t name_length,
			      struct kbm_key *key, struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_key found = {0};
	key->name = NULL;
	enum kbm_code code = service->subkey_at(service->context, path, index, &found, error);
	if (code != KBM_OK)
		return code;
	if (!make_path(path, &found, below))
		return kbm_fail(error, KBM_LIMIT, "a key's path is too long: %.160s", path);
	*key = found;
	return service->get_value(service->context, kbm_bytes_text(below), name, name_length, value,
				  error);
}
