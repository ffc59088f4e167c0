/* A hive searched: keys and values whose name or data matches a pattern. */
#include "source/hive_find.h"

#include "base/limits.h"
#include "source/hive_claims.h"
#include "source/hive_find_data.h"
#include "source/hive_lists.h"
#include "source/hive_stored_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct kbm_hive *hive;
	const struct kbm_find_order *order;
	struct kbm_find_needle needle;
	const char *prefix;
	kbm_find_sink *sink;
	void *context;
	struct kbm_error *error;
	uint8_t *claimed; /* hive_claims.h */
	uint64_t left;	  /* bytes that may be looked at and found */
	uint64_t looked;  /* keys and values */
	uint64_t damages;
	char first_damage[KBM_ERROR_MESSAGE_BYTES];
	struct kbm_stored_name names[KBM_HIVE_MAX_DEPTH]; /* of the keys above, below the first */
	bool has_path; /* `path` is that of the key whose name was read last */
	struct kbm_bytes path;
	struct kbm_bytes name;
	struct kbm_bytes data;
};

/* --- damage and budgets --------------------------------------------------------------------- */

/* Where the next damage's message goes: only the first one is kept. */
static struct kbm_error *slot(const struct walk *walk, struct kbm_error *message)
{
	message->message[0] = '\0';
	return walk->damages == 0 ? message : NULL;
}

static void note(struct walk *walk, const char *message)
{
	if (walk->damages++ == 0)
		snprintf(walk->first_damage, sizeof walk->first_damage, "%s", message);
}

