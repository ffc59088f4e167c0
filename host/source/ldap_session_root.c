/* What a server says about itself: its root DSE (RFC 4512 section 5.1). */
#include "source/ldap_session_internal.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"
#include "source/ldap_outcome.h"

#include <stdlib.h>
#include <string.h>

#define ASSERTION	 "1.3.6.1.1.12"		  /* RFC 4528 section 3 */
#define ACTIVE_DIRECTORY "1.2.840.113556.1.4.800" /* LDAP_CAP_ACTIVE_DIRECTORY_OID */

void kbm_ldap_root_clear(struct kbm_ldap_root *root)
{
	free(root->default_base);
	for (size_t i = 0; i < root->context_count; i++)
		free(root->contexts[i]);
	free(root->contexts);
	*root = (struct kbm_ldap_root){0};
}

/* A value that is text; NULL for none. */
static const char *text_of(const struct kbm_entry *entry, const char *name, size_t index)
{
	const struct kbm_attribute *attribute = kbm_entry_attribute(entry, name);
	if (attribute == NULL || index >= attribute->value_count)
		return NULL;
	const struct kbm_blob *value = &attribute->values[index];
	return strlen((const char *)value->data) == value->length ? (const char *)value->data
								  : NULL;
}

static bool holds(const struct kbm_entry *entry, const char *name, const char *wanted)
{
	const struct kbm_attribute *attribute = kbm_entry_attribute(entry, name);
	for (size_t i = 0; attribute != NULL && i < attribute->value_count; i++) {
		const char *text = text_of(entry, name, i);
		if (text != NULL && kbm_text_equals_ascii_case(text, wanted))
			return true;
	}
	return false;
}

static bool copy_optional(const char *from, char **to)
{
	*to = from == NULL || from[0] == '\0' ? NULL : strdup(from);
	return from == NULL || from[0] == '\0' || *to != NULL;
}

static bool take_contexts(const struct kbm_entry *entry, struct kbm_ldap_root *root)
{
	const struct kbm_attribute *contexts = kbm_entry_attribute(entry, "namingContexts");
	if (contexts == NULL)
		return true;
	root->contexts = calloc(contexts->value_count + 1, sizeof *root->contexts);
	for (size_t i = 0; root->contexts != NULL && i < contexts->value_count; i++) {
		const char *text = text_of(entry, "namingContexts", i);
		if (text == NULL || text[0] == '\0')
			continue;
		root->contexts[root->context_count] = strdup(text);
		if (root->contexts[root->context_count++] == NULL)
			return false;
	}
	return root->contexts != NULL;
}

static enum kbm_code take_root(const struct kbm_entry *entry, struct kbm_ldap_root *root,
			       struct kbm_error *error)
{
	root->is_active_directory = holds(entry, "supportedCapabilities", ACTIVE_DIRECTORY);
	root->has_assertion = holds(entry, "supportedControl", ASSERTION);
	if (!copy_optional(text_of(entry, "defaultNamingContext", 0), &root->default_base) ||
	    !take_contexts(entry, root))
		return kbm_fail(error, KBM_MEMORY, "no memory for the root DSE");
	return KBM_OK;
}

enum kbm_code kbm_ldap_learn_root(struct kbm_ldap_session *session, struct kbm_error *error)
{
	static const char *const attributes[] = {"namingContexts", "defaultNamingContext",
						 "supportedCapabilities", "supportedControl"};
	const struct kbm_ldap_query query = {
	    .request = {"", KBM_SCOPE_BASE, "(objectClass=*)", attributes,
			sizeof attributes / sizeof attributes[0], false},
	};
	struct kbm_entries entries = {0};
	struct kbm_ldap_outcome outcome;
	if (session->root.is_known)
		return KBM_OK;
	enum kbm_code code =
	    kbm_ldap_gather(session, &session->server, &query, KBM_MIB, &entries, &outcome, error);
	if (code == KBM_OK && outcome.code == KBM_LDAP_SUCCESS && entries.count == 1)
		code = take_root(&entries.items[0], &session->root, error);
	session->root.is_known = code == KBM_OK;
	kbm_entries_clear(&entries);
	return code;
}

enum kbm_code kbm_ldap_bases(struct kbm_ldap_session *session, const char **bases, size_t most,
			     size_t *count, struct kbm_error *error)
{
	const struct kbm_ldap_settings *settings = session->manner.settings;
	*count = 0;
	if (settings->base != NULL && settings->base[0] != '\0') {
		bases[(*count)++] = settings->base;
		return KBM_OK;
	}
	enum kbm_code code = kbm_ldap_learn_root(session, error);
	if (code != KBM_OK)
		return code;
	const struct kbm_ldap_root *root = &session->root;
	if (root->default_base != NULL)
		bases[(*count)++] = root->default_base;
	if (root->default_base == NULL && root->context_count > most)
		return kbm_fail(error, KBM_LIMIT,
				"the server holds %zu naming contexts, at most %zu are searched; "
				"give the base with -b",
				root->context_count, most);
	for (size_t i = 0; root->default_base == NULL && i < root->context_count; i++)
		bases[(*count)++] = root->contexts[i];
	if (*count > 0)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE,
			"the server does not say what it holds; give the base with -b, such as "
			"-b o=ORGANIZATION");
}

static bool key_of(const char *text, struct kbm_bytes *key)
{
	kbm_bytes_init(key, KBM_DN_MAX_KEY_BYTES);
	return kbm_dn_text_key(text, strlen(text), key, NULL) == KBM_OK;
}

bool kbm_ldap_root_holds(const struct kbm_ldap_root *root, const char *dn)
{
	struct kbm_bytes wanted;
	bool held = false;
	bool is_name = key_of(dn, &wanted);
	for (size_t i = 0; is_name && !held && i < root->context_count; i++) {
		struct kbm_bytes key;
		held = key_of(root->contexts[i], &key) && key.length == wanted.length &&
		       memcmp(key.data, wanted.data, key.length) == 0;
		kbm_bytes_clear(&key);
	}
	kbm_bytes_clear(&wanted);
	return held;
}
