/* Writing a new file, whole or not at all. */
#include "apply/new_file.h"

#include "apply/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0666 }; /* less the umask */

static enum kbm_code refuse(const char *path, const char *what, struct kbm_error *error)
{
	if (errno == EEXIST)
		return kbm_fail(error, KBM_REFUSED,
				"%s: is there already; name a new file or remove it", path);
	return kbm_fail(error, KBM_IO, "%s: cannot be %s: %s", path, what, strerror(errno));
}

static void close_both(struct kbm_new_file *file)
{
	if (file->file >= 0)
		close(file->file);
	if (file->folder >= 0)
		close(file->folder);
	file->file = -1;
	file->folder = -1;
}

enum kbm_code kbm_new_file_begin(struct kbm_new_file *file, const char *path,
				 struct kbm_error *error)
{
	struct stat status;
	*file = (struct kbm_new_file){.path = path, .file = -1};
	file->folder = kbm_durable_open_folder(path, &file->name);
	/* Better now than when all is written; what comes in between is found at the end. */
	bool is_there = file->folder >= 0 &&
			((file->name > path && *file->name == '\0') /* a folder, by its name */ ||
			 fstatat(file->folder, file->name, &status, AT_SYMLINK_NOFOLLOW) == 0);
	if (is_there)
		errno = EEXIST;
	else if (file->folder >= 0)
		file->file =
		    kbm_durable_create(file->folder, file->name, (mode_t)MODE, &file->named);
	if (file->file >= 0)
		return KBM_OK;
	enum kbm_code code = refuse(path, "created", error);
	close_both(file);
	return code;
}

enum kbm_code kbm_new_file_restrict(struct kbm_new_file *file, mode_t mode, struct kbm_error *error)
{
	struct stat made;
	if (fstat(file->file, &made) != 0 || fchmod(file->file, made.st_mode & mode) != 0)
		return refuse(file->path, "kept to those who may read the hive", error);
	return KBM_OK;
}

enum kbm_code kbm_new_file_append(struct kbm_new_file *file, const void *data, size_t length,
				  struct kbm_error *error)
{
	if (!kbm_durable_write(file->file, data, length, file->length))
		return refuse(file->path, "written", error);
	file->length += length;
	return KBM_OK;
}

void kbm_new_file_hurry(const struct kbm_new_file *file)
{
	/* Only the beginning of what the end waits for: whether it fails tells nothing. */
	sync_file_range(file->file, 0, 0, SYNC_FILE_RANGE_WRITE);
}

enum kbm_code kbm_new_file_end(struct kbm_new_file *file, struct kbm_error *error)
{
	const char *failed = NULL;
	if (!kbm_durable_sync(file->file))
		failed = "written";
	else if (!kbm_durable_name(file->file, file->folder, file->name, file->named))
		failed = "created";
	enum kbm_code code = failed == NULL ? KBM_OK : refuse(file->path, failed, error);
	if (code != KBM_OK)
		kbm_new_file_discard(file);
	else
		close_both(file);
	return code;
}

void kbm_new_file_discard(struct kbm_new_file *file)
{
	if (file->named)
		unlinkat(file->folder, file->name, 0);
	close_both(file);
}

enum kbm_code kbm_new_file_write(const char *path, const void *data, size_t length,
				 struct kbm_error *error)
{
	struct kbm_new_file file;
	enum kbm_code code = kbm_new_file_begin(&file, path, error);
	if (code != KBM_OK)
		return code;
	code = kbm_new_file_append(&file, data, length, error);
	if (code == KBM_OK)
		return kbm_new_file_end(&file, error);
	kbm_new_file_discard(&file);
	return code;
}
