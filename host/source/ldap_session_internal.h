/* What a session's parts share (ldap_session*.c, ldap_ranges.c only). */
#ifndef KBM_SOURCE_LDAP_SESSION_INTERNAL_H
#define KBM_SOURCE_LDAP_SESSION_INTERNAL_H

#include "source/collect.h"
#include "source/filter.h"
#include "source/ldap_peer.h"
#include "source/ldap_session.h"

/* What the root DSE says (RFC 4512 section 5.1). */
struct kbm_ldap_root {
	bool is_known;
	bool is_active_directory; /* [MS-ADTS 3.1.1.3.4.3.1] */
	bool has_assertion;	  /* the control of RFC 4528 */
	char *default_base;	  /* of Active Directory, or NULL */
	char **contexts;	  /* the namingContexts */
	size_t context_count;
};

enum kbm_ldap_sight {
	KBM_LDAP_SIGHT_UNKNOWN,
	KBM_LDAP_SEES_ALL, /* what is not seen is not there */
	KBM_LDAP_SEES_SOME /* what is not seen may be there */
};

struct kbm_ldap_session {
	struct kbm_ldap_manner manner;
	struct kbm_ldap_peer server;
	struct kbm_ldap_peer followed[2 * KBM_LDAP_MAX_FOLLOWED]; /* who may be followed to */
	size_t followed_count;
	struct kbm_ldap_root root;
	enum kbm_ldap_sight sight;
	bool is_doubtful; /* some answer may lack what this bind is not shown */
	struct kbm_error
	    dead; /* it had no end, or could not be reached again: not asked any more */
};

/* One request to a peer, within the time limit. KBM_NOT_FOUND: the connection was closed and may be
 * made again. KBM_OK: *outcome says how it ended. Any other: it failed. */
enum kbm_code kbm_ldap_request(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
			       const struct kbm_ldap_query *query, const struct kbm_ldap_sink *sink,
			       struct kbm_ldap_outcome *outcome, struct kbm_blob *cookie,
			       struct kbm_error *error);

/* Room for what the server sends at once. */
struct kbm_collected kbm_ldap_gathered(size_t most_bytes);
/* A request whose answer is kept, at most so many bytes of it; references are ignored. *entries is
 * the caller's, also after a failure. The codes are those of kbm_ldap_request(). */
enum kbm_code kbm_ldap_gather(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
			      const struct kbm_ldap_query *query, size_t most_bytes,
			      struct kbm_entries *entries, struct kbm_ldap_outcome *outcome,
			      struct kbm_error *error);

/* Makes a connection that was closed again. One that cannot be made is not tried any more: the
 * session is dead. KBM_UNREADABLE. */
enum kbm_code kbm_ldap_reconnect(struct kbm_ldap_session *session, struct kbm_error *error);

/* --- ldap_session_root.c --------------------------------------------------------------------- */

/* Asks for the root DSE once. A server that does not show it is one of which nothing is known. */
enum kbm_code kbm_ldap_learn_root(struct kbm_ldap_session *session, struct kbm_error *error);
void kbm_ldap_root_clear(struct kbm_ldap_root *root);
/* The bases that stand for the root in searches: -b, or what the root DSE says. KBM_UNREADABLE:
 * neither; KBM_LIMIT: more than `most`. */
enum kbm_code kbm_ldap_bases(struct kbm_ldap_session *session, const char **bases, size_t most,
			     size_t *count, struct kbm_error *error);
/* Whether this server holds the naming context of that DN itself. */
bool kbm_ldap_root_holds(const struct kbm_ldap_root *root, const char *dn);

/* --- ldap_session_sight.c -------------------------------------------------------------------- */

/* Whether an anonymous bind is shown everything; found out once. */
enum kbm_code kbm_ldap_look(struct kbm_ldap_session *session, bool *sees_all,
			    struct kbm_error *error);

/* --- ldap_ranges.c --------------------------------------------------------------------------- */

/* Fetches the rest of every list of values that came in parts (member;range=0-1499), and gives it
 * its plain name [MS-ADTS 3.1.1.3.1.3.3]. */
enum kbm_code kbm_ldap_complete_ranges(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
				       struct kbm_entry *entry, struct kbm_error *error);

#endif
