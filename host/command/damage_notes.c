/* What of a hive could not be read, as it is told to a person: behind the output, on stderr. */
#include "command/damage_notes.h"

#include "base/limits.h"
#include "command/command.h"

#define MAX_NOTE (KBM_HIVE_DAMAGE_MAX_PATH + sizeof ": " + KBM_TEXT_MAX_BYTES)

void kbm_damage_notes_take(struct kbm_text_list *notes, const struct kbm_registry_row *row)
{
	struct kbm_bytes note;
	if (notes->count == KBM_HIVE_DAMAGES_KEPT)
		return;
	kbm_bytes_init(&note, MAX_NOTE);
	if (row->path != NULL)
		kbm_bytes_printf(&note, "%s: ", *row->path == '\0' ? "the root key" : row->path);
	if (kbm_bytes_append_text(&note, row->text))
		kbm_text_list_add(notes, kbm_bytes_text(&note));
	kbm_bytes_clear(&note);
}

void kbm_damage_notes_print(const struct kbm_text_list *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		kbm_command_note("  %s", notes->items[i]);
}

void kbm_damage_notes_print_of(const struct kbm_text_list *notes, const char *file)
{
	for (size_t i = 0; i < notes->count; i++)
		kbm_command_note("  %s: %s", file, notes->items[i]);
}
