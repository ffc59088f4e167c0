/* What a change asserts of its entry (RFC 4528), as far as the server has that and can tell. */
#include "source/ldap_modify_parts.h"

#include "base/clock.h"
#include "base/limits.h"
#include "source/ldap_outcome.h"

/* RFC 4511 appendix A */
enum {
	RESULT_REFERRAL = 10,
	RESULT_FIRST_OF_ATTRIBUTES = 16, /* problems with attributes and values */
	RESULT_LAST_OF_ATTRIBUTES = 21,
	RESULT_NO_SUCH_OBJECT = 32,
	RESULT_INVALID_DN = 34,
	RESULT_INSUFFICIENT_ACCESS = 50
};

/* As much of it as fits: values that go are compared by the server all the same. */
static void write_assertion(struct kbm_ldap_writing *writing)
{
	enum { FRAME_BYTES = 3 }; /* (&) */
	struct kbm_bytes one;
	kbm_bytes_reset(&writing->assertion);
	kbm_bytes_init(&one, KBM_LDAP_MAX_ASSERTION);
	for (size_t i = 0; i < writing->change->count; i++) {
		kbm_bytes_reset(&one);
		if (writing->is_left_out[i] ||
		    !kbm_attribute_change_assertion(&writing->change->items[i], &one) ||
		    one.length + FRAME_BYTES >
			writing->assertion.maximum - writing->assertion.length)
			continue;
		if (writing->assertion.length == 0)
			kbm_bytes_append_text(&writing->assertion, "(&");
		kbm_bytes_append(&writing->assertion, one.data, one.length);
	}
	if (writing->assertion.length > 0)
		kbm_bytes_append_byte(&writing->assertion, ')');
	kbm_bytes_clear(&one);
}

/* Whether a search's result is about the entry or the filter. Others say that the server serves
 * nobody now: what is sent would have no better answer. */
static bool is_answer(int code)
{
	return code == KBM_LDAP_SUCCESS || code == RESULT_REFERRAL ||
	       code == RESULT_NO_SUCH_OBJECT || code == RESULT_INVALID_DN ||
	       code == RESULT_INSUFFICIENT_ACCESS ||
	       (code >= RESULT_FIRST_OF_ATTRIBUTES && code <= RESULT_LAST_OF_ATTRIBUTES);
}

/* Looks at the entry through a filter, for one attribute. KBM_NOT_FOUND: the connection was closed,
 * as for kbm_ldap_gather(). An entry that is not there, or not shown, is none. */
static enum kbm_code look(const struct kbm_ldap_writing *writing, const char *filter,
			  const char *attribute, struct kbm_entries *entries,
			  struct kbm_error *error)
{
	struct kbm_ldap_session *session = writing->session;
	const struct kbm_ldap_query query = {
	    .request = {writing->change->dn, KBM_SCOPE_BASE, filter, &attribute, 1, false},
	};
	struct kbm_ldap_outcome outcome;
	enum kbm_code code = kbm_ldap_gather(session, &session->server, &query,
					     KBM_LDAP_MAX_PAGE_BYTES, entries, &outcome, error);
	if (code != KBM_OK || is_answer(outcome.code))
		return code;
	return kbm_ldap_explain(&outcome, KBM_LDAP_STEP_SEARCH, session->manner.settings, error);
}

/* Whether the server can tell if an attribute is as it was. It cannot where a value does not
 * compare, and where one that is absent has kinds of its own that are there (cn;lang-de, or cn
 * where name is absent), for which a filter takes it as present. `filter` is true of every entry of
 * which it can be told. */
static enum kbm_code judge(struct kbm_ldap_writing *writing, size_t index, const char *filter,
			   struct kbm_error *error)
{
	const struct kbm_attribute_change *item = &writing->change->items[index];
	struct kbm_entries entries = {0};
	enum kbm_code code = look(writing, filter, item->name, &entries, error);
	if (code == KBM_OK && entries.count != 1)
		writing->is_left_out[index] = true;
	else if (code == KBM_OK && item->before_count == 0)
		writing->is_left_out[index] =
		    entries.items[0].attribute_count > 0 &&
		    kbm_entry_attribute(&entries.items[0], item->name) == NULL;
	kbm_entries_clear(&entries);
	return code;
}

/* One attribute of an entry that is not all that was asserted. */
static enum kbm_code doubt(struct kbm_ldap_writing *writing, size_t index, struct kbm_error *error)
{
	enum { BOTH = 2, SIGNS = 16 };
	const struct kbm_attribute_change *item = &writing->change->items[index];
	struct kbm_entries entries = {0};
	struct kbm_bytes one;
	struct kbm_bytes either;
	kbm_bytes_init(&one, KBM_LDAP_MAX_ASSERTION);
	kbm_bytes_init(&either, BOTH * KBM_LDAP_MAX_ASSERTION + SIGNS);
	enum kbm_code code = KBM_OK;
	if (!kbm_attribute_change_assertion(item, &one))
		goto out; /* it is not asserted either */
	kbm_bytes_printf(&either, "(|%s(!%s))", kbm_bytes_text(&one), kbm_bytes_text(&one));
	code = look(writing, kbm_bytes_text(&one), "1.1", &entries, error);
	if (code != KBM_OK || entries.count > 0)
		goto out;
	code = judge(writing, index, kbm_bytes_text(&either), error);
	if (code == KBM_OK && !writing->is_left_out[index] && writing->moved == NULL)
		writing->moved = item->name;
out:
	kbm_entries_clear(&entries);
	kbm_bytes_clear(&one);
	kbm_bytes_clear(&either);
	return code;
}

enum kbm_code kbm_ldap_guard(struct kbm_ldap_writing *writing, struct kbm_error *error)
{
	struct kbm_ldap_session *session = writing->session;
	struct kbm_entries entries = {0};
	enum kbm_code code = kbm_ldap_learn_root(session, error);
	if (code != KBM_OK)
		return code;
	if (session->root.has_assertion)
		write_assertion(writing);
	bool is_guarded = writing->assertion.length > 0;
	code = look(writing, is_guarded ? kbm_bytes_text(&writing->assertion) : "(objectClass=*)",
		    "1.1", &entries, error);
	bool is_as_it_was = code == KBM_OK && entries.count > 0;
	kbm_entries_clear(&entries);
	if (!is_guarded || is_as_it_was)
		return code;
	uint64_t until = kbm_clock_ms() + session->manner.settings->timeout_ms;
	for (size_t i = 0; code == KBM_OK && i < writing->change->count; i++)
		if (kbm_clock_ms() < until)
			code = doubt(writing, i, error);
	if (code == KBM_OK)
		write_assertion(writing);
	return code;
}
