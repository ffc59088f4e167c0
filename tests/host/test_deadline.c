/* source/deadline: whatever waits for a socket ends with its time, and only then. */
#include "source/deadline.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLACK_MS = 5000 }; /* of a busy machine */

static void prepare(int pair[static 2])
{
	struct kbm_error error = {0};
	enum kbm_code code = kbm_deadline_prepare(&error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0));
}

/* Sleeps on where a signal ended it. */
static void wait_ms(long ms)
{
	struct timespec rest = {ms / 1000, ms % 1000 * 1000000};
	while (nanosleep(&rest, &rest) != 0)
		;
}

/* Reads till nothing comes any more; how many bytes came. */
static size_t read_out(int socket)
{
	size_t count = 0;
	for (;;) {
		char byte;
		ssize_t got = read(socket, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return count;
		count++;
	}
}

static void check_time(uint64_t begun, uint64_t wanted)
{
	uint64_t took = kbm_clock_ms() - begun;
	bool in_time = took + 10 >= wanted && took < wanted + SLACK_MS;
	cr_expect(eq(int, in_time, true), "%llu ms, not %llu", (unsigned long long)took,
		  (unsigned long long)wanted);
}

Test(deadline, ends_the_wait_for_a_silent_peer, .timeout = 30)
{
	int pair[2];
	prepare(pair);
	uint64_t begun = kbm_clock_ms();
	kbm_deadline_start(pair[0], 150);
	size_t count = read_out(pair[0]);
	bool passed = kbm_deadline_stop();
	check_time(begun, 150);
	cr_expect(eq(int, passed, true));
	cr_expect(eq(sz, count, 0));
	/* It is the caller's still, but leads nowhere. */
	signal(SIGPIPE, SIG_IGN);
	cr_expect(eq(int, (int)write(pair[0], "x", 1), -1));
	cr_expect(eq(int, close(pair[0]), 0));
}

/* Each byte comes in time; all of them would take a minute. */
Test(deadline, ends_an_answer_that_drips, .timeout = 30)
{
	int pair[2];
	prepare(pair);
	pid_t dripping = fork();
	if (dripping == 0) {
		signal(SIGPIPE, SIG_DFL);
		for (int i = 0; i < 6000 && write(pair[1], "x", 1) == 1; i++)
			wait_ms(10);
		_exit(0);
	}
	uint64_t begun = kbm_clock_ms();
	kbm_deadline_start(pair[0], 300);
	size_t count = read_out(pair[0]);
	bool passed = kbm_deadline_stop();
	check_time(begun, 300);
	cr_expect(eq(int, passed, true));
	cr_expect(ne(sz, count, 0));
	kill(dripping, SIGKILL);
	waitpid(dripping, NULL, 0);
}

Test(deadline, leaves_alone_what_is_in_time, .timeout = 30)
{
	int pair[2];
	char byte = 0;
	prepare(pair);
	kbm_deadline_start(pair[0], 60000);
	cr_expect(eq(int, (int)write(pair[1], "x", 1), 1));
	cr_expect(eq(int, (int)read(pair[0], &byte, 1), 1));
	bool passed = kbm_deadline_stop();
	cr_expect(eq(int, passed, false));
	/* Stopped, it does not come back. */
	kbm_deadline_start(pair[0], 40);
	passed = kbm_deadline_stop();
	cr_expect(eq(int, passed, false));
	wait_ms(200);
	cr_expect(eq(int, (int)write(pair[1], "y", 1), 1));
	cr_expect(eq(int, (int)read(pair[0], &byte, 1), 1));
	cr_expect(eq(int, byte, 'y'));
}

Test(deadline, starts_afresh, .timeout = 30)
{
	int first[2];
	int second[2];
	char byte = 0;
	prepare(first);
	cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM, 0, second), 0));
	for (size_t i = 0; i < 2; i++) {
		uint64_t begun = kbm_clock_ms();
		kbm_deadline_start(i == 0 ? first[0] : second[0], 60);
		read_out(i == 0 ? first[0] : second[0]);
		bool passed = kbm_deadline_stop();
		check_time(begun, 60);
		cr_expect(eq(int, passed, true), "time %zu", i);
	}
	/* One that passed is not remembered. */
	cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM, 0, second), 0));
	kbm_deadline_start(second[0], 60000);
	cr_expect(eq(int, (int)write(second[1], "x", 1), 1));
	cr_expect(eq(int, (int)read(second[0], &byte, 1), 1));
	bool passed = kbm_deadline_stop();
	cr_expect(eq(int, passed, false));
}

/* A longer limit in place of a shorter one. */
Test(deadline, may_be_set_anew, .timeout = 30)
{
	int pair[2];
	prepare(pair);
	uint64_t begun = kbm_clock_ms();
	kbm_deadline_start(pair[0], 50);
	kbm_deadline_start(pair[0], 1200);
	read_out(pair[0]);
	bool passed = kbm_deadline_stop();
	check_time(begun, 1200);
	cr_expect(eq(int, passed, true));
}

/* The time passes before the socket is connected, when a shutdown has no effect. */
Test(deadline, comes_again, .timeout = 30)
{
	int pair[2];
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	prepare(pair);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int made = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert(eq(int, bind(listener, (struct sockaddr *)&address, size), 0));
	cr_assert(eq(int, listen(listener, 1), 0));
	getsockname(listener, (struct sockaddr *)&address, &size);
	kbm_deadline_start(made, 20);
	wait_ms(60);
	while (connect(made, (struct sockaddr *)&address, size) != 0 && errno == EINTR)
		;
	size_t count = read_out(made);
	bool passed = kbm_deadline_stop();
	cr_expect(eq(int, passed, true));
	cr_expect(eq(sz, count, 0));
}

/* Whoever blocks SIGALRM before does not keep it from coming. */
Test(deadline, holds_where_the_signal_was_blocked, .timeout = 30)
{
	int pair[2];
	sigset_t alarm;
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm, NULL);
	prepare(pair);
	kbm_deadline_start(pair[0], 50);
	read_out(pair[0]);
	bool passed = kbm_deadline_stop();
	cr_expect(eq(int, passed, true));
}
