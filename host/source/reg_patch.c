/* Differences between two registries as the text of a .reg file that turns the first into the
 * second. */
#include "source/reg_patch.h"

#include "base/limits.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum {
	FLUSH_AT = 64 * KBM_KIB, /* of text */
	NOTE_BYTES = 900,	 /* of a key's path, or of a name, in a note */
	PIECE_BYTES = 4 * KBM_REG_TEXT_MAX_BYTES
};

enum kbm_code kbm_reg_patch_begin(struct kbm_reg_patch *patch, bool regedit4, unsigned codepage,
				  const struct kbm_hive_export_sink *sink, struct kbm_error *error)
{
	*patch = (struct kbm_reg_patch){.sink = sink};
	kbm_bytes_init(&patch->key, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&patch->note, KBM_TEXT_MAX_BYTES);
	kbm_bytes_init(&patch->piece, PIECE_BYTES);
	return kbm_reg_writer_begin(&patch->writer, regedit4, codepage, error);
}

void kbm_reg_patch_clear(struct kbm_reg_patch *patch)
{
	kbm_reg_writer_clear(&patch->writer);
	kbm_bytes_clear(&patch->key);
	kbm_bytes_clear(&patch->note);
	kbm_bytes_clear(&patch->piece);
}

static enum kbm_code flush(struct kbm_reg_patch *patch, struct kbm_error *error)
{
	kbm_bytes_reset(&patch->piece);
	enum kbm_code code = kbm_reg_writer_take(&patch->writer, &patch->piece, error);
	if (code != KBM_OK || patch->piece.length == 0)
		return code;
	return patch->sink->take_bytes(patch->sink->context, patch->piece.data, patch->piece.length,
				       error);
}

/* --- what the form cannot hold --------------------------------------------------------------- */

static void append_shown(struct kbm_reg_patch *patch, const char *text, size_t length)
{
	kbm_text_escape(text, kbm_text_whole_characters(text, length, NOTE_BYTES), &patch->note);
}

static enum kbm_code omit(struct kbm_reg_patch *patch, const struct kbm_difference *difference,
			  const char *reason, struct kbm_error *error)
{
	const struct kbm_value *value =
	    difference->after != NULL ? difference->after : difference->before;
	if (patch->omitted++ >= KBM_EXPORT_MAX_NOTES)
		return KBM_OK;
	kbm_bytes_reset(&patch->note);
	append_shown(patch, difference->path, difference->path_length);
	if (value != NULL) {
		kbm_bytes_append_text(&patch->note, ", the value '");
		append_shown(patch, value->name, value->name_length);
		kbm_bytes_append_byte(&patch->note, '\'');
	}
	kbm_bytes_printf(&patch->note, ": %s", reason);
	return patch->sink->take_note(patch->sink->context, kbm_bytes_text(&patch->note), error);
}

/* --- lines ----------------------------------------------------------------------------------- */

/* An empty line behind the last key and its values. */
static void end_key(struct kbm_reg_patch *patch)
{
	if (patch->has_key)
		kbm_reg_writer_blank_line(&patch->writer);
	patch->has_key = false;
}

static enum kbm_code begin_key(struct kbm_reg_patch *patch, const char *path,
			       struct kbm_error *error)
{
	if (patch->has_key && strcmp(kbm_bytes_text(&patch->key), path) == 0)
		return KBM_OK;
	enum kbm_code code = kbm_reg_writer_check_key(&patch->writer, path, strlen(path), error);
	if (code != KBM_OK)
		return code;
	end_key(patch);
	kbm_bytes_reset(&patch->key);
	kbm_bytes_append_text(&patch->key, path);
	patch->has_key = true;
	kbm_reg_writer_put_key(&patch->writer, path, false);
	return KBM_OK;
}

static enum kbm_code remove_key(struct kbm_reg_patch *patch, const char *path,
				struct kbm_error *error)
{
	end_key(patch);
	enum kbm_code code = kbm_reg_writer_key(&patch->writer, path, true, error);
	if (code == KBM_OK)
		kbm_reg_writer_blank_line(&patch->writer);
	return code;
}

