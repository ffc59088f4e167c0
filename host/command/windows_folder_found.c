/* What a search of a Windows folder has found so far. */
#include "command/windows_folder_parts.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "out of memory");
}

static void clear_hive(struct kbm_folder_hive *hive)
{
	free(hive->path);
	free(hive->hive);
	free(hive->problem);
}

void kbm_folder_hives_clear(struct kbm_folder_hives *found)
{
	for (size_t i = 0; i < found->count; i++)
		clear_hive(&found->items[i]);
	free(found->items);
	kbm_text_list_clear(&found->notes);
	*found = (struct kbm_folder_hives){0};
}

static enum kbm_code refuse_second(const struct kbm_folder_search *search, const char *path,
				   const char *hive, struct kbm_error *error)
{
	for (size_t i = 0; i < search->found->count; i++) {
		const struct kbm_folder_hive *earlier = &search->found->items[i];
		if (kbm_text_compare_names(earlier->hive, strlen(earlier->hive), hive,
					   strlen(hive)) == 0)
			return kbm_fail(error, KBM_USAGE,
					"%.70s and %.70s are both %.40s: -t names the one that is "
					"meant",
					earlier->path, path, hive);
	}
	return KBM_OK;
}

enum kbm_code kbm_folder_add(struct kbm_folder_search *search, const char *path, const char *hive,
			     const char *content, const char *problem, struct kbm_error *error)
{
	struct kbm_folder_hives *found = search->found;
	enum kbm_code code = refuse_second(search, path, hive, error);
	if (code != KBM_OK)
		return code;
	struct kbm_folder_hive *items = reallocarray(found->items, found->count + 1, sizeof *items);
	if (items == NULL)
		return no_memory(error);
	found->items = items;
	struct kbm_folder_hive *added = &items[found->count++];
	*added = (struct kbm_folder_hive){strdup(path), strdup(hive), content,
					  problem == NULL ? NULL : strdup(problem)};
	return added->path != NULL && added->hive != NULL &&
		       (problem == NULL || added->problem != NULL)
		   ? KBM_OK
		   : no_memory(error);
}

#define LINK_PROBLEM "is a symbolic link, which is not followed: name what it leads to with -t"

enum kbm_code kbm_folder_note(struct kbm_folder_search *search, const char *path, const char *what,
			      struct kbm_error *error)
{
	char *sentence = NULL;
	if (asprintf(&sentence, "%s: %s", path, what) < 0)
		return no_memory(error);
	bool added = kbm_text_list_add(&search->found->notes, sentence);
	free(sentence);
	return added ? KBM_OK : no_memory(error);
}

enum kbm_code kbm_folder_note_link(struct kbm_folder_search *search, const char *link,
				   struct kbm_error *error)
{
	return kbm_folder_note(search, link, LINK_PROBLEM, error);
}

enum kbm_code kbm_folder_note_sought(struct kbm_folder_search *search,
				     const struct kbm_sought *sought, struct kbm_error *error)
{
	return sought->link == NULL || sought->path != NULL
		   ? KBM_OK
		   : kbm_folder_note(search, sought->link, LINK_PROBLEM, error);
}

enum kbm_code kbm_folder_add_sought(struct kbm_folder_search *search,
				    const struct kbm_sought *sought, const char *hive,
				    const char *content, struct kbm_error *error)
{
	if (sought->path != NULL)
		return kbm_folder_add(search, sought->path, hive, content, NULL, error);
	if (sought->link == NULL)
		return KBM_OK;
	char *problem = NULL;
	if (asprintf(&problem, "%s: " LINK_PROBLEM, sought->link) < 0)
		return no_memory(error);
	enum kbm_code code = kbm_folder_add(search, sought->link, hive, content, problem, error);
	free(problem);
	return code;
}

enum kbm_code kbm_folder_go_down(struct kbm_folder_search *search, const char *from,
				 const char *const *names, size_t count, char **end,
				 struct kbm_error *error)
{
	char *at = strdup(from);
	enum kbm_code code = at == NULL ? no_memory(error) : KBM_OK;
	for (size_t i = 0; code == KBM_OK && at != NULL && i < count; i++) {
		struct kbm_sought next = {.name = names[i], .is_folder = true};
		code = kbm_folder_look(at, &next, 1, &search->names, error);
		if (code == KBM_OK)
			code = kbm_folder_note_sought(search, &next, error);
		free(at);
		at = code == KBM_OK ? next.path : NULL;
		if (code == KBM_OK)
			next.path = NULL;
		kbm_sought_clear(&next, 1);
	}
	*end = at;
	return code;
}
