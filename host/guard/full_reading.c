/* A whole hive read by both readers. */
#include "guard/full_reading.h"

#include "base/limits.h"
#include "source/hive_regf.h"

#include <string.h>

struct reading {
	const struct kbm_hive *hive;
	struct kbm_regf *regf;
	struct kbm_bytes path;
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_bytes second; /* libregf's data */
	struct kbm_error *error;
};

static enum kbm_code differ(const struct reading *reading, const char *what, const char *why)
{
	return kbm_fail(reading->error, KBM_REFUSED, "libregf does not agree: %.90s %.50s: %.60s",
			kbm_bytes_text(&reading->path), what, why);
}

static enum kbm_code read_value(struct reading *reading, kbm_cell cell)
{
	struct kbm_value value = {0};
	struct kbm_error why = {0};
	uint32_t type = 0;
	enum kbm_code code = kbm_hive_value(reading->hive, cell, &reading->name, &reading->data,
					    &value, reading->error);
	if (code != KBM_OK)
		return code;
	code = kbm_regf_value(reading->regf, kbm_bytes_text(&reading->path), value.name,
			      value.name_length, &type, &reading->second, &why);
	if (code != KBM_OK)
		return differ(reading, value.name,
			      code == KBM_NOT_FOUND ? "it finds no such value" : why.message);
	if (type != value.type || reading->second.length != value.length ||
	    (value.length > 0 && memcmp(reading->second.data, value.data, value.length) != 0))
		return differ(reading, value.name, "it reads something else");
	return KBM_OK;
}

static enum kbm_code read_values(struct reading *reading, kbm_cell key)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		code = kbm_hive_value_at(reading->hive, key, i, &cell, reading->error);
		if (code == KBM_OK)
			code = read_value(reading, cell);
		else if (code == KBM_NOT_FOUND)
			return KBM_OK;
	}
	return code;
}

static enum kbm_code read_key(struct reading *reading, kbm_cell key, unsigned depth);

static enum kbm_code read_subkey(struct reading *reading, kbm_cell cell, unsigned depth)
{
	struct kbm_key key = {0};
	size_t length = reading->path.length;
	enum kbm_code code =
	    kbm_hive_key(reading->hive, cell, &reading->name, &key, reading->error);
	if (code != KBM_OK)
		return code;
	if (length > 0)
		kbm_bytes_append_byte(&reading->path, '\\');
	kbm_bytes_append(&reading->path, key.name, key.name_length);
	code = reading->path.failed
		   ? kbm_fail(reading->error, KBM_LIMIT, "a key's path is too long")
		   : read_key(reading, cell, depth);
	reading->path.length = length;
	reading->path.data[length] = '\0';
	return code;
}

static enum kbm_code read_key(struct reading *reading, kbm_cell key, unsigned depth)
{
	struct kbm_error why = {0};
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(reading->error, KBM_LIMIT, "a path of more than %u keys",
				KBM_HIVE_MAX_DEPTH);
	enum kbm_code code = kbm_regf_key(reading->regf, kbm_bytes_text(&reading->path), &why);
	if (code != KBM_OK)
		return differ(reading, "",
			      code == KBM_NOT_FOUND ? "it finds no such key" : why.message);
	code = read_values(reading, key);
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		code = kbm_hive_subkey_at(reading->hive, key, i, &cell, reading->error);
		if (code == KBM_OK)
			code = read_subkey(reading, cell, depth + 1);
		else if (code == KBM_NOT_FOUND)
			return KBM_OK;
	}
	return code;
}

enum kbm_code kbm_full_reading_check(const struct kbm_hive *hive, const uint8_t *bytes,
				     size_t length, struct kbm_error *error)
{
	struct reading reading = {.hive = hive, .error = error};
	enum kbm_code code = kbm_regf_open(bytes, length, &reading.regf, error);
	if (code != KBM_OK)
		return code;
	struct kbm_bytes *all[] = {&reading.path, &reading.name, &reading.data, &reading.second};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		kbm_bytes_init(all[i], KBM_HIVE_MAX_VALUE_BYTES);
	code = kbm_bytes_append(&reading.path, "", 0)
		   ? read_key(&reading, kbm_hive_root(hive), 0)
		   : kbm_fail(error, KBM_MEMORY, "no memory to read a hive twice");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		kbm_bytes_clear(all[i]);
	kbm_regf_close(reading.regf);
	return code;
}
