/* source/dial: addresses, and connections that come about, do not, or take too long. */
#include "source/dial.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* The system's resolver; and one that is asked and says nothing. */
int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
		struct addrinfo **found)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
	    (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
		RTLD_NEXT, "getaddrinfo");
	if (strcmp(host, "silent.example") == 0 && (hints->ai_flags & AI_NUMERICHOST) == 0)
		for (;;)
			pause();
	return real(host, port, hints, found);
}

static enum kbm_code resolve(enum kbm_ldap_scheme scheme, const char *host, uint16_t port,
			     struct kbm_addresses *addresses, struct kbm_error *error)
{
	const struct kbm_ldap_uri uri = {.scheme = scheme, .host = (char *)host, .port = port};
	*error = (struct kbm_error){0};
	return kbm_dial_resolve(&uri, 2000, addresses, error);
}

/* A port of this machine where somebody listens, and the socket; -1: there is no such address. */
static int listen_at(const char *host, int backlog, uint16_t *port)
{
	struct kbm_addresses addresses;
	struct kbm_error error;
	enum kbm_code code = resolve(KBM_LDAP_PLAIN, host, 0, &addresses, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	struct sockaddr_storage bound = addresses.items[0].address;
	socklen_t size = addresses.items[0].length;
	int made = socket(bound.ss_family, SOCK_STREAM, 0);
	if (made < 0 || bind(made, (struct sockaddr *)&bound, size) != 0) {
		close(made);
		return -1;
	}
	cr_assert(eq(int, listen(made, backlog), 0));
	cr_assert(eq(int, getsockname(made, (struct sockaddr *)&bound, &size), 0));
	*port = bound.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&bound)->sin_port)
					   : ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
	return made;
}

static enum kbm_code dial(const char *host, uint16_t port, uint32_t timeout_ms, int *made,
			  struct kbm_error *error)
{
	struct kbm_addresses addresses;
	enum kbm_code code = resolve(KBM_LDAP_PLAIN, host, port, &addresses, error);
	cr_assert(eq(int, code, KBM_OK), "%s", error->message);
	return kbm_dial(&addresses, timeout_ms, made, error);
}

