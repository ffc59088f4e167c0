/* The life of kbmend-directory. */
#include "guard/directory_serve.h"

#include "base/limits.h"
#include "guard/channel.h"
#include "guard/directory_answer.h"
#include "guard/jail.h"
#include "guard/password.h"
#include "source/ldap.h"
#include "source/ldap_session.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

struct service {
	struct kbm_channel channel;
	struct kbm_start_server start;
	struct kbm_blob password;
	struct kbm_ldap_session *session;
	struct kbm_jail_state jail;
	int password_file; /* -1: none, as the next */
	int authorities_file;
};

static enum kbm_code receive_start(struct service *service, struct kbm_error *error)
{
	struct kbm_bytes body;
	enum kbm_message type;
	uint16_t id;
	int descriptors[2] = {-1, -1};
	kbm_bytes_init(&body, 0);
	service->channel.takes_descriptors = true;
	enum kbm_code code =
	    kbm_channel_receive(&service->channel, KBM_MESSAGE_BIT(KBM_MESSAGE_START_SERVER), 0,
				&body, &type, &id, error);
	if (code == KBM_OK)
		code = kbm_message_decode(KBM_MESSAGE_START_SERVER, body.data, body.length,
					  &service->start, error);
	kbm_bytes_clear(&body);
	if (code != KBM_OK)
		return code;
	size_t count = (size_t)service->start.has_password + service->start.has_authorities;
	if (!kbm_channel_take_descriptors(&service->channel, descriptors, count))
		return kbm_fail(error, KBM_INTERNAL, "a descriptor is missing");
	service->channel.takes_descriptors = false;
	if (service->start.has_password)
		service->password_file = descriptors[0];
	if (service->start.has_authorities)
		service->authorities_file = descriptors[count - 1];
	return KBM_OK;
}

static void close_file(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

static enum kbm_code get_password(struct service *service, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (service->start.has_password && service->start.prompts)
		code = kbm_password_ask(service->password_file, KBM_WORKER_SOCKET,
					service->start.settings.bind_dn, &service->password, error);
	else if (service->start.has_password)
		code = kbm_password_read(service->password_file, &service->password, error);
	close_file(&service->password_file);
	return code;
}

/* All that needs files: addresses, certificates. */
static enum kbm_code make_session(struct service *service, struct kbm_error *error)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", service->authorities_file);
	struct kbm_error reason;
	enum kbm_code code = kbm_ldap_session_make(&service->start.settings, &service->password,
						   service->start.has_authorities ? path : NULL,
						   &service->session, &reason);
	close_file(&service->authorities_file);
	if (code == KBM_INVALID)
		return kbm_fail(error, code, "%.120s: %s", service->start.settings.authorities,
				reason.message);
	return code == KBM_OK ? code : kbm_fail(error, code, "%s", reason.message);
}

static enum kbm_code enter_jail(struct service *service, struct kbm_error *error)
{
	const struct kbm_ldap_settings *settings = &service->start.settings;
	struct kbm_jail_order order = {
	    .profile = settings->uri.scheme == KBM_LDAP_SOCKET ? KBM_JAIL_LOCAL : KBM_JAIL_NETWORK,
	    .cpu_ms = KBM_CHILD_DIRECTORY_CPU_MS,
	    .memory_bytes = KBM_LDAP_MEMORY_MIB * KBM_MIB,
	    .lenient = service->start.lenient,
	    .tries = service->start.tries,
	};
	if (service->session != NULL)
		order.port_count =
		    kbm_ldap_session_ports(service->session, order.ports, KBM_JAIL_MAX_PORTS);
	kbm_jail_prepare();
	return kbm_jail_enter(&order, &service->jail, error);
}

static enum kbm_code connect_session(struct service *service, struct kbm_error *error)
{
	enum kbm_code code = kbm_ldap_session_connect(service->session, error);
	if (code != KBM_OK)
		return code;
	const struct kbm_connected connected = {
	    kbm_ldap_session_is_encrypted(service->session),
	    kbm_ldap_session_warning(service->session),
	};
	return kbm_channel_send(&service->channel, KBM_MESSAGE_CONNECTED, &connected, 0, error);
}

static enum kbm_code tell_jail(struct service *service, struct kbm_error *error)
{
	struct kbm_doctor_answer answer = {.jail = service->jail};
	enum kbm_code code = KBM_OK;
	if (service->start.provokes)
		kbm_jail_provoke();
	if (!kbm_text_list_add(&answer.libraries, kbm_ldap_version()))
		code = kbm_fail(error, KBM_MEMORY, "no memory");
	if (code == KBM_OK)
		code = kbm_channel_send(&service->channel, KBM_MESSAGE_DOCTOR, &answer, 0, error);
	kbm_text_list_clear(&answer.libraries);
	return code;
}

static enum kbm_code walk(void *session, const struct kbm_directory_request *request,
			  kbm_take_entry *take, void *context, struct kbm_error *error)
{
	return kbm_ldap_session_search(session, request, take, context, error);
}

static bool is_doubtful(const void *session)
{
	return kbm_ldap_session_is_doubtful(session);
}

static enum kbm_code modify(void *session, const struct kbm_entry_change *change, bool *is_unknown,
			    struct kbm_error *error)
{
	return kbm_ldap_session_modify(session, change, is_unknown, error);
}

static enum kbm_code answer_all(struct service *service, struct kbm_error *error)
{
	const struct kbm_directory_source source = {service->session, walk, is_doubtful, modify};
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK)
		code = kbm_directory_answer(&service->channel, &source, error);
	return code;
}

/* From the first word to the last; the code is what ended it. */
static enum kbm_code serve(struct service *service, struct kbm_error *error)
{
	const struct kbm_hello hello = {KBM_PROTOCOL_VERSION, KBM_VERSION};
	enum kbm_code code =
	    kbm_channel_send(&service->channel, KBM_MESSAGE_HELLO, &hello, 0, error);
	if (code == KBM_OK)
		code = receive_start(service, error);
	if (code == KBM_OK)
		code = get_password(service, error);
	/* Only now: where kbmend ends while it asks, it still has to put the terminal right. */
	if (code == KBM_OK && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() == 1))
		code = kbm_fail(error, KBM_INTERNAL, "kbmend is gone");
	if (code == KBM_OK)
		code = kbm_channel_send(&service->channel, KBM_MESSAGE_CONNECTING, NULL, 0, error);
	/* libldap sets itself up at its first call, for which it asks the system this and that. */
	if (code == KBM_OK)
		code =
		    service->start.tries ? kbm_ldap_prepare(error) : make_session(service, error);
	if (code == KBM_OK)
		code = enter_jail(service, error);
	if (code == KBM_OK && service->start.tries)
		return tell_jail(service, error);
	if (code == KBM_OK)
		code = connect_session(service, error);
	return code == KBM_OK ? answer_all(service, error) : code;
}

int kbm_directory_serve(void)
{
	static struct service service = {.password_file = -1, .authorities_file = -1};
	struct kbm_error error = {0};
	kbm_channel_init(&service.channel, KBM_WORKER_SOCKET, 0, KBM_WIRE_MAX_UP,
			 KBM_WIRE_MAX_DOWN);
	enum kbm_code code = serve(&service, &error);
	kbm_ldap_session_free(service.session);
	kbm_password_wipe(&service.password);
	/* kbmend hung up, which is how it ends, or is to be told why it ends otherwise. */
	if (code == KBM_OK || code == KBM_NOT_FOUND || code == KBM_IO)
		return 0;
	error.code = code;
	kbm_channel_send(&service.channel, KBM_MESSAGE_FAILED, &error, 0, NULL);
	return 0;
}
