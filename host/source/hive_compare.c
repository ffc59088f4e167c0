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

enum { SHOWN_PATH = 8 * KBM_HIVE_DAMAGE_MAX_PATH }; /* escaped */

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
	if (code == KBM_OK && !before->has_bad_class && !after->has_bad_class &&
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
		return kbm_compare_tell(compare, KBM_DIFFERENCE_DESCRIPTOR);
	}
	return code == KBM_UNREADABLE ? KBM_OK : code;
}

static enum kbm_code compare_keys(struct kbm_compare *compare, kbm_cell before, kbm_cell after,
				  unsigned depth);

/* Where two lists stand. */
struct pair {
	const struct kbm_compare_key *old_parent;
	const struct kbm_compare_key *new_parent;
	struct kbm_compare_list old_list;
	struct kbm_compare_list new_list;
	size_t before; /* offsets in the sides' items */
	size_t after;
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
	const struct kbm_compare_list *list = is_added ? &pair->new_list : &pair->old_list;
	const struct kbm_compare_list *others = is_added ? &pair->old_list : &pair->new_list;
	size_t at = is_added ? pair->after : pair->before;
	struct kbm_compare_item item = kbm_compare_item_at(side, at);
	kbm_cell instead = 0;
	if (pair->depth == 1 && compare->skips_current_set && is_current_set(&side->name))
		return KBM_OK;
	if (!others->is_whole) {
		compare->report->unsure++;
		return KBM_OK;
	}
	if (kbm_compare_is_second(side, list, at)) {
		kbm_compare_note(compare, side, item.cell, "the key",
				 "another one beside it has its name");
		return KBM_OK;
	}
	if (parent->is_partial) {
		enum kbm_code code = find_gap(compare, other, parent->cell, &side->name, &instead);
		if (code == KBM_NOT_FOUND)
			compare->report->not_held++;
		if (code != KBM_OK)
			return code == KBM_NOT_FOUND ? KBM_OK : code;
	}
	if (instead == 0)
		return kbm_compare_tell_whole(compare, side, item.cell,
					      pair->new_parent->descriptor, pair->depth);
	return is_added ? compare_keys(compare, instead, item.cell, pair->depth)
			: compare_keys(compare, item.cell, instead, pair->depth);
}

/* `order` < 0: only the first hive has the key, > 0: only the second. */
static enum kbm_code compare_pair(struct kbm_compare *compare, const struct pair *pair, int order)
{
	struct kbm_compare_step step;
	struct kbm_compare_side *side = order < 0 ? &compare->before : &compare->after;
	struct kbm_compare_item item =
	    kbm_compare_item_at(side, order < 0 ? pair->before : pair->after);
	enum kbm_code code = kbm_compare_go_down(compare, side, &item, &step);
	if (code == KBM_UNREADABLE)
		code = KBM_OK;
	else if (code == KBM_OK && order != 0)
		code = compare_single(compare, pair, order > 0);
	else if (code == KBM_OK)
		code =
		    compare_keys(compare, kbm_compare_item_at(&compare->before, pair->before).cell,
				 item.cell, pair->depth);
	kbm_compare_go_up(compare, &step);
	return code;
}

static enum kbm_code merge_subkeys(struct kbm_compare *compare, struct pair *pair, bool *differ)
{
	const struct kbm_compare_list *old_list = &pair->old_list;
	const struct kbm_compare_list *new_list = &pair->new_list;
	size_t x = old_list->first;
	size_t y = new_list->first;
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && (x < old_list->end || y < new_list->end)) {
		int order = x < old_list->end ? -1 : 1;
		if (x < old_list->end && y < new_list->end) {
			struct kbm_compare_item old = kbm_compare_item_at(&compare->before, x);
			struct kbm_compare_item new = kbm_compare_item_at(&compare->after, y);
			order = kbm_hive_names_order(&old.name, &new.name);
		}
		*differ = *differ || order != 0;
		pair->before = x;
		pair->after = y;
		code = compare_pair(compare, pair, order);
		x += order <= 0 ? sizeof(struct kbm_compare_item) : 0;
		y += order >= 0 ? sizeof(struct kbm_compare_item) : 0;
	}
	return code;
}

