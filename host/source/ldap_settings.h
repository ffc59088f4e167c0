/* How a directory server is to be met: everything that a person says about it, but the password. */
#ifndef KBM_SOURCE_LDAP_SETTINGS_H
#define KBM_SOURCE_LDAP_SETTINGS_H

#include "base/limits.h"
#include "source/ldap_uri.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_ldap_bind {
	KBM_LDAP_ANONYMOUS,
	KBM_LDAP_SIMPLE,  /* RFC 4513 section 5.1.3: name and password */
	KBM_LDAP_EXTERNAL /* RFC 4422 appendix A: who the socket's other end is */
};

enum kbm_ldap_start_tls {
	KBM_LDAP_NO_START_TLS,
	KBM_LDAP_TRY_START_TLS, /* -Z: go on in the clear where the server refuses */
	KBM_LDAP_START_TLS	/* -ZZ */
};

/* Heap texts; initialise with {0}, released with kbm_ldap_settings_clear(). */
struct kbm_ldap_settings {
	char *name; /* the URI as it was given */
	struct kbm_ldap_uri uri;
	char *base; /* where searches from the root begin; NULL: the server is asked */
	enum kbm_ldap_bind bind;
	char *bind_dn; /* KBM_LDAP_SIMPLE */
	enum kbm_ldap_start_tls start_tls;
	char *authorities; /* the CA file's name, for messages; NULL: TLS is not used */
	char *followed[KBM_LDAP_MAX_FOLLOWED]; /* HOST[:PORT] that referrals may lead to */
	size_t followed_count;
	uint32_t timeout_ms; /* one step: to connect, TLS, to bind, one answer */
};

/* Whether a connection is to be encrypted, or one that referrals lead to may be: certificates are
 * needed. */
bool kbm_ldap_settings_use_tls(const struct kbm_ldap_settings *settings);
bool kbm_ldap_settings_copy(const struct kbm_ldap_settings *from, struct kbm_ldap_settings *to);
void kbm_ldap_settings_clear(struct kbm_ldap_settings *settings);

#endif
