/* kbmend-directory, seen from here: calling a server, and what became of it. */
#include "guard/broker_internal.h"

#include "base/limits.h"
#include "guard/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Beyond what kbmend-directory itself waits for: to connect, TLS (twice, where it explains a
 * certificate), to bind; and the time that looking a name up takes. */
enum { STEPS_TO_CONNECT = 5, LOOK_UP_MS = 20000 };

struct kbm_process_order kbm_broker_server_order(const struct kbm_broker *broker)
{
	return (struct kbm_process_order){
	    .what = "the program",
	    .path = broker->directory_path,
	    /* GnuTLS sets itself up when TLS is used, not at every start. */
	    .setting = "GNUTLS_NO_IMPLICIT_INIT=1",
	    .is_apart = false, /* it asks for the password, so it stays with the terminal */
	};
}

/* --- the end -------------------------------------------------------------------------------- */

int kbm_broker_stop_server(struct kbm_broker *broker)
{
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_channel *channel = &directory->child.channel;
	int status = 0;
	shutdown(channel->descriptor, SHUT_WR);
	uint64_t deadline = kbm_clock_ms() + KBM_WORKER_STOP_MS;
	/* It takes leave of the server and goes; what it still says is not of interest. */
	for (char byte; kbm_channel_await(channel, deadline, NULL) == KBM_OK;) {
		if (recv(channel->descriptor, &byte, 1, MSG_DONTWAIT) == 0)
			break;
		if (kbm_clock_ms() >= deadline)
			break;
	}
	if (kbm_clock_ms() >= deadline)
		kill(directory->server, SIGKILL);
	close(channel->descriptor);
	while (waitpid(directory->server, &status, 0) < 0 && errno == EINTR)
		;
	directory->server = 0;
	directory->open = false;
	return status;
}

/* The failure of the server from now on, with its name. */
static enum kbm_code fail_server(struct kbm_broker *broker, enum kbm_code code, const char *words,
				 struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	kbm_fail(&directory->failure, code, "%.60s: %s", directory->path, words);
	return kbm_fail(error, code, "%s", directory->failure.message);
}

/* A sanitizer's or a jail's end of it tells more than a closed socket. */
static enum kbm_code explain_end(struct kbm_broker *broker, int status, struct kbm_error *error)
{
	struct kbm_error words;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		kbm_fail(&words, KBM_UNREADABLE,
			 "kbmend-directory was ended: it made a system call that its sandbox "
			 "forbids");
	else if (WIFSIGNALED(status))
		kbm_fail(&words, KBM_UNREADABLE,
			 "kbmend-directory crashed on what the server sent (signal %d)",
			 WTERMSIG(status));
	else
		kbm_fail(&words, KBM_UNREADABLE, "kbmend-directory ended without an answer");
	return fail_server(broker, KBM_UNREADABLE, words.message, error);
}

void kbm_broker_lose_server(struct kbm_broker *broker, enum kbm_code code,
			    const struct kbm_error *reason, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_error failure = {0};
	directory->is_connected = false;
	if (code == KBM_OK) /* it said why */
		code = kbm_message_decode(KBM_MESSAGE_FAILED, directory->body.data,
					  directory->body.length, &failure, &failure);
	else if (code == KBM_LIMIT)
		kbm_fail(&failure, KBM_UNREADABLE, "no answer in time");
	else
		failure = *reason;
	if (code == KBM_LIMIT) /* whatever keeps it, it does not listen */
		kill(directory->server, SIGKILL);
	int status = kbm_broker_stop_server(broker);
	if (code == KBM_NOT_FOUND || code == KBM_IO)
		explain_end(broker, status, error);
	else
		fail_server(broker, failure.code == KBM_INTERNAL ? KBM_UNREADABLE : failure.code,
			    failure.message, error);
}

/* --- the beginning -------------------------------------------------------------------------- */

