/* Writing a new file, whole or not at all. */
#include "apply/new_file.h"

#include "apply/durable.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MODE = 0666 }; /* less the umask */

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
	const char *name = NULL;
	const char *failed = NULL;
	bool named = false;
	int folder = kbm_durable_open_folder(path, &name);
	int file = folder < 0 ? -1 : kbm_durable_create(folder, name, (mode_t)MODE, &named);
	if (file >= 0 && (!kbm_durable_write(file, data, length) || !kbm_durable_sync(file))) {
		failed = "written";
	} else if (file < 0 || !kbm_durable_name(file, folder, name, named)) {
		if (file >= 0 && name > path && *name == '\0') /* a folder, by its name */
			errno = EEXIST;
		failed = "created";
	}
	enum kbm_code code = failed == NULL ? KBM_OK : refuse(path, failed, error);
	if (named && file >= 0 && code != KBM_OK)
		unlinkat(folder, name, 0);
	if (file >= 0)
		close(file);
	if (folder >= 0)
		close(folder);
	return code;
}
