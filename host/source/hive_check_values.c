/* Inside the check of a hive: values and their data. */
#include "source/hive_check_parts.h"

#include "base/limits.h"
#include "source/hive_format.h"

#include <string.h>

static void check_segments(struct kbm_check_walk *walk, const struct kbm_value_node *node,
			   const struct kbm_span *record)
{
	struct kbm_span list = {NULL, 0};
	kbm_cell cell = kbm_hive_u32(record->data + 4);
	uint32_t count = kbm_hive_u16(record->data + 2);
	uint32_t needed = (node->length + KBM_HIVE_SEGMENT - 1) / KBM_HIVE_SEGMENT;
	if (!kbm_check_claim(walk, cell, "a list of big data"))
		return;
	if (kbm_hive_cell(walk->hive, cell, &list, NULL) != KBM_OK ||
	    list.length / sizeof(kbm_cell) < count || count != needed) {
		kbm_check_note(walk, KBM_FLAW_RECORD, cell,
			       "%u segments of big data, %u bytes need %u", count, node->length,
			       needed);
		return;
	}
	for (uint32_t i = 0, left = node->length; i < count; i++) {
		struct kbm_span segment = {NULL, 0};
		kbm_cell at = kbm_hive_u32(list.data + (size_t)i * sizeof(kbm_cell));
		uint32_t part = (uint32_t)kbm_hive_smaller(left, KBM_HIVE_SEGMENT);
		left -= part;
		if (kbm_check_claim(walk, at, "a segment of big data") &&
		    (kbm_hive_cell(walk->hive, at, &segment, NULL) != KBM_OK ||
		     segment.length < part))
			kbm_check_note(walk, KBM_FLAW_RECORD, at,
				       "too small for its segment of big data");
	}
}

static void check_data(struct kbm_check_walk *walk, const struct kbm_value_node *node)
{
	struct kbm_span span = {NULL, 0};
	if (node->inline_data != NULL) {
		if (node->length > KBM_VK_INLINE_BYTES)
			kbm_check_note(walk, KBM_FLAW_RECORD, node->cell,
				       "a value with more than 4 bytes inside");
		return;
	}
	if (node->length == 0 || !kbm_check_claim(walk, node->data_cell, "a value's data") ||
	    kbm_hive_cell(walk->hive, node->data_cell, &span, NULL) != KBM_OK)
		return;
	bool is_big = walk->hive->info.minor >= KBM_HIVE_FIRST_BIG_DATA &&
		      node->length > KBM_HIVE_SEGMENT && span.length >= KBM_DB_BYTES &&
		      memcmp(span.data, "db", 2) == 0;
	if (is_big)
		check_segments(walk, node, &span);
	else if (node->length > span.length)
		kbm_check_note(walk, KBM_FLAW_RECORD, node->data_cell,
			       "too small for its value's data");
}

static void check_value(struct kbm_check_walk *walk, kbm_cell cell, const uint8_t *record)
{
	struct kbm_value_node node;
	struct kbm_error why;
	if (!kbm_check_claim(walk, cell, "a list of values"))
		return;
	if (kbm_hive_value_node(walk->hive, cell, &node, &why) != KBM_OK) {
		kbm_check_note(walk, KBM_FLAW_RECORD, cell, "%.100s", why.message);
		return;
	}
	walk->check->values++;
	uint32_t name_bytes = node.name.compressed ? 2U * node.name.length : node.name.length;
	if (name_bytes > kbm_hive_u32(record + KBM_NK_LONGEST_NAME) ||
	    node.length > kbm_hive_u32(record + KBM_NK_LARGEST_DATA))
		kbm_check_note(walk, KBM_FLAW_LARGEST, cell,
			       "its name or data is longer than its key says");
	check_data(walk, &node);
}

void kbm_check_values(struct kbm_check_walk *walk, kbm_cell key, const struct kbm_key_node *node,
		      const uint8_t *record)
{
	const uint8_t *entries = NULL;
	uint32_t count = 0;
	struct kbm_error why;
	if (node->value_count == 0)
		return;
	if (!kbm_check_claim(walk, node->value_list, "a key"))
		return;
	if (kbm_hive_value_list(walk->hive, node, &entries, &count, &why) != KBM_OK) {
		kbm_check_note(walk, KBM_FLAW_RECORD, node->value_list, "%.100s", why.message);
		return;
	}
	if (count < node->value_count)
		kbm_check_note(walk, KBM_FLAW_COUNT, key,
			       "it says %u values, its list has room for %u", node->value_count,
			       count);
	for (uint32_t i = 0; i < count; i++)
		check_value(walk, kbm_hive_u32(entries + (size_t)i * sizeof(kbm_cell)), record);
}
