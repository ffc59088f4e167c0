/* Two hives side by side: one walk over both, level by level, in the order of names. */
#include "source/hive_compare.h"

#include "base/limits.h"
#include "source/hive_compare_parts.h"
#include "source/hive_stored_names.h"

#include <stdlib.h>
#include <string.h>

enum kbm_code kbm_compare_tell_all(struct kbm_compare *compare, struct kbm_difference *difference)
{
	difference->path = kbm_bytes_text(&compare->path);
	difference->is_ambiguous = compare->is_ambiguous;
	return compare->sink(compare->context, difference, compare->error);
}

enum kbm_code kbm_compare_tell(struct kbm_compare *compare, enum kbm_difference_kind kind)
{
	struct kbm_difference difference = {.kind = kind};
	return kbm_compare_tell_all(compare, &difference);
}

/* --- the path ------------------------------------------------------------------------------- */

/* Where the path was before a name was put behind it. */
struct step {
	size_t length;
	bool was_ambiguous;
};

static enum kbm_code go_down(struct kbm_compare *compare, struct kbm_compare_side *side,
			     const struct kbm_stored_name *name, struct step *step)
{
	*step = (struct step){compare->path.length, compare->is_ambiguous};
	enum kbm_code code = kbm_hive_name_text(name, &side->name, compare->error);
	if (code != KBM_OK)
		return code;
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

static void go_up(struct kbm_compare *compare, const struct step *step)
{
	kbm_bytes_cut(&compare->path, step->length);
	compare->is_ambiguous = step->was_ambiguous;
}

/* --- added and removed keys ------------------------------------------------------------------ */

static enum kbm_code tell_removed(struct kbm_compare *compare, const struct kbm_compare_item *item)
{
	struct step step;
	enum kbm_code code = go_down(compare, &compare->before, &item->name, &step);
	if (code == KBM_OK)
		code = kbm_compare_tell(compare, KBM_DIFFERENCE_KEY_REMOVED);
	go_up(compare, &step);
	return code;
}

static enum kbm_code tell_added(struct kbm_compare *compare, kbm_cell cell, kbm_cell parents,
				unsigned depth);

static enum kbm_code tell_added_below(struct kbm_compare *compare,
				      const struct kbm_compare_key *key, unsigned depth)
{
	struct kbm_compare_side *side = &compare->after;
	size_t first = side->items.length;
	enum kbm_code code = kbm_compare_push_subkeys(compare, side, key->cell, &key->node, &first);
	size_t end = side->items.length;
	for (size_t at = first; code == KBM_OK && at < end; at += sizeof(struct kbm_compare_item)) {
		struct kbm_compare_item item = kbm_compare_item_at(side, at);
		struct step step;
		code = go_down(compare, side, &item.name, &step);
		if (code == KBM_OK)
			code = tell_added(compare, item.cell, key->descriptor, depth + 1);
		go_up(compare, &step);
	}
	kbm_bytes_cut(&side->items, first);
	return code;
}

/* The key in compare->path and all below it; `parents` is its parent's security descriptor. */
static enum kbm_code tell_added(struct kbm_compare *compare, kbm_cell cell, kbm_cell parents,
				unsigned depth)
{
	struct kbm_compare_side *side = &compare->after;
	struct kbm_compare_key key;
	struct kbm_difference difference = {.kind = KBM_DIFFERENCE_KEY_ADDED};
	bool same = false;
	bool ignored = false;
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(compare->error, KBM_UNREADABLE,
				"keys are nested deeper than Windows allows (%u)",
				KBM_HIVE_MAX_DEPTH);
	enum kbm_code code = kbm_compare_read_key(compare, side, cell, &key);
	if (code == KBM_OK)
		code = kbm_compare_descriptors(compare, side, parents, side, key.descriptor, &same);
	if (code != KBM_OK)
		return code;
	difference.is_plain = same && key.flags == 0 && key.key_class.length == 0;
	code = kbm_compare_tell_all(compare, &difference);
	if (code == KBM_OK)
		code = kbm_compare_values(compare, NULL, &key.node, &ignored);
	return code == KBM_OK ? tell_added_below(compare, &key, depth) : code;
}

/* --- two keys -------------------------------------------------------------------------------- */

static enum kbm_code compare_fields(struct kbm_compare *compare,
				    const struct kbm_compare_key *before,
				    const struct kbm_compare_key *after)
{
	enum kbm_code code = KBM_OK;
	bool same =
	    before->descriptor == compare->same_before && after->descriptor == compare->same_after;
	if (!kbm_hive_names_same(&before->node.name, &after->node.name))
		code = kbm_compare_tell(compare, KBM_DIFFERENCE_KEY_NAME);
	if (code == KBM_OK && before->flags != after->flags)
		code = kbm_compare_tell(compare, KBM_DIFFERENCE_FLAGS);
	if (code == KBM_OK &&
	    (before->key_class.length != after->key_class.length ||
	     (before->key_class.length > 0 &&
	      memcmp(before->key_class.data, after->key_class.data, after->key_class.length) != 0)))
		code = kbm_compare_tell(compare, KBM_DIFFERENCE_CLASS);
	if (code != KBM_OK || same)
		return code;
	code = kbm_compare_descriptors(compare, &compare->before, before->descriptor,
				       &compare->after, after->descriptor, &same);
	if (code == KBM_OK && same) {
		compare->same_before = before->descriptor;
		compare->same_after = after->descriptor;
	} else if (code == KBM_OK) {
		code = kbm_compare_tell(compare, KBM_DIFFERENCE_DESCRIPTOR);
	}
	return code;
}

static enum kbm_code compare_keys(struct kbm_compare *compare, kbm_cell before, kbm_cell after,
				  unsigned depth);

/* Where two lists stand. */
struct pair {
	const struct kbm_compare_key *parent; /* in the second hive */
	struct kbm_compare_item before;
	struct kbm_compare_item after;
	unsigned depth; /* of the subkeys */
};

/* `order` < 0: only the first hive has the key, > 0: only the second. */
static enum kbm_code compare_pair(struct kbm_compare *compare, const struct pair *pair, int order)
{
	struct step step;
	if (order < 0)
		return tell_removed(compare, &pair->before);
	enum kbm_code code = go_down(compare, &compare->after, &pair->after.name, &step);
	if (code == KBM_OK && order > 0)
		code = tell_added(compare, pair->after.cell, pair->parent->descriptor, pair->depth);
	else if (code == KBM_OK)
		code = compare_keys(compare, pair->before.cell, pair->after.cell, pair->depth);
	go_up(compare, &step);
	return code;
}

static enum kbm_code merge_subkeys(struct kbm_compare *compare, struct pair *pair, size_t x,
				   size_t y, bool *differ)
{
	struct kbm_compare_side *before = &compare->before;
	struct kbm_compare_side *after = &compare->after;
	size_t end_before = before->items.length;
	size_t end_after = after->items.length;
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && (x < end_before || y < end_after)) {
		int order = x < end_before ? -1 : 1;
		if (x < end_before)
			pair->before = kbm_compare_item_at(before, x);
		if (y < end_after)
			pair->after = kbm_compare_item_at(after, y);
		if (x < end_before && y < end_after)
			order = kbm_hive_names_order(&pair->before.name, &pair->after.name);
		*differ = *differ || order != 0;
		code = compare_pair(compare, pair, order);
		x += order <= 0 ? sizeof pair->before : 0;
		y += order >= 0 ? sizeof pair->after : 0;
	}
	return code;
}

