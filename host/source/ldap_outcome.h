/* What a server's refusal means to a person, and what to do about it. Pure. */
#ifndef KBM_SOURCE_LDAP_OUTCOME_H
#define KBM_SOURCE_LDAP_OUTCOME_H

#include "source/ldap.h"
#include "source/ldap_settings.h"

/* What was under way. */
enum kbm_ldap_step {
	KBM_LDAP_STEP_START_TLS,
	KBM_LDAP_STEP_BIND,
	KBM_LDAP_STEP_SEARCH,
	KBM_LDAP_STEP_MODIFY
};

/* Fills *error with one sentence about an outcome that is no success, and returns its code: a
 * "could not look", KBM_UNREADABLE or KBM_LIMIT; of a modify that the server refused, KBM_REFUSED.
 */
enum kbm_code kbm_ldap_explain(const struct kbm_ldap_outcome *outcome, enum kbm_ldap_step step,
			       const struct kbm_ldap_settings *settings, struct kbm_error *error);

/* "bind with -D NAME and -W ...": what a person does who is anonymous and sees too little. */
const char *kbm_ldap_bind_advice(enum kbm_ldap_bind bind);

#endif
