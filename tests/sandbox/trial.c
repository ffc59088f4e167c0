/* One run of kbmend on hostile scripts. */
#include "trial.h"

#include "base/limits.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	FAILED = 2,
	HANG_SECONDS = 60,
	MAX_FOLDER = 256,
	OUTPUT_MAX = 64 * 1024 * 1024,
	FOLDER_MODE = 0755,
	FILE_MODE = 0644
};

static const char *const own_names[] = {"SYSTEM", "directory.ldif", "home", "tmp"};

static volatile sig_atomic_t running; /* kbmend, for the alarm */
static volatile sig_atomic_t hung;

/* --- the folder ------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *position)
{
	(void)status;
	(void)kind;
	(void)position;
	return remove(path);
}

void remove_folder(const char *path)
{
	nftw(path, remove_one, MAX_FOLDER, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *path, const struct kbm_bytes *bytes, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (file < 0 || write(file, kbm_bytes_text(bytes), bytes->length) != (ssize_t)bytes->length)
		err(FAILED, "%s", path);
	close(file);
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	if (made < 0 || bind(made, (struct sockaddr *)&address, sizeof address) != 0)
		err(FAILED, "%s", path);
	close(made);
}

static void make_script(const struct hostile_script *script)
{
	const char *path = script->path;
	switch (script->kind) {
	case FILE_TEXT:
		write_file(path, &script->text, FILE_MODE);
		break;
	case FILE_UNREADABLE:
		write_file(path, &script->text, 0);
		break;
	case FILE_LINK:
		if (symlink("next.lua", path) != 0)
			err(FAILED, "%s", path);
		break;
	case FILE_FIFO:
		if (mkfifo(path, FILE_MODE) != 0)
			err(FAILED, "%s", path);
		break;
	case FILE_FOLDER:
		if (mkdir(path, FOLDER_MODE) != 0)
			err(FAILED, "%s", path);
		break;
	case FILE_SOCKET:
		make_socket(path);
		break;
	case FILE_ELSEWHERE:
		break;
	}
}

static void give_to(const char *path, const struct trial_setup *setup)
{
	if (setup->as_user && lchown(path, setup->user, setup->user) != 0)
		err(FAILED, "%s", path);
}

/* Makes the folder and goes there. */
static void enter_folder(const struct trial_setup *setup, const struct hostile_case *run,
			 char *folder)
{
	if (mkdtemp(folder) == NULL || chmod(folder, FOLDER_MODE) != 0 || chdir(folder) != 0)
		err(FAILED, "%s", folder);
	give_to(folder, setup);
	if (mkdir("home", FOLDER_MODE) != 0 || mkdir("tmp", FOLDER_MODE) != 0)
		err(FAILED, "%s", folder);
	write_file("SYSTEM", &setup->hive, FILE_MODE);
	write_file("directory.ldif", &setup->ldif, FILE_MODE);
	for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++)
		give_to(own_names[i], setup);
	for (size_t i = 0; i < run->script_count; i++) {
		make_script(&run->scripts[i]);
		if (run->scripts[i].kind != FILE_ELSEWHERE)
			give_to(run->scripts[i].path, setup);
	}
}

/* --- what is left ---------------------------------------------------------------------------- */

static bool is_own(const struct hostile_case *run, const char *name)
{
	for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++)
		if (strcmp(own_names[i], name) == 0)
			return true;
	for (size_t i = 0; i < run->script_count; i++)
		if (strcmp(run->scripts[i].path + strlen("./"), name) == 0)
			return true;
	return false;
}

/* Notes the files of a folder that no trial put there; NULL: all of them. */
static void note_files(const char *folder, const struct hostile_case *run, struct kbm_bytes *left)
{
	DIR *open_folder = opendir(folder);
	if (open_folder == NULL) {
		kbm_bytes_printf(left, " %s", folder);
		return;
	}
	for (const struct dirent *entry; (entry = readdir(open_folder)) != NULL;) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		    (run == NULL || !is_own(run, name)))
			kbm_bytes_printf(left, " %s/%s", folder, name);
	}
	closedir(open_folder);
}

static void note_change(const char *path, const struct kbm_bytes *expected, struct kbm_bytes *left)
{
	struct kbm_bytes now;
	read_whole(path, &now);
	if (now.length != expected->length || memcmp(now.data, expected->data, now.length) != 0)
		kbm_bytes_printf(left, " %s (changed)", path);
	kbm_bytes_clear(&now);
}

/* --- the program ----------------------------------------------------------------------------- */

static void become_user(const struct trial_setup *setup)
{
	if (!setup->as_user)
		return;
	if (setgroups(0, NULL) != 0 || setresgid(setup->user, setup->user, setup->user) != 0 ||
	    setresuid(setup->user, setup->user, setup->user) != 0)
		_exit(FAILED);
}

