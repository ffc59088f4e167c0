/* apply/hive_file: what is refused, what is kept, and that nothing is half done. */
#include "apply/hive_file.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CONTENT "the hive's content"
#define CHANGED "what is new in it"

static char root[] = "/tmp/kbmend-hive-file-XXXXXX";
static char path[80];	/* the hive's */
static char backup[80]; /* in the same folder, as far as the tests go */
static struct kbm_hive_file file;
static struct kbm_error error;

static void put(const char *where, const char *text)
{
	FILE *opened = fopen(where, "w");
	if (opened == NULL || fputs(text, opened) < 0 || fclose(opened) != 0)
		abort();
}

static void start(void)
{
	umask(022);
	file = KBM_HIVE_FILE_NONE;
	if (mkdtemp(root) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/SYSTEM", root);
	snprintf(backup, sizeof backup, "%s/backup", root);
	put(path, CONTENT);
}

static void finish(void)
{
	char command[128];
	kbm_hive_file_close(&file);
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

TestSuite(hive_file, .init = start, .fini = finish);

static bool holds(const char *where, const char *text)
{
	char read[256] = "";
	FILE *opened = fopen(where, "r");
	if (opened == NULL)
		return false;
	size_t length = fread(read, 1, sizeof read - 1, opened);
	fclose(opened);
	return length == strlen(text) && strcmp(read, text) == 0;
}

static bool exists(const char *where)
{
	struct stat status;
	return lstat(where, &status) == 0;
}

/* How many files lie in the folder. */
static int files(void)
{
	char command[128];
	int count = -1;
	snprintf(command, sizeof command, "ls -A %s | wc -l", root);
	FILE *listing = popen(command, "r");
	if (listing == NULL || fscanf(listing, "%d", &count) != 1)
		abort();
	pclose(listing);
	return count;
}

static void open_it(void)
{
	enum kbm_code code = kbm_hive_file_open(path, &file, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

/* Opening is refused, for a reason that has these words. */
static void expect_refusal(const char *where, const char *words)
{
	enum kbm_code code = kbm_hive_file_open(where, &file, &error);
	cr_expect(eq(int, code, KBM_REFUSED), "%s: %s", where, error.message);
	cr_expect(ne(ptr, strstr(error.message, words), NULL), "%s", error.message);
	cr_expect(eq(ptr, strstr(error.message, where), error.message), "begins with the path: %s",
		  error.message);
	cr_expect(lt(int, file.original, 0), "untouched");
}

/* Begins, writes the new content, cuts; its hash. */
static void change_it(unsigned number, const char *text, char sha256[static KBM_SHA256_HEX_BYTES])
{
	size_t length = strlen(text);
	enum kbm_code code = kbm_hive_file_begin(&file, number, file.original, 4096, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_assert(eq(sz, (size_t)pwrite(file.changed, text, length, 0), length));
	cr_assert(eq(int, kbm_hive_file_cut(&file, length, &error), KBM_OK));
	cr_assert(eq(int, kbm_hive_file_hash(file.changed, sha256, &error), KBM_OK));
}

/* --- what is refused -------------------------------------------------------------------------- */

Test(hive_file, refuses_links_and_what_is_no_file)
{
	char other[96];
	snprintf(other, sizeof other, "%s/link", root);
	cr_assert(eq(int, symlink(path, other), 0));
	expect_refusal(other, "symbolic link; name the file itself");
	expect_refusal(root, "directory");
	snprintf(other, sizeof other, "%s/fifo", root);
	cr_assert(eq(int, mkfifo(other, 0600), 0));
	expect_refusal(other, "no regular file");
	snprintf(other, sizeof other, "%s/", root);
	expect_refusal(other, "names a folder");
	snprintf(other, sizeof other, "%s/hard", root);
	cr_assert(eq(int, link(path, other), 0));
	expect_refusal(path, "2 hard links");
	expect_refusal(other, "2 hard links");
}

Test(hive_file, tells_what_is_not_there)
{
	char other[96];
	snprintf(other, sizeof other, "%s/absent", root);
	cr_assert(eq(int, kbm_hive_file_open(other, &file, &error), KBM_NOT_FOUND));
	snprintf(other, sizeof other, "%s/absent/SYSTEM", root);
	cr_assert(eq(int, kbm_hive_file_open(other, &file, &error), KBM_NOT_FOUND));
	snprintf(other, sizeof other, "%s/SYSTEM/SYSTEM", root);
	cr_assert(eq(int, kbm_hive_file_open(other, &file, &error), KBM_IO));
	cr_assert(ne(ptr, strstr(error.message, "Not a directory"), NULL), "%s", error.message);
}

/* For root, too, whom the system would let write. */
Test(hive_file, respects_files_and_folders_that_are_read_only)
{
	cr_assert(eq(int, chmod(path, 0444), 0));
	expect_refusal(path, "read-only, as evidence is kept; work on a copy");
	cr_assert(eq(int, chmod(path, 0644), 0));
	cr_assert(eq(int, chmod(root, 0555), 0));
	expect_refusal(path, "its folder is read-only");
	cr_assert(eq(int, chmod(root, 0755), 0));
}

Test(hive_file, refuses_what_this_user_may_not_write)
{
	if (geteuid() != 0)
		SKIP("not root");
	cr_assert(eq(int, chmod(root, 0777), 0));
	cr_assert(eq(int, seteuid(65534), 0));
	expect_refusal(path, "this user may not write it");
	cr_assert(eq(int, seteuid(0), 0));
	cr_assert(eq(int, chmod(path, 0666), 0));
	cr_assert(eq(int, chmod(root, 0755), 0));
	cr_assert(eq(int, seteuid(65534), 0));
	expect_refusal(path, "into its folder");
	cr_assert(eq(int, seteuid(0), 0));
	cr_assert(eq(int, chmod(root, 01777), 0));
	cr_assert(eq(int, seteuid(65534), 0));
	expect_refusal(path, "chmod +t");
	cr_assert(eq(int, seteuid(0), 0));
}

static bool may_mount(void)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

Test(hive_file, refuses_files_that_are_mounted)
{
	char point[96];
	if (!may_mount())
		SKIP("no mounts here");
	snprintf(point, sizeof point, "%s/a mount\\point", root);
	put(point, "");
	cr_assert(eq(int, mount(path, point, NULL, MS_BIND, NULL), 0));
	expect_refusal(point, "is a mount point");
	expect_refusal(path, "mounted as a single file at ");
	cr_assert(ne(ptr, strstr(error.message, point), NULL), "%s", error.message);
	cr_assert(eq(int, umount(point), 0));
	open_it();
}

Test(hive_file, refuses_read_only_file_systems)
{
	if (!may_mount())
		SKIP("no mounts here");
	cr_assert(eq(int, mount(root, root, NULL, MS_BIND, NULL), 0));
	cr_assert(eq(int, mount(NULL, root, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0));
	expect_refusal(path, "read-only file system");
	cr_assert(eq(int, umount(root), 0));
}

static bool set_flag(int flag)
{
	int flags = 0;
	int opened = open(path, O_RDONLY);
	bool set = opened >= 0 && ioctl(opened, FS_IOC_GETFLAGS, &flags) == 0;
	flags = flag;
	set = set && ioctl(opened, FS_IOC_SETFLAGS, &flags) == 0;
	close(opened);
	return set;
}

Test(hive_file, refuses_immutable_files)
{
	if (!set_flag(FS_IMMUTABLE_FL))
		SKIP("no such flags here");
	expect_refusal(path, "immutable (chattr +i)");
	cr_assert(set_flag(FS_APPEND_FL) == true);
	expect_refusal(path, "appended to (chattr +a)");
	cr_assert(set_flag(0) == true);
	open_it();
}

Test(hive_file, refuses_files_that_are_too_large)
{
	cr_assert(eq(int, truncate(path, (off_t)KBM_HIVE_MAX_BYTES + 1), 0));
	cr_assert(eq(int, kbm_hive_file_open(path, &file, &error), KBM_LIMIT));
	cr_assert(eq(int, truncate(path, 3), 0));
	open_it();
	cr_assert(eq(int,
		     kbm_hive_file_begin(&file, 1, file.original, KBM_HIVE_MAX_BYTES + 1, &error),
		     KBM_LIMIT));
	cr_assert(eq(int, files(), 1));
}

/* --- locks ------------------------------------------------------------------------------------ */

Test(hive_file, tells_who_holds_the_lock)
{
	char pid[32];
	struct kbm_hive_file other = KBM_HIVE_FILE_NONE;
	open_it();
	snprintf(pid, sizeof pid, "process %ld;", (long)getpid());
	cr_assert(eq(int, kbm_hive_file_open(path, &other, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, pid), NULL), "%s", error.message);
	kbm_hive_file_close(&file);
	cr_assert(eq(int, kbm_hive_file_open(path, &other, &error), KBM_OK));
	kbm_hive_file_close(&other);
}

/* Another process replaces the file while we wait: we get the lock of a file that has no name any
 * more, and have to look again. */
Test(hive_file, locks_the_file_that_has_the_name)
{
	char other[96];
	char sent = 0;
	int ready[2];
	struct stat expected;
	snprintf(other, sizeof other, "%s/other", root);
	put(other, CHANGED);
	cr_assert(eq(int, stat(other, &expected), 0));
	cr_assert(eq(int, pipe(ready), 0));
	pid_t child = fork();
	if (child == 0) {
		int opened = open(path, O_RDONLY);
		if (flock(opened, LOCK_EX) != 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		usleep(200000);
		_exit(rename(other, path) == 0 ? 0 : 1);
	}
	cr_assert(eq(int, (int)read(ready[0], &sent, 1), 1));
	open_it();
	cr_assert(eq(ulong, file.opened.st_ino, expected.st_ino));
	cr_assert(eq(int, waitpid(child, NULL, 0), child));
}

/* --- backups ---------------------------------------------------------------------------------- */

Test(hive_file, backs_up_durably_and_privately)
{
	char sha256[KBM_SHA256_HEX_BYTES] = "";
	char expected[KBM_SHA256_HEX_BYTES];
	struct stat status;
	open_it();
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, sha256, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(holds(backup, CONTENT) == true);
	kbm_sha256_hex(CONTENT, strlen(CONTENT), expected);
	cr_assert(eq(int, strcmp(sha256, expected), 0));
	cr_assert(eq(int, strcmp(file.sha256, expected), 0));
	cr_assert(eq(int, stat(backup, &status), 0));
	cr_assert(eq(uint, status.st_mode & 07777U, 0600));
}

Test(hive_file, never_overwrites_a_backup)
{
	char sha256[KBM_SHA256_HEX_BYTES] = "";
	put(backup, "another");
	open_it();
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, sha256, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, backup), NULL), "%s", error.message);
	cr_assert(holds(backup, "another") == true);
	cr_assert(eq(int, sha256[0], 0), "untouched");
	cr_assert(eq(int, unlink(backup), 0));
	cr_assert(eq(int, symlink("elsewhere", backup), 0));
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, sha256, &error), KBM_REFUSED));
	cr_assert(eq(int, files(), 2));
}

Test(hive_file, notices_a_change_before_the_backup)
{
	char sha256[KBM_SHA256_HEX_BYTES] = "";
	open_it();
	put(path, "changed by somebody");
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, sha256, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "changed while"), NULL), "%s", error.message);
	cr_assert(eq(int, files(), 1), "no backup of something else");
}

