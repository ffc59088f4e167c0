/* One search as a whole: its pages, the places that the server refers to, its end. */
#include "source/ldap_session_internal.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"
#include "source/dn_within.h"
#include "source/ldap_outcome.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RESULT_NO_SUCH_OBJECT = 32, RESULT_REFERRAL = 10 }; /* RFC 4511 appendix A */

/* Where is searched. */
struct place {
	struct kbm_ldap_peer *peer;
	char *base;
	enum kbm_scope scope;
	bool is_referred; /* to here by the server */
	bool stands_in;	  /* for the root: -b, or a naming context */
};

struct search {
	struct kbm_ldap_session *session;
	const struct kbm_directory_request *request;
	const char *filter;
	kbm_take_entry *take;
	void *context;
	struct place places[KBM_LDAP_MAX_REFERRALS];
	size_t place_count;
	const struct place *here;
	const struct kbm_dn *here_dn; /* its base */
	struct kbm_collected page;
	size_t given; /* entries handed out */
	bool absent;  /* the base is not there */
	bool compares_dns;
};

static void clear_places(struct search *search)
{
	for (size_t i = 0; i < search->place_count; i++)
		free(search->places[i].base);
	search->place_count = 0;
}

static enum kbm_code add_place(struct search *search, struct place place, const char *base,
			       struct kbm_error *error)
{
	for (size_t i = 0; i < search->place_count; i++) {
		const struct place *other = &search->places[i];
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

/* --- what comes ------------------------------------------------------------------------------ */

/* Whether an entry is where it was searched: RFC 4511 section 4.5.1.2. */
static enum kbm_code check_place(const struct search *search, const struct kbm_dn *dn,
				 const char *text, struct kbm_error *error)
{
	bool within = false;
	enum kbm_code code = kbm_dn_is_within(dn, search->here_dn, &within, error);
	if (code != KBM_OK)
		return code;
	size_t depth = within ? dn->rdn_count - search->here_dn->rdn_count : 0;
	if (within && (search->here->scope == KBM_SCOPE_SUB ||
		       depth == (search->here->scope == KBM_SCOPE_ONE ? 1U : 0U)))
		return KBM_OK;
	return kbm_fail(
	    error, KBM_UNREADABLE,
	    "the server sent an entry from outside of the base that was asked for: %.100s", text);
}

/* Servers escape as they like (\2C for \,): the name gets one spelling, which keeps its types and
 * values. */
static enum kbm_code respell(const struct search *search, struct kbm_entry *entry,
			     struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error reason;
	struct kbm_bytes text;
	if (!kbm_text_is_utf8(entry->dn, strlen(entry->dn)))
		return kbm_fail(error, KBM_UNREADABLE, "an entry's DN is no UTF-8: %.100s",
				entry->dn);
	enum kbm_code code = kbm_dn_parse(entry->dn, strlen(entry->dn), KBM_DN_LDAP, &dn, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, KBM_UNREADABLE, "an entry's DN cannot be read: %s",
				reason.message);
	kbm_bytes_init(&text, 8 * KBM_DN_MAX_BYTES);
	code = check_place(search, dn, entry->dn, error);
	if (code == KBM_OK)
		code = kbm_dn_write(dn, KBM_DN_LDAP, &text, error);
	kbm_dn_free(dn);
	if (code != KBM_OK) {
		kbm_bytes_clear(&text);
		return code;
	}
	char *spelled = kbm_bytes_take(&text, NULL);
	if (spelled == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for an entry");
	free(entry->dn);
	entry->dn = spelled;
	return KBM_OK;
}

static enum kbm_code check_entry(const struct search *search, struct kbm_entry *entry,
				 struct kbm_error *error)
{
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const char *name = entry->attributes[i].name;
		if (!kbm_attribute_name_is_valid(name, strlen(name)) && !kbm_attribute_is_cut(name))
			return kbm_fail(error, KBM_UNREADABLE,
					"an attribute of %.100s has no possible name", entry->dn);
	}
	if (search->here->scope == KBM_SCOPE_BASE && search->page.entries.count > 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"the server sent several entries where one was asked for");
	if (entry->dn[0] == '\0' && search->here->base[0] == '\0')
		return KBM_OK; /* the root DSE */
	return respell(search, entry, error);
}

static enum kbm_code on_entry(void *context, struct kbm_entry *entry, struct kbm_error *error)
{
	struct search *search = context;
	enum kbm_code code = check_entry(search, entry, error);
	if (code == KBM_OK)
		return kbm_collect(&search->page, entry, error);
	kbm_entry_clear(entry);
	return code;
}

/* The host that may be followed to, or NULL. */
static struct kbm_ldap_peer *find_followed(struct kbm_ldap_session *session,
					   const struct kbm_ldap_uri *uri)
{
	for (size_t i = 0; i < session->manner.settings->followed_count; i++) {
		struct kbm_ldap_peer *peer = &session->followed[i];
		if (uri->scheme != KBM_LDAP_SOCKET && peer->uri.port == uri->port &&
		    kbm_text_equals_ascii_case(peer->uri.host, uri->host))
			return peer;
	}
	return NULL;
}

/* ldap://HOST/DN??SCOPE: the scope may be narrower than that of the search. */
static enum kbm_scope referred_scope(const char *uri, enum kbm_scope scope)
{
	const char *query = strchr(uri, '?');
	query = query == NULL ? NULL : strchr(query + 1, '?');
	if (scope == KBM_SCOPE_ONE) /* RFC 4511 section 4.5.3: what is referred to is a child */
		scope = KBM_SCOPE_BASE;
	if (query == NULL)
		return scope;
	if (strncasecmp(query + 1, "base", 4) == 0)
		return KBM_SCOPE_BASE;
	return strncasecmp(query + 1, "one", 3) == 0 && scope == KBM_SCOPE_SUB ? KBM_SCOPE_ONE
									       : scope;
}

static enum kbm_code parse_reference(const char *text, struct kbm_ldap_uri *uri)
{
	size_t length = strcspn(text, "?");
	char *plain = strndup(text, length);
	struct kbm_error ignored;
	enum kbm_code code = plain == NULL ? KBM_MEMORY : kbm_ldap_uri_parse(plain, uri, &ignored);
	free(plain);
	return code;
}

static enum kbm_code refuse_reference(const char *text, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE,
			"the answer is not whole: the server refers to %.90s; not followed "
			"(--follow-referrals HOST[:PORT] names who may be asked)",
			text);
}

static enum kbm_code on_reference(void *context, const char *text, struct kbm_error *error)
{
	struct search *search = context;
	struct kbm_ldap_session *session = search->session;
	struct kbm_ldap_uri uri = {0};
	struct place place = {.is_referred = true,
			      .scope = referred_scope(text, search->here->scope)};
	if (parse_reference(text, &uri) != KBM_OK)
		return refuse_reference(text, error);
	const char *base = uri.base == NULL ? search->here->base : uri.base;
	place.peer = find_followed(session, &uri);
	/* A naming context that this very server holds: Active Directory refers to those, too. */
	if (place.peer == NULL && uri.base != NULL && session->root.is_known &&
	    kbm_ldap_root_holds(&session->root, uri.base))
		place.peer = &session->server;
	enum kbm_code code = place.peer == NULL ? refuse_reference(text, error)
						: add_place(search, place, base, error);
	kbm_ldap_uri_clear(&uri);
	return code;
}

/* --- pages ----------------------------------------------------------------------------------- */

static enum kbm_code hand_out(struct search *search, struct kbm_error *error)
{
	struct kbm_entries *entries = &search->page.entries;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < entries->count; i++)
		code = kbm_ldap_complete_ranges(search->session, search->here->peer,
						&entries->items[i], error);
	for (size_t i = 0; code == KBM_OK && i < entries->count; i++) {
		struct kbm_entry entry = entries->items[i];
		entries->items[i] = (struct kbm_entry){0};
		search->given++;
		code = search->take(search->context, &entry, error);
	}
	return code;
}

