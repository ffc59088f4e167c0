/* Inside the hive reader: what lies in one key, in the hive's order, going on behind whatever
 * cannot be read there. */
#ifndef KBM_SOURCE_HIVE_CONTENTS_H
#define KBM_SOURCE_HIVE_CONTENTS_H

#include "source/hive_damage.h"
#include "source/hive_records.h"

/* A reading of one key or of many. In a sound hive every cell belongs to one place, and all lists
 * together fit into the file: so a crafted hive ends soon, and nothing is given twice. */
struct kbm_contents {
	const struct kbm_hive *hive;
	uint8_t *claimed;	/* hive_claims.h */
	uint64_t elements_left; /* of lists, that the file has room for */
};

/* On KBM_OK *contents is the caller's, released with kbm_contents_end(). */
enum kbm_code kbm_contents_begin(const struct kbm_hive *hive, struct kbm_contents *contents,
				 struct kbm_error *error);
/* Reads all anew. */
void kbm_contents_restart(struct kbm_contents *contents);
void kbm_contents_end(struct kbm_contents *contents);

/* Counts what is wrong with the file and costs no key that could be named: it is cut, or bins have
 * broken headers, which hide their cells. Those count for a reading of the whole hive only. */
void kbm_contents_check_file(const struct kbm_hive *hive, bool is_whole,
			     struct kbm_damages *damages);

/* Makes the path of the key that is being read, borrowed until the next call. */
typedef const char *kbm_contents_path(void *context);

/* The key whose content is read, and where its damage is counted. */
struct kbm_contents_key {
	kbm_cell cell;
	const struct kbm_key_node *node;
	const char *path;	      /* as damage shows it; NULL: make_path gives it */
	struct kbm_damages *damages;  /* NULL: what cannot be read is passed over in silence */
	kbm_contents_path *make_path; /* called for damage that is told only */
	void *context;		      /* of make_path */
};

/* False, and counted, when the cell was read for another place. */
bool kbm_contents_claim(struct kbm_contents *contents, const struct kbm_contents_key *key,
			kbm_cell cell, const char *what);
/* Counts what could not be read: `cell`, which the key leads to. `what` it is to the key ("a
 * value") is said before the message. */
void kbm_contents_note(const struct kbm_contents_key *key, kbm_cell cell, const char *what,
		       const char *message);
/* Counts that what lies below the key is too deep to be read. */
void kbm_contents_note_depth(const struct kbm_contents_key *key);

/* Receive what can be read, with its position in the hive's order. A code other than KBM_OK ends
 * the walk with it; *error is filled then. */
typedef enum kbm_code kbm_subkey_sink(void *context, kbm_cell cell, const struct kbm_key_node *node,
				      uint32_t position, struct kbm_error *error);
typedef enum kbm_code kbm_value_sink(void *context, const struct kbm_value_node *node,
				     uint32_t position, struct kbm_error *error);
/* KBM_LIMIT: lists longer than the file has room for. Damage is no failure: it is counted. */
enum kbm_code kbm_contents_subkeys(struct kbm_contents *contents,
				   const struct kbm_contents_key *key, kbm_subkey_sink *sink,
				   void *context, struct kbm_error *error);
enum kbm_code kbm_contents_values(struct kbm_contents *contents, const struct kbm_contents_key *key,
				  kbm_value_sink *sink, void *context, struct kbm_error *error);
/* The data of a value of the key, as kbm_hive_value_data(); damage is counted under the value's
 * name, and is KBM_UNREADABLE, without a message. */
enum kbm_code kbm_contents_data(const struct kbm_contents *contents,
				const struct kbm_contents_key *key,
				const struct kbm_value_node *node, struct kbm_bytes *scratch,
				const uint8_t **data);

#endif
