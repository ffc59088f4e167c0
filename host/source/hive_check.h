/* Whether a hive image is built as it should be: every cell, list, count and reference.
 *
 * Source: the community regf specification. What Windows' own hives show too is odd, not broken. */
#ifndef KBM_SOURCE_HIVE_CHECK_H
#define KBM_SOURCE_HIVE_CHECK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What can be wrong, worst first. */
enum kbm_hive_flaw {
	KBM_FLAW_BIN,	      /* a bin or cell whose size cannot be: all behind it is lost */
	KBM_FLAW_CELL,	      /* something leads to what is no cell in use */
	KBM_FLAW_RECORD,      /* a record that is none, or too small for what it says */
	KBM_FLAW_TWICE,	      /* a cell that two lead to */
	KBM_FLAW_COUNT,	      /* a count of subkeys or values that is not that of the list */
	KBM_FLAW_LIST,	      /* a list of a kind that the format has not, or too long */
	KBM_FLAW_PARENT,      /* a key that names another parent than the one it is in */
	KBM_FLAW_DEPTH,	      /* keys deeper than Windows allows */
	KBM_FLAW_DESCRIPTOR,  /* a security descriptor that is not in the ring */
	KBM_FLAW_USERS,	      /* the count of a descriptor's keys */
	KBM_FLAW_ORDER,	      /* subkeys that are not sorted, or two of one name */
	KBM_FLAW_HASH,	      /* a hash or hint that is not the name's */
	KBM_FLAW_LARGEST,     /* names or data longer than the key says */
	KBM_FLAW_UNREACHABLE, /* a cell in use that nothing leads to */
	KBM_FLAW_COUNT_OF_KINDS
};
/* "cell that two lead to" */
const char *kbm_hive_flaw_text(enum kbm_hive_flaw flaw);
/* Windows lives with it. */
bool kbm_hive_flaw_is_odd(enum kbm_hive_flaw flaw);

enum { KBM_HIVE_CHECK_KEPT = 16, KBM_HIVE_CHECK_TEXT = 120 };
struct kbm_hive_check {
	uint64_t keys;
	uint64_t values;
	uint64_t descriptors;
	uint64_t used_cells;
	uint64_t free_cells;
	uint64_t free_bytes;
	uint64_t flaws[KBM_FLAW_COUNT_OF_KINDS];
	size_t kept;
	struct {
		enum kbm_hive_flaw flaw;
		uint64_t offset; /* of the file, where the cell's size stands */
		char text[KBM_HIVE_CHECK_TEXT];
	} first[KBM_HIVE_CHECK_KEPT];
};

/* Looks at the whole image, in time and memory linear in its size: each cell is followed once. It
 * may be dirty. KBM_OK: *check says what was found, flaws or none. Other codes as kbm_hive_open().
 */
enum kbm_code kbm_hive_check(const uint8_t *bytes, size_t length, struct kbm_hive_check *check,
			     struct kbm_error *error);
/* How many flaws there are that are odd, or that are not. */
uint64_t kbm_hive_check_count(const struct kbm_hive_check *check, bool odd);

#endif
