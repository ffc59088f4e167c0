/* Inside the dump and the export of a hive: what lies in one key, taken out, sorted, within
 * budgets.
 */
#ifndef KBM_SOURCE_HIVE_LEVEL_H
#define KBM_SOURCE_HIVE_LEVEL_H

#include "source/hive_contents.h"
#include "source/hive_dump.h"

enum kbm_dump_pass { KBM_DUMP_KEYS, KBM_DUMP_VALUES };

/* A key or value of one level, for sorting. `end` is the byte that follows the name in a line: a
 * tab for the thing itself, '\' for all that lies below a key. That keeps whole subtrees apart,
 * although "A-B" sorts between "A" and "A\B". */
struct kbm_dump_item {
	size_t name; /* position in `names` */
	size_t length;
	kbm_cell cell;
	uint32_t position; /* in the hive's order */
	char end;
};

struct kbm_dump_walk {
	const struct kbm_hive *hive;
	kbm_dump_sink *sink;
	void *context;
	struct kbm_dump_report *report;
	struct kbm_error *error;
	enum kbm_dump_pass pass;
	struct kbm_contents contents;
	uint64_t output_left;	/* bytes */
	struct kbm_bytes names; /* of the levels above, each level behind the one it is in */
	struct kbm_bytes items; /* struct kbm_dump_item, likewise */
	struct kbm_bytes path;	/* escaped */
	struct kbm_bytes line;	/* the line that is being made */
	struct kbm_bytes name;	/* scratch */
	struct kbm_bytes data;	/* scratch */
};

/* Gets a walk ready whose hive, report and error are set. The walk is closed also after KBM_MEMORY.
 */
enum kbm_code kbm_dump_open(struct kbm_dump_walk *walk);
void kbm_dump_close(struct kbm_dump_walk *walk);

/* Begins a pass over `key`, whose path is in walk->path, and all below it: no cell is read yet but
 * its own. What is wrong with the whole file, a cut or broken bins, counts in the pass of keys. */
void kbm_dump_begin(struct kbm_dump_walk *walk, enum kbm_dump_pass pass, kbm_cell key);

/* The key whose path is in walk->path, for the reading of its subkeys or values. The passes see the
 * same keys: damage counts in the pass that it belongs to only. */
struct kbm_contents_key kbm_dump_key(const struct kbm_dump_walk *walk, enum kbm_dump_pass pass,
				     kbm_cell cell, const struct kbm_key_node *node);
/* Keys that are too deep to be read are damage, too. */
void kbm_dump_note_depth(struct kbm_dump_walk *walk, kbm_cell key, const struct kbm_key_node *node);
/* KBM_LIMIT when the output budget does not hold so many bytes more. */
enum kbm_code kbm_dump_spend(struct kbm_dump_walk *walk, uint64_t bytes);
enum kbm_code kbm_dump_stop(struct kbm_dump_walk *walk, const char *why);

/* Append a name, and each name of a path, in the dump's form. */
void kbm_dump_escape(const char *text, size_t length, struct kbm_bytes *out);
void kbm_dump_escape_path(const char *path, struct kbm_bytes *out);

/* Push the subkeys of `key` (for the lines of this pass and for what lies below) or its values,
 * sorted, onto walk->items and their names onto walk->names. The caller pops both. */
enum kbm_code kbm_dump_push_subkeys(struct kbm_dump_walk *walk, kbm_cell key,
				    const struct kbm_key_node *node);
enum kbm_code kbm_dump_push_values(struct kbm_dump_walk *walk, kbm_cell key,
				   const struct kbm_key_node *node);
/* The item at an offset of walk->items. */
struct kbm_dump_item kbm_dump_item_at(const struct kbm_dump_walk *walk, size_t offset);

#endif
