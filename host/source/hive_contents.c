/* Inside the hive reader: what lies in one key, in the hive's order, going on behind whatever
 * cannot be read there. */
#include "source/hive_contents.h"

#include "source/hive_claims.h"
#include "source/hive_lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A_SUBKEY    "a subkey"
#define SUBKEY_LIST "its list of subkeys"
#define A_VALUE	    "a value"
#define VALUE_LIST  "its list of values"
enum {
	SHOWN_NAME = 60, /* bytes of a value's name in a message */
	MAX_NAME = 3 * KBM_HIVE_MAX_NAME_UNITS + 1
};

enum kbm_code kbm_contents_begin(const struct kbm_hive *hive, struct kbm_contents *contents,
				 struct kbm_error *error)
{
	contents->hive = hive;
	contents->elements_left = hive->length / sizeof(kbm_cell);
	contents->claimed = calloc(1, kbm_claims_bytes(hive));
	return contents->claimed != NULL
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "no memory to list what lies in a hive");
}

void kbm_contents_restart(struct kbm_contents *contents)
{
	memset(contents->claimed, 0, kbm_claims_bytes(contents->hive));
	contents->elements_left = contents->hive->length / sizeof(kbm_cell);
}

void kbm_contents_end(struct kbm_contents *contents)
{
	free(contents->claimed);
	contents->claimed = NULL;
}

/* --- the file ------------------------------------------------------------------------------- */

/* Each bad bin is named, whether anything refers to it or not. */
static void check_bins(const struct kbm_hive *hive, struct kbm_damages *damages)
{
	for (uint32_t at = 0; at < hive->length;) {
		uint32_t size;
		if (kbm_hive_bin_at(hive, at, &size)) {
			at += size;
			continue;
		}
		char message[KBM_ERROR_MESSAGE_BYTES];
		snprintf(message, sizeof message,
			 "the header (hbin) of the bin at file offset 0x%" PRIX64 " is damaged",
			 kbm_hive_file_offset(at));
		kbm_damages_add(damages, kbm_hive_file_offset(at), NULL, message);
		do /* the next bin is at one of the next pages */
			at += KBM_HIVE_PAGE;
		while (at < hive->length && !kbm_hive_bin_at(hive, at, &size));
	}
}

void kbm_contents_check_file(const struct kbm_hive *hive, bool is_whole,
			     struct kbm_damages *damages)
{
	if (hive->info.state == KBM_HIVE_TRUNCATED)
		kbm_damages_add(damages, hive->info.file_bytes, NULL, hive->state_text);
	if (is_whole)
		check_bins(hive, damages);
}

/* --- what is told of damage ----------------------------------------------------------------- */

static struct kbm_error *slot_of(const struct kbm_contents_key *key, struct kbm_error *slot)
{
	slot->message[0] = '\0';
	return key->damages == NULL ? NULL : kbm_damages_slot(key->damages, slot);
}

/* A reference that leads nowhere has no place of its own: the record that holds it has. */
void kbm_contents_note(const struct kbm_contents_key *key, kbm_cell cell, const char *what,
		       const char *message)
{
	struct kbm_error whole;
	bool nowhere = cell == 0 || cell == KBM_CELL_NONE;
	uint64_t offset = kbm_hive_file_offset(nowhere ? key->cell : cell);
	const char *path = key->path;
	if (key->damages == NULL)
		return;
	if (slot_of(key, &whole) != NULL) {
		snprintf(whole.message, sizeof whole.message, "%.100s: %.130s", what, message);
		path = path == NULL ? key->make_path(key->context) : path;
	}
	kbm_damages_add(key->damages, offset, path, whole.message);
}

void kbm_contents_note_depth(const struct kbm_contents_key *key)
{
	char message[KBM_ERROR_MESSAGE_BYTES];
	snprintf(message, sizeof message,
		 "the keys below the one at file offset 0x%" PRIX64
		 " are nested deeper than Windows allows (%u)",
		 kbm_hive_file_offset(key->cell), KBM_HIVE_MAX_DEPTH);
	kbm_contents_note(key, key->cell, "what lies below", message);
}

