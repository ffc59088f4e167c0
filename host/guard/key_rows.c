/* What lies in one key of a hive as rows of an answer, and what of it cannot be read. */
#include "guard/key_rows.h"

#include "base/limits.h"
#include "source/hive_contents.h"

#include <string.h>

/* One key on its way out. */
struct listing {
	const struct kbm_key_rows *rows;
	struct kbm_contents contents;
	struct kbm_key_node node;
	struct kbm_contents_key key;
	struct kbm_bytes name;
	struct kbm_bytes data;
};

static enum kbm_code open_listing(const struct kbm_key_rows *rows, kbm_cell key,
				  struct listing *listing, struct kbm_error *error)
{
	*listing = (struct listing){.rows = rows};
	kbm_bytes_init(&listing->name, 3UL * KBM_HIVE_MAX_NAME_UNITS + 1);
	kbm_bytes_init(&listing->data, KBM_HIVE_MAX_VALUE_BYTES);
	listing->key = (struct kbm_contents_key){
	    .cell = key, .node = &listing->node, .path = rows->path, .damages = rows->damages};
	enum kbm_code code = kbm_hive_key_node(rows->hive, key, &listing->node, error);
	return code == KBM_OK ? kbm_contents_begin(rows->hive, &listing->contents, error) : code;
}

static void close_listing(struct listing *listing)
{
	kbm_contents_end(&listing->contents);
	kbm_bytes_clear(&listing->name);
	kbm_bytes_clear(&listing->data);
}

static enum kbm_code give(const struct listing *listing, const struct kbm_registry_row *row,
			  struct kbm_error *error)
{
	return listing->rows->sink(listing->rows->context, row, error);
}

/* A name that Windows allows nowhere is damage, which costs its own key or value only. */
static bool take_name(struct listing *listing, const struct kbm_stored_name *name, kbm_cell cell)
{
	struct kbm_error why;
	if (kbm_hive_name_text(name, &listing->name, &why) == KBM_OK)
		return true;
	kbm_contents_note(&listing->key, cell, "a name", why.message);
	return false;
}

static enum kbm_code give_subkey(void *context, kbm_cell cell, const struct kbm_key_node *node,
				 uint32_t position, struct kbm_error *error)
{
	struct listing *listing = context;
	(void)position;
	if (!take_name(listing, &node->name, cell))
		return KBM_OK;
	const struct kbm_registry_row row = {
	    .row_kind = KBM_ROW_KEY,
	    .key = {kbm_bytes_text(&listing->name), listing->name.length, node->last_written,
		    node->subkey_count, node->value_count},
	};
	return give(listing, &row, error);
}

static enum kbm_code give_value(void *context, const struct kbm_value_node *node, uint32_t position,
				struct kbm_error *error)
{
	struct listing *listing = context;
	const uint8_t *data = NULL;
	(void)position;
	if (!take_name(listing, &node->name, node->cell) ||
	    kbm_contents_data(&listing->contents, &listing->key, node, &listing->data, &data) !=
		KBM_OK)
		return KBM_OK;
	const struct kbm_registry_row row = {
	    .row_kind = KBM_ROW_VALUE,
	    .value = {kbm_bytes_text(&listing->name), listing->name.length, node->type, data,
		      node->length},
	};
	return give(listing, &row, error);
}

enum kbm_code kbm_key_rows_subkeys(const struct kbm_key_rows *rows, kbm_cell key,
				   struct kbm_error *error)
{
	struct listing listing;
	enum kbm_code code = open_listing(rows, key, &listing, error);
	if (code == KBM_OK)
		code = kbm_contents_subkeys(&listing.contents, &listing.key, give_subkey, &listing,
					    error);
	close_listing(&listing);
	return code;
}

enum kbm_code kbm_key_rows_values(const struct kbm_key_rows *rows, kbm_cell key,
				  struct kbm_error *error)
{
	struct listing listing;
	enum kbm_code code = open_listing(rows, key, &listing, error);
	if (code == KBM_OK)
		code = kbm_contents_values(&listing.contents, &listing.key, give_value, &listing,
					   error);
	close_listing(&listing);
	return code;
}

enum kbm_code kbm_key_rows_damages(const struct kbm_damages *damages, bool in_second,
				   kbm_row_sink *sink, void *context, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (uint64_t i = 0; code == KBM_OK && i < kbm_damages_kept(damages); i++) {
		const struct kbm_damage *damage = &damages->first[i];
		const struct kbm_registry_row row = {
		    .row_kind = KBM_ROW_DAMAGE,
		    .path = damage->in_key ? damage->path : NULL,
		    .offset = damage->offset,
		    .in_second = in_second,
		    .places = damages->count,
		    .text = damage->message,
		    .text_length = strlen(damage->message),
		};
		code = sink(context, &row, error);
	}
	return code;
}
