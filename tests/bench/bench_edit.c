/* The hive writer against hivexregedit: bench_edit HIVE KEY VALUE [ROUNDS].
 *
 * Ours opens a copy in memory, sets one DWORD value, finishes; hivexregedit merges the same from a
 * .reg file into a copy of the file, as a process of its own. Beside them hivex does it in this
 * process. They take turns; medians and ratios are printed. KEY is relative to the root. */
#include "times.h"

#include "base/limits.h"
#include "source/hive.h"
#include "source/hive_edit.h"

#include <fcntl.h>
#include <hivex.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAYS = 3, MAX_ROUNDS = 1001 };
#define SPARE KBM_MIB

extern char **environ;

struct bench {
	const char *key;
	const char *value;
	uint8_t *original;
	size_t length;
	uint8_t *copy; /* with room for SPARE more */
	char folder[64];
	char hive[96];	 /* in the folder */
	char merge[96];	 /* the .reg file */
	uint32_t number; /* that is set: another one each time */
};

static bool read_file(const char *path, struct bench *bench)
{
	FILE *file = fopen(path, "rbe");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		return false;
	bench->length = (size_t)ftell(file);
	bench->original = malloc(bench->length);
	bench->copy = calloc(1, bench->length + SPARE);
	rewind(file);
	bool whole = bench->original != NULL && bench->copy != NULL &&
		     fread(bench->original, 1, bench->length, file) == bench->length;
	fclose(file);
	return whole;
}

static bool write_file(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wbe");
	return file != NULL && fwrite(bytes, 1, length, file) == length && fclose(file) == 0;
}

static void put_number(uint8_t data[4], uint32_t number)
{
	for (int i = 0; i < 4; i++)
		data[i] = (uint8_t)(number >> 8 * i);
}

/* --- the ways; each returns whether it worked ------------------------------------------------- */

static bool edit_ours(struct bench *bench)
{
	struct kbm_hive_editor *editor = NULL;
	uint8_t data[4];
	size_t length = 0;
	put_number(data, bench->number);
	struct kbm_value value = {bench->value, strlen(bench->value), 4, data, sizeof data};
	bool done = kbm_hive_edit_open(bench->copy, bench->length, bench->length + SPARE, 1,
				       &editor, NULL) == KBM_OK &&
		    kbm_hive_edit_set_value(editor, bench->key, &value, NULL) == KBM_OK &&
		    kbm_hive_edit_finish(editor, &length, NULL) == KBM_OK;
	kbm_hive_edit_close(editor);
	return done;
}

static bool edit_hivexregedit(struct bench *bench)
{
	char *arguments[] = {"hivexregedit", "--merge", bench->hive, bench->merge, NULL};
	pid_t child = 0;
	int status = 1;
	return posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ) == 0 &&
	       waitpid(child, &status, 0) == child && status == 0;
}

static bool edit_hivex(struct bench *bench)
{
	hive_h *hive = hivex_open(bench->hive, HIVEX_OPEN_WRITE);
	char *path = strdup(bench->key);
	char data[4];
	put_number((uint8_t *)data, bench->number);
	hive_set_value value = {(char *)bench->value, hive_t_dword, sizeof data, data};
	if (hive == NULL || path == NULL)
		return false;
	hive_node_h node = hivex_root(hive);
	char *rest = path;
	for (char *part = strsep(&rest, "\\"); part != NULL && node != 0;
	     part = strsep(&rest, "\\"))
		node = hivex_node_get_child(hive, node, part);
	bool done = node != 0 && hivex_node_set_value(hive, node, &value, 0) == 0 &&
		    hivex_commit(hive, NULL, 0) == 0;
	hivex_close(hive);
	free(path);
	return done;
}

/* Before each: the hive as it was, and a number that is not in it. */
static bool prepare(struct bench *bench)
{
	char text[4096];
	bench->number++;
	memcpy(bench->copy, bench->original, bench->length);
	int length = snprintf(text, sizeof text,
			      "Windows Registry Editor Version 5.00\n\n[\\%s]\n\"%s\"=dword:%08x\n",
			      bench->key, bench->value, bench->number);
	return length > 0 && (size_t)length < sizeof text &&
	       write_file(bench->merge, text, (size_t)length) &&
	       write_file(bench->hive, bench->original, bench->length);
}

static int measure(struct bench *bench, size_t rounds)
{
	static bool (*const ways[WAYS])(struct bench *) = {edit_ours, edit_hivex,
							   edit_hivexregedit};
	static const char *const names[WAYS] = {"hive_edit, in memory", "hivex, in this process",
						"hivexregedit --merge"};
	static double times[WAYS][MAX_ROUNDS];
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < WAYS; i++) {
			if (!prepare(bench))
				return 1;
			double start = now_ms();
			if (!ways[i](bench)) {
				fprintf(stderr, "%s failed\n", names[i]);
				return 1;
			}
			times[i][round] = now_ms() - start;
		}
	printf("one value set (median of %zu rounds)\n", rounds);
	for (size_t i = 0; i < WAYS; i++) {
		qsort(times[i], rounds, sizeof times[i][0], compare_times);
		printf("  %-24s %10.3f ms  %8.1fx\n", names[i], times[i][rounds / 2],
		       times[i][rounds / 2] / times[0][rounds / 2]);
	}
	return 0;
}

int main(int count, char **arguments)
{
	if (count != 4 && count != 5) {
		fputs("usage: bench_edit HIVE KEY VALUE [ROUNDS]\n", stderr);
		return 64;
	}
	unsigned long rounds = count == 5 ? strtoul(arguments[4], NULL, 10) : 21;
	struct bench bench = {.key = arguments[2], .value = arguments[3], .number = 0x10000};
	if (rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "rounds: 1 to %d\n", MAX_ROUNDS);
		return 64;
	}
	snprintf(bench.folder, sizeof bench.folder, "/tmp/bench_edit.XXXXXX");
	if (mkdtemp(bench.folder) == NULL || !read_file(arguments[1], &bench)) {
		perror(arguments[1]);
		return 1;
	}
	snprintf(bench.hive, sizeof bench.hive, "%s/hive", bench.folder);
	snprintf(bench.merge, sizeof bench.merge, "%s/merge.reg", bench.folder);
	int status = measure(&bench, rounds);
	unlink(bench.hive);
	unlink(bench.merge);
	rmdir(bench.folder);
	free(bench.original);
	free(bench.copy);
	return status;
}