bool kbm_contents_claim(struct kbm_contents *contents, const struct kbm_contents_key *key,
			kbm_cell cell, const char *what)
{
	struct kbm_error slot;
	if (kbm_claim(contents->claimed, contents->hive, cell, slot_of(key, &slot)) == KBM_OK)
		return true;
	kbm_contents_note(key, cell, what, slot.message);
	return false;
}

static enum kbm_code spend_elements(struct kbm_contents *contents, uint64_t count,
				    struct kbm_error *error)
{
	if (count > contents->elements_left)
		return kbm_fail(error, KBM_LIMIT,
				"the hive's lists hold more than the file has room for");
	contents->elements_left -= count;
	return KBM_OK;
}

/* --- subkeys -------------------------------------------------------------------------------- */

static enum kbm_code give_subkey(struct kbm_contents *contents, const struct kbm_contents_key *key,
				 kbm_cell cell, uint32_t position, kbm_subkey_sink *sink,
				 void *context, struct kbm_error *error)
{
	struct kbm_error slot;
	struct kbm_key_node node;
	if (!kbm_contents_claim(contents, key, cell, A_SUBKEY))
		return KBM_OK;
	struct kbm_error *why = slot_of(key, &slot);
	if (kbm_hive_check_reference(key->cell, cell, why) != KBM_OK ||
	    kbm_hive_key_node(contents->hive, cell, &node, why) != KBM_OK) {
		kbm_contents_note(key, cell, A_SUBKEY, slot.message);
		return KBM_OK;
	}
	return sink(context, cell, &node, position, error);
}

static enum kbm_code give_leaves(struct kbm_contents *contents, const struct kbm_contents_key *key,
				 struct kbm_subkeys *list, kbm_subkey_sink *sink, void *context,
				 unsigned *bad, struct kbm_error *error)
{
	for (;;) {
		struct kbm_error slot;
		enum kbm_code code =
		    kbm_subkeys_next_leaf(contents->hive, list, slot_of(key, &slot));
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code != KBM_OK) {
			kbm_contents_note(key, kbm_subkeys_leaf(list), "a part of " SUBKEY_LIST,
					  slot.message);
			if (++*bad == KBM_HIVE_MAX_BAD_CELLS)
				return KBM_OK;
			continue;
		}
		code = spend_elements(contents, list->entry_count, error);
		for (uint32_t i = 0; code == KBM_OK && i < list->entry_count; i++)
			code = give_subkey(contents, key, kbm_subkeys_entry(list, i),
					   list->first + i, sink, context, error);
		if (code != KBM_OK)
			return code;
	}
}

static void check_count(const struct kbm_contents_key *key, const struct kbm_subkeys *list)
{
	struct kbm_error slot;
	if (kbm_subkeys_check_count(list, slot_of(key, &slot)) != KBM_OK)
		kbm_contents_note(key, key->cell, "its count of subkeys", slot.message);
}

enum kbm_code kbm_contents_subkeys(struct kbm_contents *contents,
				   const struct kbm_contents_key *key, kbm_subkey_sink *sink,
				   void *context, struct kbm_error *error)
{
	const struct kbm_key_node *node = key->node;
	struct kbm_error slot;
	struct kbm_subkeys list;
	unsigned bad = 0;
	struct kbm_error *why = slot_of(key, &slot);
	if (node->subkey_count == 0)
		return KBM_OK;
	if (kbm_subkeys_open(contents->hive, key->cell, node, &list, why) != KBM_OK ||
	    kbm_subkeys_check_owner(contents->hive, &list, why) != KBM_OK) {
		kbm_contents_note(key, node->subkey_list, SUBKEY_LIST, slot.message);
		return KBM_OK;
	}
	if (!kbm_contents_claim(contents, key, node->subkey_list, SUBKEY_LIST))
		return KBM_OK;
	enum kbm_code code = spend_elements(contents, list.leaf_count, error);
	if (code == KBM_OK)
		code = give_leaves(contents, key, &list, sink, context, &bad, error);
	if (code == KBM_OK && bad == 0) /* a leaf that is missing was told */
		check_count(key, &list);
	return code;
}

