/* Directory searches that see a plan's modifications. */
#include "plan/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"
#include "source/filter.h"

/* An entry that the plan modifies; its changes are those with the same DN. */
struct modified {
	const char *dn; /* borrowed from the first change that names it */
	struct kbm_bytes key;
	size_t place; /* in the answer of below, or SIZE_MAX */
};

struct search {
	const struct kbm_change *changes;
	size_t change_count;
	const struct kbm_directory_service *below;
	const struct kbm_directory_request *request;
	struct modified *modified;
	size_t modified_count;
	size_t *of_change; /* index into `modified`, by change */
	struct kbm_entries answer;
	struct kbm_error *error;
};

static enum kbm_code no_memory(const struct search *search)
{
	return kbm_fail(search->error, KBM_MEMORY, "no memory for a search on a plan");
}

static enum kbm_code not_simulatable(const struct search *search, const char *why, const char *what)
{
	return kbm_fail(search->error, KBM_UNSUPPORTED, "not simulatable: %s: %.150s", why, what);
}

/* --- names ----------------------------------------------------------------------------------- */

static enum kbm_code parse_dn(const struct search *search, const char *text, struct kbm_dn **dn)
{
	if (kbm_dn_parse(text, strlen(text), KBM_DN_LDAP, dn, NULL) != KBM_OK)
		return not_simulatable(search, "no distinguished name", text);
	return KBM_OK;
}

static enum kbm_code dn_key(const struct search *search, const char *text, struct kbm_bytes *key)
{
	struct kbm_dn *dn = NULL;
	enum kbm_code code = parse_dn(search, text, &dn);
	kbm_bytes_init(key, 16 * KBM_DN_MAX_BYTES);
	if (code == KBM_OK && kbm_dn_normalize(dn, key, NULL) != KBM_OK)
		code = not_simulatable(search, "a name that cannot be compared", text);
	kbm_dn_free(dn);
	if (code != KBM_OK)
		kbm_bytes_clear(key);
	return code;
}

static bool keys_equal(const struct kbm_bytes *left, const struct kbm_bytes *right)
{
	return left->length == right->length &&
	       (left->length == 0 || memcmp(left->data, right->data, left->length) == 0);
}

/* The index of the modified entry of that key, or modified_count. */
static size_t find_modified(const struct search *search, const struct kbm_bytes *key)
{
	size_t i = 0;
	while (i < search->modified_count && !keys_equal(&search->modified[i].key, key))
		i++;
	return i;
}

/* How many RDNs the entry stands below the base: 0 for the base itself, -1 for elsewhere. */
static enum kbm_code depth_below(const struct search *search, const char *dn, long *depth)
{
	struct kbm_dn *entry = NULL;
	struct kbm_dn *base = NULL;
	struct kbm_bytes base_key;
	struct kbm_bytes key;
	kbm_bytes_init(&base_key, 16 * KBM_DN_MAX_BYTES);
	kbm_bytes_init(&key, 16 * KBM_DN_MAX_BYTES);
	*depth = -1;
	enum kbm_code code = parse_dn(search, dn, &entry);
	if (code == KBM_OK)
		code = parse_dn(search, search->request->base, &base);
	if (code != KBM_OK || entry->rdn_count < base->rdn_count)
		goto out;
	size_t steps = entry->rdn_count - base->rdn_count;
	for (size_t i = 0; i < steps; i++) {
		struct kbm_dn *parent = NULL;
		if (kbm_dn_parent(entry, &parent, NULL) != KBM_OK) {
			code = no_memory(search);
			goto out;
		}
		kbm_dn_free(entry);
		entry = parent;
	}
	if (kbm_dn_normalize(base, &base_key, NULL) != KBM_OK ||
	    kbm_dn_normalize(entry, &key, NULL) != KBM_OK)
		code = not_simulatable(search, "a name that cannot be compared", dn);
	else if (keys_equal(&base_key, &key))
		*depth = (long)steps;
out:
	kbm_dn_free(entry);
	kbm_dn_free(base);
	kbm_bytes_clear(&base_key);
	kbm_bytes_clear(&key);
	return code;
}

static enum kbm_code is_in_scope(const struct search *search, const char *dn, bool *inside)
{
	long depth = -1;
	enum kbm_code code = depth_below(search, dn, &depth);
	switch (search->request->scope) {
	case KBM_SCOPE_BASE:
		*inside = depth == 0;
		break;
	case KBM_SCOPE_ONE:
		*inside = depth == 1;
		break;
	case KBM_SCOPE_SUB:
		*inside = depth >= 0;
		break;
	}
	return code;
}

