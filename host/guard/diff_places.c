/* Which keys of two sources are compared, and what they are called (jobs only). */
#include "guard/diff_places.h"

#include "base/limits.h"

#include <string.h>

#define CURRENT_SET "CurrentControlSet"

void kbm_diff_places_init(struct kbm_diff_places *places, const struct kbm_start_diff *start)
{
	*places = (struct kbm_diff_places){.start = start};
	for (size_t i = 0; i < KBM_SIDES; i++) {
		kbm_question_init(&places->sides[i], &start->sides[i]);
		kbm_bytes_init(&places->asked[i], KBM_PATH_MAX_BYTES);
	}
	kbm_bytes_init(&places->path, KBM_PATH_MAX_BYTES);
	places->is_all = places->sides[KBM_BEFORE].asked[0] == '\0';
}

void kbm_diff_places_clear(struct kbm_diff_places *places)
{
	for (size_t i = 0; i < KBM_SIDES; i++) {
		kbm_question_clear(&places->sides[i]);
		kbm_bytes_clear(&places->asked[i]);
	}
	kbm_bytes_clear(&places->path);
}

bool kbm_diff_is_export(const struct kbm_diff_places *places, size_t side)
{
	return places->start->sides[side].kind == KBM_SOURCE_REG;
}

enum kbm_code kbm_diff_fail_about(const struct kbm_diff_places *places, size_t side,
				  enum kbm_code code, const struct kbm_error *reason,
				  struct kbm_error *error)
{
	if (code == KBM_OK)
		return KBM_OK;
	return kbm_fail(error, code, "%.100s: %s", places->start->names[side], reason->message);
}

/* Of a hive and an export. */
static size_t export_side(const struct kbm_diff_places *places)
{
	return kbm_diff_is_export(places, KBM_BEFORE) ? KBM_BEFORE : KBM_AFTER;
}

static size_t other_side(size_t side)
{
	return side == KBM_BEFORE ? KBM_AFTER : KBM_BEFORE;
}

static bool are_of_two_kinds(const struct kbm_diff_places *places)
{
	return kbm_diff_is_export(places, KBM_BEFORE) != kbm_diff_is_export(places, KBM_AFTER);
}

/* --- all -------------------------------------------------------------------------------------- */

static void set_roots(struct kbm_diff_places *places)
{
	for (size_t i = 0; i < KBM_SIDES; i++) {
		places->cells[i] = kbm_hive_root(places->sides[i].hive);
		places->has_gaps[i] = kbm_diff_is_export(places, i);
	}
}

/* Two hives: what they are called, if both are the same one of Windows', or as --root says. */
static enum kbm_code name_hives(struct kbm_diff_places *places, struct kbm_error *error)
{
	const char *root = places->start->root;
	const char *name = places->start->sides[KBM_BEFORE].hive;
	if (strcmp(name, places->start->sides[KBM_AFTER].hive) != 0)
		name = "";
	if (root[0] == '\0' && name[0] == '\0' && places->start->form == 0)
		return KBM_OK; /* paths are told as they are below the root */
	return kbm_question_name_root(name, root, &places->path, error);
}

/* A hive and an export: the key of the export that is the hive's root. */
static enum kbm_code match_root(struct kbm_diff_places *places, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	size_t export = export_side(places);
	size_t hive = other_side(export);
	const struct kbm_hive *image = places->sides[export].hive;
	enum kbm_code code = kbm_question_name_root(places->start->sides[hive].hive,
						    places->start->root, &places->path, &reason);
	if (code != KBM_OK)
		return kbm_diff_fail_about(places, hive, code, &reason, error);
	const char *path = kbm_bytes_text(&places->path);
	code =
	    kbm_hive_find_key(image, kbm_hive_root(image), path, &places->cells[export], &reason);
	if (code == KBM_NOT_FOUND)
		return kbm_fail(error, KBM_UNREADABLE,
				"%.80s: holds nothing of %.60s, so that there is nothing to "
				"compare; --root says which of its keys the hive is",
				places->start->names[export], path);
	return kbm_diff_fail_about(places, export, code, &reason, error);
}

/* --- one key ---------------------------------------------------------------------------------- */

/* A path below the hive's root is one below the key of the export that the hive is. */
static void complete_for_export(struct kbm_diff_places *places)
{
	size_t export = export_side(places);
	struct kbm_registry_question *question = &places->sides[export];
	struct kbm_bytes *asked = &places->asked[export];
	if (!are_of_two_kinds(places) || kbm_question_is_absolute(question->asked))
		return;
	/* Without a name it is the export's only hive. */
	if (kbm_question_name_root(places->start->sides[other_side(export)].hive,
				   places->start->root, asked, NULL) != KBM_OK)
		return;
	kbm_bytes_printf(asked, "\\%s", question->asked);
	question->asked = kbm_bytes_text(asked);
}

