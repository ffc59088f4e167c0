/* A directory held in memory: answering searches, in the file's order. */
#include "source/directory.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/collect.h"
#include "source/directory_entries.h"
#include "source/filter.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 100 };

/* Somebody else's text inside a message: escaped, cut. */
struct shown {
	char text[SHOWN_BYTES];
};

static struct shown shown(const char *text)
{
	struct shown result = {""};
	struct kbm_bytes escaped;
	kbm_bytes_init(&escaped, KBM_DN_MAX_BYTES * 8);
	if (kbm_text_escape(text, strnlen(text, SHOWN_BYTES), &escaped) && escaped.length > 0) {
		size_t length = escaped.length < SHOWN_BYTES ? escaped.length : SHOWN_BYTES - 1;
		memcpy(result.text, kbm_bytes_text(&escaped), length);
	}
	kbm_bytes_clear(&escaped);
	return result;
}

/* --- attribute types that are in use -------------------------------------------------------- */

static bool lower_case(const char *name, size_t length, struct kbm_bytes *out)
{
	for (size_t i = 0; i < length; i++) {
		char letter = name[i];
		if (letter >= 'A' && letter <= 'Z')
			letter = (char)(letter - 'A' + 'a');
		kbm_bytes_append_byte(out, (uint8_t)letter);
	}
	return !out->failed;
}

enum kbm_code kbm_directory_learn_type(struct kbm_directory *directory, const char *name,
				       size_t length, struct kbm_error *error)
{
	struct kbm_bytes type;
	uint32_t number = 0;
	kbm_bytes_init(&type, length);
	enum kbm_code code;
	if (lower_case(name, length, &type))
		code = kbm_name_index_add(&directory->types, 0, kbm_bytes_text(&type), type.length,
					  &number, error);
	else
		code = kbm_fail(error, KBM_MEMORY, "no memory for the name of an attribute");
	kbm_bytes_clear(&type);
	return code;
}

bool kbm_directory_knows_type(const struct kbm_directory *directory, const char *name,
			      size_t length)
{
	struct kbm_bytes type;
	kbm_bytes_init(&type, length);
	bool is_known = lower_case(name, length, &type) &&
			kbm_name_index_find(&directory->types, 0, kbm_bytes_text(&type),
					    type.length) != KBM_NAME_NONE;
	kbm_bytes_clear(&type);
	return is_known;
}

static bool knows(void *context, const char *name, size_t length)
{
	return kbm_directory_knows_type(context, name, length);
}

/* --- one search ----------------------------------------------------------------------------- */

struct search {
	const struct kbm_directory *directory;
	enum kbm_scope scope;
	uint32_t base; /* node */
	struct kbm_filter *filter;
	struct kbm_attribute_query attributes[KBM_DIRECTORY_MAX_ATTRIBUTES];
	size_t attribute_count;
	bool wants_all;
	bool *is_inside;   /* of each node, for KBM_SCOPE_SUB */
	uint32_t *matches; /* entries */
	size_t match_count;
	struct kbm_attribute *selected; /* scratch: as many as the widest match has */
};

static void clear_search(struct search *search)
{
	kbm_filter_free(search->filter);
	free(search->is_inside);
	free(search->matches);
	free(search->selected);
}

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "no memory for a search");
}

/* RFC 4511 section 4.5.1.8: none or "*" is all, "1.1" alone is none, "+" is operational ones (an
 * export does not tell them apart, so all). */
static enum kbm_code read_attributes(const struct kbm_directory_request *request,
				     struct search *search, struct kbm_error *error)
{
	if (request->attribute_count > KBM_DIRECTORY_MAX_ATTRIBUTES)
		return kbm_fail(error, KBM_LIMIT,
				"%zu attributes asked for, at most %u "
				"(KBM_DIRECTORY_MAX_ATTRIBUTES)",
				request->attribute_count, KBM_DIRECTORY_MAX_ATTRIBUTES);
	search->wants_all = request->attribute_count == 0;
	for (size_t i = 0; i < request->attribute_count; i++) {
		const char *name = request->attributes[i];
		if (strcmp(name, "*") == 0 || strcmp(name, "+") == 0) {
			search->wants_all = true;
		} else if (!kbm_attribute_name_is_valid(name, strlen(name))) {
			return kbm_fail(error, KBM_USAGE,
					"'%s' is not the name of an attribute (letters, digits, "
					"'-')",
					shown(name).text);
		} else if (strcmp(name, "1.1") != 0) {
			search->attributes[search->attribute_count++] = kbm_attribute_query(name);
		}
	}
	return KBM_OK;
}

