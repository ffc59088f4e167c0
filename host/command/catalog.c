/* Finding script files and reading their headers. */
#include "command/catalog.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "command/catalog_parts.h"
#include "command/folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void kbm_script_clear(struct kbm_script *script)
{
	free(script->path);
	free(script->text);
	free(script->shadows);
	kbm_text_list_clear(&script->asked_as);
	kbm_params_clear(&script->params);
	kbm_script_info_clear(&script->info);
	*script = (struct kbm_script){0};
}

static const char *nearest(const struct kbm_catalog *catalog, const struct kbm_text_list *more,
			   const char *name)
{
	const struct kbm_script_files *scripts = &catalog->scripts;
	const char **words = calloc(scripts->count + more->count + 1, sizeof *words);
	if (words == NULL)
		return NULL;
	for (size_t i = 0; i < scripts->count; i++)
		words[i] = scripts->items[i].id;
	for (size_t i = 0; i < more->count; i++)
		words[scripts->count + i] = more->items[i];
	const char *near = kbm_suggest(name, words, scripts->count + more->count);
	free(words);
	return near;
}

/* "mine.lua" where a file of that name is here, for a path must have a '/' or that ending. */
static bool is_file_here(const char *name, char *path, size_t path_bytes)
{
	struct stat status;
	int length = snprintf(path, path_bytes, "%s.lua", name);
	return length > 0 && (size_t)length < path_bytes && stat(path, &status) == 0 &&
	       S_ISREG(status.st_mode);
}

enum kbm_code kbm_catalog_unknown(const struct kbm_catalog *catalog,
				  const struct kbm_text_list *more, const char *name,
				  struct kbm_error *error)
{
	const struct kbm_script_file *hidden;
	const struct kbm_script_file *profile =
	    kbm_script_files_get(&catalog->profiles, name, &hidden);
	const char *near = nearest(catalog, more, name);
	if (profile != NULL)
		return kbm_fail(error, KBM_USAGE, "no script '%.60s'; did you mean @%.60s?", name,
				profile->id);
	if (near != NULL)
		return kbm_fail(error, KBM_USAGE, "no script '%.60s'; did you mean %s?", name,
				near);
	char here[KBM_ID_MAX_BYTES + sizeof ".lua"];
	if (is_file_here(name, here, sizeof here))
		return kbm_fail(error, KBM_USAGE, "no script '%.60s'; did you mean ./%s?", name,
				here);
	return kbm_fail(error, KBM_USAGE,
			"no script '%.60s'; `kbmend list` shows them, a path like ./my.lua names "
			"a file",
			name);
}

