/* Opening files, and reading a whole small one. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

int kbm_file_open_above(const char *path, int flags)
{
	int opened = open(path, flags | O_CLOEXEC | O_NOCTTY);
	if (opened < 0 || opened > STDERR_FILENO)
		return opened;
	int moved = fcntl(opened, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(opened);
	return moved;
}

static enum kbm_code read_all(int descriptor, const char *path, struct kbm_bytes *out,
			      struct kbm_error *error)
{
	uint8_t chunk[CHUNK];
	for (;;) {
		ssize_t got = read(descriptor, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return kbm_fail(error, KBM_IO, "%s: cannot be read: %s", path,
					strerror(errno));
		if (got == 0)
			return KBM_OK;
		if (!kbm_bytes_append(out, chunk, (size_t)got))
			return kbm_fail(error, KBM_LIMIT, "%s: larger than %zu bytes", path,
					out->maximum);
	}
}

enum kbm_code kbm_file_read(const char *path, bool follow, struct kbm_bytes *out,
			    struct kbm_error *error)
{
	/* O_NONBLOCK: a FIFO must not keep us waiting before it is refused. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
	int descriptor = (int)TEMP_FAILURE_RETRY(open(path, flags));
	if (descriptor < 0 && errno == ELOOP)
		return kbm_fail(error, KBM_REFUSED, "%s: is a symbolic link; name the file itself",
				path);
	if (descriptor < 0)
		return kbm_fail(error, errno == ENOENT ? KBM_NOT_FOUND : KBM_IO, "%s: %s", path,
				strerror(errno));
	struct stat status;
	enum kbm_code code;
	if (TEMP_FAILURE_RETRY(fstat(descriptor, &status)) != 0)
		code = kbm_fail(error, KBM_IO, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(status.st_mode))
		code = kbm_fail(error, KBM_REFUSED, "%s: %s", path,
				S_ISDIR(status.st_mode) ? "is a directory" : "is no regular file");
	else
		code = read_all(descriptor, path, out, error);
	close(descriptor);
	return code;
}
