/* The structural check of a hive: keys, and the lists of their subkeys. */
#include "source/hive_check_parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_lists.h"
#include "source/hive_stored_names.h"

#include <inttypes.h>

/* In an nk record. */
enum {
	PARENT_AT = 16,
	DESCRIPTOR_AT = 44,
	CLASS_AT = 48,
	LONGEST_SUBKEY_AT = 52,
	LONGEST_CLASS_AT = 56,
	CLASS_BYTES_AT = 74
};

enum { FIRST_HASHES = 5 }; /* minor version from which lists are lh */

/* The list of one key's subkeys, while its elements are looked at. */
struct level {
	kbm_cell key;
	unsigned depth; /* of its subkeys */
	struct kbm_stored_name before;
	bool has_before;
	uint32_t longest_name;
	uint32_t longest_class;
};

static void check_key(struct kbm_check *check, kbm_cell cell, const struct kbm_span *span,
		      struct level *parent);

uint32_t kbm_check_name_bytes(const struct kbm_stored_name *name)
{
	return 2 * (uint32_t)kbm_hive_name_units(name);
}

static const uint8_t *record_of(const struct kbm_check *check, kbm_cell key)
{
	return check->hive->bins + key + sizeof(uint32_t);
}

void kbm_check_longest(struct kbm_check *check, kbm_cell key, size_t at, uint32_t there,
		       const char *what)
{
	uint32_t said = kbm_hive_u32(record_of(check, key) + at);
	if (at == LONGEST_SUBKEY_AT) /* later formats keep flags in the upper half */
		said &= UINT16_MAX;
	if (there > said)
		kbm_check_note(check, KBM_CHECK_LONGEST,
			       "the key at file offset 0x%" PRIX64
			       " says that its longest %s has %u bytes, one has %u",
			       kbm_hive_file_offset(key), what, said, there);
}

/* --- lists ---------------------------------------------------------------------------------- */

static uint16_t hint_unit(const struct kbm_stored_name *name, size_t index)
{
	if (index >= kbm_hive_name_units(name))
		return 0;
	return name->compressed ? name->data[index] : kbm_hive_u16(name->data + 2 * index);
}

static bool has_wide_unit(const struct kbm_stored_name *name)
{
	for (size_t i = 0; i < 4; i++)
		if (hint_unit(name, i) > UINT8_MAX)
			return true;
	return false;
}

/* lf lists hold the first four characters of a name, where each is a byte; otherwise those in front
 * of a wider one, or a zero first, which sends readers to the name. */
static bool hint_is_right(const uint8_t *hint, const struct kbm_stored_name *name)
{
	if (hint[0] == 0 && has_wide_unit(name))
		return true;
	for (size_t i = 0; i < 4; i++) {
		uint16_t unit = hint_unit(name, i);
		if (unit > UINT8_MAX)
			return true;
		if (kbm_text_upcase(hint[i]) != kbm_text_upcase(unit))
			return false;
	}
	return true;
}

static void check_hash(struct kbm_check *check, const struct kbm_subkeys *list, uint32_t index,
		       kbm_cell cell, const struct kbm_stored_name *name)
{
	const uint8_t *extra = list->entries + (size_t)index * list->stride + sizeof(kbm_cell);
	bool is_right = list->kind == 'f'   ? hint_is_right(extra, name)
			: list->kind == 'h' ? kbm_hive_u32(extra) == kbm_hive_stored_name_hash(name)
					    : true;
	if (!is_right)
		kbm_check_note(check, KBM_CHECK_HASH,
			       "the list of the key at file offset 0x%" PRIX64
			       " holds 0x%08X for the name of the subkey at 0x%" PRIX64
			       ", which is wrong",
			       kbm_hive_file_offset(list->key), kbm_hive_u32(extra),
			       kbm_hive_file_offset(cell));
}

