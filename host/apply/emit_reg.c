/* A plan's registry changes as a pair of .reg files. */
#include "apply/emit_reg.h"

#include "source/reg_writer.h"
#include "base/limits.h"
#include "base/text.h"
#include "source/registry_path.h"

#include <string.h>

enum { SHOWN_DATA_BYTES = 300 };

/* --- paths ---------------------------------------------------------------------------------- */

/* Whether the script said CurrentControlSet and the plan's control set is that. */
static bool is_current_set(const struct kbm_plan *plan, const struct kbm_place *place)
{
	const struct kbm_target_identity *target = &plan->target;
	const char *physical = place->physical;
	const char *written = place->path;
	if (target->control_set == NULL || target->control_set_source == NULL ||
	    strcmp(target->control_set_source, "Current") != 0 ||
	    !kbm_path_part_is(kbm_path_next(&physical), target->control_set))
		return false;
	kbm_path_next(&written); /* HKLM */
	kbm_path_next(&written); /* SYSTEM */
	return kbm_path_part_is(kbm_path_next(&written), "CurrentControlSet");
}

/* Whether a hive of one user's profile is changed: where Windows runs its name is another one, the
 * user's SID, which is not in the hive. The hive of nobody has the same name there. */
static bool is_profile(const struct kbm_plan *plan, const char *hive)
{
	static const char users[] = "HKU\\";
	if (strncmp(hive, users, strlen(users)) != 0 ||
	    kbm_text_equals_ascii_case(hive + strlen(users), ".DEFAULT"))
		return false;
	for (size_t i = 0; i < plan->target.source_count; i++) {
		const struct kbm_source_identity *source = &plan->target.sources[i];
		if (strcmp(source->kind, "hive") == 0 && strcmp(source->hive, hive) == 0)
			return true;
	}
	return false;
}

/* The key's path as regedit wants it: from the resolved place, which is what was proved; the path
 * that the script wrote only says whether CurrentControlSet is meant. */
static enum kbm_code full_path(const struct kbm_plan *plan, const struct kbm_place *place,
			       struct kbm_bytes *path, struct kbm_error *error)
{
	struct kbm_bytes base;
	kbm_bytes_init(&base, KBM_PATH_MAX_BYTES);
	kbm_path_of_hive(place->hive, &base);
	const char *rest = kbm_bytes_text(&base);
	const char *word = kbm_path_root(kbm_path_next(&rest));
	bool user = word != NULL && (strcmp(word, "HKCU") == 0 || strcmp(word, "HKCR") == 0);
	kbm_bytes_reset(path);
	kbm_path_long(kbm_bytes_text(&base), path);
	kbm_bytes_clear(&base);
	if (user || is_profile(plan, place->hive))
		return kbm_fail(error, KBM_REFUSED,
				"%s is one user's own hive, which a .reg file cannot name",
				place->hive);
	const char *physical = place->physical;
	if (is_current_set(plan, place)) {
		kbm_path_next(&physical);
		kbm_bytes_append_text(path, "\\CurrentControlSet");
	}
	if (*physical != '\0') {
		kbm_bytes_append_byte(path, '\\');
		kbm_bytes_append_text(path, physical);
	}
	return path->failed ? kbm_fail(error, KBM_LIMIT, "its path is too long") : KBM_OK;
}

/* --- changes -------------------------------------------------------------------------------- */

static enum kbm_code put_state(struct kbm_reg_writer *writer, const struct kbm_place *place,
			       const struct kbm_state *state, struct kbm_error *error)
{
	if (!state->present)
		return kbm_reg_writer_delete_value(writer, place->name, place->name_length, error);
	const struct kbm_blob none = {NULL, 0};
	const struct kbm_blob *data = state->value_count > 0 ? &state->values[0] : &none;
	return kbm_reg_writer_value(writer, place->name, place->name_length, state->type,
				    data->data, data->length, error);
}

/* A person at the server can compare: regedit itself does not look at what was before. */
static void comment_state(struct kbm_reg_writer *writer, const char *what,
			  const struct kbm_state *state)
{
	char type[32];
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, SHOWN_DATA_BYTES);
	if (!state->present)
		kbm_reg_writer_comment(writer, "%s: absent", what);
	else if (state->value_count > 0 && kbm_value_text(state->type, state->values[0].data,
							  state->values[0].length, &shown))
		kbm_reg_writer_comment(writer, "%s: %s %s", what,
				       kbm_value_type_name(state->type, type),
				       kbm_bytes_text(&shown));
	kbm_bytes_clear(&shown);
}

/* One change from `before` to `after`; an undo has them swapped. */
static enum kbm_code put_change(struct kbm_reg_writer *writer, const struct kbm_plan *plan,
				const struct kbm_change *change, bool undo, struct kbm_error *error)
{
	const struct kbm_state *before = undo ? &change->after : &change->before;
	const struct kbm_state *after = undo ? &change->before : &change->after;
	struct kbm_bytes path;
	kbm_bytes_init(&path, KBM_PATH_MAX_BYTES);
	enum kbm_code code = full_path(plan, &change->place, &path, error);
	if (code == KBM_OK && change->op == KBM_DELETE_KEY)
		code = kbm_fail(error, KBM_REFUSED,
				"deletes a key: what is in it is not in the plan, so no undo file "
				"could bring it back");
	if (code == KBM_OK && undo && kbm_change_lost_secret(change)) {
		kbm_reg_writer_comment(writer,
				       "not in this file: %s held a secret, which kbmend does not "
				       "tell; only a backup brings it back",
				       change->place.name);
	} else if (code == KBM_OK && change->place.kind == KBM_PLACE_KEY) {
		code = kbm_reg_writer_key(writer, kbm_bytes_text(&path), !after->present, error);
	} else if (code == KBM_OK) {
		comment_state(writer, "before", before);
		code = kbm_reg_writer_key(writer, kbm_bytes_text(&path), false, error);
		if (code == KBM_OK)
			code = put_state(writer, &change->place, after, error);
	}
	kbm_bytes_clear(&path);
	return code;
}

