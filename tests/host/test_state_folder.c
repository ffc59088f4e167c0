/* apply/state_folder: where it is, and how it is made. */
#include "apply/state_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/kbmend-state-XXXXXX";
static struct kbm_error error;

static void start(void)
{
	umask(022);
	if (mkdtemp(root) == NULL)
		abort();
}

static void finish(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", root);
	if (system(command) != 0)
		abort();
}

/* A test that is skipped does not come to `finish`. */
#define SKIP(why)                  \
	do {                       \
		finish();          \
		cr_skip_test(why); \
	} while (0)

TestSuite(state_folder, .init = start, .fini = finish);

static char *below(const char *name)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", root, name) < 0)
		abort();
	return path;
}

static unsigned mode_of(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 ? (unsigned)status.st_mode & 07777U : 0;
}

static void expect_found(const char *given, const char *expected)
{
	char *found = NULL;
	enum kbm_code code = kbm_state_folder_find(given, &found, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_assert(eq(int, strcmp(found, expected), 0), "%s", found);
	free(found);
}

Test(state_folder, takes_the_first_of_option_and_environment)
{
	setenv("HOME", "/home/somebody", 1);
	setenv("XDG_STATE_HOME", "/var/state", 1);
	expect_found("/given/place", "/given/place");
	expect_found(NULL, "/var/state/kbmend");
	unsetenv("XDG_STATE_HOME");
	expect_found(NULL, "/home/somebody/.local/state/kbmend");
}

Test(state_folder, passes_over_what_is_not_absolute_in_the_environment)
{
	setenv("HOME", "/home/somebody", 1);
	setenv("XDG_STATE_HOME", "relative/state", 1);
	expect_found(NULL, "/home/somebody/.local/state/kbmend");
	setenv("XDG_STATE_HOME", "", 1);
	expect_found(NULL, "/home/somebody/.local/state/kbmend");
}

Test(state_folder, makes_an_option_absolute)
{
	char *expected = below("here/there");
	cr_assert(eq(int, chdir(root), 0));
	expect_found("here/there", expected);
	free(expected);
}

Test(state_folder, says_what_to_do_without_any)
{
	char *found = NULL;
	setenv("HOME", "home", 1);
	unsetenv("XDG_STATE_HOME");
	cr_assert(eq(int, kbm_state_folder_find(NULL, &found, &error), KBM_USAGE));
	cr_assert(ne(ptr, strstr(error.message, "--state-dir"), NULL));
	cr_assert(eq(int, kbm_state_folder_find("", &found, &error), KBM_USAGE));
	cr_assert(eq(ptr, found, NULL), "untouched");
}

Test(state_folder, makes_all_that_is_missing_for_the_user_alone)
{
	char *first = below("a");
	char *second = below("a/b");
	char *third = below("a/b/c");
	char *with_slashes = below("a//b/c///");
	cr_assert(eq(int, mkdir(first, 0755), 0));
	cr_assert(eq(int, kbm_state_folder_make(with_slashes, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(eq(uint, mode_of(first), 0755), "what was there is as it was");
	cr_assert(eq(uint, mode_of(second), 0700));
	cr_assert(eq(uint, mode_of(third), 0700));
	cr_assert(eq(int, kbm_state_folder_make(third, &error), KBM_OK), "again");
	free(first), free(second), free(third), free(with_slashes);
}

Test(state_folder, refuses_what_others_may_write)
{
	char *folder = below("open");
	cr_assert(eq(int, mkdir(folder, 0700), 0));
	cr_assert(eq(int, chmod(folder, 0770), 0));
	cr_assert(eq(int, kbm_state_folder_make(folder, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "0770"), NULL), "%s", error.message);
	cr_assert(ne(ptr, strstr(error.message, "--state-dir"), NULL));
	free(folder);
}

Test(state_folder, refuses_another_users)
{
	char *folder = below("theirs");
	cr_assert(eq(int, mkdir(folder, 0700), 0));
	if (chown(folder, 12345, (gid_t)-1) != 0)
		SKIP("not root");
	cr_assert(eq(int, kbm_state_folder_make(folder, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "12345"), NULL), "%s", error.message);
	free(folder);
}

Test(state_folder, refuses_what_is_no_folder)
{
	char *file = below("file");
	char *inside = below("file/state");
	FILE *made = fopen(file, "w");
	cr_assert(ne(ptr, made, NULL));
	fclose(made);
	cr_assert(eq(int, kbm_state_folder_make(file, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "--state-dir"), NULL), "%s", error.message);
	cr_assert(eq(int, kbm_state_folder_make(inside, &error), KBM_IO));
	cr_assert(ne(ptr, strstr(error.message, "Not a directory"), NULL), "%s", error.message);
	cr_assert(ne(ptr, strstr(error.message, "--state-dir"), NULL), "%s", error.message);
	free(file), free(inside);
}
