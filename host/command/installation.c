/* Comparing what lies in an installation's folders with what was installed. */
#include "command/installation.h"

#include "base/absolute.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SCRIPTS "scripts"
#define STDLIB	"stdlib"

/* One folder's walk. */
struct look {
	struct kbm_installed_folder *folder;
	const struct kbm_stock *stock;
	const char *stock_folder; /* "scripts": the folder is the installation's own; else NULL */
};

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* A new file, `stock` until something else is found; NULL without memory. */
static struct kbm_installed_file *add_file(struct kbm_installed_folder *folder, const char *path)
{
	struct kbm_installed_file *files =
	    realloc(folder->files, (folder->file_count + 1) * sizeof *files);
	if (files == NULL)
		return NULL;
	folder->files = files;
	struct kbm_installed_file *file = &files[folder->file_count++];
	*file = (struct kbm_installed_file){.path = strdup(path)};
	return file->path == NULL ? NULL : file;
}

/* As loading it would: what cannot be loaded has no hash, but a reason. */
static enum kbm_code hash_file(const char *path, bool is_library, struct kbm_installed_file *file,
			       struct kbm_error *error)
{
	struct kbm_error problem = {0};
	struct kbm_bytes bytes;
	size_t maximum = KBM_SCRIPT_MAX_BYTES;
	if (is_library)
		maximum = KBM_STDLIB_MAX_FILE_BYTES;
	kbm_bytes_init(&bytes, maximum);
	enum kbm_code code = kbm_file_read(path, is_library, &bytes, &problem);
	if (code == KBM_OK)
		kbm_sha256_hex(bytes.data, bytes.length, file->sha256);
	kbm_bytes_clear(&bytes);
	if (code == KBM_OK)
		return KBM_OK;
	file->state = KBM_FILE_UNREADABLE;
	file->reason = strdup(kbm_path_without(problem.message, path));
	return file->reason == NULL ? no_memory(error) : KBM_OK;
}

/* The stock script of a file's id, which is its name without .lua; or NULL. */
static const struct kbm_stock_file *stock_of_id(const struct kbm_stock *stock, const char *name)
{
	for (size_t i = 0; i < stock->count; i++) {
		const char *below = kbm_stock_below(&stock->files[i], SCRIPTS);
		const char *slash = below == NULL ? NULL : strrchr(below, '/');
		const char *stock_name = slash == NULL ? below : slash + 1;
		if (below != NULL && kbm_text_equals_ascii_case(stock_name, name))
			return &stock->files[i];
	}
	return NULL;
}

static bool was_met(const struct kbm_installed_folder *folder, const char *path)
{
	for (size_t i = 0; i < folder->file_count; i++)
		if (strcmp(folder->files[i].path, path) == 0)
			return true;
	return false;
}

/* A file that is none of the manifest's is used for a stock script of the same id when it is found
 * before that: in a folder that is searched earlier, or earlier in the installation's own. An equal
 * copy changes nothing. */
static enum kbm_code judge_own(const struct look *look, const char *name,
			       struct kbm_installed_file *file, struct kbm_error *error)
{
	const struct kbm_stock_file *stock =
	    look->folder->is_library ? NULL : stock_of_id(look->stock, name);
	const char *below = stock == NULL ? NULL : kbm_stock_below(stock, SCRIPTS);
	bool is_own = look->stock_folder != NULL;
	if (stock != NULL && !is_own && strcmp(file->sha256, stock->sha256) == 0)
		return KBM_OK;
	if (file->state != KBM_FILE_UNREADABLE)
		file->state = KBM_FILE_SITE;
	if (stock == NULL || (is_own && was_met(look->folder, below)))
		return KBM_OK;
	file->hides = strdup(below);
	return file->hides == NULL ? no_memory(error) : KBM_OK;
}

static enum kbm_code look_at(void *context, const struct kbm_folder_entry *entry,
			     struct kbm_error *error)
{
	const struct look *look = context;
	if (look->folder->file_count == KBM_FOLDERS_MAX_FILES)
		return kbm_fail(error, KBM_LIMIT, "%s: more than %d files", look->folder->path,
				KBM_FOLDERS_MAX_FILES);
	struct kbm_installed_file *file = add_file(look->folder, entry->below);
	if (file == NULL)
		return no_memory(error);
	if (entry->reason != NULL) {
		file->state = KBM_FILE_UNREADABLE;
		file->reason = strdup(entry->reason);
		return file->reason == NULL ? no_memory(error) : KBM_OK;
	}
	enum kbm_code code = hash_file(entry->path, look->folder->is_library, file, error);
	if (code != KBM_OK)
		return code;
	const struct kbm_stock_file *stock =
	    look->stock_folder == NULL
		? NULL
		: kbm_stock_find(look->stock, look->stock_folder, entry->below);
	if (stock == NULL)
		return judge_own(look, entry->name, file, error);
	if (file->state != KBM_FILE_UNREADABLE && strcmp(stock->sha256, file->sha256) != 0)
		file->state = KBM_FILE_EDITED;
	return KBM_OK;
}

