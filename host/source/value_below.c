#include "source/value_below.h"

#include "source/registry_path.h"

enum kbm_code kbm_value_below(const struct kbm_registry_service *service, struct kbm_bytes *below,
			      const char *path, size_t index, const char *name, size_t name_length,
			      struct kbm_key *key, struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_key found = {0};
	key->name = NULL;
	enum kbm_code code = service->subkey_at(service->context, path, index, &found, error);
	if (code != KBM_OK)
		return code;
	if (!kbm_path_child(path, found.name, found.name_length, below))
		return kbm_fail(error, KBM_LIMIT, "a key's path is too long: %.160s", path);
	found.name = kbm_bytes_text(below) + below->length - found.name_length;
	*key = found;
	return service->get_value(service->context, kbm_bytes_text(below), name, name_length, value,
				  error);
}
