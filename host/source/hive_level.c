/* Inside the dump and the export of a hive: what lies in one key, taken out, sorted, within
 * budgets. */
#include "source/hive_level.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum kbm_code kbm_dump_open(struct kbm_dump_walk *walk)
{
	const struct kbm_hive *hive = walk->hive;
	uint64_t expanded = (uint64_t)hive->length * KBM_HIVE_DUMP_EXPANSION;
	walk->output_left = expanded > KBM_HIVE_DUMP_MIN_BYTES ? expanded : KBM_HIVE_DUMP_MIN_BYTES;
	kbm_bytes_init(&walk->names, KBM_HIVE_DUMP_MAX_MEMORY / 2);
	kbm_bytes_init(&walk->items, KBM_HIVE_DUMP_MAX_MEMORY / 2);
	kbm_bytes_init(&walk->path, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->line, 2 * KBM_HIVE_MAX_VALUE_BYTES + 2 * KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->name, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->data, KBM_HIVE_MAX_VALUE_BYTES);
	return kbm_contents_begin(hive, &walk->contents, walk->error);
}

void kbm_dump_close(struct kbm_dump_walk *walk)
{
	kbm_contents_end(&walk->contents);
	kbm_bytes_clear(&walk->names);
	kbm_bytes_clear(&walk->items);
	kbm_bytes_clear(&walk->path);
	kbm_bytes_clear(&walk->line);
	kbm_bytes_clear(&walk->name);
	kbm_bytes_clear(&walk->data);
}

enum kbm_code kbm_dump_stop(struct kbm_dump_walk *walk, const char *what)
{
	return kbm_fail(walk->error, KBM_LIMIT, "the dump stopped: %s", what);
}

struct kbm_contents_key kbm_dump_key(const struct kbm_dump_walk *walk, enum kbm_dump_pass pass,
				     kbm_cell cell, const struct kbm_key_node *node)
{
	return (struct kbm_contents_key){
	    .cell = cell,
	    .node = node,
	    .path = kbm_bytes_text(&walk->path),
	    .damages = walk->pass == pass ? &walk->report->damages : NULL,
	};
}

void kbm_dump_note_depth(struct kbm_dump_walk *walk, kbm_cell key, const struct kbm_key_node *node)
{
	const struct kbm_contents_key read = kbm_dump_key(walk, KBM_DUMP_KEYS, key, node);
	kbm_contents_note_depth(&read);
}

void kbm_dump_begin(struct kbm_dump_walk *walk, enum kbm_dump_pass pass, kbm_cell key)
{
	const struct kbm_hive *hive = walk->hive;
	walk->pass = pass;
	kbm_contents_restart(&walk->contents);
	if (pass == KBM_DUMP_KEYS)
		kbm_contents_check_file(hive, key == hive->root, &walk->report->damages);
	const struct kbm_contents_key top = kbm_dump_key(walk, pass, key, NULL);
	kbm_contents_claim(&walk->contents, &top, key, "itself");
}

enum kbm_code kbm_dump_spend(struct kbm_dump_walk *walk, uint64_t bytes)
{
	if (bytes > walk->output_left)
		return kbm_dump_stop(walk, "it would be far larger than a sound hive's");
	walk->output_left -= bytes;
	return KBM_OK;
}

/* Most names are nothing else. */
static size_t plain_run(const char *text, size_t length)
{
	size_t run = 0;
	while (run < length && text[run] >= 0x20 && text[run] < 0x7F && text[run] != '\\' &&
	       text[run] != '%')
		run++;
	return run;
}

void kbm_dump_escape(const char *text, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length;) {
		size_t size = plain_run(text + at, length - at);
		if (size > 0) {
			kbm_bytes_append(out, text + at, size);
			at += size;
			continue;
		}
		uint32_t unit = kbm_text_next(text + at, length - at, &size);
		bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
		if (unit < 0x20 || unit == 0x7F || unit == '\\' || unit == '%' || surrogate)
			kbm_bytes_printf(out, "%%%04X", (unsigned)unit);
		else
			kbm_bytes_append(out, text + at, size);
		at += size;
	}
}

