/* The comparison of two hives: the values of two keys. */
#include "source/hive_compare_parts.h"

#include "source/hive_stored_names.h"

#include <string.h>

/* KBM_UNREADABLE, and counted: it cannot be read. */
static enum kbm_code read_value(struct kbm_compare *compare, struct kbm_compare_side *side,
				kbm_cell cell, struct kbm_value *value)
{
	struct kbm_error why;
	struct kbm_value_node node;
	const uint8_t *data = NULL;
	const struct kbm_contents_key key = kbm_compare_contents_key(compare, side, cell, NULL);
	enum kbm_code code = kbm_hive_value_node(side->hive, cell, &node, compare->error);
	if (code != KBM_OK)
		return code; /* cannot be: it was read before */
	if (kbm_hive_name_text(&node.name, &side->name, &why) != KBM_OK) {
		kbm_compare_note(compare, side, cell, "a name", why.message);
		return KBM_UNREADABLE;
	}
	code = kbm_contents_data(&side->contents, &key, &node, &side->data, &data);
	/* Pieces that were put together in vain cost as if they had been compared. */
	uint64_t cost = code == KBM_OK ? node.length : side->data.length;
	if (cost > side->bytes_left)
		return kbm_fail(compare->error, KBM_LIMIT,
				"the values' data is far larger than the file");
	side->bytes_left -= cost;
	if (code == KBM_OK)
		*value = (struct kbm_value){kbm_bytes_text(&side->name), side->name.length,
					    node.type, data, node.length};
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
		return code == KBM_UNREADABLE ? KBM_OK : code;
	return side == &compare->before ? tell(compare, KBM_DIFFERENCE_VALUE_REMOVED, &value, NULL)
					: tell(compare, KBM_DIFFERENCE_VALUE_ADDED, NULL, &value);
}

static enum kbm_code compare_both(struct kbm_compare *compare,
				  const struct kbm_compare_item *before,
				  const struct kbm_compare_item *after, bool *differ)
{
	struct kbm_value old = {0};
	struct kbm_value new = {0};
	compare->report->compared++;
	enum kbm_code code = read_value(compare, &compare->before, before->cell, &old);
	if (code != KBM_OK && code != KBM_UNREADABLE)
		return code;
	enum kbm_code other = read_value(compare, &compare->after, after->cell, &new);
	code = other == KBM_OK ? code : other;
	if (code != KBM_OK)
		return code == KBM_UNREADABLE ? KBM_OK : code;
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

/* The values of two keys. */
struct lists {
	const struct kbm_compare_key *old_key;
	const struct kbm_compare_key *new_key;
	struct kbm_compare_list before;
	struct kbm_compare_list after;
};

/* The value at `at`, which only one of the two keys has; unless the other one may have it, too. */
static enum kbm_code compare_one(struct kbm_compare *compare, const struct lists *lists,
				 bool is_added, size_t at)
{
	struct kbm_compare_side *side = is_added ? &compare->after : &compare->before;
	const struct kbm_compare_list *list = is_added ? &lists->after : &lists->before;
	const struct kbm_compare_list *others = is_added ? &lists->before : &lists->after;
	const struct kbm_compare_key *other = is_added ? lists->old_key : lists->new_key;
	struct kbm_compare_item item = kbm_compare_item_at(side, at);
	if (!others->is_whole)
		compare->report->unsure++;
	else if (other != NULL && other->is_partial)
		compare->report->not_held++;
	else if (kbm_compare_is_second(side, list, at))
		kbm_compare_note(compare, side, item.cell, "a value", "another one has its name");
	else
		return tell_one(compare, side, item.cell);
	return KBM_OK;
}

static enum kbm_code merge(struct kbm_compare *compare, const struct lists *lists, bool *differ)
{
	size_t x = lists->before.first;
	size_t y = lists->after.first;
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && (x < lists->before.end || y < lists->after.end)) {
		struct kbm_compare_item old = {0};
		struct kbm_compare_item new = {0};
		int order = x < lists->before.end ? -1 : 1;
		if (x < lists->before.end)
			old = kbm_compare_item_at(&compare->before, x);
		if (y < lists->after.end)
			new = kbm_compare_item_at(&compare->after, y);
		if (x < lists->before.end && y < lists->after.end)
			order = kbm_hive_names_order(&old.name, &new.name);
		code = order == 0 ? compare_both(compare, &old, &new, differ)
				  : compare_one(compare, lists, order > 0, order > 0 ? y : x);
		*differ = *differ || order != 0;
		x += order <= 0 ? sizeof old : 0;
		y += order >= 0 ? sizeof new : 0;
	}
	return code;
}

enum kbm_code kbm_compare_values(struct kbm_compare *compare, const struct kbm_compare_key *before,
				 const struct kbm_compare_key *after, bool *differ)
{
	struct lists lists = {.old_key = before, .new_key = after};
	size_t x = compare->before.items.length;
	size_t y = compare->after.items.length;
	enum kbm_code code =
	    kbm_compare_push_values(compare, &compare->before, before, &lists.before);
	if (code == KBM_OK)
		code = kbm_compare_push_values(compare, &compare->after, after, &lists.after);
	if (code == KBM_OK)
		code = merge(compare, &lists, differ);
	kbm_bytes_cut(&compare->before.items, x);
	kbm_bytes_cut(&compare->after.items, y);
	return code;
}
