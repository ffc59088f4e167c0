/* A small assembler of hive images, for what a builder never makes: odd lists, damage, loops. */
#include "hive_image.h"

#include "source/hive.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 4096, BIN_HEADER = 32, KEY_RECORD = 76, VALUE_RECORD = 20 };

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value & 0xFFFF);
	put16(at + 2, value >> 16);
}

void image_seal(struct hive_image *image)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i++)
		sum ^= (uint32_t)image->bytes[i] << 8 * (i % 4);
	put32(image->bytes + 508, sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum);
}

uint8_t *image_record(const struct kbm_bytes *image, const char *path)
{
	struct kbm_hive *hive = NULL;
	kbm_cell cell = 0;
	if (kbm_hive_open(image->data, image->length, &hive, NULL) != KBM_OK ||
	    kbm_hive_find_key(hive, kbm_hive_root(hive), path, &cell, NULL) != KBM_OK)
		abort();
	kbm_hive_close(hive);
	return image->data + BASE + cell + 4;
}

void image_base32(struct hive_image *image, size_t at, uint32_t value)
{
	put32(image->bytes + at, value);
	image_seal(image);
}

void image_make(struct hive_image *image, uint32_t minor, uint32_t bins)
{
	image->size = BASE + bins;
	image->bytes = calloc(1, image->size);
	if (image->bytes == NULL)
		abort();
	memcpy(image->bytes, "regf", 4);
	put32(image->bytes + 4, 7); /* both sequence numbers */
	put32(image->bytes + 8, 7);
	put32(image->bytes + 20, 1);
	put32(image->bytes + 24, minor);
	put32(image->bytes + 32, 1);
	put32(image->bytes + 36, BIN_HEADER);
	put32(image->bytes + 40, bins);
	memcpy(image->bytes + BASE, "hbin", 4);
	put32(image->bytes + BASE + 8, bins);
	put32(image->bytes + BASE + BIN_HEADER, bins - BIN_HEADER); /* free */
	image->next = BIN_HEADER;
	image_seal(image);
}

void image_free(struct hive_image *image)
{
	free(image->bytes);
	image->bytes = NULL;
}

uint8_t *image_at(const struct hive_image *image, uint32_t cell)
{
	return image->bytes + BASE + cell + 4;
}

void image_patch16(struct hive_image *image, uint32_t cell, size_t at, uint32_t value)
{
	put16(image_at(image, cell) + at, value);
}

void image_patch32(struct hive_image *image, uint32_t cell, size_t at, uint32_t value)
{
	put32(image_at(image, cell) + at, value);
}

uint32_t image_cell(struct hive_image *image, const void *content, size_t length)
{
	uint32_t cell = image->next;
	uint32_t size = (uint32_t)(length + 4 + 7) / 8 * 8;
	if (BASE + cell + size > image->size)
		abort();
	put32(image->bytes + BASE + cell, 0U - size);
	memset(image_at(image, cell), 0, size - 4);
	if (content != NULL)
		memcpy(image_at(image, cell), content, length);
	image->next += size;
	uint32_t left = (uint32_t)(image->size - BASE) - image->next;
	if (left >= 8)
		put32(image->bytes + BASE + image->next, left);
	return cell;
}

uint32_t image_key(struct hive_image *image, const char *name)
{
	uint8_t record[KEY_RECORD + 1024] = "nk";
	size_t length = strlen(name);
	put16(record + 2, 0x20);
	put32(record + 4, 1000); /* last written */
	put32(record + 28, (uint32_t)IMAGE_NONE);
	put32(record + 32, (uint32_t)IMAGE_NONE);
	put32(record + 40, (uint32_t)IMAGE_NONE);
	put32(record + 44, (uint32_t)IMAGE_NONE);
	put32(record + 48, (uint32_t)IMAGE_NONE);
	put16(record + 72, (uint32_t)length);
	memcpy(record + KEY_RECORD, name, length);
	return image_cell(image, record, KEY_RECORD + length);
}

uint32_t image_value(struct hive_image *image, const char *name, uint32_t type, uint32_t size,
		     uint32_t data)
{
	uint8_t record[VALUE_RECORD + 1024] = "vk";
	size_t length = strlen(name);
	put16(record + 2, (uint32_t)length);
	put32(record + 4, size);
	put32(record + 8, data);
	put32(record + 12, type);
	put16(record + 16, 1);
	memcpy(record + VALUE_RECORD, name, length);
	return image_cell(image, record, VALUE_RECORD + length);
}

uint32_t image_data(struct hive_image *image, const char *name, uint32_t type, const void *data,
		    uint32_t length)
{
	if (length > 4)
		return image_value(image, name, type, length, image_cell(image, data, length));
	uint32_t cell = image_value(image, name, type, 0x80000000U | length, 0);
	memcpy(image_at(image, cell) + 8, data, length);
	return cell;
}

/* ASCII and Latin-1 only, as far as the tests need it. */
static uint32_t hash(const uint8_t *name, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum = sum * 37 +
		      (name[i] < 0x80 ? (uint32_t)toupper(name[i]) : (uint32_t)name[i] - 0x20);
	return sum;
}

uint32_t image_list(struct hive_image *image, const char *kind, const uint32_t *cells,
		    uint32_t count)
{
	size_t stride = kind[1] == 'i' ? 4 : 8;
	uint32_t list = image_cell(image, NULL, 4 + stride * count);
	memcpy(image_at(image, list), kind, 2);
	image_patch16(image, list, 2, count);
	for (uint32_t i = 0; i < count; i++) {
		size_t at = 4 + stride * i;
		image_patch32(image, list, at, cells[i]);
		if (stride == 4)
			continue;
		const uint8_t *key = image_at(image, cells[i]);
		size_t length = (size_t)key[72] | (size_t)key[73] << 8;
		if (kind[1] == 'h')
			image_patch32(image, list, at + 4, hash(key + KEY_RECORD, length));
		else
			memcpy(image_at(image, list) + at + 4, key + KEY_RECORD,
			       length < 4 ? length : 4);
	}
	return list;
}

void image_set_subkeys(struct hive_image *image, uint32_t key, uint32_t list, uint32_t count)
{
	image_patch32(image, key, 20, count);
	image_patch32(image, key, 28, list);
}

void image_set_values(struct hive_image *image, uint32_t key, const uint32_t *cells, uint32_t count)
{
	uint32_t list = image_cell(image, NULL, sizeof *cells * count);
	for (uint32_t i = 0; i < count; i++)
		image_patch32(image, list, sizeof *cells * i, cells[i]);
	image_patch32(image, key, 36, count);
	image_patch32(image, key, 40, list);
}
