/* The run in progress: what its primitives answer from, and what they leave in the result.
 *
 * Everything that applies, check and fix read is recorded: the verdict rests on it. */
#ifndef KBM_SCRIPT_RUN_H
#define KBM_SCRIPT_RUN_H

#include <lua.h>

#include <stdbool.h>
#include <stddef.h>

#include "script/engine.h"
#include "script/state.h"

enum kbm_phase { KBM_PHASE_APPLIES, KBM_PHASE_CHECK, KBM_PHASE_FIX };

struct kbm_run {
	struct kbm_lua *state;
	const struct kbm_script_info *info;
	const struct kbm_engine_input *input;
	struct kbm_result *result;
	enum kbm_phase phase;
	char *reason;		      /* of pass or unknown, heap; NULL: not said */
	size_t requests;	      /* to the directory, so far */
	size_t finding;		      /* index of the one that fix is called for */
	struct kbm_listing *listings; /* listing.h */
	size_t listing_count;
	size_t listed; /* the reads that they stand for */
};

/* The run, or a Lua error outside one. [-0, +0, e] */
struct kbm_run *kbm_run_of(lua_State *L);
/* What a failed read means: KBM_USAGE is the script's mistake, a Lua error; KBM_MEMORY ends the run
 * as its memory's limit does, any other as unknown. [-0, +0, e] */
_Noreturn void kbm_run_fail(lua_State *L, const struct kbm_error *error);
/* Whether a failure is none that a try_ function answers with "unknown". */
bool kbm_run_must_fail(enum kbm_code code);

/* The text at `index` without NULs, of at most `maximum` bytes. [-0, +0, e] */
const char *kbm_run_check_text(lua_State *L, int index, size_t maximum);
/* The registry path at `index`; its hive stands in the header's needs: no pcall keeps that error,
 * nor kbm_run_directory's. [-0, +0, e] */
const char *kbm_run_check_path(lua_State *L, int index);
/* Pushes the list of the users below HKU, which the header's needs must name; without any the run
 * ends as unknown. [-0, +1, e] */
void kbm_run_push_users(lua_State *L);
/* The services, when the header's needs and the target's sources allow it. The directory's counts a
 * request. [-0, +0, e] */
const struct kbm_registry_service *kbm_run_registry(lua_State *L);
const struct kbm_directory_service *kbm_run_directory(lua_State *L);
/* The same; NULL, and *error filled, when the target has no directory. [-0, +0, e] */
const struct kbm_directory_service *kbm_run_try_directory(lua_State *L, struct kbm_error *error);

/* A copy for the result, cleaned and cut (kbm_result_text); heap, the caller's. [-0, +0, e] */
char *kbm_run_copy_text(lua_State *L, const char *text, size_t length);

/* Fills *place (start from {0}; kbm_place_free) with the place of a key or, when `name` is not
 * NULL, of a value. Does not raise; call it held. */
enum kbm_code kbm_run_place(const struct kbm_registry_service *registry, const char *path,
			    const char *name, size_t name_length, struct kbm_place *place,
			    struct kbm_error *error);
/* What a place, or a read, takes outside the Lua heap, about. */
size_t kbm_run_place_size(const struct kbm_place *place);
size_t kbm_run_read_size(const struct kbm_precondition *read);
/* Records a read, moving it in, also when it is not recorded because it is known. Ends the run when
 * there are too many. [-0, +0, e] */
void kbm_run_record(lua_State *L, struct kbm_precondition *read);
/* Ends the run, which read more places than it may. [-0, +0, e] */
_Noreturn void kbm_run_end_reads(struct kbm_run *run);

/* Fills *read (start from {0}; the caller's) with what was found of that name: a value, or NULL for
 * none. `name` must not be borrowed from the registry. Does not raise; call it held. */
enum kbm_code kbm_run_read_value(const struct kbm_registry_service *registry, const char *path,
				 const char *name, size_t name_length,
				 const struct kbm_value *value, struct kbm_precondition *read,
				 struct kbm_error *error);

#endif
