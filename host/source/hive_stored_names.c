/* Inside the hive reader: stored names compared with each other, and what subkey lists keep of
 * them. */
#include "source/hive_stored_names.h"

#include "base/text.h"

size_t kbm_hive_name_units(const struct kbm_stored_name *name)
{
	return name->compressed ? name->length : name->length / 2U;
}

static uint16_t unit_at(const struct kbm_stored_name *name, size_t index)
{
	return name->compressed ? name->data[index] : kbm_hive_u16(name->data + 2 * index);
}

int kbm_hive_names_order(const struct kbm_stored_name *left, const struct kbm_stored_name *right)
{
	size_t left_units = kbm_hive_name_units(left);
	size_t right_units = kbm_hive_name_units(right);
	size_t shared = kbm_hive_smaller(left_units, right_units);
	for (size_t i = 0; i < shared; i++) {
		uint16_t x = unit_at(left, i);
		uint16_t y = unit_at(right, i);
		if (x == y)
			continue;
		x = kbm_text_upcase(x);
		y = kbm_text_upcase(y);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return left_units < right_units ? -1 : left_units > right_units;
}

bool kbm_hive_names_same(const struct kbm_stored_name *left, const struct kbm_stored_name *right)
{
	size_t units = kbm_hive_name_units(left);
	if (units != kbm_hive_name_units(right))
		return false;
	for (size_t i = 0; i < units; i++)
		if (unit_at(left, i) != unit_at(right, i))
			return false;
	return true;
}

uint32_t kbm_hive_stored_name_hash(const struct kbm_stored_name *name)
{
	uint32_t hash = 0;
	size_t units = kbm_hive_name_units(name);
	for (size_t i = 0; i < units; i++)
		hash = hash * 37 + kbm_text_upcase(unit_at(name, i));
	return hash;
}
