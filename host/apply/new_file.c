/* Writing a new file, whole or not at all. */
#include "apply/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODE = 0666 }; /* less the umask */

static bool write_all(int descriptor, const uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t written = write(descriptor, data, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		data += written;
		length -= (size_t)written;
	}
	return true;
}

/* The folder of a path, as heap text; NULL without memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static bool sync_folder(const char *folder)
{
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return false;
	bool synced = fsync(descriptor) == 0;
	close(descriptor);
	return synced;
}

/* Gives the finished file its name; linkat() refuses a name that is taken. */
static bool name_file(int descriptor, const char *path)
{
	char unnamed[32];
	snprintf(unnamed, sizeof unnamed, "/proc/self/fd/%d", descriptor);
	return linkat(AT_FDCWD, unnamed, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

/* A file without a name, or, where the file system has none, one under its own name already. */
static int open_new(const char *folder, const char *path, bool *named)
{
	int descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, (mode_t)MODE);
	*named = descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR);
	if (*named)
		descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)MODE);
	return descriptor;
}

static enum kbm_code refuse(const char *path, const char *what, struct kbm_error *error)
{
	if (errno == EEXIST)
		return kbm_fail(error, KBM_REFUSED,
				"%s: is there already; name a new file or remove it", path);
	return kbm_fail(error, KBM_IO, "%s: cannot be %s: %s", path, what, strerror(errno));
}

enum kbm_code kbm_new_file_write(const char *path, const void *data, size_t length,
				 struct kbm_error *error)
{
	char *folder = folder_of(path);
	if (folder == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	bool named = false;
	int descriptor = open_new(folder, path, &named);
	const char *failed = NULL;
	if (descriptor >= 0 && (!write_all(descriptor, data, length) || fsync(descriptor) != 0))
		failed = "written";
	else if (descriptor < 0 || (!named && !name_file(descriptor, path)) || !sync_folder(folder))
		failed = "created";
	enum kbm_code code = failed == NULL ? KBM_OK : refuse(path, failed, error);
	if (named && descriptor >= 0 && code != KBM_OK)
		unlink(path);
	if (descriptor >= 0)
		close(descriptor);
	free(folder);
	return code;
}
