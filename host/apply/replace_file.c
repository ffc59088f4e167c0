/* Writing a file anew. */
#include "apply/replace_file.h"

#include "apply/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_NEW = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH };

static mode_t current_umask(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return mask;
}

/* What the file is to have: the permissions of the one that is there. */
static enum kbm_code find_mode(int folder, const char *name, const char *path, mode_t *mode,
			       struct kbm_error *error)
{
	struct stat there;
	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return kbm_fail(error, KBM_IO, "%.160s: %s", path, strerror(errno));
		*mode = MODE_NEW & ~current_umask();
		return KBM_OK;
	}
	if (!S_ISREG(there.st_mode))
		return kbm_fail(error, KBM_REFUSED,
				"%.160s: no regular file, and only such a one is replaced", path);
	*mode = there.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
	return KBM_OK;
}

enum kbm_code kbm_replace_file(const char *path, const void *data, size_t length,
			       struct kbm_error *error)
{
	const char *name = NULL;
	mode_t mode = 0;
	int folder = kbm_durable_open_folder(path, &name);
	if (folder < 0)
		return kbm_fail(error, KBM_IO, "%.160s: %s", path, strerror(errno));
	enum kbm_code code = find_mode(folder, name, path, &mode, error);
	if (code == KBM_OK && !kbm_durable_replace_as(folder, name, mode, data, length))
		code = kbm_fail(error, KBM_IO, "%.160s: %s", path, strerror(errno));
	close(folder);
	return code;
}

enum kbm_code kbm_replace_file_check(const char *path, struct kbm_error *error)
{
	const char *name = NULL;
	mode_t mode = 0;
	int folder = kbm_durable_open_folder(path, &name);
	if (folder < 0)
		return kbm_fail(error, KBM_REFUSED, "%.160s: its folder: %s", path,
				strerror(errno));
	enum kbm_code code = find_mode(folder, name, path, &mode, error);
	if (code == KBM_OK && faccessat(folder, ".", W_OK, AT_EACCESS) != 0)
		code =
		    kbm_fail(error, KBM_REFUSED, "%.160s: its folder: %s", path, strerror(errno));
	close(folder);
	return code;
}
