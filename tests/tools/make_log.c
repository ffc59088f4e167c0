/* Writes transaction logs for tests in shell:
 *
 *   make_log entries|pages LOG SEQUENCE STATE...  the log from the first hive to the last
 *
 *   make_log dirty HIVE PRIMARY SECONDARY         leaves a hive as a crash leaves it
 *
 *   make_log flip FILE OFFSET                     changes one byte
 *
 * Entries begin with SEQUENCE, one for each state but the first. */
#include "log_image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 64, SECTOR = 512 };

static struct log_state read_file(const char *path)
{
	struct log_state state = {NULL, 0};
	FILE *file = fopen(path, "rbe");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
		perror(path);
		exit(1);
	}
	state.size = (size_t)ftell(file);
	uint8_t *bytes = malloc(state.size + 1);
	rewind(file);
	if (bytes == NULL || fread(bytes, 1, state.size, file) != state.size) {
		perror(path);
		exit(1);
	}
	fclose(file);
	state.bytes = bytes;
	return state;
}

static int write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "wbe");
	if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

static int make(bool entries, char **words, int count)
{
	struct log_state states[MOST_STATES];
	struct log_image log;
	uint32_t sequence = (uint32_t)strtoul(words[1], NULL, 10);
	size_t last = (size_t)count - 3;
	if (last >= MOST_STATES)
		return 64;
	for (size_t i = 0; i <= last; i++)
		states[i] = read_file(words[2 + i]);
	log_make(&log, states[0], entries ? LOG_ENTRIES : LOG_PAGES, sequence);
	for (size_t i = 0; entries && i < last; i++)
		log_add_entry(&log, sequence + (uint32_t)i, states[i], states[i + 1]);
	if (!entries)
		log_add_pages(&log, SECTOR, states[0], states[last]);
	int status = write_file(words[0], log.bytes, log.size);
	for (size_t i = 0; i <= last; i++)
		free((void *)states[i].bytes);
	log_free(&log);
	return status;
}

int main(int count, char **words)
{
	int status = 64;
	if (count >= 6 && (strcmp(words[1], "entries") == 0 || strcmp(words[1], "pages") == 0)) {
		status = make(words[1][0] == 'e', words + 2, count - 2);
	} else if (count == 5 && strcmp(words[1], "dirty") == 0) {
		struct log_state hive = read_file(words[2]);
		log_make_dirty((uint8_t *)hive.bytes, (uint32_t)strtoul(words[3], NULL, 10),
			       (uint32_t)strtoul(words[4], NULL, 10));
		status = write_file(words[2], hive.bytes, hive.size);
		free((void *)hive.bytes);
	} else if (count == 4 && strcmp(words[1], "flip") == 0) {
		struct log_state file = read_file(words[2]);
		size_t at = strtoul(words[3], NULL, 0);
		if (at < file.size)
			((uint8_t *)file.bytes)[at] ^= 1;
		status = at < file.size ? write_file(words[2], file.bytes, file.size) : 1;
		free((void *)file.bytes);
	}
	if (status == 64)
		fputs("usage: make_log entries|pages LOG SEQUENCE STATE STATE...\n"
		      "       make_log dirty HIVE PRIMARY SECONDARY\n"
		      "       make_log flip FILE OFFSET\n",
		      stderr);
	return status;
}
