/* A hive's transaction logs: the files beside it, and what is said of them. */
#include "guard/hive_logs.h"

#include "base/absolute.h"
#include "base/file.h"
#include "base/file_state.h"
#include "base/limits.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const endings[KBM_HIVE_LOGS] = {".LOG", ".LOG1", ".LOG2"};

/* --- finding -------------------------------------------------------------------------------- */

/* The best file of each ending in a folder. */
struct found {
	char *name;    /* heap, or NULL */
	bool is_exact; /* begins just as the hive's name is spelled */
	char *other;   /* of the same worth, or NULL */
};

static void forget(struct found *found)
{
	free(found->name);
	free(found->other);
	*found = (struct found){0};
}

size_t kbm_hive_log_of(const char *file, const char *hive)
{
	size_t length = strlen(file);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		size_t tail = strlen(endings[i]);
		if (length > tail && kbm_text_equals_ascii_case(file + length - tail, endings[i]) &&
		    kbm_text_compare_names(file, length - tail, hive, strlen(hive)) == 0)
			return i;
	}
	return KBM_HIVE_LOGS;
}

static bool consider(struct found *found, const char *name, bool is_exact)
{
	if (found->name != NULL && is_exact == found->is_exact) {
		if (found->other == NULL)
			found->other = strdup(name);
		return found->other != NULL;
	}
	if (found->name != NULL && found->is_exact)
		return true;
	forget(found);
	found->name = strdup(name);
	found->is_exact = is_exact;
	return found->name != NULL;
}

/* `folder` ends with a '/', or is "" for the current one. A folder that cannot be listed has no
 * logs that can be found: the hive stays as dirty as it is.
 */
static enum kbm_code look_into(const char *folder, const char *hive,
			       struct found found[static KBM_HIVE_LOGS], struct kbm_error *error)
{
	size_t length = strlen(hive);
	struct dirent *entry;
	DIR *listing = opendir(folder[0] == '\0' ? "." : folder);
	enum kbm_code code = KBM_OK;
	if (listing == NULL)
		return KBM_OK;
	while (code == KBM_OK && (entry = readdir(listing)) != NULL) {
		size_t which = kbm_hive_log_of(entry->d_name, hive);
		if (which < KBM_HIVE_LOGS && !consider(&found[which], entry->d_name,
						       strncmp(entry->d_name, hive, length) == 0))
			code = kbm_fail(error, KBM_MEMORY, "no memory for a log's name");
	}
	closedir(listing);
	return code;
}

/* --- opening -------------------------------------------------------------------------------- */

/* Looks before it opens, since opening a device can do something; does not wait on a pipe. */
static enum kbm_code open_log(const char *path, int *descriptor, struct kbm_error *reason)
{
	struct stat status;
	if (lstat(path, &status) != 0)
		return kbm_fail(reason, errno == ENOENT ? KBM_NOT_FOUND : KBM_UNREADABLE,
				"it cannot be read: %s", strerror(errno));
	/* In an image it would lead into the machine that looks. */
	if (S_ISLNK(status.st_mode))
		return kbm_fail(reason, KBM_UNREADABLE,
				"it is a symbolic link, which is not followed; copy it there");
	if (!S_ISREG(status.st_mode))
		return kbm_fail(reason, KBM_INVALID, "it is %s",
				S_ISDIR(status.st_mode) ? "a folder" : "no regular file");
	if (status.st_size == 0)
		return KBM_OK;
	if ((uint64_t)status.st_size > KBM_HIVE_LOG_MAX_BYTES)
		return kbm_fail(reason, KBM_UNREADABLE, "it is larger than %lu MiB",
				KBM_HIVE_LOG_MAX_BYTES / KBM_MIB);
	int opened = kbm_file_open_above(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	if (opened < 0)
		return kbm_fail(reason, KBM_UNREADABLE, "it cannot be read: %s", strerror(errno));
	if (fstat(opened, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(opened);
		return kbm_fail(reason, KBM_INVALID, "it is no regular file");
	}
	*descriptor = opened;
	return KBM_OK;
}

static enum kbm_code take(const char *folder, const struct found *found, struct kbm_source_log *log,
			  int *descriptor, struct kbm_error *error)
{
	struct kbm_error *reason = &log->report.reason;
	if (asprintf(&log->path, "%s%s", folder, found->name) < 0) {
		log->path = NULL;
		return kbm_fail(error, KBM_MEMORY, "no memory for a log's path");
	}
	enum kbm_code code =
	    found->other == NULL
		? open_log(log->path, descriptor, reason)
		: kbm_fail(reason, KBM_UNREADABLE,
			   "%.80s is there too: it cannot be told which is the hive's",
			   found->other);
	if (code == KBM_UNREADABLE)
		return kbm_fail(error, code, "%.80s: %.140s", found->name, reason->message);
	return KBM_OK;
}

static enum kbm_code open_beside(const char *path, struct kbm_source_log logs[static KBM_HIVE_LOGS],
				 int descriptors[static KBM_HIVE_LOGS], bool *any,
				 struct kbm_error *error)
{
	struct found found[KBM_HIVE_LOGS] = {{0}};
	const char *name = kbm_path_last(path);
	char *folder = strndup(path, (size_t)(name - path));
	enum kbm_code code = folder == NULL
				 ? kbm_fail(error, KBM_MEMORY, "no memory for a folder's path")
				 : look_into(folder, name, found, error);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		if (code == KBM_OK && found[i].name != NULL) {
			code = take(folder, &found[i], &logs[i], &descriptors[i], error);
			*any = true;
		}
		forget(&found[i]);
	}
	free(folder);
	return code;
}

enum kbm_code kbm_hive_logs_open(const char *path, struct kbm_source_log logs[static KBM_HIVE_LOGS],
				 int descriptors[static KBM_HIVE_LOGS], struct kbm_error *error)
{
	bool any = false;
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		descriptors[i] = -1;
	enum kbm_code code = open_beside(path, logs, descriptors, &any, error);
	struct stat status;
	if (code != KBM_OK || any || lstat(path, &status) != 0 || !S_ISLNK(status.st_mode))
		return code;
	char *linked = realpath(path, NULL);
	if (linked != NULL)
		code = open_beside(linked, logs, descriptors, &any, error);
	free(linked);
	return code;
}

/* --- words ---------------------------------------------------------------------------------- */

void kbm_hive_logs_append_replayed(const struct kbm_source *source, struct kbm_bytes *out)
{
	static const char *const pages[] = {"page", "pages"};
	static const char *const entries[] = {"entry", "entries"};
	bool is_first = true;
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_log_report *report = &source->logs[i].report;
		if (!report->replayed)
			continue;
		const char *const *words = report->kind == KBM_LOG_PAGES ? pages : entries;
		kbm_bytes_printf(out, "%s%u %s of %s", is_first ? "" : ", ", report->count,
				 words[report->count != 1], kbm_path_last(source->logs[i].path));
		is_first = false;
	}
}

