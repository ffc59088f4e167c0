/* One server that a session talks to. */
#include "source/ldap_peer.h"

#include "source/deadline.h"
#include "source/ldap_certificate.h"
#include "source/ldap_outcome.h"

#include <stdio.h>
#include <stdlib.h>

void kbm_ldap_step_begin(const struct kbm_ldap_peer *peer, const struct kbm_ldap_settings *settings)
{
	kbm_deadline_start(kbm_ldap_socket(peer->connection), settings->timeout_ms);
}

bool kbm_ldap_step_end(const struct kbm_ldap_settings *settings, const char *what,
		       struct kbm_error *error)
{
	if (!kbm_deadline_stop())
		return true;
	kbm_fail(error, KBM_UNREADABLE, "%s had no end within %u.%u s (--server-timeout)", what,
		 settings->timeout_ms / 1000, settings->timeout_ms % 1000 / 100);
	return false;
}

static enum kbm_code dial(struct kbm_ldap_peer *peer, const struct kbm_ldap_settings *settings,
			  bool blindly, struct kbm_error *error)
{
	int socket = -1;
	enum kbm_code code = kbm_dial(&peer->addresses, settings->timeout_ms, &socket, error);
	return code != KBM_OK
		   ? code
		   : kbm_ldap_open(socket, &peer->uri, blindly, &peer->connection, error);
}

/* --- TLS ------------------------------------------------------------------------------------- */

/* StartTLS is asked for. KBM_NOT_FOUND: the server does not have it, and -Z goes on. */
static enum kbm_code ask_tls(struct kbm_ldap_peer *peer, const struct kbm_ldap_settings *settings,
			     struct kbm_error *error)
{
	struct kbm_ldap_outcome outcome;
	kbm_ldap_step_begin(peer, settings);
	kbm_ldap_ask_tls(peer->connection, &outcome);
	if (!kbm_ldap_step_end(settings, "StartTLS", error))
		return KBM_UNREADABLE;
	if (outcome.code == KBM_LDAP_SUCCESS)
		return KBM_OK;
	enum kbm_code code = kbm_ldap_explain(&outcome, KBM_LDAP_STEP_START_TLS, settings, error);
	bool goes_on = settings->start_tls == KBM_LDAP_TRY_START_TLS && outcome.code > 0;
	return goes_on ? KBM_NOT_FOUND : code;
}

/* The certificate that was refused, seen on a connection that serves nothing else. */
static bool fetch_certificate(const struct kbm_ldap_peer *refused,
			      const struct kbm_ldap_settings *settings, uint8_t **bytes,
			      size_t *length)
{
	struct kbm_ldap_peer peer = {.uri = refused->uri, .addresses = refused->addresses};
	struct kbm_ldap_outcome outcome = {0};
	struct kbm_error ignored;
	if (dial(&peer, settings, true, &ignored) != KBM_OK)
		return false;
	bool asked =
	    peer.uri.scheme == KBM_LDAP_TLS || ask_tls(&peer, settings, &ignored) == KBM_OK;
	bool got = false;
	if (asked) {
		kbm_ldap_step_begin(&peer, settings);
		kbm_ldap_shake_hands(peer.connection, &outcome);
		if (kbm_ldap_step_end(settings, "TLS", &ignored) &&
		    outcome.code == KBM_LDAP_SUCCESS)
			got = kbm_ldap_certificate(peer.connection, bytes, length);
	}
	kbm_ldap_peer_close(&peer);
	return got;
}

static enum kbm_code explain_tls(const struct kbm_ldap_peer *peer,
				 const struct kbm_ldap_settings *settings,
				 const struct kbm_ldap_outcome *outcome, struct kbm_error *error)
{
	uint8_t *bytes = NULL;
	size_t length = 0;
	if (!fetch_certificate(peer, settings, &bytes, &length))
		return kbm_fail(error, KBM_UNREADABLE, "no TLS with it: %s", outcome->words);
	enum kbm_code code =
	    kbm_certificate_explain(bytes, length, peer->uri.host, settings->authorities, error);
	free(bytes);
	return code;
}

static enum kbm_code encrypt(struct kbm_ldap_peer *peer, const struct kbm_ldap_settings *settings,
			     struct kbm_error *error)
{
	struct kbm_ldap_outcome outcome;
	enum kbm_code code = KBM_OK;
	if (settings->start_tls != KBM_LDAP_NO_START_TLS)
		code = ask_tls(peer, settings, error);
	else if (peer->uri.scheme != KBM_LDAP_TLS)
		return KBM_OK;
	if (code == KBM_NOT_FOUND) {
		snprintf(peer->warning, sizeof peer->warning, "not encrypted: %.140s",
			 error->message);
		return KBM_OK;
	}
	if (code != KBM_OK)
		return code;
	kbm_ldap_step_begin(peer, settings);
	kbm_ldap_shake_hands(peer->connection, &outcome);
	if (!kbm_ldap_step_end(settings, "the TLS handshake", error))
		return KBM_UNREADABLE;
	peer->is_encrypted = outcome.code == KBM_LDAP_SUCCESS;
	return peer->is_encrypted ? KBM_OK : explain_tls(peer, settings, &outcome, error);
}

/* --- binding --------------------------------------------------------------------------------- */

static enum kbm_code bind_to(struct kbm_ldap_peer *peer, const struct kbm_ldap_manner *manner,
			     struct kbm_error *error)
{
	const struct kbm_ldap_settings *settings = manner->settings;
	struct kbm_ldap_outcome outcome = {0};
	kbm_ldap_step_begin(peer, settings);
	switch (settings->bind) {
	case KBM_LDAP_ANONYMOUS:
		kbm_ldap_bind(peer->connection, "", "", 0, &outcome);
		break;
	case KBM_LDAP_SIMPLE:
		kbm_ldap_bind(peer->connection, settings->bind_dn,
			      (const char *)manner->password->data, manner->password->length,
			      &outcome);
		break;
	case KBM_LDAP_EXTERNAL:
		kbm_ldap_bind_external(peer->connection, &outcome);
		break;
	}
	if (!kbm_ldap_step_end(settings, "the bind", error))
		return KBM_UNREADABLE;
	return outcome.code == KBM_LDAP_SUCCESS
		   ? KBM_OK
		   : kbm_ldap_explain(&outcome, KBM_LDAP_STEP_BIND, settings, error);
}

/* --- the whole ------------------------------------------------------------------------------- */

enum kbm_code kbm_ldap_peer_open(struct kbm_ldap_peer *peer, const struct kbm_ldap_manner *manner,
				 struct kbm_error *error)
{
	peer->warning[0] = '\0';
	enum kbm_code code = dial(peer, manner->settings, false, error);
	if (code == KBM_OK)
		code = encrypt(peer, manner->settings, error);
	if (code == KBM_OK)
		code = bind_to(peer, manner, error);
	if (code != KBM_OK)
		kbm_ldap_peer_close(peer);
	return code;
}

void kbm_ldap_peer_close(struct kbm_ldap_peer *peer)
{
	enum { LEAVE_MS = 100 };
	if (peer->connection == NULL)
		return;
	kbm_deadline_start(kbm_ldap_socket(peer->connection), LEAVE_MS);
	kbm_ldap_close(peer->connection);
	kbm_deadline_stop();
	peer->connection = NULL;
	peer->is_encrypted = false;
}
