/* A hive searched: keys and values whose name or data matches a pattern. */
#include "source/hive_find.h"

#include "base/limits.h"
#include "source/hive_contents.h"
#include "source/hive_find_data.h"
#include "source/hive_level.h"
#include "source/hive_stored_names.h"

#include <stdlib.h>

struct walk {
	const struct kbm_hive *hive;
	const struct kbm_find_order *order;
	struct kbm_find_needle needle;
	const char *prefix;
	kbm_find_sink *sink;
	void *context;
	struct kbm_damages *damages;
	struct kbm_error *error;
	struct kbm_contents contents;
	struct kbm_long_work *work;
	uint64_t left;	/* bytes that may be looked at and found */
	unsigned depth; /* of the key that is read, below the first */
	struct kbm_stored_name names[KBM_HIVE_MAX_DEPTH]; /* of it and those above, likewise */
	const struct kbm_contents_key *key;		  /* whose values are read */
	bool has_path; /* `path` is that of the key whose name was read last */
	struct kbm_bytes path;
	struct kbm_bytes shown; /* a path in the dump's form */
	struct kbm_bytes name;
	struct kbm_bytes data;
};

/* --- damage and budgets --------------------------------------------------------------------- */

/* The path of the key that is read, as damage shows it. */
static const char *show_path(void *context)
{
	struct walk *walk = context;
	struct kbm_bytes *shown = &walk->shown;
	kbm_bytes_reset(shown);
	kbm_dump_escape_path(walk->prefix, shown);
	for (unsigned i = 0; i < walk->depth; i++) {
		if (kbm_hive_name_text(&walk->names[i], &walk->name, NULL) != KBM_OK)
			break;
		if (shown->length > 0)
			kbm_bytes_append_byte(shown, '\\');
		kbm_dump_escape(kbm_bytes_text(&walk->name), walk->name.length, shown);
	}
	return kbm_bytes_text(shown);
}

static struct kbm_contents_key contents_key(struct walk *walk, kbm_cell cell,
					    const struct kbm_key_node *node)
{
	return (struct kbm_contents_key){.cell = cell,
					 .node = node,
					 .damages = walk->damages,
					 .make_path = show_path,
					 .context = walk};
}

static enum kbm_code stop(const struct walk *walk, const char *why)
{
	return kbm_fail(walk->error, KBM_LIMIT, "the search stopped: %s", why);
}

static enum kbm_code spend(struct walk *walk, uint64_t bytes)
{
	if (bytes > walk->left)
		return stop(walk, "it would look at far more than a sound hive holds");
	walk->left -= bytes;
	return KBM_OK;
}

/* --- hits ----------------------------------------------------------------------------------- */

/* The path of the key that is read: of many hits in one key it is made once. */
static enum kbm_code make_path(struct walk *walk)
{
	if (walk->has_path)
		return KBM_OK;
	kbm_bytes_reset(&walk->path);
	kbm_bytes_append_text(&walk->path, walk->prefix);
	for (unsigned i = 0; i < walk->depth; i++) {
		enum kbm_code code = kbm_hive_name_text(&walk->names[i], &walk->name, walk->error);
		if (code != KBM_OK)
			return code;
		if (walk->path.length > 0)
			kbm_bytes_append_byte(&walk->path, '\\');
		kbm_bytes_append(&walk->path, walk->name.data, walk->name.length);
	}
	walk->has_path = !walk->path.failed;
	return walk->has_path ? KBM_OK : stop(walk, "a path is too long");
}

static enum kbm_code hand_out(struct walk *walk, struct kbm_find_hit *hit, size_t size)
{
	hit->path = kbm_bytes_text(&walk->path);
	hit->path_length = walk->path.length;
	enum kbm_code code = spend(walk, hit->path_length + size);
	return code == KBM_OK ? walk->sink(walk->context, hit, walk->error) : code;
}

static enum kbm_code name_matches(struct walk *walk, const struct kbm_stored_name *name,
				  bool *matches)
{
	return kbm_pattern_matches(walk->needle.pattern, name->data, kbm_hive_name_units(name),
				   name->compressed, matches, walk->error);
}

static enum kbm_code found_key(struct walk *walk, const struct kbm_key_node *node)
{
	enum kbm_code code = make_path(walk);
	struct kbm_find_hit hit = {
	    .matched = KBM_FIND_KEY,
	    .last_written = node->last_written,
	    .key = {.name = kbm_bytes_text(&walk->name), /* the path's last */
		    .name_length = walk->name.length,
		    .last_written = node->last_written,
		    .subkey_count = node->subkey_count,
		    .value_count = node->value_count},
	};
	return code == KBM_OK ? hand_out(walk, &hit, walk->name.length) : code;
}

static enum kbm_code found_value(struct walk *walk, unsigned matched,
				 const struct kbm_value_node *node, const uint8_t *data)
{
	enum kbm_code code = make_path(walk);
	if (code == KBM_OK)
		code = kbm_hive_name_text(&node->name, &walk->name, walk->error);
	struct kbm_find_hit hit = {
	    .matched = matched,
	    .last_written = walk->key->node->last_written,
	    .value = {kbm_bytes_text(&walk->name), walk->name.length, node->type, data,
		      node->length},
	};
	return code == KBM_OK ? hand_out(walk, &hit, walk->name.length + node->length) : code;
}

/* --- the walk ------------------------------------------------------------------------------- */

static bool is_wanted_type(const struct kbm_find_order *order, uint32_t type)
{
	for (size_t i = 0; i < order->type_count; i++)
		if (order->types[i] == type)
			return true;
	return order->type_count == 0;
}