static enum kbm_code put_value(struct kbm_reg_patch *patch, const struct kbm_difference *difference,
			       struct kbm_error *error)
{
	const struct kbm_value *before = difference->before;
	const struct kbm_value *after = difference->after;
	enum kbm_code code = begin_key(patch, difference->path, error);
	if (code != KBM_OK)
		return code;
	if (after == NULL)
		return kbm_reg_writer_delete_value(&patch->writer, before->name,
						   before->name_length, error);
	return kbm_reg_writer_value(&patch->writer, after->name, after->name_length, after->type,
				    after->data, after->length, error);
}

static enum kbm_code put(struct kbm_reg_patch *patch, const struct kbm_difference *difference,
			 struct kbm_error *error)
{
	switch (difference->kind) {
	case KBM_DIFFERENCE_KEY_ADDED:
		return begin_key(patch, difference->path, error);
	case KBM_DIFFERENCE_KEY_REMOVED:
		return remove_key(patch, difference->path, error);
	case KBM_DIFFERENCE_VALUE_ADDED:
	case KBM_DIFFERENCE_VALUE_REMOVED:
	case KBM_DIFFERENCE_VALUE_CHANGED:
		return put_value(patch, difference, error);
	case KBM_DIFFERENCE_KEY_NAME:
	case KBM_DIFFERENCE_FLAGS:
	case KBM_DIFFERENCE_CLASS:
	case KBM_DIFFERENCE_DESCRIPTOR:
	case KBM_DIFFERENCE_WRITTEN:
	case KBM_DIFFERENCE_VALUE_NAME:
		break;
	}
	return KBM_OK;
}

/* --- the file -------------------------------------------------------------------------------- */

static bool is_written(enum kbm_difference_kind kind)
{
	return kind == KBM_DIFFERENCE_KEY_ADDED || kind == KBM_DIFFERENCE_KEY_REMOVED ||
	       kind == KBM_DIFFERENCE_VALUE_ADDED || kind == KBM_DIFFERENCE_VALUE_REMOVED ||
	       kind == KBM_DIFFERENCE_VALUE_CHANGED;
}

enum kbm_code kbm_reg_patch_add(struct kbm_reg_patch *patch,
				const struct kbm_difference *difference, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	/* What is below a removed key goes with it. */
	if (difference->is_below || !is_written(difference->kind))
		return KBM_OK;
	enum kbm_code code =
	    difference->is_ambiguous
		? kbm_fail(&reason, KBM_REFUSED,
			   "a key's name with a backslash or a NUL, or without a character, "
			   "cannot stand in a .reg file")
		: put(patch, difference, &reason);
	if (code == KBM_REFUSED)
		code = omit(patch, difference, reason.message, error);
	else if (code != KBM_OK)
		return kbm_fail(error, code, "%s", reason.message);
	return code == KBM_OK && patch->writer.text.length >= FLUSH_AT ? flush(patch, error) : code;
}

enum kbm_code kbm_reg_patch_end(struct kbm_reg_patch *patch,
				const struct kbm_reg_patch_doubt *doubt, struct kbm_error *error)
{
	end_key(patch);
	if (doubt->has_damage)
		kbm_reg_writer_comment(&patch->writer, "incomplete: %s",
				       "what could not be read was not compared");
	if (doubt->not_held > 0)
		kbm_reg_writer_comment(&patch->writer,
				       "not compared: %" PRIu64 " of the keys and values, as an "
				       "export that is a part of a registry does not hold them",
				       doubt->not_held);
	if (doubt->is_stale)
		kbm_reg_writer_comment(&patch->writer, "stale: %s",
				       "one of the two was not written to its end");
	enum kbm_code code = flush(patch, error);
	if (code == KBM_OK && patch->omitted > 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"the .reg file is not whole: %" PRIu64 " difference%s left out",
				patch->omitted, patch->omitted == 1 ? " is" : "s are");
	return code;
}
