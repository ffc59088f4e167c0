/* The script files that folders hold, by id, before any of them is read. */
#include "command/script_files.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/command.h"
#include "command/folders.h"

#include <stdlib.h>
#include <string.h>

void kbm_script_files_clear(struct kbm_script_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].id);
		free(files->items[i].path);
	}
	free(files->items);
	*files = (struct kbm_script_files){0};
}

static enum kbm_code add(struct kbm_script_files *files, const struct kbm_folder_entry *entry,
			 struct kbm_error *error)
{
	if (files->count == KBM_FOLDERS_MAX_FILES)
		return kbm_fail(error, KBM_LIMIT, "%s: more than %d scripts", entry->path,
				KBM_FOLDERS_MAX_FILES);
	struct kbm_script_file *items = realloc(files->items, (files->count + 1) * sizeof *items);
	if (items == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	files->items = items;
	struct kbm_script_file *item = &items[files->count];
	*item = (struct kbm_script_file){strndup(entry->name, kbm_folder_stem(entry->name)),
					 strdup(entry->path), files->rank};
	files->count++;
	if (item->id == NULL || item->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

static enum kbm_code take_entry(void *context, const struct kbm_folder_entry *entry,
				struct kbm_error *error)
{
	if (entry->reason != NULL)
		return kbm_fail(error, KBM_IO, "%s: %s", entry->path, entry->reason);
	return add(context, entry, error);
}

/* Adds every .lua file below a folder. Unless it `must_exist` it may be absent; when it is there
 * and cannot be read, a line on stderr says so, for its scripts would hide others. */
static enum kbm_code add_folder(struct kbm_script_files *files, const struct kbm_folder *folder,
				struct kbm_error *error)
{
	enum kbm_code code = kbm_folder_walk(folder->path, take_entry, files, error);
	if (folder->must_exist || (code != KBM_NOT_FOUND && code != KBM_IO))
		return code;
	if (code == KBM_IO)
		kbm_command_note("%s; scripts there are passed over", error->message);
	return KBM_OK;
}

enum kbm_code kbm_script_files_find(const struct kbm_paths *paths, const char *first_folder,
				    struct kbm_script_files *files, struct kbm_error *error)
{
	struct kbm_folder folders[KBM_FOLDERS_MAX];
	size_t count = kbm_folders_of_scripts(paths, first_folder, folders);
	enum kbm_code code = KBM_OK;
	for (files->rank = 0; code == KBM_OK && files->rank < count; files->rank++)
		code = add_folder(files, &folders[files->rank], error);
	return code;
}

const struct kbm_script_file *kbm_script_files_get(const struct kbm_script_files *files,
						   const char *id,
						   const struct kbm_script_file **stock)
{
	const struct kbm_script_file *first = NULL;
	*stock = NULL;
	for (size_t i = 0; i < files->count; i++) {
		if (!kbm_text_equals_ascii_case(files->items[i].id, id))
			continue;
		if (first == NULL)
			first = &files->items[i];
		else if (files->items[i].rank > first->rank)
			*stock = &files->items[i];
	}
	return first;
}

static int by_id(const void *left, const void *right)
{
	const struct kbm_script_file *a = left;
	const struct kbm_script_file *b = right;
	int order = strcmp(a->id, b->id);
	return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

void kbm_script_files_sort(struct kbm_script_files *files)
{
	if (files->count > 0)
		qsort(files->items, files->count, sizeof *files->items, by_id);
}
