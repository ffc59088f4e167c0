/* Entries of an answer, gathered up to a number and a size. */
#include "source/collect.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMING_BYTES = 16 }; /* of one piece: its length, its place in a list */

size_t kbm_entry_bytes(const struct kbm_entry *entry)
{
	size_t bytes = strlen(entry->dn) + FRAMING_BYTES;
	for (size_t i = 0; i < entry->attribute_count; i++) {
		bytes += strlen(entry->attributes[i].name) + FRAMING_BYTES;
		for (size_t j = 0; j < entry->attributes[i].value_count; j++)
			bytes += entry->attributes[i].values[j].length + FRAMING_BYTES;
	}
	return bytes;
}

static enum kbm_code add(struct kbm_collected *collected, const struct kbm_entry *entry,
			 struct kbm_error *error)
{
	size_t bytes = kbm_entry_bytes(entry);
	if (collected->entries.count == collected->most_entries)
		return kbm_fail(error, KBM_LIMIT,
				"%s more than %zu entries; use a narrower base or filter",
				collected->what, collected->most_entries);
	if (bytes > collected->most_bytes - collected->bytes)
		return kbm_fail(error, KBM_LIMIT,
				"%s more than %zu bytes; use a narrower filter or ask for fewer "
				"attributes",
				collected->what, collected->most_bytes);
	if (collected->entries.count == collected->capacity) {
		size_t wanted = collected->capacity == 0 ? 16 : 2 * collected->capacity;
		struct kbm_entry *grown =
		    reallocarray(collected->entries.items, wanted, sizeof *grown);
		if (grown == NULL)
			return kbm_fail(error, KBM_MEMORY, "no memory for entries");
		collected->entries.items = grown;
		collected->capacity = wanted;
	}
	collected->bytes += bytes;
	collected->entries.items[collected->entries.count++] = *entry;
	return KBM_OK;
}

enum kbm_code kbm_collect(struct kbm_collected *collected, struct kbm_entry *entry,
			  struct kbm_error *error)
{
	enum kbm_code code = add(collected, entry, error);
	if (code != KBM_OK)
		kbm_entry_clear(entry);
	*entry = (struct kbm_entry){0};
	return code;
}

enum kbm_code kbm_collect_next(void *collected, struct kbm_entry *entry, struct kbm_error *error)
{
	return kbm_collect(collected, entry, error);
}

struct kbm_collected kbm_collect_answer(void)
{
	return (struct kbm_collected){.what = "the answer has",
				      .most_entries = KBM_DIRECTORY_MAX_ENTRIES,
				      .most_bytes = KBM_DIRECTORY_MAX_ANSWER};
}
