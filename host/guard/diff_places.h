/* Which keys of two sources are compared, and what they are called (jobs only). */
#ifndef KBM_GUARD_DIFF_PLACES_H
#define KBM_GUARD_DIFF_PLACES_H

#include "guard/registry_question.h"

enum { KBM_BEFORE, KBM_AFTER, KBM_SIDES };

struct kbm_diff_places {
	const struct kbm_start_diff *start; /* borrowed */
	struct kbm_registry_question sides[KBM_SIDES];
	struct kbm_bytes asked[KBM_SIDES]; /* a side's path, where it is not the one given */
	kbm_cell cells[KBM_SIDES];	   /* the keys; 0: not there, of one side at most */
	bool has_gaps[KBM_SIDES];	   /* the hive is an export's image */
	struct kbm_bytes
	    path;    /* of the keys, as a .reg file has it; or as it is below their root */
	bool is_all; /* not one key, but all that the two hold */
};

/* Released with kbm_diff_places_clear(). The sides' hives are opened by the caller. */
void kbm_diff_places_init(struct kbm_diff_places *places, const struct kbm_start_diff *start);
void kbm_diff_places_clear(struct kbm_diff_places *places);
bool kbm_diff_is_export(const struct kbm_diff_places *places, size_t side);
/* A failure that is one file's. */
enum kbm_code kbm_diff_fail_about(const struct kbm_diff_places *places, size_t side,
				  enum kbm_code code, const struct kbm_error *reason,
				  struct kbm_error *error);

/* Finds the keys. KBM_NOT_FOUND: neither has the one that was asked for. KBM_USAGE: where a hive is
 * in a registry is not known, and has to be. KBM_UNREADABLE: an export does not hold it. */
enum kbm_code kbm_diff_find(struct kbm_diff_places *places, struct kbm_error *error);

/* All of a SYSTEM hive and an export are compared. An export made on a running system has
 * CurrentControlSet, which in a hive is one of the others. */
bool kbm_diff_has_current_set(const struct kbm_diff_places *places);
/* Goes on to it. KBM_NOT_FOUND: the export has none. */
enum kbm_code kbm_diff_find_current_sets(struct kbm_diff_places *places, struct kbm_error *error);

#endif
