/* One search as a whole: its pages, its places, its end. */
#include "source/ldap_search_parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/ldap_outcome.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

enum { RESULT_NO_SUCH_OBJECT = 32, RESULT_REFERRAL = 10 }; /* RFC 4511 appendix A */

static void drop_page(struct kbm_ldap_searching *search)
{
	kbm_entries_clear(&search->page.entries);
	search->page = kbm_ldap_gathered(KBM_LDAP_MAX_PAGE_BYTES);
}

/* `places`: how many there were before. */
static enum kbm_code end_of_place(struct kbm_ldap_searching *search,
				  const struct kbm_ldap_outcome *outcome, size_t places,
				  struct kbm_error *error)
{
	if (outcome->code == KBM_LDAP_SUCCESS)
		return KBM_OK;
	if (outcome->code == RESULT_REFERRAL)
		return search->place_count > places
			   ? KBM_OK /* where it leads to is searched next */
			   : kbm_fail(error, KBM_UNREADABLE,
				      "the server refers from %.120s to nowhere else",
				      search->here->base);
	if (outcome->code != RESULT_NO_SUCH_OBJECT)
		return kbm_ldap_explain(outcome, KBM_LDAP_STEP_SEARCH,
					search->session->manner.settings, error);
	if (search->here->is_referred)
		return kbm_fail(error, KBM_UNREADABLE,
				"the server refers to %.120s, which is not there",
				search->here->base);
	if (search->here->stands_in && search->session->manner.settings->base != NULL)
		return kbm_fail(error, KBM_UNREADABLE,
				"the base '%.120s' (-b) is not there, or not for this bind",
				search->here->base);
	search->absent = !search->here->stands_in;
	return KBM_OK;
}

static enum kbm_code search_page(struct kbm_ldap_searching *search, bool is_paged,
				 uint32_t size_limit, struct kbm_blob *cookie,
				 struct kbm_ldap_outcome *outcome, struct kbm_error *error)
{
	const struct kbm_ldap_place *here = search->here;
	const struct kbm_ldap_sink sink = {search, kbm_ldap_take_entry, kbm_ldap_take_reference};
	struct kbm_ldap_query query = {.request = *search->request,
				       .page_entries = is_paged ? KBM_LDAP_PAGE_ENTRIES : 0,
				       .cookie = cookie->data == NULL ? NULL : cookie,
				       .size_limit = size_limit};
	struct kbm_blob next = {0};
	query.request.base = here->base;
	query.request.scope = here->scope;
	query.request.filter = search->filter;
	drop_page(search);
	enum kbm_code code =
	    kbm_ldap_request(search->session, here->peer, &query, &sink, outcome, &next, error);
	free(cookie->data);
	*cookie = next;
	return code;
}

/* Exchange 5.5 answers a paged search that compares DNs with nothing when there is more than its
 * limit (Q246567): one without pages tells. */
static enum kbm_code doubt_nothing(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	struct kbm_ldap_outcome outcome;
	struct kbm_blob cookie = {0};
	enum kbm_code code = search_page(search, false, 1, &cookie, &outcome, error);
	free(cookie.data);
	if (code == KBM_OK && search->page.entries.count > 0)
		code = kbm_fail(error, KBM_UNREADABLE,
				"the server does not page this search, which compares DNs "
				"(Q246567); ask for the entries and compare them");
	return code;
}

/* Every entry has a class (RFC 4512 section 2.4): one that is there matches. */
static bool matches_everything(const struct kbm_ldap_searching *search)
{
	return kbm_text_equals_ascii_case(search->filter, "(objectClass=*)");
}

