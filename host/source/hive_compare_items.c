/* The comparison of two hives: what one of them holds, taken out. */
#include "source/hive_compare_parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_claims.h"
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

/* --- what cannot be read -------------------------------------------------------------------- */

static const char *show_path(void *context)
{
	struct kbm_compare *compare = context;
	struct kbm_bytes *shown = &compare->shown;
	const char *text = kbm_bytes_text(&compare->path);
	kbm_bytes_reset(shown);
	kbm_text_escape(
	    text, kbm_text_whole_characters(text, compare->path.length, KBM_HIVE_DAMAGE_MAX_PATH),
	    shown);
	return kbm_bytes_text(shown);
}

struct kbm_contents_key kbm_compare_contents_key(struct kbm_compare *compare,
						 const struct kbm_compare_side *side, kbm_cell cell,
						 const struct kbm_key_node *node)
{
	return (struct kbm_contents_key){.cell = cell,
					 .node = node,
					 .damages = side->damages,
					 .make_path = show_path,
					 .context = compare};
}

void kbm_compare_note(struct kbm_compare *compare, struct kbm_compare_side *side, kbm_cell cell,
		      const char *what, const char *message)
{
	const struct kbm_contents_key key = kbm_compare_contents_key(compare, side, cell, NULL);
	kbm_contents_note(&key, cell, what, message);
}

void kbm_compare_note_depth(struct kbm_compare *compare, struct kbm_compare_side *side,
			    const struct kbm_compare_key *key)
{
	const struct kbm_contents_key deep =
	    kbm_compare_contents_key(compare, side, key->cell, &key->node);
	if (key->node.subkey_count > 0)
		kbm_contents_note_depth(&deep);
}

/* --- lists ---------------------------------------------------------------------------------- */

struct kbm_compare_item kbm_compare_item_at(const struct kbm_compare_side *side, size_t offset)
{
	struct kbm_compare_item item;
	memcpy(&item, side->items.data + offset, sizeof item);
	return item;
}

static enum kbm_code push(struct kbm_compare_side *side, kbm_cell cell,
			  const struct kbm_stored_name *name, struct kbm_error *error)
{
	const struct kbm_compare_item item = {cell, *name};
	if (!kbm_bytes_append(&side->items, &item, sizeof item))
		return kbm_fail(error, KBM_MEMORY, "no memory to compare two hives");
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

static enum kbm_code push_subkey(void *context, kbm_cell cell, const struct kbm_key_node *node,
				 uint32_t position, struct kbm_error *error)
{
	(void)position;
	return push(context, cell, &node->name, error);
}

static enum kbm_code push_value(void *context, const struct kbm_value_node *node, uint32_t position,
				struct kbm_error *error)
{
	(void)position;
	return push(context, node->cell, &node->name, error);
}

/* Of a key: its subkeys or its values. */
static enum kbm_code push_all(struct kbm_compare *compare, struct kbm_compare_side *side,
			      const struct kbm_compare_key *key, bool subkeys,
			      struct kbm_compare_list *list)
{
	uint64_t counted = side->damages->count;
	enum kbm_code code = KBM_OK;
	*list = (struct kbm_compare_list){side->items.length, side->items.length, true};
	if (key == NULL)
		return KBM_OK;
	const struct kbm_contents_key read =
	    kbm_compare_contents_key(compare, side, key->cell, &key->node);
	code = subkeys
		   ? kbm_contents_subkeys(&side->contents, &read, push_subkey, side, compare->error)
		   : kbm_contents_values(&side->contents, &read, push_value, side, compare->error);
	sort(side, list->first);
	list->end = side->items.length;
	list->is_whole = side->damages->count == counted;
	size_t count = (list->end - list->first) / sizeof(struct kbm_compare_item);
	return code == KBM_OK ? kbm_long_work_add(compare->work, count, compare->error) : code;
}

enum kbm_code kbm_compare_push_subkeys(struct kbm_compare *compare, struct kbm_compare_side *side,
				       const struct kbm_compare_key *key,
				       struct kbm_compare_list *list)
{
	return push_all(compare, side, key, true, list);
}

enum kbm_code kbm_compare_push_values(struct kbm_compare *compare, struct kbm_compare_side *side,
				      const struct kbm_compare_key *key,
				      struct kbm_compare_list *list)
{
	return push_all(compare, side, key, false, list);
}

bool kbm_compare_is_second(const struct kbm_compare_side *side, const struct kbm_compare_list *list,
			   size_t at)
{
	if (at == list->first)
		return false;
	struct kbm_compare_item before = kbm_compare_item_at(side, at - sizeof before);
	struct kbm_compare_item item = kbm_compare_item_at(side, at);
	return kbm_hive_names_order(&before.name, &item.name) == 0;
}

/* --- keys ----------------------------------------------------------------------------------- */

/* Of a key's record. */
static void read_class(struct kbm_compare *compare, struct kbm_compare_side *side,
		       const uint8_t *record, struct kbm_compare_key *key)
{
	struct kbm_error why;
	uint32_t length = kbm_hive_u16(record + CLASS_BYTES_AT);
	kbm_cell cell = kbm_hive_u32(record + CLASS_AT);
	if (length == 0)
		return;
	enum kbm_code code = kbm_hive_cell(side->hive, cell, &key->key_class, &why);
	if (code == KBM_OK && length > key->key_class.length)
		code = kbm_fail(&why, KBM_UNREADABLE,
				"it is longer than the cell at file offset "
				"0x%llX",
				(unsigned long long)kbm_hive_file_offset(cell));
	key->key_class.length = length;
	key->has_bad_class = code != KBM_OK;
	if (key->has_bad_class)
		kbm_compare_note(compare, side, cell == KBM_CELL_NONE ? key->cell : cell,
				 "its class", why.message);
}

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
	read_class(compare, side, span.data, &made);
	*key = made;
	return KBM_OK;
}

