/* Changes that meet: places become sortable keys, so that equal and nested ones are neighbours. */
#include "plan/conflict.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"
#include "source/syntax.h"

/* Names of registry paths are written as folded code points raised by two: below are the two marks
 * that keep a key in front of its values, and those in front of its subkeys. */
enum { MARK_END = 0, MARK_COMPONENT = 1, FIRST_CODE = 2 };

struct sort_key {
	struct kbm_bytes bytes;
	size_t key_length; /* registry: bytes of the key's part, without MARK_END */
	size_t index;
};

static bool put_name(const char *text, size_t length, bool is_path, struct kbm_bytes *out)
{
	for (size_t at = 0, size = 0; at < length; at += size) {
		char folded[4];
		uint32_t code = kbm_text_next(text + at, length - at, &size);
		if (is_path && code == '\\') {
			kbm_bytes_append_byte(out, MARK_COMPONENT);
			continue;
		}
		if (code == UINT32_MAX) { /* never in WTF-8, hence no other text's form */
			kbm_bytes_append_byte(out, 0xFF);
			kbm_bytes_append_byte(out, (uint8_t)text[at]);
			continue;
		}
		if (code <= UINT16_MAX)
			code = kbm_text_upcase((uint16_t)code);
		kbm_bytes_append(out, folded, kbm_text_put(code + FIRST_CODE, folded));
	}
	return !out->failed;
}

static bool put_registry(const struct kbm_place *place, struct sort_key *key)
{
	const char *hive = place->hive == NULL ? "" : place->hive;
	const char *path = place->physical == NULL ? place->path : place->physical;
	struct kbm_bytes *out = &key->bytes;
	kbm_bytes_append_byte(out, 'R');
	put_name(hive, strlen(hive), false, out);
	if (path != NULL && path[0] != '\0') {
		kbm_bytes_append_byte(out, MARK_COMPONENT);
		put_name(path, strlen(path), true, out);
	}
	key->key_length = out->length;
	kbm_bytes_append_byte(out, MARK_END);
	if (place->kind == KBM_PLACE_VALUE) {
		kbm_bytes_append_byte(out, 'V');
		put_name(place->name, place->name_length, false, out);
	}
	return !out->failed;
}