void kbm_hive_logs_append_reasons(const struct kbm_source *source, bool all, struct kbm_bytes *out)
{
	const char *between = "";
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_source_log *log = &source->logs[i];
		enum kbm_code code = log->report.reason.code;
		bool is_usual = code == KBM_NOT_FOUND || code == KBM_REFUSED;
		if (log->path == NULL || code == KBM_OK || (is_usual && !all))
			continue;
		kbm_bytes_printf(out, "%s%s: %s", between, kbm_path_last(log->path),
				 log->report.reason.message);
		between = "; ";
	}
}

/* The number of the first entry that was replayed; 0: none was. */
static uint32_t first_replayed(const struct kbm_source *source)
{
	uint32_t first = 0;
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_log_report *report = &source->logs[i].report;
		if (report->replayed && report->kind == KBM_LOG_ENTRIES &&
		    (first == 0 || report->first < first))
			first = report->first;
	}
	return first;
}

void kbm_hive_logs_append_gap(const struct kbm_source *source, const char *path,
			      struct kbm_bytes *out)
{
	enum { LOG1 = 1, LOG2 = 2 };
	uint32_t next = source->secondary_sequence;
	uint32_t first = source->recovered && !source->base_from_log ? first_replayed(source) : 0;
	bool has_both = source->logs[LOG1].path != NULL && source->logs[LOG2].path != NULL;
	if (first <= next || has_both)
		return;
	const char *name = kbm_path_last(path);
	const char *ending = endings[source->logs[LOG1].path == NULL ? LOG1 : LOG2];
	if (first == next + 1)
		kbm_bytes_printf(out, "entry %u is", next);
	else
		kbm_bytes_printf(out, "entries %u to %u are", next, first - 1);
	kbm_bytes_printf(out, " in no log that is here: %s%s may be missing", name, ending);
}

enum kbm_code kbm_hive_refuse_recovered(const struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_bytes replayed;
	kbm_bytes_init(&replayed, KBM_TEXT_MAX_BYTES);
	kbm_hive_logs_append_replayed(source, &replayed);
	kbm_fail(error, KBM_REFUSED,
		 "%.60s: the hive is dirty, it lacks %.60s; --recover writes it with what its logs "
		 "hold, `kbmend reg recover` makes a clean hive of it",
		 source->path, kbm_bytes_text(&replayed));
	kbm_bytes_clear(&replayed);
	return KBM_REFUSED;
}

enum kbm_code kbm_hive_logs_check_unchanged(const struct kbm_source *source,
					    struct kbm_error *error)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_source_log *log = &source->logs[i];
		const struct stat *read = &log->read;
		struct stat now;
		if (log->path == NULL || read->st_ino == 0)
			continue;
		if (stat(log->path, &now) != 0 || !kbm_file_state_same_file(read, &now) ||
		    !kbm_file_state_same_content(read, &now))
			return kbm_fail(error, KBM_REFUSED,
					"%.160s: was written to meanwhile; run again", log->path);
	}
	return KBM_OK;
}
