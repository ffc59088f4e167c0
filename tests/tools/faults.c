/* Makes one of a program's calls on files fail, or kills the program at it. A library for
 *LD_PRELOAD:
 *
 *	LD_PRELOAD=libfaults.so KBM_FAULTS_BELOW=/folder KBM_FAULTS_AT=7 KBM_FAULTS_DO=EIO PROGRAM
 *
 * KBM_FAULTS_BELOW  only calls on files and folders there are counted: absolute, without symbolic
 *                   links, several between colons. Others (/proc, sockets, what the dynamic linker
 *                   loads) go through untouched.
 * KBM_FAULTS_AT     which call, from 1; 0 or unset: none is disturbed, all are counted.
 * KBM_FAULTS_DO     what happens at it:
 *     ENOSPC EIO EINTR ...   it fails with this, once, and was not done; close() closes all the
 *same ENOSPC+ EIO+           this call and all that follow: for ENOSPC, EDQUOT and EROFS those that
 *                            take room or make names, for others all but close()
 *     late-EIO ...           it is done and then fails, as when a server's answer is lost; for
 *                            calls that change names, fsync() and close(); others are not disturbed
 *     short                  reads or writes half of the bytes (of more than one)
 *     flip                   writes the first byte with its lowest bit turned, and tells nobody
 *     kill-before kill-after SIGKILL
 * KBM_FAULTS_COUNT  a file for the number of calls, written when the program ends by itself
 * KBM_FAULTS_LOG    a file to which a line a call is appended: NUMBER NAME PATH
 *
 * Seen are calls through the C library's functions, its own inner ones (fopen, opendir, realpath)
 * not. A child that is started with an empty environment, as kbmend's workers are, and static
 * programs, are not affected; a child that inherits the environment counts for itself. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#undef open
#undef openat
#undef read
#undef pread
#undef stat
#undef fstat
#undef lstat
#undef fstatat

/* What a call does, which decides what is a sensible fault of it. */
enum class {
	LOOKS, /* stat, read, flock */
	GROWS, /* may need room */
	NAMES, /* changes folders */
	SYNCS,
	CLOSES
};

enum act { GO_ON, FAIL, FAIL_LATE, SHORTEN, FLIP, KILL_BEFORE, KILL_AFTER };

static struct {
	const char *below;
	unsigned long at;
	enum act act;
	bool goes_on; /* from `at` on */
	int number;   /* of the error */
	const char *count_file;
	const char *log_file;
	unsigned long count;
} faults;

static const struct {
	const char *name;
	int number;
} errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},	      {"EINTR", EINTR},
	      {"EDQUOT", EDQUOT}, {"EROFS", EROFS},   {"EACCES", EACCES},
	      {"ENOMEM", ENOMEM}, {"EMFILE", EMFILE}, {"EOPNOTSUPP", EOPNOTSUPP}};

/* Raw, as these must not be counted. */
static void append(const char *file, const char *text, int flags)
{
	long descriptor =
	    syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	if (descriptor < 0 || syscall(SYS_write, descriptor, text, strlen(text)) < 0)
		abort();
	syscall(SYS_close, descriptor);
}

static void read_act(const char *text)
{
	static const char late[] = "late-";
	faults.act = FAIL;
	if (strcmp(text, "short") == 0)
		faults.act = SHORTEN;
	else if (strcmp(text, "flip") == 0)
		faults.act = FLIP;
	else if (strcmp(text, "kill-before") == 0)
		faults.act = KILL_BEFORE;
	else if (strcmp(text, "kill-after") == 0)
		faults.act = KILL_AFTER;
	if (faults.act != FAIL)
		return;
	if (strncmp(text, late, sizeof late - 1) == 0) {
		faults.act = FAIL_LATE;
		text += sizeof late - 1;
	}
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		size_t length = strlen(errors[i].name);
		if (strncmp(text, errors[i].name, length) != 0)
			continue;
		if (text[length] == '\0' || strcmp(text + length, "+") == 0) {
			faults.number = errors[i].number;
			faults.goes_on = text[length] == '+';
			return;
		}
	}
	abort(); /* a test that asks for what there is not */
}

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("KBM_FAULTS_AT");
	const char *what = getenv("KBM_FAULTS_DO");
	faults.below = getenv("KBM_FAULTS_BELOW");
	faults.at = at == NULL ? 0 : strtoul(at, NULL, 10);
	faults.count_file = getenv("KBM_FAULTS_COUNT");
	faults.log_file = getenv("KBM_FAULTS_LOG");
	if (faults.at > 0)
		read_act(what == NULL ? "" : what);
}

