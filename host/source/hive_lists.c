/* Inside the hive reader: subkey lists (lf lh li, and ri above them), walked and searched. */
#include "source/hive_lists.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_names.h"

#include <string.h>

enum { LIST_HEADER = 4 }; /* signature, count of elements */

static enum kbm_code bad_list(kbm_cell cell, const char *why, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "the subkey list at file offset 0x%llX %s",
			(unsigned long long)kbm_hive_file_offset(cell), why);
}

/* A list's cell: kind 'f', 'h', 'i' or 'r'. */
static enum kbm_code read_list(const struct kbm_hive *hive, kbm_cell cell, uint8_t *kind,
			       uint32_t *count, const uint8_t **elements, struct kbm_error *error)
{
	struct kbm_span span = {NULL, 0};
	enum kbm_code code = kbm_hive_cell(hive, cell, &span, error);
	if (code != KBM_OK)
		return code;
	if (span.length < LIST_HEADER)
		return bad_list(cell, "is cut", error);
	const uint8_t *data = span.data;
	bool leaf = data[0] == 'l' && (data[1] == 'f' || data[1] == 'h' || data[1] == 'i');
	bool root = data[0] == 'r' && data[1] == 'i';
	if (!leaf && !root)
		return bad_list(cell, "is none: no lf, lh, li or ri", error);
	uint32_t stride = data[1] == 'i' ? 4 : 8;
	uint32_t elements_said = kbm_hive_u16(data + 2);
	if (elements_said > (span.length - LIST_HEADER) / stride)
		return bad_list(cell, "counts more elements than its cell holds", error);
	*kind = root ? 'r' : data[1];
	*count = elements_said;
	*elements = data + LIST_HEADER;
	return KBM_OK;
}

static void use_leaf(struct kbm_subkeys *list, uint8_t kind, uint32_t count,
		     const uint8_t *elements)
{
	list->kind = kind;
	list->stride = kind == 'i' ? 4 : 8;
	list->entries = elements;
	list->entry_count = count;
}

enum kbm_code kbm_subkeys_open(const struct kbm_hive *hive, kbm_cell key,
			       const struct kbm_key_node *node, struct kbm_subkeys *list,
			       struct kbm_error *error)
{
	struct kbm_subkeys opened = {.key = key, .said = node->subkey_count};
	if (node->subkey_count != 0) {
		uint8_t kind = 0;
		const uint8_t *elements = NULL;
		uint32_t count = 0;
		enum kbm_code code = kbm_hive_check_reference(key, node->subkey_list, error);
		if (code == KBM_OK)
			code = read_list(hive, node->subkey_list, &kind, &count, &elements, error);
		if (code != KBM_OK)
			return code;
		opened.roots = kind == 'r' ? elements : NULL;
		opened.only_leaf = node->subkey_list;
		opened.leaf_count = kind == 'r' ? count : 1;
	}
	*list = opened;
	return KBM_OK;
}

static kbm_cell leaf_cell(const struct kbm_subkeys *list, uint32_t number)
{
	return list->roots == NULL ? list->only_leaf
				   : kbm_hive_u32(list->roots + (size_t)number * sizeof(kbm_cell));
}

static enum kbm_code load_leaf(const struct kbm_hive *hive, struct kbm_subkeys *list,
			       uint32_t number, struct kbm_error *error)
{
	kbm_cell cell = leaf_cell(list, number);
	uint8_t kind = 0;
	const uint8_t *elements = NULL;
	uint32_t count = 0;
	enum kbm_code code = kbm_hive_check_reference(list->key, cell, error);
	if (code == KBM_OK)
		code = read_list(hive, cell, &kind, &count, &elements, error);
	if (code != KBM_OK)
		return code;
	if (kind == 'r') /* would allow endless descent; Windows makes none */
		return bad_list(cell, "is an index root inside an index root", error);
	use_leaf(list, kind, count, elements);
	return KBM_OK;
}

enum kbm_code kbm_subkeys_next_leaf(const struct kbm_hive *hive, struct kbm_subkeys *list,
				    struct kbm_error *error)
{
	if (list->leaf_next >= list->leaf_count)
		return KBM_NOT_FOUND;
	uint32_t first = list->first + list->entry_count;
	enum kbm_code code = load_leaf(hive, list, list->leaf_next++, error);
	list->first = first;
	if (code != KBM_OK) {
		list->entry_count = 0;
		return code;
	}
	/* Each entry is a key of its own: more than fit into the file are made up. */
	if (list->entry_count > hive->length / KBM_HIVE_MIN_KEY ||
	    first > hive->length / KBM_HIVE_MIN_KEY - list->entry_count) {
		list->leaf_next = list->leaf_count;
		list->entry_count = 0;
		return bad_list(leaf_cell(list, 0), "names more keys than the hive can hold",
				error);
	}
	return KBM_OK;
}

