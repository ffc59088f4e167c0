/* A whole hive read twice: each key and value of our own reader asked of libregf again. */
#include "source/hive_agree.h"

#include "base/limits.h"

#include <string.h>

struct walk {
	const struct kbm_hive *hive;
	struct kbm_regf *regf;
	struct kbm_regf *original;
	struct kbm_hive_agreement *agreement;
	struct kbm_error *error;
	struct kbm_bytes path; /* of the key that is walked */
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_bytes second; /* libregf's data */
};

static enum kbm_code part(const struct walk *walk, const struct kbm_value *value, const char *what)
{
	size_t length = walk->path.length;
	const char *path = kbm_bytes_text(&walk->path) + (length > 100 ? length - 100 : 0);
	if (value == NULL)
		return kbm_fail(walk->error, KBM_REFUSED, "%s for libregf: the key %s", what, path);
	return kbm_fail(walk->error, KBM_REFUSED, "%s for libregf: the value '%.60s' of %s", what,
			value->name_length == 0 ? "@" : value->name, path);
}

/* libregf failed at a place: whether it did so before. */
static enum kbm_code excuse(struct walk *walk, const struct kbm_value *value, enum kbm_code failed)
{
	const char *path = kbm_bytes_text(&walk->path);
	enum kbm_code code = KBM_OK;
	uint32_t type;
	if (failed != KBM_UNREADABLE && failed != KBM_LIMIT)
		return failed;
	if (walk->original != NULL && value == NULL)
		code = kbm_regf_key(walk->original, path, NULL);
	else if (walk->original != NULL)
		code = kbm_regf_value(walk->original, path, value->name, value->name_length, &type,
				      &walk->second, NULL);
	if (code != failed)
		return failed;
	walk->agreement->unread++;
	return KBM_OK;
}

static enum kbm_code agree_on_value(struct walk *walk, const struct kbm_value *value)
{
	struct kbm_bytes *second = &walk->second;
	uint32_t type = 0;
	walk->agreement->values++;
	enum kbm_code code = kbm_regf_value(walk->regf, kbm_bytes_text(&walk->path), value->name,
					    value->name_length, &type, second, walk->error);
	if (code == KBM_NOT_FOUND)
		return part(walk, value, "absent");
	if (code != KBM_OK)
		return excuse(walk, value, code);
	if (type != value->type || second->length != value->length ||
	    (value->length > 0 && memcmp(second->data, value->data, value->length) != 0))
		return part(walk, value, "different");
	return KBM_OK;
}

static enum kbm_code agree_on_values(struct walk *walk, kbm_cell key)
{
	for (size_t i = 0;; i++) {
		kbm_cell cell = 0;
		struct kbm_value value;
		enum kbm_code code = kbm_hive_value_at(walk->hive, key, i, &cell, walk->error);
		if (code == KBM_OK)
			code = kbm_hive_value(walk->hive, cell, &walk->name, &walk->data, &value,
					      walk->error);
		if (code == KBM_OK)
			code = agree_on_value(walk, &value);
		if (code != KBM_OK)
			return code == KBM_NOT_FOUND ? KBM_OK : code;
	}
}

/* A path cannot name such a key, for either reader. */
static bool is_nameable(const struct kbm_key *key)
{
	return key->name_length > 0 && memchr(key->name, '\0', key->name_length) == NULL &&
	       memchr(key->name, '\\', key->name_length) == NULL;
}

static enum kbm_code agree_on_key(struct walk *walk, kbm_cell key, unsigned depth);

static enum kbm_code agree_on_subkey(struct walk *walk, kbm_cell cell, unsigned depth)
{
	struct kbm_key key;
	size_t length = walk->path.length;
	enum kbm_code code = kbm_hive_key(walk->hive, cell, &walk->name, &key, walk->error);
	if (code != KBM_OK || !is_nameable(&key))
		return code;
	if (length > 0)
		kbm_bytes_append_byte(&walk->path, '\\');
	if (!kbm_bytes_append(&walk->path, key.name, key.name_length))
		return kbm_fail(walk->error, KBM_LIMIT, "a key's path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	code = agree_on_key(walk, cell, depth);
	kbm_bytes_cut(&walk->path, length);
	return code;
}

/* Recursion: at most KBM_HIVE_MAX_DEPTH deep. */
static enum kbm_code agree_on_key(struct walk *walk, kbm_cell key, unsigned depth)
{
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(walk->error, KBM_UNREADABLE,
				"keys are nested deeper than Windows allows (%u)",
				KBM_HIVE_MAX_DEPTH);
	walk->agreement->keys++;
	enum kbm_code code = kbm_regf_key(walk->regf, kbm_bytes_text(&walk->path), walk->error);
	if (code == KBM_NOT_FOUND)
		return part(walk, NULL, "absent");
	/* What lies below a key that libregf cannot read it cannot read either. */
	if (code != KBM_OK)
		return excuse(walk, NULL, code);
	code = agree_on_values(walk, key);
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		code = kbm_hive_subkey_at(walk->hive, key, i, &cell, walk->error);
		if (code == KBM_OK)
			code = agree_on_subkey(walk, cell, depth + 1);
	}
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

enum kbm_code kbm_hive_agree(const struct kbm_hive *hive, struct kbm_regf *regf,
			     struct kbm_regf *original, struct kbm_hive_agreement *agreement,
			     struct kbm_error *error)
{
	struct walk walk = {.hive = hive,
			    .regf = regf,
			    .original = original,
			    .agreement = agreement,
			    .error = error};
	*agreement = (struct kbm_hive_agreement){0};
	kbm_bytes_init(&walk.path, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&walk.name, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&walk.data, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&walk.second, KBM_HIVE_MAX_VALUE_BYTES);
	enum kbm_code code = agree_on_key(&walk, kbm_hive_root(hive), 0);
	kbm_bytes_clear(&walk.path);
	kbm_bytes_clear(&walk.name);
	kbm_bytes_clear(&walk.data);
	kbm_bytes_clear(&walk.second);
	return code;
}