static void check_order(struct kbm_check *check, struct level *level, kbm_cell cell,
			const struct kbm_stored_name *name)
{
	int order = level->has_before ? kbm_hive_names_order(&level->before, name) : -1;
	if (order >= 0)
		kbm_check_note(check, KBM_CHECK_ORDER,
			       "the key at file offset 0x%" PRIX64 " %s in its parent's list",
			       kbm_hive_file_offset(cell),
			       order == 0 ? "has the same name as the one before it"
					  : "has a name that sorts before the one before it");
	level->before = *name;
	level->has_before = true;
}

static void check_subkey(struct kbm_check *check, const struct kbm_subkeys *list, uint32_t index,
			 struct level *level)
{
	kbm_cell cell = kbm_subkeys_entry(list, index);
	struct kbm_span span = {NULL, 0};
	struct kbm_error slot;
	struct kbm_key_node node;
	if (!kbm_check_claim(check, cell, "a subkey of the key", level->key, &span))
		return;
	if (kbm_hive_key_node(check->hive, cell, &node, kbm_check_slot(check, &slot)) != KBM_OK) {
		kbm_check_note(check, KBM_CHECK_KEY, "%s", slot.message);
		return;
	}
	check_hash(check, list, index, cell, &node.name);
	check_order(check, level, cell, &node.name);
	check_key(check, cell, &span, level);
}

/* Windows NT 4.0 and 2000 have lf and li, later ones lh; lists that a later Windows took over stay
 * as they were. */
static void check_kind(struct kbm_check *check, const struct kbm_subkeys *list, kbm_cell leaf)
{
	bool old = check->hive->info.minor < FIRST_HASHES;
	if (old != (list->kind == 'h'))
		return;
	kbm_check_note(check, KBM_CHECK_LIST_KIND,
		       "the subkey list at file offset 0x%" PRIX64
		       " is of the kind l%c, which format 1.%u does not make",
		       kbm_hive_file_offset(leaf), list->kind, check->hive->info.minor);
}

static void check_leaves(struct kbm_check *check, struct kbm_subkeys *list, struct level *level)
{
	for (uint32_t number = 0; number < list->leaf_count; number++) {
		kbm_cell leaf = list->only_leaf;
		struct kbm_span span;
		struct kbm_error slot;
		if (list->roots != NULL) {
			leaf = kbm_hive_u32(list->roots + (size_t)number * sizeof(kbm_cell));
			if (!kbm_check_claim(check, leaf, "a leaf of the subkey list of the key",
					     level->key, &span))
				continue;
		}
		list->leaf_next = number;
		if (kbm_subkeys_next_leaf(check->hive, list, kbm_check_slot(check, &slot)) !=
		    KBM_OK) {
			kbm_check_note(check, KBM_CHECK_LIST, "%s", slot.message);
			continue;
		}
		if (list->entry_count == 0)
			kbm_check_note(check, KBM_CHECK_LIST,
				       "the subkey list at file offset 0x%" PRIX64 " is empty",
				       kbm_hive_file_offset(leaf));
		check_kind(check, list, leaf);
		for (uint32_t i = 0; i < list->entry_count; i++)
			check_subkey(check, list, i, level);
	}
}

static void check_subkeys(struct kbm_check *check, const struct kbm_key_node *node,
			  struct level *level)
{
	struct kbm_span span;
	struct kbm_error slot;
	struct kbm_subkeys list;
	if (node->subkey_count == 0) {
		if (node->subkey_list != KBM_CELL_NONE)
			kbm_check_note(check, KBM_CHECK_STALE,
				       "the key at file offset 0x%" PRIX64
				       " has no subkeys, but a list for them (0x%" PRIX64 ")",
				       kbm_hive_file_offset(level->key),
				       kbm_hive_file_offset(node->subkey_list));
		return;
	}
	if (!kbm_check_claim(check, node->subkey_list, "the subkey list of the key", level->key,
			     &span))
		return;
	if (kbm_subkeys_open(check->hive, level->key, node, &list, kbm_check_slot(check, &slot)) !=
	    KBM_OK) {
		kbm_check_note(check, KBM_CHECK_LIST, "%s", slot.message);
		return;
	}
	check_leaves(check, &list, level);
	if (kbm_subkeys_check_count(&list, kbm_check_slot(check, &slot)) != KBM_OK)
		kbm_check_note(check, KBM_CHECK_COUNT, "%s", slot.message);
	kbm_check_longest(check, level->key, LONGEST_SUBKEY_AT, level->longest_name, "subkey name");
	kbm_check_longest(check, level->key, LONGEST_CLASS_AT, level->longest_class,
			  "class of a subkey");
}

