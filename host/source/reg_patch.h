/* Differences between two registries as the text of a .reg file that turns the first into the
 * second: [-key] for what only the first has, "name"=- for its values. */
#ifndef KBM_SOURCE_REG_PATCH_H
#define KBM_SOURCE_REG_PATCH_H

#include "source/hive_compare.h"
#include "source/hive_export.h"
#include "source/reg_writer.h"

struct kbm_reg_patch {
	struct kbm_reg_writer writer;
	const struct kbm_hive_export_sink *sink; /* borrowed */
	struct kbm_bytes key;			 /* whose values may follow */
	bool has_key;
	struct kbm_bytes note;
	struct kbm_bytes piece;
	uint64_t omitted; /* differences that the form cannot hold; a note each, up to a limit */
};

/* The patch is released with kbm_reg_patch_clear(), also after a failure. KBM_USAGE: the code page
 * is not known. */
enum kbm_code kbm_reg_patch_begin(struct kbm_reg_patch *patch, bool regedit4, unsigned codepage,
				  const struct kbm_hive_export_sink *sink, struct kbm_error *error);
void kbm_reg_patch_clear(struct kbm_reg_patch *patch);

/* Differences come in the order of kbm_hive_compare_keys(), their paths with the root's long name.
 * Of times, classes, descriptors and spellings nothing is written. */
enum kbm_code kbm_reg_patch_add(struct kbm_reg_patch *patch,
				const struct kbm_difference *difference, struct kbm_error *error);
/* Why the file may not say all, for comments at its end. */
struct kbm_reg_patch_doubt {
	bool has_damage;   /* what could not be read is missing */
	bool is_stale;	   /* one of the two was not written to its end */
	uint64_t not_held; /* keys and values of which an export does not hold the places */
};
/* Writes the rest. KBM_UNREADABLE, with the count: differences were left out. */
enum kbm_code kbm_reg_patch_end(struct kbm_reg_patch *patch,
				const struct kbm_reg_patch_doubt *doubt, struct kbm_error *error);

#endif
