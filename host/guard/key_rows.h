/* What lies in one key of a hive as rows of an answer, and what of it cannot be read (jobs only).
 */
#ifndef KBM_GUARD_KEY_ROWS_H
#define KBM_GUARD_KEY_ROWS_H

#include "guard/broker.h"
#include "source/hive.h"
#include "source/hive_damage.h"

struct kbm_key_rows {
	const struct kbm_hive *hive;
	const char *path; /* of the key, as damages in it name it */
	kbm_row_sink *sink;
	void *context;
	struct kbm_damages *damages;
};

/* Give a row for each subkey or value of `key` that can be read, in the hive's order; what cannot
 * is counted in *rows->damages. Codes other than KBM_OK are the sink's, or a limit's. */
enum kbm_code kbm_key_rows_subkeys(const struct kbm_key_rows *rows, kbm_cell key,
				   struct kbm_error *error);
enum kbm_code kbm_key_rows_values(const struct kbm_key_rows *rows, kbm_cell key,
				  struct kbm_error *error);
/* Gives a row for each damage that is kept; `in_second`: of two sources, the second has it. */
enum kbm_code kbm_key_rows_damages(const struct kbm_damages *damages, bool in_second,
				   kbm_row_sink *sink, void *context, struct kbm_error *error);

#endif
