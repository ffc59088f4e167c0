/* The second reader's own few lines of decoding: what stands at an offset that libregf gave. */
#include "source/hive_regf_records.h"

#include "base/text.h"

#include <string.h>

enum {
	BASE_BLOCK = 4096,
	CELL_HEADER = 4,
	VK_SIZE = 4, /* where a vk record holds its data's size, the data or the way to it */
	VK_DATA = 8,
	INLINE_MAX = 4,
	BIG_DATA_MINOR = 4, /* the first format that has big data */
	BIG_DATA_RECORD = 8,
	SEGMENT = 16344,
	LIST_COUNT = 2,
	LIST_ENTRIES = 4,
	LIST_ENTRY = 4,
	LIST_HASHED_ENTRY = 8 /* lf, lh: with a hint or a hash */
};
#define INLINE_FLAG 0x80000000U

static uint32_t read_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The content of the allocated cell whose size field stands at `offset` of the file. */
static bool cell_at(const struct kbm_regf_image *image, uint64_t offset,
		    struct kbm_regf_record *cell)
{
	if (offset < BASE_BLOCK || offset > image->length || image->length - offset < CELL_HEADER)
		return false;
	int64_t size =
	    -(int64_t)(int32_t)read_u32(image->bytes + offset); /* negative when in use */
	if (size < CELL_HEADER || (uint64_t)size > image->length - offset)
		return false;
	*cell = (struct kbm_regf_record){.data = image->bytes + offset + CELL_HEADER,
					 .length = (uint32_t)(size - CELL_HEADER),
					 .offset = offset};
	return true;
}

static bool follow(const struct kbm_regf_image *image, uint32_t cell, struct kbm_regf_record *found)
{
	return cell_at(image, (uint64_t)BASE_BLOCK + cell, found);
}

enum kbm_code kbm_regf_record_at(const struct kbm_regf_image *image, int64_t offset,
				 const char *signature, uint32_t minimum,
				 struct kbm_regf_record *record, struct kbm_error *error)
{
	struct kbm_regf_record found;
	if (offset < BASE_BLOCK || !cell_at(image, (uint64_t)offset - CELL_HEADER, &found) ||
	    found.length < minimum || memcmp(found.data, signature, 2) != 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"where libregf sees a record (%s), at file offset 0x%llX, there is "
				"none",
				signature, (unsigned long long)offset - CELL_HEADER);
	*record = found;
	return KBM_OK;
}

uint16_t kbm_regf_record_u16(const struct kbm_regf_record *record, size_t at)
{
	return (uint16_t)(record->data[at] | record->data[at + 1] << 8);
}

uint32_t kbm_regf_record_u32(const struct kbm_regf_record *record, size_t at)
{
	return read_u32(record->data + at);
}

bool kbm_regf_name_is_sound(const uint8_t *stored, size_t length, bool compressed)
{
	size_t stride = compressed ? 1 : 2;
	for (size_t i = 0; i + stride <= length; i += stride) {
		unsigned unit = stored[i];
		if (compressed && unit >= 0x80 && unit < 0xA0)
			return false;
		if (!compressed)
			unit |= (unsigned)stored[i + 1] << 8;
		if (unit == 0)
			return false;
	}
	return true;
}

/* --- lists of subkeys ------------------------------------------------------------------------ */

/* A name as it is stored: bytes, or units of UTF-16. */
struct units {
	const uint8_t *data;
	size_t count;
	bool compressed;
};

/* A walk over a key's subkeys in their order. */
struct walk {
	const struct kbm_regf_image *image;
	const struct units *wanted;
	struct units before; /* the name of the subkey before */
	uint32_t seen;
};

static uint16_t unit_at(const struct units *name, size_t index)
{
	uint16_t unit = name->data[name->compressed ? index : 2 * index];
	if (!name->compressed)
		unit = (uint16_t)(unit | name->data[2 * index + 1] << 8);
	return kbm_text_upcase(unit);
}

static int compare(const struct units *left, const struct units *right)
{
	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = unit_at(left, i) - unit_at(right, i);
		if (order != 0)
			return order;
	}
	return left->count < right->count ? -1 : left->count > right->count;
}

static bool name_of(const struct walk *walk, uint32_t cell, struct units *name)
{
	struct kbm_regf_record key;
	if (!follow(walk->image, cell, &key) || key.length < KBM_REGF_NK_BYTES ||
	    memcmp(key.data, "nk", 2) != 0)
		return false;
	bool compressed =
	    (kbm_regf_record_u16(&key, KBM_REGF_NK_FLAGS) & KBM_REGF_NK_COMPRESSED) != 0;
	uint16_t length = kbm_regf_record_u16(&key, KBM_REGF_NK_NAME_LENGTH);
	*name = (struct units){key.data + KBM_REGF_NK_BYTES, compressed ? length : length / 2U,
			       compressed};
	return length <= key.length - KBM_REGF_NK_BYTES && (compressed || length % 2 == 0);
}

