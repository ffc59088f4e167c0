/* What a check read, as it was: copying, comparing, and shortening of long answers. */
#include "plan/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/sha256.h"
#include "base/text.h"

static bool copy_text(const char *from, char **to)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

void kbm_precondition_clear(struct kbm_precondition *precondition)
{
	kbm_place_free(&precondition->place);
	kbm_state_clear(&precondition->state);
	free(precondition->base);
	free(precondition->filter);
	kbm_text_list_clear(&precondition->attributes);
	kbm_entries_clear(&precondition->entries);
	free(precondition->entries_sha256);
	memset(precondition, 0, sizeof *precondition);
}

static bool copy_entries(const struct kbm_entries *from, struct kbm_entries *to)
{
	if (from->count == 0)
		return true;
	to->items = calloc(from->count, sizeof *to->items);
	if (to->items == NULL)
		return false;
	for (; to->count < from->count; to->count++)
		if (!kbm_entry_copy(&from->items[to->count], &to->items[to->count]))
			return false;
	return true;
}

bool kbm_precondition_copy(const struct kbm_precondition *from, struct kbm_precondition *to)
{
	struct kbm_precondition copy = {.kind = from->kind,
					.scope = from->scope,
					.base_exists = from->base_exists,
					.entry_count = from->entry_count,
					.mark = from->mark};
	if (!kbm_place_copy(&from->place, &copy.place) ||
	    !kbm_state_copy(&from->state, &copy.state) || !copy_text(from->base, &copy.base) ||
	    !copy_text(from->filter, &copy.filter) ||
	    !kbm_text_list_add_all(&copy.attributes, &from->attributes) ||
	    !copy_entries(&from->entries, &copy.entries) ||
	    !copy_text(from->entries_sha256, &copy.entries_sha256)) {
		kbm_precondition_clear(&copy);
		return false;
	}
	*to = copy;
	return true;
}

bool kbm_precondition_same(const struct kbm_precondition *left,
			   const struct kbm_precondition *right)
{
	if (left->kind != right->kind)
		return false;
	if (left->kind != KBM_READ_SEARCH)
		return kbm_place_equal(&left->place, &right->place);
	if (left->scope != right->scope || left->attributes.count != right->attributes.count ||
	    strcmp(or_empty(left->base), or_empty(right->base)) != 0 ||
	    strcmp(or_empty(left->filter), or_empty(right->filter)) != 0)
		return false;
	for (size_t i = 0; i < left->attributes.count; i++)
		if (!kbm_text_equals_ascii_case(left->attributes.items[i],
						right->attributes.items[i]))
			return false;
	return true;
}

/* FNV-1a over units as names compare them, so that equal names give equal marks. */
static uint32_t mark_text(uint32_t mark, const char *text, size_t length)
{
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t unit = kbm_text_next(text + at, length - at, &size);
		if (unit <= UINT16_MAX)
			unit = kbm_text_upcase((uint16_t)unit);
		mark = (mark ^ unit) * 16777619U;
	}
	return (mark ^ (uint32_t)'\n') * 16777619U;
}

/* Thousands of reads must not be compared one with each other in full. */
uint32_t kbm_precondition_mark(const struct kbm_precondition *read)
{
	uint32_t mark = 2166136261U ^ (uint32_t)read->kind;
	if (read->kind == KBM_READ_SEARCH) {
		mark = mark_text(mark, or_empty(read->base), strlen(or_empty(read->base)));
		return mark_text(mark, or_empty(read->filter), strlen(or_empty(read->filter)));
	}
	const struct kbm_place *place = &read->place;
	const char *key = place->physical != NULL ? place->physical : or_empty(place->path);
	mark = mark_text(mark, key, strlen(key));
	return mark_text(mark, or_empty(place->name), place->name == NULL ? 0 : place->name_length);
}

/* --- long answers ---------------------------------------------------------------------------- */

static int compare_bytes(const void *left, size_t left_length, const void *right,
			 size_t right_length)
{
	size_t shorter = left_length < right_length ? left_length : right_length;
	int order = shorter == 0 ? 0 : memcmp(left, right, shorter);
	if (order != 0 || left_length == right_length)
		return order;
	return left_length < right_length ? -1 : 1;
}

static int compare_values(const void *left, const void *right)
{
	const struct kbm_blob *first = left;
	const struct kbm_blob *second = right;
	return compare_bytes(first->data, first->length, second->data, second->length);
}

static int compare_attributes(const void *left, const void *right)
{
	const struct kbm_attribute *first = left;
	const struct kbm_attribute *second = right;
	return strcmp(first->name, second->name);
}

