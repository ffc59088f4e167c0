/* A session's life, and one request of it. */
#include "source/ldap_session_internal.h"

#include "base/limits.h"
#include "source/deadline.h"
#include "source/ldap_certificate.h"
#include "source/ldap_outcome.h"

#include <stdlib.h>
#include <string.h>

/* --- making ---------------------------------------------------------------------------------- */

static enum kbm_code add_followed(struct kbm_ldap_session *session, const char *host, uint16_t port,
				  const struct kbm_addresses *addresses, struct kbm_error *error)
{
	struct kbm_ldap_peer *peer = &session->followed[session->followed_count];
	peer->uri = (struct kbm_ldap_uri){.host = strdup(host), .port = port};
	if (peer->uri.host == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a session");
	session->followed_count++;
	peer->addresses = *addresses;
	kbm_addresses_set_port(&peer->addresses, port);
	return KBM_OK;
}

/* HOST alone is both of its ports. It is looked up now, since later there are no files; one that
 * cannot be looked up is found out when a referral leads there. */
static enum kbm_code add_host(struct kbm_ldap_session *session, char *host, uint16_t port,
			      struct kbm_error *error)
{
	const struct kbm_ldap_uri uri = {.host = host, .port = port};
	struct kbm_addresses addresses;
	struct kbm_error ignored;
	kbm_dial_resolve(&uri, session->manner.settings->timeout_ms, &addresses, &ignored);
	enum kbm_code code =
	    add_followed(session, host, port == 0 ? KBM_LDAP_PORT : port, &addresses, error);
	if (code == KBM_OK && port == 0)
		code = add_followed(session, host, KBM_LDAP_TLS_PORT, &addresses, error);
	return code;
}

static enum kbm_code resolve_followed(struct kbm_ldap_session *session, struct kbm_error *error)
{
	const struct kbm_ldap_settings *settings = session->manner.settings;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < settings->followed_count; i++) {
		char *host = NULL;
		uint16_t port = 0;
		code = kbm_ldap_host_parse(settings->followed[i], &host, &port, error);
		if (code == KBM_OK)
			code = add_host(session, host, port, error);
		free(host);
	}
	return code;
}

enum kbm_code kbm_ldap_session_make(const struct kbm_ldap_settings *settings,
				    const struct kbm_blob *password, const char *authorities_path,
				    struct kbm_ldap_session **session, struct kbm_error *error)
{
	struct kbm_ldap_session *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a session");
	made->manner = (struct kbm_ldap_manner){settings, password};
	enum kbm_code code = KBM_OK;
	if (!kbm_ldap_uri_copy(&settings->uri, &made->server.uri))
		code = kbm_fail(error, KBM_MEMORY, "no memory for a session");
	if (code == KBM_OK)
		code = kbm_ldap_prepare(error);
	if (code == KBM_OK)
		code = kbm_deadline_prepare(error);
	if (code == KBM_OK && authorities_path != NULL)
		code = kbm_ldap_trust(authorities_path, error);
	/* libldap takes a file without any, and then trusts nobody. */
	if (code == KBM_OK && authorities_path != NULL)
		code = kbm_certificate_check_authorities(authorities_path, error);
	if (code == KBM_OK)
		code = kbm_dial_resolve(&made->server.uri, settings->timeout_ms,
					&made->server.addresses, error);
	if (code == KBM_OK)
		code = resolve_followed(made, error);
	if (code != KBM_OK) {
		kbm_ldap_session_free(made);
		return code;
	}
	*session = made;
	return KBM_OK;
}

void kbm_ldap_session_free(struct kbm_ldap_session *session)
{
	if (session == NULL)
		return;
	kbm_ldap_peer_close(&session->server);
	kbm_ldap_uri_clear(&session->server.uri);
	for (size_t i = 0; i < session->followed_count; i++) {
		kbm_ldap_peer_close(&session->followed[i]);
		kbm_ldap_uri_clear(&session->followed[i].uri);
	}
	kbm_ldap_root_clear(&session->root);
	free(session);
}

