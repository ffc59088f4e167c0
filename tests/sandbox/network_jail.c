/* Attacks by native code from inside the jail of kbmend-directory, as whoever runs this and, as
 * root, as an ordinary user too. Each must end as its row says, and leave file and process alone.
 */
#include "network_attacks.h"

#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	ORDINARY_USER = 65534,
	ROW_MS = 30000,
	/* What a row's process says by its status, above all errors' numbers. */
	WENT_THROUGH = 250,
	NOT_JAILED = 251,
	NOT_PREPARED = 252
};

static char folder[64];

static void stop(const char *what)
{
	fprintf(stderr, "network_jail: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void demand(bool holds, const char *what)
{
	if (!holds)
		stop(what);
}

/* --- surroundings ---------------------------------------------------------------------------- */

static int listen_tcp(int family, uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(*port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr_in6 address_6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(*port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t size = sizeof address;
	int made = socket(family, SOCK_STREAM, 0);
	bool is_4 = family == AF_INET;
	if (made < 0 ||
	    bind(made, is_4 ? (void *)&address : (void *)&address_6,
		 is_4 ? sizeof address : sizeof address_6) != 0 ||
	    listen(made, 64) != 0)
		return -1;
	if (is_4 && getsockname(made, (struct sockaddr *)&address, &size) == 0)
		*port = ntohs(address.sin_port);
	return made;
}

static void listen_unix(const char *name, size_t zeros)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + zeros + strlen(name));
	int made = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path + zeros, sizeof address.sun_path - zeros, "%s", name);
	demand(made >= 0 && bind(made, (struct sockaddr *)&address, length) == 0 &&
		   listen(made, 64) == 0,
	       name);
	if (zeros == 0)
		demand(chmod(name, 0777) == 0, name);
}

static void die_with_parent(void)
{
	demand(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl");
}

/* Gives back what it reads, one connection after the other. */
static pid_t start_echo(int listener)
{
	pid_t made = fork();
	if (made != 0)
		return made;
	die_with_parent();
	for (;;) {
		char bytes[64];
		ssize_t got = 0;
		int connection = accept(listener, NULL, NULL);
		while ((got = read(connection, bytes, sizeof bytes)) > 0)
			if (write(connection, bytes, (size_t)got) != got)
				break;
		close(connection);
	}
}

static pid_t start_victim(bool as_user)
{
	pid_t made = fork();
	if (made != 0)
		return made;
	die_with_parent();
	if (as_user)
		demand(setresuid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER) == 0, "setresuid");
	for (;;)
		pause();
}

/* --- one row --------------------------------------------------------------------------------- */

static void give_up_root(void)
{
	demand(setgroups(0, NULL) == 0 &&
		   setresgid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER) == 0 &&
		   setresuid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER) == 0,
	       "setresuid");
}

static void attack(const struct kbm_network_attack *row,
		   const struct kbm_network_surroundings *around, bool as_user)
{
	const struct kbm_jail_order order = {
	    .profile = row->profile != 0 ? row->profile : KBM_JAIL_NETWORK,
	    .ports = {around->permitted},
	    .port_count = 1,
	    .memory_bytes = KBM_NETWORK_MEMORY_MIB * KBM_MIB,
	    .tries = true,
	};
	struct kbm_jail_state state;
	struct kbm_error error = {0};
	if (as_user)
		give_up_root();
	die_with_parent(); /* a change of user takes it away */
	if (row->before != NULL && row->before() != 0)
		_exit(NOT_PREPARED);
	kbm_jail_prepare();
	if (kbm_jail_enter(&order, &state, &error) != KBM_OK)
		_exit(NOT_JAILED);
	int failed = row->run(around);
	_exit(failed == 0 ? WENT_THROUGH : failed);
}

/* The wait status of a row's process, which has its time. */
static int await_end(pid_t process)
{
	const struct timespec pause_time = {0, 1000000};
	uint64_t deadline = kbm_clock_ms() + ROW_MS;
	int status = 0;
	for (;;) {
		pid_t ended = waitpid(process, &status, WNOHANG);
		demand(ended >= 0, "waitpid");
		if (ended == process)
			return status;
		if (kbm_clock_ms() >= deadline)
			kill(process, SIGKILL);
		nanosleep(&pause_time, NULL);
	}
}

