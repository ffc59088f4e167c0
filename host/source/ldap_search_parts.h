/* What the parts of one search share (ldap_session_search.c, ldap_search_places.c,
 * ldap_search_entries.c only). */
#ifndef KBM_SOURCE_LDAP_SEARCH_PARTS_H
#define KBM_SOURCE_LDAP_SEARCH_PARTS_H

#include "source/dn.h"
#include "source/ldap_session_internal.h"
#include "source/name_index.h"

/* Where is searched. */
struct kbm_ldap_place {
	struct kbm_ldap_peer *peer;
	char *base;
	enum kbm_scope scope;
	bool is_referred; /* to here by the server */
	bool stands_in;	  /* for the root: -b, or a naming context */
};

struct kbm_ldap_searching {
	struct kbm_ldap_session *session;
	const struct kbm_directory_request *request;
	const char *filter;
	kbm_take_entry *take;
	void *context;
	struct kbm_ldap_place places[KBM_LDAP_MAX_REFERRALS];
	size_t place_count;
	const struct kbm_ldap_place *here;
	const struct kbm_dn *here_dn; /* its base; NULL where that is no DN (<GUID=...>) */
	struct kbm_collected page;
	struct kbm_name_index seen; /* DNs, normalised: places may overlap */
	size_t given;		    /* entries handed out */
	bool absent;		    /* the base is not there */
	bool lacks_attribute;	    /* one that was asked for, on an entry that came */
	bool compares_dns;
};

/* --- ldap_search_places.c -------------------------------------------------------------------- */

/* The places where the search begins. */
enum kbm_code kbm_ldap_set_places(struct kbm_ldap_searching *search, struct kbm_error *error);
void kbm_ldap_clear_places(struct kbm_ldap_searching *search);
/* struct kbm_ldap_sink's reference(): adds the place that the server refers to, or refuses. */
enum kbm_code kbm_ldap_take_reference(void *searching, char *const *uris, struct kbm_error *error);

/* --- ldap_search_entries.c ------------------------------------------------------------------- */

/* struct kbm_ldap_sink's entry(): checks it and keeps it in the page. */
enum kbm_code kbm_ldap_take_entry(void *searching, struct kbm_entry *entry,
				  struct kbm_error *error);
/* Completes the page's entries and hands them out. */
enum kbm_code kbm_ldap_hand_out(struct kbm_ldap_searching *search, struct kbm_error *error);

#endif
