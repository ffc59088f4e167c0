/* A time limit for a blocking step on a socket. */
#include "source/deadline.h"

#include <signal.h>
#include <sys/socket.h>
#include <time.h>

/* A shutdown that comes between two calls on the socket is seen by the next one; another one soon
 * after costs nothing, where the first came before the socket was connected. */
enum { AGAIN_MS = 100 };

static timer_t timer;
static volatile sig_atomic_t watched = -1;
static volatile sig_atomic_t passed;

static void on_alarm(int number)
{
	(void)number;
	if (watched < 0)
		return;
	passed = 1;
	shutdown(watched, SHUT_RDWR); /* async-signal-safe [signal-safety(7)] */
}

enum kbm_code kbm_deadline_prepare(struct kbm_error *error)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	sigset_t alarm;
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	if (sigaction(SIGALRM, &action, NULL) != 0 || sigprocmask(SIG_UNBLOCK, &alarm, NULL) != 0 ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		return kbm_fail(error, KBM_INTERNAL, "a timer cannot be had");
	return KBM_OK;
}

void kbm_deadline_start(int socket, uint32_t timeout_ms)
{
	const struct itimerspec limit = {
	    .it_interval = {0, (long)AGAIN_MS * 1000000},
	    .it_value = {timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000}};
	passed = 0;
	watched = socket;
	timer_settime(timer, 0, &limit, NULL);
}

bool kbm_deadline_stop(void)
{
	const struct itimerspec none = {0};
	timer_settime(timer, 0, &none, NULL);
	watched = -1;
	return passed != 0;
}
