/* Changing a hive in memory: opening, paths, finishing. */
#include "source/hive_edit.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_base.h"
#include "source/hive_cells.h"
#include "source/hive_edit_parts.h"
#include "source/hive_format.h"

#include <stdlib.h>
#include <string.h>

/* --- opening and finishing ------------------------------------------------------------------ */

/* Damage is a reason not to write. */
static enum kbm_code refuse_damage(enum kbm_code code, const struct kbm_error *reason,
				   struct kbm_error *error)
{
	if (code == KBM_UNREADABLE)
		return kbm_fail(error, KBM_REFUSED, "is not written to, it is damaged (%s)",
				reason->message);
	if (code != KBM_OK)
		return kbm_fail(error, code, "%s", reason->message);
	return code;
}

static enum kbm_code open_parts(struct kbm_hive_editor *editor, size_t capacity,
				struct kbm_error *error)
{
	enum kbm_code code = kbm_hive_open(editor->bytes, editor->length, &editor->hive, error);
	if (code != KBM_OK)
		return code;
	if (kbm_hive_info(editor->hive)->state != KBM_HIVE_CLEAN)
		return kbm_fail(error, KBM_REFUSED, "is not written to: %s",
				kbm_hive_state_text(editor->hive));
	size_t most = kbm_hive_smaller(capacity, KBM_HIVE_MAX_BYTES) - KBM_HIVE_BASE_BLOCK;
	code = kbm_space_open(&editor->space, editor->bytes + KBM_HIVE_BASE_BLOCK,
			      editor->hive->length, (uint32_t)most, error);
	editor->was_sparse = code == KBM_OK && kbm_edit_is_sparse(editor);
	return code;
}

