/* Applies that were interrupted. */
#include "apply/settle.h"

#include "apply/journal_examine.h"
#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>

/* Whether nothing of it was done: each hive is as before, and no entry of the directory was sent.
 */
static bool is_untouched(const struct kbm_journal_entry *entry,
			 const struct kbm_hive_standing *standings)
{
	for (size_t i = 0; i < entry->hive_count; i++)
		if (standings[i].file != KBM_STANDING_BEFORE &&
		    entry->hives[i].phase != KBM_HIVE_PLANNED)
			return false;
	for (size_t i = 0; i < entry->modify_count; i++)
		if (entry->modifies[i].phase != KBM_MODIFY_PLANNED &&
		    entry->modifies[i].phase != KBM_MODIFY_TAKEN_BACK)
			return false;
	return true;
}

static bool tell_modifies(const struct kbm_journal_entry *entry, struct kbm_bytes *out)
{
	for (size_t i = 0; i < entry->modify_count; i++) {
		enum kbm_modify_phase phase = entry->modifies[i].phase;
		kbm_bytes_printf(out, "%s: %s\n", entry->modifies[i].dn,
				 phase == KBM_MODIFY_SENT
				     ? "sent; whether the server did it is not known"
				     : kbm_modify_phase_word(phase));
	}
	return !out->failed;
}

static enum kbm_code settle_entry(struct kbm_journal *journal, struct kbm_journal_entry *entry,
				  struct kbm_bytes *said, struct kbm_error *error)
{
	struct kbm_hive_standing *standings = calloc(entry->hive_count + 1, sizeof *standings);
	struct kbm_error ignored;
	if (standings == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_journal_examine(entry, standings);
	struct kbm_bytes told;
	kbm_bytes_init(&told, KBM_TEXT_MAX_BYTES);
	bool done = kbm_journal_tell(entry, standings, &told) && tell_modifies(entry, &told);
	kbm_bytes_printf(said, "journal entry %u was interrupted%s%s", entry->number,
			 told.length == 0 ? " before it did anything\n" : ":\n",
			 kbm_bytes_text(&told));
	entry->state =
	    is_untouched(entry, standings) ? KBM_JOURNAL_FAILED : KBM_JOURNAL_FAILED_CHANGED;
	entry->finished = kbm_clock_now();
	done = done && kbm_journal_set_text(&entry->message, "interrupted");
	kbm_journal_clean(journal, entry, &ignored);
	kbm_bytes_clear(&told);
	free(standings);
	return done ? kbm_journal_save(journal, entry, error)
		    : kbm_fail(error, KBM_MEMORY, "out of memory");
}

enum kbm_code kbm_journal_settle(const char *state_folder, struct kbm_bytes *said,
				 struct kbm_error *error)
{
	struct kbm_journal_list list = {0};
	struct kbm_error ignored;
	enum kbm_code code = KBM_OK;
	if (kbm_journal_list(state_folder, &list, &ignored) != KBM_OK)
		return KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < list.count; i++) {
		struct kbm_journal *journal = NULL;
		struct kbm_journal_entry entry = {0};
		if (!list.items[i].readable || !kbm_journal_is_interrupted(&list.items[i].entry) ||
		    kbm_journal_reopen(state_folder, list.items[i].number, &entry, &journal,
				       &ignored) != KBM_OK)
			continue;
		code = settle_entry(journal, &entry, said, error);
		kbm_journal_end(journal);
		kbm_journal_entry_clear(&entry);
	}
	kbm_journal_list_clear(&list);
	return code;
}
