/* What scripts are not told of a directory: passwords and keys, so that none can come into their
 * messages, into plans or into reports. A secret's name stays, without values: it is known that
 * there is one. */
#include "guard/broker_internal.h"

#include "source/filter.h"
#include "source/secret_attributes.h"

#include <stdlib.h>
#include <string.h>

/* Who may ask whether a secret begins with an "a" finds it out. */
enum kbm_code kbm_broker_check_secrets(const struct kbm_directory_request *request,
				       struct kbm_error *error)
{
	struct kbm_filter *filter = NULL;
	if (request->filter == NULL)
		return KBM_OK;
	enum kbm_code code = kbm_filter_parse(request->filter, &filter, error);
	if (code != KBM_OK)
		return code;
	const char *secret = kbm_filter_find_compared(filter, kbm_attribute_is_secret);
	if (secret != NULL)
		code = kbm_fail(error, KBM_UNSUPPORTED,
				"the filter compares %.80s, a secret; --include-secrets lets "
				"scripts ask for secrets",
				secret);
	kbm_filter_free(filter);
	return code;
}

static void withhold(struct kbm_attribute *attribute)
{
	for (size_t i = 0; i < attribute->value_count; i++) {
		explicit_bzero(attribute->values[i].data, attribute->values[i].length);
		free(attribute->values[i].data);
	}
	free(attribute->values);
	attribute->values = NULL;
	attribute->value_count = 0;
}

void kbm_broker_withhold_secrets(struct kbm_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct kbm_entry *entry = &entries->items[i];
		for (size_t j = 0; j < entry->attribute_count; j++)
			if (kbm_attribute_is_secret(entry->attributes[j].name))
				withhold(&entry->attributes[j]);
	}
}