/* What of a value that has its type matches, and its data where something does. */
static enum kbm_code match_value(struct walk *walk, const struct kbm_value_node *node,
				 unsigned *matched, const uint8_t **data)
{
	unsigned parts = walk->order->parts;
	enum kbm_code code = KBM_OK;
	bool matches = false;
	if ((parts & KBM_FIND_NAME) != 0)
		code = name_matches(walk, &node->name, &matches);
	unsigned found = matches ? KBM_FIND_NAME : 0;
	if (code != KBM_OK || (found == 0 && (parts & KBM_FIND_DATA) == 0))
		return code;
	kbm_bytes_reset(&walk->data);
	if (kbm_contents_data(&walk->contents, walk->key, node, &walk->data, data) != KBM_OK)
		return spend(walk, walk->data.length);
	code = spend(walk, node->length);
	matches = false;
	if (code == KBM_OK && (parts & KBM_FIND_DATA) != 0)
		code = kbm_find_data_matches(&walk->needle, node->type, *data, node->length,
					     &matches, walk->error);
	*matched = matches ? found | KBM_FIND_DATA : found;
	return code;
}

static enum kbm_code search_value(void *context, const struct kbm_value_node *node,
				  uint32_t position, struct kbm_error *error)
{
	struct walk *walk = context;
	const uint8_t *data = NULL;
	unsigned matched = 0;
	(void)position;
	(void)error; /* of the walk, too */
	enum kbm_code code = kbm_long_work_add(walk->work, 1, walk->error);
	if (code == KBM_OK && is_wanted_type(walk->order, node->type))
		code = match_value(walk, node, &matched, &data);
	return code == KBM_OK && matched != 0 ? found_value(walk, matched, node, data) : code;
}

static enum kbm_code search_key(struct walk *walk, kbm_cell cell, const struct kbm_key_node *node);

static enum kbm_code search_subkey(void *context, kbm_cell cell, const struct kbm_key_node *node,
				   uint32_t position, struct kbm_error *error)
{
	struct walk *walk = context;
	const struct kbm_find_order *order = walk->order;
	(void)position;
	(void)error; /* of the walk, too */
	walk->names[walk->depth++] = node->name;
	walk->has_path = false; /* a key's values were searched before: no hit in it comes later */
	enum kbm_code code = kbm_long_work_add(walk->work, 1, walk->error);
	bool matches = false;
	if (code == KBM_OK && (order->parts & KBM_FIND_KEY) != 0 && order->type_count == 0 &&
	    node->last_written >= order->since)
		code = name_matches(walk, &node->name, &matches);
	if (code == KBM_OK && matches)
		code = found_key(walk, node);
	if (code == KBM_OK)
		code = search_key(walk, cell, node);
	walk->depth--;
	return code;
}

/* The values of a key and what lies below it. */
static enum kbm_code search_key(struct walk *walk, kbm_cell cell, const struct kbm_key_node *node)
{
	const struct kbm_contents_key key = contents_key(walk, cell, node);
	enum kbm_code code = KBM_OK;
	walk->key = &key;
	if ((walk->order->parts & (KBM_FIND_NAME | KBM_FIND_DATA)) != 0 &&
	    node->last_written >= walk->order->since)
		code = kbm_contents_values(&walk->contents, &key, search_value, walk, walk->error);
	walk->key = NULL;
	if (code != KBM_OK || node->subkey_count == 0)
		return code;
	if (walk->depth < KBM_HIVE_MAX_DEPTH)
		return kbm_contents_subkeys(&walk->contents, &key, search_subkey, walk,
					    walk->error);
	kbm_contents_note_depth(&key);
	return KBM_OK;
}

static enum kbm_code search(struct walk *walk, kbm_cell key)
{
	const struct kbm_hive *hive = walk->hive;
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, key, &node, walk->error);
	if (code != KBM_OK)
		return code;
	const struct kbm_contents_key top = contents_key(walk, key, &node);
	kbm_contents_check_file(hive, key == hive->root, walk->damages);
	kbm_contents_claim(&walk->contents, &top, key, "itself");
	code = search_key(walk, key, &node);
	return code == KBM_OK ? kbm_damages_conclude(walk->damages, walk->error) : code;
}

static uint64_t budget(const struct kbm_hive *hive)
{
	uint64_t expanded = (uint64_t)hive->length * KBM_HIVE_FIND_EXPANSION;
	return expanded > KBM_HIVE_FIND_MIN_BYTES ? expanded : KBM_HIVE_FIND_MIN_BYTES;
}

enum kbm_code kbm_hive_find(const struct kbm_hive *hive, kbm_cell key, const char *prefix,
			    const struct kbm_find_order *order, kbm_find_sink *sink, void *context,
			    struct kbm_long_work *work, struct kbm_damages *damages,
			    struct kbm_error *error)
{
	struct walk *walk = calloc(1, sizeof *walk);
	if (walk == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to search a hive");
	*walk = (struct walk){.hive = hive,
			      .order = order,
			      .prefix = prefix,
			      .sink = sink,
			      .context = context,
			      .work = work,
			      .damages = damages,
			      .error = error,
			      .left = budget(hive)};
	kbm_bytes_init(&walk->path, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->shown, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->name, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->data, KBM_HIVE_MAX_VALUE_BYTES);
	enum kbm_code code = kbm_contents_begin(hive, &walk->contents, error);
	if (code == KBM_OK)
		code = kbm_find_needle_make(order, &walk->needle, error);
	if (code == KBM_OK) {
		code = search(walk, key);
		kbm_find_needle_clear(&walk->needle);
	}
	kbm_contents_end(&walk->contents);
	kbm_bytes_clear(&walk->path);
	kbm_bytes_clear(&walk->shown);
	kbm_bytes_clear(&walk->name);
	kbm_bytes_clear(&walk->data);
	free(walk);
	return code;
}
