/* A directory held in memory: loading it from LDIF. */
#include "source/directory.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/directory_entries.h"
#include "source/ldif.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

/* --- keeping an entry ----------------------------------------------------------------------- */

static enum kbm_code no_memory(size_t line, struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "line %zu: no memory for more entries", line);
}

/* One spelling of a name is kept once; its type, lower-cased, is what filters ask for. */
static enum kbm_code keep_name(struct kbm_directory *directory, const char *name, char **kept,
			       struct kbm_error *error)
{
	size_t length = strlen(name);
	uint32_t number = kbm_name_index_find(&directory->spellings, 0, name, length);
	if (number == KBM_NAME_NONE) {
		enum kbm_code code =
		    kbm_name_index_add(&directory->spellings, 0, name, length, &number, error);
		if (code == KBM_OK)
			code = kbm_directory_learn_type(directory, name,
							kbm_attribute_base_length(name), error);
		if (code != KBM_OK)
			return code;
	}
	*kept = (char *)directory->spellings.names[number].text;
	return KBM_OK;
}

/* Values inside the file's bytes stay there. */
static bool keep_value(struct kbm_directory *directory, struct kbm_blob *value)
{
	uintptr_t at = (uintptr_t)value->data;
	uintptr_t start = (uintptr_t)directory->bytes;
	if (at >= start && at - start <= directory->length)
		return true;
	value->data = (uint8_t *)kbm_arena_copy(&directory->arena, value->data, value->length);
	return value->data != NULL;
}

static enum kbm_code keep_attribute(struct kbm_directory *directory,
				    const struct kbm_attribute *from, struct kbm_attribute *to,
				    size_t line, struct kbm_error *error)
{
	enum kbm_code code = keep_name(directory, from->name, &to->name, error);
	if (code != KBM_OK)
		return code;
	to->value_count = from->value_count;
	to->values = kbm_arena_take_array(&directory->arena, from->value_count, sizeof *to->values);
	if (to->values == NULL)
		return no_memory(line, error);
	for (size_t i = 0; i < from->value_count; i++) {
		to->values[i] = from->values[i];
		if (!keep_value(directory, &to->values[i]))
			return no_memory(line, error);
	}
	return KBM_OK;
}

static bool grow(void **items, size_t needed, size_t *capacity, size_t size)
{
	if (needed <= *capacity)
		return true;
	size_t wanted = *capacity == 0 ? 64 : *capacity;
	while (wanted < needed)
		wanted *= 2;
	void *grown = reallocarray(*items, wanted, size);
	if (grown == NULL)
		return false;
	*items = grown;
	*capacity = wanted;
	return true;
}

/* Where in the tree the entry stands; refuses a second entry of an equivalent DN. */
static enum kbm_code place_entry(struct kbm_directory *directory, const char *dn, size_t line,
				 uint32_t *node, struct kbm_error *error)
{
	struct kbm_error inner = {KBM_OK, ""};
	enum kbm_code code = kbm_dn_tree_add(&directory->tree, dn, node, &inner);
	if (code != KBM_OK)
		return kbm_fail(error, code == KBM_MEMORY ? code : KBM_INVALID,
				"line %zu: the DN: %s", line, inner.message);
	size_t nodes = kbm_dn_tree_count(&directory->tree);
	if (!grow((void **)&directory->entry_of, nodes, &directory->entry_of_capacity,
		  sizeof *directory->entry_of))
		return no_memory(line, error);
	while (directory->entry_of_count < nodes)
		directory->entry_of[directory->entry_of_count++] = KBM_NAME_NONE;
	uint32_t other = directory->entry_of[*node];
	if (other != KBM_NAME_NONE)
		return kbm_fail(error, KBM_INVALID,
				"line %zu: the entry of line %zu stands here again (equivalent "
				"DN); remove one of them",
				line, directory->entries[other].line);
	return KBM_OK;
}

static enum kbm_code keep_entry(void *context, const struct kbm_entry *entry, size_t line,
				struct kbm_error *error)
{
	struct kbm_directory *directory = context;
	struct kbm_arena *arena = &directory->arena;
	if (directory->entry_count == KBM_NAME_NONE ||
	    !grow((void **)&directory->entries, directory->entry_count + 1,
		  &directory->entry_capacity, sizeof *directory->entries))
		return no_memory(line, error);
	struct kbm_directory_entry *kept = &directory->entries[directory->entry_count];
	*kept = (struct kbm_directory_entry){.line = line};
	kept->entry.dn = kbm_arena_copy(arena, entry->dn, strlen(entry->dn));
	kept->entry.attribute_count = entry->attribute_count;
	kept->entry.attributes =
	    kbm_arena_take_array(arena, entry->attribute_count, sizeof *kept->entry.attributes);
	if (kept->entry.dn == NULL || kept->entry.attributes == NULL)
		return no_memory(line, error);
	enum kbm_code code = place_entry(directory, kept->entry.dn, line, &kept->node, error);
	for (size_t i = 0; code == KBM_OK && i < entry->attribute_count; i++)
		code = keep_attribute(directory, &entry->attributes[i], &kept->entry.attributes[i],
				      line, error);
	if (code != KBM_OK)
		return code;
	directory->entry_of[kept->node] = (uint32_t)directory->entry_count++;
	return KBM_OK;
}

/* --- opening -------------------------------------------------------------------------------- */

void kbm_directory_free(struct kbm_directory *directory)
{
	if (directory == NULL)
		return;
	kbm_dn_tree_clear(&directory->tree);
	kbm_name_index_clear(&directory->spellings);
	kbm_name_index_clear(&directory->types);
	kbm_arena_clear(&directory->arena);
	free(directory->entries);
	free(directory->entry_of);
	free(directory);
}

enum kbm_code kbm_directory_open_ldif(const uint8_t *bytes, size_t length,
				      struct kbm_directory **directory, struct kbm_error *error)
{
	struct kbm_directory *opened = calloc(1, sizeof *opened);
	if (opened == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a directory");
	opened->bytes = bytes;
	opened->length = length;
	enum kbm_code code = kbm_dn_tree_init(&opened->tree, error);
	if (code == KBM_OK)
		code = kbm_ldif_read(bytes, length, keep_entry, opened, error);
	if (code == KBM_OK && opened->entry_count == 0)
		code = kbm_fail(error, KBM_INVALID,
				"the LDIF holds no entry; export the directory again");
	if (code != KBM_OK) {
		kbm_directory_free(opened);
		return code;
	}
	*directory = opened;
	return KBM_OK;
}

size_t kbm_directory_entry_count(const struct kbm_directory *directory)
{
	return directory->entry_count;
}