/* --- the new file ----------------------------------------------------------------------------- */

Test(hive_file, names_the_new_file_after_the_hive)
{
	char name[256];
	char *made = kbm_hive_file_changed_name("SYSTEM", 12);
	cr_assert(eq(int, strcmp(made, ".SYSTEM.kbmend-12"), 0));
	free(made);
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	memcpy(name + 243, "\xC3\xA4", 2);
	made = kbm_hive_file_changed_name(name, 12);
	cr_assert(eq(sz, strlen(made), 254), "a letter is not cut in two");
	cr_assert(eq(int, strcmp(made + 244, ".kbmend-12"), 0));
	free(made);
}

Test(hive_file, works_with_the_longest_names)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	char name[300];
	bool replaced = false;
	int length = snprintf(name, sizeof name, "%s/", root);
	memset(name + length, 'n', 255);
	name[length + 255] = '\0';
	cr_assert(eq(int, rename(path, name), 0));
	cr_assert(eq(int, kbm_hive_file_open(name, &file, &error), KBM_OK));
	change_it(4294967295U, CHANGED, sha256);
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(holds(name, CHANGED) == true);
}

Test(hive_file, makes_room_before_anything_is_changed)
{
	struct stat status;
	open_it();
	cr_assert(eq(int, kbm_hive_file_begin(&file, 3, file.original, 1000000, &error), KBM_OK));
	cr_assert(eq(int, fstat(file.changed, &status), 0));
	cr_assert(eq(long, (long)status.st_size, 1000000));
	cr_assert(ge(long, (long)status.st_blocks * 512, 1000000), "really there");
	cr_assert(exists(file.changed_path) == true);
	cr_assert(holds(path, CONTENT) == true);
	kbm_hive_file_discard(&file);
	cr_assert(eq(int, files(), 1));
	cr_assert(eq(int, kbm_hive_file_begin(&file, 3, file.original, 0, &error), KBM_OK),
		  "again");
	cr_assert(eq(int, fstat(file.changed, &status), 0));
	cr_assert(eq(sz, (size_t)status.st_size, strlen(CONTENT)));
	kbm_hive_file_close(&file);
	cr_assert(eq(int, files(), 1));
}

