/* Locks between processes that change files. */
#include "apply/file_lock.h"

#include "apply/proc_table.h"
#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

enum { POLL_MS = 10 };

/* One line of /proc/locks: "1: FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF"; who waits has "->" as
 * the second field. The number of a process of another container is no positive one. */
static long holder_of_line(char *line, const struct stat *status)
{
	enum { KIND = 1, PROCESS = 4, PLACE, FIELDS };
	char *fields[FIELDS];
	uintmax_t numbers[4] = {0}; /* major, minor, inode, process */
	if (kbm_proc_fields(line, fields, FIELDS) < FIELDS || strcmp(fields[KIND], "FLOCK") != 0)
		return 0;
	const char *place = fields[PLACE];
	const char *process = fields[PROCESS];
	if (!kbm_proc_number(&place, 16, ':', &numbers[0]) ||
	    !kbm_proc_number(&place, 16, ':', &numbers[1]) ||
	    !kbm_proc_number(&place, 10, '\0', &numbers[2]) ||
	    !kbm_proc_number(&process, 10, '\0', &numbers[3]))
		return 0;
	bool same = makedev((unsigned)numbers[0], (unsigned)numbers[1]) == status->st_dev &&
		    numbers[2] == status->st_ino;
	return same ? (long)numbers[3] : 0;
}

/* The process that holds the lock; 0: the system does not tell. */
static long holder(const struct stat *status)
{
	FILE *locks = fopen("/proc/locks", "re");
	char *line = NULL;
	size_t size = 0;
	long pid = 0;
	if (locks == NULL)
		return 0;
	while (pid <= 0 && getline(&line, &size, locks) > 0)
		pid = holder_of_line(line, status);
	free(line);
	fclose(locks);
	return pid;
}

static enum kbm_code refuse(int descriptor, const char *path, struct kbm_error *error)
{
	struct stat status;
	long pid = fstat(descriptor, &status) == 0 ? holder(&status) : 0;
	if (pid > 0)
		return kbm_fail(error, KBM_REFUSED,
				"%.140s: is locked by process %ld; try again when it has ended",
				path, pid);
	return kbm_fail(error, KBM_REFUSED,
			"%.140s: is locked by another process; try again when it has ended", path);
}

enum kbm_code kbm_file_lock(int descriptor, const char *path, unsigned wait_ms,
			    struct kbm_error *error)
{
	const struct timespec pause = {.tv_sec = 0, .tv_nsec = POLL_MS * 1000000L};
	uint64_t end = kbm_clock_ms() + wait_ms;
	for (;;) {
		if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
			return KBM_OK;
		if (errno != EINTR && errno != EWOULDBLOCK)
			break;
		if (errno == EWOULDBLOCK && kbm_clock_ms() >= end)
			return refuse(descriptor, path, error);
		if (errno == EWOULDBLOCK)
			nanosleep(&pause, NULL);
	}
	return kbm_fail(error, KBM_IO,
			"%.140s: cannot be locked: %s; work on a copy on a local disk", path,
			strerror(errno));
}
