/* The file that says what a script's cases say of it. */
#include "command/facts_file.h"

#include "base/file.h"
#include "base/limits.h"
#include "command/folders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "DIR/Q298565.facts" of "DIR/Q298565.lua". */
static char *beside(const struct kbm_script *script)
{
	char *path = NULL;
	size_t folder = (size_t)(script->file_name - script->path);
	int made = asprintf(&path, "%.*s%.*s.facts", (int)folder, script->path,
			    (int)kbm_folder_stem(script->file_name), script->file_name);
	return made < 0 ? NULL : path;
}

/* Those of the installation lie in a folder of their own, since they are made for all at once. */
static char *installed(const struct kbm_paths *paths, const struct kbm_script *script)
{
	char *path = NULL;
	int made = asprintf(&path, "%s/%s.facts", paths->facts, script->info.id);
	return made < 0 ? NULL : path;
}

/* A path of its own; one that cannot be read has no facts. */
static enum kbm_code try_file(char *path, const struct kbm_script *script,
			      struct kbm_script_facts *facts, struct kbm_error *error)
{
	struct kbm_bytes bytes;
	if (path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_bytes_init(&bytes, KBM_SCRIPT_MAX_BYTES);
	bool was_read = kbm_file_read(path, true, &bytes, NULL) == KBM_OK;
	free(path);
	bool done = !was_read || kbm_script_facts_read(kbm_bytes_text(&bytes), facts);
	kbm_bytes_clear(&bytes);
	if (facts->sha256[0] != '\0' && strcmp(facts->sha256, script->sha256) != 0) {
		kbm_script_facts_clear(facts);
		facts->is_stale = true;
	}
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

enum kbm_code kbm_facts_load(const struct kbm_paths *paths, const struct kbm_script *script,
			     struct kbm_script_facts *facts, struct kbm_error *error)
{
	enum kbm_code code = try_file(beside(script), script, facts, error);
	if (code == KBM_OK && facts->sha256[0] == '\0')
		code = try_file(installed(paths, script), script, facts, error);
	if (facts->sha256[0] != '\0')
		facts->is_stale = false;
	return code;
}
