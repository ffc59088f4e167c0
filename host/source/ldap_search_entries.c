/* The entries that a search finds: checked as they come, completed, handed out once. */
#include "source/ldap_search_parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/dn_within.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

/* --- what comes ------------------------------------------------------------------------------ */

/* Whether an entry is where it was searched: RFC 4511 section 4.5.1.2. */
static enum kbm_code check_place(const struct kbm_ldap_searching *search, const struct kbm_dn *dn,
				 const char *text, struct kbm_error *error)
{
	bool within = false;
	if (search->here_dn == NULL)
		return KBM_OK;
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
static enum kbm_code respell(const struct kbm_ldap_searching *search, struct kbm_entry *entry,
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

static enum kbm_code check_entry(const struct kbm_ldap_searching *search, struct kbm_entry *entry,
				 struct kbm_error *error)
{
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const char *name = entry->attributes[i].name;
		if (!kbm_attribute_name_is_valid(name, strlen(name)) && !kbm_attribute_is_cut(name))
			return kbm_fail(error, KBM_UNREADABLE,
					"an attribute of %.100s has no possible name", entry->dn);
		if (entry->attributes[i].value_count > KBM_WIRE_MAX_VALUES)
			return kbm_fail(error, KBM_LIMIT,
					"'%.60s' of %.80s has more than %u values", name, entry->dn,
					KBM_WIRE_MAX_VALUES);
	}
	if (search->here->scope == KBM_SCOPE_BASE && search->page.entries.count > 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"the server sent several entries where one was asked for");
	if (entry->dn[0] == '\0' && search->here->base[0] == '\0')
		return KBM_OK; /* the root DSE */
	return respell(search, entry, error);
}

enum kbm_code kbm_ldap_take_entry(void *searching, struct kbm_entry *entry, struct kbm_error *error)
{
	struct kbm_ldap_searching *search = searching;
	enum kbm_code code = check_entry(search, entry, error);
	if (code == KBM_OK)
		return kbm_collect(&search->page, entry, error);
	kbm_entry_clear(entry);
	return code;
}

/* --- handing out ----------------------------------------------------------------------------- */

/* Where several places are searched, or may be, they can overlap. */
static bool may_come_twice(const struct kbm_ldap_searching *search)
{
	const struct kbm_ldap_session *session = search->session;
	return search->request->scope != KBM_SCOPE_BASE &&
	       (search->place_count > 1 || session->root.context_count > 1 ||
		session->followed_count > 0);
}

/* Notes an entry's DN; *is_new: it was not there before. */
static enum kbm_code note_dn(struct kbm_ldap_searching *search, const char *text, bool *is_new,
			     struct kbm_error *error)
{
	struct kbm_bytes key;
	uint32_t number = 0;
	uint32_t before = search->seen.count;
	kbm_bytes_init(&key, KBM_DN_MAX_KEY_BYTES);
	enum kbm_code code = kbm_dn_text_key(text, strlen(text), &key, error);
	if (code == KBM_OK)
		code = kbm_name_index_add(&search->seen, 0, kbm_bytes_text(&key), key.length,
					  &number, error);
	*is_new = search->seen.count > before;
	kbm_bytes_clear(&key);
	return code;
}

/* Whether everything that was asked for by name came. */
static bool is_complete(const struct kbm_directory_request *request, const struct kbm_entry *entry)
{
	for (size_t i = 0; i < request->attribute_count; i++) {
		const char *name = request->attributes[i];
		bool is_name =
		    strcmp(name, "*") != 0 && strcmp(name, "+") != 0 && strcmp(name, "1.1") != 0;
		if (is_name && kbm_entry_attribute(entry, name) == NULL)
			return false;
	}
	return true;
}

static enum kbm_code hand_out_one(struct kbm_ldap_searching *search, struct kbm_entry *entry,
				  struct kbm_error *error)
{
	bool is_new = true;
	enum kbm_code code = KBM_OK;
	if (may_come_twice(search))
		code = note_dn(search, entry->dn, &is_new, error);
	if (code == KBM_OK && is_new && search->given == KBM_LDAP_MAX_ENTRIES)
		code = kbm_fail(error, KBM_LIMIT,
				"the server has sent %u entries, and more follow; use a narrower "
				"base or filter",
				KBM_LDAP_MAX_ENTRIES);
	if (code != KBM_OK || !is_new) {
		kbm_entry_clear(entry);
		return code;
	}
	search->lacks_attribute |= !is_complete(search->request, entry);
	search->given++;
	return search->take(search->context, entry, error);
}

enum kbm_code kbm_ldap_hand_out(struct kbm_ldap_searching *search, struct kbm_error *error)
{
	struct kbm_entries *entries = &search->page.entries;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < entries->count; i++)
		code = kbm_ldap_complete_ranges(search->session, search->here->peer,
						&entries->items[i], error);
	for (size_t i = 0; code == KBM_OK && i < entries->count; i++) {
		struct kbm_entry entry = entries->items[i];
		entries->items[i] = (struct kbm_entry){0};
		code = hand_out_one(search, &entry, error);
	}
	return code;
}
