/* One connection to a directory server: what libldap does for us, in our own types.
 *
 * Everything here waits as long as it takes: the caller sets a time limit (source/deadline.h),
 * after which the operation ends as KBM_LDAP_GONE. Nothing is followed, nothing is read from
 * ldap.conf, ldaprc or the environment. Protocol version 3 only (RFC 4511). */
#ifndef KBM_SOURCE_LDAP_H
#define KBM_SOURCE_LDAP_H

#include "base/error.h"
#include "source/ldap_uri.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_ldap;

/* How an operation ended: the server's resultCode (RFC 4511 section 4.1.9), or one of these. */
enum {
	KBM_LDAP_SUCCESS = 0,
	KBM_LDAP_GONE = -1,	 /* the connection was closed */
	KBM_LDAP_GARBLED = -2,	 /* what came is no LDAP */
	KBM_LDAP_TOO_LARGE = -3, /* a message over KBM_LDAP_MAX_MESSAGE */
	KBM_LDAP_NO_TLS = -4,	 /* the handshake failed, or the certificate was not accepted */
	KBM_LDAP_OWN_FAULT = -5	 /* no memory, or libldap refuses the request */
};
struct kbm_ldap_outcome {
	int code;
	char words[160]; /* the server's diagnostic message, or libldap's; raw, may be cut */
};

/* Once, before anything else here: no configuration is read, freed memory is wiped. */
enum kbm_code kbm_ldap_prepare(struct kbm_error *error);
/* Once, before a jail: reads the certificates of the authorities that TLS trusts from a PEM file.
 * KBM_INVALID: there are none in it. */
enum kbm_code kbm_ldap_trust(const char *path, struct kbm_error *error);

/* Takes a connected socket over, also on failure. `uri` says what it leads to: TLS checks the
 * certificate against its host. `blindly`: TLS accepts any certificate, so that it can be looked
 * at; nothing else may be done with such a connection. On success *ldap is the caller's, released
 * with kbm_ldap_close(), which takes leave and closes the socket. */
enum kbm_code kbm_ldap_open(int socket, const struct kbm_ldap_uri *uri, bool blindly,
			    struct kbm_ldap **ldap, struct kbm_error *error);
void kbm_ldap_close(struct kbm_ldap *ldap);
int kbm_ldap_socket(const struct kbm_ldap *ldap);

/* Asks for StartTLS (RFC 4511 section 4.14); the handshake has to follow a success. */
void kbm_ldap_ask_tls(struct kbm_ldap *ldap, struct kbm_ldap_outcome *outcome);
void kbm_ldap_shake_hands(struct kbm_ldap *ldap, struct kbm_ldap_outcome *outcome);
/* The server's certificate after a handshake, DER; the caller's to free(). False: there is none. */
bool kbm_ldap_certificate(struct kbm_ldap *ldap, uint8_t **bytes, size_t *length);

/* A simple bind; both empty: anonymous. */
void kbm_ldap_bind(struct kbm_ldap *ldap, const char *dn, const char *password, size_t length,
		   struct kbm_ldap_outcome *outcome);
void kbm_ldap_bind_external(struct kbm_ldap *ldap, struct kbm_ldap_outcome *outcome);

struct kbm_ldap_query {
	struct kbm_directory_request request; /* with a filter */
	uint32_t page_entries;		      /* RFC 2696; 0: all at once */
	const struct kbm_blob *cookie;	      /* of the page before; NULL: the first page */
	uint32_t size_limit;		      /* entries; 0: none is asked for */
};
/* What a search gives; a code other than KBM_OK ends it and is returned. */
struct kbm_ldap_sink {
	void *context;
	/* The entry is the callee's from then on, also on failure. */
	enum kbm_code (*entry)(void *context, struct kbm_entry *entry, struct kbm_error *error);
	/* URIs of one place that the server refers to, one at least, up to a NULL: a search's
	 * continuation, or instead of an answer. */
	enum kbm_code (*reference)(void *context, char *const *uris, struct kbm_error *error);
};
/* One search or one page of it. KBM_OK: it came to an end, *outcome says to which; *cookie is the
 * caller's to free, its data NULL when no page follows. KBM_UNREADABLE: an entry was malformed. */
enum kbm_code kbm_ldap_search(struct kbm_ldap *ldap, const struct kbm_ldap_query *query,
			      const struct kbm_ldap_sink *sink, struct kbm_ldap_outcome *outcome,
			      struct kbm_blob *cookie, struct kbm_error *error);

/* One part of a modify: values of an attribute that go, or that come. Borrowed. */
struct kbm_ldap_part {
	bool adds;
	const char *attribute;
	const struct kbm_blob *values; /* one at least */
	size_t count;
};
struct kbm_ldap_modify {
	const char *dn;
	const struct kbm_ldap_part *parts; /* done in this order, all or none */
	size_t count;
	const char *assertion; /* a filter that must be true of the entry (RFC 4528); or NULL */
};
enum kbm_ldap_progress {
	KBM_LDAP_NOT_SENT,
	KBM_LDAP_SENT, /* some of it at least, and no answer came: it may have been done */
	KBM_LDAP_ANSWERED
};
/* Sends one modify (RFC 4511 section 4.6) once. *outcome: how it ended, or why there is no answer.
 * *referral is the caller's to free(): the first URI that the server refers to; or NULL. */
enum kbm_ldap_progress kbm_ldap_modify(struct kbm_ldap *ldap, const struct kbm_ldap_modify *modify,
				       struct kbm_ldap_outcome *outcome, char **referral);

/* "OpenLDAP 20513" */
const char *kbm_ldap_version(void);

#endif
