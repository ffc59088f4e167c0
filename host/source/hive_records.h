/* Inside the hive reader: the mapping, its cells, and key and value records taken out of them.
 *
 * Only hive*.c include this. Every offset, size and count is checked here against the file and the
 * bin that a cell lies in; what comes out points into the image. */
#ifndef KBM_SOURCE_HIVE_RECORDS_H
#define KBM_SOURCE_HIVE_RECORDS_H

#include "source/hive.h"

enum {
	KBM_HIVE_BASE_BLOCK = 4096, /* bytes before the first bin */
	KBM_HIVE_PAGE = 4096,	    /* bins begin and end at multiples of this */
	KBM_HIVE_BIN_HEADER = 32,
	KBM_HIVE_MIN_KEY = 80,	     /* bytes of the smallest cell that can hold a key */
	KBM_HIVE_FIRST_BIG_DATA = 4, /* minor version from which large data is cut into segments */
	KBM_HIVE_SEGMENT = 16344,    /* data bytes of each big-data segment but the last */
	KBM_HIVE_LACKED = 64	     /* units of a name that is remembered */
};
#define KBM_CELL_NONE UINT32_MAX /* how the file writes "no cell" */

/* The walk over one key's subkey list, leaf by leaf. */
struct kbm_subkeys {
	kbm_cell key;	      /* whose list; 0: not open */
	const uint8_t *roots; /* elements of the index root, NULL when the list is a single leaf */
	kbm_cell only_leaf;
	uint32_t leaf_count;
	uint32_t leaf_next; /* number of the leaf to load next */
	const uint8_t *entries;
	uint32_t entry_count; /* of the leaf that is loaded */
	uint32_t stride;      /* bytes of an entry: 4 (li) or 8 (lf, lh) */
	uint8_t kind;	      /* 'i', 'f' or 'h' */
	uint32_t first;	      /* position in the whole list of the loaded leaf's first entry */
	uint32_t said;	      /* subkeys as the key counts them */
};

/* What is remembered between calls, to make the next one cheaper; never changes an answer. */
struct kbm_hive_memo {
	uint32_t bin_start; /* the bin found last */
	uint32_t bin_end;   /* 0: none yet */
	struct kbm_subkeys subkeys;
	/* The subkey that was sought last and is not there: who asks for it asks again for its
	 * place. */
	struct {
		kbm_cell key;  /* 0: none yet */
		kbm_cell list; /* a key may have two: those of an export's gaps */
		uint16_t units[KBM_HIVE_LACKED];
		size_t count;
	} lack;
};

struct kbm_hive {
	const uint8_t *bins; /* the first bin */
	uint32_t length;     /* readable bytes from there */
	kbm_cell root;
	struct kbm_hive_info info;
	char state_text[160];
	struct kbm_hive_memo *memo;
};

static inline uint16_t kbm_hive_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t kbm_hive_u32(const uint8_t *at)
{
	return (uint32_t)kbm_hive_u16(at) | (uint32_t)kbm_hive_u16(at + 2) << 16;
}

static inline uint64_t kbm_hive_u64(const uint8_t *at)
{
	return (uint64_t)kbm_hive_u32(at) | (uint64_t)kbm_hive_u32(at + 4) << 32;
}

static inline size_t kbm_hive_smaller(size_t left, size_t right)
{
	return left < right ? left : right;
}

/* Where a cell's size field stands in the file, as messages give it. */
static inline uint64_t kbm_hive_file_offset(kbm_cell cell)
{
	return (uint64_t)KBM_HIVE_BASE_BLOCK + cell;
}

/* The content of an allocated cell, without its size field. */
struct kbm_span {
	const uint8_t *data;
	uint32_t length;
};
enum kbm_code kbm_hive_cell(const struct kbm_hive *hive, kbm_cell cell, struct kbm_span *span,
			    struct kbm_error *error);
/* KBM_UNREADABLE where the record in `from` refers to no cell: `cell` has no offset to name. */
enum kbm_code kbm_hive_check_reference(kbm_cell from, kbm_cell cell, struct kbm_error *error);
/* These bytes are the header of a bin that begins at `start`, and is of so many pages. */
bool kbm_hive_is_bin(const uint8_t *header, uint32_t start, uint32_t *size);
/* The header of the bin at `start` is sound: it may reach beyond a cut file. */
bool kbm_hive_bin_at(const struct kbm_hive *hive, uint32_t start, uint32_t *size);

/* A name as stored: one byte a unit (U+0000 to U+00FF) when compressed, else UTF-16LE. */
struct kbm_stored_name {
	const uint8_t *data;
	uint16_t length; /* bytes */
	bool compressed;
};
/* Text as UTF-16 units, in memory for so many `copies` of them: on the heap, the caller's to free.
 * KBM_USAGE: no UTF-8; KBM_LIMIT. */
enum kbm_code kbm_hive_read_units(const char *text, size_t length, size_t copies, uint16_t **units,
				  size_t *count, struct kbm_error *error);
/* A name, or a path, to look for: upcased. `units` is on the heap, the caller's to free. */
struct kbm_wanted {
	uint16_t *units;
	size_t count;
};
enum kbm_code kbm_hive_make_wanted(const char *text, size_t length, struct kbm_wanted *wanted,
				   struct kbm_error *error);
/* Registry order: unit by unit by Windows' upcase. `wanted` holds upcased units. */
int kbm_hive_name_compare(const uint16_t *wanted, size_t count, const struct kbm_stored_name *name);
/* Replaces what is in `out` by the name as WTF-8. */
enum kbm_code kbm_hive_name_text(const struct kbm_stored_name *name, struct kbm_bytes *out,
				 struct kbm_error *error);

enum { KBM_KEY_SYMBOLIC_LINK = 0x10, KBM_KEY_COMPRESSED = 0x20, KBM_KEY_PREDEFINED = 0x40 };

/* An nk record. The counts are what it says, 0 where the lists mean nothing. */
struct kbm_key_node {
	uint16_t flags;
	uint64_t last_written;
	kbm_cell parent; /* as it says: checked only where another key's list may be met */
	uint32_t subkey_count;
	kbm_cell subkey_list;
	uint32_t value_count;
	kbm_cell value_list;
	struct kbm_stored_name name;
};
enum kbm_code kbm_hive_key_node(const struct kbm_hive *hive, kbm_cell cell,
				struct kbm_key_node *node, struct kbm_error *error);

/* A vk record. */
struct kbm_value_node {
	kbm_cell cell;
	uint32_t type;
	uint32_t length;	    /* bytes of data */
	const uint8_t *inline_data; /* or NULL: then the data lies at data_cell */
	kbm_cell data_cell;
	struct kbm_stored_name name;
};
enum kbm_code kbm_hive_value_node(const struct kbm_hive *hive, kbm_cell cell,
				  struct kbm_value_node *node, struct kbm_error *error);
/* The list of a key's values: `*count` entries of 4 bytes can be read, which is fewer than the key
 * says when the list's cell is too small. */
enum kbm_code kbm_hive_value_list(const struct kbm_hive *hive, const struct kbm_key_node *node,
				  const uint8_t **entries, uint32_t *count,
				  struct kbm_error *error);
/* Says that only `count` of a key's values can be read. */
enum kbm_code kbm_hive_short_value_list(const struct kbm_key_node *node, uint32_t count,
					struct kbm_error *error);
/* The data of a value: in the image where it lies in one piece, else put together in *scratch. */
enum kbm_code kbm_hive_value_data(const struct kbm_hive *hive, const struct kbm_value_node *node,
				  struct kbm_bytes *scratch, const uint8_t **data,
				  struct kbm_error *error);

#endif
