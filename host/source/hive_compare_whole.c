/* The comparison of two hives: the path, and keys that only one of the two has. */
#include "source/hive_compare_parts.h"

#include "base/limits.h"

#include <string.h>

/* --- the path ------------------------------------------------------------------------------- */

enum kbm_code kbm_compare_go_down(struct kbm_compare *compare, struct kbm_compare_side *side,
				  const struct kbm_compare_item *item,
				  struct kbm_compare_step *step)
{
	*step = (struct kbm_compare_step){compare->path.length, compare->is_ambiguous};
	struct kbm_error why;
	if (kbm_hive_name_text(&item->name, &side->name, &why) != KBM_OK) {
		kbm_compare_note(compare, side, item->cell, "a name", why.message);
		return KBM_UNREADABLE;
	}
	const char *text = kbm_bytes_text(&side->name);
	if (memchr(text, '\\', side->name.length) != NULL ||
	    memchr(text, '\0', side->name.length) != NULL || side->name.length == 0)
		compare->is_ambiguous = true;
	if (step->length > 0)
		kbm_bytes_append_byte(&compare->path, '\\');
	if (!kbm_bytes_append(&compare->path, text, side->name.length))
		return kbm_fail(compare->error, KBM_LIMIT, "a key's path is longer than %lu bytes",
				KBM_HIVE_DUMP_MAX_PATH);
	return KBM_OK;
}

void kbm_compare_go_up(struct kbm_compare *compare, const struct kbm_compare_step *step)
{
	kbm_bytes_cut(&compare->path, step->length);
	compare->is_ambiguous = step->was_ambiguous;
}

/* --- added and removed keys ------------------------------------------------------------------ */

static enum kbm_code tell_below(struct kbm_compare *compare, struct kbm_compare_side *side,
				const struct kbm_compare_key *key, unsigned depth)
{
	struct kbm_compare_list list;
	if (depth >= KBM_HIVE_MAX_DEPTH) {
		kbm_compare_note_depth(compare, side, key);
		return KBM_OK;
	}
	enum kbm_code code = kbm_compare_push_subkeys(compare, side, key, &list);
	for (size_t at = list.first; code == KBM_OK && at < list.end;
	     at += sizeof(struct kbm_compare_item)) {
		struct kbm_compare_item item = kbm_compare_item_at(side, at);
		struct kbm_compare_step step;
		code = kbm_compare_go_down(compare, side, &item, &step);
		if (code == KBM_OK)
			code = kbm_compare_tell_whole(compare, side, item.cell, key->descriptor,
						      depth + 1);
		else if (code == KBM_UNREADABLE)
			code = KBM_OK;
		kbm_compare_go_up(compare, &step);
	}
	kbm_bytes_cut(&side->items, list.first);
	return code;
}

static enum kbm_code tell_values(struct kbm_compare *compare, const struct kbm_compare_side *side,
				 const struct kbm_compare_key *key)
{
	bool ignored = false;
	return side == &compare->before ? kbm_compare_values(compare, key, NULL, &ignored)
					: kbm_compare_values(compare, NULL, key, &ignored);
}

enum kbm_code kbm_compare_tell_whole(struct kbm_compare *compare, struct kbm_compare_side *side,
				     kbm_cell cell, kbm_cell parents, unsigned depth)
{
	struct kbm_compare_key key;
	bool is_added = side == &compare->after;
	bool was_below = compare->is_below;
	struct kbm_difference difference = {.kind = is_added ? KBM_DIFFERENCE_KEY_ADDED
							     : KBM_DIFFERENCE_KEY_REMOVED};
	bool same = false;
	if (!is_added && !compare->tells_removed)
		return kbm_compare_tell_all(compare, &difference);
	enum kbm_code code = kbm_compare_read_key(compare, side, cell, &key);
	if (code != KBM_OK)
		return code;
	if (is_added)
		code = kbm_compare_descriptors(compare, side, parents, side, key.descriptor, &same);
	if (code != KBM_OK && code != KBM_UNREADABLE)
		return code;
	difference.is_plain = same && key.flags == 0 && key.key_class.length == 0;
	code = kbm_compare_tell_all(compare, &difference);
	compare->is_below = !is_added;
	if (code == KBM_OK)
		code = tell_values(compare, side, &key);
	if (code == KBM_OK)
		code = tell_below(compare, side, &key, depth);
	compare->is_below = was_below;
	return code;
}
