/* Whether a new file may take an open file's name. */
#include "apply/hive_place.h"

#include "apply/proc_table.h"
#include "base/file_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { ANYBODY_WRITES = 0222 };

static enum kbm_code refuse(const char *path, const char *why, struct kbm_error *error)
{
	return kbm_fail(error, KBM_REFUSED, "%.100s: %s", path, why);
}

enum kbm_code kbm_hive_place_check_kind(const char *path, const struct stat *status,
					struct kbm_error *error)
{
	if (S_ISLNK(status->st_mode))
		return refuse(path, "is a symbolic link; name the file itself", error);
	if (S_ISDIR(status->st_mode))
		return refuse(path, "is a directory; name a hive's file", error);
	if (!S_ISREG(status->st_mode))
		return refuse(path, "is no regular file; work on a copy in a file", error);
	return KBM_OK;
}

/* --- mounts ----------------------------------------------------------------------------------- */

/* Whether a line of mountinfo is a mount of this very file: then *point is where, borrowed from the
 * line. Whole file systems, whose root is "/", are not asked: one that does not answer would keep
 * us waiting. */
static bool mounts_file(char *line, const struct stat *status, const char **point)
{
	enum { DEVICE = 2, ROOT, POINT, FIELDS };
	char *fields[FIELDS];
	struct stat there;
	uintmax_t major_number = 0;
	uintmax_t minor_number = 0;
	if (kbm_proc_fields(line, fields, FIELDS) < FIELDS || strcmp(fields[ROOT], "/") == 0)
		return false;
	const char *device = fields[DEVICE];
	if (!kbm_proc_number(&device, 10, ':', &major_number) ||
	    !kbm_proc_number(&device, 10, '\0', &minor_number) ||
	    makedev((unsigned)major_number, (unsigned)minor_number) != status->st_dev)
		return false;
	kbm_proc_unescape(fields[POINT]);
	*point = fields[POINT];
	return lstat(*point, &there) == 0 && kbm_file_state_same_file(status, &there);
}

/* A rename would part the file's name from the place where it is mounted, as it does with hard
 * links. Mounts that other containers have are not seen. */
static enum kbm_code check_mounts(const char *path, const struct stat *status,
				  struct kbm_error *error)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	const char *point = NULL;
	enum kbm_code code = KBM_OK;
	if (mounts == NULL)
		return KBM_OK; /* rename() itself refuses mount points */
	while (code == KBM_OK && getline(&line, &size, mounts) > 0)
		if (mounts_file(line, status, &point))
			code =
			    kbm_fail(error, KBM_REFUSED,
				     "%.80s: is mounted as a single file at %.80s; unmount it or "
				     "work on a copy",
				     path, point);
	free(line);
	fclose(mounts);
	return code;
}

/* --- permissions ------------------------------------------------------------------------------ */

static enum kbm_code check_flags(const char *path, int descriptor, struct kbm_error *error)
{
	struct statx status;
	if (statx(descriptor, "", AT_EMPTY_PATH, 0, &status) != 0)
		return KBM_OK; /* rename() itself refuses all of these */
	if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
		return refuse(path, "is a mount point; unmount it or work on a copy", error);
	if ((status.stx_attributes & STATX_ATTR_IMMUTABLE) != 0)
		return refuse(path, "is immutable (chattr +i); work on a copy", error);
	if ((status.stx_attributes & STATX_ATTR_APPEND) != 0)
		return refuse(path, "may only be appended to (chattr +a); work on a copy", error);
	return KBM_OK;
}

static enum kbm_code refuse_access(const char *path, const char *what, struct kbm_error *error)
{
	if (errno == EROFS)
		return refuse(path, "is on a read-only file system; work on a copy", error);
	if (errno == EACCES || errno == EPERM)
		return kbm_fail(error, KBM_REFUSED, "%.100s: this user may not write %s; %s", path,
				what, "work as one who may, or on a copy");
	return kbm_fail(error, KBM_IO, "%.100s: cannot be looked at: %s", path, strerror(errno));
}

static enum kbm_code check_folder(const char *path, int folder, const struct stat *status,
				  struct kbm_error *error)
{
	struct stat holder;
	if (TEMP_FAILURE_RETRY(fstat(folder, &holder)) != 0)
		return refuse_access(path, "", error);
	if ((holder.st_mode & ANYBODY_WRITES) == 0)
		return refuse(path,
			      "its folder is read-only, as evidence is kept; work on a copy, or "
			      "make it writable (chmod u+w)",
			      error);
	if (TEMP_FAILURE_RETRY(faccessat(folder, ".", W_OK | X_OK, AT_EACCESS)) != 0)
		return refuse_access(path, "into its folder", error);
	uid_t user = geteuid();
	if ((holder.st_mode & S_ISVTX) != 0 && user != 0 && user != status->st_uid &&
	    user != holder.st_uid)
		return refuse(path,
			      "its folder lets owners only replace files (chmod +t); work as its "
			      "owner, or on a copy",
			      error);
	return KBM_OK;
}

enum kbm_code kbm_hive_place_check(const char *path, int folder, const char *name, int descriptor,
				   const struct stat *status, struct kbm_error *error)
{
	if (status->st_nlink > 1)
		return kbm_fail(error, KBM_REFUSED,
				"%.100s: has %ju hard links, which would be parted; work on a copy",
				path, (uintmax_t)status->st_nlink);
	if ((status->st_mode & ANYBODY_WRITES) == 0)
		return refuse(path,
			      "is read-only, as evidence is kept; work on a copy, or make it "
			      "writable (chmod u+w)",
			      error);
	enum kbm_code code = check_flags(path, descriptor, error);
	if (code == KBM_OK)
		code = check_mounts(path, status, error);
	if (code == KBM_OK && TEMP_FAILURE_RETRY(faccessat(folder, name, W_OK, AT_EACCESS)) != 0)
		code = refuse_access(path, "it", error);
	return code == KBM_OK ? check_folder(path, folder, status, error) : code;
}