static enum kbm_code find_descriptor(const struct kbm_hive *hive, kbm_cell cell,
				     struct kbm_span *span, struct kbm_error *error)
{
	enum kbm_code code = kbm_hive_cell(hive, cell, span, error);
	if (code != KBM_OK)
		return code;
	uint32_t size = span->length < SK_RECORD ? 0 : kbm_hive_u32(span->data + SK_SIZE_AT);
	if (span->length < SK_RECORD || memcmp(span->data, "sk", 2) != 0 ||
	    size > span->length - SK_RECORD)
		return kbm_fail(error, KBM_UNREADABLE,
				"the cell at file offset 0x%llX holds no sound security descriptor",
				(unsigned long long)kbm_hive_file_offset(cell));
	*span = (struct kbm_span){span->data + SK_RECORD, size};
	return KBM_OK;
}

static enum kbm_code read_descriptor(struct kbm_compare *compare, struct kbm_compare_side *side,
				     kbm_cell cell, struct kbm_span *span)
{
	struct kbm_error why;
	/* Windows has one for each key, the tests' small images have none. */
	*span = (struct kbm_span){(const uint8_t *)"", 0};
	if (cell == KBM_CELL_NONE)
		return KBM_OK;
	if (find_descriptor(side->hive, cell, span, &why) != KBM_OK) {
		if (kbm_claim(side->bad_descriptors, side->hive, cell, NULL) == KBM_OK)
			kbm_compare_note(compare, side, cell, "its security descriptor",
					 why.message);
		return KBM_UNREADABLE;
	}
	if (span->length > side->bytes_left)
		return kbm_fail(compare->error, KBM_LIMIT,
				"the keys' security descriptors are far too large");
	side->bytes_left -= span->length;
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
	if (code != KBM_OK && code != KBM_UNREADABLE)
		return code;
	enum kbm_code other = read_descriptor(compare, right_side, right, &y);
	code = other == KBM_OK ? code : other;
	if (code == KBM_OK)
		*same = x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
	return code;
}
