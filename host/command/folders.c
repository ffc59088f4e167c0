/* Walking folders of Lua files. */
#include "command/folders.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#define SITE_FOLDER "/etc/kbmend/scripts"

size_t kbm_folders_of_scripts(const struct kbm_paths *paths, const char *first,
			      struct kbm_folder folders[static KBM_FOLDERS_MAX])
{
	const struct kbm_folder all[KBM_FOLDERS_MAX] = {{first, true},
							{paths->user_scripts, false},
							{SITE_FOLDER, false},
							{paths->scripts, true}};
	size_t count = 0;
	for (size_t i = 0; i < KBM_FOLDERS_MAX; i++)
		if (all[i].path != NULL)
			folders[count++] = all[i];
	return count;
}

size_t kbm_folder_stem(const char *name)
{
	size_t length = strlen(name);
	bool is_lua = length > 4 && strcmp(name + length - 4, ".lua") == 0;
	return is_lua ? length - 4 : 0;
}

static int by_name(const FTSENT **left, const FTSENT **right)
{
	return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* What a walk passed over: the sink's message about the first of them, and how many. */
struct passed_over {
	struct kbm_error first;
	size_t count;
};

/* Gives an entry that cannot be looked at, or into, to the sink. What it minds is kept for later:
 * scripts that can be read are not to depend on what stands beside them. */
static enum kbm_code pass_over(const struct kbm_folder_entry *entry, kbm_folder_sink *sink,
			       void *context, struct passed_over *passed, struct kbm_error *error)
{
	struct kbm_error problem = {0};
	enum kbm_code code = sink(context, entry, &problem);
	if (code == KBM_IO) {
		if (passed->count++ == 0)
			passed->first = problem;
		return KBM_OK;
	}
	if (code != KBM_OK)
		*error = problem;
	return code;
}

static enum kbm_code tell_passed_over(const struct passed_over *passed, struct kbm_error *error)
{
	if (passed->count == 0)
		return KBM_OK;
	if (passed->count == 1)
		return kbm_fail(error, KBM_IO, "%s", passed->first.message);
	return kbm_fail(error, KBM_IO, "%.200s (and %zu more)", passed->first.message,
			passed->count - 1);
}

static enum kbm_code visit(const char *folder, const FTSENT *met, kbm_folder_sink *sink,
			   void *context, struct passed_over *passed, struct kbm_error *error)
{
	const char *below = met->fts_path + strlen(folder);
	struct kbm_folder_entry entry = {met->fts_path, below + strspn(below, "/"), met->fts_name,
					 NULL};
	switch (met->fts_info) {
	case FTS_F:
	case FTS_SL:
	case FTS_SLNONE:
	case FTS_DEFAULT:
		if (met->fts_level == 0)
			return kbm_fail(error, KBM_IO, "%s: is no folder", met->fts_path);
		return kbm_folder_stem(met->fts_name) > 0 ? sink(context, &entry, error) : KBM_OK;
	case FTS_NS:
	case FTS_DNR:
	case FTS_ERR:
		entry.reason = strerror(met->fts_errno);
		if (met->fts_level > 0)
			return pass_over(&entry, sink, context, passed, error);
		return kbm_fail(error, met->fts_errno == ENOENT ? KBM_NOT_FOUND : KBM_IO, "%s: %s",
				met->fts_path, entry.reason);
	default:
		return KBM_OK;
	}
}

enum kbm_code kbm_folder_walk(const char *folder, kbm_folder_sink *sink, void *context,
			      struct kbm_error *error)
{
	char *path = strdup(folder);
	if (path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	char *roots[] = {path, NULL};
	struct passed_over passed = {0};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	enum kbm_code code = KBM_OK;
	if (walk == NULL)
		code = kbm_fail(error, KBM_IO, "%s: %s", folder, strerror(errno));
	while (code == KBM_OK) {
		errno = 0;
		const FTSENT *met = fts_read(walk);
		if (met == NULL && errno != 0)
			code = kbm_fail(error, KBM_IO, "%s: %s", folder, strerror(errno));
		if (met == NULL)
			break;
		code = visit(folder, met, sink, context, &passed, error);
	}
	if (code == KBM_OK)
		code = tell_passed_over(&passed, error);
	if (walk != NULL)
		fts_close(walk);
	free(path);
	return code;
}
