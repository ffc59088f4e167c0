/* Runs hostile scripts through the real program, each in a run of its own with a sound one behind
 * it, and says which did not end as they must.
 *
 *     run_hostile [-j JOBS] [--user UID] [--adapt FOLDER] [--only NAME] KBMEND CASES-FOLDER...
 *
 * --user (for root) runs a copy of the installation as that user; --adapt: see hostile_case.h;
 * --only takes the cases whose names hold NAME. Exit status: 0 all passed, 1 some failed, 2 the
 * tests could not be run, 77 there is nothing to run. */
#include "hostile_case.h"
#include "judge.h"
#include "trial.h"

#include "base/limits.h"

#include <err.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 2, SKIPPED = 77, MAX_JOBS = 16, MAX_COMPLAINTS = 1024 * 1024, BASELINES = 3 };

struct options {
	const char *kbmend;
	const char *adapt;
	const char *only;
	unsigned jobs;
	bool as_user;
	uid_t user;
};

/* --- setting up ------------------------------------------------------------------------------ */

/* The build folder may be closed to other users: they run a copy. */
static const char *copy_installation(const char *kbmend, const char *scratch)
{
	static const char script[] = "set -e; umask 022; cd \"$(dirname \"$1\")/..\"\n"
				     "mkdir \"$2/installed\"\n"
				     "cp -RL bin libexec share \"$2/installed\"\n"
				     "chmod -R a+rX \"$2/installed\"";
	pid_t child = fork();
	int status = 0;
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", script, "sh", kbmend, scratch, NULL);
		_exit(FAILED);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		errx(FAILED, "the installation cannot be copied");
	char *copy = NULL;
	if (asprintf(&copy, "%s/installed/bin/kbmend", scratch) < 0)
		err(FAILED, "copy");
	return copy;
}

static const char *make_scratch(bool as_user)
{
	const char *above = as_user ? NULL : getenv("TMPDIR");
	char *made = NULL;
	if (asprintf(&made, "%s/kbmend-hostile.XXXXXX", above == NULL ? "/tmp" : above) < 0 ||
	    mkdtemp(made) == NULL || chmod(made, 0755) != 0)
		err(FAILED, "scratch folder");
	return made;
}

static struct trial_setup make_setup(const struct options *options)
{
	struct trial_setup setup = {.scratch = make_scratch(options->as_user),
				    .as_user = options->as_user,
				    .user = options->user};
	setup.kbmend = realpath(options->kbmend, NULL);
	if (setup.kbmend == NULL)
		err(FAILED, "%s", options->kbmend);
	if (options->as_user)
		setup.kbmend = copy_installation(setup.kbmend, setup.scratch);
	read_whole(KBM_SOURCE_DIR "/examples/exch1/SYSTEM", &setup.hive);
	read_whole(KBM_SOURCE_DIR "/examples/exch1/directory.ldif", &setup.ldif);
	return setup;
}

/* --- one case, in a process of its own ------------------------------------------------------- */

/* Limits cost their time: those cases are run once, the others as text too. */
static bool is_quick(const struct hostile_case *run)
{
	for (size_t i = 0; i < run->script_count; i++)
		if (strstr(run->scripts[i].ends, "cpu") != NULL)
			return false;
	return true;
}

static _Noreturn void run_case(const struct trial_setup *setup, const struct hostile_case *run,
			       long baseline_ms)
{
	struct trial_outcome outcome;
	struct kbm_bytes complaints;
	kbm_bytes_init(&complaints, MAX_COMPLAINTS);
	trial_run(setup, run, "json", &outcome);
	judge_json(run, &outcome, baseline_ms, &complaints);
	trial_outcome_clear(&outcome);
	if (is_quick(run)) {
		trial_run(setup, run, "text", &outcome);
		judge_text(&outcome, &complaints);
		trial_outcome_clear(&outcome);
	}
	if (complaints.length > 0)
		printf("FAIL %s\n%s", run->name, kbm_bytes_text(&complaints));
	fflush(stdout);
	_exit(complaints.length > 0 ? 1 : 0);
}

