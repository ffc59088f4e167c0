/* Inside the dump of a hive: what lies in one key, taken out, sorted, within budgets. */
#include "source/hive_level.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kbm_code kbm_dump_stop(struct kbm_dump_walk *walk, const char *what)
{
	return kbm_fail(walk->error, KBM_LIMIT, "the dump stopped: %s", what);
}

void kbm_dump_note(struct kbm_dump_walk *walk, enum kbm_dump_pass pass, const char *message)
{
	struct kbm_dump_report *report = walk->report;
	if (walk->pass != pass)
		return;
	if (report->damages < KBM_DUMP_DAMAGES_KEPT)
		snprintf(report->first_damages[report->damages], sizeof report->first_damages[0],
			 "%s", message);
	report->damages++;
}

struct kbm_error *kbm_dump_slot(const struct kbm_dump_walk *walk, struct kbm_error *slot)
{
	slot->message[0] = '\0';
	return walk->report->damages < KBM_DUMP_DAMAGES_KEPT ? slot : NULL;
}

bool kbm_dump_claim(struct kbm_dump_walk *walk, enum kbm_dump_pass pass, kbm_cell cell)
{
	if (cell >= walk->hive->length || cell % 8 != 0)
		return true; /* reading it will tell what is wrong */
	uint8_t *byte = &walk->claimed[cell / 64];
	uint8_t bit = (uint8_t)(1U << cell / 8 % 8);
	if ((*byte & bit) != 0) {
		char message[KBM_ERROR_MESSAGE_BYTES];
		snprintf(message, sizeof message,
			 "the cell at file offset 0x%" PRIX64 " is referred to from two places",
			 kbm_hive_file_offset(cell));
		kbm_dump_note(walk, pass, message);
		return false;
	}
	*byte |= bit;
	return true;
}

static enum kbm_code spend_elements(struct kbm_dump_walk *walk, uint64_t count)
{
	if (count > walk->elements_left)
		return kbm_dump_stop(walk, "the hive's lists hold more than the file has room for");
	walk->elements_left -= count;
	return KBM_OK;
}

enum kbm_code kbm_dump_spend(struct kbm_dump_walk *walk, uint64_t bytes)
{
	if (bytes > walk->output_left)
		return kbm_dump_stop(walk, "it would be far larger than a sound hive's");
	walk->output_left -= bytes;
	return KBM_OK;
}

/* Most names are nothing else. */
static size_t plain_run(const char *text, size_t length)
{
	size_t run = 0;
	while (run < length && text[run] >= 0x20 && text[run] < 0x7F && text[run] != '\\' &&
	       text[run] != '%')
		run++;
	return run;
}

void kbm_dump_escape(const char *text, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length;) {
		size_t size = plain_run(text + at, length - at);
		if (size > 0) {
			kbm_bytes_append(out, text + at, size);
			at += size;
			continue;
		}
		uint32_t unit = kbm_text_next(text + at, length - at, &size);
		bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
		if (unit < 0x20 || unit == 0x7F || unit == '\\' || unit == '%' || surrogate)
			kbm_bytes_printf(out, "%%%04X", (unsigned)unit);
		else
			kbm_bytes_append(out, text + at, size);
		at += size;
	}
}

static enum kbm_code push_name(struct kbm_dump_walk *walk, const struct kbm_stored_name *name,
			       struct kbm_dump_item *item)
{
	item->name = walk->names.length;
	enum kbm_code code = kbm_hive_name_text(name, &walk->name, walk->error);
	if (code != KBM_OK)
		return code;
	kbm_dump_escape(kbm_bytes_text(&walk->name), walk->name.length, &walk->names);
	item->length = walk->names.length - item->name;
	return KBM_OK;
}

static enum kbm_code push_item(struct kbm_dump_walk *walk, const struct kbm_dump_item *item)
{
	kbm_bytes_append(&walk->items, item, sizeof *item);
	if (walk->names.failed || walk->items.failed)
		return kbm_dump_stop(walk, "one key holds more names than can be sorted");
	return KBM_OK;
}

struct kbm_dump_item kbm_dump_item_at(const struct kbm_dump_walk *walk, size_t offset)
{
	struct kbm_dump_item item;
	memcpy(&item, walk->items.data + offset, sizeof item);
	return item;
}

