/* Reading all subkeys of a key at once: the keys, or one value of each.
 *
 * A listing stands for a read of each subkey. There may be thousands, which nobody wants to know of
 * when the run passes: they are told one by one when it has ended. */
#ifndef KBM_SCRIPT_LISTING_H
#define KBM_SCRIPT_LISTING_H

#include "script/run.h"

struct kbm_listing {
	char *path; /* as asked for */
	char *name; /* of the value; NULL: the keys */
	size_t name_length;
	size_t count; /* of the subkeys */
	size_t at;    /* how many reads came before */
};

/* Whether it is the first time: only then the next two are called. [-0, +0, e] */
bool kbm_listing_is_new(lua_State *L, const char *path, const char *name, size_t name_length);
/* A subkey is read as the index-th of a listing: charged for; ends the run when there are more
 * reads than a run may have. `value` (or NULL): what was found. [-0, +0, e] */
void kbm_listing_charge(lua_State *L, const char *path, const struct kbm_key *key,
			const struct kbm_value *value, size_t index);
/* Records that all `count` subkeys were read. [-0, +0, e] */
void kbm_listing_record(lua_State *L, const char *path, const char *name, size_t name_length,
			size_t count);
/* After the run: puts the reads among the others, where the listings were, or with `wanted` false
 * forgets both. KBM_MEMORY; another code when the registry answers otherwise than before. */
enum kbm_code kbm_listings_tell(struct kbm_run *run, bool wanted, struct kbm_error *error);
/* Releases them. */
void kbm_listings_clear(struct kbm_run *run);

#endif
