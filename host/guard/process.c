/* Starting kbmend's other programs. */
#include "guard/process.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The descriptors that the program starts with: an error's number, or 0. */
static int add_actions(posix_spawn_file_actions_t *actions, int socket)
{
	int failed = posix_spawn_file_actions_adddup2(actions, socket, KBM_WORKER_SOCKET);
	if (failed == 0)
		failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null",
							  O_RDONLY, 0);
	if (failed == 0)
		failed = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null",
							  O_WRONLY, 0);
#ifndef KBM_SANITIZE /* a sanitizer's finding has to be seen */
	if (failed == 0)
		failed = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null",
							  O_WRONLY, 0);
#endif
	if (failed == 0)
		failed = posix_spawn_file_actions_addclosefrom_np(actions, KBM_WORKER_SOCKET + 1);
	return failed;
}

/* Nothing is inherited but the socket: no environment, no descriptors, no signals. */
static int exec(const struct kbm_process_order *order, int socket, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t all;
	sigemptyset(&none);
	sigfillset(&all);
	int failed = posix_spawn_file_actions_init(&actions);
	if (failed != 0)
		return failed;
	failed = posix_spawnattr_init(&attributes);
	if (failed != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return failed;
	}
	failed = add_actions(&actions, socket);
	short group = order->is_apart ? POSIX_SPAWN_SETPGROUP : 0;
	posix_spawnattr_setflags(&attributes,
				 (short)(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	if (failed == 0) {
		char *arguments[] = {(char *)order->path, NULL};
		char *environment[] = {(char *)order->setting, NULL};
		failed =
		    posix_spawn(pid, order->path, &actions, &attributes, arguments, environment);
	}
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* A stream socket pair whose ends lie above the standard descriptors. */
enum kbm_code kbm_process_pair(int pair[2], struct kbm_error *error)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return kbm_fail(error, KBM_IO, "a socket cannot be made: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		if (pair[i] > STDERR_FILENO)
			continue;
		int moved = fcntl(pair[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close(pair[i]);
		pair[i] = moved;
	}
	if (pair[0] >= 0 && pair[1] >= 0)
		return KBM_OK;
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
	}
	return kbm_fail(error, KBM_IO, "a socket cannot be made: too many open files");
}

enum kbm_code kbm_process_start(const struct kbm_process_order *order, pid_t *pid,
				struct kbm_channel *channel, struct kbm_error *error)
{
	int pair[2];
	enum kbm_code code = kbm_process_pair(pair, error);
	if (code != KBM_OK)
		return code;
	int failed = exec(order, pair[1], pid);
	close(pair[1]);
	if (failed != 0) {
		*pid = 0;
		close(pair[0]);
		return kbm_fail(error, KBM_IO, "%s %.160s cannot be started: %s", order->what,
				order->path, strerror(failed));
	}
	kbm_channel_init(channel, pair[0], 0, KBM_WIRE_MAX_DOWN, KBM_WIRE_MAX_DOWN);
	return KBM_OK;
}

enum kbm_code kbm_process_greet(const struct kbm_process_order *order, struct kbm_channel *channel,
				struct kbm_bytes *body, struct kbm_error *error)
{
	enum kbm_message type;
	uint16_t id;
	struct kbm_hello hello = {0};
	struct kbm_error reason = {0};
	uint64_t deadline = kbm_clock_ms() + KBM_WORKER_START_MS;
	enum kbm_code code = kbm_channel_receive(channel, KBM_MESSAGE_BIT(KBM_MESSAGE_HELLO),
						 deadline, body, &type, &id, &reason);
	if (code == KBM_OK)
		code = kbm_message_decode(KBM_MESSAGE_HELLO, body->data, body->length, &hello,
					  &reason);
	if (code != KBM_OK)
		return kbm_fail(error, KBM_INTERNAL,
				"%.150s is no part of kbmend: instead of a greeting, %.60s",
				order->path, reason.message);
	if (hello.protocol == KBM_PROTOCOL_VERSION && strcmp(hello.version, KBM_VERSION) == 0)
		return KBM_OK;
	return kbm_fail(error, KBM_INTERNAL,
			"kbmend %s (protocol %u) cannot work with %.120s, which is %.20s (protocol "
			"%u): install both from one build",
			KBM_VERSION, (unsigned)KBM_PROTOCOL_VERSION, order->path, hello.version,
			(unsigned)hello.protocol);
}