/* Absent means: the export would hold it. Where it does not hold what is above, nobody can tell. */
static enum kbm_code find_base(const struct kbm_directory_request *request, struct search *search,
			       struct kbm_directory *directory, struct kbm_error *error)
{
	struct kbm_error inner = {KBM_OK, ""};
	enum kbm_code code =
	    kbm_dn_tree_find(&directory->tree, request->base, &search->base, &inner);
	if (code == KBM_MEMORY || code == KBM_INTERNAL)
		return kbm_fail(error, code, "%s", inner.message);
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		return kbm_fail(error, KBM_USAGE, "base '%s': %s", shown(request->base).text,
				inner.message);
	if (search->base == KBM_DN_ROOT && code == KBM_OK && search->scope != KBM_SCOPE_BASE)
		return KBM_OK;
	bool is_held = directory->entry_of[search->base] != KBM_NAME_NONE;
	if (code == KBM_OK && is_held)
		return KBM_OK;
	if (search->base == KBM_DN_ROOT || is_held)
		return kbm_fail(error, KBM_NOT_FOUND, "no entry '%s'", shown(request->base).text);
	if (code == KBM_OK)
		return kbm_fail(error, KBM_UNREADABLE,
				"the export does not hold '%s' itself, only entries below it; "
				"export from the top",
				shown(request->base).text);
	return kbm_fail(error, KBM_UNREADABLE,
			"the export cannot tell whether '%s' exists: it does not hold what is "
			"above it; export from the top",
			shown(request->base).text);
}

static bool is_top(const struct kbm_directory *directory, uint32_t node)
{
	while ((node = kbm_dn_tree_parent(&directory->tree, node)) != KBM_DN_ROOT) {
		if (directory->entry_of[node] != KBM_NAME_NONE)
			return false;
	}
	return true;
}

/* Parents have smaller numbers than their children: one pass. */
static enum kbm_code mark_inside(struct search *search, struct kbm_error *error)
{
	const struct kbm_dn_tree *tree = &search->directory->tree;
	uint32_t count = kbm_dn_tree_count(tree);
	search->is_inside = calloc(count, sizeof *search->is_inside);
	if (search->is_inside == NULL)
		return no_memory(error);
	search->is_inside[search->base] = true;
	for (uint32_t node = search->base + 1; node < count; node++)
		search->is_inside[node] = search->is_inside[kbm_dn_tree_parent(tree, node)];
	return KBM_OK;
}

/* Below the root stand the tops of what the file holds: an export rarely begins at the root. The
 * root itself (the root DSE) is part of no search but its own, RFC 4512 section 5.1. */
static bool is_in_scope(const struct search *search, uint32_t node)
{
	if (search->scope == KBM_SCOPE_BASE)
		return node == search->base;
	if (node == KBM_DN_ROOT)
		return false;
	if (search->scope == KBM_SCOPE_SUB)
		return search->is_inside[node];
	if (search->base == KBM_DN_ROOT)
		return is_top(search->directory, node);
	return kbm_dn_tree_parent(&search->directory->tree, node) == search->base;
}

static enum kbm_code check_entry(struct search *search, uint32_t number, struct kbm_error *error)
{
	enum kbm_truth truth = KBM_FALSE;
	enum kbm_code code = kbm_filter_matches(
	    search->filter, &search->directory->entries[number].entry, &truth, error);
	if (code != KBM_OK || truth != KBM_TRUE)
		return code;
	if (search->match_count % 1024 == 0) {
		uint32_t *matches =
		    reallocarray(search->matches, search->match_count + 1024, sizeof *matches);
		if (matches == NULL)
			return no_memory(error);
		search->matches = matches;
	}
	search->matches[search->match_count++] = number;
	return KBM_OK;
}

