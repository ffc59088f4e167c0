/* A registry: one or more hives under the names people write, with control sets resolved. */
#include "source/registry.h"

#include "source/hive_gaps.h"
#include "source/registry_mounts.h"
#include "source/registry_path.h"
#include "source/value_below.h"

#include <stdlib.h>
#include <string.h>

void kbm_place_clear(struct kbm_registry_place *place)
{
	free(place->hive);
	free(place->path);
	*place = (struct kbm_registry_place){NULL, NULL};
}

bool kbm_registry_place_text(const struct kbm_registry_place *place, struct kbm_bytes *out)
{
	kbm_path_of_hive(place->hive, out);
	if (*place->path != '\0') {
		kbm_bytes_append(out, "\\", 1);
		kbm_bytes_append_text(out, place->path);
	}
	return !out->failed;
}

/* --- from a path to a key ------------------------------------------------------------------------
 */

/* A path on its way through the hive: what is found so far, and how that is spelled. */
struct place {
	const struct kbm_mount *mount;
	kbm_cell cell;
	struct kbm_bytes *spelled; /* NULL: not wanted */
	bool is_missing;	   /* whether the key is there is not known, only what leads on */
	bool is_known;		   /* it is the key that was located last */
};

static enum kbm_code refuse_link(const struct place *place, struct kbm_path_part part,
				 struct kbm_error *error)
{
	bool is_link = false;
	enum kbm_code code = kbm_hive_is_link(place->mount->hive, place->cell, &is_link, error);
	if (code == KBM_OK && is_link)
		return kbm_fail(error, KBM_UNREADABLE,
				"the key '%.*s' is a symbolic link; only CurrentControlSet is "
				"followed",
				kbm_path_shown(part), part.text);
	return code;
}

static void spell(const struct place *place, const char *text, size_t length)
{
	if (place->spelled == NULL)
		return;
	if (place->spelled->length > 0)
		kbm_bytes_append(place->spelled, "\\", 1);
	kbm_bytes_append(place->spelled, text, length);
}

/* One step to a subkey that the hive does not have: an export may not hold it. KBM_NOT_FOUND: it is
 * absent for certain. */
static enum kbm_code step_into_gap(struct place *place, const char *name, struct kbm_error *error)
{
	const struct kbm_mount *mount = place->mount;
	bool is_partial = false;
	kbm_cell cell = 0;
	enum kbm_code code = kbm_mount_is_partial(mount, place->cell, &is_partial, error);
	if (code == KBM_OK && !is_partial)
		return KBM_NOT_FOUND;
	if (code == KBM_OK)
		code = kbm_hive_find_missing(mount->hive, place->cell, name, &cell, error);
	if (code == KBM_NOT_FOUND)
		return kbm_mount_not_held(mount, "does not hold it", error);
	if (code == KBM_OK)
		code = kbm_hive_is_partial(mount->hive, cell, &is_partial, error);
	if (code != KBM_OK)
		return code;
	place->cell = cell;
	place->is_missing = true;
	return is_partial ? KBM_OK : KBM_NOT_FOUND;
}

/* One step down. KBM_NOT_FOUND ends the way: a place that is only to be spelled stays there. */
static enum kbm_code step(struct kbm_registry *registry, struct place *place,
			  struct kbm_path_part part, bool is_last, struct kbm_error *error)
{
	kbm_bytes_reset(&registry->name);
	if (!kbm_bytes_append(&registry->name, part.text, part.length))
		return kbm_fail(error, KBM_LIMIT, "a key's name of %zu bytes is too long",
				part.length);
	const char *name = kbm_bytes_text(&registry->name);
	enum kbm_code code = KBM_OK;
	if (is_last && place->is_known)
		place->cell = registry->cell;
	else
		code =
		    kbm_hive_find_key(place->mount->hive, place->cell, name, &place->cell, error);
	if (code == KBM_NOT_FOUND && place->spelled == NULL)
		code = step_into_gap(place, name, error);
	if (code == KBM_OK)
		code = refuse_link(place, part, error);
	struct kbm_key key;
	if (code == KBM_OK && place->spelled != NULL) {
		code = kbm_hive_key(place->mount->hive, place->cell, &registry->name, &key, error);
		if (code == KBM_OK)
			spell(place, key.name, key.name_length);
	}
	return code;
}

