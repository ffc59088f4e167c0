/* find_secret PID FILE: searches a process's memory, command line and environment for FILE's bytes.
 * Exit status 0: they are there, and where is printed; 1: they are not; 2: it could not be looked
 * at. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES  ((size_t)1 << 20)
#define SECRET_BYTES 256
#define STATUS_BLIND 2

struct secret {
	uint8_t bytes[SECRET_BYTES];
	size_t length;
};

static FILE *open_process(const char *pid, const char *what)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/%s", pid, what);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		perror(path);
	return file;
}

/* Chunks overlap by the secret's length, so that none is missed between two. */
static bool find_in(int memory, off_t from, off_t to, const struct secret *secret)
{
	static uint8_t chunk[CHUNK_BYTES];
	while (from < to) {
		size_t wanted =
		    to - from < (off_t)sizeof chunk ? (size_t)(to - from) : sizeof chunk;
		ssize_t got = pread(memory, chunk, wanted, from);
		if (got < (ssize_t)secret->length)
			return false;
		if (memmem(chunk, (size_t)got, secret->bytes, secret->length) != NULL)
			return true;
		from += got == (ssize_t)wanted && from + got < to
			    ? got - (ssize_t)secret->length + 1
			    : got;
	}
	return false;
}

static int search_memory(const char *pid, const struct secret *secret)
{
	int found = 0;
	size_t mappings = 0;
	char line[4096];
	FILE *maps = open_process(pid, "maps");
	FILE *memory = open_process(pid, "mem");
	if (maps == NULL || memory == NULL)
		return STATUS_BLIND;
	while (fgets(line, sizeof line, maps) != NULL) {
		unsigned long from = 0;
		unsigned long to = 0;
		char mode[5];
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 || mode[0] != 'r' ||
		    strstr(line, "[vsyscall]") != NULL || strstr(line, "[vvar") != NULL)
			continue;
		uint8_t byte;
		if (pread(fileno(memory), &byte, 1, (off_t)from) != 1)
			continue;
		mappings++;
		if (find_in(fileno(memory), (off_t)from, (off_t)to, secret)) {
			printf("in memory: %s", line);
			found = 1;
		}
	}
	fclose(maps);
	fclose(memory);
	if (mappings == 0) {
		fprintf(stderr, "process %s: no memory could be read\n", pid);
		return STATUS_BLIND;
	}
	return found;
}

static int search_file(const char *pid, const char *what, const struct secret *secret)
{
	static uint8_t content[CHUNK_BYTES];
	FILE *file = open_process(pid, what);
	if (file == NULL)
		return STATUS_BLIND;
	size_t length = fread(content, 1, sizeof content, file);
	fclose(file);
	if (memmem(content, length, secret->bytes, secret->length) == NULL)
		return 0;
	printf("in %s\n", what);
	return 1;
}

int main(int argc, char **argv)
{
	struct secret secret = {.length = 0};
	FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
	if (file != NULL)
		secret.length = fread(secret.bytes, 1, sizeof secret.bytes, file);
	if (secret.length < 8) {
		fprintf(stderr, "usage: find_secret PID FILE, of at least 8 bytes\n");
		return 64;
	}
	fclose(file);
	int results[] = {search_memory(argv[1], &secret), search_file(argv[1], "cmdline", &secret),
			 search_file(argv[1], "environ", &secret)};
	bool is_found = false;
	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
		if (results[i] == STATUS_BLIND)
			return STATUS_BLIND;
		is_found |= results[i] == 1;
	}
	return is_found ? 0 : 1;
}