Test(hive_file, fails_early_on_a_full_disk)
{
	char disk[64];
	if (!may_mount())
		SKIP("no mounts here");
	snprintf(disk, sizeof disk, "%s/disk", root);
	cr_assert(eq(int, mkdir(disk, 0755), 0));
	cr_assert(eq(int, mount("tmpfs", disk, "tmpfs", 0, "size=1m"), 0));
	snprintf(path, sizeof path, "%s/SYSTEM", disk);
	put(path, CONTENT);
	open_it();
	cr_assert(
	    eq(int, kbm_hive_file_begin(&file, 1, file.original, 2 * KBM_MIB, &error), KBM_IO));
	cr_assert(ne(ptr, strstr(error.message, "No space left"), NULL), "%s", error.message);
	cr_assert(eq(ptr, file.changed_path, NULL));
	cr_assert(
	    eq(int, kbm_hive_file_begin(&file, 1, file.original, KBM_MIB / 2, &error), KBM_OK));
	kbm_hive_file_close(&file);
	cr_assert(eq(int, umount(disk), 0));
}

/* user:12345:rw- beside the three classes and the mask; the form of [acl(5)], version 2. */
static const unsigned char acl[] = {
    2, 0,    0,	   0,	 1,    0,    6,	 0, 0xFF, 0xFF, 0xFF, 0xFF, 2,	  0,   6,
    0, 0x39, 0x30, 0,	 0,    4,    0,	 4, 0,	  0xFF, 0xFF, 0xFF, 0xFF, 16,  0,
    6, 0,    0xFF, 0xFF, 0xFF, 0xFF, 32, 0, 0,	  0,	0xFF, 0xFF, 0xFF, 0xFF};
