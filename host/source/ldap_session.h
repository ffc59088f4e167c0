/* A directory server as a run sees it: connected, bound, asked, told; what it cannot be asked.
 *
 * Answers are whole or failures. A connection that was lost is made again once a search. Whatever
 * happens ends within the settings' time for each step. */
#ifndef KBM_SOURCE_LDAP_SESSION_H
#define KBM_SOURCE_LDAP_SESSION_H

#include "source/entry_change.h"
#include "source/ldap_settings.h"
#include "source/service.h"

#include <stddef.h>

struct kbm_ldap_session;

/* `settings` and `password` (NULL but for a simple bind) are borrowed, and must outlive it. Looks
 * the hosts up and reads the authorities' certificates from `authorities_path` (NULL without TLS):
 * all that needs files. On success *session is the caller's, released with
 * kbm_ldap_session_free(). */
enum kbm_code kbm_ldap_session_make(const struct kbm_ldap_settings *settings,
				    const struct kbm_blob *password, const char *authorities_path,
				    struct kbm_ldap_session **session, struct kbm_error *error);
void kbm_ldap_session_free(struct kbm_ldap_session *session);

/* The TCP ports that it may connect to: the server's, unless that is a socket, and those of
 * --follow-referrals. At most `most`; how many. */
size_t kbm_ldap_session_ports(const struct kbm_ldap_session *session, uint16_t *ports, size_t most);

/* Connects, TLS, binds. Needs sockets only. KBM_UNREADABLE: one sentence that does not name the
 * server. */
enum kbm_code kbm_ldap_session_connect(struct kbm_ldap_session *session, struct kbm_error *error);
/* Whether the connection is encrypted. */
bool kbm_ldap_session_is_encrypted(const struct kbm_ldap_session *session);
/* Whether some answer may have lacked what this bind is not shown. */
bool kbm_ldap_session_is_doubtful(const struct kbm_ldap_session *session);
/* What went otherwise than hoped but was permitted (-Z): a sentence, or "". */
const char *kbm_ldap_session_warning(const struct kbm_ldap_session *session);

/* Asks, and hands the entries out as they come. The codes are those of struct
 * kbm_directory_service; beyond them KBM_LIMIT. */
enum kbm_code kbm_ldap_session_search(struct kbm_ldap_session *session,
				      const struct kbm_directory_request *request,
				      kbm_take_entry *take, void *context, struct kbm_error *error);

/* Changes one entry by one request (RFC 4511 section 4.6), which is sent once; the change was
 * checked (kbm_entry_change_check()). The server compares: what it does not find as it was before,
 * it refuses. KBM_REFUSED: it did, nothing was changed. KBM_UNREADABLE: there is no connection,
 * and nothing was sent; or, with *is_unknown, it was sent and no answer came. Referrals are never
 * followed. */
enum kbm_code kbm_ldap_session_modify(struct kbm_ldap_session *session,
				      const struct kbm_entry_change *change, bool *is_unknown,
				      struct kbm_error *error);

#endif
