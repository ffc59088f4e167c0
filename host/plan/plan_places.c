/* Whether a plan's places are the ones it shows. */
#include "plan/plan_places.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/registry_path.h"

#include <string.h>

/* The path below the hive's root, with the control set that is meant; false: not of this hive. */
static bool resolve(const struct kbm_place *place, const char *control_set,
		    struct kbm_bytes *normal, struct kbm_bytes *out)
{
	struct kbm_bytes root;
	kbm_bytes_init(&root, KBM_PATH_MAX_BYTES);
	bool done = kbm_path_normalise(place->path, normal, NULL) == KBM_OK &&
		    kbm_path_of_hive(place->hive, &root);
	const char *below =
	    done ? kbm_path_below(kbm_bytes_text(normal), kbm_bytes_text(&root)) : NULL;
	kbm_bytes_clear(&root);
	if (below == NULL)
		return false;
	const char *rest = below;
	struct kbm_path_part first = kbm_path_next(&rest);
	if (!kbm_text_equals_ascii_case(place->hive, "SYSTEM") ||
	    !kbm_path_part_is(first, "CurrentControlSet"))
		return kbm_bytes_append_text(out, below);
	kbm_bytes_append_text(out, control_set);
	if (*rest != '\0')
		kbm_bytes_append_byte(out, '\\');
	return kbm_bytes_append_text(out, rest);
}

static bool is_shown(const struct kbm_place *place, const char *control_set)
{
	struct kbm_bytes normal;
	struct kbm_bytes meant;
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&meant, (size_t)2 * KBM_PATH_MAX_BYTES);
	bool same = resolve(place, control_set, &normal, &meant) &&
		    kbm_text_compare_names(kbm_bytes_text(&meant), meant.length, place->physical,
					   strlen(place->physical)) == 0;
	kbm_bytes_clear(&normal);
	kbm_bytes_clear(&meant);
	return same;
}

enum kbm_code kbm_plan_check_places(const struct kbm_plan *plan, const char *control_set,
				    struct kbm_error *error)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_place *place = &plan->changes[i].place;
		bool is_registry = place->kind == KBM_PLACE_VALUE || place->kind == KBM_PLACE_KEY;
		if (is_registry && !is_shown(place, control_set))
			return kbm_fail(error, KBM_REFUSED,
					"change %zu shows %.80s, but would change %.20s %.80s: the "
					"plan was edited, or is for another control set",
					i + 1, place->path, place->hive, place->physical);
	}
	return KBM_OK;
}
