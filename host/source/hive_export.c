/* A hive, or a part of it, as the text of a .reg file. */
#include "source/hive_export.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_gaps.h"
#include "source/hive_level.h"
#include "source/reg_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	FLUSH_AT = 64 * KBM_KIB, /* of text */
	NOTE_BYTES = 900,	 /* of a key's path, or of a name, in a note */
	PIECE_BYTES = 4 * KBM_REG_TEXT_MAX_BYTES
};

struct export
{
	struct kbm_dump_walk walk; /* its path is as the file has it */
	struct kbm_dump_report damage;
	struct kbm_reg_writer writer;
	const struct kbm_hive_export_order *order;
	const struct kbm_hive_export_sink *sink;
	struct kbm_hive_export_report *report;
	struct kbm_bytes piece; /* the file's bytes on their way */
	struct kbm_bytes note;
	struct kbm_bytes remarks; /* comments that go behind the values of the key at hand */
	uint64_t spent;		  /* of the text in the writer */
};

/* --- what goes out --------------------------------------------------------------------------- */

static enum kbm_code flush(struct export *export)
{
	kbm_bytes_reset(&export->piece);
	enum kbm_code code =
	    kbm_reg_writer_take(&export->writer, &export->piece, export->walk.error);
	export->spent = 0;
	if (code != KBM_OK || export->piece.length == 0)
		return code;
	return export->sink->take_bytes(export->sink->context, export->piece.data,
					export->piece.length, export->walk.error);
}

/* A line, or several, are written: they cost, and go out when there are enough of them. */
static enum kbm_code advance(struct export *export)
{
	uint64_t written = export->writer.text.length;
	enum kbm_code code = kbm_dump_spend(&export->walk, written - export->spent);
	export->spent = written;
	return code == KBM_OK && written >= FLUSH_AT ? flush(export) : code;
}

static void append_shown(struct export *export, const char *text, size_t length)
{
	kbm_text_escape(text, kbm_text_whole_characters(text, length, NOTE_BYTES), &export->note);
}

/* Something is left out. `name`: of a value, or of a subkey (with is_key), of the key in the path.
 */
static enum kbm_code omit(struct export *export, const struct kbm_bytes *name, bool is_key,
			  const char *reason)
{
	kbm_bytes_reset(&export->note);
	append_shown(export, kbm_bytes_text(&export->walk.path), export->walk.path.length);
	kbm_bytes_append_text(&export->note, is_key ? "\\" : ", the value '");
	append_shown(export, kbm_bytes_text(name), name->length);
	kbm_bytes_printf(&export->note, "%s: %s", is_key ? ", with all below it" : "'", reason);
	if (export->report->omitted++ >= KBM_EXPORT_MAX_NOTES)
		return KBM_OK;
	kbm_bytes_append(&export->remarks, export->note.data, export->note.length);
	kbm_bytes_append_byte(&export->remarks, '\0');
	return export->sink->take_note(export->sink->context, kbm_bytes_text(&export->note),
				       export->walk.error);
}

/* A comment ends a key's values, for hivexregedit. */
static void put_remarks(struct export *export)
{
	const struct kbm_bytes *remarks = &export->remarks;
	const char *text = kbm_bytes_text(remarks);
	for (size_t at = 0; at < remarks->length; at += strlen(text + at) + 1)
		kbm_reg_writer_comment(&export->writer, "not in this file: %s", text + at);
	if (remarks->length > 0)
		kbm_reg_writer_blank_line(&export->writer);
	kbm_bytes_reset(&export->remarks);
}

/* --- values ---------------------------------------------------------------------------------- */