static enum kbm_code search_place(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	bool is_paged = search->here->scope != KBM_SCOPE_BASE;
	struct kbm_ldap_outcome outcome = {0};
	struct kbm_blob cookie = {0};
	size_t before = search->given;
	unsigned empty = 0;
	enum kbm_code code = KBM_OK;
	do {
		size_t places = search->place_count;
		code = search_page(search, is_paged, 0, &cookie, &outcome, error);
		if (code == KBM_OK)
			code = end_of_place(search, &outcome, places, error);
		empty = search->page.entries.count == 0 ? empty + 1 : 0;
		if (code == KBM_OK && empty > KBM_LDAP_MAX_EMPTY_PAGES)
			code = kbm_fail(error, KBM_UNREADABLE,
					"the server sends empty pages without end");
		if (code == KBM_OK)
			code = kbm_ldap_hand_out(search, error);
	} while (code == KBM_OK && cookie.data != NULL);
	free(cookie.data);
	if (code == KBM_OK && !is_paged && search->given == before &&
	    outcome.code == KBM_LDAP_SUCCESS && matches_everything(search))
		code = kbm_fail(error, KBM_UNREADABLE, "'%.120s' is there, but not for this bind",
				search->here->base);
	if (code == KBM_OK && is_paged && search->given == before && search->compares_dns &&
	    outcome.code == KBM_LDAP_SUCCESS)
		code = doubt_nothing(search, error);
	return code;
}

/* --- the whole ------------------------------------------------------------------------------- */

static enum kbm_code open_followed(struct kbm_ldap_searching *search, struct kbm_ldap_peer *peer,
				   struct kbm_error *error)
{
	struct kbm_error reason;
	if (peer->connection != NULL || peer == &search->session->server)
		return KBM_OK;
	enum kbm_code code = kbm_ldap_peer_open(peer, &search->session->manner, &reason);
	return code == KBM_OK ? code
			      : kbm_fail(error, code, "the server refers to %.60s: %.150s",
					 peer->uri.host, reason.message);
}

/* <GUID=...>, <SID=...>: Active Directory's own [MS-ADTS 3.1.1.3.1.2.4]. */
static bool is_extended_name(const char *base)
{
	return base[0] == '<';
}

static enum kbm_code visit(struct kbm_ldap_searching *search, const struct kbm_ldap_place *place,
			   struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error reason;
	enum kbm_code code = KBM_OK;
	if (!is_extended_name(place->base))
		code = kbm_dn_parse(place->base, strlen(place->base), KBM_DN_LDAP, &dn, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, KBM_UNREADABLE, "the server names '%.80s': %s", place->base,
				reason.message);
	search->here = place;
	search->here_dn = dn;
	code = open_followed(search, place->peer, error);
	if (code == KBM_OK)
		code = search_place(search, error);
	search->here_dn = NULL;
	kbm_dn_free(dn);
	return code;
}

static enum kbm_code search_all(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	enum kbm_code code = kbm_ldap_set_places(search, error);
	for (size_t i = 0; code == KBM_OK && i < search->place_count; i++)
		code = visit(search, &search->places[i], error);
	drop_page(search);
	return code;
}

/* The root DSE tells which references lead to this server itself; it is asked where some came. */
static enum kbm_code learn_for_references(struct kbm_ldap_searching *search,
					  struct kbm_error *error)
{
	/* A search of a whole tree of Active Directory always meets some. */
	if (search->session->manner.settings->base == NULL && search->request->base[0] == '\0')
		return KBM_OK; /* set_places() asks */
	if (search->request->scope == KBM_SCOPE_BASE)
		return KBM_OK;
	return kbm_ldap_learn_root(search->session, error);
}

