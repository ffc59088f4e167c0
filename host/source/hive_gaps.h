/* The gaps of an image that was made of a .reg export: which keys are known in part only, and which
 * are known to be absent.
 *
 * An export may hold a part of a registry, and "not in the export" is not "absent". The image says
 * so in fields of its nk records that mean nothing in a file:
 *
 *   WorkVar (68)                       KBM_NK_IS_PARTIAL: other keys and values may be in the key
 *   volatile subkeys (count 24, list 32)  keys known to be absent, and those that lead to such
 *
 * Volatile keys live in memory: a file's two fields hold what they held when it was written, and
 * WorkVar what the running system kept there. Readers pass over all three. That is also why a hive
 * that was not made here must never be asked: these questions are for images of exports alone. */
#ifndef KBM_SOURCE_HIVE_GAPS_H
#define KBM_SOURCE_HIVE_GAPS_H

#include "source/hive.h"

enum {
	KBM_NK_MISSING_COUNT = 24, /* offsets in an nk record */
	KBM_NK_MISSING_LIST = 32,
	KBM_NK_MARK = 68,
	KBM_NK_IS_PARTIAL = 1 /* what the mark holds */
};

struct kbm_key_node; /* source/hive_records.h */

enum kbm_code kbm_hive_is_partial(const struct kbm_hive *hive, kbm_cell key, bool *is_partial,
				  struct kbm_error *error);
/* A key's record with the list of the subkeys that are not there, but that the image knows of, in
 * the place of those that are. */
enum kbm_code kbm_hive_missing_node(const struct kbm_hive *hive, kbm_cell key,
				    struct kbm_key_node *node, struct kbm_error *error);
/* Finds one subkey that is not there, but that the image knows of: a partial one may be there or
 * not, another one is absent with all below it. KBM_NOT_FOUND: nothing is known of it. */
enum kbm_code kbm_hive_find_missing(const struct kbm_hive *hive, kbm_cell key, const char *name,
				    kbm_cell *found, struct kbm_error *error);

#endif
