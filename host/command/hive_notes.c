/* What is said of a hive that was recovered from its logs. */
#include "command/hive_notes.h"

#include "base/limits.h"
#include "command/command.h"
#include "guard/hive_logs.h"

void kbm_hive_note_append(const struct kbm_source *source, struct kbm_bytes *out)
{
	struct kbm_bytes reasons;
	kbm_bytes_init(&reasons, KBM_TEXT_MAX_BYTES);
	kbm_bytes_append_text(out, "logs replayed: ");
	kbm_hive_logs_append_replayed(source, out);
	kbm_hive_logs_append_reasons(source, false, &reasons);
	if (reasons.length > 0)
		kbm_bytes_printf(out, "; left out: %s", kbm_bytes_text(&reasons));
	kbm_bytes_reset(&reasons);
	kbm_hive_logs_append_gap(source, source->path, &reasons);
	if (reasons.length > 0)
		kbm_bytes_printf(out, "; %s", kbm_bytes_text(&reasons));
	kbm_bytes_clear(&reasons);
}

void kbm_hive_note_tell(const struct kbm_source *source)
{
	struct kbm_bytes note;
	if (!source->recovered)
		return;
	kbm_bytes_init(&note, KBM_TEXT_MAX_BYTES);
	kbm_hive_note_append(source, &note);
	kbm_command_note("%s: was not written to its end; %s", source->path, kbm_bytes_text(&note));
	kbm_bytes_clear(&note);
}

enum doubt { IS_DIRTY, IS_CUT, IS_DAMAGED };

static enum doubt doubt_of(const struct kbm_source *source)
{
	return source->cut ? IS_CUT : source->logs_reason != NULL ? IS_DIRTY : IS_DAMAGED;
}

bool kbm_hive_is_stale(const struct kbm_source *source)
{
	return source->dirty && doubt_of(source) == IS_DIRTY;
}

bool kbm_hive_is_in_part(const struct kbm_source *source)
{
	return source->dirty && doubt_of(source) != IS_DIRTY;
}

void kbm_hive_note_doubt(const struct kbm_source *source, const char *done)
{
	static const struct {
		const char *help;
		const char *is;
	} words[] = {[IS_DIRTY] = {"", "may be stale"},
		     [IS_CUT] = {"; copy it again", "is not all"},
		     [IS_DAMAGED] = {"", "may not be all"}};
	enum doubt doubt = doubt_of(source);
	kbm_command_note("%s: %s%s; what was %s %s", source->path, source->dirty_reason,
			 words[doubt].help, done, words[doubt].is);
}

const struct kbm_source *kbm_hive_note_recovered(const struct kbm_target *target,
						 const struct kbm_plan *plan)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *change = &plan->changes[i];
		const struct kbm_source *source =
		    change->op == KBM_MANUAL ? NULL : kbm_target_source_of(target, change);
		if (source != NULL && source->recovered)
			return source;
	}
	return NULL;
}

void kbm_hive_note_written(const struct kbm_source *source)
{
	kbm_command_note("%s: is clean now, with what its logs held; they are left as they are, "
			 "and are not needed any more",
			 source->path);
}
