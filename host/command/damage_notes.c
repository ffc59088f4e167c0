/* What of a hive could not be read, as it is told to a person: behind the output, on stderr. */
#include "command/damage_notes.h"

#include "base/limits.h"
#include "command/command.h"

#include <string.h>

#define MAX_NOTES (KBM_HIVE_DAMAGES_KEPT * (KBM_HIVE_DAMAGE_MAX_PATH + KBM_TEXT_MAX_BYTES))

void kbm_damage_notes_init(struct kbm_damage_notes *notes)
{
	kbm_bytes_init(&notes->texts, MAX_NOTES);
	notes->count = 0;
}

void kbm_damage_notes_clear(struct kbm_damage_notes *notes)
{
	kbm_bytes_clear(&notes->texts);
	notes->count = 0;
}

void kbm_damage_notes_take(struct kbm_damage_notes *notes, const struct kbm_registry_row *row)
{
	if (notes->count == KBM_HIVE_DAMAGES_KEPT)
		return;
	if (row->path != NULL)
		kbm_bytes_printf(&notes->texts,
				 "%s: ", *row->path == '\0' ? "the root key" : row->path);
	/* A text ends at its first NUL, as that is what parts it from the next. */
	kbm_bytes_append(&notes->texts, row->text, strnlen(row->text, row->text_length));
	if (kbm_bytes_append_byte(&notes->texts, '\0'))
		notes->count++;
}

void kbm_damage_notes_print(const struct kbm_damage_notes *notes)
{
	const char *text = kbm_bytes_text(&notes->texts);
	for (unsigned i = 0; i < notes->count; i++) {
		kbm_command_note("  %s", text);
		text += strlen(text) + 1;
	}
}