/* --- files ---------------------------------------------------------------------------------- */

static void put_header(struct kbm_reg_writer *writer, const struct kbm_plan *plan, bool undo)
{
	const struct kbm_target_identity *target = &plan->target;
	const char *name = target->name == NULL || *target->name == '\0' ? "a computer without name"
									 : target->name;
	kbm_reg_writer_comment(writer, "%s %s", undo ? "kbmend undo for" : "kbmend fix for", name);
	for (size_t i = 0; i < plan->script_count; i++)
		kbm_reg_writer_comment(writer, "script %s %s", plan->scripts[i].id,
				       plan->scripts[i].version);
	if (target->control_set != NULL && *target->control_set != '\0')
		kbm_reg_writer_comment(writer, "made for %s (%s)", target->control_set,
				       target->control_set_source);
	kbm_reg_writer_comment(writer, undo ? "takes the fix back; run on the server:"
					    : "compare the values marked 'before', then run on the "
					      "server:");
	kbm_reg_writer_comment(writer, "  regedit /s THIS-FILE");
}

static void put_other_change(struct kbm_reg_writer *writer, const struct kbm_change *change,
			     size_t number)
{
	if (change->op == KBM_MANUAL)
		kbm_reg_writer_comment(writer, "by hand, step %zu: %s", number, change->text);
	else
		kbm_reg_writer_comment(writer,
				       "not in this file: change %zu, in the directory, of %s",
				       number, change->place.path);
	kbm_reg_writer_blank_line(writer);
}

/* Who runs the file is asked nothing: the file itself must say what deserves a thought. */
static void comment_risk(struct kbm_reg_writer *writer, enum kbm_risk risk)
{
	if (risk == KBM_RISK_HIGH)
		kbm_reg_writer_comment(writer, "risk high: regedit does not ask; take this change "
					       "out unless you are sure of it");
	else if (risk == KBM_RISK_MEDIUM)
		kbm_reg_writer_comment(writer, "risk medium: make sure of it first");
}

static enum kbm_code put_numbered(struct kbm_reg_writer *writer, const struct kbm_plan *plan,
				  size_t index, bool undo, struct kbm_error *error)
{
	const struct kbm_change *change = &plan->changes[index];
	struct kbm_error reason = {0};
	if (!kbm_place_is_registry(&change->place)) {
		if (!undo)
			put_other_change(writer, change, index + 1);
		return KBM_OK;
	}
	kbm_reg_writer_comment(writer, "change %zu of %s%s%s", index + 1, change->script,
			       change->why == NULL || *change->why == '\0' ? "" : ": ",
			       change->why == NULL ? "" : change->why);
	if (!undo)
		comment_risk(writer, change->risk);
	enum kbm_code code = put_change(writer, plan, change, undo, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, code, "change %zu cannot go to a .reg file: %s", index + 1,
				reason.message);
	kbm_reg_writer_blank_line(writer);
	return KBM_OK;
}

static enum kbm_code write_file(const struct kbm_plan *plan, bool undo, bool regedit4,
				unsigned codepage, struct kbm_bytes *out, struct kbm_error *error)
{
	struct kbm_reg_writer writer;
	enum kbm_code code = kbm_reg_writer_begin(&writer, regedit4, codepage, error);
	if (code != KBM_OK)
		return code;
	put_header(&writer, plan, undo);
	kbm_reg_writer_blank_line(&writer);
	for (size_t i = 0; code == KBM_OK && i < plan->change_count; i++)
		code =
		    put_numbered(&writer, plan, undo ? plan->change_count - 1 - i : i, undo, error);
	if (code == KBM_OK)
		code = kbm_reg_writer_take(&writer, out, error);
	kbm_reg_writer_clear(&writer);
	return code;
}

enum kbm_code kbm_emit_reg(const struct kbm_plan *plan, bool regedit4, unsigned codepage,
			   struct kbm_bytes *fix, struct kbm_bytes *undo, struct kbm_error *error)
{
	size_t count = 0;
	for (size_t i = 0; i < plan->change_count; i++)
		count += kbm_place_is_registry(&plan->changes[i].place);
	if (count == 0)
		return kbm_fail(error, KBM_REFUSED,
				"the plan changes nothing in the registry: there is no .reg file "
				"to write%s",
				kbm_plan_count(plan, false) == 0
				    ? ""
				    : "; --emit ldif:FILE writes what it changes in the directory");
	enum kbm_code code = write_file(plan, false, regedit4, codepage, fix, error);
	if (code == KBM_OK)
		code = write_file(plan, true, regedit4, codepage, undo, error);
	if (code != KBM_OK) {
		kbm_bytes_reset(fix);
		kbm_bytes_reset(undo);
	}
	return code;
}