/* An attribute that names the entry cannot be modified (RFC 4511 section 4.6). */
static enum kbm_code check_not_naming(const struct search *search, const struct kbm_change *change)
{
	struct kbm_dn *dn = NULL;
	enum kbm_code code = parse_dn(search, change->place.path, &dn);
	if (code == KBM_OK && dn->rdn_count > 0) {
		const struct kbm_rdn *leaf = &dn->rdns[dn->rdn_count - 1];
		for (size_t i = 0; i < leaf->ava_count; i++)
			if (kbm_text_equals_ascii_case(leaf->avas[i].type, change->place.name))
				code = not_simulatable(search, "the attribute names its entry",
						       change->place.path);
	}
	kbm_dn_free(dn);
	return code;
}

static enum kbm_code collect_modified(struct search *search)
{
	search->modified = calloc(search->change_count, sizeof *search->modified);
	search->of_change = calloc(search->change_count, sizeof *search->of_change);
	if (search->modified == NULL || search->of_change == NULL)
		return no_memory(search);
	for (size_t i = 0; i < search->change_count; i++) {
		const struct kbm_change *change = &search->changes[i];
		struct kbm_bytes key;
		if (change->op != KBM_MODIFY_ENTRY)
			continue;
		if (change->place.path == NULL || change->place.name == NULL)
			return not_simulatable(search, "a change without a place", "?");
		enum kbm_code code = check_not_naming(search, change);
		if (code == KBM_OK)
			code = dn_key(search, change->place.path, &key);
		if (code != KBM_OK)
			return code;
		search->of_change[i] = find_modified(search, &key);
		if (search->of_change[i] < search->modified_count) {
			kbm_bytes_clear(&key);
			continue;
		}
		search->modified[search->modified_count++] =
		    (struct modified){.dn = change->place.path, .key = key, .place = SIZE_MAX};
	}
	return KBM_OK;
}

/* --- entries --------------------------------------------------------------------------------- */

static bool is_asked_for(const struct kbm_directory_request *request, const char *attribute)
{
	for (size_t i = 0; i < request->attribute_count; i++)
		if (strcmp(request->attributes[i], "*") == 0 ||
		    kbm_text_equals_ascii_case(request->attributes[i], attribute))
			return true;
	return request->attribute_count == 0;
}

static void attribute_clear(struct kbm_attribute *attribute)
{
	for (size_t i = 0; i < attribute->value_count; i++)
		free(attribute->values[i].data);
	free(attribute->values);
	free(attribute->name);
	memset(attribute, 0, sizeof *attribute);
}

static size_t find_attribute(const struct kbm_entry *entry, const char *name)
{
	size_t i = 0;
	while (i < entry->attribute_count &&
	       !kbm_text_equals_ascii_case(entry->attributes[i].name, name))
		i++;
	return i;
}

static void remove_attribute(struct kbm_entry *entry, size_t index)
{
	attribute_clear(&entry->attributes[index]);
	entry->attribute_count--;
	memmove(&entry->attributes[index], &entry->attributes[index + 1],
		(entry->attribute_count - index) * sizeof *entry->attributes);
}

/* Gives the entry the attribute's new values. An existing one keeps its place and spelling. */
static bool set_attribute(struct kbm_entry *entry, const struct kbm_change *change)
{
	struct kbm_state values = {0};
	size_t index = find_attribute(entry, change->place.name);
	bool there = index < entry->attribute_count;
	if (!change->after.present || change->after.value_count == 0) {
		if (there)
			remove_attribute(entry, index);
		return true;
	}
	char *name = strdup(there ? entry->attributes[index].name : change->place.name);
	if (name == NULL || !kbm_state_copy(&change->after, &values)) {
		free(name);
		return false;
	}
	if (!there) {
		struct kbm_attribute *grown = reallocarray(
		    entry->attributes, entry->attribute_count + 1, sizeof *entry->attributes);
		if (grown == NULL) {
			free(name);
			kbm_state_clear(&values);
			return false;
		}
		entry->attributes = grown;
		entry->attribute_count++;
	} else {
		attribute_clear(&entry->attributes[index]);
	}
	entry->attributes[index] = (struct kbm_attribute){
	    .name = name, .values = values.values, .value_count = values.value_count};
	return true;
}

/* `all`: also attributes that the request does not ask for. */
static bool modify(const struct search *search, size_t modified, bool all, struct kbm_entry *entry)
{
	for (size_t i = 0; i < search->change_count; i++) {
		const struct kbm_change *change = &search->changes[i];
		if (change->op != KBM_MODIFY_ENTRY || search->of_change[i] != modified)
			continue;
		if ((all || is_asked_for(search->request, change->place.name)) &&
		    !set_attribute(entry, change))
			return false;
	}
	return true;
}

