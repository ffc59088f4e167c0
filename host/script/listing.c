#include "script/listing.h"

#include "base/limits.h"
#include "source/registry_path.h"

#include <stdlib.h>
#include <string.h>

/* --- during the run --------------------------------------------------------------------------- */

static bool is_same(const struct kbm_listing *listing, const char *path, const char *name,
		    size_t name_length)
{
	if (strcmp(listing->path, path) != 0 || (listing->name == NULL) != (name == NULL))
		return false;
	return name == NULL || (listing->name_length == name_length &&
				memcmp(listing->name, name, name_length) == 0);
}

bool kbm_listing_is_new(lua_State *L, const char *path, const char *name, size_t name_length)
{
	const struct kbm_run *run = kbm_run_of(L);
	for (size_t i = 0; i < run->listing_count; i++)
		if (is_same(&run->listings[i], path, name, name_length))
			return false;
	return true;
}

void kbm_listing_charge(lua_State *L, const char *path, const struct kbm_key *key,
			const struct kbm_value *value, size_t index)
{
	struct kbm_run *run = kbm_run_of(L);
	char *text = (char *)path; /* only measured */
	const struct kbm_precondition read = {
	    .kind = value == NULL ? KBM_READ_KEY : KBM_READ_VALUE,
	    .place = {.path = text, .physical = text},
	};
	size_t size = kbm_run_read_size(&read) + 2 * key->name_length;
	if (value != NULL)
		size += value->name_length + value->length;
	kbm_lua_charge(run->state, size);
	if (run->result->read_count + run->listed + index >= KBM_PLAN_MAX_READS)
		kbm_run_end_reads(run);
}

static bool add(struct kbm_run *run, const char *path, const char *name, size_t name_length,
		size_t count)
{
	struct kbm_listing *grown =
	    reallocarray(run->listings, run->listing_count + 1, sizeof *grown);
	if (grown == NULL)
		return false;
	run->listings = grown;
	struct kbm_listing *listing = &grown[run->listing_count];
	*listing = (struct kbm_listing){.path = strdup(path),
					.name = name == NULL ? NULL : malloc(name_length + 1),
					.name_length = name_length,
					.count = count,
					.at = run->result->read_count};
	run->listing_count++;
	run->listed += count;
	if (listing->path == NULL || (name != NULL && listing->name == NULL))
		return false;
	if (name != NULL) {
		memcpy(listing->name, name, name_length);
		listing->name[name_length] = 0;
	}
	return true;
}

/* One without subkeys is no read, and takes memory all the same. */
static void charge_listing(lua_State *L, const char *path, const char *name, size_t name_length)
{
	struct kbm_run *run = kbm_run_of(L);
	const struct kbm_precondition read = {
	    .place = {.path = (char *)path, .name = (char *)name, .name_length = name_length}};
	kbm_lua_charge(run->state, kbm_run_read_size(&read));
	if (run->listing_count >= KBM_PLAN_MAX_READS)
		kbm_run_end_reads(run);
}

void kbm_listing_record(lua_State *L, const char *path, const char *name, size_t name_length,
			size_t count)
{
	struct kbm_run *run = kbm_run_of(L);
	charge_listing(L, path, name, name_length);
	kbm_lua_hold(run->state);
	bool added = add(run, path, name, name_length, count);
	kbm_lua_release(run->state);
	if (!added)
		kbm_lua_out_of_memory(L);
}

/* --- after it -----------------------------------------------------------------------------------
 */

/* Reads that are gathered anew, in their order. */
struct telling {
	const struct kbm_registry_service *registry;
	const struct kbm_listing *listing;
	struct kbm_result *result;
	struct kbm_bytes path; /* of a subkey */
	struct kbm_bytes name; /* of its value */
};

static enum kbm_code keep(struct telling *telling, struct kbm_precondition *read,
			  struct kbm_error *error)
{
	if (kbm_result_add_read(telling->result, read))
		return KBM_OK;
	kbm_precondition_clear(read);
	return kbm_fail(error, KBM_MEMORY, "no memory for what was read");
}

static bool make_path(struct telling *telling, const struct kbm_key *key)
{
	return kbm_path_child(telling->listing->path, key->name, key->name_length, &telling->path);
}