static int compare_entries(const void *left, const void *right)
{
	const struct kbm_entry *first = left;
	const struct kbm_entry *second = right;
	return strcmp(first->dn, second->dn);
}

/* Servers choose the order of entries, attributes and values; the hash must not see it. */
static void sort_entries(struct kbm_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct kbm_entry *entry = &entries->items[i];
		for (size_t j = 0; j < entry->attribute_count; j++) {
			struct kbm_attribute *attribute = &entry->attributes[j];
			if (attribute->value_count > 1)
				qsort(attribute->values, attribute->value_count,
				      sizeof *attribute->values, compare_values);
		}
		if (entry->attribute_count > 1)
			qsort(entry->attributes, entry->attribute_count, sizeof *entry->attributes,
			      compare_attributes);
	}
	if (entries->count > 1)
		qsort(entries->items, entries->count, sizeof *entries->items, compare_entries);
}

/* A 64-bit little-endian length, then the bytes: no two answers have one canonical form. */
static void put_number(struct kbm_bytes *out, size_t number)
{
	for (size_t i = 0; i < 8; i++)
		kbm_bytes_append_byte(out, (uint8_t)((uint64_t)number >> (8 * i)));
}

static void put_bytes(struct kbm_bytes *out, const void *data, size_t length)
{
	put_number(out, length);
	kbm_bytes_append(out, data, length);
}

static bool write_canonical(const struct kbm_entries *entries, struct kbm_bytes *out)
{
	put_number(out, entries->count);
	for (size_t i = 0; i < entries->count; i++) {
		const struct kbm_entry *entry = &entries->items[i];
		put_bytes(out, entry->dn, strlen(entry->dn));
		put_number(out, entry->attribute_count);
		for (size_t j = 0; j < entry->attribute_count; j++) {
			const struct kbm_attribute *attribute = &entry->attributes[j];
			put_bytes(out, attribute->name, strlen(attribute->name));
			put_number(out, attribute->value_count);
			for (size_t k = 0; k < attribute->value_count; k++)
				put_bytes(out, attribute->values[k].data,
					  attribute->values[k].length);
		}
	}
	return !out->failed;
}

/* Sorts them, too. False without memory. */
static bool hash_entries(struct kbm_entries *entries, char *hex)
{
	struct kbm_bytes canonical;
	kbm_bytes_init(&canonical, SIZE_MAX / 2);
	sort_entries(entries);
	bool done = write_canonical(entries, &canonical);
	if (done)
		kbm_sha256_hex(canonical.data, canonical.length, hex);
	kbm_bytes_clear(&canonical);
	return done;
}

bool kbm_precondition_shorten(struct kbm_precondition *read)
{
	if (read->kind != KBM_READ_SEARCH || read->entries_sha256 != NULL)
		return true;
	struct kbm_bytes canonical;
	kbm_bytes_init(&canonical, KBM_PLAN_MAX_ANSWER);
	bool is_short = write_canonical(&read->entries, &canonical);
	kbm_bytes_clear(&canonical);
	if (is_short)
		return true;
	char *hex = malloc(KBM_SHA256_HEX_BYTES);
	if (hex == NULL || !hash_entries(&read->entries, hex)) {
		free(hex);
		return false;
	}
	read->entries_sha256 = hex;
	read->entry_count = read->entries.count;
	kbm_entries_clear(&read->entries);
	return true;
}

/* The hash of an answer, whether it was shortened or not. */
static bool digest(const struct kbm_precondition *read, char hex[static KBM_SHA256_HEX_BYTES])
{
	struct kbm_entries copy = {0};
	if (read->entries_sha256 != NULL)
		return snprintf(hex, KBM_SHA256_HEX_BYTES, "%s", read->entries_sha256) > 0;
	bool done = copy_entries(&read->entries, &copy) && hash_entries(&copy, hex);
	kbm_entries_clear(&copy);
	return done;
}

bool kbm_precondition_holds(const struct kbm_precondition *then, const struct kbm_precondition *now,
			    bool *holds)
{
	char old_hash[KBM_SHA256_HEX_BYTES];
	char new_hash[KBM_SHA256_HEX_BYTES];
	if (then->kind != KBM_READ_SEARCH) {
		*holds = kbm_state_equal(&then->state, &now->state);
		return true;
	}
	if (!digest(then, old_hash) || !digest(now, new_hash))
		return false;
	*holds = then->base_exists == now->base_exists && strcmp(old_hash, new_hash) == 0;
	return true;
}
