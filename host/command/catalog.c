/* Finding script files and reading their headers. */
#include "command/catalog.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "base/text.h"
#include "command/command.h"
#include "command/folders.h"

#include <stdlib.h>
#include <string.h>

/* A file that was found: its id is the file's name without .lua. */
struct found {
	char *id;
	char *path;
	size_t rank; /* folders in the order of search */
};
struct index {
	struct found *items;
	size_t count;
	size_t rank; /* of the folder that is walked */
};

static void index_clear(struct index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		free(index->items[i].id);
		free(index->items[i].path);
	}
	free(index->items);
	*index = (struct index){0};
}

static enum kbm_code index_add(struct index *index, const struct kbm_folder_entry *entry,
			       struct kbm_error *error)
{
	if (index->count == KBM_FOLDERS_MAX_FILES)
		return kbm_fail(error, KBM_LIMIT, "%s: more than %d scripts", entry->path,
				KBM_FOLDERS_MAX_FILES);
	struct found *items = realloc(index->items, (index->count + 1) * sizeof *items);
	if (items == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	index->items = items;
	struct found *item = &items[index->count];
	*item = (struct found){strndup(entry->name, kbm_folder_stem(entry->name)),
			       strdup(entry->path), index->rank};
	index->count++;
	if (item->id == NULL || item->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

static enum kbm_code index_entry(void *context, const struct kbm_folder_entry *entry,
				 struct kbm_error *error)
{
	struct index *index = context;
	if (entry->reason != NULL)
		return kbm_fail(error, KBM_IO, "%s: %s", entry->path, entry->reason);
	return index_add(index, entry, error);
}

/* Adds every .lua file below a folder. Unless it `must_exist` it may be absent; when it is there
 * and cannot be read, a line on stderr says so, for its scripts would hide others. */
static enum kbm_code index_folder(struct index *index, const struct kbm_folder *folder,
				  struct kbm_error *error)
{
	enum kbm_code code = kbm_folder_walk(folder->path, index_entry, index, error);
	if (folder->must_exist || (code != KBM_NOT_FOUND && code != KBM_IO))
		return code;
	if (code == KBM_IO)
		kbm_command_note("%s; scripts there are passed over", error->message);
	return KBM_OK;
}

static enum kbm_code index_all(const struct kbm_paths *paths, const char *first_folder,
			       struct index *index, struct kbm_error *error)
{
	struct kbm_folder folders[KBM_FOLDERS_MAX];
	size_t count = kbm_folders_of_scripts(paths, first_folder, folders);
	enum kbm_code code = KBM_OK;
	for (index->rank = 0; code == KBM_OK && index->rank < count; index->rank++)
		code = index_folder(index, &folders[index->rank], error);
	return code;
}

/* The first file of that id in the order of search; *stock is the installation's own when another
 * one hides it, else NULL. */
static const struct found *index_find(const struct index *index, const char *id,
				      const struct found **stock)
{
	const struct found *first = NULL;
	*stock = NULL;
	for (size_t i = 0; i < index->count; i++) {
		if (!kbm_text_equals_ascii_case(index->items[i].id, id))
			continue;
		if (first == NULL)
			first = &index->items[i];
		else if (index->items[i].rank > first->rank)
			*stock = &index->items[i];
	}
	return first;
}

static enum kbm_code unknown_script(const struct index *index, const char *name,
				    struct kbm_error *error)
{
	const char **words = calloc(index->count + 1, sizeof *words);
	if (words == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < index->count; i++)
		words[i] = index->items[i].id;
	const char *near = kbm_suggest(name, words, index->count);
	free(words);
	if (near != NULL)
		return kbm_fail(error, KBM_USAGE, "no script '%.60s'; did you mean %s?", name,
				near);
	return kbm_fail(error, KBM_USAGE,
			"no script '%.60s'; `kbmend list` shows them, a path like ./my.lua names "
			"a file",
			name);
}

/* The file's text; KBM_NOT_FOUND and the like with the path. */
static enum kbm_code read_text(struct kbm_script *script, struct kbm_error *error)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_SCRIPT_MAX_BYTES);
	enum kbm_code code = kbm_file_read(script->path, false, &bytes, error);
	if (code == KBM_LIMIT)
		kbm_fail(error, code,
			 "%.160s: more than %zu bytes, the most that a script may have",
			 script->path, KBM_SCRIPT_MAX_BYTES);
	if (code == KBM_OK) {
		kbm_sha256_hex(bytes.data, bytes.length, script->sha256);
		script->text = kbm_bytes_take(&bytes, &script->length);
		if (script->text == NULL)
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	kbm_bytes_clear(&bytes);
	return code;
}

static size_t stem_length(const char *file_name)
{
	size_t stem = kbm_folder_stem(file_name);
	return stem > 0 ? stem : strlen(file_name);
}

static bool is_named_by_id(const struct kbm_script *script)
{
	size_t stem = stem_length(script->file_name);
	return strlen(script->info.id) == stem &&
	       strncmp(script->info.id, script->file_name, stem) == 0;
}

static enum kbm_code read_header(struct kbm_broker *broker, struct kbm_script *script,
				 bool id_is_file_name, struct kbm_error *error)
{
	enum kbm_code code = kbm_broker_header(broker, script->file_name, script->text,
					       script->length, &script->info, error);
	if (code == KBM_OK && id_is_file_name && !is_named_by_id(script))
		code = kbm_fail(error, KBM_INVALID,
				"%.100s: its id is '%.60s'; file and id must be named alike",
				script->path, script->info.id);
	return code;
}

/* A script that cannot be used keeps its file's name as id, and why. */
static enum kbm_code keep_problem(struct kbm_script *script, const struct kbm_error *problem,
				  struct kbm_error *error)
{
	kbm_script_info_clear(&script->info);
	script->problem = *problem;
	script->info.id = strndup(script->file_name, stem_length(script->file_name));
	script->info.title = strdup("");
	free(script->shadows);
	script->shadows = NULL;
	if (script->info.id == NULL || script->info.title == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

/* Reads one file and its header into a new item of `scripts`. */
static enum kbm_code load(struct kbm_broker *broker, const char *path, const struct found *stock,
			  bool id_is_file_name, struct kbm_scripts *scripts,
			  struct kbm_error *error)
{
	struct kbm_script *items = realloc(scripts->items, (scripts->count + 1) * sizeof *items);
	if (items == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	scripts->items = items;
	struct kbm_script *script = &items[scripts->count];
	*script = (struct kbm_script){.path = strdup(path)};
	scripts->count++;
	if (script->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	const char *slash = strrchr(script->path, '/');
	script->file_name = slash == NULL ? script->path : slash + 1;

	struct kbm_error problem = {0};
	enum kbm_code code = read_text(script, &problem);
	if (code == KBM_NOT_FOUND && !id_is_file_name)
		return kbm_fail(error, KBM_USAGE, "%s", problem.message);
	bool was_read = code == KBM_OK;
	if (was_read)
		code = read_header(broker, script, id_is_file_name, &problem);
	/* A child is refused where there is no sandbox for it: that is no fault of this script.
	 * Whatever else its child does is its own. */
	if (was_read && code == KBM_REFUSED) {
		*error = problem;
		return code;
	}
	code = code == KBM_OK ? KBM_OK : keep_problem(script, &problem, error);
	if (code == KBM_OK && stock != NULL && (script->shadows = strdup(stock->path)) == NULL)
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	return code;
}

static int by_id(const void *left, const void *right)
{
	const struct found *a = left;
	const struct found *b = right;
	int order = strcmp(a->id, b->id);
	return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

static enum kbm_code load_all(struct kbm_broker *broker, struct index *index,
			      struct kbm_scripts *scripts, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (index->count > 0)
		qsort(index->items, index->count, sizeof *index->items, by_id);
	for (size_t i = 0; code == KBM_OK && i < index->count; i++) {
		const struct found *stock;
		const struct found *first = index_find(index, index->items[i].id, &stock);
		if (first == &index->items[i])
			code = load(broker, first->path, stock, true, scripts, error);
	}
	return code;
}

/* Whether the file at `path` holds what the script does: a copy, or the same file by another name.
 */
static bool has_content(const char *path, const struct kbm_script *script)
{
	struct kbm_bytes bytes;
	char sha256[KBM_SHA256_HEX_BYTES] = "";
	kbm_bytes_init(&bytes, KBM_SCRIPT_MAX_BYTES);
	if (kbm_file_read(path, true, &bytes, NULL) == KBM_OK)
		kbm_sha256_hex(bytes.data, bytes.length, sha256);
	kbm_bytes_clear(&bytes);
	return strcmp(sha256, script->sha256) == 0;
}

/* A file that is named by its path may call itself what another one is called. */
static enum kbm_code load_file(struct kbm_broker *broker, const struct index *index,
			       const char *path, struct kbm_scripts *scripts,
			       struct kbm_error *error)
{
	enum kbm_code code = load(broker, path, NULL, false, scripts, error);
	if (code != KBM_OK)
		return code;
	struct kbm_script *script = &scripts->items[scripts->count - 1];
	const struct found *stock;
	const struct found *hidden = index_find(index, script->info.id, &stock);
	if (script->problem.code != KBM_OK || hidden == NULL || has_content(hidden->path, script))
		return KBM_OK;
	script->shadows = strdup(hidden->path);
	return script->shadows == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory") : KBM_OK;
}

static enum kbm_code load_named(struct kbm_broker *broker, const struct index *index,
				const char *name, struct kbm_scripts *scripts,
				struct kbm_error *error)
{
	if (strchr(name, '/') != NULL || kbm_folder_stem(name) > 0)
		return load_file(broker, index, name, scripts, error);
	const struct found *stock;
	const struct found *found = index_find(index, name, &stock);
	if (found == NULL)
		return unknown_script(index, name, error);
	return load(broker, found->path, stock, true, scripts, error);
}

/* One script named twice is a mistake of who typed it. Of two files with one id, the one that is
 * not named so, else the second, has a problem: it might be there to keep the other from running.
 */
static enum kbm_code tell_twins_apart(struct kbm_script *first, struct kbm_script *second,
				      struct kbm_error *error)
{
	struct kbm_error problem = {0};
	if (first->problem.code != KBM_OK || second->problem.code != KBM_OK)
		return KBM_OK;
	if (strcmp(first->sha256, second->sha256) == 0)
		return kbm_fail(error, KBM_USAGE, "script %s is named twice", first->info.id);
	bool first_stays = is_named_by_id(first) || !is_named_by_id(second);
	struct kbm_script *stays = first_stays ? first : second;
	struct kbm_script *goes = first_stays ? second : first;
	kbm_fail(&problem, KBM_INVALID, "%.80s: its id '%.40s' is that of %.80s, which runs too",
		 goes->path, goes->info.id, stays->path);
	return keep_problem(goes, &problem, error);
}

static enum kbm_code check_ids(struct kbm_scripts *scripts, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < scripts->count; i++)
		for (size_t j = i + 1; code == KBM_OK && j < scripts->count; j++)
			if (strcmp(scripts->items[i].info.id, scripts->items[j].info.id) == 0)
				code =
				    tell_twins_apart(&scripts->items[i], &scripts->items[j], error);
	return code;
}

enum kbm_code kbm_scripts_load(struct kbm_broker *broker, const struct kbm_paths *paths,
			       const char *first_folder, char *const *names, size_t name_count,
			       struct kbm_scripts *scripts, struct kbm_error *error)
{
	struct index index = {0};
	enum kbm_code code = index_all(paths, first_folder, &index, error);
	if (code == KBM_OK && name_count == 0)
		code = load_all(broker, &index, scripts, error);
	for (size_t i = 0; code == KBM_OK && i < name_count; i++)
		code = load_named(broker, &index, names[i], scripts, error);
	if (code == KBM_OK)
		code = check_ids(scripts, error);
	index_clear(&index);
	if (code != KBM_OK)
		kbm_scripts_clear(scripts);
	return code;
}

void kbm_scripts_clear(struct kbm_scripts *scripts)
{
	for (size_t i = 0; i < scripts->count; i++) {
		struct kbm_script *script = &scripts->items[i];
		free(script->path);
		free(script->text);
		free(script->shadows);
		kbm_script_info_clear(&script->info);
	}
	free(scripts->items);
	*scripts = (struct kbm_scripts){0};
}
