/* A hive as canonical text: all keys, then all values, in byte order, one line each. */
#include "source/hive_dump.h"

#include "source/hive_level.h"

#include <string.h>

static enum kbm_code emit(struct kbm_dump_walk *walk)
{
	if (walk->line.failed)
		return kbm_dump_stop(walk, "a line is too long");
	enum kbm_code code = kbm_dump_spend(walk, walk->line.length + 1);
	if (code != KBM_OK)
		return code;
	return walk->sink(walk->context, kbm_bytes_text(&walk->line), walk->line.length,
			  walk->error);
}

/* The line so far is what all values of a key have in common. */
static enum kbm_code emit_value(struct kbm_dump_walk *walk, const struct kbm_contents_key *key,
				const struct kbm_dump_item *item)
{
	struct kbm_value_node node;
	const uint8_t *data = NULL;
	kbm_bytes_reset(&walk->data);
	enum kbm_code code = kbm_hive_value_node(walk->hive, item->cell, &node, walk->error);
	if (code != KBM_OK)
		return code; /* cannot be: it was read before */
	/* Pieces that were put together in vain cost as if they had been dumped. */
	if (kbm_contents_data(&walk->contents, key, &node, &walk->data, &data) != KBM_OK)
		return kbm_dump_spend(walk, walk->data.length);
	kbm_bytes_append(&walk->line, kbm_bytes_text(&walk->names) + item->name, item->length);
	kbm_bytes_append_byte(&walk->line, '\t');
	kbm_bytes_append_number(&walk->line, node.type);
	kbm_bytes_append_byte(&walk->line, '\t');
	kbm_bytes_append_hex(&walk->line, data, node.length);
	walk->report->values++;
	return emit(walk);
}

/* "K\tpath\t", or V. */
static void begin_line(struct kbm_dump_walk *walk, char kind)
{
	kbm_bytes_reset(&walk->line);
	kbm_bytes_append_byte(&walk->line, (uint8_t)kind);
	kbm_bytes_append_byte(&walk->line, '\t');
	kbm_bytes_append(&walk->line, kbm_bytes_text(&walk->path), walk->path.length);
	kbm_bytes_append_byte(&walk->line, '\t');
}

static enum kbm_code dump_values(struct kbm_dump_walk *walk, kbm_cell key,
				 const struct kbm_key_node *node)
{
	const struct kbm_contents_key read = kbm_dump_key(walk, KBM_DUMP_VALUES, key, node);
	size_t items = walk->items.length;
	size_t names = walk->names.length;
	enum kbm_code code = kbm_dump_push_values(walk, key, node);
	begin_line(walk, 'V');
	size_t begun = walk->line.length;
	for (size_t at = items; code == KBM_OK && at < walk->items.length;
	     at += sizeof(struct kbm_dump_item)) {
		struct kbm_dump_item item = kbm_dump_item_at(walk, at);
		code = emit_value(walk, &read, &item);
		kbm_bytes_cut(&walk->line, begun);
	}
	kbm_bytes_cut(&walk->items, items);
	kbm_bytes_cut(&walk->names, names);
	return code;
}

/* The key whose path is in walk->path: its line, or its values. */
static enum kbm_code dump_key(struct kbm_dump_walk *walk, kbm_cell key)
{
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(walk->hive, key, &node, walk->error);
	if (code != KBM_OK)
		return code;
	if (walk->pass == KBM_DUMP_VALUES)
		return dump_values(walk, key, &node);
	begin_line(walk, 'K');
	kbm_bytes_append_number(&walk->line, node.last_written);
	walk->report->keys++;
	return emit(walk);
}

static enum kbm_code dump_below(struct kbm_dump_walk *walk, kbm_cell key, unsigned depth)
{
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(walk->hive, key, &node, walk->error);
	if (code != KBM_OK)
		return code;
	if (depth >= KBM_HIVE_MAX_DEPTH) {
		kbm_dump_note_depth(walk, key, &node);
		return KBM_OK;
	}
	size_t items = walk->items.length;
	size_t names = walk->names.length;
	size_t path = walk->path.length;
	code = kbm_dump_push_subkeys(walk, key, &node);
	for (size_t at = items; code == KBM_OK && at < walk->items.length;
	     at += sizeof(struct kbm_dump_item)) {
		struct kbm_dump_item item = kbm_dump_item_at(walk, at);
		if (path != 0)
			kbm_bytes_append(&walk->path, "\\", 1);
		kbm_bytes_append(&walk->path, kbm_bytes_text(&walk->names) + item.name,
				 item.length);
		if (walk->path.failed)
			code = kbm_dump_stop(walk, "a path is too long");
		else if (item.end == '\\')
			code = dump_below(walk, item.cell, depth + 1);
		else
			code = dump_key(walk, item.cell);
		kbm_bytes_cut(&walk->path, path);
	}
	kbm_bytes_cut(&walk->items, items);
	kbm_bytes_cut(&walk->names, names);
	return code;
}

static enum kbm_code run_pass(struct kbm_dump_walk *walk, enum kbm_dump_pass pass, kbm_cell key)
{
	kbm_dump_begin(walk, pass, key);
	enum kbm_code code = dump_key(walk, key);
	return code == KBM_OK ? dump_below(walk, key, 0) : code;
}

static enum kbm_code conclude(const struct kbm_dump_walk *walk)
{
	const struct kbm_damages *damages = &walk->report->damages;
	struct kbm_error count;
	enum kbm_code code = kbm_damages_conclude(damages, &count);
	if (code == KBM_OK)
		return KBM_OK;
	return kbm_fail(walk->error, code, "%s; the first: %.150s", count.message,
			damages->first[0].message);
}

enum kbm_code kbm_hive_dump(const struct kbm_hive *hive, kbm_cell key, const char *prefix,
			    kbm_dump_sink *sink, void *context, struct kbm_dump_report *report,
			    struct kbm_error *error)
{
	memset(report, 0, sizeof *report);
	struct kbm_dump_walk walk = {
	    .hive = hive, .sink = sink, .context = context, .report = report, .error = error};
	enum kbm_code code = kbm_dump_open(&walk);
	if (code != KBM_OK)
		goto out;
	kbm_dump_escape_path(prefix, &walk.path);
	if (walk.path.failed) {
		code = kbm_dump_stop(&walk, "a path is too long");
		goto out;
	}
	code = run_pass(&walk, KBM_DUMP_KEYS, key);
	if (code == KBM_OK)
		code = run_pass(&walk, KBM_DUMP_VALUES, key);
	if (code == KBM_OK)
		code = conclude(&walk);
out:
	kbm_dump_close(&walk);
	return code;
}