static enum kbm_code export_value(struct export *export, const struct kbm_contents_key *key,
				  kbm_cell cell)
{
	struct kbm_dump_walk *walk = &export->walk;
	struct kbm_error reason = {0};
	struct kbm_value_node node;
	const uint8_t *data = NULL;
	kbm_bytes_reset(&walk->data);
	enum kbm_code code = kbm_hive_value_node(walk->hive, cell, &node, walk->error);
	if (code != KBM_OK)
		return code; /* cannot be: it was read before */
	/* Pieces that were put together in vain cost as if they had been written. */
	if (kbm_contents_data(&walk->contents, key, &node, &walk->data, &data) != KBM_OK)
		return kbm_dump_spend(walk, walk->data.length);
	code = kbm_hive_name_text(&node.name, &walk->name, walk->error);
	if (code != KBM_OK)
		return code;
	code = kbm_reg_writer_value(&export->writer, kbm_bytes_text(&walk->name), walk->name.length,
				    node.type, data, node.length, &reason);
	if (code == KBM_REFUSED)
		return omit(export, &walk->name, false, reason.message);
	if (code != KBM_OK)
		return kbm_fail(walk->error, code, "%s", reason.message);
	export->report->values++;
	return advance(export);
}

static enum kbm_code export_values(struct export *export, kbm_cell key,
				   const struct kbm_key_node *node)
{
	struct kbm_dump_walk *walk = &export->walk;
	size_t items = walk->items.length;
	size_t names = walk->names.length;
	walk->pass = KBM_DUMP_VALUES;
	const struct kbm_contents_key read = kbm_dump_key(walk, KBM_DUMP_VALUES, key, node);
	enum kbm_code code = kbm_dump_push_values(walk, key, node);
	for (size_t at = items; code == KBM_OK && at < walk->items.length;
	     at += sizeof(struct kbm_dump_item))
		code = export_value(export, &read, kbm_dump_item_at(walk, at).cell);
	walk->pass = KBM_DUMP_KEYS;
	kbm_bytes_cut(&walk->items, items);
	kbm_bytes_cut(&walk->names, names);
	return code;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* What is done with each subkey, whose path is in the walk. */
typedef enum kbm_code visitor(struct export *export, kbm_cell key, const struct kbm_key_node *node,
			      unsigned depth);

/* Reads the subkey and puts its name behind the path; *omitted when the form cannot hold that. */
static enum kbm_code go_down(struct export *export, kbm_cell key, struct kbm_key_node *node,
			     bool *omitted)
{
	struct kbm_dump_walk *walk = &export->walk;
	struct kbm_error reason = {0};
	size_t length = walk->path.length;
	enum kbm_code code = kbm_hive_key_node(walk->hive, key, node, walk->error);
	if (code == KBM_OK)
		code = kbm_hive_name_text(&node->name, &walk->name, walk->error);
	if (code != KBM_OK)
		return code;
	const char *name = kbm_bytes_text(&walk->name);
	if (walk->name.length == 0 || memchr(name, '\\', walk->name.length) != NULL)
		code = kbm_fail(&reason, KBM_REFUSED, "%s cannot stand in a .reg file",
				walk->name.length == 0 ? "a key without a name"
						       : "a key's name with a backslash");
	if (length > 0)
		kbm_bytes_append_byte(&walk->path, '\\');
	kbm_bytes_append(&walk->path, name, walk->name.length);
	if (walk->path.failed)
		return kbm_dump_stop(walk, "a path is too long");
	if (code == KBM_OK)
		code = kbm_reg_writer_check_key(&export->writer, kbm_bytes_text(&walk->path),
						walk->path.length, &reason);
	*omitted = code == KBM_REFUSED;
	if (code != KBM_REFUSED)
		return code;
	kbm_bytes_cut(&walk->path, length);
	code = omit(export, &walk->name, true, reason.message);
	put_remarks(export);
	return code == KBM_OK ? advance(export) : code;
}

/* Of the subkeys in the list that `node` names; each is visited once, in the order of their names.
 */
static enum kbm_code visit_subkeys(struct export *export, kbm_cell key,
				   const struct kbm_key_node *node, visitor *visit, unsigned depth)
{
	struct kbm_dump_walk *walk = &export->walk;
	size_t items = walk->items.length;
	size_t names = walk->names.length;
	size_t path = walk->path.length;
	if (depth >= KBM_HIVE_MAX_DEPTH) {
		if (node->subkey_count > 0)
			kbm_dump_note_depth(walk, key, node);
		return KBM_OK;
	}
	enum kbm_code code = kbm_dump_push_subkeys(walk, key, node);
	for (size_t at = items; code == KBM_OK && at < walk->items.length;
	     at += sizeof(struct kbm_dump_item)) {
		struct kbm_dump_item item = kbm_dump_item_at(walk, at);
		struct kbm_key_node subkey;
		bool omitted = false;
		if (item.end != '\t') /* the same key again, for what is below it */
			continue;
		code = go_down(export, item.cell, &subkey, &omitted);
		if (code == KBM_OK && !omitted)
			code = visit(export, item.cell, &subkey, depth + 1);
		kbm_bytes_cut(&walk->path, path);
	}
	kbm_bytes_cut(&walk->items, items);
	kbm_bytes_cut(&walk->names, names);
	return code;
}

/* A key that the export knows not to be there, or one that leads to such. */
static enum kbm_code export_missing(struct export *export, kbm_cell key,
				    const struct kbm_key_node *node, unsigned depth);

static enum kbm_code export_gaps(struct export *export, kbm_cell key, unsigned depth)
{
	struct kbm_key_node missing;
	enum kbm_code code =
	    kbm_hive_missing_node(export->walk.hive, key, &missing, export->walk.error);
	return code == KBM_OK ? visit_subkeys(export, key, &missing, export_missing, depth) : code;
}

static enum kbm_code export_missing(struct export *export, kbm_cell key,
				    const struct kbm_key_node *node, unsigned depth)
{
	bool is_partial = false;
	(void)node; /* it holds nothing: what it leads to is listed elsewhere */
	enum kbm_code code =
	    kbm_hive_is_partial(export->walk.hive, key, &is_partial, export->walk.error);
	if (code != KBM_OK)
		return code;
	if (is_partial)
		return export_gaps(export, key, depth);
	kbm_reg_writer_put_key(&export->writer, kbm_bytes_text(&export->walk.path), true);
	kbm_reg_writer_blank_line(&export->writer);
	return advance(export);
}

/* The line of the key in the walk's path, and its values. */
static enum kbm_code export_own(struct export *export, kbm_cell key,
				const struct kbm_key_node *node, unsigned depth)
{
	const struct kbm_bytes *path = &export->walk.path;
	enum kbm_code code = KBM_OK;
	export->report->keys++;
	if (depth == 0) /* the others were checked on the way down */
		code = kbm_reg_writer_check_key(&export->writer, kbm_bytes_text(path), path->length,
						export->walk.error);
	if (code != KBM_OK)
		return code;
	kbm_reg_writer_put_key(&export->writer, kbm_bytes_text(path), false);
	code = export_values(export, key, node);
	kbm_reg_writer_blank_line(&export->writer);
	put_remarks(export);
	return code;
}

/* The key in the walk's path: its line, its values, its subkeys. Recursion: at most
 * KBM_HIVE_MAX_DEPTH deep. */
static enum kbm_code export_key(struct export *export, kbm_cell key,
				const struct kbm_key_node *node, unsigned depth)
{
	struct kbm_dump_walk *walk = &export->walk;
	bool is_partial = false;
	enum kbm_code code = KBM_OK;
	if (export->order->has_gaps)
		code = kbm_hive_is_partial(walk->hive, key, &is_partial, walk->error);
	/* Who lists a key says that it holds all of it. */
	if (code == KBM_OK && walk->path.length > 0 && (!is_partial || node->value_count > 0))
		code = export_own(export, key, node, depth);
	if (code == KBM_OK)
		code = advance(export);
	if (code == KBM_OK)
		code = visit_subkeys(export, key, node, export_key, depth);
	return code == KBM_OK && is_partial ? export_gaps(export, key, depth) : code;
}

/* --- the whole ------------------------------------------------------------------------------- */

static enum kbm_code tell_damage(struct export *export)
{
	const struct kbm_damages *damages = &export->damage.damages;
	enum kbm_code code = KBM_OK;
	for (uint64_t i = 0; code == KBM_OK && i < kbm_damages_kept(damages); i++) {
		const struct kbm_damage *damage = &damages->first[i];
		kbm_bytes_reset(&export->note);
		append_shown(export, damage->path, strlen(damage->path));
		kbm_bytes_printf(&export->note, "%s%s", damage->path[0] == '\0' ? "" : ": ",
				 damage->message);
		code = export->sink->take_note(export->sink->context, kbm_bytes_text(&export->note),
					       export->walk.error);
	}
	export->report->damages = damages->count;
	if (code == KBM_OK && damages->count > kbm_damages_kept(damages)) {
		kbm_bytes_reset(&export->note);
		kbm_bytes_printf(&export->note, "what lies in %" PRIu64 " more such places",
				 damages->count - kbm_damages_kept(damages));
		code = export->sink->take_note(export->sink->context, kbm_bytes_text(&export->note),
					       export->walk.error);
	}
	return code;
}

static enum kbm_code conclude(const struct export *export)
{
	const struct kbm_hive_export_report *report = export->report;
	char parts[2][80] = {"", ""};
	if (report->omitted == 0 && report->damages == 0)
		return KBM_OK;
	if (report->omitted > 0)
		snprintf(parts[0], sizeof parts[0], "%" PRIu64 " %s left out", report->omitted,
			 report->omitted == 1 ? "key or value is" : "keys or values are");
	if (report->damages > 0)
		snprintf(parts[1], sizeof parts[1], "%" PRIu64 " place%s could not be read",
			 report->damages, report->damages == 1 ? "" : "s");
	return kbm_fail(export->walk.error, KBM_UNREADABLE, "the export is not whole: %s%s%s",
			parts[0], parts[0][0] != '\0' && parts[1][0] != '\0' ? ", " : "", parts[1]);
}

static enum kbm_code run(struct export *export, kbm_cell key)
{
	struct kbm_dump_walk *walk = &export->walk;
	if (!kbm_bytes_append_text(&walk->path, export->order->path))
		return kbm_dump_stop(walk, "a path is too long");
	kbm_dump_begin(walk, KBM_DUMP_KEYS, key);
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(walk->hive, key, &node, walk->error);
	if (code == KBM_OK)
		code = export_key(export, key, &node, 0);
	put_remarks(export);
	if (code == KBM_OK)
		code = flush(export);
	if (code == KBM_OK)
		code = tell_damage(export);
	return code == KBM_OK ? conclude(export) : code;
}

enum kbm_code kbm_hive_export(const struct kbm_hive *hive, kbm_cell key,
			      const struct kbm_hive_export_order *order,
			      const struct kbm_hive_export_sink *sink,
			      struct kbm_hive_export_report *report, struct kbm_error *error)
{
	struct export export = {.order = order, .sink = sink, .report = report};
	export.walk =
	    (struct kbm_dump_walk){.hive = hive, .report = &export.damage, .error = error};
	kbm_bytes_init(&export.piece, PIECE_BYTES);
	kbm_bytes_init(&export.note, KBM_TEXT_MAX_BYTES);
	kbm_bytes_init(&export.remarks, (size_t)KBM_EXPORT_MAX_NOTES * KBM_TEXT_MAX_BYTES);
	enum kbm_code code = kbm_dump_open(&export.walk);
	if (code == KBM_OK)
		code =
		    kbm_reg_writer_begin(&export.writer, order->regedit4, order->codepage, error);
	if (code == KBM_OK) {
		code = run(&export, key);
		kbm_reg_writer_clear(&export.writer);
	}
	kbm_dump_close(&export.walk);
	kbm_bytes_clear(&export.piece);
	kbm_bytes_clear(&export.note);
	kbm_bytes_clear(&export.remarks);
	return code;
}