__attribute__((destructor)) static void finish(void)
{
	char text[32];
	snprintf(text, sizeof text, "%lu\n", faults.count);
	if (faults.count_file != NULL)
		append(faults.count_file, text, O_TRUNC);
}

/* --- which calls ------------------------------------------------------------------------------ */

static bool is_below(const char *path)
{
	for (const char *at = faults.below; at != NULL && *at != '\0';) {
		size_t length = strcspn(at, ":");
		if (length > 0 && strncmp(path, at, length) == 0 &&
		    (path[length] == '/' || path[length] == '\0'))
			return true;
		at += length + (at[length] == ':');
	}
	return false;
}

static bool descriptor_path(int descriptor, char path[static PATH_MAX])
{
	char link[32];
	int reason = errno;
	snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
	long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
	errno = reason;
	path[length < 0 ? 0 : length] = '\0';
	return length > 0;
}

/* The last path that was looked at, for the log. */
static char looked_at[2 * PATH_MAX];

static bool on_descriptor(int descriptor)
{
	return faults.below != NULL && descriptor_path(descriptor, looked_at) &&
	       is_below(looked_at);
}

static bool on_path(int folder, const char *path)
{
	char above[PATH_MAX] = "";
	if (faults.below == NULL)
		return false;
	int reason = errno;
	if (path[0] != '/' && folder == AT_FDCWD && getcwd(above, sizeof above) == NULL)
		return false;
	errno = reason;
	if (path[0] != '/' && folder != AT_FDCWD && !descriptor_path(folder, above))
		return false;
	snprintf(looked_at, sizeof looked_at, "%s%s%s", above,
		 path[0] == '/' || path[0] == '\0' ? "" : "/", path);
	return is_below(looked_at);
}

/* --- what happens ----------------------------------------------------------------------------- */

static bool is_disturbed(enum class class)
{
	if (faults.at == 0 || faults.count < faults.at)
		return false;
	if (faults.count > faults.at) {
		bool room =
		    faults.number == ENOSPC || faults.number == EDQUOT || faults.number == EROFS;
		return faults.goes_on && class != CLOSES &&
		       (!room || class == GROWS || class == NAMES);
	}
	bool can_be_late = class == NAMES || class == SYNCS || class == CLOSES;
	return faults.act != FAIL_LATE || can_be_late;
}

static enum act count_call(const char *name, enum class class)
{
	char line[2 * PATH_MAX + 64];
	faults.count++;
	if (faults.log_file != NULL) {
		snprintf(line, sizeof line, "%lu %s %s\n", faults.count, name, looked_at);
		append(faults.log_file, line, O_APPEND);
	}
	if (!is_disturbed(class))
		return GO_ON;
	if (faults.act == KILL_BEFORE)
		syscall(SYS_kill, getpid(), SIGKILL);
	if (faults.act == FAIL && class == CLOSES)
		return FAIL_LATE;
	return faults.act;
}

/* Errno as the call left it, or as the fault wants it; true when it is to fail. */
static bool after(enum act act)
{
	if (act == KILL_AFTER)
		syscall(SYS_kill, getpid(), SIGKILL);
	if (act == FAIL_LATE)
		errno = faults.number;
	return act == FAIL_LATE;
}