/* Goes on where the key above was found; what is left of `rest`. */
static const char *resume(const struct kbm_registry *registry, struct place *place,
			  const char *rest)
{
	const struct kbm_bytes *asked = &registry->above_asked;
	if (registry->above != place->mount ||
	    strncmp(rest, kbm_bytes_text(asked), asked->length) != 0)
		return rest;
	place->cell = registry->above_cell;
	if (place->spelled != NULL)
		spell(place, kbm_bytes_text(&registry->above_spelled),
		      registry->above_spelled.length);
	return rest + asked->length;
}

/* Scripts read thousands of keys that lie in one. */
static void remember_above(struct kbm_registry *registry, const struct place *place,
			   const char *asked, size_t length)
{
	if (length == 0 ||
	    (registry->above == place->mount && registry->above_asked.length == length &&
	     memcmp(registry->above_asked.data, asked, length) == 0))
		return;
	kbm_bytes_reset(&registry->above_asked);
	kbm_bytes_reset(&registry->above_spelled);
	bool kept = !place->spelled->failed &&
		    kbm_bytes_append(&registry->above_asked, asked, length) &&
		    kbm_bytes_append(&registry->above_spelled, place->spelled->data,
				     place->spelled->length);
	registry->above = kept ? place->mount : NULL;
	registry->above_cell = place->cell;
}

/* Walks the parts below a mount. With `spelled`, missing keys are spelled as asked for. */
static enum kbm_code walk(struct kbm_registry *registry, struct place *place, const char *rest,
			  struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	char control_set[32];
	const char *whole = rest;
	rest = resume(registry, place, rest);
	bool first = rest == whole && place->mount == kbm_registry_system(registry);
	while (*rest != '\0') {
		struct kbm_path_part part = kbm_path_next(&rest);
		if (*rest == '\0' && code == KBM_OK && place->spelled != NULL)
			remember_above(registry, place, whole, (size_t)(part.text - whole));
		if (first && kbm_path_part_is(part, "CurrentControlSet")) {
			code = kbm_registry_control_set(registry, control_set, error);
			if (code != KBM_OK)
				return code;
			part = (struct kbm_path_part){control_set, strlen(control_set)};
		}
		first = false;
		if (code == KBM_OK)
			code = step(registry, place, part, *rest == '\0', error);
		if (code == KBM_NOT_FOUND && place->spelled != NULL)
			spell(place, part.text, part.length);
		else if (code != KBM_OK)
			return code;
	}
	if (place->is_missing)
		return kbm_mount_not_held(place->mount, "does not hold it", error);
	return code;
}

/* Starts at the mount of a path as written; *rest is what lies below it. */
static enum kbm_code start(struct kbm_registry *registry, const char *path, struct place *place,
			   const char **rest, struct kbm_error *error)
{
	enum kbm_code code = kbm_path_normalise(path, &registry->path, error);
	if (code != KBM_OK)
		return code;
	const char *normal = kbm_bytes_text(&registry->path);
	place->mount = kbm_registry_find_mount(registry, normal, rest);
	const char *classes = kbm_path_below(normal, "HKCR");
	if (place->mount == NULL && classes != NULL) {
		/* A machine's own classes; those of users lie in hives of their own. */
		code = kbm_path_of_classes(classes, &registry->path, error);
		if (code != KBM_OK)
			return code;
		normal = kbm_bytes_text(&registry->path);
		place->mount = kbm_registry_find_mount(registry, normal, rest);
	}
	if (place->mount == NULL)
		return kbm_registry_no_mount(registry, normal, error);
	place->cell = place->mount->root;
	return kbm_mount_check(registry, place->mount, error);
}

static bool is_located(const struct kbm_registry *registry, const char *path)
{
	return registry->at != NULL && strcmp(kbm_bytes_text(&registry->asked), path) == 0;
}

