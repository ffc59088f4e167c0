/* The hive reader against libregf and hivex in one process: bench_hive HIVE KEY VALUE [ROUNDS].
 *
 * Opens the hive and reads one value; then walks all keys and values with their data. The readers
 * take turns, so that a busy machine is busy for all of them; medians and ratios are printed. KEY
 * is relative to the root: 'ControlSet001\Control\ComputerName\ComputerName'. */
#include "base/limits.h"
#include "source/hive.h"

#include <fcntl.h>
#include <hivex.h>
#include <libregf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct question {
	const char *file;
	const char *key;
	const char *value;
};

/* What a reader saw: all readers must see the same counts, or the times mean nothing. */
struct seen {
	size_t keys;
	size_t values;
	size_t bytes;
};

typedef int reader(const struct question *question, struct seen *seen);

/* --- ours --------------------------------------------------------------------------------------
 */

struct mapped {
	void *bytes;
	size_t length;
	struct kbm_hive *hive;
};

static int map_hive(const char *path, struct mapped *mapped)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) != 0)
		return -1;
	mapped->length = (size_t)status.st_size;
	mapped->bytes = mmap(NULL, mapped->length, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	if (mapped->bytes == MAP_FAILED)
		return -1;
	return kbm_hive_open(mapped->bytes, mapped->length, &mapped->hive, NULL) == KBM_OK ? 0 : -1;
}

static void unmap_hive(struct mapped *mapped)
{
	kbm_hive_close(mapped->hive);
	munmap(mapped->bytes, mapped->length);
}

static int kbm_one(const struct question *question, struct seen *seen)
{
	struct mapped mapped = {NULL, 0, NULL};
	struct kbm_value value;
	struct kbm_bytes name;
	struct kbm_bytes data;
	kbm_cell cell = 0;
	kbm_bytes_init(&name, KBM_MIB);
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	if (map_hive(question->file, &mapped) != 0)
		return -1;
	int status = -1;
	if (kbm_hive_find_key(mapped.hive, kbm_hive_root(mapped.hive), question->key, &cell,
			      NULL) == KBM_OK &&
	    kbm_hive_find_value(mapped.hive, cell, question->value, strlen(question->value), &cell,
				NULL) == KBM_OK &&
	    kbm_hive_value(mapped.hive, cell, &name, &data, &value, NULL) == KBM_OK) {
		seen->bytes = value.length;
		status = 0;
	}
	kbm_bytes_clear(&name);
	kbm_bytes_clear(&data);
	unmap_hive(&mapped);
	return status;
}

static void kbm_walk(const struct kbm_hive *hive, kbm_cell key, struct kbm_bytes *name,
		     struct kbm_bytes *data, struct seen *seen)
{
	struct kbm_key found;
	struct kbm_value value;
	kbm_cell cell = 0;
	kbm_hive_key(hive, key, name, &found, NULL);
	seen->keys++;
	for (size_t i = 0; kbm_hive_value_at(hive, key, i, &cell, NULL) == KBM_OK; i++)
		if (kbm_hive_value(hive, cell, name, data, &value, NULL) == KBM_OK) {
			seen->values++;
			seen->bytes += value.length;
		}
	for (size_t i = 0; kbm_hive_subkey_at(hive, key, i, &cell, NULL) == KBM_OK; i++)
		kbm_walk(hive, cell, name, data, seen);
}

static int kbm_all(const struct question *question, struct seen *seen)
{
	struct mapped mapped = {NULL, 0, NULL};
	struct kbm_bytes name;
	struct kbm_bytes data;
	kbm_bytes_init(&name, KBM_MIB);
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	if (map_hive(question->file, &mapped) != 0)
		return -1;
	kbm_walk(mapped.hive, kbm_hive_root(mapped.hive), &name, &data, seen);
	kbm_bytes_clear(&name);
	kbm_bytes_clear(&data);
	unmap_hive(&mapped);
	return 0;
}

/* --- libregf -----------------------------------------------------------------------------------
 */

static void regf_value(libregf_value_t *value, struct seen *seen)
{
	size_t size = 0;
	if (libregf_value_get_value_data_size(value, &size, NULL) != 1)
		size = 0;
	uint8_t *data = size == 0 ? NULL : malloc(size);
	if (data != NULL)
		libregf_value_get_value_data(value, data, size, NULL);
	free(data);
	seen->values++;
	seen->bytes += size;
}

static int regf_one(const struct question *question, struct seen *seen)
{
	libregf_file_t *file = NULL;
	libregf_key_t *key = NULL;
	libregf_value_t *value = NULL;
	int status = -1;
	if (libregf_file_initialize(&file, NULL) != 1 ||
	    libregf_file_open(file, question->file, LIBREGF_OPEN_READ, NULL) != 1)
		return -1;
	if (libregf_file_get_key_by_utf8_path(file, (const uint8_t *)question->key,
					      strlen(question->key), &key, NULL) == 1 &&
	    libregf_key_get_value_by_utf8_name(key, (const uint8_t *)question->value,
					       strlen(question->value), &value, NULL) == 1) {
		regf_value(value, seen);
		seen->values = 0;
		status = 0;
	}
	libregf_value_free(&value, NULL);
	libregf_key_free(&key, NULL);
	libregf_file_close(file, NULL);
	libregf_file_free(&file, NULL);
	return status;
}

