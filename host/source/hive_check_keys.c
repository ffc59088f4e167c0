/* Inside the check of a hive: keys, and their lists of subkeys. */
#include "source/hive_check_parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_format.h"
#include "source/hive_lists.h"

#include <string.h>

/* A key's list while it is walked. */
struct siblings {
	kbm_cell key;
	const uint8_t *record;	       /* nk */
	struct kbm_stored_name before; /* data NULL: none yet */
	uint32_t seen;
};

static uint16_t unit_at(const struct kbm_stored_name *name, size_t index)
{
	uint16_t unit = name->compressed ? name->data[index] : kbm_hive_u16(name->data + 2 * index);
	return kbm_text_upcase(unit);
}

static size_t count_units(const struct kbm_stored_name *name)
{
	return name->compressed ? name->length : name->length / 2U;
}

static int compare(const struct kbm_stored_name *left, const struct kbm_stored_name *right)
{
	size_t left_count = count_units(left);
	size_t right_count = count_units(right);
	for (size_t i = 0; i < left_count && i < right_count; i++)
		if (unit_at(left, i) != unit_at(right, i))
			return unit_at(left, i) < unit_at(right, i) ? -1 : 1;
	return (left_count > right_count) - (left_count < right_count);
}

static uint32_t hash_of(const struct kbm_stored_name *name)
{
	uint32_t hash = 0;
	for (size_t i = 0; i < count_units(name); i++)
		hash = 37 * hash + unit_at(name, i);
	return hash;
}

/* Four characters, in the case that they are stored in. A wide one has no sure form. */
static bool has_hint(const struct kbm_stored_name *name, uint32_t hint)
{
	for (size_t i = 0; i < 4; i++) {
		uint8_t stored = (uint8_t)(hint >> 8 * i);
		uint16_t unit = i < count_units(name) ? unit_at(name, i) : 0;
		if (stored != 0 && kbm_text_upcase(stored) != unit && unit <= UINT8_MAX)
			return false;
	}
	return true;
}

static void check_key(struct kbm_check_walk *walk, kbm_cell cell, kbm_cell parent, unsigned depth);

static void check_name(struct kbm_check_walk *walk, struct siblings *siblings,
		       const struct kbm_subkeys *list, uint32_t index)
{
	struct kbm_key_node node;
	kbm_cell cell = kbm_subkeys_entry(list, index);
	if (kbm_hive_key_node(walk->hive, cell, &node, NULL) != KBM_OK)
		return; /* noted where the key itself is looked at */
	uint32_t beside =
	    list->stride == 8 ? kbm_hive_u32(list->entries + (size_t)index * 8 + 4) : 0;
	if (list->kind == 'h' && beside != hash_of(&node.name))
		kbm_check_note(walk, KBM_FLAW_HASH, cell, "its parent's list has another hash");
	if (list->kind == 'f' && !has_hint(&node.name, beside))
		kbm_check_note(walk, KBM_FLAW_HASH, cell, "its parent's list has another hint");
	if (siblings->before.data != NULL && compare(&siblings->before, &node.name) >= 0)
		kbm_check_note(walk, KBM_FLAW_ORDER, cell,
			       "its parent's list has it behind a later name");
	if (2 * count_units(&node.name) > kbm_hive_u16(siblings->record + KBM_NK_LONGEST_SUBKEY))
		kbm_check_note(walk, KBM_FLAW_LARGEST, cell,
			       "its name is longer than its parent says");
	siblings->before = node.name;
}

static void check_leaf(struct kbm_check_walk *walk, struct siblings *siblings,
		       const struct kbm_subkeys *list, kbm_cell leaf, unsigned depth)
{
	uint32_t most = list->kind == 'i' ? KBM_SLOW_LEAF_MAX : KBM_FAST_LEAF_MAX;
	uint32_t minor = walk->hive->info.minor;
	/* Larger leaves are read by all; what wrote one was not Windows. */
	if (list->entry_count == 0 || (list->kind == 'h' && minor < KBM_FIRST_HASH_LEAF) ||
	    (list->entry_count > most && list->leaf_count > 1))
		kbm_check_note(walk, KBM_FLAW_LIST, leaf, "a list l%c of %u subkeys in format 1.%u",
			       list->kind, list->entry_count, minor);
	for (uint32_t i = 0; i < list->entry_count; i++)
		check_name(walk, siblings, list, i);
	siblings->seen += list->entry_count;
	for (uint32_t i = 0; i < list->entry_count; i++)
		check_key(walk, kbm_subkeys_entry(list, i), siblings->key, depth + 1);
}

