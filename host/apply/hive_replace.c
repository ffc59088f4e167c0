/* A new file takes a hive's name; backups, and putting them back. */
#include "apply/hive_file.h"

#include "apply/durable.h"
#include "apply/hive_file_parts.h"
#include "apply/hive_place.h"
#include "base/absolute.h"
#include "base/file_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODE_PRIVATE = 0600 };

static bool unchanged(const struct stat *then, const struct stat *now)
{
	return kbm_file_state_same_file(then, now) && kbm_file_state_same_content(then, now) &&
	       kbm_file_state_same_change(then, now);
}

/* The error begins with the path. */
static enum kbm_code hash(const char *path, int descriptor,
			  char sha256[static KBM_SHA256_HEX_BYTES], struct kbm_error *error)
{
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_hive_file_hash(descriptor, sha256, &reason);
	if (code == KBM_OK)
		return KBM_OK;
	return kbm_fail(error, code, "%.140s: %.90s", path, reason.message);
}

/* --- backups ---------------------------------------------------------------------------------- */

/* Whether the copy, as the disk gives it back, is what the original is. */
static enum kbm_code compare_copy(struct kbm_hive_file *file, int copy, const char *backup_path,
				  struct kbm_error *error)
{
	struct kbm_error reason = {0};
	struct stat now;
	bool same = false;
	int failed = -1;
	kbm_durable_forget(copy);
	enum kbm_code code =
	    kbm_sha256_compare(file->original, copy, file->sha256, &same, &failed, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, code, "%.140s: %.90s",
				failed == copy ? backup_path : file->path, reason.message);
	if (TEMP_FAILURE_RETRY(fstat(file->original, &now)) != 0)
		code = kbm_hive_file_fail(file, "cannot be looked at", error);
	if (code == KBM_OK && !unchanged(&file->opened, &now))
		code = kbm_fail(error, KBM_REFUSED,
				"%.140s: was changed while it was backed up; stop what changes it",
				file->path);
	if (code == KBM_OK && !same)
		code = kbm_fail(error, KBM_IO,
				"%.160s: the backup does not read back as it was written",
				backup_path);
	return code;
}

static enum kbm_code write_backup(struct kbm_hive_file *file, int folder, const char *name,
				  const char *backup_path, struct kbm_error *error)
{
	bool named = false;
	bool done = false;
	uint64_t length = 0;
	enum kbm_code code = KBM_OK;
	int copy = kbm_durable_create(folder, name, MODE_PRIVATE, &named);
	if (copy >= 0 && kbm_durable_copy(file->original, copy, &length) &&
	    kbm_durable_sync(copy)) {
		code = compare_copy(file, copy, backup_path, error);
		done = code == KBM_OK && kbm_durable_name(copy, folder, name, named);
	}
	if (code == KBM_OK && !done && errno == EEXIST)
		code =
		    kbm_fail(error, KBM_REFUSED,
			     "%.120s: is there already; no backup is written over it", backup_path);
	else if (code == KBM_OK && !done)
		code = kbm_fail(error, KBM_IO, "%.140s: the backup cannot be written: %s",
				backup_path, strerror(errno));
	if (copy >= 0 && named && code != KBM_OK)
		unlinkat(folder, name, 0);
	if (copy >= 0)
		close(copy);
	return code;
}

enum kbm_code kbm_hive_file_back_up(struct kbm_hive_file *file, const char *backup_path,
				    char sha256[static KBM_SHA256_HEX_BYTES],
				    struct kbm_error *error)
{
	const char *name = NULL;
	int folder = kbm_durable_open_folder(backup_path, &name);
	if (folder < 0)
		return kbm_fail(error, KBM_IO, "%.140s: the backup cannot be written: %s",
				backup_path, strerror(errno));
	file->sha256[0] = '\0';
	enum kbm_code code = write_backup(file, folder, name, backup_path, error);
	close(folder);
	if (code == KBM_OK)
		memcpy(sha256, file->sha256, KBM_SHA256_HEX_BYTES);
	else
		file->sha256[0] = '\0';
	return code;
}

/* --- replacing -------------------------------------------------------------------------------- */

/* The new file, as the disk has it, and the original, which nobody may have touched. */
static enum kbm_code check_before(const struct kbm_hive_file *file, const char *sha256,
				  struct kbm_error *error)
{
	char now[KBM_SHA256_HEX_BYTES];
	struct stat named;
	kbm_durable_forget(file->changed);
	enum kbm_code code = KBM_OK;
	if (file->sha256[0] != '\0') {
		code = hash(file->path, file->original, now, error);
		if (code == KBM_OK && strcmp(now, file->sha256) != 0)
			code = kbm_fail(error, KBM_REFUSED,
					"%.140s: was changed by others since it was opened; it "
					"stays as they left it",
					file->path);
	}
	/* Last: meanwhile the disk gives it back. */
	if (code == KBM_OK)
		code = hash(file->changed_path, file->changed, now, error);
	if (code == KBM_OK && strcmp(now, sha256) != 0)
		code = kbm_fail(error, KBM_IO,
				"%.140s: the new file does not read back as it was written",
				file->path);
	if (code != KBM_OK)
		return code;
	bool found = TEMP_FAILURE_RETRY(lstat(file->path, &named)) == 0;
	if (!found && errno != ENOENT)
		return kbm_hive_file_fail(file, "cannot be looked at", error);
	if (!found || !unchanged(&file->opened, &named))
		return kbm_fail(error, KBM_REFUSED,
				"%.140s: was changed or moved by others since it was opened; it "
				"stays as they left it",
				file->path);
	return KBM_OK;
}

