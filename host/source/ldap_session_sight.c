/* What an anonymous bind is worth: whether what it does not see is not there.
 *
 * Exchange 5.5 shows recipients to everybody, and the configuration (servers, connectors, the MTA)
 * to those who bind (Q156063, Q175440): who sees a server sees all. Active Directory shows nothing.
 * What other servers show is theirs to decide, and not to be seen. */
#include "source/ldap_session_internal.h"

#include "base/limits.h"

/* Whether such a search finds anything; a search that fails finds nothing. */
static enum kbm_code probe(struct kbm_ldap_session *session,
			   const struct kbm_directory_request *request, bool *found,
			   struct kbm_error *error)
{
	const struct kbm_ldap_query query = {.request = *request, .size_limit = 1};
	struct kbm_entries entries = {0};
	struct kbm_ldap_outcome outcome;
	enum kbm_code code =
	    kbm_ldap_gather(session, &session->server, &query, KBM_MIB, &entries, &outcome, error);
	*found = code == KBM_OK && entries.count > 0;
	kbm_entries_clear(&entries);
	return code;
}

static const char *const no_attributes[] = {"1.1"}; /* RFC 4511 section 4.5.1.8 */

/* Servers' objects lie in the configuration. */
static enum kbm_code sees_servers_below(struct kbm_ldap_session *session, const char *base,
					bool *sees, struct kbm_error *error)
{
	const struct kbm_directory_request request = {
	    base, KBM_SCOPE_SUB, "(objectClass=Computer)", no_attributes, 1, false};
	return probe(session, &request, sees, error);
}

/* Below -b, which may be narrow or wrong, and below what the server says it holds. */
static enum kbm_code sees_servers(struct kbm_ldap_session *session, bool *sees,
				  struct kbm_error *error)
{
	const char *base = session->manner.settings->base;
	const struct kbm_ldap_root *root = &session->root;
	enum kbm_code code = KBM_OK;
	*sees = false;
	if (base != NULL)
		code = sees_servers_below(session, base, sees, error);
	for (size_t i = 0; code == KBM_OK && !*sees && i < root->context_count; i++)
		code = sees_servers_below(session, root->contexts[i], sees, error);
	return code;
}

static enum kbm_code look(struct kbm_ldap_session *session, struct kbm_error *error)
{
	bool sees = false;
	enum kbm_code code = kbm_ldap_learn_root(session, error);
	if (code == KBM_OK && !session->root.is_active_directory)
		code = sees_servers(session, &sees, error);
	if (code == KBM_OK)
		session->sight = sees ? KBM_LDAP_SEES_ALL : KBM_LDAP_SEES_SOME;
	return code;
}

enum kbm_code kbm_ldap_look(struct kbm_ldap_session *session, bool *sees_all,
			    struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (session->sight == KBM_LDAP_SIGHT_UNKNOWN)
		code = look(session, error);
	/* The connection may be closed between an answer and this. */
	if (code == KBM_NOT_FOUND) {
		code = kbm_ldap_peer_open(&session->server, &session->manner, error);
		if (code == KBM_OK)
			code = look(session, error);
	}
	*sees_all = session->sight == KBM_LDAP_SEES_ALL;
	return code == KBM_NOT_FOUND
		   ? kbm_fail(error, KBM_UNREADABLE, "the server closed the connection")
		   : code;
}