#define ACCESS	"system.posix_acl_access"
#define DEFAULT "system.posix_acl_default"

Test(hive_file, keeps_mode_owner_and_attributes)
{
	char value[64];
	struct stat status;
	bool is_root = geteuid() == 0;
	if (setxattr(path, "user.note", "kept", 4, 0) != 0 ||
	    setxattr(path, ACCESS, acl, sizeof acl, 0) != 0)
		SKIP("no extended attributes here");
	cr_assert(eq(int, is_root ? chown(path, 12345, 23456) : 0, 0));
	cr_assert(eq(int, chmod(path, is_root ? 04751 : 0751), 0));
	open_it();
	cr_assert(eq(int, kbm_hive_file_begin(&file, 1, file.original, 0, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(eq(int, fstat(file.changed, &status), 0));
	cr_assert(eq(uint, status.st_mode, file.opened.st_mode));
	cr_assert(eq(uint, status.st_mode & 07777U, is_root ? 04751 : 0751));
	cr_assert(eq(uint, status.st_uid, file.opened.st_uid));
	cr_assert(eq(uint, status.st_gid, file.opened.st_gid));
	cr_assert(eq(int, (int)fgetxattr(file.changed, "user.note", value, sizeof value), 4));
	cr_assert(eq(int, memcmp(value, "kept", 4), 0));
	cr_assert(
	    eq(int, (int)fgetxattr(file.changed, ACCESS, value, sizeof value), (int)sizeof acl));
}

Test(hive_file, has_no_access_list_that_the_hive_had_not)
{
	char value[64];
	if (setxattr(root, DEFAULT, acl, sizeof acl, 0) != 0)
		SKIP("no access lists here");
	open_it();
	cr_assert(eq(int, kbm_hive_file_begin(&file, 1, file.original, 0, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(eq(int, (int)fgetxattr(file.changed, ACCESS, value, sizeof value), -1));
	cr_assert(eq(int, errno, ENODATA));
}

Test(hive_file, names_what_it_cannot_keep)
{
	if (geteuid() != 0)
		SKIP("not root");
	cr_assert(eq(int, chmod(root, 0777), 0));
	cr_assert(eq(int, chmod(path, 0666), 0));
	cr_assert(eq(int, seteuid(65534), 0));
	open_it();
	cr_assert(eq(int, kbm_hive_file_begin(&file, 1, file.original, 0, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "its owner cannot be kept"), NULL), "%s",
		  error.message);
	kbm_hive_file_close(&file);
	cr_assert(eq(int, seteuid(0), 0));
	cr_assert(eq(int, files(), 1), "nothing is left behind");
	cr_assert(eq(int, chown(path, 65534, 0), 0));
	if (setxattr(path, "security.kbmend", "x", 1, 0) != 0)
		SKIP("no extended attributes here");
	cr_assert(eq(int, seteuid(65534), 0));
	open_it();
	cr_assert(eq(int, kbm_hive_file_begin(&file, 1, file.original, 0, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "extended attribute security.kbmend"), NULL), "%s",
		  error.message);
	kbm_hive_file_close(&file);
	cr_assert(eq(int, seteuid(0), 0));
	cr_assert(eq(int, files(), 1));
}

Test(hive_file, does_not_touch_what_another_apply_left)
{
	char left[96];
	snprintf(left, sizeof left, "%s/.SYSTEM.kbmend-7", root);
	put(left, "left over");
	open_it();
	cr_assert(eq(int, kbm_hive_file_begin(&file, 7, file.original, 0, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, left), NULL), "%s", error.message);
	kbm_hive_file_close(&file);
	cr_assert(holds(left, "left over") == true);
}

/* --- replacing -------------------------------------------------------------------------------- */

Test(hive_file, replaces_as_a_whole_and_stays_locked)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	bool replaced = false;
	struct kbm_hive_file other = KBM_HIVE_FILE_NONE;
	open_it();
	ino_t before = file.opened.st_ino;
	change_it(1, CHANGED, sha256);
	cr_assert(holds(path, CONTENT) == true);
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(eq(int, replaced, 1));
	cr_assert(holds(path, CHANGED) == true);
	cr_assert(ne(ulong, file.opened.st_ino, before));
	cr_assert(eq(int, files(), 1));
	cr_assert(eq(int, kbm_hive_file_open(path, &other, &error), KBM_REFUSED), "still locked");
	change_it(1, "and once more", sha256);
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(holds(path, "and once more") == true);
	kbm_hive_file_close(&file);
	cr_assert(eq(int, files(), 1));
}

static void append(void)
{
	FILE *opened = fopen(path, "a");
	if (opened == NULL || fputs("!", opened) < 0 || fclose(opened) != 0)
		abort();
}

static void overwrite(void)
{
	struct timespec times[2] = {file.opened.st_atim, file.opened.st_mtim};
	int opened = open(path, O_WRONLY);
	usleep(20000); /* the clock of file times goes in steps */
	if (pwrite(opened, "T", 1, 0) != 1 || futimens(opened, times) != 0 || close(opened) != 0)
		abort();
}

static void replace(void)
{
	char other[96];
	snprintf(other, sizeof other, "%s/other", root);
	put(other, CONTENT);
	if (rename(other, path) != 0)
		abort();
}

static void link_it(void)
{
	char other[96];
	snprintf(other, sizeof other, "%s/other", root);
	usleep(20000);
	if (link(path, other) != 0)
		abort();
}

static void delete (void)
{
	if (unlink(path) != 0)
		abort();
}

Test(hive_file, never_replaces_what_others_changed)
{
	static const struct {
		const char *what;
		void (*how)(void);
	} changes[] = {{"appended", append},
		       {"overwritten, with its old time", overwrite},
		       {"replaced by a copy", replace},
		       {"linked", link_it},
		       {"deleted", delete}};
	char sha256[KBM_SHA256_HEX_BYTES];
	char other[96];
	snprintf(other, sizeof other, "%s/other", root);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		bool replaced = true;
		unlink(path);
		unlink(other);
		put(path, CONTENT);
		open_it();
		change_it(1, CHANGED, sha256);
		changes[i].how();
		enum kbm_code code = kbm_hive_file_replace(&file, sha256, &replaced, &error);
		cr_expect(eq(int, code, KBM_REFUSED), "%s: %s", changes[i].what, error.message);
		cr_expect(eq(int, replaced, 0), "%s", changes[i].what);
		cr_expect(holds(path, CHANGED) == false, "%s", changes[i].what);
		kbm_hive_file_close(&file);
	}
	cr_assert(eq(int, files(), 0));
}

/* A write through a mapping need not show in the file's times; its content tells. */
Test(hive_file, compares_the_content_with_the_backup)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	char before[KBM_SHA256_HEX_BYTES];
	bool replaced = true;
	open_it();
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, before, &error), KBM_OK));
	change_it(1, CHANGED, sha256);
	overwrite();
	cr_assert(eq(int, fstat(file.original, &file.opened), 0), "as if the times were the same");
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_REFUSED));
	cr_assert(eq(int, replaced, 0));
}

