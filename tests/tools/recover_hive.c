/* Replays a hive's logs without processes or jails around it: recover_hive HIVE OUT [LOG]... with
 * up to three logs, in the order LOG, LOG1, LOG2 ("-": none). Exit 0, or 1 with a sentence on
 * stderr. For tests and benchmarks of the replay alone. */
#include "source/hive_log.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(const char *path, struct kbm_hive_log *file)
{
	struct stat status;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0 || fstat(descriptor, &status) != 0) {
		perror(path);
		return 1;
	}
	file->length = (size_t)status.st_size;
	file->bytes = file->length == 0
			  ? (const uint8_t *)""
			  : mmap(NULL, file->length, PROT_READ, MAP_PRIVATE, descriptor, 0);
	close(descriptor);
	return file->bytes == MAP_FAILED;
}

/* By the kernel, as kbmend does: of the copy only what the logs change is touched then. */
static bool copy(const char *from, size_t length, int output)
{
	int input = open(from, O_RDONLY | O_CLOEXEC);
	off_t at = 0;
	ssize_t copied = 1;
	while (input >= 0 && copied > 0 && (size_t)at < length)
		copied = sendfile(output, input, &at, length - (size_t)at);
	if (input >= 0)
		close(input);
	return (size_t)at == length;
}

static int recover(const char *from, const struct kbm_hive_log *hive,
		   const struct kbm_hive_log *logs, const char *path)
{
	struct kbm_hive_recovery recovery;
	struct kbm_error error = {0};
	size_t length = 0;
	size_t room = kbm_hive_log_room(hive->length, logs);
	int output = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (output < 0 || !copy(from, hive->length, output) ||
	    ftruncate(output, (off_t)room) != 0) {
		perror(path);
		return 1;
	}
	uint8_t *image = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED, output, 0);
	if (image == MAP_FAILED)
		return 1;
	enum kbm_code code = kbm_hive_log_replay(hive->bytes, hive->length, logs, image, room,
						 &length, &recovery, &error);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_log_report *report = &recovery.logs[i];
		fprintf(stderr, "log %zu: kind %d, %u replayed, %u to %u; %s\n", i,
			(int)report->kind, report->count, report->first, report->last,
			report->reason.message);
	}
	if (code == KBM_NOT_FOUND)
		fprintf(stderr, "the hive is clean\n");
	else if (code != KBM_OK)
		fprintf(stderr, "%s\n", error.message);
	if (code != KBM_OK || ftruncate(output, (off_t)length) != 0 || close(output) != 0) {
		unlink(path);
		return 1;
	}
	return 0;
}

int main(int count, char **arguments)
{
	struct kbm_hive_log hive = {NULL, 0};
	struct kbm_hive_log logs[KBM_HIVE_LOGS] = {{NULL, 0}};
	if (count < 3 || count > 3 + KBM_HIVE_LOGS) {
		fputs("usage: recover_hive HIVE OUT [LOG]...\n", stderr);
		return 64;
	}
	if (map(arguments[1], &hive) != 0)
		return 1;
	for (int i = 3; i < count; i++)
		if (strcmp(arguments[i], "-") != 0 && map(arguments[i], &logs[i - 3]) != 0)
			return 1;
	return recover(arguments[1], &hive, logs, arguments[2]);
}
