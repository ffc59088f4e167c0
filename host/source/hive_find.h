/* A hive searched: keys and values whose name or data matches a pattern.
 *
 * Keys are walked by their cells, in the hive's order, a key's values before its subkeys; a path is
 * made only where something was found. */
#ifndef KBM_SOURCE_HIVE_FIND_H
#define KBM_SOURCE_HIVE_FIND_H

#include "source/hive.h"
#include "source/hive_damage.h"
#include "source/long_work.h"
#include "source/pattern.h"

enum { KBM_FIND_MAX_TYPES = 16 };

/* Where a pattern is looked for, and what of a hit matched: bits. */
enum kbm_find_part {
	KBM_FIND_KEY = 1,  /* a key's name */
	KBM_FIND_NAME = 2, /* a value's name */
	KBM_FIND_DATA = 4, /* a value's data */
	KBM_FIND_ALL = 7
};

/* What is looked for. Texts are WTF-8 and borrowed. */
struct kbm_find_order {
	const char *pattern;
	size_t pattern_length;
	bool is_regex;
	bool is_exact;
	unsigned parts; /* of enum kbm_find_part */
	uint64_t since; /* FILETIME: only what lies in keys written then or later; 0: all */
	uint32_t types[KBM_FIND_MAX_TYPES]; /* only values of these types, and no keys */
	size_t type_count;		    /* 0: all */
};

/* A key or a value that was found. Texts are WTF-8 and may hold NUL. */
struct kbm_find_hit {
	unsigned matched; /* of enum kbm_find_part */
	const char *path; /* of the key, or of the value's key */
	size_t path_length;
	uint64_t last_written; /* of the same */
	struct kbm_key key;    /* with KBM_FIND_KEY */
	struct kbm_value value;
};
/* Receives each hit, borrowed for the call. A code other than KBM_OK ends the search with it; the
 * sink fills *error then. */
typedef enum kbm_code kbm_find_sink(void *context, const struct kbm_find_hit *hit,
				    struct kbm_error *error);

/* Searches the values of `key` and all below it; paths begin with `prefix` (WTF-8, "" for the
 * hive's root). `work` counts keys and values; NULL: nobody listens. Damage in what is searched is
 * passed over, counted in *damages (from {0}; paths as a dump has them), and ends in KBM_UNREADABLE
 * with a message that counts it. Each cell is read for one place only, and lists and what is looked
 * at and found have budgets: KBM_LIMIT. KBM_USAGE: the pattern is wrong. KBM_LIMIT also: it takes
 * too long on some text. */
enum kbm_code kbm_hive_find(const struct kbm_hive *hive, kbm_cell key, const char *prefix,
			    const struct kbm_find_order *order, kbm_find_sink *sink, void *context,
			    struct kbm_long_work *work, struct kbm_damages *damages,
			    struct kbm_error *error);

#endif
