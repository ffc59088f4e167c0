/* What a hive holds at a place of a plan. */
#include "guard/hive_state.h"

#include "base/limits.h"
#include "source/secret_values.h"

/* Plans have it with a mask in the place of a secret. */
static enum kbm_code keep(const struct kbm_place *place, const struct kbm_value *value,
			  struct kbm_state *state, struct kbm_error *error)
{
	struct kbm_bytes told;
	const uint8_t *data = value->data;
	size_t length = value->length;
	kbm_bytes_init(&told, KBM_HIVE_MAX_VALUE_BYTES);
	if (kbm_value_may_be_secret(place->physical, place->name, place->name_length) &&
	    kbm_value_mask_secret(value->type, data, length, &told)) {
		data = told.data;
		length = told.length;
	}
	bool kept = !told.failed && kbm_state_set_value(state, value->type, data, length);
	kbm_bytes_clear(&told);
	return kept ? KBM_OK : kbm_fail(error, KBM_MEMORY, "no memory for a value");
}

static enum kbm_code read_value(const struct kbm_hive *hive, kbm_cell key,
				const struct kbm_place *place, struct kbm_state *state,
				struct kbm_error *error)
{
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_value value = {0};
	kbm_cell cell = 0;
	kbm_bytes_init(&name, 4 * KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	enum kbm_code code =
	    kbm_hive_find_value(hive, key, place->name, place->name_length, &cell, error);
	if (code == KBM_OK)
		code = kbm_hive_value(hive, cell, &name, &data, &value, error);
	if (code == KBM_OK)
		code = keep(place, &value, state, error);
	kbm_bytes_clear(&name);
	kbm_bytes_clear(&data);
	return code;
}

enum kbm_code kbm_hive_state_read(const struct kbm_hive *hive, const struct kbm_place *place,
				  struct kbm_state *state, struct kbm_error *error)
{
	kbm_cell key = 0;
	enum kbm_code code =
	    kbm_hive_find_key(hive, kbm_hive_root(hive), place->physical, &key, error);
	if (code == KBM_OK && place->kind == KBM_PLACE_VALUE)
		code = read_value(hive, key, place, state, error);
	else if (code == KBM_OK)
		state->present = true;
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

enum kbm_code kbm_hive_state_check_change(const struct kbm_change *change, struct kbm_error *error)
{
	bool is_value = change->op == KBM_SET_VALUE || change->op == KBM_DELETE_VALUE;
	enum kbm_place_kind kind = is_value ? KBM_PLACE_VALUE : KBM_PLACE_KEY;
	if ((size_t)change->op > KBM_DELETE_KEY || change->place.kind != kind ||
	    change->place.physical == NULL || change->place.path == NULL ||
	    is_value != (change->place.name != NULL) ||
	    (change->op == KBM_SET_VALUE && change->after.value_count != 1))
		return kbm_fail(error, KBM_INTERNAL, "a change is none of a registry");
	return KBM_OK;
}
