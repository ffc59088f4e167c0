/* The change of one directory entry: what its attributes hold and shall hold, and the difference.
 *
 * Values are sets (RFC 4512 section 2.2): their order does not count, and none is there twice. They
 * are told apart by their bytes; how a server compares them is its own affair. Pure. */
#ifndef KBM_SOURCE_ENTRY_CHANGE_H
#define KBM_SOURCE_ENTRY_CHANGE_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>

struct kbm_attribute_change {
	char *name; /* with its options */
	struct kbm_blob *before;
	size_t before_count; /* 0: absent, as the next */
	struct kbm_blob *after;
	size_t after_count;
};

/* Initialise with {0}; where all of it is heap memory, it is released with
 * kbm_entry_change_clear(). */
struct kbm_entry_change {
	char *dn; /* RFC 4514 */
	struct kbm_attribute_change *items;
	size_t count;
};
void kbm_entry_change_clear(struct kbm_entry_change *change);

/* KBM_INVALID: no name of an entry or attribute, an attribute or a value that is there twice, a
 * part of a list of values (member;range=0-9), nothing that would change. KBM_LIMIT: more than
 * KBM_PLAN_MAX_CHANGES attributes, values over KBM_PLAN_MAX_VALUE_BYTES. */
enum kbm_code kbm_entry_change_check(const struct kbm_entry_change *change,
				     struct kbm_error *error);

/* The values that go and those that come, sorted, their bytes borrowed; from {0}, the lists are the
 * caller's, released with kbm_value_difference_clear(). */
struct kbm_value_difference {
	struct kbm_blob *removed;
	size_t removed_count;
	struct kbm_blob *added;
	size_t added_count;
};
enum kbm_code kbm_attribute_change_compare(const struct kbm_attribute_change *change,
					   struct kbm_value_difference *difference,
					   struct kbm_error *error);
void kbm_value_difference_clear(struct kbm_value_difference *difference);

/* Appends a filter (RFC 4515) that is true of an entry which holds every value of `before`, or no
 * such attribute where there is none. Other values beside them it does not see. False when it does
 * not fit. */
bool kbm_attribute_change_assertion(const struct kbm_attribute_change *change,
				    struct kbm_bytes *filter);

#endif