static kbm_cell leaf_of(const struct kbm_subkeys *list)
{
	return list->roots == NULL
		   ? list->only_leaf
		   : kbm_hive_u32(list->roots + (size_t)(list->leaf_next - 1) * sizeof(kbm_cell));
}

static void check_subkeys(struct kbm_check_walk *walk, kbm_cell key,
			  const struct kbm_key_node *node, const uint8_t *record, unsigned depth)
{
	struct kbm_subkeys list;
	struct kbm_error why;
	struct siblings siblings = {.key = key, .record = record};
	if (node->subkey_count == 0)
		return;
	if (kbm_subkeys_open(walk->hive, key, node, &list, &why) != KBM_OK) {
		kbm_check_note(walk, KBM_FLAW_RECORD, node->subkey_list, "%.100s", why.message);
		return;
	}
	if (list.roots != NULL && !kbm_check_claim(walk, node->subkey_list, "an index root"))
		return;
	enum kbm_code code;
	while ((code = kbm_subkeys_next_leaf(walk->hive, &list, &why)) != KBM_NOT_FOUND) {
		if (code != KBM_OK)
			kbm_check_note(walk, KBM_FLAW_RECORD, leaf_of(&list), "%.100s",
				       why.message);
		else if (kbm_check_claim(walk, leaf_of(&list), "a list of subkeys"))
			check_leaf(walk, &siblings, &list, leaf_of(&list), depth);
	}
	if (siblings.seen != node->subkey_count)
		kbm_check_note(walk, KBM_FLAW_COUNT, key, "it says %u subkeys, its list has %u",
			       node->subkey_count, siblings.seen);
}

static void note_descriptor(struct kbm_check_walk *walk, kbm_cell key, kbm_cell descriptor)
{
	if (descriptor % 8 != 0 || descriptor >= walk->hive->length)
		kbm_check_note(walk, KBM_FLAW_DESCRIPTOR, key, "it has no security descriptor");
	else
		walk->users[descriptor / 8]++;
}

static void check_key(struct kbm_check_walk *walk, kbm_cell cell, kbm_cell parent, unsigned depth)
{
	struct kbm_key_node node;
	struct kbm_error why;
	struct kbm_span span = {NULL, 0};
	if (!kbm_check_claim(walk, cell, "a list of subkeys"))
		return;
	if (kbm_hive_key_node(walk->hive, cell, &node, &why) != KBM_OK ||
	    kbm_hive_cell(walk->hive, cell, &span, &why) != KBM_OK) {
		kbm_check_note(walk, KBM_FLAW_RECORD, cell, "%.100s", why.message);
		return;
	}
	walk->check->keys++;
	if (depth > KBM_HIVE_MAX_DEPTH) {
		kbm_check_note(walk, KBM_FLAW_DEPTH, cell, "more than %u keys lead here",
			       KBM_HIVE_MAX_DEPTH);
		return;
	}
	if (depth > 0 && kbm_hive_u32(span.data + KBM_NK_PARENT) != parent)
		kbm_check_note(walk, KBM_FLAW_PARENT, cell, "it names another key as its parent");
	note_descriptor(walk, cell, kbm_hive_u32(span.data + KBM_NK_SECURITY));
	kbm_cell class_name = kbm_hive_u32(span.data + KBM_NK_CLASS);
	if (class_name != KBM_CELL_NONE && kbm_hive_u16(span.data + KBM_NK_CLASS_LENGTH) > 0)
		kbm_check_claim(walk, class_name, "a class name");
	kbm_check_values(walk, cell, &node, span.data);
	check_subkeys(walk, cell, &node, span.data, depth);
}

kbm_cell kbm_check_keys(struct kbm_check_walk *walk)
{
	struct kbm_span span = {NULL, 0};
	kbm_cell root = kbm_hive_root(walk->hive);
	check_key(walk, root, KBM_CELL_NONE, 0);
	if (kbm_hive_cell(walk->hive, root, &span, NULL) != KBM_OK)
		return KBM_CELL_NONE;
	return kbm_hive_u32(span.data + KBM_NK_SECURITY);
}
