/* What an entry's files are like now. */
#include "apply/journal_examine.h"

#include "apply/durable.h"
#include "apply/file_lock.h"
#include "apply/hive_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Hashes a regular file. KBM_NOT_FOUND: there is none. */
static enum kbm_code hash_file(const char *path, char sha256[static KBM_SHA256_HEX_BYTES],
			       struct kbm_error *error)
{
	struct stat status;
	struct kbm_error reason = {0};
	int descriptor = kbm_durable_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	if (descriptor < 0)
		return kbm_fail(error, errno == ENOENT ? KBM_NOT_FOUND : KBM_IO, "%s",
				errno == ELOOP ? "it is a symbolic link now" : strerror(errno));
	enum kbm_code code = KBM_OK;
	if (TEMP_FAILURE_RETRY(fstat(descriptor, &status)) != 0)
		code = kbm_fail(&reason, KBM_IO, "%s", strerror(errno));
	else if (!S_ISREG(status.st_mode))
		code = kbm_fail(&reason, KBM_REFUSED, "it is no regular file now");
	else
		code = kbm_sha256_file(descriptor, sha256, &reason);
	close(descriptor);
	return code == KBM_OK ? KBM_OK : kbm_fail(error, code, "%s", reason.message);
}

static bool is_there(const char *path)
{
	struct stat status;
	return path != NULL && lstat(path, &status) == 0;
}

/* Content decides, not what the entry says of how far it came: the file may have been replaced
 * just before the entry could say so. */
static enum kbm_standing judge(const struct kbm_journal_hive *hive, const char *now)
{
	if (strcmp(now, hive->sha256_before) == 0)
		return KBM_STANDING_BEFORE;
	if (strcmp(now, hive->sha256_after) == 0)
		return KBM_STANDING_AFTER;
	/* Before its hash was taken nothing was begun. */
	return hive->sha256_before[0] == '\0' ? KBM_STANDING_BEFORE : KBM_STANDING_NEITHER;
}

static void examine(const struct kbm_journal_hive *hive, struct kbm_hive_standing *standing)
{
	char backup[KBM_SHA256_HEX_BYTES] = "";
	*standing = (struct kbm_hive_standing){.left_over = is_there(hive->changed)};
	enum kbm_code code = hash_file(hive->path, standing->sha256, &standing->problem);
	if (code == KBM_OK)
		standing->file = judge(hive, standing->sha256);
	else if (code == KBM_NOT_FOUND)
		standing->file = KBM_STANDING_MISSING;
	else
		standing->file = KBM_STANDING_UNREADABLE;
	standing->backup_whole = hive->backup != NULL && hive->sha256_before[0] != '\0' &&
				 hash_file(hive->backup, backup, NULL) == KBM_OK &&
				 strcmp(backup, hive->sha256_before) == 0;
}

void kbm_journal_examine(const struct kbm_journal_entry *entry, struct kbm_hive_standing *standings)
{
	for (size_t i = 0; i < entry->hive_count; i++)
		examine(&entry->hives[i], &standings[i]);
}

/* --- words ------------------------------------------------------------------------------------ */

static const char *file_words(const struct kbm_journal_hive *hive,
			      const struct kbm_hive_standing *standing)
{
	switch (standing->file) {
	case KBM_STANDING_BEFORE:
		if (hive->phase == KBM_HIVE_TAKEN_BACK)
			return "taken back: it is as it was before";
		return "not replaced: it is as it was before";
	case KBM_STANDING_AFTER:
		return "replaced: it is the new file, whole";
	case KBM_STANDING_NEITHER:
		return "changed by somebody since: it is neither the file of before nor the new "
		       "one";
	case KBM_STANDING_MISSING:
		return "missing: there is no such file any more";
	case KBM_STANDING_UNREADABLE:
		return "cannot be read: ";
	}
	return "";
}

static bool tell(const struct kbm_journal_hive *hive, const struct kbm_hive_standing *standing,
		 struct kbm_bytes *out)
{
	kbm_bytes_printf(out, "%s: %s%s", hive->path, file_words(hive, standing),
			 standing->file == KBM_STANDING_UNREADABLE ? standing->problem.message
								   : "");
	if (standing->left_over)
		kbm_bytes_printf(out, "; a new file is left over: %s", hive->changed);
	if (standing->backup_whole)
		kbm_bytes_printf(out, "; the backup is whole: %s", hive->backup);
	else if (hive->sha256_before[0] != '\0')
		kbm_bytes_printf(out, "; the backup is missing or damaged: %s",
				 hive->backup == NULL ? "none" : hive->backup);
	return kbm_bytes_append_byte(out, '\n');
}

bool kbm_journal_tell(const struct kbm_journal_entry *entry,
		      const struct kbm_hive_standing *standings, struct kbm_bytes *out)
{
	bool done = true;
	for (size_t i = 0; done && i < entry->hive_count; i++)
		done = tell(&entry->hives[i], &standings[i], out);
	return done;
}

/* --- cleaning --------------------------------------------------------------------------------- */

/* Whether the path is the very one that kbmend gives the new file of this hive in this entry: an
 * entry that somebody wrote must not lead to the removal of another file. */
static bool is_ours(const struct kbm_journal_hive *hive, uint32_t number)
{
	char *expected = kbm_hive_file_changed_path(hive->path, number);
	bool ours = expected != NULL && strcmp(hive->changed, expected) == 0;
	free(expected);
	return ours;
}

/* A process that writes the file holds its lock, whatever its journal is. */
static enum kbm_code remove_unlocked(const char *path, struct kbm_error *error)
{
	struct stat status;
	const char *name = NULL;
	int folder = kbm_durable_open_folder(path, &name);
	int descriptor = folder < 0 ? -1 : kbm_durable_open(folder, name, O_RDONLY | O_NONBLOCK, 0);
	enum kbm_code code = KBM_OK;
	if (descriptor < 0 && errno != ENOENT)
		code = kbm_fail(error, KBM_IO, "%.160s: is left over and cannot be removed: %s",
				path, strerror(errno));
	if (descriptor >= 0)
		code = kbm_file_lock(descriptor, path, 0, error);
	if (descriptor >= 0 && code == KBM_OK &&
	    (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) ||
	     unlinkat(folder, name, 0) != 0 || !kbm_durable_sync(folder)))
		code = kbm_fail(error, KBM_IO, "%.160s: is left over and cannot be removed: %s",
				path, strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	if (folder >= 0)
		close(folder);
	return code;
}

enum kbm_code kbm_journal_clean(const struct kbm_journal *journal,
				const struct kbm_journal_entry *entry, struct kbm_error *error)
{
	enum kbm_code worst = KBM_OK;
	if (journal == NULL) /* whose lock is what makes this safe */
		return kbm_fail(error, KBM_INTERNAL, "an entry is cleaned without its lock");
	for (size_t i = 0; i < entry->hive_count; i++) {
		const struct kbm_journal_hive *hive = &entry->hives[i];
		if (hive->changed == NULL || !is_ours(hive, entry->number))
			continue;
		enum kbm_code code = remove_unlocked(hive->changed, error);
		if (code != KBM_OK)
			worst = code;
	}
	return worst;
}