static void drop_page(struct search *search)
{
	kbm_entries_clear(&search->page.entries);
	search->page = kbm_ldap_gathered(KBM_LDAP_MAX_PAGE_BYTES);
}

/* `places`: how many there were before. */
static enum kbm_code end_of_place(struct search *search, const struct kbm_ldap_outcome *outcome,
				  size_t places, struct kbm_error *error)
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

static enum kbm_code search_page(struct search *search, bool is_paged, uint32_t size_limit,
				 struct kbm_blob *cookie, struct kbm_ldap_outcome *outcome,
				 struct kbm_error *error)
{
	const struct place *here = search->here;
	const struct kbm_ldap_sink sink = {search, on_entry, on_reference};
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
static enum kbm_code doubt_nothing(struct search *search, struct kbm_error *error)
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

static enum kbm_code search_place(struct search *search, struct kbm_error *error)
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
			code = hand_out(search, error);
	} while (code == KBM_OK && cookie.data != NULL);
	free(cookie.data);
	if (code == KBM_OK && is_paged && search->given == before && search->compares_dns &&
	    outcome.code == KBM_LDAP_SUCCESS)
		code = doubt_nothing(search, error);
	return code;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* The root stands for what is below it: RFC 4511 has nothing there but the root DSE. Its children
 * are the bases themselves. */