static void regf_walk(libregf_key_t *key, struct seen *seen)
{
	int count = 0;
	seen->keys++;
	libregf_key_get_number_of_values(key, &count, NULL);
	for (int i = 0; i < count; i++) {
		libregf_value_t *value = NULL;
		if (libregf_key_get_value(key, i, &value, NULL) == 1)
			regf_value(value, seen);
		libregf_value_free(&value, NULL);
	}
	count = 0;
	libregf_key_get_number_of_sub_keys(key, &count, NULL);
	for (int i = 0; i < count; i++) {
		libregf_key_t *child = NULL;
		if (libregf_key_get_sub_key(key, i, &child, NULL) == 1)
			regf_walk(child, seen);
		libregf_key_free(&child, NULL);
	}
}

static int regf_all(const struct question *question, struct seen *seen)
{
	libregf_file_t *file = NULL;
	libregf_key_t *key = NULL;
	if (libregf_file_initialize(&file, NULL) != 1 ||
	    libregf_file_open(file, question->file, LIBREGF_OPEN_READ, NULL) != 1 ||
	    libregf_file_get_root_key(file, &key, NULL) != 1)
		return -1;
	regf_walk(key, seen);
	libregf_key_free(&key, NULL);
	libregf_file_close(file, NULL);
	libregf_file_free(&file, NULL);
	return 0;
}

/* --- hivex -------------------------------------------------------------------------------------
 */

static int hivex_one(const struct question *question, struct seen *seen)
{
	hive_h *hive = hivex_open(question->file, 0);
	char *path = strdup(question->key);
	int status = -1;
	if (hive == NULL || path == NULL)
		goto out;
	hive_node_h node = hivex_root(hive);
	char *rest = path;
	for (char *part = strsep(&rest, "\\"); part != NULL && node != 0;
	     part = strsep(&rest, "\\"))
		node = hivex_node_get_child(hive, node, part);
	hive_value_h value = node == 0 ? 0 : hivex_node_get_value(hive, node, question->value);
	if (value == 0)
		goto out;
	hive_type type;
	char *data = hivex_value_value(hive, value, &type, &seen->bytes);
	status = data == NULL ? -1 : 0;
	free(data);
out:
	free(path);
	if (hive != NULL)
		hivex_close(hive);
	return status;
}

static void hivex_walk(hive_h *hive, hive_node_h node, struct seen *seen)
{
	char *name = hivex_node_name(hive, node);
	free(name);
	seen->keys++;
	hive_value_h *values = hivex_node_values(hive, node);
	for (size_t i = 0; values != NULL && values[i] != 0; i++) {
		hive_type type;
		size_t length = 0;
		char *key = hivex_value_key(hive, values[i]);
		char *data = hivex_value_value(hive, values[i], &type, &length);
		if (data != NULL)
			seen->bytes += length;
		seen->values++;
		free(key);
		free(data);
	}
	free(values);
	hive_node_h *children = hivex_node_children(hive, node);
	for (size_t i = 0; children != NULL && children[i] != 0; i++)
		hivex_walk(hive, children[i], seen);
	free(children);
}

static int hivex_all(const struct question *question, struct seen *seen)
{
	hive_h *hive = hivex_open(question->file, 0);
	if (hive == NULL)
		return -1;
	hivex_walk(hive, hivex_root(hive), seen);
	hivex_close(hive);
	return 0;
}

/* --- measuring ---------------------------------------------------------------------------------
 */

enum { READERS = 3, MAX_ROUNDS = 1001 };
static const char *const reader_names[READERS] = {"kbmend", "libregf", "hivex"};

static double milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare_times(const void *left, const void *right)
{
	const double *a = left;
	const double *b = right;
	return *a < *b ? -1 : *a > *b;
}

/* Prints a row a reader. A reader that cannot do it once (hivex refuses keys with more than 70,000
 * subkeys) is left out of the rest; ours must not. */
static int measure(const char *what, reader *const readers[READERS],
		   const struct question *question, size_t rounds)
{
	static double times[READERS][MAX_ROUNDS];
	struct seen seen[READERS];
	bool able[READERS] = {true, true, true};
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < READERS; i++) {
			double start = milliseconds();
			seen[i] = (struct seen){0, 0, 0};
			able[i] = able[i] && readers[i](question, &seen[i]) == 0;
			times[i][round] = milliseconds() - start;
		}
	printf("%s (median of %zu rounds)\n", what, rounds);
	for (size_t i = 0; i < READERS; i++) {
		if (!able[i]) {
			printf("  %-8s cannot do that\n", reader_names[i]);
			continue;
		}
		qsort(times[i], rounds, sizeof times[i][0], compare_times);
		printf("  %-8s %10.3f ms  %8.1fx   %zu keys, %zu values, %zu bytes of data\n",
		       reader_names[i], times[i][rounds / 2],
		       times[i][rounds / 2] / times[0][rounds / 2], seen[i].keys, seen[i].values,
		       seen[i].bytes);
	}
	return able[0] ? 0 : 1;
}

int main(int count, char **arguments)
{
	if (count != 4 && count != 5) {
		fputs("usage: bench_hive HIVE KEY VALUE [ROUNDS]\n", stderr);
		return 64;
	}
	struct question question = {arguments[1], arguments[2], arguments[3]};
	unsigned long rounds = count == 5 ? strtoul(arguments[4], NULL, 10) : 21;
	if (rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "rounds: 1 to %d\n", MAX_ROUNDS);
		return 64;
	}
	static reader *const one[READERS] = {kbm_one, regf_one, hivex_one};
	static reader *const all[READERS] = {kbm_all, regf_all, hivex_all};
	int status = measure("open and read one value", one, &question, rounds);
	if (status == 0)
		status =
		    measure("open and walk everything", all, &question, rounds < 5 ? rounds : 5);
	return status;
}
