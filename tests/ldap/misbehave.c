/* A small LDAP server on loopback that answers wrongly on purpose.
 *
 *   misbehave MODE LOG [URL]    serves until it is killed; prints its port first
 *   misbehave --list            prints the modes' names
 *
 * Each connection and each request appends a line to LOG before it is answered, so that a test can
 * tell that there was none. URL stands in referrals. A child serves each connection and ends with
 * its parent. */
#include "misbehave.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_BYTES 2048

static void log_line(int log, const char *text)
{
	char line[LINE_BYTES + 1];
	int length = snprintf(line, sizeof line, "%s\n", text);
	if (write(log, line, (size_t)length) != length)
		_exit(1);
}

static bool answer(struct session *session, const struct ldap_request *request)
{
	const struct mode *mode = session->mode;
	bool is_base = request->scope == LDAP_BASE;
	bool is_root = is_base && request->name[0] == '\0';
	switch (request->operation) {
	case LDAP_BIND:
		return (mode->bind != NULL ? mode->bind : answer_bind)(session, request);
	case LDAP_SEARCH:
		if (is_root && !mode->is_silent_root)
			return send_root(session, request->id);
		if (is_base && mode->is_about_lists)
			return answer_search(session, request);
		return (mode->search != NULL ? mode->search : answer_search)(session, request);
	case LDAP_EXTENDED:
		return (mode->extended != NULL ? mode->extended : answer_extended)(session,
										   request);
	case LDAP_MODIFY:
		return (mode->modify != NULL ? mode->modify : answer_modify)(session, request);
	case LDAP_UNBIND:
		return false;
	default:
		return true;
	}
}

static void serve(struct session *session, int log)
{
	struct ldap_request request;
	char line[LINE_BYTES];
	log_line(log, "connection");
	while (session->mode->is_mute)
		pause();
	while (ldap_request_read(session->socket, &request)) {
		ldap_request_describe(&request, line, sizeof line);
		log_line(log, line);
		if (!answer(session, &request))
			return;
	}
	log_line(log, "end");
}

static int listen_on_loopback(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 ||
	    listen(listener, 64) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
		perror("misbehave");
		exit(1);
	}
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (const struct mode *mode = misbehave_next(NULL); mode != NULL;
		     mode = misbehave_next(mode))
			printf("%s\n", mode->name);
		return 0;
	}
	const struct mode *mode = argc >= 3 ? misbehave_mode(argv[1]) : NULL;
	int log = mode != NULL ? open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
	if (log < 0) {
		fprintf(stderr, "usage: misbehave MODE LOG [URL]\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	int listener = listen_on_loopback();
	for (size_t number = 1;; number++) {
		int socket = accept(listener, NULL, NULL);
		if (socket < 0)
			continue;
		/* Answers are written in pieces; each would wait for the one before. */
		setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listener);
			struct session session = {.socket = socket,
						  .number = number,
						  .mode = mode,
						  .refer = argc > 3 ? argv[3] : "ldap:///"};
			serve(&session, log);
			_exit(0);
		}
		close(socket);
	}
}