static _Noreturn void start(const struct trial_setup *setup, const struct hostile_case *run,
			    const char *format, const int streams[static 2])
{
	const char *arguments[32] = {setup->kbmend, "run"};
	size_t count = 2;
	for (size_t i = 0; i < run->script_count; i++)
		arguments[count++] = run->scripts[i].path;
	static const char *const rest[] = {
	    "-t", "SYSTEM", "-t", "directory.ldif", "--max-memory", "32", "--color", "never", "-f"};
	for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
		arguments[count++] = rest[i];
	arguments[count++] = format;
	if (run->has_timeout) {
		arguments[count++] = "--timeout";
		arguments[count++] = "0.3";
	}
	char *environment[] = {"PATH=/usr/bin:/bin", "HOME=home", "TMPDIR=tmp", "LC_ALL=C.UTF-8",
			       NULL};
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	become_user(setup);
	if (dup2(nothing, STDIN_FILENO) < 0 || dup2(streams[0], STDOUT_FILENO) < 0 ||
	    dup2(streams[1], STDERR_FILENO) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(FAILED);
	execve(setup->kbmend, (char *const *)arguments, environment);
	_exit(FAILED);
}

static void on_alarm(int number)
{
	(void)number;
	hung = 1;
	kill((pid_t)running, SIGKILL);
}

static long cpu_ms(const struct rusage *usage)
{
	enum { MS = 1000 };
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * MS +
	       (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / MS;
}

/* kbmend waits for its worker, and the worker for its children: who has come to this process, their
 * subreaper, was left behind. */
static bool has_orphan(void)
{
	if (waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD)
		return false;
	FILE *children = fopen("/proc/thread-self/children", "re");
	int child;
	while (children != NULL && fscanf(children, "%d", &child) == 1)
		kill(child, SIGKILL);
	if (children != NULL)
		fclose(children);
	return true;
}

static void wait_for_end(struct trial_outcome *outcome)
{
	struct rusage usage = {0};
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	sigaction(SIGALRM, &action, NULL);
	alarm(HANG_SECONDS);
	while (wait4((pid_t)running, &outcome->status, 0, &usage) < 0)
		if (errno != EINTR)
			err(FAILED, "wait4");
	alarm(0);
	outcome->hung = hung != 0;
	outcome->cpu_ms = cpu_ms(&usage);
	outcome->has_orphan = has_orphan();
}

static void read_stream(int stream, struct kbm_bytes *out)
{
	char buffer[65536];
	ssize_t count;
	kbm_bytes_init(out, OUTPUT_MAX);
	kbm_bytes_append(out, "", 0);
	if (lseek(stream, 0, SEEK_SET) != 0)
		err(FAILED, "output");
	while ((count = read(stream, buffer, sizeof buffer)) > 0)
		kbm_bytes_append(out, buffer, (size_t)count);
	close(stream);
}

void trial_run(const struct trial_setup *setup, const struct hostile_case *run, const char *format,
	       struct trial_outcome *outcome)
{
	struct kbm_bytes folder;
	kbm_bytes_init(&folder, KBM_PATH_MAX_BYTES);
	kbm_bytes_printf(&folder, "%s/trial.XXXXXX", setup->scratch);
	enter_folder(setup, run, (char *)folder.data);
	int streams[2] = {memfd_create("stdout", MFD_CLOEXEC), memfd_create("stderr", MFD_CLOEXEC)};
	*outcome = (struct trial_outcome){0};
	hung = 0;
	if (streams[0] < 0 || streams[1] < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		err(FAILED, "trial");
	pid_t child = fork();
	if (child < 0)
		err(FAILED, "fork");
	if (child == 0)
		start(setup, run, format, streams);
	running = child;
	wait_for_end(outcome);
	read_stream(streams[0], &outcome->output);
	read_stream(streams[1], &outcome->errors);
	kbm_bytes_init(&outcome->left, KBM_PATH_MAX_BYTES);
	note_files(".", run, &outcome->left);
	note_files("home", NULL, &outcome->left);
	note_files("tmp", NULL, &outcome->left);
	note_change("SYSTEM", &setup->hive, &outcome->left);
	note_change("directory.ldif", &setup->ldif, &outcome->left);
	if (chdir("/") == 0)
		remove_folder(kbm_bytes_text(&folder));
	kbm_bytes_clear(&folder);
}

void trial_outcome_clear(struct trial_outcome *outcome)
{
	kbm_bytes_clear(&outcome->output);
	kbm_bytes_clear(&outcome->errors);
	kbm_bytes_clear(&outcome->left);
}
