/* The second reader's own few lines of decoding: what stands at an offset that libregf gave. */
#include "source/hive_regf_records.h"

#include <string.h>

enum {
	BASE_BLOCK = 4096,
	CELL_HEADER = 4,
	VK_SIZE = 4, /* where a vk record holds its data's size, the data or the way to it */
	VK_DATA = 8,
	INLINE_MAX = 4,
	BIG_DATA_MINOR = 4, /* the first format that has big data */
	BIG_DATA_RECORD = 8,
	SEGMENT = 16344
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

static bool follow(const struct kbm_regf_image *image, uint32_t cell, struct kbm_regf_record *found)
{
	return cell_at(image, (uint64_t)BASE_BLOCK + cell, found);
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