enum kbm_code kbm_ldap_session_connect(struct kbm_ldap_session *session, struct kbm_error *error)
{
	return kbm_ldap_peer_open(&session->server, &session->manner, error);
}

size_t kbm_ldap_session_ports(const struct kbm_ldap_session *session, uint16_t *ports, size_t most)
{
	size_t count = 0;
	if (session->server.uri.port != 0 && count < most)
		ports[count++] = session->server.uri.port;
	for (size_t i = 0; i < session->followed_count && count < most; i++)
		ports[count++] = session->followed[i].uri.port;
	return count;
}

bool kbm_ldap_session_is_encrypted(const struct kbm_ldap_session *session)
{
	return session->server.is_encrypted;
}

bool kbm_ldap_session_is_doubtful(const struct kbm_ldap_session *session)
{
	return session->is_doubtful;
}

const char *kbm_ldap_session_warning(const struct kbm_ldap_session *session)
{
	return session->server.warning;
}

/* --- one request ----------------------------------------------------------------------------- */

enum kbm_code kbm_ldap_request(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
			       const struct kbm_ldap_query *query, const struct kbm_ldap_sink *sink,
			       struct kbm_ldap_outcome *outcome, struct kbm_blob *cookie,
			       struct kbm_error *error)
{
	const struct kbm_ldap_settings *settings = session->manner.settings;
	struct kbm_error late;
	*cookie = (struct kbm_blob){0};
	*outcome = (struct kbm_ldap_outcome){.code = KBM_LDAP_GONE};
	if (peer->connection == NULL)
		return KBM_NOT_FOUND;
	kbm_ldap_step_begin(peer, settings);
	enum kbm_code code = kbm_ldap_search(peer->connection, query, sink, outcome, cookie, error);
	if (!kbm_ldap_step_end(settings, "an answer", &late)) {
		kbm_ldap_peer_close(peer);
		free(cookie->data);
		*cookie = (struct kbm_blob){0};
		session->dead = late; /* the next one would wait as long */
		return kbm_fail(error, late.code, "%s", late.message);
	}
	/* After these nothing that comes on the connection can be relied on. */
	bool is_lost = code == KBM_OK && outcome->code < 0;
	if (is_lost)
		kbm_ldap_peer_close(peer);
	if (is_lost && outcome->code != KBM_LDAP_GONE)
		return kbm_ldap_explain(outcome, KBM_LDAP_STEP_SEARCH, settings, error);
	return is_lost ? KBM_NOT_FOUND : code;
}

enum kbm_code kbm_ldap_reconnect(struct kbm_ldap_session *session, struct kbm_error *error)
{
	struct kbm_error reason;
	if (kbm_ldap_peer_open(&session->server, &session->manner, &reason) == KBM_OK)
		return KBM_OK;
	kbm_fail(&session->dead, KBM_UNREADABLE, "the server closed the connection; again: %s",
		 reason.message);
	*error = session->dead;
	return KBM_UNREADABLE;
}

/* --- gathering ------------------------------------------------------------------------------- */

struct kbm_collected kbm_ldap_gathered(size_t most_bytes)
{
	return (struct kbm_collected){.what = "the server sent at once",
				      .most_entries = KBM_DIRECTORY_MAX_ENTRIES,
				      .most_bytes = most_bytes};
}

static enum kbm_code pass_reference(void *context, char *const *uris, struct kbm_error *error)
{
	(void)context;
	(void)uris;
	(void)error;
	return KBM_OK;
}

enum kbm_code kbm_ldap_gather(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
			      const struct kbm_ldap_query *query, size_t most_bytes,
			      struct kbm_entries *entries, struct kbm_ldap_outcome *outcome,
			      struct kbm_error *error)
{
	struct kbm_collected gathered = kbm_ldap_gathered(most_bytes);
	const struct kbm_ldap_sink sink = {&gathered, kbm_collect_next, pass_reference};
	struct kbm_blob cookie;
	enum kbm_code code = kbm_ldap_request(session, peer, query, &sink, outcome, &cookie, error);
	free(cookie.data);
	*entries = gathered.entries;
	return code;
}