static enum kbm_code compare_subkeys(struct kbm_compare *compare,
				     const struct kbm_compare_key *before,
				     const struct kbm_compare_key *after, unsigned depth,
				     bool *differ)
{
	struct pair pair = {.parent = after, .depth = depth};
	size_t x = compare->before.items.length;
	size_t y = compare->after.items.length;
	size_t first_before = x;
	size_t first_after = y;
	enum kbm_code code = kbm_compare_push_subkeys(compare, &compare->before, before->cell,
						      &before->node, &first_before);
	if (code == KBM_OK)
		code = kbm_compare_push_subkeys(compare, &compare->after, after->cell, &after->node,
						&first_after);
	if (code == KBM_OK)
		code = merge_subkeys(compare, &pair, first_before, first_after, differ);
	kbm_bytes_cut(&compare->before.items, x);
	kbm_bytes_cut(&compare->after.items, y);
	return code;
}

/* The two keys at compare->path. Recursion: at most KBM_HIVE_MAX_DEPTH deep. */
static enum kbm_code compare_keys(struct kbm_compare *compare, kbm_cell before, kbm_cell after,
				  unsigned depth)
{
	struct kbm_compare_key old;
	struct kbm_compare_key new;
	struct kbm_difference written = {.kind = KBM_DIFFERENCE_WRITTEN};
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(compare->error, KBM_UNREADABLE,
				"keys are nested deeper than Windows allows (%u)",
				KBM_HIVE_MAX_DEPTH);
	enum kbm_code code = kbm_compare_read_key(compare, &compare->before, before, &old);
	if (code == KBM_OK)
		code = kbm_compare_read_key(compare, &compare->after, after, &new);
	if (code == KBM_OK)
		code = compare_fields(compare, &old, &new);
	if (code == KBM_OK)
		code = kbm_compare_values(compare, &old.node, &new.node, &written.contents_differ);
	if (code == KBM_OK)
		code = compare_subkeys(compare, &old, &new, depth + 1, &written.contents_differ);
	if (code == KBM_OK && old.node.last_written != new.node.last_written)
		code = kbm_compare_tell_all(compare, &written);
	return code;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool side_init(struct kbm_compare_side *side, const struct kbm_hive *hive)
{
	side->hive = hive;
	side->claimed = calloc(1, (size_t)hive->length / 64 + 1);
	/* Keys share descriptors, so that these may be read many times. */
	side->bytes_left = (uint64_t)hive->length * KBM_HIVE_DUMP_EXPANSION;
	kbm_bytes_init(&side->items, (size_t)hive->length * 2 + KBM_MIB);
	kbm_bytes_init(&side->name, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&side->data, KBM_HIVE_MAX_VALUE_BYTES);
	return side->claimed != NULL;
}

static void side_clear(struct kbm_compare_side *side)
{
	free(side->claimed);
	kbm_bytes_clear(&side->items);
	kbm_bytes_clear(&side->name);
	kbm_bytes_clear(&side->data);
}

enum kbm_code kbm_hive_compare(const struct kbm_hive *before, const struct kbm_hive *after,
			       kbm_difference_sink *sink, void *context, struct kbm_error *error)
{
	struct kbm_compare compare = {.sink = sink, .context = context, .error = error};
	kbm_bytes_init(&compare.path, KBM_HIVE_DUMP_MAX_PATH);
	bool ready_before = side_init(&compare.before, before);
	bool ready_after = side_init(&compare.after, after);
	enum kbm_code code = KBM_OK;
	if (!ready_before || !ready_after)
		code = kbm_fail(error, KBM_MEMORY, "no memory to compare two hives");
	if (code == KBM_OK)
		code = kbm_compare_claim(&compare, &compare.before, before->root);
	if (code == KBM_OK)
		code = kbm_compare_claim(&compare, &compare.after, after->root);
	if (code == KBM_OK)
		code = compare_keys(&compare, before->root, after->root, 0);
	side_clear(&compare.before);
	side_clear(&compare.after);
	kbm_bytes_clear(&compare.path);
	return code;
}