/* --- keys ----------------------------------------------------------------------------------- */

static void check_name(struct kbm_check *check, kbm_cell cell, const struct kbm_stored_name *name)
{
	size_t units = kbm_hive_name_units(name);
	if (units == 0 || units > KBM_HIVE_MAX_KEY_UNITS ||
	    (!name->compressed && name->length % 2 != 0))
		kbm_check_note(check, KBM_CHECK_KEY,
			       "the key at file offset 0x%" PRIX64 " has a name of %u bytes",
			       kbm_hive_file_offset(cell), (unsigned)name->length);
}

static uint32_t check_class(struct kbm_check *check, kbm_cell cell, const struct kbm_span *span)
{
	uint32_t bytes = kbm_hive_u16(span->data + CLASS_BYTES_AT);
	struct kbm_span held = {NULL, 0};
	if (bytes != 0 &&
	    kbm_check_claim(check, kbm_hive_u32(span->data + CLASS_AT), "the class of the key",
			    cell, &held) &&
	    held.length < bytes)
		kbm_check_note(check, KBM_CHECK_CLASS,
			       "the key at file offset 0x%" PRIX64
			       " has a class of %u bytes, its cell holds %u",
			       kbm_hive_file_offset(cell), bytes, held.length);
	return bytes;
}

/* The key in a cell that is claimed and holds one; `parent` is NULL for the root. Recursion: at
 * most KBM_HIVE_MAX_DEPTH deep. */
static void check_key(struct kbm_check *check, kbm_cell cell, const struct kbm_span *span,
		      struct level *parent)
{
	struct kbm_key_node node;
	struct level level = {.key = cell, .depth = parent == NULL ? 1 : parent->depth + 1};
	if (kbm_hive_key_node(check->hive, cell, &node, NULL) != KBM_OK)
		return;
	check->report->keys++;
	check_name(check, cell, &node.name);
	kbm_check_use(check, cell, kbm_hive_u32(span->data + DESCRIPTOR_AT));
	uint32_t class_bytes = check_class(check, cell, span);
	if (parent != NULL) {
		uint32_t name_bytes = kbm_check_name_bytes(&node.name);
		if (name_bytes > parent->longest_name)
			parent->longest_name = name_bytes;
		if (class_bytes > parent->longest_class)
			parent->longest_class = class_bytes;
		kbm_cell said = kbm_hive_u32(span->data + PARENT_AT);
		if (said != parent->key)
			kbm_check_note(check, KBM_CHECK_PARENT,
				       "the key at file offset 0x%" PRIX64
				       " names the key at 0x%" PRIX64
				       " as its parent, it is in the list of 0x%" PRIX64,
				       kbm_hive_file_offset(cell), kbm_hive_file_offset(said),
				       kbm_hive_file_offset(parent->key));
	}
	kbm_check_values(check, cell, &node);
	if (level.depth > KBM_HIVE_MAX_DEPTH && node.subkey_count != 0)
		kbm_check_note(check, KBM_CHECK_DEPTH,
			       "the key at file offset 0x%" PRIX64
			       " has subkeys, but lies %u keys deep already",
			       kbm_hive_file_offset(cell), KBM_HIVE_MAX_DEPTH);
	else
		check_subkeys(check, &node, &level);
}

void kbm_check_keys(struct kbm_check *check)
{
	struct kbm_span span = {NULL, 0};
	kbm_cell root = check->hive->root;
	if (check->root.code != KBM_OK)
		kbm_check_note(check, KBM_CHECK_KEY,
			       "the root key, at file offset 0x%" PRIX64
			       " by the base block, cannot be read: %s",
			       kbm_hive_file_offset(root), check->root.message);
	else if (kbm_check_claim(check, root, "the root key", root, &span))
		check_key(check, root, &span, NULL);
}