/* False, and noted, when the cell was read for another place. */
static bool claim(struct walk *walk, kbm_cell cell)
{
	struct kbm_error message;
	if (kbm_claim(walk->claimed, walk->hive, cell, slot(walk, &message)) == KBM_OK)
		return true;
	note(walk, message.message);
	return false;
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

/* Counts one key or value. */
static enum kbm_code look(struct walk *walk)
{
	if (++walk->looked % KBM_FIND_WORD_AFTER != 0)
		return KBM_OK;
	const struct kbm_find_hit word = {.looked = walk->looked};
	return walk->sink(walk->context, &word, walk->error);
}

/* --- hits ----------------------------------------------------------------------------------- */

/* The path of the key that lies `depth` below the first: of many hits in one key it is made once.
 */
static enum kbm_code make_path(struct walk *walk, unsigned depth)
{
	if (walk->has_path)
		return KBM_OK;
	kbm_bytes_reset(&walk->path);
	kbm_bytes_append_text(&walk->path, walk->prefix);
	for (unsigned i = 0; i < depth; i++) {
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
	hit->looked = walk->looked;
	enum kbm_code code = spend(walk, hit->path_length + size);
	return code == KBM_OK ? walk->sink(walk->context, hit, walk->error) : code;
}

static enum kbm_code name_matches(struct walk *walk, const struct kbm_stored_name *name,
				  bool *matches)
{
	return kbm_pattern_matches(walk->needle.pattern, name->data, kbm_hive_name_units(name),
				   name->compressed, matches, walk->error);
}

static enum kbm_code found_key(struct walk *walk, const struct kbm_key_node *node, unsigned depth)
{
	enum kbm_code code = make_path(walk, depth);
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

static enum kbm_code found_value(struct walk *walk, const struct kbm_key_node *key, unsigned depth,
				 unsigned matched, const struct kbm_value_node *node,
				 const uint8_t *data)
{
	enum kbm_code code = make_path(walk, depth);
	if (code == KBM_OK)
		code = kbm_hive_name_text(&node->name, &walk->name, walk->error);
	struct kbm_find_hit hit = {
	    .matched = matched,
	    .last_written = key->last_written,
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

static enum kbm_code search_value(struct walk *walk, const struct kbm_key_node *key, unsigned depth,
				  kbm_cell cell)
{
	struct kbm_error message;
	struct kbm_value_node node;
	const uint8_t *data = NULL;
	if (!claim(walk, cell))
		return KBM_OK;
	if (kbm_hive_value_node(walk->hive, cell, &node, slot(walk, &message)) != KBM_OK) {
		note(walk, message.message);
		return KBM_OK;
	}
	enum kbm_code code = look(walk);
	if (code != KBM_OK || !is_wanted_type(walk->order, node.type))
		return code;
	unsigned parts = walk->order->parts;
	bool matches = false;
	if ((parts & KBM_FIND_NAME) != 0)
		code = name_matches(walk, &node.name, &matches);
	if (code != KBM_OK)
		return code;
	unsigned matched = matches ? KBM_FIND_NAME : 0;
	if (matched == 0 && (parts & KBM_FIND_DATA) == 0)
		return KBM_OK;
	kbm_bytes_reset(&walk->data);
	if (kbm_hive_value_data(walk->hive, &node, &walk->data, &data, slot(walk, &message)) !=
	    KBM_OK) {
		note(walk, message.message);
		return spend(walk, walk->data.length);
	}
	code = spend(walk, node.length);
	matches = false;
	if (code == KBM_OK && (parts & KBM_FIND_DATA) != 0)
		code = kbm_find_data_matches(&walk->needle, node.type, data, node.length, &matches,
					     walk->error);
	if (matches)
		matched |= KBM_FIND_DATA;
	return code == KBM_OK && matched != 0 ? found_value(walk, key, depth, matched, &node, data)
					      : code;
}

static enum kbm_code search_values(struct walk *walk, const struct kbm_key_node *key,
				   unsigned depth)
{
	struct kbm_error message;
	const uint8_t *entries;
	uint32_t count;
	if (key->value_count == 0 || !claim(walk, key->value_list))
		return KBM_OK;
	if (kbm_hive_value_list(walk->hive, key, &entries, &count, slot(walk, &message)) !=
	    KBM_OK) {
		note(walk, message.message);
		return KBM_OK;
	}
	if (count < key->value_count) {
		kbm_hive_short_value_list(key, count, slot(walk, &message));
		note(walk, message.message);
	}
	enum kbm_code code = KBM_OK;
	for (uint32_t i = 0; code == KBM_OK && i < count; i++)
		code = search_value(walk, key, depth, kbm_hive_u32(entries + i * sizeof(kbm_cell)));
	return code;
}

static enum kbm_code search_key(struct walk *walk, kbm_cell cell, const struct kbm_key_node *node,
				unsigned depth);

static enum kbm_code search_subkey(struct walk *walk, kbm_cell cell, unsigned depth)
{
	const struct kbm_find_order *order = walk->order;
	struct kbm_error message;
	struct kbm_key_node node;
	if (!claim(walk, cell))
		return KBM_OK;
	if (kbm_hive_key_node(walk->hive, cell, &node, slot(walk, &message)) != KBM_OK) {
		note(walk, message.message);
		return KBM_OK;
	}
	walk->names[depth] = node.name;
	walk->has_path = false; /* a key's values were searched before: no hit in it comes later */
	enum kbm_code code = look(walk);
	bool matches = false;
	if (code == KBM_OK && (order->parts & KBM_FIND_KEY) != 0 && order->type_count == 0 &&
	    node.last_written >= order->since)
		code = name_matches(walk, &node.name, &matches);
	if (code == KBM_OK && matches)
		code = found_key(walk, &node, depth + 1);
	return code == KBM_OK ? search_key(walk, cell, &node, depth + 1) : code;
}

static void check_count(struct walk *walk, const struct kbm_subkeys *list)
{
	uint32_t held = list->first + list->entry_count;
	if (held == list->said)
		return;
	struct kbm_error message;
	kbm_fail(slot(walk, &message), KBM_UNREADABLE,
		 "the key at file offset 0x%" PRIX64
		 " says it has %u subkeys, %u can be read in its list",
		 kbm_hive_file_offset(list->key), list->said, held);
	note(walk, message.message);
}

static enum kbm_code search_subkeys(struct walk *walk, struct kbm_subkeys *list, unsigned depth)
{
	unsigned bad = 0;
	for (;;) {
		struct kbm_error message;
		enum kbm_code code = kbm_subkeys_next_leaf(walk->hive, list, slot(walk, &message));
		if (code == KBM_NOT_FOUND)
			break;
		if (code != KBM_OK) {
			note(walk, message.message);
			if (++bad == KBM_HIVE_MAX_BAD_CELLS)
				break;
			continue;
		}
		code = spend(walk, list->entry_count * sizeof(kbm_cell));
		for (uint32_t i = 0; code == KBM_OK && i < list->entry_count; i++)
			code = search_subkey(walk, kbm_subkeys_entry(list, i), depth);
		if (code != KBM_OK)
			return code;
	}
	check_count(walk, list);
	return KBM_OK;
}

/* The values of a key and what lies below it. */
static enum kbm_code search_key(struct walk *walk, kbm_cell cell, const struct kbm_key_node *node,
				unsigned depth)
{
	struct kbm_error message;
	struct kbm_subkeys list;
	enum kbm_code code = KBM_OK;
	if ((walk->order->parts & (KBM_FIND_NAME | KBM_FIND_DATA)) != 0 &&
	    node->last_written >= walk->order->since)
		code = search_values(walk, node, depth);
	if (code != KBM_OK || node->subkey_count == 0)
		return code;
	if (depth >= KBM_HIVE_MAX_DEPTH) {
		kbm_fail(slot(walk, &message), KBM_UNREADABLE,
			 "keys are nested deeper than Windows allows (%u)", KBM_HIVE_MAX_DEPTH);
		note(walk, message.message);
		return KBM_OK;
	}
	/* A list of another key is not claimed: that one shall have it. */
	struct kbm_error *why = slot(walk, &message);
	if (kbm_subkeys_open(walk->hive, cell, node, &list, why) != KBM_OK ||
	    kbm_subkeys_check_owner(walk->hive, &list, why) != KBM_OK) {
		note(walk, message.message);
		return KBM_OK;
	}
	if (!claim(walk, node->subkey_list))
		return KBM_OK;
	return search_subkeys(walk, &list, depth);
}

static enum kbm_code conclude(const struct walk *walk)
{
	if (walk->damages == 0)
		return KBM_OK;
	return kbm_fail(walk->error, KBM_UNREADABLE,
			"the hive is damaged in %" PRIu64
			" place%s and what lies there was not searched; the first: %s",
			walk->damages, walk->damages == 1 ? "" : "s", walk->first_damage);
}

static enum kbm_code search(struct walk *walk, kbm_cell key)
{
	const struct kbm_hive *hive = walk->hive;
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(hive, key, &node, walk->error);
	if (code != KBM_OK)
		return code;
	if (hive->info.state == KBM_HIVE_TRUNCATED)
		note(walk, hive->state_text);
	claim(walk, key);
	code = search_key(walk, key, &node, 0);
	return code == KBM_OK ? conclude(walk) : code;
}

enum kbm_code kbm_hive_find(const struct kbm_hive *hive, kbm_cell key, const char *prefix,
			    const struct kbm_find_order *order, kbm_find_sink *sink, void *context,
			    struct kbm_error *error)
{
	struct walk *walk = calloc(1, sizeof *walk);
	uint8_t *claimed = calloc(1, kbm_claims_bytes(hive));
	enum kbm_code code = KBM_MEMORY;
	if (walk == NULL || claimed == NULL) {
		kbm_fail(error, code, "no memory to search a hive");
		goto out;
	}
	uint64_t expanded = (uint64_t)hive->length * KBM_HIVE_FIND_EXPANSION;
	*walk = (struct walk){.hive = hive,
			      .order = order,
			      .prefix = prefix,
			      .sink = sink,
			      .context = context,
			      .error = error,
			      .claimed = claimed,
			      .left = expanded > KBM_HIVE_FIND_MIN_BYTES ? expanded
									 : KBM_HIVE_FIND_MIN_BYTES};
	kbm_bytes_init(&walk->path, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->name, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&walk->data, KBM_HIVE_MAX_VALUE_BYTES);
	code = kbm_find_needle_make(order, &walk->needle, error);
	if (code == KBM_OK) {
		code = search(walk, key);
		kbm_find_needle_clear(&walk->needle);
	}
	kbm_bytes_clear(&walk->path);
	kbm_bytes_clear(&walk->name);
	kbm_bytes_clear(&walk->data);
out:
	free(claimed);
	free(walk);
	return code;
}
