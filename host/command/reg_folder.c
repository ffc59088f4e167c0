/* The hive of a folder that a registry path leads into. */
#include "command/reg_folder.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "command/target_source.h"
#include "command/windows_folder.h"
#include "source/registry_path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void kbm_reg_file_clear(struct kbm_reg_file *chosen)
{
	free(chosen->file);
	free(chosen->path);
	*chosen = (struct kbm_reg_file){0};
}

static enum kbm_code choose(const char *file, const char *path, struct kbm_reg_file *chosen,
			    struct kbm_error *error)
{
	chosen->file = strdup(file);
	chosen->path = path == NULL ? NULL : strdup(path);
	return chosen->file == NULL || (path != NULL && chosen->path == NULL)
		   ? kbm_fail(error, KBM_MEMORY, "out of memory")
		   : KBM_OK;
}

/* "HKLM\SYSTEM, HKU\alice and 3 more"; for HKCU those of the users only. */
static void append_hives(const struct kbm_folder_hives *found, bool users_only,
			 struct kbm_bytes *out)
{
	enum { NAMED = 5 };
	size_t count = 0;
	for (size_t i = 0; i < found->count; i++) {
		const char *hive = found->items[i].hive;
		bool of_user = strncmp(hive, "HKU\\", 4) == 0 && strchr(hive + 4, '\\') == NULL;
		if (users_only && !of_user)
			continue;
		if (count < NAMED)
			kbm_bytes_append_text(out, count == 0 ? "" : ", ");
		if (count++ < NAMED)
			kbm_path_of_hive(hive, out);
	}
	if (count > NAMED)
		kbm_bytes_printf(out, " and %zu more", count - NAMED);
	if (count == 0)
		kbm_bytes_append_text(out, "none");
}

enum kbm_code kbm_reg_folder_refuse(const char *folder, const char *path,
				    const struct kbm_folder_hives *found, struct kbm_error *error)
{
	struct kbm_bytes hives;
	kbm_bytes_init(&hives, KBM_PATH_MAX_BYTES);
	bool of_current = path != NULL && kbm_path_below(path, "HKCU") != NULL;
	append_hives(found, of_current, &hives);
	const char *held = kbm_bytes_text(&hives);
	if (of_current)
		kbm_fail(error, KBM_USAGE,
			 "there is no current user where Windows does not run; users' hives in "
			 "%.60s: %.100s",
			 folder, held);
	else if (path != NULL)
		kbm_fail(error, KBM_USAGE,
			 "%.60s: no hive of %.50s in this folder, which holds %.100s", folder, path,
			 held);
	else
		kbm_fail(error, KBM_USAGE,
			 "%.60s: is a folder with %.80s: name a path in one of them, or its file, "
			 "as %.60s",
			 folder, held, found->items[0].path);
	kbm_bytes_clear(&hives);
	return KBM_USAGE;
}

/* The innermost hive that a normalised path lies in; *rest is what lies below it. */
static const struct kbm_folder_hive *find_hive(const struct kbm_folder_hives *found,
					       const char *path, const char **rest)
{
	const struct kbm_folder_hive *best = NULL;
	for (size_t i = 0; i < found->count; i++) {
		struct kbm_bytes prefix;
		kbm_bytes_init(&prefix, KBM_PATH_MAX_BYTES);
		const char *below = kbm_path_of_hive(found->items[i].hive, &prefix)
					? kbm_path_below(path, kbm_bytes_text(&prefix))
					: NULL;
		kbm_bytes_clear(&prefix);
		if (below != NULL && (best == NULL || strlen(below) < strlen(*rest))) {
			best = &found->items[i];
			*rest = below;
		}
	}
	return best;
}

/* The root keys that hold hives, and nothing else. */
static const char *const roots[] = {"HKLM", "HKU"};

static const char *root_of(const char *normal)
{
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (strcmp(normal, roots[i]) == 0)
			return roots[i];
	return NULL;
}

/* What no file holds has no hive, and what lies above the hives is in none. */
static enum kbm_code check_place(const char *folder, const char *normal,
				 const struct kbm_folder_hives *found, struct kbm_error *error)
{
	const char *root = root_of(normal);
	struct kbm_bytes hives;
	if (kbm_path_is_volatile(normal))
		return kbm_fail(error, KBM_UNREADABLE,
				"%.100s: HKLM\\HARDWARE is volatile: it exists only while Windows "
				"runs, and no file holds it",
				folder);
	if (root == NULL)
		return KBM_OK;
	kbm_bytes_init(&hives, KBM_PATH_MAX_BYTES);
	append_hives(found, false, &hives);
	kbm_fail(
	    error, KBM_USAGE,
	    "%s holds hives, and no value: name one of %.80s, and a key in it; `kbmend reg ls` "
	    "lists them",
	    root, kbm_bytes_text(&hives));
	kbm_bytes_clear(&hives);
	return KBM_USAGE;
}