static enum kbm_code find_matches(struct search *search, struct kbm_error *error)
{
	const struct kbm_directory *directory = search->directory;
	if (search->scope == KBM_SCOPE_BASE)
		return check_entry(search, directory->entry_of[search->base], error);
	enum kbm_code code = search->scope == KBM_SCOPE_SUB ? mark_inside(search, error) : KBM_OK;
	for (uint32_t i = 0; i < directory->entry_count && code == KBM_OK; i++) {
		if (is_in_scope(search, directory->entries[i].node))
			code = check_entry(search, i, error);
	}
	return code;
}

/* --- the answer ----------------------------------------------------------------------------- */

static bool is_selected(const struct search *search, const char *name)
{
	if (search->wants_all)
		return true;
	for (size_t i = 0; i < search->attribute_count; i++) {
		if (kbm_attribute_includes(&search->attributes[i], name))
			return true;
	}
	return false;
}

/* The entry with the attributes that were asked for; its parts are borrowed. */
static enum kbm_code select_attributes(struct search *search, const struct kbm_entry *entry,
				       struct kbm_entry *view, struct kbm_error *error)
{
	*view = (struct kbm_entry){entry->dn, search->selected, 0};
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		if (!is_selected(search, attribute->name))
			continue;
		if (kbm_attribute_is_cut(attribute->name))
			return kbm_fail(error, KBM_UNREADABLE,
					"entry '%s': the export holds only a part of '%s'; export "
					"all values",
					shown(entry->dn).text, shown(attribute->name).text);
		view->attributes[view->attribute_count++] = *attribute;
	}
	return KBM_OK;
}

static enum kbm_code hand_out(struct search *search, kbm_take_entry *take, void *context,
			      struct kbm_error *error)
{
	size_t widest = 1;
	for (size_t i = 0; i < search->match_count; i++) {
		const struct kbm_entry *entry =
		    &search->directory->entries[search->matches[i]].entry;
		if (entry->attribute_count > widest)
			widest = entry->attribute_count;
	}
	search->selected = calloc(widest, sizeof *search->selected);
	if (search->selected == NULL)
		return no_memory(error);
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < search->match_count && code == KBM_OK; i++) {
		struct kbm_entry view;
		struct kbm_entry copy = {0};
		code = select_attributes(
		    search, &search->directory->entries[search->matches[i]].entry, &view, error);
		if (code == KBM_OK && !kbm_entry_copy(&view, &copy))
			code = no_memory(error);
		if (code == KBM_OK)
			code = take(context, &copy, error);
	}
	return code;
}

enum kbm_code kbm_directory_search(struct kbm_directory *directory,
				   const struct kbm_directory_request *request,
				   kbm_take_entry *take, void *context, struct kbm_error *error)
{
	struct search search = {.directory = directory, .scope = request->scope};
	const char *filter = request->filter == NULL ? "(objectClass=*)" : request->filter;
	/* A wrong question is told before an absent base. */
	enum kbm_code code = kbm_filter_parse(filter, &search.filter, error);
	if (code == KBM_OK) {
		kbm_filter_bind(search.filter, knows, directory);
		code = read_attributes(request, &search, error);
	}
	if (code == KBM_OK)
		code = find_base(request, &search, directory, error);
	if (code == KBM_OK)
		code = find_matches(&search, error);
	if (code == KBM_OK)
		code = hand_out(&search, take, context, error);
	clear_search(&search);
	return code;
}

static enum kbm_code search_whole(void *context, const struct kbm_directory_request *request,
				  struct kbm_entries *entries, struct kbm_error *error)
{
	struct kbm_collected answer = kbm_collect_answer();
	enum kbm_code code =
	    kbm_directory_search(context, request, kbm_collect_next, &answer, error);
	if (code == KBM_OK) {
		*entries = answer.entries;
		answer.entries = (struct kbm_entries){0};
	}
	kbm_entries_clear(&answer.entries);
	return code;
}

struct kbm_directory_service kbm_directory_service(struct kbm_directory *directory)
{
	return (struct kbm_directory_service){directory, search_whole};
}
