/* What of a hive could not be read, as it is told to a person: behind the output, on stderr. */
#ifndef KBM_COMMAND_DAMAGE_NOTES_H
#define KBM_COMMAND_DAMAGE_NOTES_H

#include "guard/broker.h"
#include "plan/script_info.h"

/* Keeps a row of damage; more of them than a reading tells are passed over. */
void kbm_damage_notes_take(struct kbm_text_list *notes, const struct kbm_registry_row *row);
/* One line on stderr for each. */
void kbm_damage_notes_print(const struct kbm_text_list *notes);
/* The same where there is more than one file: of which it is comes first. */
void kbm_damage_notes_print_of(const struct kbm_text_list *notes, const char *file);

#endif
