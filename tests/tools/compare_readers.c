/* Reads a hive with both readers and compares, key by key and value by value:
 *
 *   compare_readers HIVE
 *
 * Prints where the readers part, and one line of counts. Exit 0: they nowhere do. */
#include "base/limits.h"
#include "base/text.h"
#include "source/hive.h"
#include "source/hive_regf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct comparison {
	const struct kbm_hive *hive;
	struct kbm_regf *regf;
	struct kbm_bytes path; /* of the key that is walked */
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_bytes second; /* libregf's data */
	unsigned long keys;
	unsigned long values;
	unsigned long compared;
	unsigned long agree;
	unsigned long unreadable;
	unsigned long differ;
};

static void tell(const struct comparison *comparison, const struct kbm_value *value,
		 const char *what)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	kbm_text_escape(kbm_bytes_text(&comparison->path), comparison->path.length, &line);
	if (value != NULL) {
		kbm_bytes_append_text(&line, " : ");
		kbm_text_escape(value->name, value->name_length, &line);
		kbm_bytes_printf(&line, ": type %u, %zu bytes", value->type, value->length);
	}
	printf("%s: %s\n", kbm_bytes_text(&line), what);
	kbm_bytes_clear(&line);
}

/* libregf's answer, and whether it was the same. */
static void judge(struct comparison *comparison, const struct kbm_value *value, enum kbm_code code,
		  bool same, const char *message)
{
	comparison->compared++;
	if (code == KBM_OK && same) {
		comparison->agree++;
	} else if (code == KBM_OK || code == KBM_NOT_FOUND) {
		comparison->differ++;
		tell(comparison, value,
		     code == KBM_OK ? "DIFFERENT for libregf" : "ABSENT for libregf");
	} else {
		comparison->unreadable++;
		tell(comparison, value, message);
	}
}

static void compare_key(struct comparison *comparison)
{
	struct kbm_error error = {KBM_OK, ""};
	comparison->keys++;
	enum kbm_code code =
	    kbm_regf_key(comparison->regf, kbm_bytes_text(&comparison->path), &error);
	judge(comparison, NULL, code, true, error.message);
}

static void compare_value(struct comparison *comparison, const struct kbm_value *value)
{
	uint32_t type = 0;
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_bytes *second = &comparison->second;
	comparison->values++;
	enum kbm_code code = kbm_regf_value(comparison->regf, kbm_bytes_text(&comparison->path),
					    value->name, value->name_length, &type, second, &error);
	bool same = code == KBM_OK && type == value->type && second->length == value->length &&
		    (value->length == 0 || memcmp(second->data, value->data, value->length) == 0);
	judge(comparison, value, code, same, error.message);
}

/* A path cannot name such a key, for either reader. */
static bool is_nameable(const struct kbm_key *key)
{
	return memchr(key->name, '\0', key->name_length) == NULL &&
	       memchr(key->name, '\\', key->name_length) == NULL;
}

static void walk(struct comparison *comparison, kbm_cell key)
{
	struct kbm_value value;
	struct kbm_key below;
	struct kbm_error error;
	kbm_cell cell = 0;
	compare_key(comparison);
	for (size_t i = 0; kbm_hive_value_at(comparison->hive, key, i, &cell, &error) == KBM_OK;
	     i++)
		if (kbm_hive_value(comparison->hive, cell, &comparison->name, &comparison->data,
				   &value, &error) == KBM_OK)
			compare_value(comparison, &value);
	size_t length = comparison->path.length;
	for (size_t i = 0; kbm_hive_subkey_at(comparison->hive, key, i, &cell, &error) == KBM_OK;
	     i++) {
		if (kbm_hive_key(comparison->hive, cell, &comparison->name, &below, &error) !=
			KBM_OK ||
		    !is_nameable(&below))
			continue;
		if (length > 0)
			kbm_bytes_append(&comparison->path, "\\", 1);
		kbm_bytes_append(&comparison->path, below.name, below.name_length);
		walk(comparison, cell);
		comparison->path.length = length;
		if (comparison->path.data != NULL)
			comparison->path.data[length] = 0;
	}
}

static int compare(const uint8_t *bytes, size_t length)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {KBM_OK, ""};
	struct comparison comparison = {.keys = 0};
	if (kbm_hive_open(bytes, length, &hive, &error) != KBM_OK ||
	    kbm_regf_open(bytes, length, &comparison.regf, &error) != KBM_OK) {
		printf("cannot be opened: %s\n", error.message);
		kbm_hive_close(hive);
		return 1;
	}
	comparison.hive = hive;
	kbm_bytes_init(&comparison.path, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&comparison.name, KBM_MIB);
	kbm_bytes_init(&comparison.data, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&comparison.second, KBM_HIVE_MAX_VALUE_BYTES);
	walk(&comparison, kbm_hive_root(hive));
	printf("%lu keys, %lu values; %lu of them compared: %lu agree, %lu unreadable for libregf, "
	       "%lu differ\n",
	       comparison.keys, comparison.values, comparison.compared, comparison.agree,
	       comparison.unreadable, comparison.differ);
	kbm_bytes_clear(&comparison.path);
	kbm_bytes_clear(&comparison.name);
	kbm_bytes_clear(&comparison.data);
	kbm_bytes_clear(&comparison.second);
	kbm_regf_close(comparison.regf);
	kbm_hive_close(hive);
	return comparison.agree == comparison.compared ? 0 : 1;
}

int main(int count, char **arguments)
{
	if (count != 2) {
		fputs("usage: compare_readers HIVE\n", stderr);
		return 64;
	}
	int file = open(arguments[1], O_RDONLY | O_CLOEXEC);
	struct stat status;
	if (file < 0 || fstat(file, &status) != 0) {
		perror(arguments[1]);
		return 64;
	}
	size_t length = (size_t)status.st_size;
	uint8_t *bytes = calloc(1, length + KBM_REGF_PADDING_BYTES);
	if (bytes == NULL || pread(file, bytes, length, 0) != (ssize_t)length) {
		fprintf(stderr, "%s: cannot be read\n", arguments[1]);
		free(bytes);
		return 64;
	}
	int result = compare(bytes, length);
	free(bytes);
	close(file);
	return result;
}