kbm_cell kbm_subkeys_leaf(const struct kbm_subkeys *list)
{
	return leaf_cell(list, list->leaf_next == 0 ? 0 : list->leaf_next - 1);
}

enum kbm_code kbm_subkeys_check_count(const struct kbm_subkeys *list, struct kbm_error *error)
{
	uint32_t held = list->first + list->entry_count;
	if (held == list->said)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE,
			"the key at file offset 0x%llX says it has %u subkeys, its list holds %u",
			(unsigned long long)kbm_hive_file_offset(list->key), list->said, held);
}

enum kbm_code kbm_subkeys_check_owner(const struct kbm_hive *hive, const struct kbm_subkeys *list,
				      struct kbm_error *error)
{
	struct kbm_subkeys first = *list;
	struct kbm_key_node child;
	struct kbm_key_node owner;
	if (list->leaf_count == 0 || load_leaf(hive, &first, 0, NULL) != KBM_OK ||
	    first.entry_count == 0 ||
	    kbm_hive_key_node(hive, kbm_subkeys_entry(&first, 0), &child, NULL) != KBM_OK ||
	    child.parent == list->key ||
	    kbm_hive_key_node(hive, child.parent, &owner, NULL) != KBM_OK ||
	    owner.subkey_count == 0 || owner.subkey_list != list->only_leaf)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE,
			"the subkey list at file offset 0x%llX is that of the key at 0x%llX",
			(unsigned long long)kbm_hive_file_offset(list->only_leaf),
			(unsigned long long)kbm_hive_file_offset(child.parent));
}

void kbm_subkeys_look_ahead(const struct kbm_hive *hive, const struct kbm_subkeys *list,
			    uint32_t index)
{
	enum { STEPS = 8, LINE = 64 }; /* bytes that are fetched at once */
	if (list->entry_count <= STEPS || index >= list->entry_count - STEPS)
		return;
	kbm_cell cell = kbm_subkeys_entry(list, index + STEPS);
	if (cell >= hive->length || hive->length - cell <= LINE)
		return;
	__builtin_prefetch(hive->bins + cell);
	__builtin_prefetch(hive->bins + cell + LINE);
	__builtin_prefetch(hive->bins + cell - cell % KBM_HIVE_PAGE); /* mostly the bin's header */
}

kbm_cell kbm_subkeys_entry(const struct kbm_subkeys *list, uint32_t index)
{
	return kbm_hive_u32(list->entries + (size_t)index * list->stride);
}

static uint32_t entry_hint(const struct kbm_subkeys *list, uint32_t index)
{
	return kbm_hive_u32(list->entries + (size_t)index * list->stride + sizeof(kbm_cell));
}

/* What the search looks for. */
struct sought {
	const struct kbm_hive *hive;
	const uint16_t *units; /* upcased */
	size_t count;
	uint32_t hash; /* as lh lists hold it */
};

/* False when the key cannot be read. */
static bool compare_key(const struct sought *sought, kbm_cell cell, int *order)
{
	struct kbm_key_node node;
	if (kbm_hive_key_node(sought->hive, cell, &node, NULL) != KBM_OK)
		return false;
	*order = kbm_hive_name_compare(sought->units, sought->count, &node.name);
	return true;
}

/* lf lists hold the first four characters: where these already differ, the key's page need not be
 * touched. 0 when only the key can tell. */
static int compare_hint(const struct sought *sought, uint32_t hint)
{
	for (size_t i = 0; i < sizeof hint; i++) {
		uint16_t stored = (uint16_t)(hint >> 8 * i & 0xFF);
		if (stored == 0 || stored >= 0x80)
			return 0;
		stored = kbm_text_upcase(stored);
		uint16_t unit = i < sought->count ? sought->units[i] : 0;
		if (unit != stored)
			return unit < stored ? -1 : 1;
	}
	return 0;
}

static bool search_hashes(const struct sought *sought, const struct kbm_subkeys *list,
			  kbm_cell *found)
{
	for (uint32_t i = 0; i < list->entry_count; i++) {
		int order;
		if (entry_hint(list, i) == sought->hash &&
		    compare_key(sought, kbm_subkeys_entry(list, i), &order) && order == 0) {
			*found = kbm_subkeys_entry(list, i);
			return true;
		}
	}
	return false;
}