/* After a rename that failed: whether it was done all the same, as it is when a server's answer was
 * lost. */
static bool has_name(const struct kbm_hive_file *file)
{
	struct stat named;
	struct stat changed;
	return TEMP_FAILURE_RETRY(fstatat(file->folder, kbm_hive_file_name(file), &named,
					  AT_SYMLINK_NOFOLLOW)) == 0 &&
	       TEMP_FAILURE_RETRY(fstat(file->changed, &changed)) == 0 &&
	       kbm_file_state_same_file(&named, &changed);
}

/* The struct stands for the new file. Its lock was taken before it got the name. */
static void take_over(struct kbm_hive_file *file, const char *sha256)
{
	close(file->original);
	free(file->changed_path);
	file->original = file->changed;
	file->changed = -1;
	file->changed_path = NULL;
	memcpy(file->sha256, sha256, KBM_SHA256_HEX_BYTES);
}

/* Through the path, as everybody else finds it. */
static enum kbm_code check_after(struct kbm_hive_file *file, const char *sha256,
				 struct kbm_error *error)
{
	char now[KBM_SHA256_HEX_BYTES];
	struct stat named;
	if (TEMP_FAILURE_RETRY(fstat(file->original, &file->opened)) != 0)
		return kbm_hive_file_fail(file, "is replaced, but cannot be looked at", error);
	int descriptor = kbm_durable_open(AT_FDCWD, file->path, O_RDONLY | O_NONBLOCK, 0);
	if (descriptor < 0 || TEMP_FAILURE_RETRY(fstat(descriptor, &named)) != 0) {
		enum kbm_code failed =
		    kbm_hive_file_fail(file, "is replaced, but cannot be opened", error);
		if (descriptor >= 0)
			close(descriptor);
		return failed;
	}
	enum kbm_code code = hash(file->path, descriptor, now, error);
	close(descriptor);
	if (code == KBM_OK &&
	    (!kbm_file_state_same_file(&file->opened, &named) || strcmp(now, sha256) != 0))
		code = kbm_fail(error, KBM_IO,
				"%.140s: is replaced, but does not read back as it was written",
				file->path);
	return code;
}

enum kbm_code kbm_hive_file_replace(struct kbm_hive_file *file, const char *sha256, bool *replaced,
				    struct kbm_error *error)
{
	*replaced = false;
	if (file->changed < 0 || strlen(sha256) != KBM_SHA256_HEX_BYTES - 1)
		return kbm_fail(error, KBM_INTERNAL, "%.140s: there is no new file", file->path);
	enum kbm_code code = check_before(file, sha256, error);
	if (code != KBM_OK)
		return code;
	const char *from = kbm_path_last(file->changed_path);
	if (TEMP_FAILURE_RETRY(
		renameat(file->folder, from, file->folder, kbm_hive_file_name(file))) != 0) {
		int reason = errno;
		if (!has_name(file)) {
			errno = reason;
			return kbm_hive_file_fail(file, "cannot be replaced, it is as it was",
						  error);
		}
	}
	*replaced = true;
	take_over(file, sha256);
	if (!kbm_durable_sync(file->folder))
		return kbm_hive_file_fail(
		    file, "is replaced, but its folder cannot be written to the disk", error);
	return check_after(file, sha256, error);
}

/* --- restoring -------------------------------------------------------------------------------- */

static enum kbm_code open_backup(const char *backup_path, const char *sha256, int *backup,
				 uint64_t *length, struct kbm_error *error)
{
	char there[KBM_SHA256_HEX_BYTES];
	struct stat status;
	int opened = kbm_durable_open(AT_FDCWD, backup_path, O_RDONLY | O_NONBLOCK, 0);
	if (opened < 0)
		return kbm_fail(error, errno == ENOENT ? KBM_NOT_FOUND : KBM_IO,
				"%.140s: the backup cannot be opened: %s", backup_path,
				strerror(errno));
	enum kbm_code code = KBM_OK;
	if (TEMP_FAILURE_RETRY(fstat(opened, &status)) != 0)
		code = kbm_fail(error, KBM_IO, "%.140s: %s", backup_path, strerror(errno));
	else
		code = kbm_hive_place_check_kind(backup_path, &status, error);
	if (code == KBM_OK)
		code = hash(backup_path, opened, there, error);
	if (code == KBM_OK && strcmp(there, sha256) != 0)
		code = kbm_fail(error, KBM_UNREADABLE,
				"%.140s: the backup is not what was written (its SHA-256 differs); "
				"nothing was touched",
				backup_path);
	if (code != KBM_OK) {
		close(opened);
		return code;
	}
	*backup = opened;
	*length = (uint64_t)status.st_size;
	return KBM_OK;
}

enum kbm_code kbm_hive_file_restore(struct kbm_hive_file *file, const char *backup_path,
				    const char *sha256, unsigned number, bool *replaced,
				    struct kbm_error *error)
{
	int backup = -1;
	uint64_t length = 0;
	*replaced = false;
	enum kbm_code code = open_backup(backup_path, sha256, &backup, &length, error);
	if (code != KBM_OK)
		return code;
	kbm_hive_file_discard(file);
	code = kbm_hive_file_begin(file, number, backup, length, error);
	close(backup);
	if (code == KBM_OK)
		code = kbm_hive_file_cut(file, length, error);
	if (code == KBM_OK)
		code = kbm_hive_file_replace(file, sha256, replaced, error);
	if (code != KBM_OK)
		kbm_hive_file_discard(file);
	return code;
}
