/* Copies a hive and damages the copy as crafted_hive.h says: craft_hive KIND IN OUT
 *
 * IN is made from examples/exch1/SYSTEM.reg. Exit 0, or 1 with a sentence on stderr. */
#include "crafted_hive.h"

#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum kbm_code read_file(const char *path, struct kbm_bytes *bytes, struct kbm_error *error)
{
	uint8_t block[65536];
	size_t got;
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return kbm_fail(error, KBM_IO, "%s: %s", path, strerror(errno));
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		kbm_bytes_append(bytes, block, got);
	bool whole = !ferror(file) && !bytes->failed;
	fclose(file);
	return whole ? KBM_OK : kbm_fail(error, KBM_IO, "%s cannot be read", path);
}

static enum kbm_code write_file(const char *path, const struct kbm_bytes *bytes,
				struct kbm_error *error)
{
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		return kbm_fail(error, KBM_IO, "%s: %s", path, strerror(errno));
	size_t written = fwrite(bytes->data, 1, bytes->length, file);
	if (fclose(file) != 0 || written != bytes->length)
		return kbm_fail(error, KBM_IO, "%s cannot be written", path);
	return KBM_OK;
}

int main(int count, char **arguments)
{
	if (count != 4) {
		fputs("usage: craft_hive KIND IN OUT\n", stderr);
		return 64;
	}
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_bytes image;
	kbm_bytes_init(&image, KBM_HIVE_MAX_BYTES);
	enum kbm_code code = read_file(arguments[2], &image, &error);
	if (code == KBM_OK)
		code = craft_hive(&image, arguments[1], &error);
	if (code == KBM_OK)
		code = write_file(arguments[3], &image, &error);
	if (code != KBM_OK)
		fprintf(stderr, "craft_hive: %s\n", error.message);
	kbm_bytes_clear(&image);
	return code == KBM_OK ? 0 : 1;
}
