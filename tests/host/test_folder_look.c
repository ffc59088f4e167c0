/* command/folder_look: names in a folder in any letter case. */
#include "command/folder_look.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char folder[] = "/tmp/kbm-look-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void make_file(const char *name)
{
	FILE *file = fopen(path_of(name), "w");
	cr_assert(ne(ptr, file, NULL), "%s", name);
	fclose(file);
}

static void make_folder(const char *name)
{
	cr_assert(eq(int, mkdir(path_of(name), 0700), 0), "%s", name);
}

static void make_link(const char *name)
{
	cr_assert(eq(int, symlink("/", path_of(name)), 0), "%s", name);
}

static void begin(void)
{
	char *made = mkdtemp(folder);
	cr_assert(ne(ptr, made, NULL));
}

static void end(void)
{
	char command[300];
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	cr_expect(eq(int, system(command), 0));
}

static enum kbm_code look(struct kbm_sought *sought, size_t count, size_t *names,
			  struct kbm_error *error)
{
	return kbm_folder_look(folder, sought, count, names, error);
}

TestSuite(folder_look, .init = begin, .fini = end);

Test(folder_look, finds_files_and_folders_in_any_letter_case)
{
	struct kbm_sought sought[] = {{.name = "SYSTEM"},
				      {.name = "config", .is_folder = true},
				      {.name = "SAM"},
				      {.name = "Users", .is_folder = true},
				      {.name = "SECURITY"}};
	struct kbm_error error = {0};
	size_t names = 0;
	make_file("sYstem");
	make_folder("CONFIG");
	make_folder("sam"); /* a folder where a file is looked for, and the other way */
	make_file("users");
	make_file("SECURITY.LOG");
	enum kbm_code code = look(sought, COUNT(sought), &names, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(str, sought[0].path, (char *)path_of("sYstem")));
	cr_expect(eq(str, sought[1].path, (char *)path_of("CONFIG")));
	for (size_t i = 2; i < COUNT(sought); i++)
		cr_expect(eq(ptr, sought[i].path, NULL), "row %zu", i);
	cr_expect(eq(sz, names, 5));
	kbm_sought_clear(sought, COUNT(sought));
}

Test(folder_look, takes_none_of_two_that_differ_in_letter_case_only)
{
	struct kbm_sought sought = {.name = "SYSTEM"};
	struct kbm_error error = {0};
	size_t names = 0;
	make_file("SYSTEM");
	make_file("System");
	enum kbm_code code = look(&sought, 1, &names, &error);
	cr_expect(eq(int, (int)code, KBM_USAGE));
	bool both = strstr(error.message, "SYSTEM") != NULL &&
		    strstr(error.message, "System") != NULL &&
		    strstr(error.message, folder) != NULL;
	cr_expect(both, "%s", error.message);
	kbm_sought_clear(&sought, 1);
}

Test(folder_look, follows_no_link_and_says_that_there_is_one)
{
	struct kbm_sought sought[] = {{.name = "SYSTEM"}, {.name = "Users", .is_folder = true}};
	struct kbm_error error = {0};
	size_t names = 0;
	make_link("users");
	make_link("system");
	make_file("SYSTEM");
	enum kbm_code code = look(sought, COUNT(sought), &names, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(str, sought[0].path, (char *)path_of("SYSTEM")));
	cr_expect(eq(str, sought[0].link, (char *)path_of("system")));
	cr_expect(eq(ptr, sought[1].path, NULL));
	cr_expect(eq(str, sought[1].link, (char *)path_of("users")));
	kbm_sought_clear(sought, COUNT(sought));
}

Test(folder_look, looks_through_so_many_names_and_no_more)
{
	struct kbm_sought sought = {.name = "SYSTEM"};
	struct kbm_error error = {0};
	size_t names = KBM_FOLDER_MAX_NAMES - 2;
	make_file("a");
	make_file("b");
	cr_expect(eq(int, (int)look(&sought, 1, &names, &error), KBM_OK));
	cr_expect(eq(sz, names, KBM_FOLDER_MAX_NAMES));
	cr_expect(eq(int, (int)look(&sought, 1, &names, &error), KBM_LIMIT));
	bool named = strstr(error.message, folder) != NULL;
	cr_expect(named, "%s", error.message);
	kbm_sought_clear(&sought, 1);
}

Test(folder_look, cannot_look_into_what_is_no_folder)
{
	struct kbm_sought sought = {.name = "SYSTEM"};
	struct kbm_error error = {0};
	size_t names = 0;
	make_file("a");
	enum kbm_code code = kbm_folder_look(path_of("a"), &sought, 1, &names, &error);
	cr_expect(eq(int, (int)code, KBM_IO));
	code = kbm_folder_look(path_of("nothing"), &sought, 1, &names, &error);
	cr_expect(eq(int, (int)code, KBM_IO));
	bool named = strstr(error.message, "nothing: cannot be looked into") != NULL;
	cr_expect(named, "%s", error.message);
}

Test(folder_look, lists_folders_and_links_by_their_bytes)
{
	struct kbm_text_list folders = {0};
	struct kbm_text_list links = {0};
	struct kbm_error error = {0};
	size_t names = 0;
	make_folder("b");
	make_folder("a");
	make_folder("B");
	make_file("file");
	make_link("z");
	make_link("y");
	enum kbm_code code = kbm_folder_list(folder, &folders, &links, &names, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_assert(eq(sz, folders.count, 3));
	cr_assert(eq(sz, links.count, 2));
	cr_expect(eq(str, folders.items[0], (char *)"B"));
	cr_expect(eq(str, folders.items[1], (char *)"a"));
	cr_expect(eq(str, folders.items[2], (char *)"b"));
	cr_expect(eq(str, links.items[0], (char *)"y"));
	kbm_text_list_clear(&folders);
	kbm_text_list_clear(&links);
}

Test(folder_look, joins_with_one_slash)
{
	char *path = kbm_folder_join("/mnt", "a");
	cr_expect(eq(str, path, (char *)"/mnt/a"));
	free(path);
	path = kbm_folder_join("/mnt/", "a");
	cr_expect(eq(str, path, (char *)"/mnt/a"));
	free(path);
}