enum kbm_code kbm_catalog_read(const char *path, char **text, size_t *length, char *sha256,
			       struct kbm_error *error)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_SCRIPT_MAX_BYTES);
	enum kbm_code code = kbm_file_read(path, false, &bytes, error);
	if (code == KBM_LIMIT)
		kbm_fail(error, code,
			 "%.160s: more than %zu bytes, the most that a script may have", path,
			 KBM_SCRIPT_MAX_BYTES);
	if (code == KBM_OK) {
		kbm_sha256_hex(bytes.data, bytes.length, sha256);
		*text = kbm_bytes_take(&bytes, length);
		if (*text == NULL)
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

/* A script on its way into the catalogue. Its header's child works while others have their turn. */
struct loading {
	const struct kbm_script_file *file;  /* NULL: named by a path */
	const struct kbm_script_file *stock; /* which it hides, or NULL */
	bool id_is_file_name;
	enum kbm_code read; /* of its file */
	struct kbm_error problem;
	struct kbm_ahead *header; /* or NULL */
};

static enum kbm_code read_header(struct loading *loading, struct kbm_script *script,
				 struct kbm_error *error)
{
	struct kbm_ahead *header = loading->header;
	loading->header = NULL;
	enum kbm_code code = kbm_broker_end_header(header, &script->info, error);
	if (code == KBM_OK && loading->id_is_file_name && !is_named_by_id(script))
		code = kbm_fail(error, KBM_INVALID,
				"%.100s: its id is '%.60s'; file and id must be named alike",
				script->path, script->info.id);
	return code;
}

enum kbm_code kbm_catalog_keep_problem(struct kbm_script *script, const struct kbm_error *problem,
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

/* Reads one file into a new item of `scripts`, and has its header read. */
static enum kbm_code begin_load(struct kbm_broker *broker, const char *path,
				struct kbm_scripts *scripts, struct loading *loading,
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
	loading->read = kbm_catalog_read(script->path, &script->text, &script->length,
					 script->sha256, &loading->problem);
	if (loading->read == KBM_NOT_FOUND && !loading->id_is_file_name)
		return kbm_fail(error, KBM_USAGE, "%s", loading->problem.message);
	if (loading->read != KBM_OK)
		return KBM_OK;
	loading->header =
	    kbm_broker_begin_header(broker, script->file_name, script->text, script->length);
	return loading->header == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory") : KBM_OK;
}

static enum kbm_code end_load(struct kbm_script *script, struct loading *loading,
			      struct kbm_error *error)
{
	const struct kbm_script_file *stock = loading->stock;
	bool was_read = loading->read == KBM_OK;
	enum kbm_code code = loading->read;
	if (was_read)
		code = read_header(loading, script, &loading->problem);
	/* A child is refused where there is no sandbox for it: that is no fault of this script.
	 * Whatever else its child does is its own. */
	if (was_read && code == KBM_REFUSED) {
		*error = loading->problem;
		return code;
	}
	code = code == KBM_OK ? KBM_OK : kbm_catalog_keep_problem(script, &loading->problem, error);
	if (code == KBM_OK && stock != NULL && (script->shadows = strdup(stock->path)) == NULL)
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	return code;
}

/* Reads one file and its header into a new item of `scripts`. */
static enum kbm_code load(struct kbm_broker *broker, const char *path,
			  const struct kbm_script_file *stock, bool id_is_file_name,
			  struct kbm_scripts *scripts, struct kbm_error *error)
{
	struct loading loading = {.stock = stock, .id_is_file_name = id_is_file_name};
	enum kbm_code code = begin_load(broker, path, scripts, &loading, error);
	if (code == KBM_OK)
		code = end_load(&scripts->items[scripts->count - 1], &loading, error);
	return code;
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
	return kbm_catalog_keep_problem(goes, &problem, error);
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

enum kbm_code kbm_catalog_load(struct kbm_broker *broker, const struct kbm_script_file *file,
			       const struct kbm_script_file *stock, struct kbm_scripts *scripts,
			       struct kbm_error *error)
{
	enum kbm_code code = load(broker, file->path, stock, true, scripts, error);
	if (code == KBM_OK)
		scripts->items[scripts->count - 1].rank = file->rank;
	return code;
}

/* The files that no other one hides, and what each of them hides; their count. */
static size_t list_first(const struct kbm_script_files *files, struct loading *loadings)
{
	size_t count = 0;
	for (size_t i = 0; i < files->count; i++) {
		const struct kbm_script_file *file = &files->items[i];
		const struct kbm_script_file *stock;
		if (kbm_script_files_get(files, file->id, &stock) == file)
			loadings[count++] =
			    (struct loading){.file = file, .stock = stock, .id_is_file_name = true};
	}
	return count;
}

static enum kbm_code load_each(struct kbm_broker *broker, struct loading *loadings, size_t count,
			       struct kbm_scripts *scripts, struct kbm_error *error)
{
	size_t before = scripts->count;
	size_t begun = 0;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		for (;
		     code == KBM_OK && begun < count && (begun <= i || kbm_broker_has_room(broker));
		     begun++)
			code = begin_load(broker, loadings[begun].file->path, scripts,
					  &loadings[begun], error);
		if (code == KBM_OK)
			code = end_load(&scripts->items[before + i], &loadings[i], error);
		if (code == KBM_OK)
			scripts->items[before + i].rank = loadings[i].file->rank;
	}
	for (size_t i = 0; i < count; i++)
		kbm_ahead_drop(loadings[i].header);
	return code;
}

enum kbm_code kbm_catalog_load_all(struct kbm_broker *broker, struct kbm_catalog *catalog,
				   struct kbm_scripts *scripts, struct kbm_error *error)
{
	struct kbm_script_files *files = &catalog->scripts;
	struct loading *loadings = calloc(files->count + 1, sizeof *loadings);
	if (loadings == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_script_files_sort(files);
	enum kbm_code code =
	    load_each(broker, loadings, list_first(files, loadings), scripts, error);
	free(loadings);
	if (code == KBM_OK)
		code = kbm_catalog_check_aliases(scripts, error);
	return code == KBM_OK ? check_ids(scripts, error) : code;
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
static enum kbm_code load_file(struct kbm_broker *broker, const struct kbm_script_files *files,
			       const char *path, struct kbm_scripts *scripts,
			       struct kbm_error *error)
{
	enum kbm_code code = load(broker, path, NULL, false, scripts, error);
	if (code != KBM_OK)
		return code;
	struct kbm_script *script = &scripts->items[scripts->count - 1];
	const struct kbm_script_file *stock;
	const struct kbm_script_file *hidden = kbm_script_files_get(files, script->info.id, &stock);
	if (script->problem.code != KBM_OK || hidden == NULL || has_content(hidden->path, script))
		return KBM_OK;
	script->shadows = strdup(hidden->path);
	return script->shadows == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory") : KBM_OK;
}

/* A script that was loaded last and is there already is one, as the other is named by an alias or
 * by a profile; typed twice it is a mistake. *index is where it stays. */
static enum kbm_code join_last(struct kbm_scripts *scripts, size_t *index, struct kbm_error *error)
{
	struct kbm_script *last = &scripts->items[scripts->count - 1];
	*index = scripts->count - 1;
	for (size_t i = 0; i + 1 < scripts->count; i++) {
		struct kbm_script *script = &scripts->items[i];
		if (strcmp(script->path, last->path) != 0)
			continue;
		if (script->by_own_name && last->by_own_name)
			return kbm_fail(error, KBM_USAGE, "script %s is named twice",
					script->info.id);
		script->by_user |= last->by_user;
		script->by_own_name |= last->by_own_name;
		if (!kbm_text_list_add_all(&script->asked_as, &last->asked_as))
			return kbm_fail(error, KBM_MEMORY, "out of memory");
		kbm_script_clear(last);
		scripts->count--;
		*index = i;
		return KBM_OK;
	}
	return KBM_OK;
}

/* The alias as its script writes it, whatever the case of `name`. */
static enum kbm_code note_alias(struct kbm_script *script, const char *name,
				struct kbm_error *error)
{
	const struct kbm_alias *alias = kbm_script_info_alias(&script->info, name);
	if (!kbm_text_list_add(&script->asked_as, alias == NULL ? name : alias->kb))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

enum kbm_code kbm_catalog_add(struct kbm_broker *broker, const struct kbm_catalog *catalog,
			      const char *name, bool by_user, struct kbm_scripts *scripts,
			      size_t *index, struct kbm_error *error)
{
	const struct kbm_script_files *files = &catalog->scripts;
	const struct kbm_script_file *stock;
	const struct kbm_script_file *found = kbm_script_files_get(files, name, &stock);
	bool is_path = strchr(name, '/') != NULL || kbm_folder_stem(name) > 0;
	bool by_alias = !is_path && found == NULL;
	enum kbm_code code;
	if (is_path)
		code = load_file(broker, files, name, scripts, error);
	else if (found != NULL)
		code = kbm_catalog_load(broker, found, stock, scripts, error);
	else
		code = kbm_catalog_load_alias(broker, catalog, name, scripts, error);
	if (code != KBM_OK)
		return code;
	struct kbm_script *script = &scripts->items[scripts->count - 1];
	script->by_user = by_user;
	script->by_path = is_path;
	script->by_own_name = by_user && !by_alias;
	if (by_alias)
		code = note_alias(script, name, error);
	return code == KBM_OK ? join_last(scripts, index, error) : code;
}

static enum kbm_code add_named(struct kbm_broker *broker, const struct kbm_catalog *catalog,
			       const char *name, struct kbm_scripts *scripts,
			       struct kbm_error *error)
{
	size_t index;
	if (name[0] == '@')
		return kbm_catalog_add_profile(broker, catalog, name + 1, scripts, error);
	return kbm_catalog_add(broker, catalog, name, true, scripts, &index, error);
}

enum kbm_code kbm_scripts_load(struct kbm_broker *broker, const struct kbm_paths *paths,
			       const char *first_folder, char *const *names, size_t name_count,
			       struct kbm_scripts *scripts, struct kbm_error *error)
{
	struct kbm_catalog catalog = {0};
	enum kbm_code code = kbm_catalog_find(paths, first_folder, &catalog, error);
	if (code == KBM_OK && name_count == 0)
		code = kbm_catalog_load_all(broker, &catalog, scripts, error);
	for (size_t i = 0; code == KBM_OK && i < name_count; i++)
		code = add_named(broker, &catalog, names[i], scripts, error);
	if (code == KBM_OK && name_count > 0)
		code = check_ids(scripts, error);
	kbm_catalog_clear(&catalog);
	if (code != KBM_OK)
		kbm_scripts_clear(scripts);
	return code;
}

void kbm_scripts_clear(struct kbm_scripts *scripts)
{
	for (size_t i = 0; i < scripts->count; i++)
		kbm_script_clear(&scripts->items[i]);
	free(scripts->items);
	*scripts = (struct kbm_scripts){0};
}
