/* command/installation: the states of files in a made installation. */
#include "command/installation.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/kbmend-installation-XXXXXX";
static struct kbm_paths paths;
static struct kbm_installation installation;
static struct kbm_error error;

#define NUMBER_ONE "return 1\n"
static char hash[KBM_SHA256_HEX_BYTES];
static struct kbm_stock_file stock_files[] = {
    {"scripts/a/one.lua", hash}, {"scripts/two.lua", hash}, {"stdlib/kb/lib.lua", hash}};
static const struct kbm_stock stock = {stock_files, 3};

static char *path_of(const char *below)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", root, below) < 0)
		abort();
	return path;
}

/* Makes the folders above, too. */
static void put(const char *below, const char *text)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", root, below);
	for (size_t i = strlen(root) + 1; path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		mkdir(path, 0700);
		path[i] = '/';
	}
	FILE *file = fopen(path, "w");
	cr_assert(file != NULL, "%s", path);
	fputs(text, file);
	fclose(file);
}

static void set_up(void)
{
	cr_assert(mkdtemp(root) != NULL);
	kbm_sha256_hex(NUMBER_ONE, strlen(NUMBER_ONE), hash);
	paths = (struct kbm_paths){.stdlib = path_of("stdlib"),
				   .scripts = path_of("scripts"),
				   .user_scripts = path_of("user")};
	put("scripts/a/one.lua", NUMBER_ONE);
	put("scripts/two.lua", NUMBER_ONE);
	put("scripts/README.md", "not a script");
	put("stdlib/kb/lib.lua", NUMBER_ONE);
}

static void tear_down(void)
{
	char *command = NULL;
	kbm_installation_clear(&installation);
	kbm_paths_clear(&paths);
	if (asprintf(&command, "rm -rf %s", root) < 0 || system(command) != 0)
		abort();
	free(command);
}

static void look(const char *first)
{
	kbm_installation_clear(&installation);
	cr_assert(
	    eq(int, kbm_installation_look(&paths, first, &stock, &installation, &error), KBM_OK));
}

/* "a/one.lua stock, two.lua edited" */
static void expect_files(const struct kbm_installed_folder *folder, const char *expected)
{
	char found[1024] = "";
	size_t length = 0;
	for (size_t i = 0; i < folder->file_count; i++) {
		const struct kbm_installed_file *file = &folder->files[i];
		length += (size_t)snprintf(
		    found + length, sizeof found - length, "%s%s %s%s%s", i == 0 ? "" : ", ",
		    file->path, kbm_file_state_name(file->state),
		    file->hides == NULL ? "" : " hides ", file->hides == NULL ? "" : file->hides);
	}
	cr_expect(eq(str, found, (char *)expected));
}

static const struct kbm_installed_folder *own(void)
{
	return &installation.scripts[installation.script_folder_count - 1];
}

TestSuite(installation, .init = set_up, .fini = tear_down);

Test(installation, finds_stock_files_and_passes_over_others)
{
	look(NULL);
	cr_assert(eq(sz, installation.script_folder_count, 3));
	expect_files(own(), "a/one.lua stock, two.lua stock");
	expect_files(&installation.stdlib, "kb/lib.lua stock");
	cr_expect(eq(str, own()->files[0].sha256, hash));
	cr_expect(eq(int, installation.scripts[0].absent, 1));
}

Test(installation, tells_edited_missing_and_added_files)
{
	char *missing = path_of("scripts/a/one.lua");
	unlink(missing);
	free(missing);
	put("scripts/two.lua", "return 2\n");
	put("scripts/three.lua", NUMBER_ONE);
	put("stdlib/kb/more.lua", "");
	look(NULL);
	expect_files(own(), "a/one.lua missing, three.lua site, two.lua edited");
	expect_files(&installation.stdlib, "kb/lib.lua stock, kb/more.lua site");
}

Test(installation, tells_which_stock_script_is_hidden)
{
	char *first = path_of("first");
	put("first/ONE.lua", "return 1.5\n");
	put("user/deep/two.lua", NUMBER_ONE); /* a copy hides nothing */
	put("user/lib.lua", "");	      /* a module's name is no script's */
	put("scripts/_/one.lua", "");	      /* found before a/one.lua */
	put("scripts/zz/two.lua", "");
	put("scripts/zz/one.lua", "");
	look(first);
	cr_assert(eq(sz, installation.script_folder_count, 4));
	expect_files(&installation.scripts[0], "ONE.lua site hides a/one.lua");
	expect_files(&installation.scripts[1], "deep/two.lua stock, lib.lua site");
	expect_files(own(), "_/one.lua site hides a/one.lua, a/one.lua stock, two.lua stock, "
			    "zz/one.lua site, zz/two.lua site");
	free(first);
}

Test(installation, names_what_cannot_be_read)
{
	char *link = path_of("user/one.lua");
	put("user/other.lua", "");
	cr_assert(eq(int, symlink("other.lua", link), 0));
	look(NULL);
	expect_files(&installation.scripts[0],
		     "one.lua unreadable hides a/one.lua, other.lua site");
	cr_expect(eq(str, installation.scripts[0].files[0].reason,
		     "is a symbolic link; name the file itself"));
	free(link);
}

Test(installation, goes_on_without_its_folders)
{
	char *command = NULL;
	cr_assert(asprintf(&command, "rm -r %s/scripts %s/stdlib", root, root) > 0);
	cr_assert(eq(int, system(command), 0));
	free(command);
	put("stdlib", "a file");
	look(NULL);
	expect_files(own(), "");
	cr_expect(eq(str, own()->reason, "No such file or directory"));
	cr_expect(eq(int, own()->absent, 1));
	cr_expect(eq(str, installation.stdlib.reason, "is no folder"));
	cr_expect(eq(int, installation.stdlib.absent, 0));
}

Test(installation, finds_modules_of_the_manifest_only_in_their_folder)
{
	cr_expect(eq(ptr, (void *)kbm_stock_find(&stock, "scripts", "two.lua"), &stock_files[1]));
	cr_expect(eq(ptr, (void *)kbm_stock_find(&stock, "stdlib", "two.lua"), NULL));
	cr_expect(eq(ptr, (void *)kbm_stock_find(&stock, "script", "s/two.lua"), NULL));
	cr_expect(
	    ne(ptr, (void *)kbm_stock_find(&kbm_stock, "scripts", "exchange/Q298565.lua"), NULL));
}
