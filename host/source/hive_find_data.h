/* Inside the search of a hive: whether a value's data matches.
 *
 * Text (REG_SZ, REG_EXPAND_SZ, REG_LINK, each string of a REG_MULTI_SZ) is looked through as
 * UTF-16 without the NULs that end it. Numbers are looked through as their decimal and their
 * hexadecimal digits (4086, 0xff6). All other data are bytes: a plain pattern that is hexadecimal
 * digits ("0a1b", "0a 1b", "hex:0a,1b") is looked for in them as bytes; a regular expression sees
 * their hexadecimal digits. */
#ifndef KBM_SOURCE_HIVE_FIND_DATA_H
#define KBM_SOURCE_HIVE_FIND_DATA_H

#include "base/bytes.h"
#include "source/hive_find.h"

/* A pattern in the forms that data need. */
struct kbm_find_needle {
	struct kbm_pattern *pattern;
	bool is_regex;
	bool is_exact;
	struct kbm_bytes bytes; /* of a plain pattern that can be some */
	bool has_bytes;
	bool may_be_number;	 /* false: it has what no number's digits have */
	struct kbm_bytes digits; /* scratch */
};
/* On success the needle is released with kbm_find_needle_clear(). */
enum kbm_code kbm_find_needle_make(const struct kbm_find_order *order,
				   struct kbm_find_needle *needle, struct kbm_error *error);
void kbm_find_needle_clear(struct kbm_find_needle *needle);

/* Whether a value's data matches. KBM_LIMIT: it could not be told. */
enum kbm_code kbm_find_data_matches(struct kbm_find_needle *needle, uint32_t type,
				    const uint8_t *data, size_t length, bool *matches,
				    struct kbm_error *error);

#endif
