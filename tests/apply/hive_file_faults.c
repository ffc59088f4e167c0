/* Runs hive_file_driver with a fault at every one of its calls on files, of every kind, and checks
 * after each run that the hive is the old or the new one, whole, that the exit status and the
 * journal say which, and that the next start puts everything right.
 *
 *	hive_file_faults DRIVER LIBRARY FOLDER     FOLDER is made and removed
 *
 * The last line is the number of runs; exit status 1 when one of them went wrong. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HIVE_BYTES = 100000, PAGE = 4096, DONE = 0, UNCHANGED = 4, CHANGED = 5, NO_JOURNAL = 6 };
enum { KILLED = -1, PATH_BYTES = PATH_MAX, LINE_BYTES = 512 };

static const char *const kinds[] = {"ENOSPC",	"EIO",	       "EINTR",	    "short",
				    "flip",	"ENOSPC+",     "EIO+",	    "EROFS+",
				    "late-EIO", "kill-before", "kill-after"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *driver;
static const char *library;
static char folder[PATH_BYTES];
static char place[PATH_BYTES + 16]; /* of the hive */
static char hive[PATH_BYTES + 32];
static char state[PATH_BYTES + 16];
static unsigned wrong;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* --- running ---------------------------------------------------------------------------------- */

/* Runs the driver, with `at` > 0 with a fault; its exit status, or KILLED. What it prints goes to
 * FOLDER/output. */
static int run(const char *command, const char *first, const char *second, unsigned long at,
	       const char *kind)
{
	char preload[PATH_BYTES + 16];
	char below[2 * PATH_BYTES + 64];
	char number[64];
	char what[64];
	char count[PATH_BYTES + 64];
	char output[PATH_BYTES + 16];
	pid_t child = 0;
	int status = 0;
	posix_spawn_file_actions_t actions;
	snprintf(preload, sizeof preload, "LD_PRELOAD=%s", kind == NULL ? "" : library);
	snprintf(below, sizeof below, "KBM_FAULTS_BELOW=%s:%s", place, state);
	snprintf(number, sizeof number, "KBM_FAULTS_AT=%lu", at);
	snprintf(what, sizeof what, "KBM_FAULTS_DO=%s", kind == NULL ? "" : kind);
	snprintf(count, sizeof count, "KBM_FAULTS_COUNT=%s/count", folder);
	snprintf(output, sizeof output, "%s/output", folder);
	char *arguments[] = {(char *)driver, (char *)command, (char *)first, (char *)second, NULL};
	char *environment[] = {preload, below, number, what, count, NULL};
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (posix_spawn(&child, driver, &actions, NULL, arguments, environment) != 0 ||
	    waitpid(child, &status, 0) != child)
		die(driver);
	posix_spawn_file_actions_destroy(&actions);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL ? KILLED : -2;
	return WEXITSTATUS(status);
}

static unsigned long last_count(void)
{
	char path[PATH_BYTES + 16];
	unsigned long count = 0;
	snprintf(path, sizeof path, "%s/count", folder);
	FILE *file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%lu", &count) != 1)
		die(path);
	fclose(file);
	return count;
}

/* --- files ------------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status, (void)kind, (void)where;
	return remove(path);
}

static void remove_all(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_hive(void)
{
	remove_all(place);
	remove_all(state);
	if (mkdir(place, 0700) != 0)
		die(place);
	FILE *file = fopen(hive, "w");
	for (int i = 0; file != NULL && i < HIVE_BYTES; i++)
		putc("0123456789abcdef"[i % 16], file);
	if (file == NULL || fclose(file) != 0)
		die(hive);
}

enum content { OLD, NEW, BROKEN };

/* Whether it is, byte for byte, the hive of before or what the driver makes of it. */
static enum content content_of(void)
{
	FILE *file = fopen(hive, "r");
	if (file == NULL)
		return BROKEN;
	bool old = true;
	bool new = true;
	int byte = 0;
	long at = 0;
	for (; (byte = getc(file)) != EOF; at++) {
		int was = at < HIVE_BYTES ? "0123456789abcdef"[at % 16] : -1;
		old = old && byte == was;
		new = new &&byte == (at == 0 || at >= HIVE_BYTES ? 'n' : was);
	}
	fclose(file);
	if (old && at == HIVE_BYTES)
		return OLD;
	return new &&at == HIVE_BYTES + PAGE ? NEW : BROKEN;
}

/* Nothing but the hive lies in its folder. */
static bool is_clean(void)
{
	int others = 0;
	DIR *opened = opendir(place);
	for (const struct dirent *met = NULL; opened != NULL && (met = readdir(opened)) != NULL;)
		if (strcmp(met->d_name, ".") != 0 && strcmp(met->d_name, "..") != 0 &&
		    strcmp(met->d_name, "SYSTEM") != 0)
			others++;
	if (opened != NULL)
		closedir(opened);
	return opened != NULL && others == 0;
}

/* The last line that the driver's recovery printed. */
static void last_line(char line[static LINE_BYTES])
{
	char path[PATH_BYTES + 16];
	line[0] = '\0';
	snprintf(path, sizeof path, "%s/output", folder);
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, LINE_BYTES, file) != NULL)
		line[strcspn(line, "\n")] = '\0';
	if (file != NULL)
		fclose(file);
}

/* --- one run ---------------------------------------------------------------------------------- */

