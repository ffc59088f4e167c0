/* From a server's URI to a connected socket: its addresses, looked up once, and connecting. */
#ifndef KBM_SOURCE_DIAL_H
#define KBM_SOURCE_DIAL_H

#include "base/limits.h"
#include "source/ldap_uri.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct kbm_addresses {
	struct {
		struct sockaddr_storage address;
		socklen_t length;
	} items[KBM_LDAP_MAX_ADDRESSES];
	size_t count;
};

/* Looks the host up (the system's resolver: files, the network), in a child process unless it is a
 * number. KBM_UNREADABLE: there is none of that name, or it did not turn up within the time; the
 * message does not name it. KBM_IO: no process. */
enum kbm_code kbm_dial_resolve(const struct kbm_ldap_uri *uri, uint32_t timeout_ms,
			       struct kbm_addresses *addresses, struct kbm_error *error);
/* Gives the addresses of a host another port. */
void kbm_addresses_set_port(struct kbm_addresses *addresses, uint16_t port);
/* Connects to the first address that takes it, all within the time. On success *socket is the
 * caller's to close(). KBM_UNREADABLE: none did; the last one's reason. Opens sockets only. */
enum kbm_code kbm_dial(const struct kbm_addresses *addresses, uint32_t timeout_ms, int *socket,
		       struct kbm_error *error);

#endif
