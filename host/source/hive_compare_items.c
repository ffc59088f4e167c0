/* The comparison of two hives: what one of them holds, taken out. */
#include "source/hive_compare_parts.h"

#include "source/hive_claims.h"
#include "source/hive_lists.h"
#include "source/hive_stored_names.h"

#include <stdlib.h>
#include <string.h>

/* In an nk record. */
enum {
	DESCRIPTOR_AT = 44,
	CLASS_AT = 48,
	LONGEST_SUBKEY_AT = 52, /* its upper half: flags, in later formats */
	CLASS_BYTES_AT = 74
};
enum { SK_RECORD = 20, SK_SIZE_AT = 16 };

enum kbm_code kbm_compare_claim(struct kbm_compare *compare, struct kbm_compare_side *side,
				kbm_cell cell)
{
	return kbm_claim(side->claimed, side->hive, cell, compare->error);
}

/* --- lists ---------------------------------------------------------------------------------- */

struct kbm_compare_item kbm_compare_item_at(const struct kbm_compare_side *side, size_t offset)
{
	struct kbm_compare_item item;
	memcpy(&item, side->items.data + offset, sizeof item);
	return item;
}

static enum kbm_code push(struct kbm_compare *compare, struct kbm_compare_side *side, kbm_cell cell,
			  const struct kbm_stored_name *name)
{
	const struct kbm_compare_item item = {cell, *name};
	if (!kbm_bytes_append(&side->items, &item, sizeof item))
		return kbm_fail(compare->error, KBM_MEMORY, "no memory to compare two hives");
	return KBM_OK;
}

static int compare_items(const void *left, const void *right)
{
	const struct kbm_compare_item *x = left;
	const struct kbm_compare_item *y = right;
	int order = kbm_hive_names_order(&x->name, &y->name);
	return order != 0 ? order : x->cell < y->cell ? -1 : x->cell > y->cell;
}

static void sort(struct kbm_compare_side *side, size_t first)
{
	const size_t step = sizeof(struct kbm_compare_item);
	bool sorted = true;
	for (size_t at = first + step; sorted && at < side->items.length; at += step) {
		struct kbm_compare_item last = kbm_compare_item_at(side, at - step);
		struct kbm_compare_item item = kbm_compare_item_at(side, at);
		sorted = kbm_hive_names_order(&last.name, &item.name) <= 0;
	}
	if (!sorted)
		qsort(side->items.data + first, (side->items.length - first) / step, step,
		      compare_items);
}

static enum kbm_code push_leaf(struct kbm_compare *compare, struct kbm_compare_side *side,
			       const struct kbm_subkeys *list)
{
	enum kbm_code code = KBM_OK;
	for (uint32_t i = 0; code == KBM_OK && i < list->entry_count; i++) {
		kbm_cell cell = kbm_subkeys_entry(list, i);
		struct kbm_key_node node;
		code = kbm_compare_claim(compare, side, cell);
		if (code == KBM_OK)
			code = kbm_hive_key_node(side->hive, cell, &node, compare->error);
		if (code == KBM_OK)
			code = push(compare, side, cell, &node.name);
	}
	return code;
}

enum kbm_code kbm_compare_push_subkeys(struct kbm_compare *compare, struct kbm_compare_side *side,
				       kbm_cell key, const struct kbm_key_node *node, size_t *first)
{
	struct kbm_subkeys list;
	*first = side->items.length;
	enum kbm_code code = kbm_subkeys_open(side->hive, key, node, &list, compare->error);
	if (code == KBM_OK && node->subkey_count != 0)
		code = kbm_compare_claim(compare, side, node->subkey_list);
	while (code == KBM_OK) {
		code = kbm_subkeys_next_leaf(side->hive, &list, compare->error);
		if (code == KBM_OK)
			code = push_leaf(compare, side, &list);
	}
	if (code != KBM_NOT_FOUND)
		return code;
	code = kbm_subkeys_check_count(&list, compare->error);
	if (code == KBM_OK)
		sort(side, *first);
	return code;
}