/* Finds the key of a path, or remembers it from the last time. */
static enum kbm_code locate(struct kbm_registry *registry, const char *path,
			    struct kbm_error *error)
{
	if (is_located(registry, path))
		return KBM_OK;
	registry->at = NULL;
	struct place place = {.mount = NULL};
	const char *rest = NULL;
	enum kbm_code code = start(registry, path, &place, &rest, error);
	if (code == KBM_OK)
		code = walk(registry, &place, rest, error);
	if (code != KBM_OK)
		return code;
	kbm_bytes_reset(&registry->asked);
	if (kbm_bytes_append_text(&registry->asked, path))
		registry->at = place.mount;
	else /* cannot be, as a longer path was refused above */
		return kbm_fail(error, KBM_LIMIT, "a registry path is too long");
	registry->cell = place.cell;
	return KBM_OK;
}

/* --- the service ---------------------------------------------------------------------------------
 */

/* Bytes of a message: room for a path of 40 remains whatever the reason. */
enum { MOST_OF_PATH = 110, MOST_OF_REASON = KBM_ERROR_MESSAGE_BYTES - 43 };

/* Damage is named by file offset below; which path was asked for is said here. Of a long path the
 * end is left out rather than the reason's, which holds the way out. */
static enum kbm_code name_path(enum kbm_code code, const char *path, struct kbm_error *error)
{
	if (code != KBM_UNREADABLE || error == NULL)
		return code;
	struct kbm_error why = *error;
	size_t room = sizeof error->message - sizeof ": " - strnlen(why.message, MOST_OF_REASON);
	return kbm_fail(error, code, "%.*s: %s", room < MOST_OF_PATH ? (int)room : MOST_OF_PATH,
			path, why.message);
}

/* Of a key that an export holds in part it cannot be told what is in it, and what not. */
static enum kbm_code check_whole(const struct kbm_registry *registry, struct kbm_error *error)
{
	bool is_partial = false;
	enum kbm_code code = kbm_mount_is_partial(registry->at, registry->cell, &is_partial, error);
	if (code == KBM_OK && is_partial)
		return kbm_mount_not_held(registry->at, "holds only a part of this key", error);
	return code;
}

static enum kbm_code get_value(void *context, const char *path, const char *name,
			       size_t name_length, struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_registry *registry = context;
	kbm_cell cell = 0;
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK)
		code = check_whole(registry, error);
	if (code == KBM_OK)
		code = kbm_hive_find_value(registry->at->hive, registry->cell, name, name_length,
					   &cell, error);
	if (code == KBM_OK)
		code = kbm_hive_value(registry->at->hive, cell, &registry->name, &registry->data,
				      value, error);
	return name_path(code, path, error);
}

static enum kbm_code get_key(void *context, const char *path, struct kbm_key *key,
			     struct kbm_error *error)
{
	struct kbm_registry *registry = context;
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK)
		code =
		    kbm_hive_key(registry->at->hive, registry->cell, &registry->name, key, error);
	return name_path(code, path, error);
}

static enum kbm_code subkey_at(void *context, const char *path, size_t index, struct kbm_key *key,
			       struct kbm_error *error)
{
	struct kbm_registry *registry = context;
	kbm_cell cell = 0;
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK && !registry->allow_dirty)
		code = check_whole(registry, error);
	if (code == KBM_OK)
		code = kbm_hive_subkey_at(registry->at->hive, registry->cell, index, &cell, error);
	if (code == KBM_OK)
		code = kbm_hive_key(registry->at->hive, cell, &registry->name, key, error);
	return name_path(code, path, error);
}

static enum kbm_code value_at(void *context, const char *path, size_t index,
			      struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_registry *registry = context;
	kbm_cell cell = 0;
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK)
		code = check_whole(registry, error);
	if (code == KBM_OK)
		code = kbm_hive_value_at(registry->at->hive, registry->cell, index, &cell, error);
	if (code == KBM_OK)
		code = kbm_hive_value(registry->at->hive, cell, &registry->name, &registry->data,
				      value, error);
	return name_path(code, path, error);
}

/* The value in the subkey itself, whose path need not be sought. KBM_UNREADABLE: it is not so
 * plain.
 */