/* --- all cases ------------------------------------------------------------------------------- */

struct tally {
	unsigned running;
	size_t passed;
	size_t failed;
};

static void wait_for_one(struct tally *tally)
{
	int status = 0;
	if (wait(&status) < 0)
		err(FAILED, "wait");
	tally->running--;
	if (status == 0)
		tally->passed++;
	else
		tally->failed++;
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		printf("FAIL a trial could not be made (status %d)\n", status);
}

static void run_all(const struct trial_setup *setup, const struct hostile_cases *cases,
		    const struct options *options, long baseline_ms, struct tally *tally)
{
	for (size_t i = 0; i < cases->count; i++) {
		const struct hostile_case *run = &cases->items[i];
		if (options->only != NULL && strstr(run->name, options->only) == NULL)
			continue;
		if (tally->running >= options->jobs)
			wait_for_one(tally);
		fflush(stdout);
		pid_t child = fork();
		if (child < 0)
			err(FAILED, "fork");
		if (child == 0)
			run_case(setup, run, baseline_ms);
		tally->running++;
	}
	while (tally->running > 0)
		wait_for_one(tally);
}

/* The CPU time of a run in which nothing happens. */
static long measure_baseline(const struct trial_setup *setup)
{
	struct hostile_case sound;
	struct kbm_bytes complaints;
	long most = 1;
	kbm_bytes_init(&complaints, MAX_COMPLAINTS);
	hostile_case_make_sound(&sound);
	for (int i = 0; i < BASELINES; i++) {
		struct trial_outcome outcome;
		trial_run(setup, &sound, "json", &outcome);
		judge_json(&sound, &outcome, TRIAL_TIMEOUT_MS, &complaints);
		most = outcome.cpu_ms > most ? outcome.cpu_ms : most;
		trial_outcome_clear(&outcome);
	}
	if (complaints.length > 0)
		errx(FAILED, "a sound script:\n%s", kbm_bytes_text(&complaints));
	return most;
}

static int run_folders(const struct options *options, char **folders)
{
	struct hostile_cases cases = {0};
	struct tally tally = {0};
	for (; *folders != NULL; folders++)
		hostile_cases_read(&cases, *folders, options->adapt);
	struct trial_setup setup = make_setup(options);
	long baseline_ms = measure_baseline(&setup);
	run_all(&setup, &cases, options, baseline_ms, &tally);
	remove_folder(setup.scratch);
	if (cases.skipped > 0)
		printf("%zu do not apply\n", cases.skipped);
	printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
	return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}

static struct options read_options(int argc, char **argv)
{
	static const struct option names[] = {{"user", required_argument, NULL, 'u'},
					      {"adapt", required_argument, NULL, 'a'},
					      {"only", required_argument, NULL, 'o'},
					      {0}};
	struct options options = {.jobs = 2};
	for (int option; (option = getopt_long(argc, argv, "j:", names, NULL)) != -1;) {
		if (option == 'j')
			options.jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'a')
			options.adapt = optarg;
		else if (option == 'o')
			options.only = optarg;
		else if (option == 'u')
			options.user = (uid_t)strtoul(optarg, NULL, 10);
		else
			exit(FAILED);
	}
	if (argc - optind < 2 || options.jobs == 0 || options.jobs > MAX_JOBS)
		errx(FAILED, "run_hostile [-j JOBS] [--user UID] [--adapt FOLDER] [--only NAME] "
			     "KBMEND CASES-FOLDER...");
	options.as_user = options.user != 0;
	options.kbmend = argv[optind];
	return options;
}

int main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	char **folders = argv + optind + 1;
	struct stat status;
	if (stat(folders[0], &status) != 0) {
		printf("skipped: no folder %s\n", folders[0]);
		return SKIPPED;
	}
	if (options.as_user && geteuid() != 0) {
		printf("skipped: an ordinary user runs all of it as one\n");
		return SKIPPED;
	}
	return run_folders(&options, folders);
}