static enum kbm_code check_request(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	const struct kbm_directory_request *request = search->request;
	struct kbm_filter *filter = NULL;
	struct kbm_dn *dn = NULL;
	struct kbm_error reason;
	enum kbm_code code = kbm_filter_parse(search->filter, &filter, error);
	if (code == KBM_OK)
		search->compares_dns = kbm_filter_compares(filter, KBM_SYNTAX_DN);
	kbm_filter_free(filter);
	if (code == KBM_UNSUPPORTED) /* extensible match: it is the server that matches */
		code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < request->attribute_count; i++) {
		const char *name = request->attributes[i];
		if (strcmp(name, "*") != 0 && strcmp(name, "+") != 0 &&
		    !kbm_attribute_name_is_valid(name, strlen(name)))
			code = kbm_fail(error, KBM_USAGE, "'%.60s' is not the name of an attribute",
					name);
	}
	if (code != KBM_OK || is_extended_name(request->base))
		return code;
	code = kbm_dn_parse(request->base, strlen(request->base), KBM_DN_LDAP, &dn, &reason);
	kbm_dn_free(dn);
	return code == KBM_OK
		   ? code
		   : kbm_fail(error, KBM_USAGE, "base '%.100s': %s", request->base, reason.message);
}

/* A connection that was closed is made again, once: the search begins anew, as long as nothing of
 * it was handed out. */
static enum kbm_code reconnect(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	struct kbm_ldap_session *session = search->session;
	bool may = search->given == 0 && session->server.connection == NULL;
	kbm_ldap_clear_places(search);
	search->absent = false;
	kbm_name_index_clear(&search->seen);
	return may ? kbm_ldap_reconnect(session, error)
		   : kbm_fail(error, KBM_UNREADABLE,
			      "the server closed the connection in mid-search");
}

/* What an anonymous bind did not get may be there all the same: nothing, a list, an attribute. Who
 * reads the answer himself is told instead. */
static enum kbm_code judge_sight(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	struct kbm_ldap_session *session = search->session;
	bool is_list = search->request->scope != KBM_SCOPE_BASE;
	bool may_lack = search->given == 0 || is_list || search->lacks_attribute;
	bool sees_all = true;
	if (!may_lack || session->manner.settings->bind != KBM_LDAP_ANONYMOUS)
		return KBM_OK;
	enum kbm_code code = kbm_ldap_look(session, &sees_all, error);
	if (code != KBM_OK || sees_all)
		return code;
	session->is_doubtful = true;
	if (search->given > 0 && search->request->for_person)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE,
			"%s: who has not bound may not be shown everything%s; %s",
			search->given == 0 ? "nothing was found, which tells nothing"
			: is_list	   ? "the list may not be whole"
					   : "an attribute is not there, or not shown",
			session->root.is_active_directory ? "" : " (Exchange 5.5: recipients only)",
			kbm_ldap_bind_advice(KBM_LDAP_ANONYMOUS));
}

enum kbm_code kbm_ldap_session_search(struct kbm_ldap_session *session,
				      const struct kbm_directory_request *request,
				      kbm_take_entry *take, void *context, struct kbm_error *error)
{
	struct kbm_ldap_searching search = {
	    .session = session,
	    .request = request,
	    .filter = request->filter == NULL ? "(objectClass=*)" : request->filter,
	    .take = take,
	    .context = context,
	    .page = kbm_ldap_gathered(KBM_LDAP_MAX_PAGE_BYTES),
	};
	enum kbm_code code = check_request(&search, error);
	if (code == KBM_OK && session->dead.code != KBM_OK)
		code = kbm_fail(error, session->dead.code, "%s", session->dead.message);
	for (unsigned attempt = 0; code == KBM_OK; attempt++) {
		code = learn_for_references(&search, error);
		if (code == KBM_OK)
			code = search_all(&search, error);
		if (code != KBM_NOT_FOUND)
			break;
		code = attempt == 0 ? reconnect(&search, error)
				    : kbm_fail(error, KBM_UNREADABLE,
					       "the server closes the connection at every search");
	}
	if (code == KBM_OK)
		code = judge_sight(&search, error);
	if (code == KBM_OK && search.absent)
		code = kbm_fail(error, KBM_NOT_FOUND, "no entry '%.150s'", request->base);
	kbm_ldap_clear_places(&search);
	kbm_name_index_clear(&search.seen);
	return code;
}
