/* Where a directory server is: ldap://, ldaps:// and ldapi:// (RFC 4516 section 2; the last one as
 * OpenLDAP has it, with the socket's path in place of the host). Pure. */
#ifndef KBM_SOURCE_LDAP_URI_H
#define KBM_SOURCE_LDAP_URI_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum kbm_ldap_scheme { KBM_LDAP_PLAIN, KBM_LDAP_TLS, KBM_LDAP_SOCKET };

enum { KBM_LDAP_PORT = 389, KBM_LDAP_TLS_PORT = 636 }; /* IANA */

/* Heap texts; initialise with {0}, released with kbm_ldap_uri_clear(). */
struct kbm_ldap_uri {
	enum kbm_ldap_scheme scheme;
	char *host;    /* a name or an address, without the brackets of IPv6; or a socket's path */
	uint16_t port; /* 0 for a socket */
	char *base;    /* the DN behind the host, percent-decoded; NULL: none was given */
};

/* Whether a text is meant to be such a URI: it begins with one of the schemes and "://". */
bool kbm_ldap_uri_is(const char *text);
/* KBM_USAGE names what is wrong: an unknown scheme, no host, a port that is none, percent signs
 * without two digits or for NUL, control characters, a query behind the DN. */
enum kbm_code kbm_ldap_uri_parse(const char *text, struct kbm_ldap_uri *uri,
				 struct kbm_error *error);
/* HOST, HOST:PORT or [ADDRESS]:PORT; without a port *port is 0: any. *host is the caller's. */
enum kbm_code kbm_ldap_host_parse(const char *text, char **host, uint16_t *port,
				  struct kbm_error *error);
bool kbm_ldap_uri_copy(const struct kbm_ldap_uri *from, struct kbm_ldap_uri *to);
void kbm_ldap_uri_clear(struct kbm_ldap_uri *uri);

#endif
