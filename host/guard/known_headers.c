#include "guard/known_headers.h"

#include "base/sha256.h"

#include <string.h>

const struct kbm_known_header *kbm_known_headers_find(const struct kbm_known_headers *known,
						      enum kbm_message type, const char *text,
						      size_t length)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	kbm_sha256_hex(text, length, sha256);
	for (size_t i = 0; i < known->count; i++)
		if (known->items[i].type == type && strcmp(known->items[i].sha256, sha256) == 0)
			return &known->items[i];
	return NULL;
}

enum kbm_code kbm_known_header_read(const struct kbm_known_header *header, void *structure,
				    struct kbm_error *error)
{
	return kbm_message_decode(header->type, header->encoded, header->length, structure, error);
}
