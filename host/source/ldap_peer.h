/* One server that a session talks to: looked up, connected, encrypted, bound. */
#ifndef KBM_SOURCE_LDAP_PEER_H
#define KBM_SOURCE_LDAP_PEER_H

#include "source/dial.h"
#include "source/ldap.h"
#include "source/ldap_settings.h"

#include <stdbool.h>

struct kbm_ldap_peer {
	struct kbm_ldap_uri uri;
	struct kbm_addresses addresses;
	struct kbm_ldap *connection; /* NULL: none */
	bool is_encrypted;
	char warning[160]; /* -Z went on in the clear: why; or "" */
};

/* What every peer is met with; borrowed. */
struct kbm_ldap_manner {
	const struct kbm_ldap_settings *settings;
	const struct kbm_blob *password; /* of a simple bind */
};

/* Connects, TLS, binds. KBM_UNREADABLE: *error says what failed, without the server's name; there
 * is no connection then. */
enum kbm_code kbm_ldap_peer_open(struct kbm_ldap_peer *peer, const struct kbm_ldap_manner *manner,
				 struct kbm_error *error);
void kbm_ldap_peer_close(struct kbm_ldap_peer *peer);

/* A step's time limit. kbm_ldap_step_end() is false when it passed: *error then says so. */
void kbm_ldap_step_begin(const struct kbm_ldap_peer *peer,
			 const struct kbm_ldap_settings *settings);
bool kbm_ldap_step_end(const struct kbm_ldap_settings *settings, const char *what,
		       struct kbm_error *error);

#endif
