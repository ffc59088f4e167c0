/* Where a search takes place: where it begins, and where the server refers to. */
#include "source/ldap_search_parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/dn_within.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void kbm_ldap_clear_places(struct kbm_ldap_searching *search)
{
	for (size_t i = 0; i < search->place_count; i++)
		free(search->places[i].base);
	search->place_count = 0;
}

static enum kbm_code add_place(struct kbm_ldap_searching *search, struct kbm_ldap_place place,
			       const char *base, struct kbm_error *error)
{
	for (size_t i = 0; i < search->place_count; i++) {
		const struct kbm_ldap_place *other = &search->places[i];
		if (other->peer == place.peer && other->scope == place.scope &&
		    kbm_text_equals_ascii_case(other->base, base))
			return KBM_OK; /* it is searched already */
	}
	if (search->place_count == KBM_LDAP_MAX_REFERRALS)
		return kbm_fail(error, KBM_LIMIT, "the server refers to more than %u other places",
				KBM_LDAP_MAX_REFERRALS);
	place.base = strdup(base);
	if (place.base == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a search");
	search->places[search->place_count++] = place;
	return KBM_OK;
}

/* The root stands for what is below it: RFC 4511 has nothing there but the root DSE. Its children
 * are the bases themselves. */
enum kbm_code kbm_ldap_set_places(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	struct kbm_ldap_session *session = search->session;
	const struct kbm_directory_request *request = search->request;
	struct kbm_ldap_place place = {.peer = &session->server, .scope = request->scope};
	const char *bases[KBM_LDAP_MAX_REFERRALS];
	size_t count = 0;
	if (request->base[0] != '\0' || request->scope == KBM_SCOPE_BASE)
		return add_place(search, place, request->base, error);
	enum kbm_code code = kbm_ldap_bases(session, bases, KBM_LDAP_MAX_REFERRALS, &count, error);
	place.stands_in = true;
	if (request->scope == KBM_SCOPE_ONE)
		place.scope = KBM_SCOPE_BASE;
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		code = add_place(search, place, bases[i], error);
	return code;
}

/* --- references ------------------------------------------------------------------------------ */

/* Whether this host may be followed to. */
static bool is_followed(const struct kbm_ldap_peer *peer, const struct kbm_ldap_uri *uri)
{
	return uri->scheme != KBM_LDAP_SOCKET && peer->uri.port == uri->port &&
	       kbm_text_equals_ascii_case(peer->uri.host, uri->host);
}

/* What is said to the first server in confidence is not said to another one in the clear. */
static bool is_as_safe(const struct kbm_ldap_settings *settings, const struct kbm_ldap_uri *uri)
{
	bool is_confidential =
	    settings->uri.scheme == KBM_LDAP_TLS ||
	    (settings->uri.scheme == KBM_LDAP_SOCKET && settings->bind == KBM_LDAP_SIMPLE);
	return !is_confidential || uri->scheme == KBM_LDAP_TLS;
}

/* The other server that a reference leads to; NULL where it may not be asked. */
static struct kbm_ldap_peer *find_peer(struct kbm_ldap_session *session,
				       const struct kbm_ldap_uri *uri)
{
	const struct kbm_ldap_settings *settings = session->manner.settings;
	for (size_t i = 0; i < session->followed_count; i++) {
		struct kbm_ldap_peer *peer = &session->followed[i];
		if (is_followed(peer, uri) && is_as_safe(settings, uri)) {
			peer->uri.scheme = uri->scheme;
			return peer;
		}
	}
	return NULL;
}

/* Active Directory refers to naming contexts below that it holds itself. */
static bool is_own_below(const struct kbm_ldap_searching *search, const char *base)
{
	struct kbm_dn *dn = NULL;
	bool within = false;
	struct kbm_error ignored;
	if (base == NULL || search->here_dn == NULL || !search->session->root.is_known ||
	    !kbm_ldap_root_holds(&search->session->root, base) ||
	    kbm_dn_parse(base, strlen(base), KBM_DN_LDAP, &dn, &ignored) != KBM_OK)
		return false;
	bool is_below = dn->rdn_count > search->here_dn->rdn_count &&
			kbm_dn_is_within(dn, search->here_dn, &within, &ignored) == KBM_OK &&
			within;
	kbm_dn_free(dn);
	return is_below;
}

/* ldap://HOST/DN?ATTRIBUTES?SCOPE?FILTER (RFC 4516): the part of that number, from 1; "" for none.
 */
static const char *query_part(const char *uri, unsigned number)
{
	for (; number > 0; number--) {
		uri = strchr(uri, '?');
		if (uri == NULL)
			return "";
		uri++;
	}
	return uri;
}

/* The scope may be narrower than that of the search. */
static enum kbm_scope referred_scope(const char *uri, enum kbm_scope scope)
{
	const char *said = query_part(uri, 2);
	if (scope == KBM_SCOPE_ONE) /* RFC 4511 section 4.5.3: what is referred to is a child */
		scope = KBM_SCOPE_BASE;
	if (strncasecmp(said, "base", 4) == 0)
		return KBM_SCOPE_BASE;
	return strncasecmp(said, "one", 3) == 0 && scope == KBM_SCOPE_SUB ? KBM_SCOPE_ONE : scope;
}

/* The place, and who has it; *place.peer is NULL where that may not be asked. */
static enum kbm_code read_reference(struct kbm_ldap_searching *search, const char *text,
				    struct kbm_ldap_place *place, char **base,
				    struct kbm_error *error)
{
	struct kbm_ldap_uri uri = {0};
	struct kbm_error ignored;
	char *plain = strndup(text, strcspn(text, "?"));
	if (plain == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a reference");
	*place = (struct kbm_ldap_place){.is_referred = true,
					 .scope = referred_scope(text, search->here->scope)};
	/* A filter of its own would ask for less than the search does. */
	bool is_plain = query_part(text, 3)[0] == '\0';
	if (is_plain && kbm_ldap_uri_parse(plain, &uri, &ignored) == KBM_OK) {
		place->peer = find_peer(search->session, &uri);
		if (place->peer == NULL && is_own_below(search, uri.base))
			place->peer = &search->session->server;
		*base = strdup(uri.base == NULL ? search->here->base : uri.base);
	}
	free(plain);
	kbm_ldap_uri_clear(&uri);
	return place->peer != NULL && *base == NULL
		   ? kbm_fail(error, KBM_MEMORY, "no memory for a reference")
		   : KBM_OK;
}

/* All of one list lead to the same place: the first that may be asked stands for it. */
enum kbm_code kbm_ldap_take_reference(void *searching, char *const *uris, struct kbm_error *error)
{
	struct kbm_ldap_searching *search = searching;
	for (size_t i = 0; uris[i] != NULL; i++) {
		struct kbm_ldap_place place = {0};
		char *base = NULL;
		enum kbm_code code = read_reference(search, uris[i], &place, &base, error);
		bool may = code == KBM_OK && place.peer != NULL;
		if (may)
			code = add_place(search, place, base, error);
		free(base);
		if (may || code != KBM_OK)
			return code;
	}
	return kbm_fail(error, KBM_UNREADABLE,
			"the answer is not whole: the server refers to %.90s; not followed "
			"(--follow-referrals HOST[:PORT] names who may be asked)",
			uris[0]);
}
