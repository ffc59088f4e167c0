/* Files and folders that are on the disk when a call returns. */
#include "apply/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, MODE_PRIVATE = 0600 };

int kbm_durable_open(int folder, const char *name, int flags, mode_t mode)
{
	return (int)TEMP_FAILURE_RETRY(
	    openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, mode));
}

int kbm_durable_open_folder(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	if (slash == NULL)
		folder = strdup(".");
	else
		folder = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	if (folder == NULL)
		return -1;
	int descriptor = (int)TEMP_FAILURE_RETRY(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int reason = errno;
	free(folder);
	errno = reason;
	if (descriptor >= 0)
		*name = slash == NULL ? path : slash + 1;
	return descriptor;
}

bool kbm_durable_sync(int descriptor)
{
	return TEMP_FAILURE_RETRY(fsync(descriptor)) == 0;
}

static bool write_at(int descriptor, const uint8_t *data, size_t length, off_t at)
{
	while (length > 0) {
		ssize_t written = TEMP_FAILURE_RETRY(pwrite(descriptor, data, length, at));
		if (written == 0)
			errno = EIO;
		if (written <= 0)
			return false;
		data += written;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

bool kbm_durable_write(int descriptor, const void *data, size_t length, uint64_t at)
{
	return write_at(descriptor, data, length, (off_t)at);
}

bool kbm_durable_copy(int from, int to, uint64_t *length)
{
	off_t at = 0;
	uint8_t *chunk = malloc(CHUNK);
	ssize_t got = chunk == NULL ? -1 : 1;
	while (got > 0) {
		got = TEMP_FAILURE_RETRY(pread(from, chunk, CHUNK, at));
		if (got > 0 && !write_at(to, chunk, (size_t)got, at))
			got = -1;
		else if (got > 0)
			at += got;
	}
	int reason = errno;
	free(chunk);
	errno = reason;
	if (got < 0)
		return false;
	*length = (uint64_t)at;
	return true;
}

void kbm_durable_forget(int descriptor)
{
	posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED); /* the disk begins at once */
}

int kbm_durable_create(int folder, const char *name, mode_t mode, bool *named)
{
	int descriptor =
	    (int)TEMP_FAILURE_RETRY(openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
	*named = descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR);
	if (*named)
		descriptor = kbm_durable_open(folder, name, O_RDWR | O_CREAT | O_EXCL, mode);
	return descriptor;
}

bool kbm_durable_name(int descriptor, int folder, const char *name, bool named)
{
	char unnamed[32];
	snprintf(unnamed, sizeof unnamed, "/proc/self/fd/%d", descriptor);
	if (!named &&
	    TEMP_FAILURE_RETRY(linkat(AT_FDCWD, unnamed, folder, name, AT_SYMLINK_FOLLOW)) != 0)
		return false;
	if (kbm_durable_sync(folder))
		return true;
	int reason = errno;
	if (!named)
		unlinkat(folder, name, 0);
	errno = reason;
	return false;
}

bool kbm_durable_replace(int folder, const char *name, const void *data, size_t length)
{
	return kbm_durable_replace_as(folder, name, MODE_PRIVATE, data, length);
}

bool kbm_durable_replace_as(int folder, const char *name, mode_t mode, const void *data,
			    size_t length)
{
	char *unfinished = NULL;
	if (asprintf(&unfinished, ".%s.new", name) < 0)
		return false;
	unlinkat(folder, unfinished, 0); /* of a process that was killed */
	int descriptor =
	    kbm_durable_open(folder, unfinished, O_WRONLY | O_CREAT | O_EXCL, MODE_PRIVATE);
	bool renamed = descriptor >= 0 && kbm_durable_write(descriptor, data, length, 0) &&
		       (mode == MODE_PRIVATE || fchmod(descriptor, mode) == 0) &&
		       kbm_durable_sync(descriptor) &&
		       TEMP_FAILURE_RETRY(renameat(folder, unfinished, folder, name)) == 0;
	bool done = renamed && kbm_durable_sync(folder);
	int reason = errno;
	if (descriptor >= 0)
		close(descriptor);
	if (descriptor >= 0 && !renamed)
		unlinkat(folder, unfinished, 0);
	free(unfinished);
	errno = reason;
	return done;
}
