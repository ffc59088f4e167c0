/* What a directory holds, shared by its loading and its searching. */
#ifndef KBM_SOURCE_DIRECTORY_ENTRIES_H
#define KBM_SOURCE_DIRECTORY_ENTRIES_H

#include "base/arena.h"
#include "source/directory.h"
#include "source/dn_tree.h"
#include "source/name_index.h"

#include <stdbool.h>

struct kbm_directory_entry {
	struct kbm_entry entry; /* in the arena; values also in the file's bytes, without NUL */
	uint32_t node;
	size_t line;
};

struct kbm_directory {
	const uint8_t *bytes; /* the LDIF file */
	size_t length;
	struct kbm_arena arena;
	struct kbm_directory_entry *entries; /* in the file's order */
	size_t entry_count;
	size_t entry_capacity;
	struct kbm_dn_tree tree;
	uint32_t *entry_of; /* of each node; KBM_NAME_NONE: only entries below it are held */
	size_t entry_of_count;
	size_t entry_of_capacity;
	struct kbm_name_index spellings; /* attribute names as the file writes them */
	struct kbm_name_index types;	 /* the same without options, in lower case */
};

/* Remembers that entries hold an attribute of that type; asks for it (in any case). */
enum kbm_code kbm_directory_learn_type(struct kbm_directory *directory, const char *name,
				       size_t length, struct kbm_error *error);
bool kbm_directory_knows_type(const struct kbm_directory *directory, const char *name,
			      size_t length);

#endif
