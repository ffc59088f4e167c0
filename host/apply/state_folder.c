/* Finding and making the folder for state. */
#include "apply/state_folder.h"

#include "apply/durable.h"
#include "base/absolute.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAY_OUT "name another place with --state-dir"

enum { MODE_PRIVATE = 0700, OTHERS_WRITE = 0022 };

static char *join(const char *folder, const char *rest)
{
	char *joined = NULL;
	return asprintf(&joined, "%s/%s", folder, rest) < 0 ? NULL : joined;
}

enum kbm_code kbm_state_folder_find(const char *given, char **folder, struct kbm_error *error)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *found = NULL;
	if (given != NULL && given[0] == '\0')
		return kbm_fail(error, KBM_USAGE, "--state-dir: a folder is needed");
	if (given != NULL)
		found = kbm_path_absolute(given);
	else if (state != NULL && state[0] == '/')
		found = join(state, "kbmend");
	else if (home != NULL && home[0] == '/')
		found = join(home, ".local/state/kbmend");
	else
		return kbm_fail(
		    error, KBM_USAGE,
		    "neither XDG_STATE_HOME nor HOME is an absolute path: name a folder "
		    "for the journal with --state-dir");
	if (found == NULL && given != NULL)
		return kbm_fail(error, KBM_IO, "the working folder: %s; %s", strerror(errno),
				"give --state-dir as an absolute path");
	if (found == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	*folder = found;
	return KBM_OK;
}

static enum kbm_code fail(const char *folder, struct kbm_error *error)
{
	return kbm_fail(error, KBM_IO, "%.120s: %s; " WAY_OUT, folder, strerror(errno));
}

/* Makes one folder, and has its name on the disk. */
static bool make_one(const char *folder)
{
	const char *name = NULL;
	if (TEMP_FAILURE_RETRY(mkdir(folder, MODE_PRIVATE)) != 0)
		return errno == EEXIST;
	int parent = kbm_durable_open_folder(folder, &name);
	bool synced = parent >= 0 && kbm_durable_sync(parent);
	int reason = errno;
	if (parent >= 0)
		close(parent);
	errno = reason;
	return synced;
}

/* Makes what is missing of a path, from the root down. `path` is cut on the way, and whole again.
 */
static enum kbm_code make_all(char *path, struct kbm_error *error)
{
	struct stat status;
	char *at = path;
	do {
		at += strspn(at, "/");
		at += strcspn(at, "/");
		char cut = *at;
		*at = '\0';
		if (TEMP_FAILURE_RETRY(stat(path, &status)) != 0 &&
		    (errno != ENOENT || !make_one(path)))
			return fail(path, error);
		*at = cut;
	} while (*at != '\0');
	return KBM_OK;
}

enum kbm_code kbm_state_folder_make(const char *folder, struct kbm_error *error)
{
	struct stat status;
	char *path = strdup(folder);
	if (path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
		path[end - 1] = '\0';
	enum kbm_code code = make_all(path, error);
	free(path);
	if (code != KBM_OK)
		return code;
	if (TEMP_FAILURE_RETRY(stat(folder, &status)) != 0)
		return fail(folder, error);
	if (!S_ISDIR(status.st_mode))
		return kbm_fail(error, KBM_REFUSED, "%.140s: is no folder; " WAY_OUT, folder);
	if (status.st_uid != geteuid())
		return kbm_fail(error, KBM_REFUSED, "%.120s: belongs to user %u; " WAY_OUT, folder,
				(unsigned)status.st_uid);
	if ((status.st_mode & OTHERS_WRITE) != 0)
		return kbm_fail(error, KBM_REFUSED,
				"%.90s: others may write there (mode %04o), and so decide what an "
				"undo does; chmod go-w it, or " WAY_OUT,
				folder, (unsigned)status.st_mode & 07777U);
	return KBM_OK;
}
