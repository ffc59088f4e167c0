/* Two hives side by side: one walk over both, level by level, in the order of names. */
#include "source/hive_compare.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_claims.h"
#include "source/hive_compare_parts.h"
#include "source/hive_gaps.h"
#include "source/hive_stored_names.h"

#include <stdlib.h>
#include <string.h>

enum kbm_code kbm_compare_tell_all(struct kbm_compare *compare, struct kbm_difference *difference)
{
	difference->path = kbm_bytes_text(&compare->path);
	difference->path_length = compare->path.length;
	difference->is_ambiguous = compare->is_ambiguous;
	difference->is_below = compare->is_below;
	return compare->sink(compare->context, difference, compare->error);
}

enum kbm_code kbm_compare_tell(struct kbm_compare *compare, enum kbm_difference_kind kind)
{
	struct kbm_difference difference = {.kind = kind};
	return kbm_compare_tell_all(compare, &difference);
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
	const struct kbm_compare_key *old_parent;
	const struct kbm_compare_key *new_parent;
	struct kbm_compare_item before;
	struct kbm_compare_item after;
	unsigned depth; /* of the subkeys */
};

/* Whether the other side, which is an export, says that the subkey is not there. KBM_NOT_FOUND: it
 * says nothing; else *cell is what it has instead, or 0 for nothing at all. */
static enum kbm_code find_gap(struct kbm_compare *compare, const struct kbm_compare_side *other,
			      kbm_cell parent, const struct kbm_bytes *name, kbm_cell *cell)
{
	bool leads_on = false;
	kbm_cell found = 0;
	if (memchr(name->data, '\0', name->length) != NULL)
		return KBM_NOT_FOUND; /* no export has such a name */
	enum kbm_code code = kbm_hive_find_missing(other->hive, parent, kbm_bytes_text(name),
						   &found, compare->error);
	if (code == KBM_OK)
		code = kbm_hive_is_partial(other->hive, found, &leads_on, compare->error);
	if (code == KBM_OK)
		*cell = leads_on ? found : 0;
	return code;
}

static bool is_current_set(const struct kbm_bytes *name)
{
	static const char set[] = "CurrentControlSet";
	return kbm_text_compare_names(kbm_bytes_text(name), name->length, set, strlen(set)) == 0;
}

/* A subkey that only one side has; the path leads there. */
static enum kbm_code compare_single(struct kbm_compare *compare, const struct pair *pair,
				    bool is_added)
{
	struct kbm_compare_side *side = is_added ? &compare->after : &compare->before;
	const struct kbm_compare_side *other = is_added ? &compare->before : &compare->after;
	const struct kbm_compare_key *parent = is_added ? pair->old_parent : pair->new_parent;
	const struct kbm_compare_item *item = is_added ? &pair->after : &pair->before;
	kbm_cell instead = 0;
	if (pair->depth == 1 && compare->skips_current_set && is_current_set(&side->name))
		return KBM_OK;
	if (parent->is_partial) {
		enum kbm_code code = find_gap(compare, other, parent->cell, &side->name, &instead);
		if (code == KBM_NOT_FOUND)
			compare->not_held++;
		if (code != KBM_OK)
			return code == KBM_NOT_FOUND ? KBM_OK : code;
	}
	if (instead == 0)
		return kbm_compare_tell_whole(compare, side, item->cell,
					      pair->new_parent->descriptor, pair->depth);
	return is_added ? compare_keys(compare, instead, item->cell, pair->depth)
			: compare_keys(compare, item->cell, instead, pair->depth);
}

