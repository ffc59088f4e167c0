/* LDIF that was read is written again, and read to the same entries. */
#include "ldif_round_trip.h"

#include "base/limits.h"
#include "report/ldif_writer.h"
#include "source/ldif.h"
#include "source/ldif_write.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool same_attribute(const struct kbm_attribute *left, const struct kbm_attribute *right)
{
	if (strcmp(left->name, right->name) != 0 || left->value_count != right->value_count)
		return false;
	for (size_t i = 0; i < left->value_count; i++) {
		const struct kbm_blob *a = &left->values[i];
		const struct kbm_blob *b = &right->values[i];
		if (a->length != b->length || memcmp(a->data, b->data, a->length) != 0)
			return false;
	}
	return true;
}

struct reading {
	const struct kbm_entry *expected;
	size_t count;
};

static enum kbm_code compare(void *context, const struct kbm_entry *entry, size_t line,
			     struct kbm_error *error)
{
	struct reading *reading = context;
	const struct kbm_entry *expected = reading->expected;
	(void)line;
	(void)error;
	if (reading->count++ != 0 || strcmp(entry->dn, expected->dn) != 0 ||
	    entry->attribute_count != expected->attribute_count)
		abort();
	for (size_t i = 0; i < entry->attribute_count; i++)
		if (!same_attribute(&entry->attributes[i], &expected->attributes[i]))
			abort();
	return KBM_OK;
}

/* A range that is whole loses that word where it is read: written twice, it does so twice. */
static bool has_range(const struct kbm_entry *entry)
{
	for (size_t i = 0; i < entry->attribute_count; i++)
		if (strcasestr(entry->attributes[i].name, ";range=") != NULL)
			return true;
	return false;
}

static enum kbm_code write_back(void *context, const struct kbm_entry *entry, size_t line,
				struct kbm_error *error)
{
	struct kbm_bytes out;
	struct reading reading = {entry, 0};
	(void)context;
	(void)line;
	if (has_range(entry))
		return KBM_OK;
	kbm_bytes_init(&out, 16 * KBM_MIB);
	kbm_ldif_put_version(&out);
	if (kbm_ldif_write_entry(entry, false, NULL, &out, error) == KBM_OK) {
		for (size_t i = 0; i < out.length; i++)
			if (out.data[i] < ' ' && out.data[i] != '\n')
				abort();
		if (kbm_ldif_read(out.data, out.length, compare, &reading, error) != KBM_OK ||
		    reading.count != 1)
			abort();
	} else if (error->code != KBM_UNSUPPORTED) {
		abort();
	}
	kbm_bytes_clear(&out);
	return KBM_OK;
}

void ldif_round_trip(const uint8_t *data, size_t size)
{
	struct kbm_error error = {0};
	kbm_ldif_read(data, size, write_back, NULL, &error);
}
