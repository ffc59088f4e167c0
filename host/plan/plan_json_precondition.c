/* Reading preconditions. */
#include "plan/plan_json_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static enum kbm_code read_attribute(const json_t *value, struct kbm_attribute *attribute,
				    const struct kbm_at *at)
{
	struct kbm_member members[] = {{.name = "name"}, {.name = "values"}};
	struct kbm_state values = {0};
	enum kbm_code code = kbm_json_members(value, members, 2, at);
	struct kbm_at name = kbm_json_below(at, "name");
	struct kbm_at list = kbm_json_below(at, "values");
	if (code == KBM_OK)
		code = kbm_json_read_text(members[0].value, &attribute->name, &name);
	if (code == KBM_OK)
		code = kbm_json_read_blobs(members[1].value, &values, &list);
	attribute->values = values.values;
	attribute->value_count = values.value_count;
	return code;
}

static enum kbm_code read_entry(const json_t *value, struct kbm_entry *entry,
				const struct kbm_at *at)
{
	struct kbm_member members[] = {{.name = "dn"}, {.name = "attributes"}};
	enum kbm_code code = kbm_json_members(value, members, 2, at);
	struct kbm_at dn = kbm_json_below(at, "dn");
	struct kbm_at list = kbm_json_below(at, "attributes");
	void *items = NULL;
	if (code == KBM_OK)
		code = kbm_json_read_text(members[0].value, &entry->dn, &dn);
	if (code == KBM_OK)
		code = kbm_json_make_items(members[1].value, KBM_PLAN_MAX_JSON_ITEMS,
					   sizeof *entry->attributes, &items, &list);
	entry->attributes = items;
	entry->attribute_count = items == NULL ? 0 : json_array_size(members[1].value);
	for (size_t i = 0; code == KBM_OK && i < entry->attribute_count; i++) {
		struct kbm_at there = kbm_json_item(&list, i);
		code = read_attribute(json_array_get(members[1].value, i), &entry->attributes[i],
				      &there);
	}
	return code;
}

static enum kbm_code read_entries(const json_t *value, struct kbm_entries *entries,
				  const struct kbm_at *at)
{
	void *items = NULL;
	enum kbm_code code = kbm_json_make_items(value, KBM_DIRECTORY_MAX_ENTRIES,
						 sizeof *entries->items, &items, at);
	entries->items = items;
	entries->count = items == NULL ? 0 : json_array_size(value);
	for (size_t i = 0; code == KBM_OK && i < entries->count; i++) {
		struct kbm_at there = kbm_json_item(at, i);
		code = read_entry(json_array_get(value, i), &entries->items[i], &there);
	}
	return code;
}

/* An answer in full, or its count and hash. */
static enum kbm_code read_answer(const struct kbm_member *entries, const struct kbm_member *count,
				 const struct kbm_member *sha256, struct kbm_precondition *read,
				 const struct kbm_at *at)
{
	uint64_t number = 0;
	if ((entries->value != NULL) == (sha256->value != NULL) ||
	    (count->value != NULL) != (sha256->value != NULL))
		return kbm_json_refuse(
		    at, "either entries, or entry_count and entries_sha256 are needed");
	struct kbm_at there = kbm_json_below(at, entries->name);
	if (entries->value != NULL)
		return read_entries(entries->value, &read->entries, &there);
	there = kbm_json_below(at, count->name);
	enum kbm_code code =
	    kbm_json_read_unsigned(count->value, KBM_DIRECTORY_MAX_ENTRIES, &number, &there);
	read->entry_count = (size_t)number;
	there = kbm_json_below(at, sha256->name);
	return code == KBM_OK ? kbm_json_read_text(sha256->value, &read->entries_sha256, &there)
			      : code;
}

static enum kbm_code read_search(const json_t *value, struct kbm_precondition *read,
				 const struct kbm_at *at)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	enum { READ, BASE, SCOPE, FILTER, ATTRIBUTES, EXISTS, ENTRIES, ENTRY_COUNT, SHA256, COUNT };
	struct kbm_member members[COUNT] = {
	    [READ] = {.name = "read"},
	    [BASE] = {.name = "base"},
	    [SCOPE] = {.name = "scope"},
	    [FILTER] = {.name = "filter"},
	    [ATTRIBUTES] = {.name = "attributes"},
	    [EXISTS] = {.name = "base_exists"},
	    [ENTRIES] = {.name = "entries", .optional = true},
	    [ENTRY_COUNT] = {.name = "entry_count", .optional = true},
	    [SHA256] = {.name = "entries_sha256", .optional = true}};
	enum kbm_code code = kbm_json_members(value, members, COUNT, at);
	size_t scope = 0;
	struct kbm_at there = kbm_json_below(at, "base");
	if (code == KBM_OK)
		code = kbm_json_read_text(members[BASE].value, &read->base, &there);
	there = kbm_json_below(at, "scope");
	if (code == KBM_OK)
		code = kbm_json_read_word(members[SCOPE].value, scopes, 3, &scope, &there);
	read->scope = (enum kbm_scope)scope;
	there = kbm_json_below(at, "filter");
	if (code == KBM_OK)
		code = kbm_json_read_text_or_null(members[FILTER].value, &read->filter, &there);
	there = kbm_json_below(at, "attributes");
	if (code == KBM_OK)
		code =
		    kbm_json_read_text_list(members[ATTRIBUTES].value, KBM_DIRECTORY_MAX_ATTRIBUTES,
					    &read->attributes, &there);
	there = kbm_json_below(at, "base_exists");
	if (code == KBM_OK && !json_is_boolean(members[EXISTS].value))
		code = kbm_json_refuse(&there, "true or false is needed here");
	read->base_exists = json_is_true(members[EXISTS].value);
	if (code == KBM_OK)
		code = read_answer(&members[ENTRIES], &members[ENTRY_COUNT], &members[SHA256], read,
				   at);
	return code;
}

enum kbm_code kbm_json_read_precondition(const json_t *value, struct kbm_precondition *read,
					 const struct kbm_at *at)
{
	static const char *const kinds[] = {"value", "key", "search"};
	size_t kind = 0;
	struct kbm_at there = kbm_json_below(at, "read");
	enum kbm_code code =
	    kbm_json_read_word(json_object_get(value, "read"), kinds, 3, &kind, &there);
	if (code != KBM_OK)
		return code;
	read->kind = (enum kbm_read_kind)kind;
	if (read->kind == KBM_READ_SEARCH)
		return read_search(value, read, at);
	struct kbm_member members[] = {{.name = "read"}, {.name = "where"}, {.name = "state"}};
	code = kbm_json_members(value, members, 3, at);
	there = kbm_json_below(at, "where");
	if (code == KBM_OK)
		code = kbm_json_read_place(members[1].value, &read->place, &there);
	there = kbm_json_below(at, "state");
	if (code == KBM_OK)
		code =
		    kbm_json_read_state(members[2].value, read->place.kind, &read->state, &there);
	return code;
}