static int compare_items(const void *left, const void *right, void *names)
{
	const struct kbm_dump_item *a = left;
	const struct kbm_dump_item *b = right;
	const char *x = kbm_bytes_text(names) + a->name;
	const char *y = kbm_bytes_text(names) + b->name;
	size_t shared = kbm_hive_smaller(a->length, b->length);
	int order = memcmp(x, y, shared);
	if (order != 0)
		return order;
	unsigned char next_x = (unsigned char)(a->length == shared ? a->end : x[shared]);
	unsigned char next_y = (unsigned char)(b->length == shared ? b->end : y[shared]);
	if (next_x != next_y)
		return next_x < next_y ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

static void sort_level(struct kbm_dump_walk *walk, size_t from)
{
	size_t count = (walk->items.length - from) / sizeof(struct kbm_dump_item);
	if (count > 1)
		qsort_r(walk->items.data + from, count, sizeof(struct kbm_dump_item), compare_items,
			&walk->names);
}

static enum kbm_code push_subkey(struct kbm_dump_walk *walk, kbm_cell cell, uint32_t position)
{
	struct kbm_error slot;
	struct kbm_key_node node;
	if (!kbm_dump_claim(walk, KBM_DUMP_KEYS, cell))
		return KBM_OK;
	if (kbm_hive_key_node(walk->hive, cell, &node, kbm_dump_slot(walk, &slot)) != KBM_OK) {
		kbm_dump_note(walk, KBM_DUMP_KEYS, slot.message);
		return KBM_OK;
	}
	struct kbm_dump_item item = {.cell = cell, .position = position, .end = '\t'};
	enum kbm_code code = push_name(walk, &node.name, &item);
	if (code == KBM_OK && (walk->pass == KBM_DUMP_KEYS || node.value_count != 0))
		code = push_item(walk, &item);
	item.end = '\\';
	if (code == KBM_OK && node.subkey_count != 0)
		code = push_item(walk, &item);
	return code;
}

static enum kbm_code push_leaves(struct kbm_dump_walk *walk, struct kbm_subkeys *list)
{
	unsigned bad = 0;
	for (;;) {
		struct kbm_error slot;
		enum kbm_code code =
		    kbm_subkeys_next_leaf(walk->hive, list, kbm_dump_slot(walk, &slot));
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code != KBM_OK) {
			kbm_dump_note(walk, KBM_DUMP_KEYS, slot.message);
			if (++bad == KBM_HIVE_MAX_BAD_CELLS)
				return KBM_OK;
			continue;
		}
		code = spend_elements(walk, list->entry_count);
		for (uint32_t i = 0; code == KBM_OK && i < list->entry_count; i++)
			code = push_subkey(walk, kbm_subkeys_entry(list, i), list->first + i);
		if (code != KBM_OK)
			return code;
	}
}

static void check_count(struct kbm_dump_walk *walk, const struct kbm_subkeys *list)
{
	uint32_t held = list->first + list->entry_count;
	if (held == list->said)
		return;
	char message[KBM_ERROR_MESSAGE_BYTES];
	snprintf(message, sizeof message,
		 "the key at file offset 0x%" PRIX64
		 " says it has %u subkeys, %u can be read in its list",
		 kbm_hive_file_offset(list->key), list->said, held);
	kbm_dump_note(walk, KBM_DUMP_KEYS, message);
}

enum kbm_code kbm_dump_push_subkeys(struct kbm_dump_walk *walk, kbm_cell key,
				    const struct kbm_key_node *node)
{
	size_t from = walk->items.length;
	struct kbm_error slot;
	struct kbm_subkeys list;
	if (node->subkey_count == 0 || !kbm_dump_claim(walk, KBM_DUMP_KEYS, node->subkey_list))
		return KBM_OK;
	if (kbm_subkeys_open(walk->hive, key, node, &list, kbm_dump_slot(walk, &slot)) != KBM_OK) {
		kbm_dump_note(walk, KBM_DUMP_KEYS, slot.message);
		return KBM_OK;
	}
	enum kbm_code code = spend_elements(walk, list.leaf_count);
	if (code == KBM_OK)
		code = push_leaves(walk, &list);
	if (code != KBM_OK)
		return code;
	check_count(walk, &list);
	sort_level(walk, from);
	return KBM_OK;
}

/* One element of a value list; damage is passed over. */
static enum kbm_code push_value(struct kbm_dump_walk *walk, kbm_cell cell, uint32_t position)
{
	struct kbm_error slot;
	struct kbm_value_node value;
	if (!kbm_dump_claim(walk, KBM_DUMP_VALUES, cell))
		return KBM_OK;
	if (kbm_hive_value_node(walk->hive, cell, &value, kbm_dump_slot(walk, &slot)) != KBM_OK) {
		kbm_dump_note(walk, KBM_DUMP_VALUES, slot.message);
		return KBM_OK;
	}
	struct kbm_dump_item item = {.cell = cell, .position = position, .end = '\t'};
	enum kbm_code code = push_name(walk, &value.name, &item);
	return code == KBM_OK ? push_item(walk, &item) : code;
}

enum kbm_code kbm_dump_push_values(struct kbm_dump_walk *walk, const struct kbm_key_node *node)
{
	size_t from = walk->items.length;
	struct kbm_error slot;
	const uint8_t *entries;
	uint32_t count;
	if (node->value_count == 0 || !kbm_dump_claim(walk, KBM_DUMP_VALUES, node->value_list))
		return KBM_OK;
	if (kbm_hive_value_list(walk->hive, node, &entries, &count, kbm_dump_slot(walk, &slot)) !=
	    KBM_OK) {
		kbm_dump_note(walk, KBM_DUMP_VALUES, slot.message);
		return KBM_OK;
	}
	if (count < node->value_count) {
		kbm_hive_short_value_list(node, count, kbm_dump_slot(walk, &slot));
		kbm_dump_note(walk, KBM_DUMP_VALUES, slot.message);
	}
	enum kbm_code code = spend_elements(walk, count);
	for (uint32_t i = 0; code == KBM_OK && i < count; i++)
		code = push_value(walk, kbm_hive_u32(entries + i * sizeof(kbm_cell)), i);
	sort_level(walk, from);
	return code;
}