static enum kbm_code tell_key(struct telling *telling, size_t index, struct kbm_error *error)
{
	const struct kbm_registry_service *registry = telling->registry;
	struct kbm_precondition read = {.kind = KBM_READ_KEY, .state = {.present = true}};
	struct kbm_key key = {0};
	enum kbm_code code =
	    registry->subkey_at(registry->context, telling->listing->path, index, &key, error);
	if (code == KBM_OK && !make_path(telling, &key))
		code = kbm_fail(error, KBM_LIMIT, "a key's path is too long");
	if (code == KBM_OK)
		code = kbm_run_place(registry, kbm_bytes_text(&telling->path), NULL, 0, &read.place,
				     error);
	return code == KBM_OK ? keep(telling, &read, error) : code;
}

static enum kbm_code tell_value(struct telling *telling, size_t index, struct kbm_error *error)
{
	const struct kbm_registry_service *registry = telling->registry;
	const struct kbm_listing *listing = telling->listing;
	struct kbm_precondition read = {0};
	struct kbm_key key = {0};
	struct kbm_value value = {0};
	enum kbm_code code =
	    registry->value_below(registry->context, listing->path, index, listing->name,
				  listing->name_length, &key, &value, error);
	if ((code != KBM_OK && code != KBM_NOT_FOUND) || key.name == NULL)
		return code;
	bool found = code == KBM_OK;
	kbm_bytes_reset(&telling->name);
	if (!make_path(telling, &key) ||
	    !kbm_bytes_append(&telling->name, found ? value.name : listing->name,
			      found ? value.name_length : listing->name_length))
		return kbm_fail(error, KBM_LIMIT, "a key's path is too long");
	code = kbm_run_read_value(registry, kbm_bytes_text(&telling->path),
				  kbm_bytes_text(&telling->name), telling->name.length,
				  found ? &value : NULL, &read, error);
	return code == KBM_OK ? keep(telling, &read, error) : code;
}

static enum kbm_code tell_listing(struct telling *telling, const struct kbm_listing *listing,
				  struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	telling->listing = listing;
	for (size_t i = 0; code == KBM_OK && i < listing->count; i++)
		code = listing->name == NULL ? tell_key(telling, i, error)
					     : tell_value(telling, i, error);
	return code;
}

/* The reads that were recorded, and the listings' between them. */
static enum kbm_code tell_all(struct kbm_run *run, struct kbm_precondition *reads, size_t count,
			      struct kbm_error *error)
{
	struct telling telling = {.registry = run->input->registry, .result = run->result};
	enum kbm_code code = KBM_OK;
	size_t listing = 0;
	kbm_bytes_init(&telling.path, 2 * KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&telling.name, 3 * KBM_PATH_MAX_BYTES);
	for (size_t i = 0; code == KBM_OK && i <= count; i++) {
		for (; code == KBM_OK && listing < run->listing_count &&
		       run->listings[listing].at == i;
		     listing++)
			code = tell_listing(&telling, &run->listings[listing], error);
		if (code == KBM_OK && i < count)
			code = keep(&telling, &reads[i], error);
	}
	kbm_bytes_clear(&telling.path);
	kbm_bytes_clear(&telling.name);
	return code;
}

enum kbm_code kbm_listings_tell(struct kbm_run *run, bool wanted, struct kbm_error *error)
{
	struct kbm_precondition *reads = NULL;
	size_t count = 0;
	enum kbm_code code = KBM_OK;
	if (wanted && run->listing_count == 0)
		return KBM_OK;
	kbm_result_take_reads(run->result, &reads, &count);
	if (wanted)
		code = tell_all(run, reads, count, error);
	for (size_t i = 0; i < count; i++)
		kbm_precondition_clear(&reads[i]);
	free(reads);
	return code;
}

void kbm_listings_clear(struct kbm_run *run)
{
	for (size_t i = 0; i < run->listing_count; i++) {
		free(run->listings[i].path);
		free(run->listings[i].name);
	}
	free(run->listings);
	run->listings = NULL;
	run->listing_count = 0;
	run->listed = 0;
}
