/* An LDIF that looks like an export of an Exchange 5.5 directory: one site, one server, recipients.
 */
#ifndef KBM_TESTS_EXCHANGE_LDIF_H
#define KBM_TESTS_EXCHANGE_LDIF_H

#include <stddef.h>
#include <stdio.h>

struct exchange_ldif {
	const char *organization;
	const char *site;
	const char *server;
	size_t recipients;
};

/* Organization, site, containers, the server with its services, then the recipients. Names go into
 * DNs as they are: no commas or the like. */
void exchange_ldif_write(const struct exchange_ldif *wanted, FILE *out);

#endif
