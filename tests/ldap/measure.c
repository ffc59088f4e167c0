/* measure FILE COMMAND...: runs a command; writes its wall time in milliseconds and the largest
 * memory (KiB, resident) that any of its processes came to into FILE; exit status as the command's.
 * What the command leaves behind is waited for too. Ended after a minute: 124. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_SECONDS 60
#define STATUS_TIME  124

static volatile sig_atomic_t is_over;

static void on_alarm(int signal)
{
	(void)signal;
	is_over = 1;
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Children that lost their parents are ours, so that their memory counts. */
static int wait_for_all(pid_t command)
{
	int status = 0;
	int first = STATUS_TIME << 8;
	for (;;) {
		pid_t ended = wait(&status);
		if (ended == command)
			first = status;
		if (ended < 0 && errno == ECHILD)
			return first;
		if (ended < 0 && is_over) {
			kill(-command, SIGKILL);
			is_over = 0;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND...\n");
		return 64;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	long begun = now_ms();
	pid_t command = fork();
	if (command == 0) {
		setpgid(0, 0);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	struct sigaction action = {.sa_handler = on_alarm};
	sigaction(SIGALRM, &action, NULL);
	alarm(MOST_SECONDS);
	int status = wait_for_all(command);
	long took = now_ms() - begun;

	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	FILE *file = fopen(argv[1], "w");
	if (file == NULL || fprintf(file, "%ld %ld\n", took, usage.ru_maxrss) < 0 ||
	    fclose(file) != 0) {
		perror(argv[1]);
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
