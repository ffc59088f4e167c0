/* Entries of a directory's answer: copying, releasing, finding an attribute. */
#include "source/service.h"

#include "base/text.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

static void clear_attribute(struct kbm_attribute *attribute)
{
	for (size_t i = 0; i < attribute->value_count; i++)
		free(attribute->values[i].data);
	free(attribute->values);
	free(attribute->name);
}

void kbm_entry_clear(struct kbm_entry *entry)
{
	for (size_t i = 0; i < entry->attribute_count; i++)
		clear_attribute(&entry->attributes[i]);
	free(entry->attributes);
	free(entry->dn);
	*entry = (struct kbm_entry){0};
}

void kbm_entries_clear(struct kbm_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		kbm_entry_clear(&entries->items[i]);
	free(entries->items);
	*entries = (struct kbm_entries){0};
}

static bool copy_blob(const struct kbm_blob *from, struct kbm_blob *to)
{
	/* A length that has no room for the NUL cannot come from memory that exists. */
	uint8_t *data = malloc(from->length + 1);
	if (data == NULL)
		return false;
	if (from->length > 0)
		memcpy(data, from->data, from->length);
	data[from->length] = 0;
	to->data = data;
	to->length = from->length;
	return true;
}

/* On failure *to holds what was copied so far: clear_attribute() releases it. */
static bool copy_attribute(const struct kbm_attribute *from, struct kbm_attribute *to)
{
	to->name = strdup(from->name);
	to->values = calloc(from->value_count + 1, sizeof *to->values);
	if (to->name == NULL || to->values == NULL)
		return false;
	for (size_t i = 0; i < from->value_count; i++) {
		if (!copy_blob(&from->values[i], &to->values[i]))
			return false;
		to->value_count++;
	}
	return true;
}

bool kbm_entry_copy(const struct kbm_entry *from, struct kbm_entry *to)
{
	struct kbm_entry copy = {0};
	copy.dn = strdup(from->dn);
	copy.attributes = calloc(from->attribute_count + 1, sizeof *copy.attributes);
	bool copied = copy.dn != NULL && copy.attributes != NULL;
	for (size_t i = 0; copied && i < from->attribute_count; i++) {
		copy.attribute_count++;
		copied = copy_attribute(&from->attributes[i], &copy.attributes[i]);
	}
	if (!copied)
		kbm_entry_clear(&copy);
	*to = copy;
	return copied;
}

/* The spelling asked for first; then other names of the type, and ;binary, which is no option. */
const struct kbm_attribute *kbm_entry_attribute(const struct kbm_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->attribute_count; i++) {
		if (kbm_text_equals_ascii_case(entry->attributes[i].name, name))
			return &entry->attributes[i];
	}
	struct kbm_attribute_query query = kbm_attribute_query(name);
	for (size_t i = 0; i < entry->attribute_count; i++) {
		if (kbm_attribute_is_same(&query, entry->attributes[i].name))
			return &entry->attributes[i];
	}
	return NULL;
}
