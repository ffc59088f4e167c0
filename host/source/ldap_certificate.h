/* Certificates: whether a file has any, and why a server's is not accepted; for messages only, the
 * decision is libldap's. */
#ifndef KBM_SOURCE_LDAP_CERTIFICATE_H
#define KBM_SOURCE_LDAP_CERTIFICATE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Whether a file holds authorities' certificates, in PEM form. KBM_INVALID: none that can be read.
 */
enum kbm_code kbm_certificate_check_authorities(const char *path, struct kbm_error *error);

/* `bytes`: the certificate (X.509, DER); `host`: the name that it had to be for; `authorities`: the
 * name of the file that was trusted. KBM_UNREADABLE with the first reason of: out of its time, for
 * other names, signed by nobody in that file. */
enum kbm_code kbm_certificate_explain(const uint8_t *bytes, size_t length, const char *host,
				      const char *authorities, struct kbm_error *error);

#endif
