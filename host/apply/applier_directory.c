/* Changing a directory: one modify for each entry, which the server refuses where a value is not
 * what it was. */
#include "apply/applier.h"

#include "apply/attribute_state.h"

#include <stdlib.h>
#include <string.h>

/* --- entries -----------------------------------------------------------------------------------
 */

/* How many changes from `first` on are of its entry. */
static size_t count_of_entry(const struct kbm_part *part, size_t first)
{
	size_t count = 1;
	while (
	    first + count < part->change_count &&
	    kbm_place_same_entry(&part->changes[first].place, &part->changes[first + count].place))
		count++;
	return count;
}

/* Puts the changes of one entry side by side, entries in the order in which they come first. */
static void group(struct kbm_part *part)
{
	for (size_t first = 0, end; first < part->change_count; first = end) {
		end = first + 1;
		for (size_t i = end; i < part->change_count; i++) {
			if (!kbm_place_same_entry(&part->changes[first].place,
						  &part->changes[i].place))
				continue;
			struct kbm_change moved = part->changes[i];
			memmove(&part->changes[end + 1], &part->changes[end],
				(i - end) * sizeof moved);
			part->changes[end++] = moved;
		}
	}
}

static enum kbm_code record_directory(struct kbm_apply *apply, struct kbm_part *part,
				      struct kbm_error *error)
{
	group(part);
	bool done = kbm_journal_set_text(&apply->entry.uri, part->source->path);
	for (size_t i = 0; done && i < part->change_count; i += count_of_entry(part, i))
		done = kbm_journal_add_modify(&apply->entry, part->changes[i].place.path) != NULL;
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* --- one modify --------------------------------------------------------------------------------
 */

/* Whether all attributes hold what they shall, or what they did. */
enum standing { AS_BEFORE, AS_AFTER, OTHERWISE };

static enum standing stand(struct kbm_apply *apply, const struct kbm_change *changes, size_t count)
{
	size_t before = 0;
	size_t after = 0;
	kbm_broker_forget_answers(apply->order->broker);
	for (size_t i = 0; i < count; i++) {
		struct kbm_state now = {0};
		struct kbm_error ignored;
		if (kbm_attribute_state_read(apply->order->broker, apply->order->target,
					     &changes[i].place, &now, &ignored) == KBM_OK) {
			before += kbm_state_equal(&now, &changes[i].before);
			after += kbm_state_equal(&now, &changes[i].after);
		}
		kbm_state_clear(&now);
	}
	return after == count ? AS_AFTER : before == count ? AS_BEFORE : OTHERWISE;
}

/* Sends it, and finds out what became of it where no answer came. */
static enum kbm_code modify(struct kbm_apply *apply, const struct kbm_change *changes, size_t count,
			    bool *is_unknown, struct kbm_error *error)
{
	*is_unknown = false;
	enum kbm_code code = kbm_broker_modify(apply->order->broker, apply->order->target, changes,
					       count, is_unknown, error);
	if (code != KBM_OK && !*is_unknown) {
		struct kbm_error reason = *error;
		return kbm_fail(error, code, "%.90s: %.150s", changes[0].place.path,
				reason.message);
	}
	if (code == KBM_OK)
		return code;
	enum standing standing = stand(apply, changes, count);
	*is_unknown = standing == OTHERWISE;
	if (standing == AS_BEFORE)
		return kbm_fail(error, code,
				"%.120s: the server gave no answer; looked at again, the entry is "
				"as it was",
				changes[0].place.path);
	return standing == AS_AFTER ? KBM_OK : code;
}

static enum kbm_code send(struct kbm_apply *apply, const struct kbm_part *part, size_t first,
			  struct kbm_journal_modify *record, struct kbm_error *error)
{
	bool is_unknown = false;
	record->phase = KBM_MODIFY_SENT;
	enum kbm_code code = kbm_apply_save(apply, error);
	if (code != KBM_OK) {
		record->phase = KBM_MODIFY_PLANNED;
		return code;
	}
	code =
	    modify(apply, &part->changes[first], count_of_entry(part, first), &is_unknown, error);
	record->phase = code == KBM_OK ? KBM_MODIFY_DONE
			: is_unknown   ? KBM_MODIFY_UNKNOWN
				       : KBM_MODIFY_PLANNED;
	struct kbm_error ignored;
	enum kbm_code saved = kbm_apply_save(apply, code == KBM_OK ? error : &ignored);
	return code == KBM_OK ? saved : code;
}

static enum kbm_code commit_directory(struct kbm_apply *apply, struct kbm_part *part,
				      struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	size_t record = 0;
	for (size_t i = 0; code == KBM_OK && i < part->change_count;
	     i += count_of_entry(part, i), record++)
		code = send(apply, part, i, &apply->entry.modifies[record], error);
	return code;
}

/* --- the way back -------------------------------------------------------------------------------
 */

/* The same changes the other way round; what they point to is the plan's. */
static void turn_round(const struct kbm_change *changes, size_t count, struct kbm_change *turned)
{
	for (size_t i = 0; i < count; i++) {
		turned[i] = changes[i];
		turned[i].before = changes[i].after;
		turned[i].after = changes[i].before;
	}
}

static enum kbm_code take_back_entry(struct kbm_apply *apply, const struct kbm_part *part,
				     size_t first, struct kbm_journal_modify *record,
				     struct kbm_error *error)
{
	size_t count = count_of_entry(part, first);
	bool is_unknown = false;
	if (record->phase == KBM_MODIFY_PLANNED)
		return KBM_OK;
	if (record->phase != KBM_MODIFY_DONE)
		return kbm_fail(error, KBM_UNREADABLE, "whether %.120s was changed is not known",
				record->dn);
	struct kbm_change *turned = calloc(count, sizeof *turned);
	if (turned == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	turn_round(&part->changes[first], count, turned);
	enum kbm_code code = modify(apply, turned, count, &is_unknown, error);
	free(turned);
	if (code == KBM_OK)
		record->phase = KBM_MODIFY_TAKEN_BACK;
	else if (is_unknown)
		record->phase = KBM_MODIFY_UNKNOWN;
	struct kbm_error ignored;
	kbm_apply_save(apply, &ignored);
	return code;
}

/* In the order of the changes: entries do not hang on each other. The first failure is told. */
static enum kbm_code take_back_directory(struct kbm_apply *apply, struct kbm_part *part,
					 struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	size_t record = 0;
	for (size_t i = 0; i < part->change_count; i += count_of_entry(part, i), record++) {
		struct kbm_error reason = {0};
		enum kbm_code one =
		    take_back_entry(apply, part, i, &apply->entry.modifies[record], &reason);
		if (one != KBM_OK && code == KBM_OK) {
			code = one;
			if (error != NULL)
				*error = reason;
		}
	}
	return code;
}

const struct kbm_applier kbm_applier_directory = {
    .record = record_directory,
    .commit = commit_directory,
    .take_back = take_back_directory,
};