static void put_lower(const char *text, size_t length, struct kbm_bytes *out)
{
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		kbm_bytes_append_byte(out, (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
	}
}

/* A DN that cannot be parsed is equal only to itself. */
static bool put_directory(const struct kbm_place *place, struct sort_key *key)
{
	const char *text = place->path == NULL ? "" : place->path;
	struct kbm_bytes *out = &key->bytes;
	kbm_bytes_append_byte(out, 'D');
	if (place->name != NULL) {
		/* userPassword and 2.5.4.35 are one. */
		const struct kbm_attribute_query query = kbm_attribute_query(place->name);
		const char *base = query.type == NULL ? place->name : query.type->names[0];
		put_lower(base, query.type == NULL ? query.base_length : strlen(base), out);
		put_lower(place->name + query.base_length, strlen(place->name + query.base_length),
			  out);
	}
	kbm_bytes_append_byte(out, 0);
	if (kbm_dn_text_key(text, strlen(text), out, NULL) != KBM_OK)
		kbm_bytes_append_text(out, text);
	return !out->failed;
}

static bool make_key(const struct kbm_change *change, struct sort_key *key)
{
	switch (change->place.kind) {
	case KBM_PLACE_VALUE:
	case KBM_PLACE_KEY:
		return put_registry(&change->place, key);
	case KBM_PLACE_ENTRY:
	case KBM_PLACE_ATTRIBUTE:
		return put_directory(&change->place, key);
	case KBM_PLACE_NONE:
		break;
	}
	return kbm_bytes_append_byte(&key->bytes, 'M') &&
	       kbm_bytes_append_text(&key->bytes, change->text == NULL ? "" : change->text);
}

static int compare_bytes(const struct kbm_bytes *left, const struct kbm_bytes *right)
{
	size_t shorter = left->length < right->length ? left->length : right->length;
	int order = memcmp(left->data, right->data, shorter);
	if (order != 0 || left->length == right->length)
		return order;
	return left->length < right->length ? -1 : 1;
}

static int compare_keys(const void *left, const void *right)
{
	const struct sort_key *first = left;
	const struct sort_key *second = right;
	int order = compare_bytes(&first->bytes, &second->bytes);
	if (order != 0)
		return order;
	return first->index < second->index ? -1 : first->index > second->index;
}

static const char *script_of(const struct kbm_change *change)
{
	return change->script == NULL ? "" : change->script;
}

static enum kbm_code contradict(const struct kbm_change *first, const struct kbm_change *second,
				const char *how, struct kbm_error *error)
{
	struct kbm_bytes place;
	kbm_bytes_init(&place, 2 * KBM_PATH_MAX_BYTES);
	kbm_place_text(&second->place, &place);
	kbm_fail(error, KBM_REFUSED, "changes of %.32s and %.32s contradict each other (%s): %s",
		 script_of(first), script_of(second), how, kbm_bytes_text(&place));
	kbm_bytes_clear(&place);
	return KBM_REFUSED;
}

/* Whether `inner` stands in or below the key that `outer` names; sorted neighbours. */
static bool lies_below(const struct sort_key *outer, const struct sort_key *inner)
{
	return inner->bytes.length > outer->key_length &&
	       memcmp(outer->bytes.data, inner->bytes.data, outer->key_length) == 0 &&
	       inner->bytes.data[outer->key_length] <= MARK_COMPONENT;
}

/* What contradictions become: an error, or rows of a list. */
struct clashes {
	struct kbm_conflict *found; /* NULL: the first is an error */
	size_t count;
	struct kbm_error *error;
};

static enum kbm_code take_clash(struct clashes *clashes, const struct kbm_change *first,
				const struct kbm_change *second, const char *how)
{
	if (clashes->found == NULL)
		return contradict(first, second, how, clashes->error);
	bool is_between = strcmp(script_of(first), script_of(second)) != 0;
	if (is_between && clashes->count < KBM_CONFLICTS_TOLD)
		clashes->found[clashes->count++] = (struct kbm_conflict){first, second, how};
	return KBM_OK;
}

static enum kbm_code compare_neighbours(struct kbm_meeting *meetings, const struct sort_key *keys,
					size_t count, struct clashes *clashes)
{
	size_t speaker = 0; /* position of the first key that is equal to the present one */
	enum kbm_code code = KBM_OK;
	for (size_t i = 1; code == KBM_OK && i < count; i++) {
		const struct kbm_change *first = meetings[keys[speaker].index].change;
		const struct kbm_change *second = meetings[keys[i].index].change;
		if (compare_bytes(&keys[speaker].bytes, &keys[i].bytes) == 0) {
			/* The places are equal: what is left to compare is what shall be there. */
			if (first->op != second->op ||
			    !kbm_state_equal(&first->after, &second->after))
				code = take_clash(clashes, first, second, "different at one place");
			meetings[keys[i].index].speaker = keys[speaker].index;
			continue;
		}
		if (first->op == KBM_DELETE_KEY && lies_below(&keys[speaker], &keys[i]))
			code = take_clash(clashes, first, second, "inside a deleted key");
		else
			speaker = i;
	}
	return code;
}

static enum kbm_code compare_all(struct kbm_meeting *meetings, size_t count,
				 struct clashes *clashes)
{
	if (count == 0)
		return KBM_OK;
	enum kbm_code code = KBM_OK;
	struct sort_key *keys = calloc(count, sizeof *keys);
	if (keys == NULL)
		return kbm_fail(clashes->error, KBM_MEMORY, "no memory to compare %zu changes",
				count);
	for (size_t i = 0; i < count; i++) {
		keys[i].index = i;
		meetings[i].speaker = i;
		kbm_bytes_init(&keys[i].bytes, 16 * KBM_PATH_MAX_BYTES);
		if (!make_key(meetings[i].change, &keys[i]))
			code = kbm_fail(clashes->error, KBM_LIMIT,
					"change %zu: its place is too long", i + 1);
	}
	if (code == KBM_OK) {
		qsort(keys, count, sizeof *keys, compare_keys);
		code = compare_neighbours(meetings, keys, count, clashes);
	}
	for (size_t i = 0; i < count; i++)
		kbm_bytes_clear(&keys[i].bytes);
	free(keys);
	return code;
}

enum kbm_code kbm_conflict_find(struct kbm_meeting *meetings, size_t count, struct kbm_error *error)
{
	struct clashes clashes = {NULL, 0, error};
	return compare_all(meetings, count, &clashes);
}

enum kbm_code kbm_conflict_list(struct kbm_meeting *meetings, size_t meeting_count,
				struct kbm_conflict found[static KBM_CONFLICTS_TOLD], size_t *count,
				struct kbm_error *error)
{
	struct clashes clashes = {found, 0, error};
	enum kbm_code code = compare_all(meetings, meeting_count, &clashes);
	*count = clashes.count;
	return code;
}
