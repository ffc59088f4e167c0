/* The transaction logs that lie beside a hive: their names and sizes. */
#include "command/beside_logs.h"

#include "base/absolute.h"
#include "guard/hive_logs.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum kbm_code add_log(int folder, const char *file, struct kbm_text_list *logs,
			     struct kbm_error *error)
{
	char text[NAME_MAX + 64];
	struct stat status;
	if (fstatat(folder, file, &status, 0) != 0)
		snprintf(text, sizeof text, "%s: %s", file, strerror(errno));
	else
		snprintf(text, sizeof text, "%s, %" PRId64 " bytes", file, (int64_t)status.st_size);
	return kbm_text_list_add(logs, text) ? KBM_OK : kbm_fail(error, KBM_MEMORY, "no memory");
}

static enum kbm_code add_beside(const char *path, struct kbm_text_list *logs,
				struct kbm_error *error)
{
	const char *name = kbm_path_last(path);
	char *folder = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
	DIR *directory = folder == NULL ? NULL : opendir(folder);
	enum kbm_code code = KBM_OK;
	const struct dirent *entry;
	if (directory == NULL) {
		kbm_fail(error, KBM_IO, "%.160s: the folder cannot be read: %s",
			 folder == NULL ? path : folder, strerror(errno));
		free(folder);
		return KBM_IO;
	}
	while (code == KBM_OK && (entry = readdir(directory)) != NULL)
		if (kbm_hive_log_of(entry->d_name, name) < KBM_HIVE_LOGS)
			code = add_log(dirfd(directory), entry->d_name, logs, error);
	closedir(directory);
	free(folder);
	kbm_text_list_sort(logs);
	return code;
}

enum kbm_code kbm_beside_logs(const char *path, struct kbm_text_list *logs, struct kbm_error *error)
{
	struct stat status;
	size_t before = logs->count;
	enum kbm_code code = add_beside(path, logs, error);
	if (code != KBM_OK || logs->count > before || lstat(path, &status) != 0 ||
	    !S_ISLNK(status.st_mode))
		return code;
	char *linked = realpath(path, NULL);
	if (linked != NULL)
		code = add_beside(linked, logs, error);
	free(linked);
	return code;
}