static bool walk_leaf(struct walk *walk, const struct kbm_regf_record *leaf)
{
	uint32_t stride = memcmp(leaf->data, "li", 2) == 0 ? LIST_ENTRY : LIST_HASHED_ENTRY;
	uint32_t count = kbm_regf_record_u16(leaf, LIST_COUNT);
	if (count > (leaf->length - LIST_ENTRIES) / stride)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct units name;
		if (!name_of(walk, kbm_regf_record_u32(leaf, LIST_ENTRIES + i * stride), &name) ||
		    (walk->seen > 0 && compare(&walk->before, &name) >= 0) ||
		    compare(walk->wanted, &name) == 0)
			return false;
		walk->before = name;
		walk->seen++;
	}
	return true;
}

static bool is_leaf(const struct kbm_regf_record *list)
{
	return memcmp(list->data, "li", 2) == 0 || memcmp(list->data, "lf", 2) == 0 ||
	       memcmp(list->data, "lh", 2) == 0;
}

static bool walk_list(struct walk *walk, uint32_t cell)
{
	struct kbm_regf_record list;
	struct kbm_regf_record leaf;
	if (!follow(walk->image, cell, &list) || list.length < LIST_ENTRIES)
		return false;
	if (is_leaf(&list))
		return walk_leaf(walk, &list);
	uint32_t count = kbm_regf_record_u16(&list, LIST_COUNT);
	if (memcmp(list.data, "ri", 2) != 0 || count > (list.length - LIST_ENTRIES) / LIST_ENTRY)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t below = kbm_regf_record_u32(&list, LIST_ENTRIES + i * LIST_ENTRY);
		if (!follow(walk->image, below, &leaf) || leaf.length < LIST_ENTRIES ||
		    !is_leaf(&leaf) || !walk_leaf(walk, &leaf))
			return false;
	}
	return true;
}

bool kbm_regf_lists_others(const struct kbm_regf_image *image, const struct kbm_regf_record *key,
			   uint32_t count, const char *name, size_t length)
{
	struct kbm_bytes wanted;
	kbm_bytes_init(&wanted, 2 * length);
	bool done = kbm_text_to_utf16(name, length, &wanted);
	const struct units units = {wanted.data, wanted.length / 2, false};
	struct walk walk = {.image = image, .wanted = &units};
	done =
	    done && kbm_regf_record_u32(key, KBM_REGF_NK_SUBKEYS) == count &&
	    (count == 0 || walk_list(&walk, kbm_regf_record_u32(key, KBM_REGF_NK_SUBKEY_LIST))) &&
	    walk.seen == count;
	kbm_bytes_clear(&wanted);
	return done;
}

/* --- data ------------------------------------------------------------------------------------ */

uint32_t kbm_regf_data_length(const struct kbm_regf_record *value)
{
	return kbm_regf_record_u32(value, VK_SIZE) & ~INLINE_FLAG;
}

bool kbm_regf_data_is_inline(const struct kbm_regf_record *value)
{
	return (kbm_regf_record_u32(value, VK_SIZE) & INLINE_FLAG) != 0;
}

static enum kbm_code bad_data(const struct kbm_regf_record *value, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE,
			"the %u bytes of data of the value at file offset 0x%llX are not there",
			kbm_regf_data_length(value), (unsigned long long)value->offset);
}

static bool append_cell(const struct kbm_regf_image *image, uint32_t cell, uint32_t length,
			struct kbm_bytes *data)
{
	struct kbm_regf_record found;
	return follow(image, cell, &found) && found.length >= length &&
	       kbm_bytes_append(data, found.data, length);
}

/* A db record leads to a list of segments; all but the last are full. False: damaged, or too large
 * for `data`. */
static bool join_segments(const struct kbm_regf_image *image, const struct kbm_regf_record *big,
			  uint32_t length, struct kbm_bytes *data)
{
	struct kbm_regf_record list;
	uint32_t count = kbm_regf_record_u16(big, 2);
	if (!follow(image, kbm_regf_record_u32(big, 4), &list) ||
	    count > list.length / sizeof(uint32_t))
		return false;
	for (uint32_t i = 0; i < count && length > 0; i++) {
		uint32_t cell = kbm_regf_record_u32(&list, i * sizeof cell);
		uint32_t part = length < SEGMENT ? length : SEGMENT;
		if (!append_cell(image, cell, part, data))
			return false;
		length -= part;
	}
	return length == 0;
}

enum kbm_code kbm_regf_decode_data(const struct kbm_regf_image *image,
				   const struct kbm_regf_record *value, struct kbm_bytes *data,
				   struct kbm_error *error)
{
	struct kbm_regf_record cell = {NULL, 0, 0};
	uint32_t length = kbm_regf_data_length(value);
	bool whole = true;
	kbm_bytes_reset(data);
	if (kbm_regf_data_is_inline(value))
		whole =
		    length <= INLINE_MAX && kbm_bytes_append(data, value->data + VK_DATA, length);
	else if (length == 0)
		whole = kbm_bytes_append(data, "", 0);
	else if (!follow(image, kbm_regf_record_u32(value, VK_DATA), &cell))
		whole = false;
	else if (image->minor >= BIG_DATA_MINOR && length > SEGMENT &&
		 cell.length >= BIG_DATA_RECORD && memcmp(cell.data, "db", 2) == 0)
		whole = join_segments(image, &cell, length, data);
	else
		whole = length <= cell.length && kbm_bytes_append(data, cell.data, length);
	if (data->failed)
		return kbm_fail(error, KBM_LIMIT, "a value of %u bytes is too large here", length);
	return whole ? KBM_OK : bad_data(value, error);
}