static enum kbm_code set_places(struct search *search, struct kbm_error *error)
{
	struct kbm_ldap_session *session = search->session;
	const struct kbm_directory_request *request = search->request;
	struct place place = {.peer = &session->server, .scope = request->scope};
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

static enum kbm_code open_followed(struct search *search, struct kbm_ldap_peer *peer,
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

static enum kbm_code visit(struct search *search, const struct place *place,
			   struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error reason;
	enum kbm_code code =
	    kbm_dn_parse(place->base, strlen(place->base), KBM_DN_LDAP, &dn, &reason);
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

static enum kbm_code search_all(struct search *search, struct kbm_error *error)
{
	enum kbm_code code = set_places(search, error);
	for (size_t i = 0; code == KBM_OK && i < search->place_count; i++)
		code = visit(search, &search->places[i], error);
	drop_page(search);
	return code;
}

/* The root DSE tells which references lead to this server itself; it is asked where some came. */
static enum kbm_code learn_for_references(struct search *search, struct kbm_error *error)
{
	/* A search of a whole tree of Active Directory always meets some. */
	if (search->session->manner.settings->base == NULL && search->request->base[0] == '\0')
		return KBM_OK; /* set_places() asks */
	if (search->request->scope != KBM_SCOPE_SUB)
		return KBM_OK;
	return kbm_ldap_learn_root(search->session, error);
}

static enum kbm_code check_request(struct search *search, struct kbm_error *error)
{
	const struct kbm_directory_request *request = search->request;
	struct kbm_filter *filter = NULL;
	struct kbm_dn *dn = NULL;
	struct kbm_error reason;
	enum kbm_code code = kbm_filter_parse(search->filter, &filter, error);
	if (code == KBM_OK)
		search->compares_dns = kbm_filter_compares(filter, KBM_SYNTAX_DN);
	kbm_filter_free(filter);
	for (size_t i = 0; code == KBM_OK && i < request->attribute_count; i++) {
		const char *name = request->attributes[i];
		if (strcmp(name, "*") != 0 && strcmp(name, "+") != 0 &&
		    !kbm_attribute_name_is_valid(name, strlen(name)))
			code = kbm_fail(error, KBM_USAGE, "'%.60s' is not the name of an attribute",
					name);
	}
	if (code != KBM_OK)
		return code;
	code = kbm_dn_parse(request->base, strlen(request->base), KBM_DN_LDAP, &dn, &reason);
	kbm_dn_free(dn);
	return code == KBM_OK
		   ? code
		   : kbm_fail(error, KBM_USAGE, "base '%.100s': %s", request->base, reason.message);
}

/* A connection that was closed is made again, once: the search begins anew, as long as nothing of
 * it was handed out. */
static enum kbm_code reconnect(struct search *search, struct kbm_error *error)
{
	struct kbm_ldap_session *session = search->session;
	struct kbm_error reason;
	bool may = search->given == 0 && session->server.connection == NULL;
	clear_places(search);
	search->absent = false;
	enum kbm_code code =
	    may ? kbm_ldap_peer_open(&session->server, &session->manner, &reason) : KBM_UNREADABLE;
	if (code == KBM_OK)
		return KBM_OK;
	kbm_fail(error, KBM_UNREADABLE, "the server closed the connection%s%s",
		 may ? "; again: " : " in mid-search", may ? reason.message : "");
	if (may)
		session->dead = *error;
	return KBM_UNREADABLE;
}

enum kbm_code kbm_ldap_session_search(struct kbm_ldap_session *session,
				      const struct kbm_directory_request *request,
				      kbm_take_entry *take, void *context, struct kbm_error *error)
{
	struct search search = {
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
	if (code == KBM_OK && search.given == 0)
		code = kbm_ldap_judge_absence(session, error);
	if (code == KBM_OK && search.absent)
		code = kbm_fail(error, KBM_NOT_FOUND, "no entry '%.150s'", request->base);
	clear_places(&search);
	return code;
}
