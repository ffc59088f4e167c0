/* Running cases side by side. */
#include "command/trial_jobs.h"

#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A case that runs. */
struct running {
	pid_t process; /* 0: none, this place is free */
	int answers;   /* its pipe's end */
	size_t index;
	uint64_t began_ms;
	struct kbm_bytes answer;
};

/* --- the child ------------------------------------------------------------------------------- */

/* What is said while a case runs is in its answer. */
static void be_silent(void)
{
#ifndef KBM_SANITIZE /* a sanitizer's finding has to be seen */
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (nothing >= 0)
		dup2(nothing, STDERR_FILENO);
#endif
}

static bool write_all(int to, const struct kbm_bytes *bytes)
{
	for (size_t at = 0; at < bytes->length;) {
		ssize_t written =
		    TEMP_FAILURE_RETRY(write(to, bytes->data + at, bytes->length - at));
		if (written <= 0)
			return false;
		at += (size_t)written;
	}
	return true;
}

static _Noreturn void run_in_child(const struct kbm_options *options,
				   const struct kbm_trial_order *order, int to, pid_t parent)
{
	struct kbm_bytes answer;
	kbm_bytes_init(&answer, KBM_TRIAL_MAX_BYTES + 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	be_silent();
	kbm_trial_run(options, order, &answer);
	bool done = !answer.failed && write_all(to, &answer);
	kbm_bytes_clear(&answer);
	_exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* --- the parent ------------------------------------------------------------------------------ */

static enum kbm_code start(const struct kbm_options *options, const struct kbm_trial_order *order,
			   size_t index, struct running *place, struct kbm_error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return kbm_fail(error, KBM_IO, "a pipe cannot be made: %s", strerror(errno));
	pid_t parent = getpid();
	pid_t process = fork();
	if (process == 0) {
		close(ends[0]);
		run_in_child(options, order, ends[1], parent);
	}
	int reason = errno;
	close(ends[1]);
	if (process < 0) {
		close(ends[0]);
		return kbm_fail(error, KBM_IO, "a process cannot be started: %s", strerror(reason));
	}
	*place = (struct running){process, ends[0], index, kbm_clock_ms(), {0}};
	kbm_bytes_init(&place->answer, KBM_TRIAL_MAX_BYTES + 1);
	return KBM_OK;
}

/* Judges the case whose process has ended. */
static enum kbm_code finish(struct running *place, struct kbm_trial *trial, struct kbm_error *error)
{
	char problem[KBM_ERROR_MESSAGE_BYTES] = "";
	int status = 0;
	close(place->answers);
	if (TEMP_FAILURE_RETRY(waitpid(place->process, &status, 0)) < 0)
		snprintf(problem, sizeof problem, "its process was lost: %s", strerror(errno));
	else if (WIFSIGNALED(status))
		snprintf(problem, sizeof problem, "its process was ended: %s",
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != EXIT_SUCCESS || place->answer.failed)
		snprintf(problem, sizeof problem, "its process failed, with status %d",
			 WEXITSTATUS(status));
	bool done = problem[0] != '\0' ? kbm_trial_break(trial, problem)
				       : kbm_trial_take(trial, &place->answer);
	trial->took_ms = kbm_clock_ms() - place->began_ms;
	kbm_bytes_clear(&place->answer);
	*place = (struct running){0};
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* Reads a piece of an answer; false when that was all. */
static bool read_piece(struct running *place)
{
	char piece[16 * KBM_KIB];
	ssize_t count = TEMP_FAILURE_RETRY(read(place->answers, piece, sizeof piece));
	if (count <= 0)
		return false;
	kbm_bytes_append(&place->answer, piece, (size_t)count);
	return true;
}

/* Waits until one of them has something to say, and takes it. */
static enum kbm_code await(struct running *places, size_t at_once,
			   const struct kbm_trial_order *orders, kbm_trial_done *done,
			   void *context, struct kbm_error *error)
{
	struct pollfd waited[KBM_TRIAL_MAX_JOBS];
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < at_once; i++)
		waited[i] = (struct pollfd){.fd = places[i].process == 0 ? -1 : places[i].answers,
					    .events = POLLIN};
	if (TEMP_FAILURE_RETRY(poll(waited, at_once, -1)) < 0)
		return kbm_fail(error, KBM_IO, "poll: %s", strerror(errno));
	for (size_t i = 0; code == KBM_OK && i < at_once; i++) {
		if (waited[i].revents == 0 || read_piece(&places[i]))
			continue;
		size_t index = places[i].index;
		code = finish(&places[i], orders[index].trial, error);
		if (code == KBM_OK)
			done(context, index);
	}
	return code;
}

static bool is_any_running(const struct running *places, size_t at_once)
{
	for (size_t i = 0; i < at_once; i++)
		if (places[i].process != 0)
			return true;
	return false;
}

static void end_all(struct running *places, size_t at_once)
{
	for (size_t i = 0; i < at_once; i++) {
		if (places[i].process == 0)
			continue;
		kill(places[i].process, SIGKILL);
		TEMP_FAILURE_RETRY(waitpid(places[i].process, NULL, 0));
		close(places[i].answers);
		kbm_bytes_clear(&places[i].answer);
	}
}

enum kbm_code kbm_trial_jobs_run(const struct kbm_options *options,
				 const struct kbm_trial_order *orders, size_t count, size_t at_once,
				 kbm_trial_done *done, void *context, struct kbm_error *error)
{
	struct running places[KBM_TRIAL_MAX_JOBS] = {0};
	size_t begun = 0;
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && (begun < count || is_any_running(places, at_once))) {
		for (size_t i = 0; code == KBM_OK && i < at_once && begun < count; i++) {
			if (places[i].process != 0)
				continue;
			code = start(options, &orders[begun], begun, &places[i], error);
			begun += code == KBM_OK;
		}
		if (code == KBM_OK)
			code = await(places, at_once, orders, done, context, error);
	}
	end_all(places, at_once);
	return code;
}