#define REAL(name)    ((__typeof__(&(name)))real(&real_##name, #name))
#define DECLARE(name) static void *real_##name

static void *real(void **kept, const char *name)
{
	int reason = errno;
	if (*kept == NULL)
		*kept = dlsym(RTLD_NEXT, name);
	if (*kept == NULL)
		abort();
	errno = reason;
	return *kept;
}

/* A whole function: `on` tells whether the call is counted. */
#define WRAP(type, name, parameters, arguments, on, class)              \
	DECLARE(name);                                                  \
	type name parameters                                            \
	{                                                               \
		enum act act = (on) ? count_call(#name, class) : GO_ON; \
		if (act == FAIL) {                                      \
			errno = faults.number;                          \
			return -1;                                      \
		}                                                       \
		type result = REAL(name) arguments;                     \
		return after(act) ? -1 : result;                        \
	}

#define HALF_OF(length) (act == SHORTEN && (length) > 1 ? (length) / 2 : (length))

/* The same with a length that may be shortened; `arguments` names HALF_OF(). */
#define WRAP_READ(name, parameters, arguments, on, class) \
	ssize_t name parameters;                          \
	WRAP(ssize_t, name, parameters, arguments, on, class)

/* --- opening ---------------------------------------------------------------------------------- */

static mode_t mode_of(int flags, va_list arguments)
{
	bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
	return has_mode ? va_arg(arguments, mode_t) : 0;
}

static enum class class_of(int flags) {
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? GROWS : LOOKS;
}

#define WRAP_OPEN(name, parameters, before_mode, on)                              \
	DECLARE(name);                                                            \
	int name parameters;                                                      \
	int name parameters                                                       \
	{                                                                         \
		va_list rest;                                                     \
		va_start(rest, flags);                                            \
		mode_t mode = mode_of(flags, rest);                               \
		va_end(rest);                                                     \
		enum act act = (on) ? count_call(#name, class_of(flags)) : GO_ON; \
		if (act == FAIL) {                                                \
			errno = faults.number;                                    \
			return -1;                                                \
		}                                                                 \
		int opened = REAL(name)(before_mode, flags, mode);                \
		after(act);                                                       \
		return opened;                                                    \
	}
#define WITH_FOLDER folder, path

WRAP_OPEN(open, (const char *path, int flags, ...), path, on_path(AT_FDCWD, path))
WRAP_OPEN(open64, (const char *path, int flags, ...), path, on_path(AT_FDCWD, path))
WRAP_OPEN(openat, (int folder, const char *path, int flags, ...), WITH_FOLDER,
	  on_path(folder, path))
WRAP_OPEN(openat64, (int folder, const char *path, int flags, ...), WITH_FOLDER,
	  on_path(folder, path))

/* What _FORTIFY_SOURCE makes of them. */
int __open_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
WRAP(int, __open_2, (const char *path, int flags), (path, flags), on_path(AT_FDCWD, path), LOOKS)
WRAP(int, __openat_2, (int folder, const char *path, int flags), (folder, path, flags),
     on_path(folder, path), LOOKS)

WRAP(int, creat, (const char *path, mode_t mode), (path, mode), on_path(AT_FDCWD, path), GROWS)
WRAP(int, close, (int descriptor), (descriptor), on_descriptor(descriptor), CLOSES)

/* --- content ---------------------------------------------------------------------------------- */

WRAP_READ(read, (int descriptor, void *data, size_t length), (descriptor, data, HALF_OF(length)),
	  on_descriptor(descriptor), LOOKS)
WRAP_READ(pread, (int descriptor, void *data, size_t length, off_t at),
	  (descriptor, data, HALF_OF(length), at), on_descriptor(descriptor), LOOKS)
WRAP_READ(pread64, (int descriptor, void *data, size_t length, off64_t at),
	  (descriptor, data, HALF_OF(length), at), on_descriptor(descriptor), LOOKS)
WRAP_READ(__read_chk, (int descriptor, void *data, size_t length, size_t room),
	  (descriptor, data, HALF_OF(length), room), on_descriptor(descriptor), LOOKS)
WRAP_READ(__pread_chk, (int descriptor, void *data, size_t length, off_t at, size_t room),
	  (descriptor, data, HALF_OF(length), at, room), on_descriptor(descriptor), LOOKS)
WRAP_READ(__pread64_chk, (int descriptor, void *data, size_t length, off64_t at, size_t room),
	  (descriptor, data, HALF_OF(length), at, room), on_descriptor(descriptor), LOOKS)

/* Of what is written, in memory of our own. */
static const void *flipped(enum act act, const void *data, size_t length)
{
	static uint8_t room[1024 * 1024];
	if (act != FLIP || length == 0)
		return data;
	if (length > sizeof room)
		abort();
	memcpy(room, data, length);
	room[0] ^= 1;
	return room;
}
#define WRITTEN flipped(act, data, HALF_OF(length)), HALF_OF(length)

WRAP_READ(write, (int descriptor, const void *data, size_t length), (descriptor, WRITTEN),
	  on_descriptor(descriptor), GROWS)
WRAP_READ(pwrite, (int descriptor, const void *data, size_t length, off_t at),
	  (descriptor, WRITTEN, at), on_descriptor(descriptor), GROWS)
WRAP_READ(pwrite64, (int descriptor, const void *data, size_t length, off64_t at),
	  (descriptor, WRITTEN, at), on_descriptor(descriptor), GROWS)
WRAP_READ(copy_file_range,
	  (int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags),
	  (from, from_at, to, to_at, HALF_OF(length), flags), on_descriptor(to), GROWS)

WRAP(int, ftruncate, (int descriptor, off_t length), (descriptor, length),
     on_descriptor(descriptor), GROWS)
WRAP(int, ftruncate64, (int descriptor, off64_t length), (descriptor, length),
     on_descriptor(descriptor), GROWS)
WRAP(int, fallocate, (int descriptor, int mode, off_t at, off_t length),
     (descriptor, mode, at, length), on_descriptor(descriptor), GROWS)
WRAP(int, fallocate64, (int descriptor, int mode, off64_t at, off64_t length),
     (descriptor, mode, at, length), on_descriptor(descriptor), GROWS)
WRAP(int, fsync, (int descriptor), (descriptor), on_descriptor(descriptor), SYNCS)
WRAP(int, fdatasync, (int descriptor), (descriptor), on_descriptor(descriptor), SYNCS)

/* These return the error's number. */
#define WRAP_FALLOCATE(name, offset)                                                         \
	DECLARE(name);                                                                       \
	int name(int descriptor, offset at, offset length)                                   \
	{                                                                                    \
		enum act act = on_descriptor(descriptor) ? count_call(#name, GROWS) : GO_ON; \
		if (act == FAIL)                                                             \
			return faults.number;                                                \
		int failed = REAL(name)(descriptor, at, length);                             \
		after(act);                                                                  \
		return failed;                                                               \
	}
WRAP_FALLOCATE(posix_fallocate, off_t)
WRAP_FALLOCATE(posix_fallocate64, off64_t)

DECLARE(ioctl);
int ioctl(int descriptor, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	enum act act = on_descriptor(descriptor) ? count_call("ioctl", GROWS) : GO_ON;
	if (act == FAIL) {
		errno = faults.number;
		return -1;
	}
	int result = REAL(ioctl)(descriptor, request, argument);
	return after(act) ? -1 : result;
}

/* --- names ------------------------------------------------------------------------------------ */

WRAP(int, rename, (const char *from, const char *to), (from, to),
     on_path(AT_FDCWD, from) || on_path(AT_FDCWD, to), NAMES)
WRAP(int, renameat, (int folder, const char *from, int to_folder, const char *to),
     (folder, from, to_folder, to), on_path(folder, from) || on_path(to_folder, to), NAMES)
WRAP(int, renameat2, (int folder, const char *from, int to_folder, const char *to, unsigned flags),
     (folder, from, to_folder, to, flags), on_path(folder, from) || on_path(to_folder, to), NAMES)
WRAP(int, link, (const char *from, const char *to), (from, to),
     on_path(AT_FDCWD, from) || on_path(AT_FDCWD, to), NAMES)
WRAP(int, linkat, (int folder, const char *from, int to_folder, const char *to, int flags),
     (folder, from, to_folder, to, flags), on_path(folder, from) || on_path(to_folder, to), NAMES)
WRAP(int, unlink, (const char *path), (path), on_path(AT_FDCWD, path), NAMES)
WRAP(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags),
     on_path(folder, path), NAMES)
WRAP(int, rmdir, (const char *path), (path), on_path(AT_FDCWD, path), NAMES)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), on_path(AT_FDCWD, path), NAMES)
WRAP(int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode),
     on_path(folder, path), NAMES)