Test(hive_file, never_puts_a_wrong_file_in_place)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	bool replaced = true;
	open_it();
	change_it(1, CHANGED, sha256);
	cr_assert(eq(int, (int)pwrite(file.changed, "X", 1, 0), 1));
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_IO));
	cr_assert(ne(ptr, strstr(error.message, "does not read back"), NULL), "%s", error.message);
	cr_assert(eq(int, replaced, 0));
	cr_assert(holds(path, CONTENT) == true);
	kbm_hive_file_close(&file);
	cr_assert(eq(int, files(), 1));
}

/* --- restoring -------------------------------------------------------------------------------- */

Test(hive_file, restores_a_backup_byte_by_byte)
{
	char before[KBM_SHA256_HEX_BYTES];
	char sha256[KBM_SHA256_HEX_BYTES];
	bool replaced = false;
	struct stat status;
	cr_assert(eq(int, chmod(path, 0640), 0));
	open_it();
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, before, &error), KBM_OK));
	change_it(1, CHANGED CHANGED, sha256);
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_OK));
	change_it(1, "begun, not used", sha256);
	cr_assert(
	    eq(int, kbm_hive_file_restore(&file, backup, before, 1, &replaced, &error), KBM_OK),
	    "%s", error.message);
	cr_assert(eq(int, replaced, 1));
	cr_assert(holds(path, CONTENT) == true);
	cr_assert(eq(int, stat(path, &status), 0));
	cr_assert(eq(uint, status.st_mode & 07777U, 0640), "the hive's mode, not the backup's");
	cr_assert(eq(int, files(), 2));
}

