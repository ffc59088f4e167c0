/* What of a hive could not be read, as it is told to a person: behind the output, on stderr. */
#include "command/damage_notes.h"

#include "base/limits.h"
#include "command/command.h"
#include "command/next.h"

#include <inttypes.h>

#define MAX_NOTE (KBM_HIVE_DAMAGE_MAX_PATH + sizeof ": " + KBM_TEXT_MAX_BYTES)

void kbm_damage_notes_take(struct kbm_damage_notes *notes, const struct kbm_registry_row *row)
{
	struct kbm_bytes note;
	if (notes->places < row->places)
		notes->places = row->places;
	if (notes->first.count == KBM_HIVE_DAMAGES_KEPT)
		return;
	kbm_bytes_init(&note, MAX_NOTE);
	if (row->path != NULL)
		kbm_bytes_printf(&note, "%s: ", *row->path == '\0' ? "the root key" : row->path);
	if (kbm_bytes_append_text(&note, row->text))
		kbm_text_list_add(&notes->first, kbm_bytes_text(&note));
	kbm_bytes_clear(&note);
	/* Nobody counts less than there is. */
	if (notes->places < notes->first.count)
		notes->places = notes->first.count;
}

/* `of`, with what parts it from the rest, begins the line. */
static void print_more(const struct kbm_damage_notes *notes, const char *of, const char *colon,
		       const char *file)
{
	struct kbm_bytes word;
	if (notes->places <= notes->first.count)
		return;
	kbm_bytes_init(&word, KBM_TEXT_MAX_BYTES);
	kbm_next_word(&word, file);
	kbm_command_note("  %s%sand %" PRIu64 " more: kbmend reg check%s", of, colon,
			 notes->places - notes->first.count, kbm_bytes_text(&word));
	kbm_bytes_clear(&word);
}

void kbm_damage_notes_print(const struct kbm_damage_notes *notes, const char *file)
{
	for (size_t i = 0; i < notes->first.count; i++)
		kbm_command_note("  %s", notes->first.items[i]);
	print_more(notes, "", "", file);
}

void kbm_damage_notes_print_of(const struct kbm_damage_notes *notes, const char *file)
{
	for (size_t i = 0; i < notes->first.count; i++)
		kbm_command_note("  %s: %s", file, notes->first.items[i]);
	print_more(notes, file, ": ", file);
}

void kbm_damage_notes_clear(struct kbm_damage_notes *notes)
{
	kbm_text_list_clear(&notes->first);
	notes->places = 0;
}