static enum kbm_code send_start(struct kbm_broker *broker, const struct kbm_server *server,
				struct kbm_error *error)
{
	struct kbm_channel *channel = &broker->directory.child.channel;
	uint64_t deadline = kbm_clock_ms() + broker->answer_ms;
	int descriptors[2];
	size_t count = 0;
	const struct kbm_start_server start = {
	    .settings = server->settings,
	    .has_password = server->password >= 0,
	    .prompts = server->prompts,
	    .has_authorities = server->authorities >= 0,
	    .lenient = broker->lenient,
	};
	if (start.has_password)
		descriptors[count++] = server->password;
	if (start.has_authorities)
		descriptors[count++] = server->authorities;
	return count == 0
		   ? kbm_channel_send(channel, KBM_MESSAGE_START_SERVER, &start, deadline, error)
		   : kbm_channel_send_descriptors(channel, KBM_MESSAGE_START_SERVER, &start,
						  descriptors, count, deadline, error);
}

enum kbm_code kbm_broker_call_server(struct kbm_broker *broker, const struct kbm_source *source,
				     struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	const struct kbm_process_order order = kbm_broker_server_order(broker);
	if (directory->is_called)
		return KBM_OK;
	if (broker->directory_path == NULL)
		return kbm_fail(error, KBM_INTERNAL, "no kbmend-directory is known");
	kbm_broker_close_directory(broker);
	directory->path = strdup(source->path);
	if (directory->path == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the directory");
	directory->step_ms = source->server->settings.timeout_ms;
	directory->prompts = source->server->prompts;
	enum kbm_code code =
	    kbm_process_start(&order, &directory->server, &directory->child.channel, error);
	if (code != KBM_OK)
		return code;
	directory->is_called = true;
	return send_start(broker, source->server, error);
}

static enum kbm_code take_connected(struct kbm_broker *broker, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_connected connected = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_CONNECTED, directory->body.data,
						directory->body.length, &connected, error);
	if (code != KBM_OK)
		return code;
	directory->is_connected = true;
	directory->open = true;
	directory->is_encrypted = connected.is_encrypted;
	directory->warning = strdup(connected.warning);
	return directory->warning == NULL ? kbm_fail(error, KBM_MEMORY, "no memory") : KBM_OK;
}

/* Waits for one message, `wanted` or FAILED. */
static enum kbm_code await(struct kbm_broker *broker, enum kbm_message wanted, uint64_t deadline,
			   struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t id;
	struct kbm_error reason = {0};
	enum kbm_code code =
	    kbm_channel_receive(&directory->child.channel,
				KBM_MESSAGE_BIT(wanted) | KBM_MESSAGE_BIT(KBM_MESSAGE_FAILED),
				deadline, &directory->body, &type, &id, &reason);
	if (code == KBM_OK && type == wanted)
		return KBM_OK;
	kbm_broker_lose_server(broker, code, &reason, error);
	return error->code;
}

enum kbm_code kbm_broker_await_server(struct kbm_broker *broker, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	const struct kbm_process_order order = kbm_broker_server_order(broker);
	if (directory->failure.code != KBM_OK)
		return kbm_fail(error, directory->failure.code, "%s", directory->failure.message);
	if (directory->is_connected)
		return KBM_OK;
	struct kbm_error reason;
	enum kbm_code code =
	    kbm_process_greet(&order, &directory->child.channel, &directory->body, &reason);
	if (code != KBM_OK) {
		kbm_broker_stop_server(broker);
		return fail_server(broker, code, reason.message, error);
	}
	/* A person may take any time to type; without one it is there at once. */
	uint64_t deadline = directory->prompts ? UINT64_MAX : kbm_clock_ms() + broker->answer_ms;
	code = await(broker, KBM_MESSAGE_CONNECTING, deadline, error);
	deadline = kbm_clock_ms() + LOOK_UP_MS + STEPS_TO_CONNECT * (uint64_t)directory->step_ms;
	if (code == KBM_OK)
		code = await(broker, KBM_MESSAGE_CONNECTED, deadline, error);
	if (code == KBM_OK)
		code = take_connected(broker, error);
	return code;
}

struct kbm_server_state kbm_broker_server_state(const struct kbm_broker *broker)
{
	const struct kbm_broker_directory *directory = &broker->directory;
	return (struct kbm_server_state){
	    .is_connected = directory->is_connected,
	    .is_encrypted = directory->is_encrypted,
	    .is_doubtful = directory->is_doubtful,
	    .warning = directory->warning == NULL ? "" : directory->warning,
	};
}
