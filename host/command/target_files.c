/* Which files a target has. */
#include "command/target_files.h"

#include "base/limits.h"
#include "command/windows_folder.h"
#include "source/ldap_uri.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void kbm_target_files_clear(struct kbm_target_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].path);
		free(files->items[i].hive);
		free(files->items[i].problem);
	}
	free(files->items);
	kbm_text_list_clear(&files->notes);
	*files = (struct kbm_target_files){0};
}

static char *copy(const char *text)
{
	return text == NULL ? NULL : strdup(text);
}

/* A copy of *file. */
static enum kbm_code add_file(struct kbm_target_files *files, const struct kbm_target_file *file,
			      struct kbm_error *error)
{
	if (files->count == KBM_TARGET_MAX_FILES)
		return kbm_fail(error, KBM_LIMIT, "the target has more than %u files",
				KBM_TARGET_MAX_FILES);
	struct kbm_target_file *items = reallocarray(files->items, files->count + 1, sizeof *items);
	if (items == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	files->items = items;
	struct kbm_target_file *added = &items[files->count++];
	*added = *file;
	added->path = copy(file->path);
	added->hive = copy(file->hive);
	added->problem = copy(file->problem);
	return added->path == NULL || (file->hive != NULL && added->hive == NULL) ||
		       (file->problem != NULL && added->problem == NULL)
		   ? kbm_fail(error, KBM_MEMORY, "out of memory")
		   : KBM_OK;
}

/* --- folders -----------------------------------------------------------------------------------
 */

static bool is_needed(const struct kbm_scripts *scripts, const char *hive)
{
	if (strcmp(hive, "SYSTEM") == 0)
		return true;
	for (size_t i = 0; i < scripts->count; i++)
		if (kbm_script_info_needs_hive(&scripts->items[i].info, hive))
			return true;
	return false;
}

static enum kbm_code add_found(const struct kbm_folder_hives *found,
			       const struct kbm_scripts *scripts, struct kbm_target_files *files,
			       struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < found->count; i++) {
		const struct kbm_folder_hive *hive = &found->items[i];
		const struct kbm_target_file file = {.path = hive->path,
						     .hive = hive->hive,
						     .content = hive->content,
						     .problem = hive->problem,
						     .is_found = true};
		if (is_needed(scripts, hive->hive))
			code = add_file(files, &file, error);
	}
	return code;
}

static enum kbm_code add_folder(const char *path, const struct kbm_scripts *scripts,
				struct kbm_target_files *files, struct kbm_error *error)
{
	struct kbm_folder_hives found = {0};
	enum kbm_code code =
	    kbm_windows_folder_find(path, is_needed(scripts, "HKU\\"), &found, error);
	if (code == KBM_OK)
		code = add_found(&found, scripts, files, error);
	/* Where nothing was found, too: it may lie where nobody looked. */
	if (!kbm_text_list_add_all(&files->notes, &found.notes) && code == KBM_OK)
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_folder_hives_clear(&found);
	return code;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* One that had no size could not be read when the plan was made, and need not be now. */
static enum kbm_code add_planned(const struct kbm_target_identity *planned,
				 struct kbm_target_files *files, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < planned->source_count; i++) {
		const struct kbm_source_identity *source = &planned->sources[i];
		bool is_hive = strcmp(source->kind, "hive") == 0 && source->hive != NULL;
		const struct kbm_target_file file = {.path = source->path,
						     .hive = is_hive ? source->hive : NULL,
						     .is_found = is_hive && source->size == 0};
		if (strcmp(source->kind, "ldap") != 0)
			code = add_file(files, &file, error);
	}
	return code;
}

enum kbm_code kbm_target_files_list(const struct kbm_options *options,
				    const struct kbm_scripts *scripts,
				    struct kbm_target_files *files, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (options->planned != NULL)
		return add_planned(options->planned, files, error);
	for (size_t i = 0; code == KBM_OK && i < options->target_count; i++) {
		const char *path = options->targets[i];
		const struct kbm_target_file file = {.path = (char *)path};
		if (kbm_ldap_uri_is(path))
			continue;
		code = scripts != NULL && is_folder(path) ? add_folder(path, scripts, files, error)
							  : add_file(files, &file, error);
	}
	return code;
}
