/* Inside the comparison of two hives: what its parts share. */
#ifndef KBM_SOURCE_HIVE_COMPARE_PARTS_H
#define KBM_SOURCE_HIVE_COMPARE_PARTS_H

#include "source/hive_compare.h"
#include "source/hive_contents.h"
#include "source/hive_records.h"

/* A subkey or a value of one key. */
struct kbm_compare_item {
	kbm_cell cell;
	struct kbm_stored_name name;
};

/* A key, and what else it has. */
struct kbm_compare_key {
	kbm_cell cell;
	struct kbm_key_node node;
	uint32_t flags; /* without how the name is stored */
	kbm_cell descriptor;
	struct kbm_span key_class;
	bool has_bad_class; /* it cannot be read */
	bool is_partial;    /* of an image of an export: what it does not hold may be there */
};

/* One of the two hives. */
struct kbm_compare_side {
	const struct kbm_hive *hive;
	struct kbm_contents contents;
	struct kbm_damages *damages;
	uint8_t *bad_descriptors; /* hive_claims.h: those that were counted; many keys share one */
	struct kbm_bytes items;	  /* struct kbm_compare_item, each level behind the one it is in */
	struct kbm_bytes name;	  /* scratch, as the next */
	struct kbm_bytes data;
	uint64_t bytes_left; /* of data: a sound hive has no more than the file */
	bool has_gaps;	     /* an image of an export: hive_gaps.h counts */
};

struct kbm_compare {
	struct kbm_compare_side before;
	struct kbm_compare_side after;
	kbm_difference_sink *sink;
	void *context;
	struct kbm_error *error;
	struct kbm_bytes path;
	struct kbm_bytes shown; /* the path, as damage shows it */
	bool is_ambiguous;
	bool tells_removed; /* what is below a removed key, too */
	bool is_below;	    /* a removed key: that is being told */
	bool skips_current_set;
	struct kbm_compare_report *report;
	struct kbm_long_work *work;
	kbm_cell same_before; /* two security descriptors that were the same */
	kbm_cell same_after;
};

/* What is told of the key in compare->path. */
enum kbm_code kbm_compare_tell(struct kbm_compare *compare, enum kbm_difference_kind kind);
enum kbm_code kbm_compare_tell_all(struct kbm_compare *compare, struct kbm_difference *difference);

/* Where the path was before a name was put behind it. */
struct kbm_compare_step {
	size_t length;
	bool was_ambiguous;
};
/* Puts the name of a subkey of one side behind the path, and into side->name; and takes it off
 * again, also after a failure. KBM_UNREADABLE, and counted: it is no name. */
enum kbm_code kbm_compare_go_down(struct kbm_compare *compare, struct kbm_compare_side *side,
				  const struct kbm_compare_item *item,
				  struct kbm_compare_step *step);
void kbm_compare_go_up(struct kbm_compare *compare, const struct kbm_compare_step *step);

/* Tells the key in compare->path, which only one side has, and all below it, as asked for;
 * `parents` is its parent's security descriptor. Recursion: at most KBM_HIVE_MAX_DEPTH deep. */
enum kbm_code kbm_compare_tell_whole(struct kbm_compare *compare, struct kbm_compare_side *side,
				     kbm_cell cell, kbm_cell parents, unsigned depth);

/* Counts what one side has in `cell`, of the key in compare->path, and what cannot be read.
 * `message`: why. */
void kbm_compare_note(struct kbm_compare *compare, struct kbm_compare_side *side, kbm_cell cell,
		      const char *what, const char *message);
/* The same key, for hive_contents.h. */
struct kbm_contents_key kbm_compare_contents_key(struct kbm_compare *compare,
						 const struct kbm_compare_side *side, kbm_cell cell,
						 const struct kbm_key_node *node);
/* Counts the subkeys of a key as too deep, if it has any. */
void kbm_compare_note_depth(struct kbm_compare *compare, struct kbm_compare_side *side,
			    const struct kbm_compare_key *key);

/* Of the subkeys or values of one key, those that can be read; the others were counted. */
struct kbm_compare_list {
	size_t first; /* offsets in side->items */
	size_t end;
	bool is_whole; /* there are no others */
};
/* Push them onto side->items, sorted; the caller pops them. The key's path is in compare->path;
 * NULL: it has none. */
enum kbm_code kbm_compare_push_subkeys(struct kbm_compare *compare, struct kbm_compare_side *side,
				       const struct kbm_compare_key *key,
				       struct kbm_compare_list *list);
enum kbm_code kbm_compare_push_values(struct kbm_compare *compare, struct kbm_compare_side *side,
				      const struct kbm_compare_key *key,
				      struct kbm_compare_list *list);
/* Whether the item at `at` has the name of the one before it: it may be there a second time because
 * its own name is not what it was. Such a one is counted where the other side lacks it. */
bool kbm_compare_is_second(const struct kbm_compare_side *side, const struct kbm_compare_list *list,
			   size_t at);
struct kbm_compare_item kbm_compare_item_at(const struct kbm_compare_side *side, size_t offset);

enum kbm_code kbm_compare_read_key(struct kbm_compare *compare, struct kbm_compare_side *side,
				   kbm_cell cell, struct kbm_compare_key *key);
/* The values of two keys, of which one may be NULL: it has none. *differ is set when they do. */
enum kbm_code kbm_compare_values(struct kbm_compare *compare, const struct kbm_compare_key *before,
				 const struct kbm_compare_key *after, bool *differ);
/* Whether the security descriptors of two keys are the same; each may be of either hive.
 * KBM_UNREADABLE: that is not known, and was counted. */
enum kbm_code kbm_compare_descriptors(struct kbm_compare *compare,
				      struct kbm_compare_side *left_side, kbm_cell left,
				      struct kbm_compare_side *right_side, kbm_cell right,
				      bool *same);

#endif