/* As libldap wants it: it blocks; and nobody else gets it. */
static void check_connected(int connected, bool is_tcp)
{
	int on = 0;
	socklen_t size = sizeof on;
	cr_expect(eq(int, fcntl(connected, F_GETFL) & O_NONBLOCK, 0));
	cr_expect(eq(int, fcntl(connected, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC));
	if (!is_tcp)
		return;
	getsockopt(connected, IPPROTO_TCP, TCP_NODELAY, &on, &size);
	cr_expect(ne(int, on, 0));
	on = 0;
	getsockopt(connected, SOL_SOCKET, SO_KEEPALIVE, &on, &size);
	cr_expect(ne(int, on, 0));
}

static void check_talk(const char *host)
{
	uint16_t port = 0;
	int made = -1;
	char byte = 0;
	struct kbm_error error;
	int listener = listen_at(host, 4, &port);
	if (listener < 0)
		cr_skip_test("this machine has no %s", host);
	enum kbm_code code = dial(host, port, 5000, &made, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	check_connected(made, true);
	int other = accept(listener, NULL, NULL);
	cr_assert(eq(int, (int)write(made, "x", 1), 1));
	cr_assert(eq(int, (int)read(other, &byte, 1), 1));
	cr_expect(eq(int, byte, 'x'));
	close(other);
	close(made);
	close(listener);
}

Test(dial, connects_by_tcp)
{
	check_talk("127.0.0.1");
}

Test(dial, connects_by_ipv6)
{
	check_talk("::1");
}

Test(dial, says_who_refuses)
{
	uint16_t port = 0;
	int made = -1;
	struct kbm_error error;
	int listener = listen_at("127.0.0.1", 1, &port);
	close(listener);
	enum kbm_code code = dial("127.0.0.1", port, 5000, &made, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(eq(int, strcmp(error.message, "no connection: Connection refused"), 0), "%s",
		  error.message);
	cr_expect(eq(int, made, -1));
}

/* A listener whose queue is full lets further connections wait: nothing comes back. */
static int listen_deaf(uint16_t *port, int waiting[static 8])
{
	int listener = listen_at("127.0.0.1", 0, port);
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(*port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	for (size_t i = 0; i < 8; i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(waiting[i], (struct sockaddr *)&address, sizeof address);
	}
	return listener;
}

Test(dial, ends_with_its_time)
{
	uint16_t port = 0;
	int made = -1;
	int waiting[8];
	struct kbm_error error;
	int listener = listen_deaf(&port, waiting);
	uint64_t begun = kbm_clock_ms();
	enum kbm_code code = dial("127.0.0.1", port, 300, &made, &error);
	uint64_t took = kbm_clock_ms() - begun;
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(eq(int, strcmp(error.message, "no connection within 0.3 s"), 0), "%s",
		  error.message);
	bool in_time = took >= 290 && took < 5000;
	cr_expect(eq(int, in_time, true), "%llu ms", (unsigned long long)took);
	cr_expect(eq(int, made, -1));
	for (size_t i = 0; i < 8; i++)
		close(waiting[i]);
	close(listener);
}

/* All addresses together have the time of one. */
Test(dial, has_one_time_for_all_addresses)
{
	uint16_t port = 0;
	int made = -1;
	int waiting[8];
	struct kbm_error error;
	struct kbm_addresses addresses;
	int listener = listen_deaf(&port, waiting);
	resolve(KBM_LDAP_PLAIN, "127.0.0.1", port, &addresses, &error);
	while (addresses.count < KBM_LDAP_MAX_ADDRESSES)
		addresses.items[addresses.count++] = addresses.items[0];
	uint64_t begun = kbm_clock_ms();
	enum kbm_code code = kbm_dial(&addresses, 200, &made, &error);
	uint64_t took = kbm_clock_ms() - begun;
	cr_expect(eq(int, code, KBM_UNREADABLE));
	bool in_time = took >= 190 && took < 2000;
	cr_expect(eq(int, in_time, true), "%llu ms", (unsigned long long)took);
	for (size_t i = 0; i < 8; i++)
		close(waiting[i]);
	close(listener);
}

Test(dial, goes_on_to_the_next_address)
{
	uint16_t closed = 0;
	uint16_t port = 0;
	int made = -1;
	struct kbm_error error;
	struct kbm_addresses addresses;
	struct kbm_addresses second;
	close(listen_at("127.0.0.1", 1, &closed));
	int listener = listen_at("127.0.0.2", 4, &port);
	cr_assert(ne(int, listener, -1));
	resolve(KBM_LDAP_PLAIN, "127.0.0.1", closed, &addresses, &error);
	resolve(KBM_LDAP_PLAIN, "127.0.0.2", port, &second, &error);
	addresses.items[addresses.count++] = second.items[0];
	enum kbm_code code = kbm_dial(&addresses, 5000, &made, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	close(made);
	close(listener);
}

Test(dial, has_nowhere_to_go_without_an_address)
{
	int made = -1;
	const struct kbm_addresses none = {0};
	struct kbm_error error;
	enum kbm_code code = kbm_dial(&none, 1000, &made, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(eq(int, made, -1));
}

Test(dial, leaves_no_descriptor_behind)
{
	uint16_t port = 0;
	int made = -1;
	struct kbm_error error;
	close(listen_at("127.0.0.1", 1, &port));
	int before = dup(0);
	close(before);
	for (size_t i = 0; i < 20; i++)
		dial("127.0.0.1", port, 1000, &made, &error);
	int after = dup(0);
	close(after);
	cr_expect(eq(int, after, before));
}

/* --- looking up ------------------------------------------------------------------------------- */

Test(dial, looks_addresses_up)
{
	struct kbm_addresses addresses;
	struct kbm_error error;
	enum kbm_code code = resolve(KBM_LDAP_PLAIN, "127.0.0.1", 390, &addresses, &error);
	cr_assert(eq(int, code, KBM_OK));
	cr_assert(eq(sz, addresses.count, 1));
	const struct sockaddr_in *found = (struct sockaddr_in *)&addresses.items[0].address;
	cr_expect(eq(int, found->sin_family, AF_INET));
	cr_expect(eq(int, ntohs(found->sin_port), 390));
	code = resolve(KBM_LDAP_TLS, "::1", 65535, &addresses, &error);
	cr_assert(eq(int, code, KBM_OK));
	const struct sockaddr_in6 *longer = (struct sockaddr_in6 *)&addresses.items[0].address;
	cr_expect(eq(int, longer->sin6_family, AF_INET6));
	cr_expect(eq(int, ntohs(longer->sin6_port), 65535));
	/* A service's name is no port, a host's name with blanks no host. */
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 1);
	code = resolve(KBM_LDAP_PLAIN, "no host of this name", 389, &addresses, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	bool says = strstr(error.message, "cannot be looked up: ") != NULL;
	cr_expect(eq(int, says, true), "%s", error.message);
	cr_expect(eq(sz, addresses.count, 0));
}

Test(dial, knows_how_long_a_path_may_be)
{
	const size_t most = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;
	char path[200];
	struct kbm_addresses addresses;
	struct kbm_error error;
	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[most] = 0;
	enum kbm_code code = resolve(KBM_LDAP_SOCKET, path, 0, &addresses, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(sz, addresses.count, 1));
	path[most] = 'x';
	path[most + 1] = 0;
	code = resolve(KBM_LDAP_SOCKET, path, 0, &addresses, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(eq(int, strcmp(error.message, "a socket's path has at most 107 bytes"), 0), "%s",
		  error.message);
	cr_expect(eq(sz, addresses.count, 0));
}

/* --- sockets of this machine -------------------------------------------------------------------
 */

Test(dial, connects_to_a_path)
{
	char folder[] = "/tmp/kbmend-dial.XXXXXX";
	char path[64];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct kbm_addresses addresses;
	struct kbm_error error;
	int made = -1;
	cr_assert(ne(ptr, mkdtemp(folder), NULL));
	snprintf(path, sizeof path, "%s/ldapi", folder);
	resolve(KBM_LDAP_SOCKET, path, 0, &addresses, &error);
	enum kbm_code code = kbm_dial(&addresses, 1000, &made, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(eq(int, strcmp(error.message, "no connection: No such file or directory"), 0),
		  "%s", error.message);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	cr_assert(eq(int, bind(listener, (struct sockaddr *)&address, sizeof address), 0));
	cr_assert(eq(int, listen(listener, 4), 0));
	code = kbm_dial(&addresses, 1000, &made, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	check_connected(made, false);
	close(made);
	close(listener);
	unlink(path);
	rmdir(folder);
}

Test(dial, does_not_wait_for_a_resolver_that_is_silent)
{
	const struct kbm_ldap_uri uri = {.host = (char *)"silent.example", .port = 389};
	struct kbm_addresses addresses;
	struct kbm_error error = {0};
	uint64_t start = kbm_clock_ms();
	cr_assert(eq(int, kbm_dial_resolve(&uri, 300, &addresses, &error), KBM_UNREADABLE));
	uint64_t took = kbm_clock_ms() - start;
	cr_expect(eq(str, error.message,
		     "looking its address up had no end within 0.3 s (--server-timeout)"));
	cr_expect(took >= 300 && took < 10000, "%ju ms", (uintmax_t)took);
	cr_expect(waitpid(-1, NULL, WNOHANG) == -1, "its process is still there");
}

Test(dial, gives_addresses_another_port)
{
	static const char *const hosts[] = {"127.0.0.1", "::1"};
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct kbm_addresses moved;
		struct kbm_addresses asked;
		struct kbm_error error;
		cr_assert(eq(int, resolve(KBM_LDAP_PLAIN, hosts[i], 389, &moved, &error), KBM_OK));
		cr_assert(eq(int, resolve(KBM_LDAP_PLAIN, hosts[i], 636, &asked, &error), KBM_OK));
		kbm_addresses_set_port(&moved, 636);
		cr_assert(eq(int, (int)moved.count, 1));
		cr_expect(memcmp(&moved.items[0].address, &asked.items[0].address,
				 asked.items[0].length) == 0,
			  "%s", hosts[i]);
	}
}