static enum kbm_code find_key(struct kbm_diff_places *places, size_t side, struct kbm_error *error)
{
	struct kbm_registry_question *question = &places->sides[side];
	const struct kbm_hive *hive = NULL;
	enum kbm_code code = kbm_question_open_registry(question, error);
	if (code == KBM_OK)
		code = kbm_question_complete_path(question, error);
	if (code == KBM_OK)
		code =
		    kbm_registry_locate(question->registry, kbm_bytes_text(&question->path), &hive,
					&places->cells[side], &places->has_gaps[side], error);
	if (code == KBM_NOT_FOUND) {
		places->cells[side] = 0;
		return KBM_OK;
	}
	if (code != KBM_OK)
		kbm_question_forget_elsewhere(question, error);
	return code;
}

/* As the side that has the key spells it, a hive rather than an export. */
static enum kbm_code name_key(struct kbm_diff_places *places, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	size_t side = places->cells[KBM_BEFORE] == 0 ? KBM_AFTER : KBM_BEFORE;
	if (kbm_diff_is_export(places, side) && !kbm_diff_is_export(places, KBM_AFTER) &&
	    places->cells[KBM_AFTER] != 0)
		side = KBM_AFTER;
	const char *root = kbm_diff_is_export(places, side) ? "" : places->start->root;
	enum kbm_code code =
	    kbm_question_name_key(&places->sides[side], root, &places->path, &reason);
	if (code == KBM_USAGE && places->start->form == 0) {
		kbm_bytes_reset(&places->path); /* as it is below the root */
		kbm_bytes_append_text(&places->path, places->sides[side].asked);
		return KBM_OK;
	}
	return kbm_diff_fail_about(places, side, code, &reason, error);
}

static enum kbm_code find_keys(struct kbm_diff_places *places, struct kbm_error *error)
{
	complete_for_export(places);
	for (size_t i = 0; i < KBM_SIDES; i++) {
		struct kbm_error reason = {0};
		enum kbm_code code = find_key(places, i, &reason);
		if (code != KBM_OK)
			return kbm_diff_fail_about(places, i, code, &reason, error);
	}
	if (places->cells[KBM_BEFORE] == 0 && places->cells[KBM_AFTER] == 0)
		return kbm_question_no_key(&places->sides[KBM_BEFORE], error);
	return name_key(places, error);
}

enum kbm_code kbm_diff_find(struct kbm_diff_places *places, struct kbm_error *error)
{
	if (!places->is_all)
		return find_keys(places, error);
	set_roots(places);
	if (are_of_two_kinds(places))
		return match_root(places, error);
	/* Exports' keys have their roots' names. */
	return kbm_diff_is_export(places, KBM_BEFORE) ? KBM_OK : name_hives(places, error);
}

/* --- the current control set ------------------------------------------------------------------ */

bool kbm_diff_has_current_set(const struct kbm_diff_places *places)
{
	const char *hive = places->start->sides[other_side(export_side(places))].hive;
	return are_of_two_kinds(places) && places->is_all && places->start->root[0] == '\0' &&
	       strcmp(hive, "SYSTEM") == 0;
}

enum kbm_code kbm_diff_find_current_sets(struct kbm_diff_places *places, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	size_t export = export_side(places);
	size_t side = other_side(export);
	struct kbm_registry_question *question = &places->sides[side];
	char set[32];
	kbm_cell found = 0;
	enum kbm_code code = kbm_hive_find_key(places->sides[export].hive, places->cells[export],
					       CURRENT_SET, &found, &reason);
	if (code == KBM_NOT_FOUND)
		return code;
	places->cells[export] = found;
	if (code == KBM_OK)
		code = kbm_question_open_registry(question, &reason);
	if (code == KBM_OK)
		code = kbm_registry_control_set(question->registry, set, &reason);
	if (code == KBM_OK)
		code = kbm_hive_find_key(question->hive, kbm_hive_root(question->hive), set,
					 &places->cells[side], &reason);
	if (code != KBM_OK)
		return kbm_fail(error, code == KBM_NOT_FOUND ? KBM_UNREADABLE : code,
				"%.60s: its CurrentControlSet cannot be compared: %s",
				places->start->names[side], reason.message);
	kbm_bytes_append_text(&places->path, "\\" CURRENT_SET);
	return KBM_OK;
}
