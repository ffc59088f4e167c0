/* Where a script's cases are, and what is in their folders. */
#include "command/trial_folder.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "command/folders.h"
#include "command/trial_given.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REGISTRY     "target.reg"
#define DIRECTORY    "directory.ldif"
#define NO_DIRECTORY "no-directory"
#define DIRTY	     "dirty"

char *kbm_trial_file(const char *folder, const char *name)
{
	char *path = NULL;
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "out of memory");
}

static bool is_there(const char *folder, const char *name)
{
	struct stat status;
	char *path = kbm_trial_file(folder, name);
	bool found = path != NULL && stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
	free(path);
	return found;
}

/* --- the cases of a script ------------------------------------------------------------------- */

/* Whether the script is the installation's own, by whatever way it is named. */
static bool is_stock(const struct kbm_paths *paths, const char *path)
{
	char *folder = realpath(paths->scripts, NULL);
	char *script = realpath(path, NULL);
	size_t length = folder == NULL ? 0 : strlen(folder);
	bool inside = folder != NULL && script != NULL && strncmp(folder, script, length) == 0 &&
		      script[length] == '/';
	free(folder);
	free(script);
	return inside;
}

static char *folder_of(const struct kbm_paths *paths, const struct kbm_script *script,
		       const char *cases)
{
	char *folder = NULL;
	size_t stem = kbm_folder_stem(script->file_name);
	int name = (int)(stem > 0 ? stem : strlen(script->file_name));
	int before = (int)(script->file_name - script->path);
	if (cases != NULL)
		return strdup(cases);
	int made = is_stock(paths, script->path)
		       ? asprintf(&folder, "%s/%.*s", paths->tests, name, script->file_name)
		       : asprintf(&folder, "%.*s.tests", before + name, script->path);
	return made < 0 ? NULL : folder;
}

static enum kbm_code read_expected(struct kbm_trial *trial, struct kbm_error *error)
{
	struct kbm_bytes bytes;
	struct kbm_error problem = {0};
	size_t length;
	char *path = kbm_trial_file(trial->folder, KBM_TRIAL_EXPECTED);
	if (path == NULL)
		return no_memory(error);
	kbm_bytes_init(&bytes, KBM_TRIAL_MAX_BYTES);
	enum kbm_code code = kbm_file_read(path, true, &bytes, &problem);
	if (code == KBM_OK && memchr(kbm_bytes_text(&bytes), '\0', bytes.length) != NULL)
		code = kbm_fail(&problem, KBM_INVALID, KBM_TRIAL_EXPECTED ": holds a NUL");
	if (code == KBM_OK)
		trial->expected = bytes.length == 0 ? strdup("") : kbm_bytes_take(&bytes, &length);
	else if (code != KBM_NOT_FOUND)
		trial->problem = strdup(problem.message);
	kbm_bytes_clear(&bytes);
	free(path);
	bool lost = code == KBM_OK ? trial->expected == NULL
				   : code != KBM_NOT_FOUND && trial->problem == NULL;
	return lost ? no_memory(error) : KBM_OK;
}

static enum kbm_code add_case(struct kbm_trials *trials, const char *name, struct kbm_error *error)
{
	if (trials->count == KBM_TRIAL_MAX_CASES)
		return kbm_fail(error, KBM_LIMIT, "%.160s: more than %u cases", trials->folder,
				KBM_TRIAL_MAX_CASES);
	struct kbm_trial *items = realloc(trials->items, (trials->count + 1) * sizeof *items);
	if (items == NULL)
		return no_memory(error);
	trials->items = items;
	struct kbm_trial *trial = &items[trials->count++];
	*trial = (struct kbm_trial){.name = strdup(name),
				    .folder = kbm_trial_file(trials->folder, name),
				    .state = KBM_TRIAL_BROKEN};
	if (trial->name == NULL || trial->folder == NULL)
		return no_memory(error);
	enum kbm_code code = read_expected(trial, error);
	if (code == KBM_OK && trial->problem == NULL && is_there(trial->folder, DIRTY)) {
		trial->state = KBM_TRIAL_ELSEWHERE;
		trial->problem = strdup("it needs a hive that is not written to its end");
		if (trial->problem == NULL)
			return no_memory(error);
	}
	return code;
}