void kbm_dump_escape_path(const char *path, struct kbm_bytes *out)
{
	size_t length = strlen(path);
	for (size_t start = 0; start < length;) {
		size_t part = strcspn(path + start, "\\");
		kbm_dump_escape(path + start, part, out);
		start += part;
		if (start + 1 < length)
			kbm_bytes_append(out, "\\", 1);
		start++;
	}
}

static enum kbm_code push_name(struct kbm_dump_walk *walk, const struct kbm_stored_name *name,
			       struct kbm_dump_item *item)
{
	item->name = walk->names.length;
	enum kbm_code code = kbm_hive_name_text(name, &walk->name, walk->error);
	if (code != KBM_OK)
		return code;
	kbm_dump_escape(kbm_bytes_text(&walk->name), walk->name.length, &walk->names);
	item->length = walk->names.length - item->name;
	return KBM_OK;
}

static enum kbm_code push_item(struct kbm_dump_walk *walk, const struct kbm_dump_item *item)
{
	kbm_bytes_append(&walk->items, item, sizeof *item);
	if (walk->names.failed || walk->items.failed)
		return kbm_dump_stop(walk, "one key holds more names than can be sorted");
	return KBM_OK;
}

struct kbm_dump_item kbm_dump_item_at(const struct kbm_dump_walk *walk, size_t offset)
{
	struct kbm_dump_item item;
	memcpy(&item, walk->items.data + offset, sizeof item);
	return item;
}

static int compare_items(const void *left, const void *right, void *names)
{
	const struct kbm_dump_item *a = left;
	const struct kbm_dump_item *b = right;
	const char *x = kbm_bytes_text(names) + a->name;
	const char *y = kbm_bytes_text(names) + b->name;
	size_t shared = kbm_hive_smaller(a->length, b->length);
	int order = memcmp(x, y, shared);
	if (order != 0)
		return order;
	unsigned char next_x = (unsigned char)(a->length == shared ? a->end : x[shared]);
	unsigned char next_y = (unsigned char)(b->length == shared ? b->end : y[shared]);
	if (next_x != next_y)
		return next_x < next_y ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

static void sort_level(struct kbm_dump_walk *walk, size_t from)
{
	size_t count = (walk->items.length - from) / sizeof(struct kbm_dump_item);
	if (count > 1)
		qsort_r(walk->items.data + from, count, sizeof(struct kbm_dump_item), compare_items,
			&walk->names);
}

static enum kbm_code push_subkey(void *context, kbm_cell cell, const struct kbm_key_node *node,
				 uint32_t position, struct kbm_error *error)
{
	struct kbm_dump_walk *walk = context;
	struct kbm_dump_item item = {.cell = cell, .position = position, .end = '\t'};
	(void)error; /* of the walk, too */
	enum kbm_code code = push_name(walk, &node->name, &item);
	if (code == KBM_OK && (walk->pass == KBM_DUMP_KEYS || node->value_count != 0))
		code = push_item(walk, &item);
	item.end = '\\';
	if (code == KBM_OK && node->subkey_count != 0)
		code = push_item(walk, &item);
	return code;
}

enum kbm_code kbm_dump_push_subkeys(struct kbm_dump_walk *walk, kbm_cell key,
				    const struct kbm_key_node *node)
{
	size_t from = walk->items.length;
	const struct kbm_contents_key read = kbm_dump_key(walk, KBM_DUMP_KEYS, key, node);
	enum kbm_code code =
	    kbm_contents_subkeys(&walk->contents, &read, push_subkey, walk, walk->error);
	sort_level(walk, from);
	return code;
}

static enum kbm_code push_value(void *context, const struct kbm_value_node *node, uint32_t position,
				struct kbm_error *error)
{
	struct kbm_dump_walk *walk = context;
	struct kbm_dump_item item = {.cell = node->cell, .position = position, .end = '\t'};
	(void)error; /* of the walk, too */
	enum kbm_code code = push_name(walk, &node->name, &item);
	return code == KBM_OK ? push_item(walk, &item) : code;
}

enum kbm_code kbm_dump_push_values(struct kbm_dump_walk *walk, kbm_cell key,
				   const struct kbm_key_node *node)
{
	size_t from = walk->items.length;
	const struct kbm_contents_key read = kbm_dump_key(walk, KBM_DUMP_VALUES, key, node);
	enum kbm_code code =
	    kbm_contents_values(&walk->contents, &read, push_value, walk, walk->error);
	sort_level(walk, from);
	return code;
}