static enum kbm_code compare_subkeys(struct kbm_compare *compare, struct pair *pair, bool *differ)
{
	const struct kbm_compare_key *before = pair->old_parent;
	const struct kbm_compare_key *after = pair->new_parent;
	size_t x = compare->before.items.length;
	size_t y = compare->after.items.length;
	if (pair->depth > KBM_HIVE_MAX_DEPTH) {
		kbm_compare_note_depth(compare, &compare->before, before);
		kbm_compare_note_depth(compare, &compare->after, after);
		return KBM_OK;
	}
	enum kbm_code code =
	    kbm_compare_push_subkeys(compare, &compare->before, before, &pair->old_list);
	if (code == KBM_OK)
		code = kbm_compare_push_subkeys(compare, &compare->after, after, &pair->new_list);
	if (code == KBM_OK)
		code = merge_subkeys(compare, pair, differ);
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
	enum kbm_code code = read_key(compare, &compare->before, before, &old);
	if (code == KBM_OK)
		code = read_key(compare, &compare->after, after, &new);
	if (code == KBM_OK && !old.is_partial && !new.is_partial)
		compare->report->compared++;
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

static enum kbm_code side_init(struct kbm_compare_side *side, const struct kbm_hive *hive,
			       bool has_gaps, struct kbm_damages *damages, struct kbm_error *error)
{
	side->hive = hive;
	side->has_gaps = has_gaps;
	side->damages = damages;
	/* Keys share descriptors, so that these may be read many times. */
	side->bytes_left = (uint64_t)hive->length * KBM_HIVE_DUMP_EXPANSION;
	kbm_bytes_init(&side->items, (size_t)hive->length * 2 + KBM_MIB);
	kbm_bytes_init(&side->name, 3UL * KBM_HIVE_MAX_NAME_UNITS + 1);
	kbm_bytes_init(&side->data, KBM_HIVE_MAX_VALUE_BYTES);
	side->bad_descriptors = calloc(1, kbm_claims_bytes(hive));
	if (side->bad_descriptors == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to compare two hives");
	return kbm_contents_begin(hive, &side->contents, error);
}

static void side_clear(struct kbm_compare_side *side)
{
	kbm_contents_end(&side->contents);
	free(side->bad_descriptors);
	kbm_bytes_clear(&side->items);
	kbm_bytes_clear(&side->name);
	kbm_bytes_clear(&side->data);
}

/* A key that is compared; the first cell that is read. */
static void claim_first(struct kbm_compare_side *side, kbm_cell key)
{
	if (key != 0)
		kbm_claim(side->contents.claimed, side->hive, key, NULL);
}

static enum kbm_code compare_all(struct kbm_compare *compare, const struct kbm_compare_order *order)
{
	if (!kbm_bytes_append_text(&compare->path, order->path))
		return kbm_fail(compare->error, KBM_LIMIT, "a key's path is longer than %lu bytes",
				KBM_HIVE_DUMP_MAX_PATH);
	claim_first(&compare->before, order->before_key);
	claim_first(&compare->after, order->after_key);
	if (order->before_key == 0)
		return kbm_compare_tell_whole(compare, &compare->after, order->after_key,
					      KBM_CELL_NONE, 0);
	if (order->after_key == 0)
		return kbm_compare_tell_whole(compare, &compare->before, order->before_key,
					      KBM_CELL_NONE, 0);
	return compare_keys(compare, order->before_key, order->after_key, 0);
}

enum kbm_code kbm_hive_compare_keys(const struct kbm_compare_order *order,
				    kbm_difference_sink *sink, void *context,
				    struct kbm_compare_report *report, struct kbm_error *error)
{
	struct kbm_compare compare = {.sink = sink,
				      .context = context,
				      .report = report,
				      .work = order->work,
				      .error = error,
				      .tells_removed = order->tells_removed,
				      .skips_current_set = order->skips_current_set};
	kbm_bytes_init(&compare.path, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&compare.shown, (size_t)SHOWN_PATH);
	enum kbm_code code = side_init(&compare.before, order->before, order->before_has_gaps,
				       &report->before, error);
	enum kbm_code after =
	    side_init(&compare.after, order->after, order->after_has_gaps, &report->after, error);
	code = code == KBM_OK ? after : code;
	if (code == KBM_OK)
		code = compare_all(&compare, order);
	side_clear(&compare.before);
	side_clear(&compare.after);
	kbm_bytes_clear(&compare.path);
	kbm_bytes_clear(&compare.shown);
	return code;
}

enum kbm_code kbm_hive_compare(const struct kbm_hive *before, const struct kbm_hive *after,
			       kbm_difference_sink *sink, void *context, struct kbm_error *error)
{
	struct kbm_compare_report report = {0};
	const struct kbm_compare_order order = {
	    .before = before,
	    .after = after,
	    .before_key = before->root,
	    .after_key = after->root,
	    .path = "",
	};
	enum kbm_code code = kbm_hive_compare_keys(&order, sink, context, &report, error);
	const struct kbm_damages *bad = report.before.count > 0 ? &report.before : &report.after;
	if (code == KBM_OK && bad->count > 0)
		return kbm_fail(error, KBM_UNREADABLE, "%s", bad->first[0].message);
	return code;
}