static bool is_folder(const char *parent, const char *name)
{
	struct stat status;
	char *path = kbm_trial_file(parent, name);
	bool found = path != NULL && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
	free(path);
	return found;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

/* Every folder below is a case. No such folder: none. */
static enum kbm_code list_cases(struct kbm_trials *trials, struct kbm_error *error)
{
	struct dirent **entries = NULL;
	enum kbm_code code = KBM_OK;
	int count = scandir(trials->folder, &entries, is_shown, by_bytes);
	if (count < 0 && errno == ENOENT)
		return KBM_OK;
	if (count < 0)
		return kbm_fail(error, KBM_IO, "%.160s: %s", trials->folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (code == KBM_OK && is_folder(trials->folder, entries[i]->d_name))
			code = add_case(trials, entries[i]->d_name, error);
		free(entries[i]);
	}
	free(entries);
	return code;
}

static enum kbm_code set_problem(struct kbm_trials *trials, const char *message,
				 struct kbm_error *error)
{
	trials->problem = strdup(message);
	return trials->problem == NULL ? no_memory(error) : KBM_OK;
}

enum kbm_code kbm_trials_find(const struct kbm_paths *paths, const struct kbm_script *script,
			      const char *cases, bool is_named, struct kbm_trials *trials,
			      struct kbm_error *error)
{
	trials->script = strdup(script->info.id);
	trials->path = strdup(script->path);
	trials->folder = folder_of(paths, script, cases);
	trials->has_applies = script->info.has_applies;
	trials->has_fix = script->info.has_fix;
	if (trials->script == NULL || trials->path == NULL || trials->folder == NULL)
		return no_memory(error);
	if (script->problem.code != KBM_OK)
		return set_problem(trials, script->problem.message, error);
	struct kbm_error problem = {0};
	enum kbm_code code = list_cases(trials, &problem);
	if (code == KBM_IO)
		return set_problem(trials, problem.message, error);
	if (code != KBM_OK) {
		*error = problem;
		return code;
	}
	if (trials->count > 0 || !is_named)
		return KBM_OK;
	kbm_fail(&problem, KBM_NOT_FOUND, "has no cases: no folder in %.120s%s", trials->folder,
		 cases != NULL ? "" : "; --cases DIR names another place");
	return set_problem(trials, problem.message, error);
}

/* --- one case -------------------------------------------------------------------------------- */

/* A file whose name is nearly one that is looked for is a mistake that would go unseen. */
static enum kbm_code check_names(const char *folder, struct kbm_error *error)
{
	static const char *const known[] = {REGISTRY,	       DIRECTORY,	  KBM_TRIAL_PARAMS,
					    KBM_TRIAL_OPTIONS, NO_DIRECTORY,	  DIRTY,
					    "no-hive",	       KBM_TRIAL_EXPECTED};
	enum { KNOWN = sizeof known / sizeof known[0] };
	struct dirent **entries = NULL;
	enum kbm_code code = KBM_OK;
	int count = scandir(folder, &entries, is_shown, by_bytes);
	if (count < 0)
		return kbm_fail(error, KBM_INVALID, "%s", strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		const char *near = kbm_suggest(name, known, KNOWN);
		bool backup = name[strlen(name) - 1] == '~';
		if (code == KBM_OK && near != NULL && strcmp(near, name) != 0 && !backup)
			code = kbm_fail(error, KBM_INVALID,
					"%.80s: is nothing that a case has; did you mean %s?", name,
					near);
		free(entries[i]);
	}
	free(entries);
	return code;
}

/* The case's own LDIF file, or the one beside the cases. */
static enum kbm_code find_directory(const struct kbm_trials *trials, const char *folder,
				    char **directory, struct kbm_error *error)
{
	bool own = is_there(folder, DIRECTORY);
	bool none = is_there(folder, NO_DIRECTORY);
	if (own && none)
		return kbm_fail(error, KBM_INVALID,
				DIRECTORY " and " NO_DIRECTORY " exclude each other");
	if (none || (!own && !is_there(trials->folder, DIRECTORY)))
		return KBM_OK;
	*directory = kbm_trial_file(own ? folder : trials->folder, DIRECTORY);
	return *directory == NULL ? no_memory(error) : KBM_OK;
}

enum kbm_code kbm_trial_input_read(const struct kbm_trials *trials, const struct kbm_trial *trial,
				   bool needs_registry, struct kbm_trial_input *input,
				   struct kbm_error *error)
{
	input->options.codepage = KBM_DEFAULT_CODEPAGE;
	enum kbm_code code = check_names(trial->folder, error);
	if (code == KBM_OK)
		code = find_directory(trials, trial->folder, &input->directory, error);
	bool has_registry = is_there(trial->folder, REGISTRY);
	if (code == KBM_OK && !has_registry && (needs_registry || input->directory == NULL))
		code = kbm_fail(error, KBM_INVALID, "there is no " REGISTRY);
	if (code == KBM_OK && has_registry &&
	    (input->registry = kbm_trial_file(trial->folder, REGISTRY)) == NULL)
		code = no_memory(error);
	if (code == KBM_OK)
		code = kbm_trial_given_read(trial->folder, &input->options, error);
	if (code != KBM_OK)
		kbm_trial_input_clear(input);
	return code;
}

void kbm_trial_input_clear(struct kbm_trial_input *input)
{
	free(input->registry);
	free(input->directory);
	kbm_params_clear(&input->options.params);
	*input = (struct kbm_trial_input){0};
}