static enum kbm_code look_below(struct kbm_registry *registry, size_t index, const char *name,
				size_t name_length, struct kbm_key *key, struct kbm_value *value,
				struct kbm_error *error)
{
	const struct kbm_mount *mount = registry->at;
	struct kbm_key found = {0};
	kbm_cell cell = 0;
	bool is_other = false;
	enum kbm_code code = kbm_hive_subkey_at(mount->hive, registry->cell, index, &cell, error);
	if (code == KBM_OK)
		code = kbm_hive_key(mount->hive, cell, &registry->below, &found, error);
	if (code != KBM_OK)
		return code;
	*key = found;
	code = kbm_hive_is_link(mount->hive, cell, &is_other, error);
	if (code == KBM_OK && !is_other)
		code = kbm_mount_is_partial(mount, cell, &is_other, error);
	if (code != KBM_OK || is_other)
		return KBM_UNREADABLE;
	code = kbm_hive_find_value(mount->hive, cell, name, name_length, &cell, error);
	if (code == KBM_OK)
		code = kbm_hive_value(mount->hive, cell, &registry->name, &registry->data, value,
				      error);
	return code;
}

static enum kbm_code value_below(void *context, const char *path, size_t index, const char *name,
				 size_t name_length, struct kbm_key *key, struct kbm_value *value,
				 struct kbm_error *error)
{
	struct kbm_registry *registry = context;
	const struct kbm_registry_service service = kbm_registry_service(registry);
	key->name = NULL;
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK)
		code = check_whole(registry, error);
	if (code != KBM_OK)
		return name_path(code, path, error);
	code = look_below(registry, index, name, name_length, key, value, error);
	if (code == KBM_OK || code == KBM_NOT_FOUND)
		return code;
	return kbm_value_below(&service, &registry->below, path, index, name, name_length, key,
			       value, error);
}

static enum kbm_code resolve(void *context, const char *path, struct kbm_registry_place *out,
			     struct kbm_error *error)
{
	struct kbm_registry *registry = context;
	struct kbm_registry_place found = {NULL, NULL};
	struct kbm_bytes spelled;
	kbm_bytes_init(&spelled, 3 * KBM_PATH_MAX_BYTES);
	struct place place = {.spelled = &spelled, .is_known = is_located(registry, path)};
	const char *rest = NULL;
	enum kbm_code code = start(registry, path, &place, &rest, error);
	if (code != KBM_OK)
		goto out;
	code = walk(registry, &place, rest, error);
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		goto out;
	found.hive = strdup(place.mount->name);
	found.path = kbm_bytes_take(&spelled, NULL);
	if (found.hive == NULL || found.path == NULL) {
		code = kbm_fail(error, KBM_MEMORY, "no memory for a registry path");
		goto out;
	}
	code = KBM_OK;
	*out = found;
	found = (struct kbm_registry_place){NULL, NULL};
out:
	kbm_place_clear(&found);
	kbm_bytes_clear(&spelled);
	return name_path(code, path, error);
}

enum kbm_code kbm_registry_locate(struct kbm_registry *registry, const char *path,
				  const struct kbm_hive **hive, kbm_cell *cell, bool *has_gaps,
				  struct kbm_error *error)
{
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK) {
		*hive = registry->at->hive;
		*cell = registry->cell;
		*has_gaps = registry->at->has_gaps;
	}
	return name_path(code, path, error);
}

enum kbm_code kbm_registry_check_whole(struct kbm_registry *registry, const char *path,
				       struct kbm_error *error)
{
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK)
		code = check_whole(registry, error);
	return name_path(code, path, error);
}

enum kbm_code kbm_registry_is_partial(struct kbm_registry *registry, const char *path,
				      bool *is_partial, struct kbm_error *error)
{
	enum kbm_code code = locate(registry, path, error);
	if (code == KBM_OK)
		code = kbm_mount_is_partial(registry->at, registry->cell, is_partial, error);
	return name_path(code, path, error);
}

struct kbm_registry_service kbm_registry_service(struct kbm_registry *registry)
{
	return (struct kbm_registry_service){
	    .context = registry,
	    .get_value = get_value,
	    .get_key = get_key,
	    .subkey_at = subkey_at,
	    .value_at = value_at,
	    .value_below = value_below,
	    .resolve = resolve,
	};
}
