/* Looking a server up, and connecting to it. */
#include "source/dial.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static enum kbm_code take_path(const char *path, struct kbm_addresses *addresses,
			       struct kbm_error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return kbm_fail(error, KBM_UNREADABLE, "a socket's path has at most %zu bytes",
				sizeof address.sun_path - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	memcpy(&addresses->items[0].address, &address, sizeof address);
	addresses->items[0].length = sizeof address;
	addresses->count = 1;
	return KBM_OK;
}

/* What a look-up came to; it passes through a pipe in one piece. */
struct look_up {
	int failed; /* as getaddrinfo() says; 0: not */
	int number; /* errno, where it failed with EAI_SYSTEM */
	struct kbm_addresses addresses;
};
_Static_assert(sizeof(struct look_up) <= PIPE_BUF, "is written at once");

static void take_addresses(const struct addrinfo *found, struct kbm_addresses *addresses)
{
	for (const struct addrinfo *item = found;
	     item != NULL && addresses->count < KBM_LDAP_MAX_ADDRESSES; item = item->ai_next) {
		if (item->ai_addrlen > sizeof addresses->items[0].address)
			continue;
		memcpy(&addresses->items[addresses->count].address, item->ai_addr,
		       item->ai_addrlen);
		addresses->items[addresses->count++].length = item->ai_addrlen;
	}
}

static void look_up(const struct kbm_ldap_uri *uri, int flags, struct look_up *result)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_NUMERICSERV | flags};
	struct addrinfo *found = NULL;
	char port[8];
	memset(result, 0, sizeof *result);
	snprintf(port, sizeof port, "%u", uri->port);
	result->failed = getaddrinfo(uri->host, port, &hints, &found);
	result->number = errno;
	if (result->failed != 0)
		return;
	take_addresses(found, &result->addresses);
	freeaddrinfo(found);
}

/* In a process of its own, since a resolver has no time limit but its system's. */
static pid_t start_look_up(const struct kbm_ldap_uri *uri, const int pipe[2])
{
	pid_t child = fork();
	if (child != 0)
		return child;
	struct look_up result;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(pipe[0]);
	look_up(uri, 0, &result);
	_exit(write(pipe[1], &result, sizeof result) == sizeof result ? 0 : 1);
}

/* False: there was none within the time. */
static bool await_look_up(int pipe, uint32_t timeout_ms, struct look_up *result)
{
	uint64_t deadline = kbm_clock_ms() + timeout_ms;
	for (;;) {
		uint64_t now = kbm_clock_ms();
		struct pollfd polled = {pipe, POLLIN, 0};
		int ready = poll(&polled, 1, now < deadline ? (int)(deadline - now) : 0);
		if (ready > 0)
			return read(pipe, result, sizeof *result) == sizeof *result;
		if (ready == 0 || errno != EINTR)
			return false;
	}
}

static enum kbm_code look_up_elsewhere(const struct kbm_ldap_uri *uri, uint32_t timeout_ms,
				       struct look_up *result, struct kbm_error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return kbm_fail(error, KBM_IO, "no pipe: %s", strerror(errno));
	pid_t child = start_look_up(uri, ends);
	int failed = errno;
	close(ends[1]);
	bool is_there = child > 0 && await_look_up(ends[0], timeout_ms, result);
	close(ends[0]);
	if (child < 0)
		return kbm_fail(error, KBM_IO, "no process: %s", strerror(failed));
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return is_there ? KBM_OK
			: kbm_fail(error, KBM_UNREADABLE,
				   "looking its address up had no end within %u.%u s "
				   "(--server-timeout)",
				   timeout_ms / 1000, timeout_ms % 1000 / 100);
}

enum kbm_code kbm_dial_resolve(const struct kbm_ldap_uri *uri, uint32_t timeout_ms,
			       struct kbm_addresses *addresses, struct kbm_error *error)
{
	struct look_up result;
	addresses->count = 0;
	if (uri->scheme == KBM_LDAP_SOCKET)
		return take_path(uri->host, addresses, error);
	look_up(uri, AI_NUMERICHOST, &result);
	enum kbm_code code = KBM_OK;
	if (result.failed != 0)
		code = look_up_elsewhere(uri, timeout_ms, &result, error);
	if (code != KBM_OK)
		return code;
	if (result.failed != 0)
		return kbm_fail(error, KBM_UNREADABLE, "its address cannot be looked up: %s",
				result.failed == EAI_SYSTEM ? strerror(result.number)
							    : gai_strerror(result.failed));
	*addresses = result.addresses;
	return addresses->count > 0 ? KBM_OK : kbm_fail(error, KBM_UNREADABLE, "it has no address");
}

void kbm_addresses_set_port(struct kbm_addresses *addresses, uint16_t port)
{
	for (size_t i = 0; i < addresses->count; i++) {
		struct sockaddr_storage *address = &addresses->items[i].address;
		if (address->ss_family == AF_INET)
			((struct sockaddr_in *)address)->sin_port = htons(port);
		else if (address->ss_family == AF_INET6)
			((struct sockaddr_in6 *)address)->sin6_port = htons(port);
	}
}

/* Waits for a connection that is under way: 0, or an error's number. */
static int await_connected(int descriptor, uint64_t deadline)
{
	for (;;) {
		uint64_t now = kbm_clock_ms();
		struct pollfd polled = {descriptor, POLLOUT, 0};
		if (now >= deadline)
			return ETIMEDOUT;
		int ready = poll(&polled, 1, (int)(deadline - now));
		if (ready < 0 && errno != EINTR)
			return errno;
		if (ready > 0)
			break;
	}
	int failed = 0;
	socklen_t size = sizeof failed;
	return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failed, &size) != 0 ? errno : failed;
}

/* Questions are small and each waits for its answer; and a peer that is gone is to be noticed. */
static void tune(int descriptor)
{
	const int on = 1;
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static int connect_to(const struct sockaddr_storage *address, socklen_t length, uint64_t deadline,
		      int *connected)
{
	int descriptor = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return errno;
	int failed = connect(descriptor, (const struct sockaddr *)address, length) == 0 ? 0 : errno;
	if (failed == EINPROGRESS || failed == EINTR)
		failed = await_connected(descriptor, deadline);
	if (failed == 0 && fcntl(descriptor, F_SETFL, 0) != 0) /* libldap's reads block */
		failed = errno;
	if (failed != 0) {
		close(descriptor);
		return failed;
	}
	if (address->ss_family != AF_UNIX)
		tune(descriptor);
	*connected = descriptor;
	return 0;
}

enum kbm_code kbm_dial(const struct kbm_addresses *addresses, uint32_t timeout_ms, int *socket,
		       struct kbm_error *error)
{
	uint64_t deadline = kbm_clock_ms() + timeout_ms;
	int failed = EHOSTUNREACH;
	for (size_t i = 0; i < addresses->count; i++) {
		/* One that does not answer leaves their shares to the others. */
		uint64_t now = kbm_clock_ms();
		uint64_t left = now < deadline ? deadline - now : 0;
		failed = connect_to(&addresses->items[i].address, addresses->items[i].length,
				    now + left / (addresses->count - i), socket);
		if (failed == 0)
			return KBM_OK;
	}
	if (failed == ETIMEDOUT)
		return kbm_fail(error, KBM_UNREADABLE, "no connection within %u.%u s",
				timeout_ms / 1000, timeout_ms % 1000 / 100);
	return kbm_fail(error, KBM_UNREADABLE, "no connection: %s", strerror(failed));
}