static void judge(bool good, const char *command, unsigned long at, const char *kind,
		  const char *what)
{
	char line[LINE_BYTES];
	if (good)
		return;
	last_line(line);
	printf("%s, %s at call %lu: %s (%s)\n", command, kind, at, what, line);
	wrong++;
}

/* What the status says must be what the hive is: `before` and `after` are of this command. */
static void judge_status(int status, enum content before, enum content after, const char *command,
			 unsigned long at, const char *kind)
{
	enum content now = content_of();
	bool once = strcmp(kind, "EINTR") == 0 || strcmp(kind, "short") == 0;
	judge(now != BROKEN, command, at, kind, "the hive is neither the old nor the new one");
	judge(status == KILLED || status == DONE || status == UNCHANGED || status == CHANGED ||
		  status == NO_JOURNAL,
	      command, at, kind, "an unknown end");
	judge(status != DONE || now == after, command, at, kind, "done, but not changed");
	judge((status != UNCHANGED && status != NO_JOURNAL) || now == before, command, at, kind,
	      "not done, but changed");
	judge(status != CHANGED || now == after, command, at, kind, "changed, but it is not");
	judge(!once || status == DONE, command, at, kind, "was not tried again");
	judge((status == KILLED) == (strncmp(kind, "kill", 4) == 0), command, at, kind,
	      "killed or not");
	judge(status == KILLED || strchr(kind, '+') != NULL || is_clean(), command, at, kind,
	      "left something beside the hive");
}

static void judge_recovery(int status, enum content before, const char *command, unsigned entries,
			   unsigned long at, const char *kind)
{
	char line[LINE_BYTES];
	enum content then = content_of();
	judge(run("recover", state, NULL, 0, NULL) == DONE, command, at, kind, "no recovery");
	last_line(line);
	judge(content_of() == then, command, at, kind, "recovery changed the hive");
	judge(is_clean(), command, at, kind, "recovery left something beside the hive");
	const char *said = strchr(line, ' ');
	bool is_of_this = said != NULL && strtoul(line, NULL, 10) > entries;
	said = said == NULL ? "" : said + 1;
	/* A turned bit in the entry itself is found when it is read, as an unreadable entry. */
	if (strcmp(kind, "flip") == 0 && strcmp(said, "unreadable") == 0)
		return;
	if (!is_of_this || strcmp(said, "unreadable") == 0) {
		judge(then == before, command, at, kind, "changed without an entry");
		judge(status == KILLED || status == NO_JOURNAL, command, at, kind, "no entry");
		return;
	}
	bool says_changed = strncmp(said, "failed-changed", 14) == 0 ||
			    strcmp(said, "fixed") == 0 || strcmp(said, "undone") == 0;
	judge(says_changed == (then != before), command, at, kind, "the journal is wrong");
	judge(strncmp(said, "working", 7) != 0, command, at, kind, "not settled");
	judge(status != DONE || strcmp(said, "fixed") == 0 || strcmp(said, "undone") == 0, command,
	      at, kind, "done, but the journal says otherwise");
}

/* What follows works: the same once more, or, after an apply that changed the hive, its undo, from
 * the backup. */
static void judge_what_follows(enum content before, const char *command, const char *argument,
			       unsigned long at, const char *kind)
{
	char line[LINE_BYTES];
	last_line(line);
	if (content_of() == before) {
		judge(run(command, state, argument, 0, NULL) == DONE && content_of() != before &&
			  content_of() != BROKEN,
		      command, at, kind, "does not work afterwards");
	} else if (before == OLD && strstr(line, "unreadable") == NULL) {
		judge(run("undo", state, "1", 0, NULL) == DONE && content_of() == OLD, command, at,
		      kind, "cannot be undone");
	}
}

/* Every fault at every call of a command, which starts after so many applies. */
static unsigned long try_all(const char *command, const char *argument, unsigned applies)
{
	unsigned long runs = 0;
	enum content before = applies == 0 ? OLD : NEW;
	enum content after = applies == 0 ? NEW : OLD;
	for (unsigned long at = 0, count = 0; at <= count; at++) {
		for (size_t i = 0; i < KINDS; i++) {
			make_hive();
			for (unsigned j = 0; j < applies; j++)
				if (run("apply", state, hive, 0, NULL) != DONE)
					die("apply");
			int status = run(command, state, argument, at, at == 0 ? "none" : kinds[i]);
			if (at == 0) {
				judge(status == DONE && content_of() == after, command, at, "none",
				      "does not work");
				count = last_count();
				printf("%s: %lu calls on files\n", command, count);
				break;
			}
			judge_status(status, before, after, command, at, kinds[i]);
			judge_recovery(status, before, command, applies, at, kinds[i]);
			judge_what_follows(before, command, argument, at, kinds[i]);
			runs++;
		}
	}
	return runs;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: hive_file_faults DRIVER LIBRARY FOLDER\n");
		return 64;
	}
	driver = argv[1];
	library = argv[2];
	if (mkdir(argv[3], 0700) != 0 || realpath(argv[3], folder) == NULL)
		die(argv[3]);
	snprintf(place, sizeof place, "%s/place", folder);
	snprintf(hive, sizeof hive, "%s/SYSTEM", place);
	snprintf(state, sizeof state, "%s/state", folder);
	unsigned long runs = try_all("apply", hive, 0);
	runs += try_all("undo", "1", 1);
	remove_all(folder);
	printf("%lu runs, %u findings\n", runs, wrong);
	return wrong == 0 ? 0 : 1;
}
