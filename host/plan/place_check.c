/* Whether the two ways in which a registry place is named lead to one place. */
#include "plan/place_check.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/registry_path.h"

#define CURRENT "CurrentControlSet"

static bool are_equal(struct kbm_path_part left, struct kbm_path_part right)
{
	return kbm_text_compare_names(left.text, left.length, right.text, right.length) == 0;
}

/* The one name that stands for another, whichever. */
static bool stands_for_any(struct kbm_path_part shown, struct kbm_path_part meant)
{
	static const char any[] = "ControlSet";
	if (!kbm_path_part_is(shown, CURRENT))
		return false;
	struct kbm_path_part begin = {meant.text, strlen(any)};
	return meant.length > begin.length && kbm_path_part_is(begin, any);
}

/* Part by part, by Windows' upcase: the physical path is spelled as the hive spells it. */
static bool lead_to_one(const char *shown, const char *physical, bool in_system,
			const char *control_set)
{
	for (bool first = in_system;; first = false) {
		struct kbm_path_part left = kbm_path_next(&shown);
		struct kbm_path_part right = kbm_path_next(&physical);
		if (left.length == 0 || right.length == 0)
			return left.length == right.length;
		bool is_link = first && control_set != NULL && kbm_path_part_is(left, CURRENT);
		if (is_link ? !kbm_path_part_is(right, control_set)
			    : !are_equal(left, right) && !(first && stands_for_any(left, right)))
			return false;
	}
}

bool kbm_place_is_one(const struct kbm_place *place, const char *control_set)
{
	if (!kbm_place_is_registry(place))
		return true;
	if (place->path == NULL || place->hive == NULL || place->physical == NULL)
		return false;
	struct kbm_bytes path;
	struct kbm_bytes hive;
	kbm_bytes_init(&path, 2 * KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&hive, KBM_PATH_MAX_BYTES);
	bool is_one = false;
	if (kbm_path_normalise(place->path, &path, NULL) == KBM_OK &&
	    kbm_path_of_hive(place->hive, &hive)) {
		const char *below = kbm_path_below(kbm_bytes_text(&path), kbm_bytes_text(&hive));
		bool in_system = kbm_text_equals_ascii_case(place->hive, "SYSTEM");
		is_one =
		    below != NULL && lead_to_one(below, place->physical, in_system, control_set);
	}
	kbm_bytes_clear(&path);
	kbm_bytes_clear(&hive);
	return is_one;
}
