/* Profiles: scripts that are run together, with the parameters that they get. */
#include "command/profiles.h"

#include "base/limits.h"
#include "base/suggest.h"
#include "command/catalog_parts.h"
#include "command/folders.h"
#include "plan/params.h"

#include <stdlib.h>
#include <string.h>

static void file_clear(struct kbm_profile_file *file)
{
	kbm_profile_clear(&file->profile);
	free(file->path);
	free(file->shadows);
	*file = (struct kbm_profile_file){0};
}

/* --- reading --------------------------------------------------------------------------------- */

/* A profile that cannot be used keeps its file's name, and why. */
static enum kbm_code keep_problem(struct kbm_profile_file *file, const char *file_name,
				  const struct kbm_error *problem, struct kbm_error *error)
{
	struct kbm_profile *profile = &file->profile;
	size_t stem = kbm_folder_stem(file_name);
	kbm_profile_clear(profile);
	file->problem = *problem;
	profile->name = strndup(file_name, stem > 0 ? stem : strlen(file_name));
	profile->title = strdup("");
	profile->description = strdup("");
	bool done = profile->name != NULL && profile->title != NULL && profile->description != NULL;
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

static bool is_named_by_file(const struct kbm_profile *profile, const char *file_name)
{
	size_t stem = kbm_folder_stem(file_name);
	return strlen(profile->name) == stem && strncmp(profile->name, file_name, stem) == 0;
}

/* Reads a profile's file; one that cannot be used has a problem. */
static enum kbm_code load(struct kbm_broker *broker, const char *path, bool name_is_file_name,
			  struct kbm_profile_file *file, struct kbm_error *error)
{
	struct kbm_error problem = {0};
	char sha256[KBM_SHA256_HEX_BYTES];
	char *text = NULL;
	size_t length = 0;
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	file->path = strdup(path);
	if (file->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = kbm_catalog_read(path, &text, &length, sha256, &problem);
	bool was_read = code == KBM_OK;
	if (code == KBM_NOT_FOUND && !name_is_file_name)
		return kbm_fail(error, KBM_USAGE, "%s", problem.message);
	if (was_read)
		code = kbm_broker_profile(broker, name, text, length, &file->profile, &problem);
	free(text);
	if (was_read && code == KBM_REFUSED) { /* there is no sandbox: no fault of this file */
		*error = problem;
		return code;
	}
	if (code == KBM_OK && name_is_file_name && !is_named_by_file(&file->profile, name))
		code = kbm_fail(&problem, KBM_INVALID,
				"%.100s: it calls itself '%.60s'; file and profile must be named "
				"alike",
				path, file->profile.name);
	return code == KBM_OK ? KBM_OK : keep_problem(file, name, &problem, error);
}

static enum kbm_code unknown_profile(const struct kbm_catalog *catalog, const char *name,
				     struct kbm_error *error)
{
	const struct kbm_script_files *files = &catalog->profiles;
	const struct kbm_script_file *hidden;
	const struct kbm_script_file *script =
	    kbm_script_files_get(&catalog->scripts, name, &hidden);
	const char **words = calloc(files->count + 1, sizeof *words);
	if (words == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < files->count; i++)
		words[i] = files->items[i].id;
	const char *near = kbm_suggest(name, words, files->count);
	free(words);
	if (script != NULL)
		return kbm_fail(error, KBM_USAGE, "no profile '@%.60s'; did you mean %.60s?", name,
				script->id);
	if (near != NULL)
		return kbm_fail(error, KBM_USAGE, "no profile '@%.60s'; did you mean @%.60s?", name,
				near);
	return kbm_fail(error, KBM_USAGE,
			"no profile '@%.60s'; `kbmend list` shows them, @./my.lua names a file",
			name);
}

/* The profile that is named, as behind the '@'. */
static enum kbm_code find(struct kbm_broker *broker, const struct kbm_catalog *catalog,
			  const char *name, struct kbm_profile_file *file, struct kbm_error *error)
{
	const struct kbm_script_file *stock;
	if (strchr(name, '/') != NULL || kbm_folder_stem(name) > 0)
		return load(broker, name, false, file, error);
	const struct kbm_script_file *found =
	    kbm_script_files_get(&catalog->profiles, name, &stock);
	if (found == NULL)
		return unknown_profile(catalog, name, error);
	if (stock != NULL && (file->shadows = strdup(stock->path)) == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return load(broker, found->path, true, file, error);
}

/* --- its scripts ----------------------------------------------------------------------------- */

/* A profile's parameters become the script's; what two say differently is a mistake. */
static enum kbm_code take_params(struct kbm_script *script, const struct kbm_params *given,
				 struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (script->problem.code == KBM_OK)
		code = kbm_params_check(&script->info, given, error);
	for (size_t i = 0; code == KBM_OK && i < given->count; i++) {
		const struct kbm_param *param = &given->items[i];
		const char *before = kbm_params_get(&script->params, param->name);
		if (before != NULL && strcmp(before, param->value) != 0)
			code = kbm_fail(error, KBM_INVALID,
					"%.40s gets %.32s twice, as '%.40s' and '%.40s'",
					script->info.id, param->name, before, param->value);
		else if (!kbm_params_set(&script->params, param->name, param->value))
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	return code;
}

static enum kbm_code add_entry(struct kbm_broker *broker, const struct kbm_catalog *catalog,
			       const struct kbm_profile_entry *entry, struct kbm_scripts *scripts,
			       struct kbm_error *error)
{
	size_t index = 0;
	enum kbm_code code =
	    kbm_catalog_add(broker, catalog, entry->id, false, scripts, &index, error);
	return code == KBM_OK ? take_params(&scripts->items[index], &entry->params, error) : code;
}

enum kbm_code kbm_catalog_add_profile(struct kbm_broker *broker, const struct kbm_catalog *catalog,
				      const char *name, struct kbm_scripts *scripts,
				      struct kbm_error *error)
{
	struct kbm_profile_file file = {0};
	struct kbm_error reason = {0};
	enum kbm_code code = find(broker, catalog, name, &file, error);
	if (code == KBM_OK && file.problem.code != KBM_OK)
		code = kbm_fail(error, file.problem.code, "%s", file.problem.message);
	for (size_t i = 0; code == KBM_OK && i < file.profile.entry_count; i++) {
		code = add_entry(broker, catalog, &file.profile.entries[i], scripts, &reason);
		/* What was typed is right; the file is not. */
		if (code != KBM_OK)
			code = kbm_fail(error, code == KBM_USAGE ? KBM_INVALID : code,
					"profile @%.40s: scripts[%zu]: %.160s", file.profile.name,
					i + 1, reason.message);
	}
	file_clear(&file);
	return code;
}

/* --- lists ----------------------------------------------------------------------------------- */

void kbm_profiles_clear(struct kbm_profiles *profiles)
{
	for (size_t i = 0; i < profiles->count; i++)
		file_clear(&profiles->items[i]);
	free(profiles->items);
	*profiles = (struct kbm_profiles){0};
}

static enum kbm_code list_all(struct kbm_broker *broker, struct kbm_catalog *catalog,
			      struct kbm_profiles *profiles, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	kbm_script_files_sort(&catalog->profiles);
	for (size_t i = 0; code == KBM_OK && i < catalog->profiles.count; i++) {
		const struct kbm_script_file *file = &catalog->profiles.items[i];
		const struct kbm_script_file *stock;
		if (kbm_script_files_get(&catalog->profiles, file->id, &stock) == file)
			code = find(broker, catalog, file->id, &profiles->items[profiles->count++],
				    error);
	}
	return code;
}

static enum kbm_code make_room(struct kbm_profiles *profiles, size_t count, struct kbm_error *error)
{
	profiles->items = calloc(count + 1, sizeof *profiles->items);
	return profiles->items != NULL ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

enum kbm_code kbm_profiles_load(struct kbm_broker *broker, const struct kbm_paths *paths,
				const char *first_folder, const char *name,
				struct kbm_profiles *profiles, struct kbm_error *error)
{
	struct kbm_catalog catalog = {0};
	enum kbm_code code = kbm_catalog_find(paths, first_folder, &catalog, error);
	if (code == KBM_OK)
		code = make_room(profiles, 1, error);
	if (code == KBM_OK)
		code = find(broker, &catalog, name, &profiles->items[profiles->count++], error);
	kbm_catalog_clear(&catalog);
	return code;
}

enum kbm_code kbm_library_load(struct kbm_broker *broker, const struct kbm_paths *paths,
			       const char *first_folder, struct kbm_scripts *scripts,
			       struct kbm_profiles *profiles, struct kbm_error *error)
{
	struct kbm_catalog catalog = {0};
	enum kbm_code code = kbm_catalog_find(paths, first_folder, &catalog, error);
	if (code == KBM_OK)
		code = make_room(profiles, catalog.profiles.count, error);
	if (code == KBM_OK)
		code = kbm_catalog_load_all(broker, &catalog, scripts, error);
	if (code == KBM_OK)
		code = list_all(broker, &catalog, profiles, error);
	kbm_catalog_clear(&catalog);
	return code;
}