Test(hive_file, restores_nothing_from_a_damaged_backup)
{
	char before[KBM_SHA256_HEX_BYTES];
	bool replaced = true;
	open_it();
	cr_assert(eq(int, kbm_hive_file_back_up(&file, backup, before, &error), KBM_OK));
	put(backup, "the hive's CONTENT");
	cr_assert(eq(int, kbm_hive_file_restore(&file, backup, before, 1, &replaced, &error),
		     KBM_UNREADABLE));
	cr_assert(eq(int, replaced, 0));
	cr_assert(holds(path, CONTENT) == true);
	cr_assert(eq(int, unlink(backup), 0));
	cr_assert(eq(int, kbm_hive_file_restore(&file, backup, before, 1, &replaced, &error),
		     KBM_NOT_FOUND));
	cr_assert(eq(int, files(), 1));
}

Test(hive_file, works_on_empty_files_and_relative_paths)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	bool replaced = false;
	cr_assert(eq(int, chdir(root), 0));
	put(path, "");
	cr_assert(eq(int, kbm_hive_file_open("SYSTEM", &file, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(eq(int, strcmp(file.absolute, path), 0), "%s", file.absolute);
	cr_assert(eq(int, kbm_hive_file_back_up(&file, "backup", sha256, &error), KBM_OK));
	cr_assert(eq(int, kbm_hive_file_begin(&file, 1, file.original, 0, &error), KBM_OK), "%s",
		  error.message);
	cr_assert(eq(int, kbm_hive_file_cut(&file, 0, &error), KBM_OK));
	cr_assert(eq(int, kbm_hive_file_replace(&file, sha256, &replaced, &error), KBM_OK));
}