/* Whether a folder above `path` could not be looked into: then nobody knows what is there. */
static bool is_below_unreadable(const struct kbm_installed_folder *folder, const char *path)
{
	for (size_t i = 0; i < folder->file_count; i++) {
		const struct kbm_installed_file *file = &folder->files[i];
		size_t length = strlen(file->path);
		if (file->state == KBM_FILE_UNREADABLE && strncmp(file->path, path, length) == 0 &&
		    path[length] == '/')
			return true;
	}
	return false;
}

static int by_path(const void *left, const void *right)
{
	const struct kbm_installed_file *a = left;
	const struct kbm_installed_file *b = right;
	return strcmp(a->path, b->path);
}

static enum kbm_code add_missing(const struct look *look, struct kbm_error *error)
{
	struct kbm_installed_folder *folder = look->folder;
	for (size_t i = 0; i < look->stock->count; i++) {
		const char *below = kbm_stock_below(&look->stock->files[i], look->stock_folder);
		if (below == NULL || was_met(folder, below) || is_below_unreadable(folder, below))
			continue;
		struct kbm_installed_file *file = add_file(folder, below);
		if (file == NULL)
			return no_memory(error);
		file->state = KBM_FILE_MISSING;
	}
	if (folder->file_count > 0)
		qsort(folder->files, folder->file_count, sizeof *folder->files, by_path);
	return KBM_OK;
}

static enum kbm_code look_through(const struct look *look, struct kbm_error *error)
{
	struct kbm_installed_folder *folder = look->folder;
	struct kbm_error problem = {0};
	enum kbm_code code = kbm_folder_walk(folder->path, look_at, (void *)look, &problem);
	if (code == KBM_MEMORY) {
		*error = problem;
		return code;
	}
	folder->absent = code == KBM_NOT_FOUND;
	if (code != KBM_OK) {
		folder->reason = strdup(kbm_path_without(problem.message, folder->path));
		return folder->reason == NULL ? no_memory(error) : KBM_OK;
	}
	return look->stock_folder == NULL ? KBM_OK : add_missing(look, error);
}

static enum kbm_code look_into(const char *path, bool must_exist, const char *stock_folder,
			       bool is_library, const struct kbm_stock *stock,
			       struct kbm_installed_folder *folder, struct kbm_error *error)
{
	const struct look look = {folder, stock, stock_folder};
	*folder = (struct kbm_installed_folder){
	    .path = strdup(path), .must_exist = must_exist, .is_library = is_library};
	return folder->path == NULL ? no_memory(error) : look_through(&look, error);
}

enum kbm_code kbm_installation_look(const struct kbm_paths *paths, const char *first_folder,
				    const struct kbm_stock *stock,
				    struct kbm_installation *installation, struct kbm_error *error)
{
	struct kbm_folder folders[KBM_FOLDERS_MAX];
	size_t count = kbm_folders_of_scripts(paths, first_folder, folders);
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		const char *own = strcmp(folders[i].path, paths->scripts) == 0 ? SCRIPTS : NULL;
		installation->script_folder_count = i + 1;
		code = look_into(folders[i].path, folders[i].must_exist, own, false, stock,
				 &installation->scripts[i], error);
	}
	if (code == KBM_OK)
		code = look_into(paths->stdlib, true, STDLIB, true, stock, &installation->stdlib,
				 error);
	return code;
}

static void clear_folder(struct kbm_installed_folder *folder)
{
	for (size_t i = 0; i < folder->file_count; i++) {
		free(folder->files[i].path);
		free(folder->files[i].hides);
		free(folder->files[i].reason);
	}
	free(folder->files);
	free(folder->path);
	free(folder->reason);
}

void kbm_installation_clear(struct kbm_installation *installation)
{
	for (size_t i = 0; i < installation->script_folder_count; i++)
		clear_folder(&installation->scripts[i]);
	clear_folder(&installation->stdlib);
	*installation = (struct kbm_installation){0};
}
