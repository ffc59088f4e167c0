/* What the parts of one change share (ldap_session_modify.c, ldap_modify_guard.c only). */
#ifndef KBM_SOURCE_LDAP_MODIFY_PARTS_H
#define KBM_SOURCE_LDAP_MODIFY_PARTS_H

#include "source/entry_change.h"
#include "source/ldap_session_internal.h"

struct kbm_ldap_writing {
	struct kbm_ldap_session *session;
	const struct kbm_entry_change *change;
	struct kbm_value_difference *differences; /* one an attribute */
	struct kbm_ldap_part *parts;
	size_t part_count;
	bool *is_left_out;	    /* of the assertion, an attribute each */
	struct kbm_bytes assertion; /* at most KBM_LDAP_MAX_ASSERTION; empty: none */
	const char *moved;	    /* the attribute that was seen not to be what it was; or NULL */
};

/* Asks the server before it is told: so a connection that was closed meanwhile is found out while
 * it can be made again, and only that is asserted which the server can tell. An entry that is not
 * what it was is left to the server to refuse. KBM_NOT_FOUND: the connection was closed; any other
 * failure: the server serves nobody now. Nothing was changed. */
enum kbm_code kbm_ldap_guard(struct kbm_ldap_writing *writing, struct kbm_error *error);

#endif