static bool search_sorted(const struct sought *sought, const struct kbm_subkeys *list,
			  kbm_cell *found)
{
	uint32_t low = 0;
	uint32_t high = list->entry_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		kbm_cell cell = kbm_subkeys_entry(list, middle);
		int order = list->kind == 'f' ? compare_hint(sought, entry_hint(list, middle)) : 0;
		if (order == 0) {
			if (!compare_key(sought, cell, &order))
				return false;
			if (order == 0) {
				*found = cell;
				return true;
			}
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* Leads to the leaf that should hold the key: the last one whose first key is not behind it. */
static bool choose_leaf(const struct sought *sought, struct kbm_subkeys *list)
{
	uint32_t low = 0;
	uint32_t high = list->leaf_count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		int order;
		if (load_leaf(sought->hive, list, middle, NULL) != KBM_OK ||
		    list->entry_count == 0 ||
		    !compare_key(sought, kbm_subkeys_entry(list, 0), &order))
			return false;
		if (order < 0)
			high = middle;
		else
			low = middle;
	}
	return load_leaf(sought->hive, list, low, NULL) == KBM_OK;
}

/* The quick way, which touches few pages. False says nothing about the key. */
static bool find_quickly(const struct sought *sought, struct kbm_subkeys *list, kbm_cell *found)
{
	if (list->leaf_count == 0 || !choose_leaf(sought, list))
		return false;
	return list->kind == 'h' ? search_hashes(sought, list, found)
				 : search_sorted(sought, list, found);
}

/* Looks at every key. *first_bad is filled when something could not be read. */
static enum kbm_code find_slowly(const struct sought *sought, struct kbm_subkeys *list,
				 kbm_cell *found, struct kbm_error *first_bad)
{
	unsigned bad = 0;
	enum kbm_code code;
	while ((code = kbm_subkeys_next_leaf(sought->hive, list, bad == 0 ? first_bad : NULL)) !=
	       KBM_NOT_FOUND) {
		if (code != KBM_OK && ++bad > KBM_HIVE_MAX_BAD_CELLS)
			return KBM_UNREADABLE;
		for (uint32_t i = 0; code == KBM_OK && i < list->entry_count; i++) {
			struct kbm_key_node node;
			kbm_cell cell = kbm_subkeys_entry(list, i);
			struct kbm_error *why = bad == 0 ? first_bad : NULL;
			kbm_subkeys_look_ahead(sought->hive, list, i);
			if (kbm_hive_check_reference(list->key, cell, why) != KBM_OK ||
			    kbm_hive_key_node(sought->hive, cell, &node, why) != KBM_OK)
				bad++;
			else if (kbm_hive_name_compare(sought->units, sought->count, &node.name) ==
				 0) {
				*found = cell;
				return KBM_OK;
			}
		}
	}
	/* A list that holds more than was said hides nothing: each key in it was looked at. */
	if (bad == 0 && list->first + list->entry_count < list->said)
		return kbm_subkeys_check_count(list, first_bad);
	return bad == 0 ? KBM_NOT_FOUND : KBM_UNREADABLE;
}

static bool is_child_of(const struct kbm_hive *hive, kbm_cell child, kbm_cell key)
{
	struct kbm_key_node node;
	return kbm_hive_key_node(hive, child, &node, NULL) == KBM_OK && node.parent == key;
}

static bool is_known_to_lack(const struct kbm_hive_memo *memo, kbm_cell key, kbm_cell list,
			     const uint16_t *wanted, size_t count)
{
	return key != 0 && memo->lack.key == key && memo->lack.list == list &&
	       memo->lack.count == count &&
	       memcmp(memo->lack.units, wanted, count * sizeof *wanted) == 0;
}

static void remember_lack(struct kbm_hive_memo *memo, kbm_cell key, kbm_cell list,
			  const uint16_t *wanted, size_t count)
{
	if (count > KBM_HIVE_LACKED)
		return;
	memo->lack.key = key;
	memo->lack.list = list;
	memo->lack.count = count;
	memcpy(memo->lack.units, wanted, count * sizeof *wanted);
}

enum kbm_code kbm_subkeys_find(const struct kbm_hive *hive, kbm_cell key,
			       const struct kbm_key_node *node, const uint16_t *wanted,
			       size_t count, kbm_cell *found, struct kbm_error *error)
{
	struct sought sought = {hive, wanted, count, kbm_hive_name_hash(wanted, count)};
	struct kbm_subkeys list;
	if (is_known_to_lack(hive->memo, key, node->subkey_list, wanted, count))
		return KBM_NOT_FOUND;
	enum kbm_code code = kbm_subkeys_open(hive, key, node, &list, error);
	if (code != KBM_OK)
		return code;
	struct kbm_subkeys guess = list;
	kbm_cell quick = 0;
	bool is_found = find_quickly(&sought, &guess, &quick);
	/* The found key's page was touched: the list's first key is looked at in doubt only. */
	if (!is_found || !is_child_of(hive, quick, key))
		code = kbm_subkeys_check_owner(hive, &list, error);
	if (code == KBM_OK && is_found)
		*found = quick;
	if (code != KBM_OK || is_found)
		return code;
	struct kbm_error first_bad;
	code = find_slowly(&sought, &list, found, &first_bad);
	if (code == KBM_UNREADABLE)
		return kbm_fail(error, code, "%s: whether the key is there cannot be told",
				first_bad.message);
	if (code == KBM_NOT_FOUND)
		remember_lack(hive->memo, key, node->subkey_list, wanted, count);
	return code;
}