enum kbm_code kbm_hive_edit_open(uint8_t *bytes, size_t length, size_t capacity, uint64_t now,
				 struct kbm_hive_editor **editor, struct kbm_error *error)
{
	if (length > capacity)
		return kbm_fail(error, KBM_USAGE, "a hive of %zu bytes in memory of %zu", length,
				capacity);
	struct kbm_hive_editor *opened = calloc(1, sizeof *opened);
	if (opened == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to change a hive");
	opened->bytes = bytes;
	opened->length = length;
	opened->now = now;
	struct kbm_error reason = {0};
	enum kbm_code code = open_parts(opened, capacity, &reason);
	if (code == KBM_OK) {
		*editor = opened;
		opened = NULL;
	}
	kbm_hive_edit_close(opened);
	return refuse_damage(code, &reason, error);
}

void kbm_hive_edit_close(struct kbm_hive_editor *editor)
{
	if (editor == NULL)
		return;
	kbm_space_close(&editor->space);
	kbm_hive_close(editor->hive);
	free(editor);
}

enum kbm_code kbm_hive_edit_finish(struct kbm_hive_editor *editor, size_t *length,
				   struct kbm_error *error)
{
	if (editor->has_failed)
		return kbm_fail(error, KBM_REFUSED, "cannot be finished: an edit failed");
	if (editor->has_changed) {
		uint8_t *base = editor->bytes;
		uint32_t sequence = kbm_hive_u32(base + KBM_BASE_SEQUENCE) + 1;
		kbm_space_trim(&editor->space);
		if (!editor->was_sparse && kbm_edit_is_sparse(editor))
			kbm_edit_compact(editor);
		editor->hive->length = editor->space.length;
		*editor->hive->memo = (struct kbm_hive_memo){0};
		kbm_put32(base + KBM_BASE_SEQUENCE, sequence);
		kbm_put32(base + KBM_BASE_SECOND_SEQUENCE, sequence);
		kbm_put64(base + KBM_BASE_TIME, editor->now);
		kbm_put64(base + KBM_HIVE_BASE_BLOCK + KBM_BIN_TIME, editor->now);
		/* Behind the bins there may be padding: it stays while they do. */
		if (kbm_hive_u32(base + KBM_BASE_BINS) != editor->space.length)
			editor->length = KBM_HIVE_BASE_BLOCK + (size_t)editor->space.length;
		kbm_put32(base + KBM_BASE_BINS, editor->space.length);
		kbm_put32(base + KBM_BASE_CHECKSUM, kbm_hive_checksum(base));
		editor->has_changed = false;
	}
	*length = editor->length;
	return KBM_OK;
}

/* --- names and paths ------------------------------------------------------------------------ */

/* `text` as units; `memory` is the caller's to free. */
static enum kbm_code read_name(const char *text, size_t length, uint16_t **memory,
			       struct kbm_edit_name *name, struct kbm_error *error)
{
	uint16_t *units = NULL;
	size_t count = 0;
	enum kbm_code code = kbm_hive_read_units(text, length, 2, &units, &count, error);
	if (code != KBM_OK)
		return code;
	for (size_t i = 0; i < count; i++)
		units[count + i] = kbm_text_upcase(units[i]);
	*name = (struct kbm_edit_name){units, units + count, count};
	*memory = units;
	return KBM_OK;
}

/* The next key's name, cut off the beginning of *rest. */
static enum kbm_code next_component(struct kbm_edit_name *rest, unsigned depth,
				    struct kbm_edit_name *name, struct kbm_error *error)
{
	size_t end = 0;
	while (end < rest->count && rest->units[end] != '\\')
		end++;
	*name = (struct kbm_edit_name){rest->units, rest->upcased, end};
	if (end == 0 || end + 1 == rest->count)
		return kbm_fail(error, KBM_USAGE, "key %u of the path has no name",
				end == 0 ? depth : depth + 1);
	if (end > KBM_HIVE_MAX_KEY_UNITS)
		return kbm_fail(error, KBM_LIMIT,
				"key %u of the path has a name of %zu units, at most %u", depth,
				end, KBM_HIVE_MAX_KEY_UNITS);
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(error, KBM_LIMIT, "a path of more than %u keys",
				KBM_HIVE_MAX_DEPTH);
	size_t used = end < rest->count ? end + 1 : end;
	rest->units += used;
	rest->upcased += used;
	rest->count -= used;
	return KBM_OK;
}

/* Where a path leads: to `key`, which is at `place` of `parent`. */
struct target {
	kbm_cell key;
	kbm_cell parent; /* 0: `key` is the root */
	struct kbm_edit_place place;
};

/* Missing keys are created, or end the walk with KBM_NOT_FOUND. */
static enum kbm_code walk(struct kbm_hive_editor *editor, struct kbm_edit_name path, bool creates,
			  struct target *target, struct kbm_error *error)
{
	*target = (struct target){.key = kbm_hive_root(editor->hive)};
	for (unsigned depth = 1; path.count > 0; depth++) {
		struct kbm_edit_name name;
		enum kbm_code code = next_component(&path, depth, &name, error);
		if (code != KBM_OK)
			return code;
		target->parent = target->key;
		code = kbm_edit_find_subkey(editor, target->parent, &name, &target->place, error);
		if (code == KBM_OK)
			target->key = target->place.key;
		else if (code == KBM_NOT_FOUND && creates)
			code = kbm_edit_create_key(editor, target->parent, &target->place, &name,
						   &target->key, error);
		if (code == KBM_NOT_FOUND)
			return kbm_fail(error, code, "key %u of the path is not there", depth);
		if (code != KBM_OK)
			return code;
	}
	return KBM_OK;
}

/* Checks all of a path before anything is changed. */
static enum kbm_code read_path(const char *path, uint16_t **memory, struct kbm_edit_name *name,
			       struct kbm_error *error)
{
	size_t length = strnlen(path, KBM_PATH_MAX_BYTES + 1);
	if (length > KBM_PATH_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a registry path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	enum kbm_code code = read_name(path, length, memory, name, error);
	if (code != KBM_OK)
		return code;
	struct kbm_edit_name rest = *name;
	for (unsigned depth = 1; code == KBM_OK && rest.count > 0; depth++) {
		struct kbm_edit_name component;
		code = next_component(&rest, depth, &component, error);
	}
	return code;
}

/* --- edits ---------------------------------------------------------------------------------- */

/* What is done to the key that a path leads to. */
struct edit {
	bool creates; /* missing keys on the way */
	const struct kbm_edit_name *name;
	const struct kbm_value *value;
	/* NULL: the key is all */
	enum kbm_code (*apply)(struct kbm_hive_editor *editor, const struct target *target,
			       const struct edit *edit, struct kbm_error *error);
};

static enum kbm_code run(struct kbm_hive_editor *editor, const char *path, const struct edit *edit,
			 struct kbm_error *error)
{
	if (editor->has_failed)
		return kbm_fail(error, KBM_REFUSED, "cannot be changed: an edit failed");
	uint16_t *memory = NULL;
	struct kbm_edit_name components = {0};
	struct target target = {0};
	struct kbm_error reason = {0};
	enum kbm_code code = read_path(path, &memory, &components, &reason);
	if (code == KBM_OK) {
		code = walk(editor, components, edit->creates, &target, &reason);
		if (code == KBM_OK && edit->apply != NULL)
			code = edit->apply(editor, &target, edit, &reason);
		editor->has_failed = code != KBM_OK && code != KBM_NOT_FOUND && code != KBM_USAGE;
	}
	free(memory);
	return refuse_damage(code, &reason, error);
}

enum kbm_code kbm_hive_edit_create_key(struct kbm_hive_editor *editor, const char *path,
				       struct kbm_error *error)
{
	struct edit edit = {.creates = true};
	return run(editor, path, &edit, error);
}

static enum kbm_code apply_delete_key(struct kbm_hive_editor *editor, const struct target *target,
				      const struct edit *edit, struct kbm_error *error)
{
	(void)edit;
	if (target->parent == 0)
		return kbm_fail(error, KBM_USAGE, "the root of a hive is not deleted");
	enum kbm_code code = kbm_edit_remove_subkey(editor, target->parent, target->place, error);
	return code == KBM_OK ? kbm_edit_drop_key(editor, target->key, error) : code;
}

enum kbm_code kbm_hive_edit_delete_key(struct kbm_hive_editor *editor, const char *path,
				       struct kbm_error *error)
{
	struct edit edit = {.apply = apply_delete_key};
	return run(editor, path, &edit, error);
}

static enum kbm_code apply_value(struct kbm_hive_editor *editor, const struct target *target,
				 const struct edit *edit, struct kbm_error *error)
{
	if (edit->value == NULL)
		return kbm_edit_delete_value(editor, target->key, edit->name, error);
	return kbm_edit_set_value(editor, target->key, edit->name, edit->value, error);
}

/* `value` NULL: it is deleted. */
static enum kbm_code change_value(struct kbm_hive_editor *editor, const char *path,
				  const char *text, size_t length, const struct kbm_value *value,
				  struct kbm_error *error)
{
	uint16_t *memory = NULL;
	struct kbm_edit_name name = {0};
	enum kbm_code code = read_name(text, length, &memory, &name, error);
	if (code == KBM_OK && name.count > KBM_HIVE_MAX_NAME_UNITS)
		code = kbm_fail(error, KBM_LIMIT, "a value's name of %zu units, at most %u",
				name.count, KBM_HIVE_MAX_NAME_UNITS);
	if (code == KBM_OK) {
		struct edit edit = {value != NULL, &name, value, apply_value};
		code = run(editor, path, &edit, error);
	}
	free(memory);
	return code;
}

enum kbm_code kbm_hive_edit_set_value(struct kbm_hive_editor *editor, const char *path,
				      const struct kbm_value *value, struct kbm_error *error)
{
	if (value->length > KBM_HIVE_MAX_VALUE_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a value of %zu bytes, at most %lu",
				value->length, KBM_HIVE_MAX_VALUE_BYTES);
	return change_value(editor, path, value->name, value->name_length, value, error);
}

enum kbm_code kbm_hive_edit_delete_value(struct kbm_hive_editor *editor, const char *path,
					 const char *name, size_t name_length,
					 struct kbm_error *error)
{
	return change_value(editor, path, name, name_length, NULL, error);
}