enum kbm_code kbm_compare_push_values(struct kbm_compare *compare, struct kbm_compare_side *side,
				      const struct kbm_compare_key *key, size_t *first)
{
	const uint8_t *entries = NULL;
	uint32_t count = 0;
	*first = side->items.length;
	if (key == NULL || key->node.value_count == 0)
		return KBM_OK;
	const struct kbm_key_node *node = &key->node;
	enum kbm_code code = kbm_compare_claim(compare, side, node->value_list);
	if (code == KBM_OK)
		code = kbm_hive_value_list(side->hive, node, &entries, &count, compare->error);
	if (code == KBM_OK && count < node->value_count)
		code = kbm_hive_short_value_list(node, count, compare->error);
	for (uint32_t i = 0; code == KBM_OK && i < count; i++) {
		kbm_cell cell = kbm_hive_u32(entries + i * sizeof(kbm_cell));
		struct kbm_value_node value;
		code = kbm_compare_claim(compare, side, cell);
		if (code == KBM_OK)
			code = kbm_hive_value_node(side->hive, cell, &value, compare->error);
		if (code == KBM_OK)
			code = push(compare, side, cell, &value.name);
	}
	if (code == KBM_OK)
		sort(side, *first);
	return code;
}

/* --- keys ----------------------------------------------------------------------------------- */

enum kbm_code kbm_compare_read_key(struct kbm_compare *compare, struct kbm_compare_side *side,
				   kbm_cell cell, struct kbm_compare_key *key)
{
	struct kbm_span span = {NULL, 0};
	struct kbm_compare_key made = {.cell = cell};
	enum kbm_code code = kbm_hive_key_node(side->hive, cell, &made.node, compare->error);
	if (code == KBM_OK)
		code = kbm_hive_cell(side->hive, cell, &span, compare->error);
	if (code != KBM_OK)
		return code;
	made.flags = made.node.flags & ~(uint32_t)KBM_KEY_COMPRESSED;
	made.flags |= kbm_hive_u32(span.data + LONGEST_SUBKEY_AT) & ~(uint32_t)UINT16_MAX;
	made.descriptor = kbm_hive_u32(span.data + DESCRIPTOR_AT);
	uint32_t class_bytes = kbm_hive_u16(span.data + CLASS_BYTES_AT);
	if (class_bytes != 0) {
		code = kbm_hive_cell(side->hive, kbm_hive_u32(span.data + CLASS_AT),
				     &made.key_class, compare->error);
		if (code == KBM_OK && class_bytes > made.key_class.length)
			code = kbm_fail(compare->error, KBM_UNREADABLE,
					"the class of the key at file offset 0x%llX is longer than "
					"its cell",
					(unsigned long long)kbm_hive_file_offset(cell));
		made.key_class.length = class_bytes;
	}
	if (code == KBM_OK)
		*key = made;
	return code;
}

static enum kbm_code read_descriptor(struct kbm_compare *compare, struct kbm_compare_side *side,
				     kbm_cell cell, struct kbm_span *span)
{
	/* Windows has one for each key, the tests' small images have none. */
	*span = (struct kbm_span){(const uint8_t *)"", 0};
	if (cell == KBM_CELL_NONE)
		return KBM_OK;
	enum kbm_code code = kbm_hive_cell(side->hive, cell, span, compare->error);
	if (code != KBM_OK)
		return code;
	uint32_t size = span->length < SK_RECORD ? 0 : kbm_hive_u32(span->data + SK_SIZE_AT);
	if (span->length < SK_RECORD || memcmp(span->data, "sk", 2) != 0 ||
	    size > span->length - SK_RECORD)
		return kbm_fail(compare->error, KBM_UNREADABLE,
				"the cell at file offset 0x%llX holds no sound security descriptor",
				(unsigned long long)kbm_hive_file_offset(cell));
	if (size > side->bytes_left)
		return kbm_fail(compare->error, KBM_UNREADABLE,
				"the keys' security descriptors are far too large");
	side->bytes_left -= size;
	*span = (struct kbm_span){span->data + SK_RECORD, size};
	return KBM_OK;
}

enum kbm_code kbm_compare_descriptors(struct kbm_compare *compare,
				      struct kbm_compare_side *left_side, kbm_cell left,
				      struct kbm_compare_side *right_side, kbm_cell right,
				      bool *same)
{
	struct kbm_span x;
	struct kbm_span y;
	enum kbm_code code = read_descriptor(compare, left_side, left, &x);
	if (code == KBM_OK)
		code = read_descriptor(compare, right_side, right, &y);
	if (code == KBM_OK)
		*same = x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
	return code;
}