/* --- attributes and locks --------------------------------------------------------------------- */

WRAP(int, fchmod, (int descriptor, mode_t mode), (descriptor, mode), on_descriptor(descriptor),
     LOOKS)
WRAP(int, fchown, (int descriptor, uid_t user, gid_t group), (descriptor, user, group),
     on_descriptor(descriptor), LOOKS)
WRAP(int, fsetxattr,
     (int descriptor, const char *name, const void *value, size_t length, int flags),
     (descriptor, name, value, length, flags), on_descriptor(descriptor), GROWS)
WRAP(int, fremovexattr, (int descriptor, const char *name), (descriptor, name),
     on_descriptor(descriptor), LOOKS)
WRAP(ssize_t, fgetxattr, (int descriptor, const char *name, void *value, size_t length),
     (descriptor, name, value, length), on_descriptor(descriptor), LOOKS)
WRAP(ssize_t, flistxattr, (int descriptor, char *names, size_t length), (descriptor, names, length),
     on_descriptor(descriptor), LOOKS)
WRAP(int, flock, (int descriptor, int operation), (descriptor, operation),
     on_descriptor(descriptor), LOOKS)
WRAP(int, access, (const char *path, int mode), (path, mode), on_path(AT_FDCWD, path), LOOKS)
WRAP(int, faccessat, (int folder, const char *path, int mode, int flags),
     (folder, path, mode, flags), on_path(folder, path), LOOKS)

