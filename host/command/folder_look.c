/* Looking for names in a folder in any letter case. */
#include "command/folder_look.h"

#include "base/limits.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void kbm_sought_clear(struct kbm_sought *sought, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(sought[i].path);
		free(sought[i].link);
		sought[i].path = NULL;
		sought[i].link = NULL;
	}
}

char *kbm_folder_join(const char *folder, const char *name)
{
	char *path = NULL;
	size_t length = strlen(folder);
	const char *between = length > 0 && folder[length - 1] == '/' ? "" : "/";
	return asprintf(&path, "%s%s%s", folder, between, name) < 0 ? NULL : path;
}

/* --- one pass ----------------------------------------------------------------------------------
 */

/* What is done with a name; `mode` as from lstat(). */
typedef enum kbm_code take_name(void *context, const char *name, mode_t mode,
				struct kbm_error *error);
/* Whether a name is of interest: others are not looked at. */
typedef bool wants_name(const void *context, const char *name);

struct pass {
	const char *folder;
	wants_name *wants;
	take_name *take;
	void *context;
	size_t *names;
};

static enum kbm_code visit(const struct pass *pass, DIR *folder, const char *name,
			   struct kbm_error *error)
{
	struct stat status;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return KBM_OK;
	if (++*pass->names > KBM_FOLDER_MAX_NAMES)
		return kbm_fail(error, KBM_LIMIT,
				"%.120s: more than %u files and folders are to be looked through",
				pass->folder, KBM_FOLDER_MAX_NAMES);
	if (!pass->wants(pass->context, name))
		return KBM_OK;
	if (fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? KBM_OK /* gone meanwhile */
				       : kbm_fail(error, KBM_IO, "%.100s/%.60s: %s", pass->folder,
						  name, strerror(errno));
	return pass->take(pass->context, name, status.st_mode, error);
}

static enum kbm_code walk(const struct pass *pass, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	DIR *folder = opendir(pass->folder);
	if (folder == NULL)
		return kbm_fail(error, KBM_IO, "%.160s: cannot be looked into: %s", pass->folder,
				strerror(errno));
	while (code == KBM_OK) {
		errno = 0;
		const struct dirent *entry = readdir(folder);
		if (entry == NULL && errno != 0)
			code = kbm_fail(error, KBM_IO, "%.160s: cannot be looked into: %s",
					pass->folder, strerror(errno));
		if (entry == NULL)
			break;
		code = visit(pass, folder, entry->d_name, error);
	}
	closedir(folder);
	return code;
}

/* --- names that are looked for -----------------------------------------------------------------
 */

struct look {
	const char *folder;
	struct kbm_sought *sought;
	size_t count;
};

static struct kbm_sought *find_sought(const struct look *look, const char *name)
{
	for (size_t i = 0; i < look->count; i++)
		if (kbm_text_equals_ascii_case(look->sought[i].name, name))
			return &look->sought[i];
	return NULL;
}

static bool is_sought(const void *context, const char *name)
{
	return find_sought(context, name) != NULL;
}

static enum kbm_code keep_sought(void *context, const char *name, mode_t mode,
				 struct kbm_error *error)
{
	const struct look *look = context;
	struct kbm_sought *sought = find_sought(look, name);
	if (!S_ISLNK(mode) && sought->is_folder != (bool)S_ISDIR(mode))
		return KBM_OK;
	char **kept = S_ISLNK(mode) ? &sought->link : &sought->path;
	if (*kept != NULL && S_ISLNK(mode))
		return KBM_OK;
	if (*kept != NULL)
		return kbm_fail(error, KBM_USAGE,
				"%.100s and %.40s beside it differ in letter case only: -t names "
				"the one that is meant",
				*kept, name);
	*kept = kbm_folder_join(look->folder, name);
	return *kept == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory") : KBM_OK;
}

enum kbm_code kbm_folder_look(const char *folder, struct kbm_sought *sought, size_t count,
			      size_t *names, struct kbm_error *error)
{
	struct look look = {folder, sought, count};
	const struct pass pass = {folder, is_sought, keep_sought, &look, names};
	return walk(&pass, error);
}

/* --- all folders -------------------------------------------------------------------------------
 */

struct listing {
	struct kbm_text_list *folders;
	struct kbm_text_list *links;
};

static bool is_any(const void *context, const char *name)
{
	(void)context;
	(void)name;
	return true;
}

static enum kbm_code list_name(void *context, const char *name, mode_t mode,
			       struct kbm_error *error)
{
	const struct listing *listing = context;
	if (!S_ISDIR(mode) && !S_ISLNK(mode))
		return KBM_OK;
	return kbm_text_list_add(S_ISDIR(mode) ? listing->folders : listing->links, name)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

enum kbm_code kbm_folder_list(const char *folder, struct kbm_text_list *folders,
			      struct kbm_text_list *links, size_t *names, struct kbm_error *error)
{
	struct listing listing = {folders, links};
	const struct pass pass = {folder, is_any, list_name, &listing, names};
	enum kbm_code code = walk(&pass, error);
	kbm_text_list_sort(folders);
	kbm_text_list_sort(links);
	return code;
}
