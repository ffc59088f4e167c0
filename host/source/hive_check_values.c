/* The structural check of a hive: the values of one key, their names and data. */
#include "source/hive_check_parts.h"

#include "base/limits.h"
#include "source/hive_stored_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { INLINE_BYTES = 4, BIG_DATA_RECORD = 8, LONGEST_NAME_AT = 60, LONGEST_DATA_AT = 64 };

/* --- data ----------------------------------------------------------------------------------- */

static void bad_data(struct kbm_check *check, kbm_cell value, const char *why)
{
	kbm_check_note(check, KBM_CHECK_DATA, "the value at file offset 0x%" PRIX64 " %s",
		       kbm_hive_file_offset(value), why);
}

static void check_segments(struct kbm_check *check, const struct kbm_value_node *node,
			   const struct kbm_span *record)
{
	uint32_t count = kbm_hive_u16(record->data + 2);
	uint32_t needed = node->length / KBM_HIVE_SEGMENT + (node->length % KBM_HIVE_SEGMENT != 0);
	struct kbm_span list = {NULL, 0};
	if (!kbm_check_claim(check, kbm_hive_u32(record->data + 4), "the segment list of the value",
			     node->cell, &list))
		return;
	if (count != needed || list.length / sizeof(kbm_cell) < count) {
		kbm_check_note(check, KBM_CHECK_DATA,
			       "the value at file offset 0x%" PRIX64
			       " has %u bytes in %u segments, it takes %u",
			       kbm_hive_file_offset(node->cell), node->length, count, needed);
		count = (uint32_t)kbm_hive_smaller(count, list.length / sizeof(kbm_cell));
	}
	for (uint32_t i = 0, left = node->length; i < count; i++) {
		uint32_t part = (uint32_t)kbm_hive_smaller(left, KBM_HIVE_SEGMENT);
		struct kbm_span segment = {NULL, 0};
		if (kbm_check_claim(check, kbm_hive_u32(list.data + i * sizeof(kbm_cell)),
				    "a segment of the value", node->cell, &segment) &&
		    segment.length < part)
			bad_data(check, node->cell, "has a segment that its cell does not hold");
		left -= part;
	}
}

static void check_data(struct kbm_check *check, const struct kbm_value_node *node)
{
	struct kbm_span span = {NULL, 0};
	if (node->inline_data != NULL) {
		if (node->length > INLINE_BYTES)
			bad_data(check, node->cell, "has more than 4 bytes inside its record");
		return;
	}
	if (node->length == 0) {
		if (node->data_cell != KBM_CELL_NONE && node->data_cell != 0)
			kbm_check_note(check, KBM_CHECK_STALE,
				       "the value at file offset 0x%" PRIX64
				       " has no data, but a cell for it (0x%" PRIX64 ")",
				       kbm_hive_file_offset(node->cell),
				       kbm_hive_file_offset(node->data_cell));
		return;
	}
	if (!kbm_check_claim(check, node->data_cell, "the data of the value", node->cell, &span))
		return;
	bool is_cut =
	    check->hive->info.minor >= KBM_HIVE_FIRST_BIG_DATA && node->length > KBM_HIVE_SEGMENT;
	if (is_cut && span.length >= BIG_DATA_RECORD && memcmp(span.data, "db", 2) == 0)
		check_segments(check, node, &span);
	else if (node->length > span.length)
		bad_data(check, node->cell, "has more data than its cell holds");
	else if (is_cut)
		kbm_check_note(check, KBM_CHECK_ONE_CELL,
			       "the value at file offset 0x%" PRIX64
			       " has %u bytes in one cell, where the format has segments",
			       kbm_hive_file_offset(node->cell), node->length);
	if (node->length <= INLINE_BYTES)
		kbm_check_note(check, KBM_CHECK_SMALL,
			       "the value at file offset 0x%" PRIX64
			       " has %u bytes in a cell of their own",
			       kbm_hive_file_offset(node->cell), node->length);
}

/* --- values --------------------------------------------------------------------------------- */

