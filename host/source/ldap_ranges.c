/* Lists of values that a server hands out in parts. */
#include "source/ldap_session_internal.h"

#include "base/limits.h"
#include "source/ldap_outcome.h"
#include "source/syntax.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "member;range=0-1499": where the option begins, and which values these are, both ends counting.
 */
struct range {
	size_t option; /* byte of its ';' */
	size_t length; /* of the option */
	uint32_t first;
	uint32_t last;
	bool is_last; /* "0-*": no more follow */
};

enum { MAX_DIGITS = 9 };

/* A number at *text, which moves behind it. */
static bool take_number(const char **text, uint32_t *number)
{
	size_t digits = strspn(*text, "0123456789");
	if (digits == 0 || digits > MAX_DIGITS)
		return false;
	*number = (uint32_t)strtoul(*text, NULL, 10);
	*text += digits;
	return true;
}

static bool read_range(const char *name, struct range *range)
{
	static const char option[] = ";range=";
	const char *at = strcasestr(name, option);
	if (at == NULL)
		return false;
	range->option = (size_t)(at - name);
	const char *text = at + strlen(option);
	if (!take_number(&text, &range->first) || *text++ != '-')
		return false;
	range->is_last = *text == '*';
	if (range->is_last)
		text++;
	else if (!take_number(&text, &range->last) || range->last < range->first)
		return false;
	range->length = (size_t)(text - at);
	return *text == '\0' || *text == ';';
}

static enum kbm_code misfit(const struct kbm_entry *entry, const char *name,
			    struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE,
			"the list of values is cut: '%.60s' of %.100s does not follow what came "
			"before",
			name, entry->dn);
}

/* The part that begins where the last one ended, as it came; its values move to `values`. */
static enum kbm_code take_part(const struct kbm_entry *part, const struct kbm_entry *entry,
			       const char *plain, uint32_t next, struct range *range,
			       struct kbm_attribute *list, struct kbm_error *error)
{
	for (size_t i = 0; i < part->attribute_count; i++) {
		struct kbm_attribute *came = &part->attributes[i];
		if (!read_range(came->name, range) ||
		    strncasecmp(came->name, plain, range->option) != 0 ||
		    strlen(plain) < range->option)
			continue;
		size_t count = came->value_count;
		if (range->first != next ||
		    (!range->is_last && count != range->last - range->first + 1) ||
		    (count == 0 && !range->is_last))
			return misfit(entry, came->name, error);
		struct kbm_blob *grown =
		    reallocarray(list->values, list->value_count + count + 1, sizeof *grown);
		if (grown == NULL)
			return kbm_fail(error, KBM_MEMORY, "no memory for values");
		list->values = grown;
		if (count > 0)
			memcpy(grown + list->value_count, came->values, count * sizeof *grown);
		list->value_count += count;
		came->value_count = 0; /* they are the list's now */
		return KBM_OK;
	}
	return misfit(entry, plain, error);
}

static enum kbm_code ask_part(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
			      const struct kbm_entry *entry, const char *wanted,
			      struct kbm_entries *came, struct kbm_error *error)
{
	const char *const attributes[] = {wanted};
	const struct kbm_ldap_query query = {
	    .request = {entry->dn, KBM_SCOPE_BASE, "(objectClass=*)", attributes, 1, false}};
	struct kbm_ldap_outcome outcome;
	enum kbm_code code =
	    kbm_ldap_gather(session, peer, &query, KBM_LDAP_MAX_PAGE_BYTES, came, &outcome, error);
	if (code == KBM_OK && outcome.code != KBM_LDAP_SUCCESS)
		code = kbm_ldap_explain(&outcome, KBM_LDAP_STEP_SEARCH, session->manner.settings,
					error);
	if (code == KBM_OK && came->count != 1)
		code = kbm_fail(error, KBM_UNREADABLE, "%.120s is gone while its values were read",
				entry->dn);
	return code;
}

/* Fetches what follows the part that the list holds already. */
static enum kbm_code fetch_rest(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
				const struct kbm_entry *entry, const char *plain,
				struct range *range, struct kbm_attribute *list,
				struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (unsigned parts = 0; code == KBM_OK && !range->is_last; parts++) {
		struct kbm_entries came = {0};
		uint32_t next = range->last + 1;
		char *wanted = NULL;
		if (parts == KBM_LDAP_MAX_RANGES || list->value_count >= KBM_WIRE_MAX_VALUES)
			return kbm_fail(error, KBM_LIMIT, "'%.60s' of %.100s has too many values",
					plain, entry->dn);
		if (asprintf(&wanted, "%s;range=%" PRIu32 "-*", plain, next) < 0)
			return kbm_fail(error, KBM_MEMORY, "no memory for values");
		code = ask_part(session, peer, entry, wanted, &came, error);
		if (code == KBM_OK)
			code = take_part(&came.items[0], entry, plain, next, range, list, error);
		free(wanted);
		kbm_entries_clear(&came);
	}
	return code;
}

/* An empty attribute of the plain name may stand beside its first part. */
static void remove_empty(struct kbm_entry *entry, const struct kbm_attribute *list)
{
	for (size_t i = 0; i < entry->attribute_count; i++) {
		struct kbm_attribute *other = &entry->attributes[i];
		if (other == list || other->value_count > 0 ||
		    strcasecmp(other->name, list->name) != 0)
			continue;
		free(other->name);
		free(other->values);
		entry->attribute_count--;
		memmove(other, other + 1, (entry->attribute_count - i) * sizeof *other);
		return;
	}
}

static enum kbm_code complete(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
			      struct kbm_entry *entry, struct kbm_attribute *attribute,
			      struct range *range, struct kbm_error *error)
{
	char *plain = strdup(attribute->name);
	if (plain == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for values");
	memmove(plain + range->option, plain + range->option + range->length,
		strlen(plain) - range->option - range->length + 1);
	bool fits = range->first == 0 &&
		    (range->is_last || attribute->value_count == (size_t)range->last + 1);
	enum kbm_code code = fits ? fetch_rest(session, peer, entry, plain, range, attribute, error)
				  : misfit(entry, attribute->name, error);
	if (code != KBM_OK) {
		free(plain);
		return code;
	}
	free(attribute->name);
	attribute->name = plain;
	remove_empty(entry, attribute);
	return KBM_OK;
}

enum kbm_code kbm_ldap_complete_ranges(struct kbm_ldap_session *session, struct kbm_ldap_peer *peer,
				       struct kbm_entry *entry, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < entry->attribute_count; i++) {
		struct range range = {0};
		struct kbm_attribute *attribute = &entry->attributes[i];
		if (!kbm_attribute_is_cut(attribute->name))
			continue;
		code = read_range(attribute->name, &range)
			   ? complete(session, peer, entry, attribute, &range, error)
			   : misfit(entry, attribute->name, error);
	}
	/* The connection was lost between two parts: the caller begins again. */
	return code;
}
