/* A registry as scripts see it: with masks in the places of secrets, so that none can come into
 * what they say, into plans, or into the journal. */
#include "source/masked_registry.h"

#include "base/limits.h"
#include "source/registry.h"
#include "source/secret_values.h"
#include "source/value_below.h"

void kbm_masked_registry_init(struct kbm_masked_registry *masked,
			      const struct kbm_registry_service *below)
{
	masked->below = *below;
	kbm_bytes_init(&masked->told, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&masked->path, 2 * KBM_PATH_MAX_BYTES);
}

void kbm_masked_registry_clear(struct kbm_masked_registry *masked)
{
	kbm_bytes_clear(&masked->told);
	kbm_bytes_clear(&masked->path);
}

/* Whether the value may hold a secret, wherever a path, however written, leads. Its last two parts
 * are names of keys, which lead nowhere else: what they rule out need not be sought. */
static enum kbm_code look(struct kbm_masked_registry *masked, const char *path, const char *name,
			  size_t name_length, bool *is_secret, struct kbm_error *error)
{
	struct kbm_registry_place place = {0};
	*is_secret = false;
	if (!kbm_value_may_be_secret(path, name, name_length))
		return KBM_OK;
	enum kbm_code code = masked->below.resolve(masked->below.context, path, &place, error);
	if (code == KBM_OK)
		*is_secret = kbm_value_may_be_secret(place.path, name, name_length);
	kbm_place_clear(&place);
	return code;
}

static enum kbm_code mask(struct kbm_masked_registry *masked, struct kbm_value *value,
			  struct kbm_error *error)
{
	kbm_bytes_reset(&masked->told);
	if (!kbm_value_mask_secret(value->type, value->data, value->length, &masked->told))
		return KBM_OK;
	if (masked->told.failed)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	value->data = masked->told.data;
	value->length = masked->told.length;
	return KBM_OK;
}

static enum kbm_code get_value(void *context, const char *path, const char *name,
			       size_t name_length, struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_masked_registry *masked = context;
	bool is_secret = false;
	enum kbm_code code = look(masked, path, name, name_length, &is_secret, error);
	if (code == KBM_OK)
		code = masked->below.get_value(masked->below.context, path, name, name_length,
					       value, error);
	return code == KBM_OK && is_secret ? mask(masked, value, error) : code;
}

/* What it is called is known only when it has been read; looking takes what it borrowed. */
static enum kbm_code value_at(void *context, const char *path, size_t index,
			      struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_masked_registry *masked = context;
	const struct kbm_registry_service *below = &masked->below;
	bool is_secret = false;
	enum kbm_code code = below->value_at(below->context, path, index, value, error);
	if (code != KBM_OK || !kbm_value_name_may_be_secret(value->name, value->name_length))
		return code;
	struct kbm_bytes name;
	kbm_bytes_init(&name, KBM_HIVE_MAX_VALUE_BYTES);
	code = kbm_bytes_append(&name, value->name, value->name_length)
		   ? look(masked, path, kbm_bytes_text(&name), name.length, &is_secret, error)
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_bytes_clear(&name);
	if (code == KBM_OK)
		code = below->value_at(below->context, path, index, value, error);
	return code == KBM_OK && is_secret ? mask(masked, value, error) : code;
}

static enum kbm_code get_key(void *context, const char *path, struct kbm_key *key,
			     struct kbm_error *error)
{
	const struct kbm_registry_service *below = &((struct kbm_masked_registry *)context)->below;
	return below->get_key(below->context, path, key, error);
}

static enum kbm_code subkey_at(void *context, const char *path, size_t index, struct kbm_key *key,
			       struct kbm_error *error)
{
	const struct kbm_registry_service *below = &((struct kbm_masked_registry *)context)->below;
	return below->subkey_at(below->context, path, index, key, error);
}

static enum kbm_code value_below(void *context, const char *path, size_t index, const char *name,
				 size_t name_length, struct kbm_key *key, struct kbm_value *value,
				 struct kbm_error *error)
{
	struct kbm_masked_registry *masked = context;
	const struct kbm_registry_service *below = &masked->below;
	const struct kbm_registry_service service = kbm_masked_registry_service(masked);
	if (!kbm_value_name_may_be_secret(name, name_length))
		return below->value_below(below->context, path, index, name, name_length, key,
					  value, error);
	return kbm_value_below(&service, &masked->path, path, index, name, name_length, key, value,
			       error);
}

static enum kbm_code resolve(void *context, const char *path, struct kbm_registry_place *place,
			     struct kbm_error *error)
{
	const struct kbm_registry_service *below = &((struct kbm_masked_registry *)context)->below;
	return below->resolve(below->context, path, place, error);
}

struct kbm_registry_service kbm_masked_registry_service(struct kbm_masked_registry *masked)
{
	return (struct kbm_registry_service){.context = masked,
					     .get_value = get_value,
					     .get_key = get_key,
					     .subkey_at = subkey_at,
					     .value_at = value_at,
					     .value_below = value_below,
					     .resolve = resolve};
}
