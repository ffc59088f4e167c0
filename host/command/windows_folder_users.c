/* The users' hives in a Windows folder: one or two in each profile. */
#include "command/windows_folder_parts.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"
#include "command/user_hive.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "out of memory");
}

struct profile {
	const char *folder;
	const char *name; /* below HKU */
	size_t name_length;
};

static enum kbm_code add_user_hive(struct kbm_folder_search *search, const struct profile *profile,
				   bool classes, const struct kbm_sought *sought,
				   const char *problem, struct kbm_error *error)
{
	const char *content = classes ? "UsrClass.dat" : "NTUSER.DAT";
	struct kbm_bytes hive;
	kbm_bytes_init(&hive, KBM_PATH_MAX_BYTES);
	enum kbm_code code =
	    kbm_user_hive_append_name(profile->name, profile->name_length, classes, &hive)
		? KBM_OK
		: no_memory(error);
	if (code == KBM_OK && problem != NULL)
		code = kbm_folder_add(search, profile->folder, kbm_bytes_text(&hive), content,
				      problem, error);
	else if (code == KBM_OK)
		code = kbm_folder_add_sought(search, sought, kbm_bytes_text(&hive), content, error);
	kbm_bytes_clear(&hive);
	return code;
}

static enum kbm_code take_classes(struct kbm_folder_search *search, const struct profile *profile,
				  const char *const *way, struct kbm_error *error)
{
	char *folder = NULL;
	struct kbm_sought sought = {.name = "UsrClass.dat"};
	enum kbm_code code =
	    kbm_folder_go_down(search, profile->folder, way, KBM_USER_HIVE_WAY, &folder, error);
	if (code == KBM_OK && folder != NULL)
		code = kbm_folder_look(folder, &sought, 1, &search->names, error);
	if (code == KBM_OK)
		code = add_user_hive(search, profile, true, &sought, NULL, error);
	kbm_sought_clear(&sought, 1);
	free(folder);
	return code;
}

static enum kbm_code count_user(struct kbm_folder_search *search, const struct profile *profile,
				struct kbm_error *error)
{
	if (++search->users > KBM_FOLDER_MAX_USERS)
		return kbm_fail(error, KBM_LIMIT,
				"%.100s: is one of more than %u profiles: name the machine's "
				"folder and the users' hives that matter with -t",
				profile->folder, KBM_FOLDER_MAX_USERS);
	return KBM_OK;
}

/* A folder in which nobody may look is one whose hive is unknown, and not one without. */
static enum kbm_code keep_problem(struct kbm_folder_search *search, const struct profile *profile,
				  bool classes, enum kbm_code code, const struct kbm_error *problem,
				  struct kbm_error *error)
{
	if (code == KBM_IO)
		return add_user_hive(search, profile, classes, NULL, problem->message, error);
	if (code != KBM_OK)
		*error = *problem;
	return code;
}

static enum kbm_code take_all_classes(struct kbm_folder_search *search,
				      const struct profile *profile, const struct kbm_sought *begin,
				      struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < KBM_USER_HIVE_WAYS; i++) {
		struct kbm_error problem = {0};
		if (begin[i].path == NULL)
			continue;
		code = take_classes(search, profile, kbm_user_hive_ways[i], &problem);
		code = keep_problem(search, profile, true, code, &problem, error);
	}
	return code;
}

/* The hive, and the folders that begin the ways. */
static enum kbm_code take_profile(struct kbm_folder_search *search, const struct profile *profile,
				  struct kbm_error *error)
{
	struct kbm_sought sought[1 + KBM_USER_HIVE_WAYS] = {{.name = "NTUSER.DAT"}};
	for (size_t i = 0; i < KBM_USER_HIVE_WAYS; i++)
		sought[1 + i] =
		    (struct kbm_sought){.name = kbm_user_hive_ways[i][0], .is_folder = true};
	struct kbm_error problem = {0};
	enum kbm_code code =
	    kbm_folder_look(profile->folder, sought, COUNT(sought), &search->names, &problem);
	bool is_profile = code == KBM_IO || sought[0].path != NULL || sought[0].link != NULL;
	if (is_profile && count_user(search, profile, error) != KBM_OK) {
		kbm_sought_clear(sought, COUNT(sought));
		return KBM_LIMIT;
	}
	is_profile = is_profile && code == KBM_OK;
	code = keep_problem(search, profile, false, code, &problem, error);
	if (code == KBM_OK && is_profile)
		code = add_user_hive(search, profile, false, &sought[0], NULL, error);
	if (code == KBM_OK)
		code = take_all_classes(search, profile, sought + 1, error);
	/* From Vista on Local Settings leads to AppData/Local: that is as it should be. */
	if (code == KBM_OK && is_profile)
		code = kbm_folder_note_sought(search, &sought[1], error);
	if (code == KBM_OK && is_profile && sought[1].path == NULL)
		code = kbm_folder_note_sought(search, &sought[2], error);
	kbm_sought_clear(sought, COUNT(sought));
	return code;
}

/* Compatibility links of Windows Vista and later, which lead to what is found by itself or has no
 * hive. */
static bool is_usual_link(const char *name)
{
	return kbm_text_equals_ascii_case(name, "All Users") ||
	       kbm_text_equals_ascii_case(name, "Default User");
}

static enum kbm_code take_named_profile(struct kbm_folder_search *search, const char *folder,
					const char *name, struct kbm_error *error)
{
	struct profile profile = {folder, name, strlen(name)};
	if (!kbm_user_hive_is_name(name, profile.name_length))
		return kbm_folder_note(
		    search, folder, "is no name that a registry can have, and passed over", error);
	return take_profile(search, &profile, error);
}

/* All that are folders of a folder. */
enum kbm_code kbm_folder_take_profiles(struct kbm_folder_search *search, const char *container,
				       struct kbm_error *error)
{
	struct kbm_text_list folders = {0};
	struct kbm_text_list links = {0};
	enum kbm_code code = kbm_folder_list(container, &folders, &links, &search->names, error);
	for (size_t i = 0; code == KBM_OK && i < folders.count; i++) {
		char *folder = kbm_folder_join(container, folders.items[i]);
		code = folder == NULL ? no_memory(error)
				      : take_named_profile(search, folder, folders.items[i], error);
		free(folder);
	}
	for (size_t i = 0; code == KBM_OK && i < links.count; i++) {
		if (is_usual_link(links.items[i]))
			continue;
		char *link = kbm_folder_join(container, links.items[i]);
		code = link == NULL ? no_memory(error) : kbm_folder_note_link(search, link, error);
		free(link);
	}
	kbm_text_list_clear(&folders);
	kbm_text_list_clear(&links);
	return code;
}

/* The folder that was named is a profile, under its real name. */
enum kbm_code kbm_folder_take_as_profile(struct kbm_folder_search *search, const char *folder,
					 struct kbm_error *error)
{
	char *real = realpath(folder, NULL);
	const char *slash = real == NULL ? NULL : strrchr(real, '/');
	enum kbm_code code = KBM_OK;
	if (slash != NULL && slash[1] != '\0')
		code = take_named_profile(search, folder, slash + 1, error);
	free(real);
	return code;
}