WRAP(int, stat, (const char *path, struct stat *status), (path, status), on_path(AT_FDCWD, path),
     LOOKS)
WRAP(int, lstat, (const char *path, struct stat *status), (path, status), on_path(AT_FDCWD, path),
     LOOKS)
WRAP(int, fstat, (int descriptor, struct stat *status), (descriptor, status),
     on_descriptor(descriptor), LOOKS)
WRAP(int, fstatat, (int folder, const char *path, struct stat *status, int flags),
     (folder, path, status, flags), on_path(folder, path), LOOKS)
WRAP(int, stat64, (const char *path, struct stat64 *status), (path, status),
     on_path(AT_FDCWD, path), LOOKS)
WRAP(int, lstat64, (const char *path, struct stat64 *status), (path, status),
     on_path(AT_FDCWD, path), LOOKS)
WRAP(int, fstat64, (int descriptor, struct stat64 *status), (descriptor, status),
     on_descriptor(descriptor), LOOKS)
WRAP(int, fstatat64, (int folder, const char *path, struct stat64 *status, int flags),
     (folder, path, status, flags), on_path(folder, path), LOOKS)
WRAP(int, statx, (int folder, const char *path, int flags, unsigned mask, struct statx *status),
     (folder, path, flags, mask, status), on_path(folder, path), LOOKS)
