/* Which folder of a Windows it is, and the machine's hives in it. */
#include "command/windows_folder.h"

#include "base/text.h"
#include "command/windows_folder_parts.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- the machine's -----------------------------------------------------------------------------
 */

static const struct {
	const char *name;
	const char *hive;
	const char *content;
} machine[] = {
    {"SYSTEM", "SYSTEM", "SYSTEM"},
    {"SOFTWARE", "SOFTWARE", "SOFTWARE"},
    {"SAM", "SAM", "SAM"},
    {"SECURITY", "SECURITY", "SECURITY"},
    {"DEFAULT", "HKU\\.DEFAULT", "NTUSER.DAT"},
};
enum { MACHINE = COUNT(machine) };

static void seek_machine(struct kbm_sought sought[static MACHINE])
{
	for (size_t i = 0; i < MACHINE; i++)
		sought[i] = (struct kbm_sought){.name = machine[i].name};
}

static enum kbm_code add_machine(struct kbm_folder_search *search,
				 const struct kbm_sought sought[static MACHINE],
				 struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < MACHINE; i++)
		code = kbm_folder_add_sought(search, &sought[i], machine[i].hive,
					     machine[i].content, error);
	return code;
}

/* Those that lie in the folder itself. */
static enum kbm_code take_machine(struct kbm_folder_search *search, const char *folder,
				  struct kbm_error *error)
{
	struct kbm_sought sought[MACHINE];
	seek_machine(sought);
	enum kbm_code code = kbm_folder_look(folder, sought, MACHINE, &search->names, error);
	if (code == KBM_OK)
		code = add_machine(search, sought, error);
	kbm_sought_clear(sought, MACHINE);
	return code;
}

/* Those below a folder, in `names`. */
static enum kbm_code take_machine_below(struct kbm_folder_search *search, const char *folder,
					const char *const *names, size_t count,
					struct kbm_error *error)
{
	char *config = NULL;
	enum kbm_code code = kbm_folder_go_down(search, folder, names, count, &config, error);
	if (code == KBM_OK && config != NULL)
		code = take_machine(search, config, error);
	free(config);
	return code;
}

/* --- which folder it is ------------------------------------------------------------------------
 */

/* What the folder that was named may hold; behind these, the machine's hives. */
enum {
	CONFIG,
	SYSTEM32,
	WINDOWS,
	WINNT,
	WINNT35,
	WTSRV,
	PROFILES,
	SERVICES,
	USERS,
	DOCUMENTS,
	DOKUMENTE,
	NTUSER,
	TOP
};
static const char *const top_names[TOP] = {
    [CONFIG] = "config",
    [SYSTEM32] = "system32",
    [WINDOWS] = "Windows",
    [WINNT] = "WINNT",
    [WINNT35] = "WINNT35", /* of Windows NT 3.5 */
    [WTSRV] = "WTSRV",	   /* of Windows NT 4.0, Terminal Server Edition */
    [PROFILES] = "Profiles",
    [SERVICES] = "ServiceProfiles",
    [USERS] = "Users",
    [DOCUMENTS] = "Documents and Settings",
    [DOKUMENTE] = "Dokumente und Einstellungen",
    [NTUSER] = "NTUSER.DAT",
};

static const char *const to_config[] = {"system32", "config"};

/* The one Windows folder of an image that has hives; *windows, NULL for none, borrows from `top`.
 */
static enum kbm_code take_image(struct kbm_folder_search *search, const struct kbm_sought *top,
				const char **windows, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = WINDOWS; code == KBM_OK && i <= WTSRV; i++) {
		size_t before = search->found->count;
		code = kbm_folder_note_sought(search, &top[i], error);
		if (code != KBM_OK || top[i].path == NULL)
			continue;
		code = take_machine_below(search, top[i].path, to_config, COUNT(to_config), error);
		if (code != KBM_OK || search->found->count == before)
			continue;
		if (*windows != NULL)
			code =
			    kbm_fail(error, KBM_USAGE,
				     "%.90s and %.90s both hold a Windows: -t names the one that "
				     "is meant",
				     *windows, top[i].path);
		*windows = top[i].path;
	}
	return code;
}

static bool has_none(const struct kbm_folder_search *search)
{
	return search->found->count == 0;
}

