/* What an entry's attribute holds now. */
#include "apply/attribute_state.h"

struct wanted {
	const char *name;
	struct kbm_state *state;
};

static enum kbm_code take_entry(void *context, const struct kbm_entry *entry,
				struct kbm_error *error)
{
	const struct wanted *wanted = context;
	const struct kbm_attribute *attribute = kbm_entry_attribute(entry, wanted->name);
	for (size_t i = 0; attribute != NULL && i < attribute->value_count; i++)
		if (!kbm_state_add_value(wanted->state, attribute->values[i].data,
					 attribute->values[i].length))
			return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

enum kbm_code kbm_attribute_state_read(struct kbm_broker *broker, const struct kbm_target *target,
				       const struct kbm_place *place, struct kbm_state *state,
				       struct kbm_error *error)
{
	struct wanted wanted = {place->name, state};
	const char *const attributes[] = {place->name};
	const struct kbm_directory_request request = {.base = place->path,
						      .scope = KBM_SCOPE_BASE,
						      .attributes = attributes,
						      .attribute_count = 1,
						      .for_person = true};
	enum kbm_code code =
	    kbm_broker_search(broker, target, &request, take_entry, &wanted, error);
	state->present = state->value_count > 0;
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}
