/* The structural check of a hive image: every bin, cell, list, count and reference, not what the
 * keys and values mean.
 *
 * Source: the community regf specification, and what Windows' own hives show. Time and memory grow
 * with the file only: each cell is looked at for one place. */
#ifndef KBM_SOURCE_HIVE_CHECK_H
#define KBM_SOURCE_HIVE_CHECK_H

#include "base/error.h"
#include "source/long_work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KBM_HIVE_CHECK_KEPT = 16 };

/* What may be wrong, and, behind it, what is merely odd. */
enum kbm_check_kind {
	KBM_CHECK_BASE,	      /* the base block: dirty, cut, or a size that does not fit */
	KBM_CHECK_BIN,	      /* no sound bin where one has to be */
	KBM_CHECK_CELL,	      /* a cell's size does not fit into its bin */
	KBM_CHECK_REFERENCE,  /* leads to no used cell, or to one that belongs to another place */
	KBM_CHECK_KEY,	      /* a key's record or name */
	KBM_CHECK_PARENT,     /* a key names another parent than the key whose list it is in */
	KBM_CHECK_LIST,	      /* a subkey list is none, or of a wrong kind */
	KBM_CHECK_COUNT,      /* of subkeys or values */
	KBM_CHECK_ORDER,      /* a subkey list is not sorted, or names a key twice */
	KBM_CHECK_HASH,	      /* of a name in a subkey list */
	KBM_CHECK_VALUE,      /* a value's record or name */
	KBM_CHECK_SAME_VALUE, /* two values of a key have one name */
	KBM_CHECK_DATA,	      /* a value's data does not fit into its cells */
	KBM_CHECK_CLASS,      /* a key's class does not fit into its cell */
	KBM_CHECK_DESCRIPTOR, /* a security descriptor's record, or the ring of them */
	KBM_CHECK_USERS,      /* the count of keys that use a security descriptor */
	KBM_CHECK_LONGEST,    /* something is longer than its key says the longest is */
	KBM_CHECK_DEPTH,      /* keys are nested deeper than Windows allows */
	KBM_CHECK_FIRST_ODDITY,
	KBM_CHECK_LOST = KBM_CHECK_FIRST_ODDITY, /* a used cell that nothing refers to */
	KBM_CHECK_LIST_KIND,			 /* a list of another format's kind */
	KBM_CHECK_ONE_CELL, /* large data in one cell, where the format cuts it */
	KBM_CHECK_SMALL,    /* data of 4 bytes or less in a cell of its own */
	KBM_CHECK_STALE,    /* a reference beside a count of 0, which leads nowhere */
	KBM_CHECK_KINDS
};

struct kbm_hive_check {
	uint32_t major; /* of the format */
	uint32_t minor;
	uint64_t keys;
	uint64_t values;
	uint64_t descriptors;
	uint64_t used_cells;
	uint64_t free_cells;
	uint64_t free_bytes;
	uint64_t tail_bytes; /* behind the last bin: Windows lets files grow in large steps */
	bool needs_logs;     /* dirty: its last changes are, or may be, in its logs only */
	uint64_t problems;   /* what is wrong */
	uint64_t oddities;   /* what Windows' own hives show too */
	uint64_t counts[KBM_CHECK_KINDS];
	/* Each names the place: "... at file offset 0x1020 ...". */
	char first_problems[KBM_HIVE_CHECK_KEPT][KBM_ERROR_MESSAGE_BYTES];
	char first_oddities[KBM_HIVE_CHECK_KEPT][KBM_ERROR_MESSAGE_BYTES];
};

/* KBM_OK: looked at whole, *report says what was found (problems may be there; that no key can be
 * read is one). Other codes as kbm_hive_open_damaged(), or KBM_MEMORY. */
enum kbm_code kbm_hive_check(const uint8_t *bytes, size_t length, struct kbm_hive_check *report,
			     struct kbm_error *error);
/* The same, and tells how far it is: cells that something refers to. */
enum kbm_code kbm_hive_check_telling(const uint8_t *bytes, size_t length,
				     struct kbm_long_work *work, struct kbm_hive_check *report,
				     struct kbm_error *error);

#endif