static void name_end(int ended, char text[static 80])
{
	if (ended == KBM_NETWORK_WORKS)
		snprintf(text, 80, "it went through");
	else if (ended < 0)
		snprintf(text, 80, "signal %d (%s)", -ended, strsignal(-ended));
	else if (ended == NOT_JAILED || ended == NOT_PREPARED)
		snprintf(text, 80, "there was no jail");
	else
		snprintf(text, 80, "error %d (%s)", ended, strerror(ended));
}

static bool run(const struct kbm_network_attack *row, const struct kbm_network_surroundings *around,
		bool as_user)
{
	char wanted[80];
	char got[80];
	fflush(NULL);
	pid_t process = fork();
	demand(process >= 0, "fork");
	if (process == 0)
		attack(row, around, as_user);
	int status = await_end(process);
	int ended = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	if (!WIFSIGNALED(status) && ended == WENT_THROUGH)
		ended = KBM_NETWORK_WORKS;
	if (ended == row->ends)
		return true;
	name_end(row->ends, wanted);
	name_end(ended, got);
	printf("%s: %s%s: %s, not %s\n", ended == KBM_NETWORK_WORKS ? "ESCAPED" : "FAILED",
	       row->name, as_user ? " (as an ordinary user)" : "", got, wanted);
	return false;
}

/* What no row may have touched. */
static bool is_untouched(const char *name, pid_t victim)
{
	struct stat canary;
	struct stat made;
	bool held = stat("canary", &canary) == 0 && canary.st_size == 1 &&
		    (canary.st_mode & 07777) == 0600 && lstat("pwned", &made) != 0 &&
		    waitpid(victim, NULL, WNOHANG) == 0;
	if (!held)
		printf("ESCAPED: %s: a file or a process was touched\n", name);
	return held;
}

/* --- the whole ------------------------------------------------------------------------------- */

static long landlock_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

static void run_all(struct kbm_network_surroundings *around, bool as_user, size_t counts[static 2])
{
	around->victim = start_victim(as_user);
	size_t skipped = 0;
	for (size_t i = 0; i < kbm_network_attack_count; i++) {
		const struct kbm_network_attack *row = &kbm_network_attacks[i];
		if (landlock_version() < (long)row->landlock) {
			printf("skipped: %s: this system has no Landlock of version %u\n",
			       row->name, row->landlock);
			skipped++;
			continue;
		}
		/* A time limit ends the socket: each row has its own. */
		int pair[2];
		demand(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
		around->channel = pair[0];
		bool held = run(row, around, as_user) && is_untouched(row->name, around->victim);
		counts[held]++;
		close(pair[0]);
		close(pair[1]);
	}
	kill(around->victim, SIGKILL);
	waitpid(around->victim, NULL, 0);
}

int main(void)
{
	struct kbm_network_surroundings around = {0};
	size_t counts[2] = {0, 0};
	char name[32];
	snprintf(name, sizeof name, "kbmend-test-%ld", (long)getpid());
	snprintf(folder, sizeof folder, "/tmp/kbmend-network.XXXXXX");
	demand(mkdtemp(folder) != NULL && chmod(folder, 0777) == 0 && chdir(folder) == 0, folder);
	around.file = open("canary", O_CREAT | O_RDWR, 0600);
	demand(around.file >= 0 && write(around.file, "x", 1) == 1, "canary");
	if (getuid() == 0) /* so that only the jail keeps the ordinary user off it */
		demand(fchown(around.file, ORDINARY_USER, ORDINARY_USER) == 0, "chown");
	int echoing = listen_tcp(AF_INET, &around.permitted);
	around.listener = listen_tcp(AF_INET, &around.forbidden);
	demand(echoing >= 0 && around.listener >= 0, "listen");
	if (listen_tcp(AF_INET6, &around.forbidden) < 0)
		puts("without IPv6");
	listen_unix("socket", 0);
	listen_unix(name, 1);
	around.path = "socket";
	around.abstract = name;
	pid_t echo = start_echo(echoing);
	run_all(&around, false, counts);
	if (getuid() == 0)
		run_all(&around, true, counts);
	kill(echo, SIGKILL);
	waitpid(echo, NULL, 0);
	unlink("socket");
	unlink("canary");
	demand(chdir("/") == 0 && rmdir(folder) == 0, folder);
	printf("%zu passed, %zu failed\n", counts[true], counts[false]);
	return counts[false] == 0 && counts[true] > 0 ? 0 : 1;
}
