/* The folder for backups that a person named. */
#include "apply/backup_folder.h"

#include "base/absolute.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum kbm_code refuse(const char *folder, const char *why, const char *way_out,
			    struct kbm_error *error)
{
	return kbm_fail(error, KBM_REFUSED, "--backup-dir %.110s: %s; %s", folder, why, way_out);
}

static enum kbm_code check(const char *folder, struct kbm_error *error)
{
	struct stat status;
	if (TEMP_FAILURE_RETRY(stat(folder, &status)) != 0)
		return errno == ENOENT
			   ? refuse(folder, "there is no such folder", "make it, or name another",
				    error)
			   : refuse(folder, strerror(errno), "name another folder", error);
	if (!S_ISDIR(status.st_mode))
		return refuse(folder, "is no folder", "name one", error);
	if (TEMP_FAILURE_RETRY(faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS)) == 0)
		return KBM_OK;
	return errno == EACCES || errno == EPERM
		   ? refuse(folder, "this user may not write there",
			    "name another folder, or work as one who may", error)
		   : refuse(folder, strerror(errno), "name another folder", error);
}

enum kbm_code kbm_backup_folder_find(const char *given, char **folder, struct kbm_error *error)
{
	if (given[0] == '\0')
		return kbm_fail(error, KBM_USAGE, "--backup-dir: a folder is needed");
	char *found = kbm_path_absolute(given);
	if (found == NULL)
		return kbm_fail(error, KBM_IO,
				"the working folder: %s; give --backup-dir as an absolute path",
				strerror(errno));
	enum kbm_code code = check(found, error);
	if (code == KBM_OK)
		*folder = found;
	else
		free(found);
	return code;
}
