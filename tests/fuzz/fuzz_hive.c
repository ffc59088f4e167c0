/* Everything the hive reader does, done to the input. One that begins with "Regf" is a hive without
 * its many zeros: 512 bytes of the base block, then bins, up to the last byte that is not zero. */
#include "hive_exercise.h"
#include "hive_image.h"

#include <stdlib.h>
#include <string.h>

enum { USED = 512, BASE = 4096, BIN = 4096, MOST = 16 * BIN };

/* Bytes of all bins, as the base block says. */
static size_t bins_bytes(const uint8_t *data)
{
	return data[40] | (size_t)data[41] << 8 | (size_t)data[42] << 16 | (size_t)data[43] << 24;
}

/* Whole bins, as many as there should be but for a lot, and a right checksum. */
static void exercise_short(const uint8_t *data, size_t size)
{
	size_t bytes = size - USED;
	if (bins_bytes(data) > bytes)
		bytes = bins_bytes(data) < MOST ? bins_bytes(data) : bytes;
	struct hive_image image = {.size = BASE + (bytes + BIN - 1) / BIN * BIN};
	image.bytes = calloc(1, image.size);
	if (image.bytes == NULL)
		return;
	memcpy(image.bytes, data, USED);
	memcpy(image.bytes + BASE, data + USED, size - USED);
	image.bytes[0] = 'r';
	image_seal(&image);
	exercise_hive(image.bytes, image.size);
	free(image.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= USED && memcmp(data, "Regf", 4) == 0)
		exercise_short(data, size);
	else
		exercise_hive(data, size);
	return 0;
}
