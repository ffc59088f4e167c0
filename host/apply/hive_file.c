/* A hive's file, opened and locked, and its copy that may be changed. */
#include "apply/hive_file.h"

#include "apply/durable.h"
#include "apply/file_attributes.h"
#include "apply/file_lock.h"
#include "apply/hive_file_parts.h"
#include "apply/hive_place.h"
#include "base/absolute.h"
#include "base/file_state.h"
#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPEN_ATTEMPTS = 16, MODE_PRIVATE = 0600 };

enum kbm_code kbm_hive_file_fail(const struct kbm_hive_file *file, const char *what,
				 struct kbm_error *error)
{
	return kbm_fail(error, KBM_IO, "%.120s: %s: %s", file->path, what, strerror(errno));
}

const char *kbm_hive_file_name(const struct kbm_hive_file *file)
{
	return file->absolute == NULL ? "" : kbm_path_last(file->absolute);
}

/* --- opening ---------------------------------------------------------------------------------- */

static enum kbm_code open_folder(const char *path, struct kbm_hive_file *file,
				 struct kbm_error *error)
{
	const char *name = NULL;
	char here[PATH_MAX];
	char real[PATH_MAX];
	file->path = strdup(path);
	if (file->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	file->folder = kbm_durable_open_folder(path, &name);
	if (file->folder < 0)
		return kbm_fail(error, errno == ENOENT ? KBM_NOT_FOUND : KBM_IO, "%.160s: %s", path,
				strerror(errno));
	if (name[0] == '\0')
		return kbm_fail(error, KBM_REFUSED, "%.160s: names a folder; name a hive's file",
				path);
	snprintf(here, sizeof here, "%.*s", (int)(name - path), path);
	if (realpath(here[0] == '\0' ? "." : here, real) == NULL)
		return kbm_hive_file_fail(file, "its folder cannot be looked at", error);
	char *absolute = NULL;
	if (asprintf(&absolute, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name) < 0 ||
	    absolute == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	file->absolute = absolute;
	return KBM_OK;
}

/* What has the name now, unfollowed. */
static enum kbm_code look(const struct kbm_hive_file *file, struct stat *status,
			  struct kbm_error *error)
{
	if (TEMP_FAILURE_RETRY(
		fstatat(file->folder, kbm_hive_file_name(file), status, AT_SYMLINK_NOFOLLOW)) == 0)
		return KBM_OK;
	return kbm_fail(error, errno == ENOENT ? KBM_NOT_FOUND : KBM_IO, "%.160s: %s", file->path,
			strerror(errno));
}

/* One attempt; *again when another file got the name meanwhile. */
static enum kbm_code open_and_lock(struct kbm_hive_file *file, bool *again, struct kbm_error *error)
{
	struct stat before;
	struct stat named;
	enum kbm_code code = look(file, &before, error);
	if (code == KBM_OK)
		code = kbm_hive_place_check_kind(file->path, &before, error);
	if (code != KBM_OK)
		return code;
	file->original =
	    kbm_durable_open(file->folder, kbm_hive_file_name(file), O_RDONLY | O_NONBLOCK, 0);
	*again = file->original < 0 && (errno == ENOENT || errno == ELOOP);
	if (*again)
		return KBM_OK;
	if (file->original < 0)
		return kbm_hive_file_fail(file, "cannot be opened", error);
	code = kbm_file_lock(file->original, file->path, KBM_APPLY_LOCK_WAIT_MS, error);
	if (code == KBM_OK && TEMP_FAILURE_RETRY(fstat(file->original, &file->opened)) != 0)
		code = kbm_hive_file_fail(file, "cannot be looked at", error);
	if (code == KBM_OK)
		code = look(file, &named, error);
	*again = code == KBM_OK && !kbm_file_state_same_file(&file->opened, &named);
	return code;
}

static enum kbm_code open_named(struct kbm_hive_file *file, struct kbm_error *error)
{
	bool again = true;
	for (int attempt = 0; attempt < OPEN_ATTEMPTS && again; attempt++) {
		if (file->original >= 0)
			close(file->original);
		file->original = -1;
		enum kbm_code code = open_and_lock(file, &again, error);
		if (code != KBM_OK)
			return code;
	}
	if (again)
		return kbm_fail(error, KBM_REFUSED,
				"%.140s: is replaced again and again by others; stop them first",
				file->path);
	return KBM_OK;
}

enum kbm_code kbm_hive_file_open(const char *path, struct kbm_hive_file *file,
				 struct kbm_error *error)
{
	struct kbm_hive_file opened = KBM_HIVE_FILE_NONE;
	enum kbm_code code = open_folder(path, &opened, error);
	if (code == KBM_OK)
		code = open_named(&opened, error);
	if (code == KBM_OK)
		code = kbm_hive_place_check(path, opened.folder, kbm_hive_file_name(&opened),
					    opened.original, &opened.opened, error);
	if (code == KBM_OK && opened.opened.st_size > (off_t)KBM_HIVE_MAX_BYTES)
		code = kbm_fail(error, KBM_LIMIT, "%.140s: larger than %lu bytes", path,
				KBM_HIVE_MAX_BYTES);
	if (code == KBM_OK) {
		*file = opened; /* the caller's from here */
		opened = KBM_HIVE_FILE_NONE;
	}
	kbm_hive_file_close(&opened);
	return code;
}

enum kbm_code kbm_hive_file_hash(int descriptor, char sha256[static KBM_SHA256_HEX_BYTES],
				 struct kbm_error *error)
{
	return kbm_sha256_file(descriptor, sha256, error);
}

/* --- the new file ----------------------------------------------------------------------------- */

char *kbm_hive_file_changed_name(const char *name, unsigned number)
{
	char end[32];
	char *made = NULL;
	int length = snprintf(end, sizeof end, ".kbmend-%u", number);
	size_t room = (size_t)NAME_MAX - 1 - (size_t)length;
	size_t kept = kbm_text_whole_characters(name, strlen(name), room);
	if (asprintf(&made, ".%.*s%s", (int)kept, name, end) < 0)
		return NULL;
	return made;
}

char *kbm_hive_file_changed_path(const char *absolute, unsigned number)
{
	const char *name = kbm_path_last(absolute);
	char *path = NULL;
	char *made = kbm_hive_file_changed_name(name, number);
	if (made != NULL && asprintf(&path, "%.*s%s", (int)(name - absolute), absolute, made) < 0)
		path = NULL;
	free(made);
	return path;
}

/* Makes the empty file; changed_path is set once it is there. */
static enum kbm_code make_changed(struct kbm_hive_file *file, unsigned number,
				  struct kbm_error *error)
{
	char *path = kbm_hive_file_changed_path(file->absolute, number);
	if (path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	int descriptor = kbm_durable_open(file->folder, kbm_path_last(path),
					  O_RDWR | O_CREAT | O_EXCL, MODE_PRIVATE);
	enum kbm_code code = KBM_OK;
	if (descriptor < 0 && errno == EEXIST)
		code = kbm_fail(error, KBM_REFUSED,
				"%.120s: is there already, left by another apply; see kbmend "
				"history, or remove it",
				path);
	else if (descriptor < 0)
		code = kbm_hive_file_fail(file, "no new file can be made beside it", error);
	if (code != KBM_OK) {
		free(path);
		return code;
	}
	file->changed = descriptor;
	file->changed_path = path;
	/* Held when the file gets the hive's name: nobody can come in between. */
	return kbm_file_lock(descriptor, path, 0, error);
}

/* Content, room, and all that belongs to the original beside its content. */
static enum kbm_code fill_changed(struct kbm_hive_file *file, int content, uint64_t capacity,
				  struct kbm_error *error)
{
	uint64_t length = 0;
	if (!kbm_durable_copy(content, file->changed, &length))
		return kbm_hive_file_fail(file, "cannot be copied", error);
	uint64_t size = capacity > length ? capacity : length;
	if (size > KBM_HIVE_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%.120s: would be larger than %lu bytes",
				file->path, KBM_HIVE_MAX_BYTES);
	int failed = 0;
	do {
		failed = size == 0 ? 0 : posix_fallocate(file->changed, 0, (off_t)size);
	} while (failed == EINTR);
	errno = failed;
	if (failed != 0)
		return kbm_hive_file_fail(file, "there is no room for the new file", error);
	return kbm_file_attributes_copy(file->original, file->changed, file->path, error);
}

enum kbm_code kbm_hive_file_begin(struct kbm_hive_file *file, unsigned number, int content,
				  uint64_t capacity, struct kbm_error *error)
{
	if (file->changed >= 0)
		return kbm_fail(error, KBM_INTERNAL, "%.140s: is being changed already",
				file->path);
	enum kbm_code code = make_changed(file, number, error);
	if (code == KBM_OK)
		code = fill_changed(file, content, capacity, error);
	if (code != KBM_OK)
		kbm_hive_file_discard(file);
	return code;
}

enum kbm_code kbm_hive_file_cut(struct kbm_hive_file *file, uint64_t length,
				struct kbm_error *error)
{
	if (file->changed < 0 || length > KBM_HIVE_MAX_BYTES)
		return kbm_fail(error, KBM_INTERNAL, "%.140s: cannot be cut to %ju bytes",
				file->path, (uintmax_t)length);
	if (TEMP_FAILURE_RETRY(ftruncate(file->changed, (off_t)length)) != 0 ||
	    !kbm_durable_sync(file->changed))
		return kbm_hive_file_fail(file, "the new file cannot be written", error);
	return KBM_OK;
}

/* --- the end ---------------------------------------------------------------------------------- */

void kbm_hive_file_discard(struct kbm_hive_file *file)
{
	if (file->changed_path != NULL)
		unlinkat(file->folder, kbm_path_last(file->changed_path), 0);
	if (file->changed >= 0)
		close(file->changed);
	free(file->changed_path);
	file->changed_path = NULL;
	file->changed = -1;
}

void kbm_hive_file_close(struct kbm_hive_file *file)
{
	kbm_hive_file_discard(file);
	if (file->original >= 0)
		close(file->original);
	if (file->folder >= 0)
		close(file->folder);
	free(file->path);
	free(file->absolute);
	*file = KBM_HIVE_FILE_NONE;
}