/* --- values --------------------------------------------------------------------------------- */

static enum kbm_code give_value(struct kbm_contents *contents, const struct kbm_contents_key *key,
				kbm_cell cell, uint32_t position, kbm_value_sink *sink,
				void *context, struct kbm_error *error)
{
	struct kbm_error slot;
	struct kbm_value_node node;
	if (!kbm_contents_claim(contents, key, cell, A_VALUE))
		return KBM_OK;
	struct kbm_error *why = slot_of(key, &slot);
	if (kbm_hive_check_reference(key->cell, cell, why) != KBM_OK ||
	    kbm_hive_value_node(contents->hive, cell, &node, why) != KBM_OK) {
		kbm_contents_note(key, cell, A_VALUE, slot.message);
		return KBM_OK;
	}
	return sink(context, &node, position, error);
}

enum kbm_code kbm_contents_values(struct kbm_contents *contents, const struct kbm_contents_key *key,
				  kbm_value_sink *sink, void *context, struct kbm_error *error)
{
	const struct kbm_key_node *node = key->node;
	struct kbm_error slot;
	const uint8_t *entries;
	uint32_t count;
	if (node->value_count == 0 ||
	    !kbm_contents_claim(contents, key, node->value_list, VALUE_LIST))
		return KBM_OK;
	struct kbm_error *why = slot_of(key, &slot);
	if (kbm_hive_check_reference(key->cell, node->value_list, why) != KBM_OK ||
	    kbm_hive_value_list(contents->hive, node, &entries, &count, why) != KBM_OK) {
		kbm_contents_note(key, node->value_list, VALUE_LIST, slot.message);
		return KBM_OK;
	}
	if (count < node->value_count) {
		kbm_hive_short_value_list(node, count, slot_of(key, &slot));
		kbm_contents_note(key, node->value_list, VALUE_LIST, slot.message);
	}
	enum kbm_code code = spend_elements(contents, count, error);
	for (uint32_t i = 0; code == KBM_OK && i < count; i++)
		code = give_value(contents, key, kbm_hive_u32(entries + i * sizeof(kbm_cell)), i,
				  sink, context, error);
	return code;
}

/* --- data ----------------------------------------------------------------------------------- */

static void name_data(const struct kbm_value_node *node, char what[KBM_ERROR_MESSAGE_BYTES])
{
	struct kbm_bytes name;
	kbm_bytes_init(&name, MAX_NAME);
	kbm_hive_name_text(&node->name, &name, NULL);
	snprintf(what, KBM_ERROR_MESSAGE_BYTES, "the data of the value '%.*s'", SHOWN_NAME,
		 name.length == 0 ? "@" : kbm_bytes_text(&name));
	kbm_bytes_clear(&name);
}

static void note_data(const struct kbm_contents_key *key, const struct kbm_value_node *node,
		      const char *message)
{
	struct kbm_error what;
	if (slot_of(key, &what) != NULL)
		name_data(node, what.message);
	bool nowhere = node->data_cell == 0 || node->data_cell == KBM_CELL_NONE;
	bool is_inline = node->inline_data != NULL;
	kbm_contents_note(key, is_inline || nowhere ? node->cell : node->data_cell, what.message,
			  message);
}

enum kbm_code kbm_contents_data(const struct kbm_contents *contents,
				const struct kbm_contents_key *key,
				const struct kbm_value_node *node, struct kbm_bytes *scratch,
				const uint8_t **data)
{
	struct kbm_error slot;
	enum kbm_code code =
	    kbm_hive_value_data(contents->hive, node, scratch, data, slot_of(key, &slot));
	if (code != KBM_OK)
		note_data(key, node, slot.message);
	return code == KBM_OK ? KBM_OK : KBM_UNREADABLE;
}
