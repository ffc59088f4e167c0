/* The gaps of an image that was made of a .reg export. */
#include "source/hive_gaps.h"

#include "source/hive_lists.h"
#include "source/hive_records.h"

#include <stdlib.h>
#include <string.h>

/* The record of a key, and its bytes, which hold all fields that every nk has. */
static enum kbm_code key_record(const struct kbm_hive *hive, kbm_cell key,
				struct kbm_key_node *node, struct kbm_span *span,
				struct kbm_error *error)
{
	enum kbm_code code = kbm_hive_key_node(hive, key, node, error);
	return code == KBM_OK ? kbm_hive_cell(hive, key, span, error) : code;
}

enum kbm_code kbm_hive_is_partial(const struct kbm_hive *hive, kbm_cell key, bool *is_partial,
				  struct kbm_error *error)
{
	struct kbm_key_node node;
	struct kbm_span span = {NULL, 0};
	enum kbm_code code = key_record(hive, key, &node, &span, error);
	if (code == KBM_OK)
		*is_partial = kbm_hive_u32(span.data + KBM_NK_MARK) == KBM_NK_IS_PARTIAL;
	return code;
}

enum kbm_code kbm_hive_missing_node(const struct kbm_hive *hive, kbm_cell key,
				    struct kbm_key_node *node, struct kbm_error *error)
{
	struct kbm_key_node made;
	struct kbm_span span = {NULL, 0};
	enum kbm_code code = key_record(hive, key, &made, &span, error);
	if (code != KBM_OK)
		return code;
	made.subkey_count = kbm_hive_u32(span.data + KBM_NK_MISSING_COUNT);
	made.subkey_list = kbm_hive_u32(span.data + KBM_NK_MISSING_LIST);
	*node = made;
	return KBM_OK;
}

enum kbm_code kbm_hive_find_missing(const struct kbm_hive *hive, kbm_cell key, const char *name,
				    kbm_cell *found, struct kbm_error *error)
{
	struct kbm_wanted wanted = {NULL, 0};
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_missing_node(hive, key, &node, error);
	if (code == KBM_OK)
		code = kbm_hive_make_wanted(name, strlen(name), &wanted, error);
	if (code == KBM_OK)
		code = kbm_subkeys_find(hive, key, &node, wanted.units, wanted.count, found, error);
	free(wanted.units);
	return code;
}
