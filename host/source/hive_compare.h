/* Two hives side by side: every key, value and security descriptor, and where they differ.
 *
 * What is compared is what a registry shows: neither where things lie in the file nor how a name is
 * stored. Time and memory grow with the two files only. */
#ifndef KBM_SOURCE_HIVE_COMPARE_H
#define KBM_SOURCE_HIVE_COMPARE_H

#include "source/hive.h"
#include "source/hive_damage.h"
#include "source/long_work.h"

enum kbm_difference_kind {
	KBM_DIFFERENCE_KEY_ADDED,   /* each key of a subtree, and each of its values */
	KBM_DIFFERENCE_KEY_REMOVED, /* with all below it, of which nothing is told unless asked for
				     */
	KBM_DIFFERENCE_KEY_NAME,    /* the same by Windows' upcase, spelled otherwise */
	KBM_DIFFERENCE_FLAGS,
	KBM_DIFFERENCE_CLASS,
	KBM_DIFFERENCE_DESCRIPTOR, /* the security descriptor's bytes */
	KBM_DIFFERENCE_WRITTEN,	   /* the time of the last change */
	KBM_DIFFERENCE_VALUE_ADDED,
	KBM_DIFFERENCE_VALUE_REMOVED,
	KBM_DIFFERENCE_VALUE_CHANGED, /* type or bytes */
	KBM_DIFFERENCE_VALUE_NAME     /* as KEY_NAME */
};

/* One difference, borrowed for the call. */
struct kbm_difference {
	enum kbm_difference_kind kind;
	const char *path;   /* of the key, WTF-8, joined with '\'; "" is the root */
	size_t path_length; /* where a name on it holds a NUL, so does the path */
	bool
	    is_ambiguous; /* a name on the path holds a '\' or a NUL: `path` may mean another key */
	bool is_below;	  /* a removed key, which was told: goes with it */
	const struct kbm_value *before; /* of a value; NULL: added */
	const struct kbm_value *after;	/* NULL: removed */
	/* KEY_ADDED: its security descriptor is its parent's, and it has no class and no flags. */
	bool is_plain;
	/* WRITTEN: one of the key's values, or the list of its subkeys, differs too. */
	bool contents_differ;
};
/* A code other than KBM_OK ends the comparison and is returned; the sink fills *error then. */
typedef enum kbm_code kbm_difference_sink(void *context, const struct kbm_difference *difference,
					  struct kbm_error *error);

/* KBM_OK: compared whole. KBM_UNREADABLE: one of the two is damaged, and only the rest was compared
 * (the message is of the first such place). KBM_LIMIT: a path is too long, or the values' data is
 * larger than the files have room for. */
enum kbm_code kbm_hive_compare(const struct kbm_hive *before, const struct kbm_hive *after,
			       kbm_difference_sink *sink, void *context, struct kbm_error *error);

/* Two keys side by side, with all below them. */
struct kbm_compare_order {
	const struct kbm_hive *before;
	const struct kbm_hive *after;
	kbm_cell before_key; /* 0: there is none, all of the other is told; not both */
	kbm_cell after_key;
	const char *path; /* what the paths that are told begin with; "": nothing */
	/* Of an image of an export, what the export does not hold is not taken for absent. */
	bool before_has_gaps;
	bool after_has_gaps;
	bool tells_removed; /* each key of a removed subtree, and each of its values */
	/* CurrentControlSet is not told right below the keys when only one of them has it. */
	bool skips_current_set;
	/* Keys and values of both, as they are read; or NULL. */
	struct kbm_long_work *work;
};
/* What was not compared: from {0}, of one comparison or of several. */
struct kbm_compare_report {
	/* Keys and values that one has, while the other is an export that does not hold their
	 * places; */
	uint64_t not_held;
	/* or may have them where it could not be read. */
	uint64_t unsure;
	/* Keys that both hold, not only as parents of others, and values that both have. */
	uint64_t compared;
	struct kbm_damages before; /* paths as differences have them, escaped */
	struct kbm_damages after;
};
/* As kbm_hive_compare(), but for damage, which is no failure: it is counted, and costs its own key
 * or value only. Nothing is told of what lies there, nor of what may lie there. */
enum kbm_code kbm_hive_compare_keys(const struct kbm_compare_order *order,
				    kbm_difference_sink *sink, void *context,
				    struct kbm_compare_report *report, struct kbm_error *error);

#endif
