/* Copying what a file has beside its content. */
#include "apply/file_attributes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACCESS_LIST "system.posix_acl_access"

enum { MODE_BITS = 07777, MAX_NAMES = 64 * 1024, MAX_VALUE = 64 * 1024 }; /* Linux' own limits */

/* Two values of one attribute, and two lists of names. */
struct room {
	char names[MAX_NAMES];
	char other_names[MAX_NAMES];
	char value[MAX_VALUE];
	char other_value[MAX_VALUE];
};

static enum kbm_code cannot_keep(const char *path, const char *what, const char *name,
				 struct kbm_error *error)
{
	bool forbidden = errno == EPERM || errno == EACCES;
	return kbm_fail(error, forbidden ? KBM_REFUSED : KBM_IO,
			"%.90s: its %s%.60s cannot be kept: %s%s", path, what, name,
			strerror(errno), forbidden ? "; work as its owner" : "");
}

/* The names, each ended by NUL, of all attributes; 0 where the file system has none. */
static ssize_t list(int descriptor, char names[static MAX_NAMES])
{
	ssize_t length = TEMP_FAILURE_RETRY(flistxattr(descriptor, names, MAX_NAMES));
	return length < 0 && errno == ENOTSUP ? 0 : length;
}

static bool has_name(const char *names, ssize_t length, const char *name)
{
	for (const char *at = names; at < names + length; at += strlen(at) + 1)
		if (strcmp(at, name) == 0)
			return true;
	return false;
}

static bool is_digest_of_content(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

static bool copy_one(int from, int to, const char *name, struct room *room)
{
	ssize_t length = TEMP_FAILURE_RETRY(fgetxattr(from, name, room->value, MAX_VALUE));
	if (length < 0)
		return errno == ENODATA; /* removed meanwhile: the file's ctime tells */
	ssize_t other = TEMP_FAILURE_RETRY(fgetxattr(to, name, room->other_value, MAX_VALUE));
	if (other == length && memcmp(room->value, room->other_value, (size_t)length) == 0)
		return true;
	return TEMP_FAILURE_RETRY(fsetxattr(to, name, room->value, (size_t)length, 0)) == 0;
}

static enum kbm_code copy_extended(int from, int to, const char *path, struct room *room,
				   struct kbm_error *error)
{
	ssize_t length = list(from, room->names);
	ssize_t other_length = length < 0 ? -1 : list(to, room->other_names);
	if (length < 0 || other_length < 0)
		return cannot_keep(path, "extended attributes", "", error);
	for (const char *at = room->names; at < room->names + length; at += strlen(at) + 1)
		if (!is_digest_of_content(at) && !copy_one(from, to, at, room))
			return cannot_keep(path, "extended attribute ", at, error);
	if (has_name(room->other_names, other_length, ACCESS_LIST) &&
	    !has_name(room->names, length, ACCESS_LIST) &&
	    TEMP_FAILURE_RETRY(fremovexattr(to, ACCESS_LIST)) != 0)
		return cannot_keep(path, "freedom from the folder's access list", "", error);
	return KBM_OK;
}

/* Last: setting an owner takes mode bits away. */
static enum kbm_code check_mode(const struct stat *kept, int to, const char *path,
				struct kbm_error *error)
{
	struct stat made;
	if (TEMP_FAILURE_RETRY(fchmod(to, kept->st_mode & (mode_t)MODE_BITS)) != 0 ||
	    TEMP_FAILURE_RETRY(fstat(to, &made)) != 0)
		return cannot_keep(path, "mode", "", error);
	errno = EPERM;
	if (made.st_mode != kept->st_mode)
		return cannot_keep(path, "mode", "", error);
	return KBM_OK;
}

enum kbm_code kbm_file_attributes_copy(int from, int to, const char *path, struct kbm_error *error)
{
	struct stat kept;
	struct stat made;
	if (TEMP_FAILURE_RETRY(fstat(from, &kept)) != 0 ||
	    TEMP_FAILURE_RETRY(fstat(to, &made)) != 0)
		return kbm_fail(error, KBM_IO, "%.140s: cannot be looked at: %s", path,
				strerror(errno));
	if (kept.st_gid != made.st_gid &&
	    TEMP_FAILURE_RETRY(fchown(to, (uid_t)-1, kept.st_gid)) != 0)
		return cannot_keep(path, "group", "", error);
	if (kept.st_uid != made.st_uid &&
	    TEMP_FAILURE_RETRY(fchown(to, kept.st_uid, (gid_t)-1)) != 0)
		return cannot_keep(path, "owner", "", error);
	struct room *room = malloc(sizeof *room);
	if (room == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = copy_extended(from, to, path, room, error);
	free(room);
	return code == KBM_OK ? check_mode(&kept, to, path, error) : code;
}