/* `order` < 0: only the first hive has the key, > 0: only the second. */
static enum kbm_code compare_pair(struct kbm_compare *compare, const struct pair *pair, int order)
{
	struct kbm_compare_step step;
	enum kbm_code code =
	    order < 0 ? kbm_compare_go_down(compare, &compare->before, &pair->before.name, &step)
		      : kbm_compare_go_down(compare, &compare->after, &pair->after.name, &step);
	if (code == KBM_OK && order != 0)
		code = compare_single(compare, pair, order > 0);
	else if (code == KBM_OK)
		code = compare_keys(compare, pair->before.cell, pair->after.cell, pair->depth);
	kbm_compare_go_up(compare, &step);
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

static enum kbm_code compare_subkeys(struct kbm_compare *compare, struct pair *pair, bool *differ)
{
	const struct kbm_compare_key *before = pair->old_parent;
	const struct kbm_compare_key *after = pair->new_parent;
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
		code = merge_subkeys(compare, pair, first_before, first_after, differ);
	kbm_bytes_cut(&compare->before.items, x);
	kbm_bytes_cut(&compare->after.items, y);
	return code;
}

static enum kbm_code read_key(struct kbm_compare *compare, struct kbm_compare_side *side,
			      kbm_cell cell, struct kbm_compare_key *key)
{
	enum kbm_code code = kbm_compare_read_key(compare, side, cell, key);
	if (code == KBM_OK && side->has_gaps)
		code = kbm_hive_is_partial(side->hive, cell, &key->is_partial, compare->error);
	return code;
}

/* The two keys at compare->path. Recursion: at most KBM_HIVE_MAX_DEPTH deep. */
static enum kbm_code compare_keys(struct kbm_compare *compare, kbm_cell before, kbm_cell after,
				  unsigned depth)
{
	struct kbm_compare_key old;
	struct kbm_compare_key new;
	struct pair pair = {.old_parent = &old, .new_parent = &new, .depth = depth + 1};
	struct kbm_difference written = {.kind = KBM_DIFFERENCE_WRITTEN};
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(compare->error, KBM_UNREADABLE,
				"keys are nested deeper than Windows allows (%u)",
				KBM_HIVE_MAX_DEPTH);
	enum kbm_code code = read_key(compare, &compare->before, before, &old);
	if (code == KBM_OK)
		code = read_key(compare, &compare->after, after, &new);
	if (code == KBM_OK)
		code = compare_fields(compare, &old, &new);
	if (code == KBM_OK)
		code = kbm_compare_values(compare, &old, &new, &written.contents_differ);
	if (code == KBM_OK)
		code = compare_subkeys(compare, &pair, &written.contents_differ);
	if (code == KBM_OK && old.node.last_written != new.node.last_written)
		code = kbm_compare_tell_all(compare, &written);
	return code;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool side_init(struct kbm_compare_side *side, const struct kbm_hive *hive, bool has_gaps)
{
	side->hive = hive;
	side->has_gaps = has_gaps;
	side->claimed = calloc(1, kbm_claims_bytes(hive));
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

static enum kbm_code compare_all(struct kbm_compare *compare, const struct kbm_compare_order *order)
{
	enum kbm_code code = KBM_OK;
	if (!kbm_bytes_append_text(&compare->path, order->path))
		return kbm_fail(compare->error, KBM_LIMIT, "a key's path is longer than %lu bytes",
				KBM_HIVE_DUMP_MAX_PATH);
	if (order->before_key != 0)
		code = kbm_compare_claim(compare, &compare->before, order->before_key);
	if (code == KBM_OK && order->after_key != 0)
		code = kbm_compare_claim(compare, &compare->after, order->after_key);
	if (code != KBM_OK)
		return code;
	if (order->before_key == 0)
		return kbm_compare_tell_whole(compare, &compare->after, order->after_key,
					      KBM_CELL_NONE, 0);
	if (order->after_key == 0)
		return kbm_compare_tell_whole(compare, &compare->before, order->before_key,
					      KBM_CELL_NONE, 0);
	return compare_keys(compare, order->before_key, order->after_key, 0);
}

enum kbm_code kbm_hive_compare_keys(const struct kbm_compare_order *order,
				    kbm_difference_sink *sink, void *context, uint64_t *not_held,
				    struct kbm_error *error)
{
	struct kbm_compare compare = {.sink = sink,
				      .context = context,
				      .error = error,
				      .tells_removed = order->tells_removed,
				      .skips_current_set = order->skips_current_set};
	kbm_bytes_init(&compare.path, KBM_HIVE_DUMP_MAX_PATH);
	bool ready_before = side_init(&compare.before, order->before, order->before_has_gaps);
	bool ready_after = side_init(&compare.after, order->after, order->after_has_gaps);
	enum kbm_code code = KBM_OK;
	if (!ready_before || !ready_after)
		code = kbm_fail(error, KBM_MEMORY, "no memory to compare two hives");
	if (code == KBM_OK)
		code = compare_all(&compare, order);
	*not_held = compare.not_held;
	side_clear(&compare.before);
	side_clear(&compare.after);
	kbm_bytes_clear(&compare.path);
	return code;
}

enum kbm_code kbm_hive_compare(const struct kbm_hive *before, const struct kbm_hive *after,
			       kbm_difference_sink *sink, void *context, struct kbm_error *error)
{
	uint64_t ignored = 0;
	const struct kbm_compare_order order = {
	    .before = before,
	    .after = after,
	    .before_key = before->root,
	    .after_key = after->root,
	    .path = "",
	};
	return kbm_hive_compare_keys(&order, sink, context, &ignored, error);
}