static enum kbm_code take_all_machine(struct kbm_folder_search *search, const char *folder,
				      const struct kbm_sought *top, const char **windows,
				      struct kbm_error *error)
{
	enum kbm_code code = add_machine(search, top + TOP, error);
	if (code == KBM_OK && has_none(search) && top[CONFIG].path != NULL)
		code = take_machine(search, top[CONFIG].path, error);
	if (code == KBM_OK && has_none(search) && top[SYSTEM32].path != NULL)
		code = take_machine_below(search, folder, to_config, COUNT(to_config), error);
	return code == KBM_OK && has_none(search) ? take_image(search, top, windows, error) : code;
}

/* <Windows>/Profiles and ServiceProfiles, where they are. */
static enum kbm_code take_windows_users(struct kbm_folder_search *search, const char *windows,
					struct kbm_error *error)
{
	struct kbm_sought sought[] = {{.name = top_names[PROFILES], .is_folder = true},
				      {.name = top_names[SERVICES], .is_folder = true}};
	enum kbm_code code = kbm_folder_look(windows, sought, COUNT(sought), &search->names, error);
	for (size_t i = 0; code == KBM_OK && i < COUNT(sought); i++) {
		code = kbm_folder_note_sought(search, &sought[i], error);
		if (code == KBM_OK && sought[i].path != NULL)
			code = kbm_folder_take_profiles(search, sought[i].path, error);
	}
	kbm_sought_clear(sought, COUNT(sought));
	return code;
}

/* Whether the folder that was named is one of profiles itself, by its real name. */
static bool is_container(const char *folder)
{
	char *real = realpath(folder, NULL);
	const char *slash = real == NULL ? NULL : strrchr(real, '/');
	bool is_named = false;
	for (size_t i = PROFILES; slash != NULL && i <= DOKUMENTE; i++)
		is_named = is_named || kbm_text_equals_ascii_case(slash + 1, top_names[i]);
	free(real);
	return is_named;
}

static enum kbm_code take_all_users(struct kbm_folder_search *search, const char *folder,
				    const struct kbm_sought *top, const char *windows,
				    struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = PROFILES; code == KBM_OK && i <= DOKUMENTE; i++) {
		/* From Vista on the older names are links to Users. */
		if (i < DOCUMENTS || top[USERS].path == NULL)
			code = kbm_folder_note_sought(search, &top[i], error);
		if (code == KBM_OK && top[i].path != NULL)
			code = kbm_folder_take_profiles(search, top[i].path, error);
	}
	if (code == KBM_OK && windows != NULL)
		code = take_windows_users(search, windows, error);
	if (code == KBM_OK && (top[NTUSER].path != NULL || top[NTUSER].link != NULL))
		code = kbm_folder_take_as_profile(search, folder, error);
	if (code == KBM_OK && has_none(search) && is_container(folder))
		code = kbm_folder_take_profiles(search, folder, error);
	return code;
}

enum kbm_code kbm_windows_folder_find(const char *folder, bool with_users,
				      struct kbm_folder_hives *found, struct kbm_error *error)
{
	struct kbm_folder_search search = {.found = found};
	struct kbm_sought top[TOP + MACHINE];
	const char *windows = NULL;
	for (size_t i = 0; i < TOP; i++)
		top[i] = (struct kbm_sought){.name = top_names[i], .is_folder = i != NTUSER};
	seek_machine(top + TOP);
	enum kbm_code code = kbm_folder_look(folder, top, COUNT(top), &search.names, error);
	if (code == KBM_OK)
		code = take_all_machine(&search, folder, top, &windows, error);
	if (code == KBM_OK && (with_users || found->count == 0))
		code = take_all_users(&search, folder, top, windows, error);
	if (code == KBM_OK && found->count == 0)
		code =
		    kbm_fail(error, KBM_INVALID,
			     "%.60s: no hive in this folder: SYSTEM, SOFTWARE, SAM, SECURITY "
			     "and DEFAULT were looked for in it and in [Windows/]System32/config, "
			     "NTUSER.DAT in Users/*, Documents and Settings/*, "
			     "WINNT/Profiles/*",
			     folder);
	kbm_sought_clear(top, COUNT(top));
	return code;
}

/* --- what is not there ------------------------------------------------------------------------ */

static bool is_found(const struct kbm_folder_hives *found, const char *hive)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->items[i].hive, hive) == 0)
			return true;
	return false;
}

const char *kbm_windows_folder_missing(const struct kbm_folder_hives *found, size_t index)
{
	const char *missing[MACHINE] = {NULL};
	size_t count = 0;
	for (size_t i = 0; i < MACHINE; i++)
		if (!is_found(found, machine[i].hive))
			missing[count++] = machine[i].hive;
	return count < MACHINE && index < count ? missing[index] : NULL;
}
