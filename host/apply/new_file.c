/* Writing a new file, whole or not at all. */
#include "apply/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
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

enum kbm_code kbm_new_file_write(const char *path, const void *data, size_t length,
				 struct kbm_error *error)
{
	int descriptor =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)MODE);
	if (descriptor < 0 && errno == EEXIST)
		return kbm_fail(error, KBM_REFUSED,
				"%s: is there already; name a new file or remove it", path);
	if (descriptor < 0)
		return kbm_fail(error, KBM_IO, "%s: cannot be created: %s", path, strerror(errno));
	bool written = write_all(descriptor, data, length) && fsync(descriptor) == 0;
	int reason = errno;
	if (close(descriptor) != 0 && written) {
		reason = errno;
		written = false;
	}
	if (!written) {
		unlink(path);
		return kbm_fail(error, KBM_IO, "%s: cannot be written: %s", path, strerror(reason));
	}
	return KBM_OK;
}