static enum kbm_code choose_in(const char *folder, const char *path,
			       const struct kbm_folder_hives *found, struct kbm_reg_file *chosen,
			       struct kbm_error *error)
{
	const char *rest = "";
	path += *path == '\\';
	const char *after = path;
	if (kbm_path_root(kbm_path_take_root(&after)) == NULL)
		return kbm_reg_folder_refuse(folder, NULL, found, error);
	struct kbm_bytes normal;
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	enum kbm_code code = kbm_path_normalise(path, &normal, error);
	if (code == KBM_OK)
		code = check_place(folder, kbm_bytes_text(&normal), found, error);
	const char *classes =
	    code == KBM_OK ? kbm_path_below(kbm_bytes_text(&normal), "HKCR") : NULL;
	if (classes != NULL)
		code = kbm_path_of_classes(classes, &normal, error);
	if (code == KBM_OK) {
		const struct kbm_folder_hive *hive =
		    find_hive(found, kbm_bytes_text(&normal), &rest);
		if (hive == NULL)
			code = kbm_reg_folder_refuse(folder, kbm_bytes_text(&normal), found, error);
		else if (hive->problem != NULL)
			code = kbm_fail(error, KBM_UNREADABLE, "%s", hive->problem);
		else
			code = choose(hive->path, rest, chosen, error);
		chosen->content = code == KBM_OK ? hive->content : NULL;
	}
	kbm_bytes_clear(&normal);
	return code;
}

bool kbm_reg_is_folder(const char *given)
{
	struct stat status;
	return stat(given, &status) == 0 && S_ISDIR(status.st_mode);
}

const char *kbm_reg_folder_root(const char *given, const char *path)
{
	const char *root = NULL;
	struct kbm_bytes normal;
	struct kbm_error error;
	if (!kbm_reg_is_folder(given))
		return NULL;
	if (path != NULL)
		path += *path == '\\';
	if (path == NULL || *path == '\0')
		return "";
	char *bare = kbm_path_unwrap(path);
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	if (bare != NULL && kbm_path_normalise(bare, &normal, &error) == KBM_OK)
		root = root_of(kbm_bytes_text(&normal));
	kbm_bytes_clear(&normal);
	free(bare);
	return root;
}

enum kbm_code kbm_reg_folder_find(const struct kbm_call *call, struct kbm_folder_hives *found,
				  struct kbm_error *error)
{
	enum kbm_code code = kbm_windows_folder_find(call->operands[0], true, found, error);
	for (size_t i = 0; i < found->notes.count && (code != KBM_OK || !call->options->quiet); i++)
		kbm_command_note("warning: %s", found->notes.items[i]);
	return code;
}

void kbm_reg_folder_add_missing(const struct kbm_folder_hives *found, struct kbm_info *facts)
{
	struct kbm_text_list *missing = kbm_info_add_list(facts, "missing", "not there");
	const char *hive = NULL;
	for (size_t i = 0; (hive = kbm_windows_folder_missing(found, i)) != NULL; i++) {
		struct kbm_bytes mount;
		kbm_bytes_init(&mount, KBM_PATH_MAX_BYTES);
		kbm_path_of_hive(hive, &mount);
		if (missing == NULL || !kbm_text_list_add(missing, kbm_bytes_text(&mount)))
			facts->failed = true;
		kbm_bytes_clear(&mount);
	}
}

void kbm_reg_folder_tell_missing(const char *folder, const struct kbm_folder_hives *found)
{
	struct kbm_bytes hives;
	const char *hive = NULL;
	kbm_bytes_init(&hives, KBM_PATH_MAX_BYTES);
	for (size_t i = 0; (hive = kbm_windows_folder_missing(found, i)) != NULL; i++) {
		kbm_bytes_append_text(&hives, i == 0 ? "" : ", ");
		kbm_path_of_hive(hive, &hives);
	}
	if (hives.length > 0)
		kbm_command_note("%s: not in this folder: %s", folder, kbm_bytes_text(&hives));
	kbm_bytes_clear(&hives);
}

static enum kbm_code choose_bare(const char *given, const char *path, struct kbm_reg_file *chosen,
				 struct kbm_error *error)
{
	if (!kbm_reg_is_folder(given))
		return choose(given, path, chosen, error);
	struct kbm_folder_hives found = {0};
	enum kbm_code code = kbm_windows_folder_find(given, true, &found, error);
	if (code == KBM_OK && (path == NULL || *path == '\0'))
		code = kbm_reg_folder_refuse(given, NULL, &found, error);
	else if (code == KBM_OK)
		code = choose_in(given, path, &found, chosen, error);
	for (size_t i = 0; code != KBM_OK && i < found.notes.count; i++)
		kbm_command_note("warning: %s", found.notes.items[i]);
	kbm_folder_hives_clear(&found);
	return code;
}

enum kbm_code kbm_reg_file_choose(const char *given, const char *path, struct kbm_reg_file *chosen,
				  struct kbm_error *error)
{
	char *bare = path == NULL ? NULL : kbm_path_unwrap(path);
	enum kbm_code code = path != NULL && bare == NULL
				 ? kbm_fail(error, KBM_MEMORY, "out of memory")
				 : choose_bare(given, bare, chosen, error);
	free(bare);
	return code;
}

enum kbm_code kbm_reg_file_prepare(struct kbm_broker *broker, const struct kbm_options *options,
				   const char *file, const char *content, enum kbm_source_use use,
				   struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_source made = {.descriptor = -1, .file = -1};
	enum kbm_code code = kbm_broker_prepare(broker, file, use, options->codepage,
						options->selection, &made, error);
	if (code != KBM_OK)
		return code;
	bool is_untold = made.kind == KBM_SOURCE_HIVE &&
			 (made.hive == NULL || (made.dirty && made.hive[0] == '\0'));
	if (content != NULL && !is_untold)
		code = kbm_target_source_check(&made, file, content,
					       "name its file to look into it", error);
	if (code == KBM_OK)
		*source = made;
	else
		kbm_source_clear(&made);
	return code;
}
