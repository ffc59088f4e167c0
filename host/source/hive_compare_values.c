/* The comparison of two hives: the values of two keys. */
#include "source/hive_compare_parts.h"

#include "source/hive_stored_names.h"

#include <string.h>

static enum kbm_code read_value(struct kbm_compare *compare, struct kbm_compare_side *side,
				kbm_cell cell, struct kbm_value *value)
{
	enum kbm_code code =
	    kbm_hive_value(side->hive, cell, &side->name, &side->data, value, compare->error);
	if (code == KBM_OK && value->length > side->bytes_left)
		code = kbm_fail(compare->error, KBM_UNREADABLE,
				"the values' data is far larger than the file");
	if (code == KBM_OK)
		side->bytes_left -= value->length;
	return code;
}

static enum kbm_code tell(struct kbm_compare *compare, enum kbm_difference_kind kind,
			  const struct kbm_value *before, const struct kbm_value *after)
{
	struct kbm_difference difference = {.kind = kind, .before = before, .after = after};
	return kbm_compare_tell_all(compare, &difference);
}

/* A value that only one of the two keys has. */
static enum kbm_code tell_one(struct kbm_compare *compare, struct kbm_compare_side *side,
			      kbm_cell cell)
{
	struct kbm_value value;
	enum kbm_code code = read_value(compare, side, cell, &value);
	if (code != KBM_OK)
		return code;
	return side == &compare->before ? tell(compare, KBM_DIFFERENCE_VALUE_REMOVED, &value, NULL)
					: tell(compare, KBM_DIFFERENCE_VALUE_ADDED, NULL, &value);
}

static enum kbm_code compare_both(struct kbm_compare *compare,
				  const struct kbm_compare_item *before,
				  const struct kbm_compare_item *after, bool *differ)
{
	struct kbm_value old;
	struct kbm_value new;
	enum kbm_code code = read_value(compare, &compare->before, before->cell, &old);
	if (code == KBM_OK)
		code = read_value(compare, &compare->after, after->cell, &new);
	if (code != KBM_OK)
		return code;
	bool same_data = old.type == new.type &&old.length == new.length &&
			 (old.length == 0 || memcmp(old.data, new.data, old.length) == 0);
	bool same_name = kbm_hive_names_same(&before->name, &after->name);
	if (!same_data || !same_name)
		*differ = true;
	if (!same_name)
		code = tell(compare, KBM_DIFFERENCE_VALUE_NAME, &old, &new);
	if (code == KBM_OK && !same_data)
		code = tell(compare, KBM_DIFFERENCE_VALUE_CHANGED, &old, &new);
	return code;
}

/* What a partial key lacks may be there all the same. */
static bool may_hold(const struct kbm_compare_key *key)
{
	return key != NULL && key->is_partial;
}

static enum kbm_code merge(struct kbm_compare *compare, const struct kbm_compare_key *old_key,
			   const struct kbm_compare_key *new_key, size_t x, size_t y, bool *differ)
{
	struct kbm_compare_side *before = &compare->before;
	struct kbm_compare_side *after = &compare->after;
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && (x < before->items.length || y < after->items.length)) {
		struct kbm_compare_item old = {0};
		struct kbm_compare_item new = {0};
		int order = -1;
		if (x < before->items.length)
			old = kbm_compare_item_at(before, x);
		else
			order = 1;
		if (y < after->items.length)
			new = kbm_compare_item_at(after, y);
		if (x < before->items.length && y < after->items.length)
			order = kbm_hive_names_order(&old.name, &new.name);
		if (order == 0)
			code = compare_both(compare, &old, &new, differ);
		else if (may_hold(order < 0 ? new_key : old_key))
			compare->not_held++;
		else
			code = tell_one(compare, order < 0 ? before : after,
					order < 0 ? old.cell : new.cell);
		*differ = *differ || order != 0;
		x += order <= 0 ? sizeof old : 0;
		y += order >= 0 ? sizeof new : 0;
	}
	return code;
}

enum kbm_code kbm_compare_values(struct kbm_compare *compare, const struct kbm_compare_key *before,
				 const struct kbm_compare_key *after, bool *differ)
{
	size_t x = compare->before.items.length;
	size_t y = compare->after.items.length;
	size_t first_before = x;
	size_t first_after = y;
	enum kbm_code code =
	    kbm_compare_push_values(compare, &compare->before, before, &first_before);
	if (code == KBM_OK)
		code = kbm_compare_push_values(compare, &compare->after, after, &first_after);
	if (code == KBM_OK)
		code = merge(compare, before, after, first_before, first_after, differ);
	kbm_bytes_cut(&compare->before.items, x);
	kbm_bytes_cut(&compare->after.items, y);
	return code;
}
