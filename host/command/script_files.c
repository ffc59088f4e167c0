/* The files of scripts and profiles that folders hold, by id, before any of them is read. */
#include "command/script_files.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/command.h"
#include "command/folders.h"

#include <stdlib.h>
#include <string.h>

static void files_clear(struct kbm_script_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].id);
		free(files->items[i].path);
	}
	free(files->items);
	*files = (struct kbm_script_files){0};
}

void kbm_catalog_clear(struct kbm_catalog *catalog)
{
	files_clear(&catalog->scripts);
	files_clear(&catalog->profiles);
}

static enum kbm_code add(struct kbm_script_files *files, const struct kbm_folder_entry *entry,
			 size_t rank, struct kbm_error *error)
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
					 strdup(entry->path), rank};
	files->count++;
	if (item->id == NULL || item->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

/* A walk through one of the folders. */
struct walk {
	struct kbm_catalog *catalog;
	size_t rank;
};

static enum kbm_code take_entry(void *context, const struct kbm_folder_entry *entry,
				struct kbm_error *error)
{
	static const char profiles[] = "profiles/";
	const struct walk *walk = context;
	if (entry->reason != NULL)
		return kbm_fail(error, KBM_IO, "%s: %s", entry->path, entry->reason);
	bool is_profile = strncmp(entry->below, profiles, strlen(profiles)) == 0;
	return add(is_profile ? &walk->catalog->profiles : &walk->catalog->scripts, entry,
		   walk->rank, error);
}

/* Adds every .lua file below a folder. Unless it `must_exist` it may be absent; when it is there
 * and cannot be read, a line on stderr says so, for its scripts would hide others. */
static enum kbm_code add_folder(struct walk *walk, const struct kbm_folder *folder,
				struct kbm_error *error)
{
	enum kbm_code code = kbm_folder_walk(folder->path, take_entry, walk, error);
	if (folder->must_exist || (code != KBM_NOT_FOUND && code != KBM_IO))
		return code;
	if (code == KBM_IO)
		kbm_command_note("%s; scripts there are passed over", error->message);
	return KBM_OK;
}

enum kbm_code kbm_catalog_find(const struct kbm_paths *paths, const char *first_folder,
			       struct kbm_catalog *catalog, struct kbm_error *error)
{
	struct kbm_folder folders[KBM_FOLDERS_MAX];
	size_t count = kbm_folders_of_scripts(paths, first_folder, folders);
	struct walk walk = {catalog, 0};
	enum kbm_code code = KBM_OK;
	for (; code == KBM_OK && walk.rank < count; walk.rank++)
		code = add_folder(&walk, &folders[walk.rank], error);
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