/* Reads a modified entry from below: with all attributes, or with those that are asked for. */
static enum kbm_code read_entry(const struct search *search, size_t modified, bool all,
				struct kbm_entries *entries)
{
	const struct kbm_directory_request request = {
	    .base = search->modified[modified].dn,
	    .scope = KBM_SCOPE_BASE,
	    .attributes = all ? NULL : search->request->attributes,
	    .attribute_count = all ? 0 : search->request->attribute_count};
	struct kbm_error inner = {0};
	enum kbm_code code =
	    search->below->search(search->below->context, &request, entries, &inner);
	if (code != KBM_OK)
		return not_simulatable(search, "a modified entry cannot be read", inner.message);
	if (entries->count != 1)
		return not_simulatable(search, "a modified entry cannot be read", request.base);
	if (!modify(search, modified, all, &entries->items[0]))
		return no_memory(search);
	return KBM_OK;
}

/* --- the answer ------------------------------------------------------------------------------ */

/* Whether the modified entry matches after the changes. */
static enum kbm_code matches(const struct search *search, size_t modified, bool *is_match)
{
	struct kbm_entries entries = {0};
	struct kbm_filter *filter = NULL;
	enum kbm_truth truth = KBM_FALSE;
	struct kbm_error inner = {0};
	enum kbm_code code = is_in_scope(search, search->modified[modified].dn, is_match);
	if (code != KBM_OK || !*is_match)
		return code;
	code = read_entry(search, modified, true, &entries);
	if (code == KBM_OK && search->request->filter != NULL) {
		code = kbm_filter_parse(search->request->filter, &filter, &inner);
		if (code == KBM_OK)
			code = kbm_filter_matches(filter, &entries.items[0], &truth, &inner);
		if (code != KBM_OK)
			code =
			    not_simulatable(search, "the filter cannot be decided", inner.message);
		*is_match = truth == KBM_TRUE;
	}
	kbm_filter_free(filter);
	kbm_entries_clear(&entries);
	return code;
}

static enum kbm_code add_entry(struct search *search, size_t modified)
{
	struct kbm_entries found = {0};
	enum kbm_code code = read_entry(search, modified, false, &found);
	if (code == KBM_OK) {
		struct kbm_entry *grown =
		    reallocarray(search->answer.items, search->answer.count + 1, sizeof *grown);
		if (grown == NULL) {
			code = no_memory(search);
		} else {
			search->answer.items = grown;
			grown[search->answer.count++] = found.items[0];
			memset(&found.items[0], 0, sizeof found.items[0]);
		}
	}
	kbm_entries_clear(&found);
	return code;
}

/* Where modified entries stand in the answer: each of its names is compared once. */
static enum kbm_code find_in_answer(const struct search *search)
{
	for (size_t i = 0; search->modified_count > 0 && i < search->answer.count; i++) {
		struct kbm_bytes key;
		enum kbm_code code = dn_key(search, search->answer.items[i].dn, &key);
		if (code != KBM_OK)
			return code;
		size_t modified = find_modified(search, &key);
		if (modified < search->modified_count)
			search->modified[modified].place = i;
		kbm_bytes_clear(&key);
	}
	return KBM_OK;
}

/* An entry that matches before and after keeps its place, one that matches anew comes last. One
 * that no longer matches is emptied here, so that the places stay, and removed at the end. */
static enum kbm_code correct_answer(struct search *search, size_t modified)
{
	bool is_match = false;
	enum kbm_code code = matches(search, modified, &is_match);
	if (code != KBM_OK)
		return code;
	if (search->modified[modified].place == SIZE_MAX)
		return is_match ? add_entry(search, modified) : KBM_OK;
	struct kbm_entry *entry = &search->answer.items[search->modified[modified].place];
	if (!is_match) {
		kbm_entry_clear(entry);
		return KBM_OK;
	}
	return modify(search, modified, false, entry) ? KBM_OK : no_memory(search);
}

static void remove_emptied(struct kbm_entries *entries)
{
	size_t kept = 0;
	for (size_t i = 0; i < entries->count; i++)
		if (entries->items[i].dn != NULL)
			entries->items[kept++] = entries->items[i];
	entries->count = kept;
}

enum kbm_code kbm_overlay_search(const struct kbm_change *changes, size_t count,
				 const struct kbm_directory_service *below,
				 const struct kbm_directory_request *request,
				 struct kbm_entries *entries, struct kbm_error *error)
{
	struct search search = {.changes = changes,
				.change_count = count,
				.below = below,
				.request = request,
				.error = error};
	enum kbm_code code = below->search(below->context, request, &search.answer, error);
	if (code == KBM_OK && count > 0)
		code = collect_modified(&search);
	if (code == KBM_OK)
		code = find_in_answer(&search);
	for (size_t i = 0; code == KBM_OK && i < search.modified_count; i++)
		code = correct_answer(&search, i);
	if (code == KBM_OK) {
		remove_emptied(&search.answer);
		*entries = search.answer;
		memset(&search.answer, 0, sizeof search.answer);
	}
	kbm_entries_clear(&search.answer);
	for (size_t i = 0; i < search.modified_count; i++)
		kbm_bytes_clear(&search.modified[i].key);
	free(search.modified);
	free(search.of_change);
	return code;
}