static bool name_is_sound(const struct kbm_stored_name *name)
{
	return kbm_hive_name_units(name) <= KBM_HIVE_MAX_NAME_UNITS &&
	       (name->compressed || name->length % 2 == 0);
}

static bool check_value(struct kbm_check *check, kbm_cell key, kbm_cell cell,
			struct kbm_value_node *node)
{
	struct kbm_span span = {NULL, 0};
	struct kbm_error slot;
	if (!kbm_check_claim(check, cell, "a value of the key", key, &span))
		return false;
	check->report->values++;
	if (kbm_hive_value_node(check->hive, cell, node, kbm_check_slot(check, &slot)) != KBM_OK) {
		kbm_check_note(check, KBM_CHECK_VALUE, "%s", slot.message);
		return false;
	}
	if (!name_is_sound(&node->name))
		kbm_check_note(check, KBM_CHECK_VALUE,
			       "the value at file offset 0x%" PRIX64 " has a name of %u bytes",
			       kbm_hive_file_offset(cell), (unsigned)node->name.length);
	check_data(check, node);
	return true;
}

static int compare_names(const void *left, const void *right)
{
	return kbm_hive_names_order(left, right);
}

/* The names of one key's values are in check->names. */
static void check_same_names(struct kbm_check *check, kbm_cell key)
{
	size_t count = check->names.length / sizeof(struct kbm_stored_name);
	if (count < 2 || check->names.failed)
		return;
	qsort(check->names.data, count, sizeof(struct kbm_stored_name), compare_names);
	const struct kbm_stored_name *names =
	    (const struct kbm_stored_name *)(const void *)check->names.data;
	for (size_t i = 1; i < count; i++) {
		if (kbm_hive_names_order(&names[i - 1], &names[i]) == 0)
			kbm_check_note(check, KBM_CHECK_SAME_VALUE,
				       "the key at file offset 0x%" PRIX64
				       " has two values of one name",
				       kbm_hive_file_offset(key));
	}
}

static void check_list(struct kbm_check *check, kbm_cell key, const uint8_t *entries,
		       uint32_t count)
{
	uint32_t longest_name = 0;
	uint32_t longest_data = 0;
	kbm_bytes_reset(&check->names);
	for (uint32_t i = 0; i < count; i++) {
		struct kbm_value_node node;
		if (!check_value(check, key, kbm_hive_u32(entries + i * sizeof(kbm_cell)), &node))
			continue;
		uint32_t name = kbm_check_name_bytes(&node.name);
		longest_name = name > longest_name ? name : longest_name;
		longest_data = node.length > longest_data ? node.length : longest_data;
		kbm_bytes_append(&check->names, &node.name, sizeof node.name);
	}
	kbm_check_longest(check, key, LONGEST_NAME_AT, longest_name, "value name");
	kbm_check_longest(check, key, LONGEST_DATA_AT, longest_data, "value data");
	check_same_names(check, key);
}

void kbm_check_values(struct kbm_check *check, kbm_cell key, const struct kbm_key_node *node)
{
	struct kbm_span list = {NULL, 0};
	if (node->value_count == 0) {
		if (node->value_list != KBM_CELL_NONE && (node->flags & KBM_KEY_PREDEFINED) == 0)
			kbm_check_note(check, KBM_CHECK_STALE,
				       "the key at file offset 0x%" PRIX64
				       " has no values, but a list for them (0x%" PRIX64 ")",
				       kbm_hive_file_offset(key),
				       kbm_hive_file_offset(node->value_list));
		return;
	}
	if (!kbm_check_claim(check, node->value_list, "the value list of the key", key, &list))
		return;
	uint32_t room = list.length / (uint32_t)sizeof(kbm_cell);
	if (node->value_count > room)
		kbm_check_note(check, KBM_CHECK_COUNT,
			       "the key at file offset 0x%" PRIX64
			       " says it has %u values, its list has room for %u",
			       kbm_hive_file_offset(key), node->value_count, room);
	check_list(check, key, list.data, (uint32_t)kbm_hive_smaller(node->value_count, room));
}
