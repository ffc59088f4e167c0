/* What of a hive could not be read, as it is told to a person: behind the output, on stderr. */
#ifndef KBM_COMMAND_DAMAGE_NOTES_H
#define KBM_COMMAND_DAMAGE_NOTES_H

#include "guard/broker.h"
#include "plan/script_info.h"

/* All zero: none. Released with kbm_damage_notes_clear(). */
struct kbm_damage_notes {
	struct kbm_text_list first;
	uint64_t places; /* those that `first` tells of, and the others */
};

/* Keeps a row of damage; more of them than a reading tells are only counted. */
void kbm_damage_notes_take(struct kbm_damage_notes *notes, const struct kbm_registry_row *row);
/* One line on stderr for each of the first, and one for how many more there are in `file`. */
void kbm_damage_notes_print(const struct kbm_damage_notes *notes, const char *file);
/* The same where there is more than one file: of which it is comes first. */
void kbm_damage_notes_print_of(const struct kbm_damage_notes *notes, const char *file);
void kbm_damage_notes_clear(struct kbm_damage_notes *notes);

#endif
