/* A hive and its logs in one file, for the fuzzer. */
#include "log_packed.h"

#include <stdlib.h>
#include <string.h>

enum { SIZES = LOG_FILES - 1, HEAD = 1 + 4 * SIZES };

struct log_image log_pack(const struct log_case *logs)
{
	struct log_image packed = {NULL, HEAD};
	for (size_t i = 0; i < LOG_FILES; i++)
		packed.size += logs->files[i].bytes == NULL ? 0 : logs->files[i].size;
	packed.bytes = malloc(packed.size);
	if (packed.bytes == NULL)
		abort();
	packed.bytes[0] = 'h';
	uint8_t *at = packed.bytes + HEAD;
	for (size_t i = 0; i < LOG_FILES; i++) {
		const struct log_image *file = &logs->files[i];
		size_t size = file->bytes == NULL ? 0 : file->size;
		if (i < SIZES)
			log_put32(packed.bytes + 1 + 4 * i,
				  file->bytes == NULL ? UINT32_MAX : (uint32_t)size);
		if (size > 0)
			memcpy(at, file->bytes, size);
		at += size;
	}
	return packed;
}

bool log_unpack(const uint8_t *data, size_t size, struct log_case *unpacked)
{
	if (size < HEAD)
		return false;
	size_t at = HEAD;
	*unpacked = (struct log_case){.name = "packed"};
	for (size_t i = 0; i < LOG_FILES; i++) {
		struct log_image *file = &unpacked->files[i];
		uint32_t wanted = i < SIZES ? log_get32(data + 1 + 4 * i) : UINT32_MAX - 1;
		if (wanted == UINT32_MAX && i > 0)
			continue;
		file->size = wanted < size - at ? wanted : size - at;
		file->bytes = malloc(file->size + 1);
		if (file->bytes == NULL)
			abort();
		memcpy(file->bytes, data + at, file->size);
		at += file->size;
		if (i > 0 && data[0] == 'h')
			log_repair(file);
	}
	return true;
}
